"""Background replays: one snapshot to read from, and where the result is kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from db import projections, statements, trees

_SQL = statements.load("verifications")
_TREES = statements.load("trees")
_TABLES = statements.load("projections")

Session = Any
"""An asyncpg pool or connection."""
Row = dict[str, Any]

PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Completed:
    """A replay that came to its end: its verdict, and the findings as JSON objects."""

    finished: datetime
    size: int
    verdict: str
    findings: list[dict[str, Any]]


async def newest(reader: Session, journal: int) -> Completed | None:
    """The last completed replay, or None."""
    row = await reader.fetchrow(_SQL.newest, journal)
    if row is None:
        return None
    return Completed(row["finished"], row["size"], row["verdict"], orjson.loads(row["findings"]))


async def keep(keeper: Session, journal: int, completed: Completed) -> None:
    """Store a completed replay; `keeper` has the door's role."""
    findings = orjson.dumps(completed.findings).decode()
    await keeper.execute(_SQL.insert, journal, completed.finished, completed.size, completed.verdict, findings)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the database, as long as its transaction lasts."""

    conn: Session
    journal: int
    size: int
    root: bytes

    async def leaves(self, start: int, end: int) -> list[bytes]:
        """The leaves of positions [start, end)."""
        rows = await self.conn.fetch(_TREES.leaves_between, self.journal, start, end)
        return [row["leaf"] for row in rows]

    async def rows(self, table: str) -> AsyncIterator[Row]:
        """All rows of a served table, as they are served, in the order of its key."""
        mark = projections.read_mark(projections.KEYS[table], None)
        while True:
            found = await self.conn.fetch(getattr(_TABLES, table), self.journal, PAGE, *mark)
            for row in found:
                line: Row = orjson.loads(row["line"])
                yield line
            if len(found) < PAGE:
                return
            mark = projections.read_mark(projections.KEYS[table], found[-1]["mark"])


@asynccontextmanager
async def snapshot(pool: Session, journal: int) -> AsyncIterator[Snapshot]:
    """Read everything from one moment."""
    async with pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        await conn.execute(_TABLES.plan_each)
        size, root = await trees.head(conn, journal)
        yield Snapshot(conn, journal, size, root)
