"""Runs planned reads: one statement, one JSON text; and one snapshot for a request that takes several.

`answer` gives the value of one root field as Python values, `answer_whole` the `data` of a whole operation as bytes
that go out as they are; a `Snapshot` is a reader whose statements all see the journal at one size.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

import orjson

from db import statements
from db.plans import Plan

_SQL = statements.load("answers")


class Reader(Protocol):
    """What reads run on: an asyncpg pool or connection of the reader's role."""

    async def fetchval(self, query: str, *args: Any) -> Any:  # noqa: ANN401 - asyncpg's own signature
        """Run a statement and answer its first value."""

    async def fetchrow(self, query: str, *args: Any) -> Any:  # noqa: ANN401 - asyncpg's own signature
        """Run a statement and answer its first row."""


async def answer(reader: Reader, plan: Plan) -> object:
    """Run a plan and answer its JSON as Python values."""
    text = await reader.fetchval(plan.statement, *plan.arguments)
    return None if text is None else orjson.loads(text)


async def answer_whole(reader: Reader, plan: Plan) -> tuple[bytes, int]:
    """Run the plan of a whole operation; answers its `data` as JSON in UTF-8, and the size it reflects."""
    data, size = await reader.fetchrow(plan.statement, *plan.arguments)
    return data, size or 0


class Snapshot:
    """Statements of one read-only transaction, one at a time: all of them see the journal at `size`.

    It begins with the first statement, so that what reads nothing asks nothing of the database; until then `size` is
    None.
    """

    def __init__(self, pool: Any, journal: int) -> None:  # noqa: ANN401 - an asyncpg pool
        self._pool = pool
        self._journal = journal
        self._turn = asyncio.Lock()
        self._held = AsyncExitStack()
        self._conn: Any = None
        self.size: int | None = None

    async def fetch(self, query: str, *args: Any) -> Any:  # noqa: ANN401 - asyncpg's own signature
        """Run a statement and answer its rows."""
        async with self._turn:
            return await (await self._begun()).fetch(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> Any:  # noqa: ANN401 - asyncpg's own signature
        """Run a statement and answer its first row."""
        async with self._turn:
            return await (await self._begun()).fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:  # noqa: ANN401 - asyncpg's own signature
        """Run a statement and answer its first value."""
        async with self._turn:
            return await (await self._begun()).fetchval(query, *args)

    async def _begun(self) -> Any:  # noqa: ANN401 - an asyncpg connection
        if self._conn is None:
            conn = await self._held.enter_async_context(self._pool.acquire())
            await self._held.enter_async_context(conn.transaction(isolation="repeatable_read", readonly=True))
            self.size = await conn.fetchval(_SQL.size, self._journal) or 0
            self._conn = conn
        return self._conn

    async def end(self) -> None:
        """Give the connection back."""
        await self._held.aclose()


@asynccontextmanager
async def snapshot(pool: Any, journal: int) -> AsyncIterator[Snapshot]:  # noqa: ANN401 - an asyncpg pool
    """One snapshot of the database for as long as the block lasts."""
    held = Snapshot(pool, journal)
    try:
        yield held
    finally:
        await held.end()
