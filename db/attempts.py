"""Where the sealed traces of refused commands are; as the door, whom alone the table answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db import statements

_SQL = statements.load("attempts")

Session = Any
"""An asyncpg pool or connection of the door's role."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A commitment that is a refused command, its sealed entry, and when that was written."""

    commitment: bytes
    position: int
    at: datetime


async def newest(keeper: Session, journal: int, before: int | None, most: int) -> list[Trace]:
    """Traces in entries before a position, the newest first."""
    return [Trace(*row) for row in await keeper.fetch(_SQL.attempts, journal, before, most)]


async def known(keeper: Session, journal: int, commitments: Iterable[bytes]) -> dict[bytes, int]:
    """Which of these commitments are traces, with the positions of their entries."""
    rows = await keeper.fetch(_SQL.known, journal, list(commitments))
    return {row["commitment"]: row["position"] for row in rows}


async def within(keeper: Session, journal: int, organizations: Iterable[str], region: str) -> set[str]:
    """Which of these organizations are registered in a region (`CODE@EDITION`), or below it."""
    rows = await keeper.fetch(_SQL.within, journal, list(organizations), region)
    return {row["id"] for row in rows}
