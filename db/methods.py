"""What tracing by other rules reads: all slices of the accounts that money can have been in, and which are facts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from db import statements
from ledger import canonical
from ledger.cover import Change
from ledger.flows import Slice
from ledger.movements import Key, named_postings

_SQL = statements.load("methods")

Session = Any
"""An asyncpg pool or connection."""


@dataclass(frozen=True, slots=True)
class Dated:
    """An entry as tracing orders it."""

    kind: str
    effective: date
    organization: str | None


async def touching(reader: Session, journal: int, axes: Collection[str], until: int, most: int) -> list[Slice]:
    """The slices up to a position that leave or land on these axes; about `most` at most, and then not all."""
    return [Slice(*row) for row in await reader.fetch(_SQL.touching, journal, sorted(axes), until, most)]


async def own(reader: Session, journal: int, position: int) -> list[Slice]:
    """The slices of one entry, in order."""
    return [Slice(*row) for row in await reader.fetch(_SQL.own, journal, position)]


async def dates(reader: Session, journal: int, positions: Collection[int]) -> dict[int, Dated]:
    """What these entries are."""
    rows = await reader.fetch(_SQL.dates, journal, sorted(positions))
    return {row["position"]: Dated(row["kind"], row["effective"], row["organization"]) for row in rows}


async def named(reader: Session, journal: int, positions: Collection[int]) -> set[Key]:
    """Those fund postings of these entries whose units are a fact."""
    found: set[Key] = set()
    for row in await reader.fetch(_SQL.naming, journal, sorted(positions)):
        hold = row["hold"]
        found |= named_postings(canonical.decode(row["leaf"]), None if hold is None else canonical.decode(hold))
    return found


async def account(reader: Session, journal: int, key: str) -> tuple[str, str] | None:
    """The organization and asset of an account; None where there is none."""
    row = await reader.fetchrow(_SQL.account, journal, key)
    return None if row is None else (row["organization"], row["asset"])


async def cover(reader: Session, journal: int, organization: str, asset: str, until: int, most: int) -> list[Change]:
    """What each entry changed in liquid custody and restricted funds, in journal order; at most `most` entries."""
    rows = await reader.fetch(_SQL.cover, journal, organization, asset, until, most)
    return [Change(row["position"], row["effective"].isoformat(), row["liquid"], row["restricted"]) for row in rows]
