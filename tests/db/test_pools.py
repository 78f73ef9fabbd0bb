"""Connections per role, on the embedded server and through one foreign login; and what a server must be."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pytest

from db.embedded import Server
from db.pools import Database, UnfitDatabaseError
from db.roles import ROLES, Role, RolesError, ensure_roles, role_name, scram_verifier


@pytest.fixture(scope="module", params=["embedded", "debian15"])
def foreign(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as somebody else would run it: none of our roles on it."""
    bindir = request.getfixturevalue("bindir15") if request.param == "debian15" else None
    with Server.start(tmp_path_factory.mktemp("foreign"), bindir=bindir) as server:
        yield server


async def run(dsn: str, *statements: str) -> None:
    """Run statements, each by itself."""
    conn = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await conn.execute(statement)
    finally:
        await conn.close()


@pytest.fixture
async def login(foreign: Server) -> AsyncIterator[str]:
    """The address of an ordinary login with an awkward name, which owns its database and may make roles."""
    name = "o'\"hara; --"
    quoted = '"' + name.replace('"', '""') + '"'
    admin = foreign.dsn(database="postgres")
    await run(admin, f"create role {quoted} login createrole password 'pw'", f"create database book owner {quoted}")
    host = quote(str(foreign.address.folder), safe="")
    yield f"postgresql://{quote(name, safe='')}:pw@/book?host={host}&port={foreign.address.port}"
    await run(admin, "drop database book with (force)")
    await run(admin, *(f"drop role if exists {role_name(role)}" for role in ROLES), f"drop role {quoted}")


async def test_one_login_takes_every_role(login: str) -> None:
    database = Database.at(login)
    await database.check()
    conn = await asyncpg.connect(login)
    try:
        for _ in "twice":
            await ensure_roles(conn)
    finally:
        await conn.close()
    for role in ROLES:
        async with database.pool(role) as pool, pool.acquire() as session:
            assert await session.fetchval("select current_user") == role_name(role)
            await session.execute("reset role")
            assert await session.fetchval("select current_user") == role_name(role)
    assert "pw" not in repr(database)


async def test_a_login_that_may_not_make_roles_is_told_what_to_ask_for(login: str, foreign: Server) -> None:
    await run(foreign.dsn(database="postgres"), 'alter role "o\'""hara; --" nocreaterole')
    conn = await asyncpg.connect(login)
    try:
        with pytest.raises(RolesError) as caught:
            await ensure_roles(conn)
    finally:
        await conn.close()
    assert 'create role mingzhang_door; grant mingzhang_door to "o\'""hara; --";' in str(caught.value)


async def test_a_superuser_is_unfit_unless_forgiven(foreign: Server, caplog: pytest.LogCaptureFixture) -> None:
    database = Database.at(foreign.dsn())
    with pytest.raises(UnfitDatabaseError, match="postgres is a superuser"):
        await database.check()
    await database.check(forgive=frozenset({"superuser"}))
    assert "postgres is a superuser" in caplog.text


async def test_a_server_that_forgets_is_unfit(data: Path) -> None:
    with Server.start(data, settings={"fsync": "off", "full_page_writes": "off"}) as server:
        admin = server.dsn(database="postgres")
        await run(admin, "create database latin template template0 encoding 'LATIN1' locale_provider libc locale 'C'")
        with pytest.raises(UnfitDatabaseError) as caught:
            await Database.at(server.dsn(database="latin")).check()
        await run(admin, "drop database latin")
    assert [problem.split()[0] for problem in caught.value.problems] == [
        "its",
        "`fsync`",
        "`full_page_writes`",
        "postgres",
    ]


async def test_a_pool_rolls_back_what_was_left_open_and_keeps_its_statements(fresh_database: Database) -> None:
    async with fresh_database.pool("migrator", most=1) as pool:
        async with pool.acquire() as session:
            await session.execute("begin; create table half (id integer)")
            first = await session.fetchval("select pg_backend_pid()")
        async with pool.acquire() as session:
            assert await session.fetchval("select to_regclass('half')") is None
            assert await session.fetchval("select pg_backend_pid()") == first


async def test_a_pools_sessions_start_as_promised(fresh_database: Database) -> None:
    async with fresh_database.pool("reader", statement_timeout=1.5, lock_timeout=0.25) as pool:
        shown = {
            name: await pool.fetchval(f"show {name}")
            for name in ("jit", "timezone", "statement_timeout", "lock_timeout", "application_name")
        }
    assert shown == {
        "jit": "off",
        "timezone": "UTC",
        "statement_timeout": "1500ms",
        "lock_timeout": "250ms",
        "application_name": "mingzhang reader",
    }


@pytest.mark.parametrize("role", ROLES)
async def test_only_migrator_and_partitioner_make_tables(fresh_database: Database, role: Role) -> None:
    async with fresh_database.pool(role) as pool:
        may = await pool.fetchval("select has_schema_privilege('public', 'create')")
        assert may == (role in {"migrator", "partitioner"})
        assert not await pool.fetchval("select rolsuper or rolcreaterole from pg_roles where rolname = current_user")


def test_a_scram_verifier_is_the_one_of_rfc_7677() -> None:
    """RFC 7677's example: user `user`, password `pencil`; its client proof is checked against the stored key."""
    salt = "W22ZaJ0SNY7soEsUEjb6gQ=="
    verifier = scram_verifier("pencil", salt=b64decode(salt))
    assert verifier.startswith(f"SCRAM-SHA-256$4096:{salt}$")
    assert verifier.endswith(":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")
