"""One real PostgreSQL for a test session, and a fresh database for every test that asks.

`DATABASE_URL`, when set, is used instead of the embedded server; its login must be able to create databases.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from db.embedded import Server
from db.pools import Database

# How long an example takes says something about the machine, not about us; figures live in tests/benchmarks/.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


@dataclass(frozen=True)
class Cluster:
    """A server on which tests make and drop databases; `template` has seen all migrations."""

    server: Server | None
    url: str
    template: str

    def database(self, name: str) -> Database:
        """Return how to reach a database of this server."""
        return Database.embedded(self.server, name) if self.server else Database.at(_at(self.url, name))

    async def run(self, statement: str) -> None:
        """Run a statement that no transaction may hold, such as `create database`."""
        conn = await asyncpg.connect(self.url)
        try:
            await conn.execute(statement)
        finally:
            await conn.close()

    async def create(self, name: str) -> Database:
        """Copy the template: a migrated database without a row."""
        await self.run(f"create database {name} template {self.template} strategy file_copy")
        return self.database(name)

    async def drop(self, name: str) -> None:
        """Drop a database, whoever is still in it."""
        await self.run(f"drop database if exists {name} with (force)")

    async def fill_template(self) -> None:
        """Make the template."""
        await self.run(f"create database {self.template} template template0 encoding 'UTF8'")
        await self.database(self.template).prepare()


def _at(url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def some_name(kind: str) -> str:
    """Return a name that no other worker and no earlier run uses."""
    return f"mz_{kind}_{secrets.token_hex(6)}"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The session's server: embedded, or the one at DATABASE_URL; one for each xdist worker."""
    url = os.environ.get("DATABASE_URL")
    if url:
        made = Cluster(None, url, some_name("template"))
        asyncio.run(made.fill_template())
        yield made
        asyncio.run(made.drop(made.template))
        return
    with Server.start(tmp_path_factory.mktemp("postgresql")) as server:
        made = Cluster(server, server.dsn(database="postgres"), some_name("template"))
        asyncio.run(made.fill_template())
        yield made


@pytest.fixture(scope="session")
def bindir15() -> Path:
    """The programs of Debian's PostgreSQL 15, the oldest that this house supports."""
    if not (DEBIAN_15 / "postgres").exists():
        pytest.skip("PostgreSQL 15 is not installed (Debian: postgresql-15)")
    return DEBIAN_15


@pytest.fixture(scope="session")
def cluster15(tmp_path_factory: pytest.TempPathFactory, bindir15: Path) -> Iterator[Cluster]:
    """A server of PostgreSQL 15, as `cluster` is one of the newest."""
    with Server.start(tmp_path_factory.mktemp("postgresql15"), bindir=bindir15) as server:
        made = Cluster(server, server.dsn(database="postgres"), some_name("template"))
        asyncio.run(made.fill_template())
        yield made


@pytest.fixture(scope="session")
def postgres15_dsn(cluster15: Cluster) -> str:
    """The keeper's address of a migrated database on PostgreSQL 15; for reading statements, not for rows."""
    return cluster15.database(cluster15.template).keeper


@pytest.fixture
async def fresh_database(cluster: Cluster) -> AsyncIterator[Database]:
    """A migrated database without a row, dropped after the test."""
    name = some_name("test")
    yield await cluster.create(name)
    await cluster.drop(name)


@pytest.fixture
async def fresh_database15(cluster15: Cluster) -> AsyncIterator[Database]:
    """The same on PostgreSQL 15."""
    name = some_name("test")
    yield await cluster15.create(name)
    await cluster15.drop(name)
