"""A database with the small world of `world.py`, made once a session, and a way to ask it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import strawberry

from db.pools import Database
from resolvers.context import PUBLIC, Context, Principal, Role
from schema import contract
from schema.documents import Answer, Documents
from tests.conftest import Cluster
from tests.schema.world import HUBEI, MAIN, store, world

AUDITOR = Principal(Role.AUDITOR)
PRINCIPALS = {
    "administrator": Principal(Role.ADMINISTRATOR),
    "auditor": AUDITOR,
    "inspector": Principal(Role.INSPECTOR),
    "officer": Principal(Role.OFFICER, organization="org1"),
    "supervisor": Principal(Role.SUPERVISOR, region=HUBEI),
    "public": PUBLIC,
}


@dataclass
class Counting:
    """A reader that counts its statements."""

    reader: Any
    statements: list[str] = field(default_factory=list)

    async def fetchval(self, query: str, *args: Any) -> Any:  # noqa: ANN401 - asyncpg's own signature
        """Run a statement, and count it."""
        self.statements.append(query)
        return await self.reader.fetchval(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> Any:  # noqa: ANN401 - asyncpg's own signature
        """Run a statement, and count it."""
        self.statements.append(query)
        return await self.reader.fetchrow(query, *args)


@dataclass
class Desk:
    """Asks the contract questions."""

    schema: strawberry.Schema
    reader: Counting
    documents: Documents = field(init=False)

    def __post_init__(self) -> None:
        """Start without plans."""
        self.documents = Documents(self.schema._schema)

    def context(self, principal: Principal = AUDITOR) -> Context:
        """What a request of the principal is given."""
        return Context(principal, MAIN, self.reader, lambda: datetime(2020, 2, 1, tzinfo=UTC))

    async def whole(self, query: str, principal: Principal = AUDITOR, **variables: object) -> Answer | None:
        """Answer as the one statement does; nothing where Strawberry has to."""
        return await self.documents.answer(self.context(principal), query, variables)

    async def ask(self, query: str, principal: Principal = AUDITOR, **variables: object) -> Any:  # noqa: ANN401 - an annotation or value known at run time only
        """Answer data and errors."""
        return await self.schema.execute(query, variable_values=variables, context_value=self.context(principal))

    async def data(self, query: str, principal: Principal = AUDITOR, **variables: object) -> Any:  # noqa: ANN401 - an annotation or value known at run time only
        """Answer data, of a request without errors."""
        result = await self.ask(query, principal, **variables)
        assert result.errors is None, result.errors
        return result.data

    async def codes(self, query: str, principal: Principal = AUDITOR, **variables: object) -> list[str]:
        """Answer the codes of the errors."""
        result = await self.ask(query, principal, **variables)
        return [error.extensions["code"] for error in result.errors or ()]


async def fill(database: Database, **size: int) -> None:
    """Write the world into a fresh database."""
    conn = await asyncpg.connect(database.keeper)
    try:
        await conn.execute("select make_leaf_partitions(100)")
        await store(conn, world(**size))
    finally:
        await conn.close()


@pytest.fixture(scope="session")
def built() -> strawberry.Schema:
    """The contract, built once."""
    return contract.build()


@pytest.fixture(scope="session")
def small_world(cluster: Cluster) -> Database:
    """The database of the small world; nobody writes to it."""

    async def make() -> Database:
        database = await cluster.create("mz_small_world")
        await fill(database)
        return database

    return asyncio.run(make())


@pytest.fixture
async def desk(small_world: Database, built: strawberry.Schema) -> AsyncIterator[Desk]:
    """A desk over the small world, as the reader's role."""
    async with small_world.pool("reader", least=1, most=4) as pool:
        yield Desk(built, Counting(pool))


@pytest.fixture
async def open_desk(built: strawberry.Schema) -> Callable[[Any], Desk]:
    """A desk over any pool."""
    return lambda pool: Desk(built, Counting(pool))
