"""What erasures ask of the vault and of the journal; as the door, whom alone the vault answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from db import statements

_SQL = statements.load("erasures")

Session = Any
"""An asyncpg pool or connection."""


@dataclass(frozen=True, slots=True)
class Behind:
    """One commitment of a person, and the entry that it stands in."""

    person: UUID
    commitment: bytes
    kind: str
    effective: date


async def behind(keeper: Session, journal: int, commitment: bytes) -> list[Behind]:
    """Everything that lies in the vault of the person behind a commitment."""
    rows = await keeper.fetch(_SQL.behind, journal, commitment)
    return [Behind(row["person"], row["commitment"], row["kind"], row["effective"]) for row in rows]


async def erased(reader: Session, journal: int) -> set[bytes]:
    """Every commitment that an entry says is erased."""
    rows = await reader.fetch(_SQL.erased, journal)
    return {bytes.fromhex(name) for row in rows for name in orjson.loads(row["leaf"])["data"]["commitments"]}


async def still_there(keeper: Session, journal: int, commitments: Iterable[bytes]) -> dict[UUID, list[bytes]]:
    """The persons behind whose commitments something lies, with all of their commitments."""
    rows = await keeper.fetch(_SQL.still_there, journal, list(commitments))
    return {row["person"]: row["commitments"] for row in rows}


async def present(keeper: Session, journal: int, commitments: Iterable[bytes]) -> set[bytes]:
    """Those of the commitments behind which something lies."""
    rows = await keeper.fetch(_SQL.present, journal, list(commitments))
    return {row["commitment"] for row in rows}
