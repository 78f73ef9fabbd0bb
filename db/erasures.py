"""What erasures ask of the vault and of the journal, and what keeps a person's data: asked as the door."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from db import statements
from db.journal import Companion

_SQL = statements.load("erasures")

Session = Any
"""An asyncpg pool or connection."""

CASE_HOLD: Final = "case-hold"
LIFTED: Final = "case-hold-lifted"
STORAGE_ONLY: Final = "storage-only"
END: Final = 2**63 - 1
"""After every position."""


@dataclass(frozen=True, slots=True)
class Behind:
    """One commitment of a person, and the entry that it stands in."""

    person: UUID
    commitment: bytes
    kind: str
    effective: date
    organization: str | None


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark in force on the person behind a commitment, and the sealed entry that set it."""

    commitment: bytes
    mark: str
    position: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A mark that was set (`placed`: the case hold that it lifts), and every commitment of whom it is about."""

    position: int
    mark: str
    placed: int | None
    commitments: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """One thing that lies behind a sealed entry."""

    commitment: bytes
    position: int
    at: datetime


async def behind(keeper: Session, journal: int, commitment: bytes) -> list[Behind]:
    """Everything that lies in the vault of the person behind a commitment."""
    return [Behind(*row) for row in await keeper.fetch(_SQL.behind, journal, commitment)]


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


async def lines(keeper: Session, journal: int, positions: Iterable[int]) -> dict[int, set[bytes]]:
    """The commitments behind which something lies, of each of these entries that has any."""
    rows = await keeper.fetch(_SQL.lines, journal, list(positions))
    return {row["position"]: set(row["commitments"]) for row in rows}


async def audit_holds(reader: Session, journal: int, organizations: Iterable[str]) -> list[int]:
    """The entries whose audit hold on one of these organizations is in force."""
    return [row["position"] for row in await reader.fetch(_SQL.audit_holds, journal, list(organizations))]


def mark(name: str, commitments: Iterable[bytes]) -> Companion:
    """Mark the persons behind commitments, with the sealed entry that says so."""
    return Companion("erasures", "mark", (name, list(commitments)))


def lift(position: int) -> Companion:
    """Lift the case hold that the entry at `position` placed."""
    return Companion("erasures", "lift", (position,))


async def marks(keeper: Session, journal: int, commitments: Iterable[bytes]) -> list[Marked]:
    """The marks in force on the persons behind commitments."""
    return [Marked(*row) for row in await keeper.fetch(_SQL.marks, journal, list(commitments))]


async def every_mark(keeper: Session, journal: int) -> list[Placed]:
    """All marks that were ever set on persons who are still there."""
    rows = await keeper.fetch(_SQL.every_mark, journal)
    return [Placed(row["position"], row["mark"], row["placed"], tuple(row["commitments"])) for row in rows]


async def case_hold_in_force(keeper: Session, journal: int, position: int) -> bool:
    """Whether the entry at `position` placed a case hold that is in force."""
    return bool(await keeper.fetchval(_SQL.case_hold, journal, position))


async def acts(keeper: Session, journal: int, *, before: int = END, most: int) -> list[Sealed]:
    """What lies behind sealed entries before a position, the newest first."""
    return [Sealed(*row) for row in await keeper.fetch(_SQL.acts, journal, before, most)]
