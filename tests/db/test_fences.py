"""The fences hold, on the oldest and the newest PostgreSQL: each hole that is known is tried, as each role.

What a superuser can still do is in test_catalog.py: there it has to be found.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from db import catalog, statements, structure
from db.embedded import Server
from db.pools import Database
from db.roles import ROLES, Role
from tests.conftest import Cluster, some_name

LEAF = "insert into leaf values (1, $1, '\\x7b7d', sha256('\\x007b7d'))"

TABLES = {
    fact.subject.removeprefix("public."): definition.split("'")[1].split(":")[0]
    for fact, definition in structure.expected().items()
    if fact.kind == "comment" and not structure.expected()[fact._replace(kind="relation")].startswith("create view")
}
"""Every table and partition with its class."""


@pytest.fixture(scope="module", params=["cluster", "cluster15"])
def server(request: pytest.FixtureRequest) -> Cluster:
    """Each supported end of PostgreSQL's versions."""
    found: Cluster = request.getfixturevalue(request.param)
    return found


async def _fill(database: Database) -> None:
    async with session(database, "door") as door:
        await door.execute("insert into journal values (1, 'main', 'test/main')")
        await door.execute(LEAF, 0)


@pytest.fixture(scope="module")
def database(server: Cluster) -> Iterator[Database]:
    """A database with one journal and one leaf, for all tests here: what is refused leaves no trace."""
    name = some_name("fences")
    made = asyncio.run(server.create(name))
    asyncio.run(_fill(made))
    yield made
    asyncio.run(server.drop(name))


@asynccontextmanager
async def session(database: Database, role: Role | None) -> AsyncIterator[asyncpg.Connection]:
    """One session as a role, or as the superuser."""
    conn = await (database.connect(role) if role else asyncpg.connect(database.keeper))
    try:
        yield conn
    finally:
        await conn.close()


async def refused(conn: asyncpg.Connection, error: type[Exception] | tuple[type[Exception], ...], *lines: str) -> None:
    """Require that each statement is refused."""
    for line in lines:
        try:
            await conn.execute(line)
        except error:
            continue
        pytest.fail(f"went through: {line}")


def test_every_table_has_a_class() -> None:
    assert set(TABLES.values()) == {"evidence", "projection", "vault", "operational", "lookup"}
    tables = {f.subject for f, d in structure.expected().items() if f.kind == "relation" and "create table" in d}
    assert {f"public.{name}" for name in TABLES} == tables


EVIDENCE = [name for name, kind in TABLES.items() if kind == "evidence"]

SCHEMA_CHANGES = (
    "create rule hush as on insert to leaf do instead nothing",
    "create rule hush as on insert to posting do instead nothing",
    "create trigger hush before insert on entry for each row execute function refuse_change()",
    "create policy hush on entry using (false)",
    "create temp table entry (a integer)",
    "create table more (a integer)",
    "create table copied as select 1 as a",
    "select 1 as a into copied",
    "create view more as select 1",
    "create function more() returns integer language sql as 'select 1'",
    "create index more on entry (at)",
    "create schema more",
    "alter table entry enable row level security",
    "alter table leaf_000000 disable trigger fence_row",
    "alter table leaf disable trigger all",
    "alter table leaf detach partition leaf_000000",
    "alter table entry owner to current_user",
    "alter table entry add column more text default 'x'",
    "alter table entry inherit record",
    "alter function refuse_change() owner to current_user",
    "drop table entry",
    "drop trigger fence_truncate on entry",
    "drop owned by mingzhang_migrator",
    "drop function refuse_change() cascade",
    "grant update on leaf to public",
    "comment on table entry is 'vault: no'",
)

REPLICA = "set session_replication_role = replica"


@pytest.mark.parametrize("role", [role for role in ROLES if role != "migrator"])
async def test_no_role_changes_evidence(database: Database, role: Role) -> None:
    async with session(database, role) as conn:
        for table in EVIDENCE:
            await refused(
                conn,
                (asyncpg.InsufficientPrivilegeError, asyncpg.RestrictViolationError),
                f"update {table} set journal = 1",
                f"delete from {table}",
                f"truncate {table} cascade",
            )


@pytest.mark.parametrize("settings", ["select 1", REPLICA])
async def test_owner_and_superuser_meet_the_triggers(database: Database, settings: str) -> None:
    async with session(database, None) as conn:
        await conn.execute(settings)
        for role in ("postgres", "mingzhang_migrator", "mingzhang_partitioner"):
            await conn.execute(f"set role {role}")
            await refused(
                conn,
                asyncpg.RestrictViolationError,
                "update leaf set hash = hash",
                "delete from leaf",
                "merge into leaf using (values (0)) as v (p) on position = p when matched then delete",
            )
            if role != "mingzhang_migrator":
                await refused(
                    conn,
                    asyncpg.RestrictViolationError,
                    "update leaf_000000 set hash = hash",
                    "delete from leaf_000000",
                )


@pytest.mark.parametrize("settings", ["select 1", REPLICA])
async def test_no_table_is_truncated(database: Database, settings: str) -> None:
    async with session(database, None) as conn:
        await conn.execute(settings)
        await refused(conn, asyncpg.RestrictViolationError, *(f"truncate {table} cascade" for table in TABLES))
        await conn.execute("set role mingzhang_migrator")
        await refused(conn, asyncpg.RestrictViolationError, "truncate entry", "truncate leaf", "truncate leaf_000000")


async def test_a_new_partition_is_fenced_before_it_is_filled(database: Database) -> None:
    async with session(database, "door") as door:
        with pytest.raises(asyncpg.CheckViolationError, match="no partition"):
            await door.execute(LEAF, 1_000_000)
        assert await door.fetchval("select make_leaf_partitions(1999999)") == 1
        assert await door.fetchval("select make_leaf_partitions(1999999)") == 0
        await door.execute(LEAF, 1_000_000)
        for wrong in (-1, None, 10**12):
            with pytest.raises(asyncpg.InvalidParameterValueError):
                await door.fetchval("select make_leaf_partitions($1)", wrong)
    async with session(database, None) as conn:
        await conn.execute(REPLICA)
        await refused(
            conn,
            asyncpg.RestrictViolationError,
            "truncate leaf_000001",
            "delete from leaf_000001",
            "update leaf_000001 set hash = hash",
        )


async def test_two_doors_make_the_same_partition(database: Database) -> None:
    async with session(database, "door") as first, session(database, "door") as second:
        reach = 2_500_000
        made = await asyncio.gather(
            *(door.fetchval("select make_leaf_partitions($1)", reach) for door in (first, second))
        )
        assert min(made) == 0


@pytest.mark.parametrize("role", ["door", "reader", "eraser", None])
async def test_only_the_migrator_changes_the_schema(database: Database, role: Role | None) -> None:
    async with session(database, role) as conn:
        await refused(conn, asyncpg.InsufficientPrivilegeError, *SCHEMA_CHANGES)


async def test_the_partitioner_makes_partitions_only(database: Database) -> None:
    async with session(database, "partitioner") as conn:
        await refused(
            conn,
            asyncpg.InsufficientPrivilegeError,
            "create rule hush as on insert to leaf do instead nothing",
            "create policy hush on leaf using (false)",
            "create view more as select 1",
            "create function more() returns integer language sql as 'select 1'",
            "create index more on leaf (hash)",
            "alter table entry owner to current_user",
            "drop table leaf",
            "grant update on leaf to public",
        )


async def test_the_guard_stands_in_replica_mode(database: Database) -> None:
    async with session(database, None) as conn:
        await conn.execute(REPLICA)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="create rule is refused to postgres"):
            await conn.execute(SCHEMA_CHANGES[0])


async def test_no_setting_opens_anything(database: Database) -> None:
    async with session(database, None) as conn:
        await conn.execute("set mingzhang.bypass = 'on'; set mingzhang.migrating = 'true'")
        await refused(conn, asyncpg.RestrictViolationError, "delete from leaf", "truncate entry")
    bodies = [d for fact, d in structure.expected().items() if fact.kind == "function"]
    assert not [body for body in bodies if "current_setting" in body]


@pytest.mark.parametrize("role", ["door", "reader", "eraser"])
async def test_no_role_turns_into_another(database: Database, role: Role) -> None:
    async with session(database, role) as conn:
        await refused(
            conn,
            asyncpg.InsufficientPrivilegeError,
            "set role mingzhang_migrator",
            "set role mingzhang_partitioner",
            "set session authorization postgres",
            REPLICA,
            "alter role mingzhang_door superuser",
            "grant mingzhang_migrator to current_user",
            "alter event trigger guard_ddl disable",
            "drop event trigger guard_ddl",
            "select fence_tables()",
            "copy leaf to program 'cat'",
        )


async def test_the_door_writes_what_it_should_and_no_more(database: Database) -> None:
    async with session(database, "door") as conn:
        for table, kind in TABLES.items():
            if kind == "projection":
                again = await conn.fetchval("select has_table_privilege($1, 'update')", table)
                assert again is (table not in {"command", "entry", "posting", "slice", "evidence", "delivery"}), table
                lose = await conn.fetchval("select has_table_privilege($1, 'delete')", table)
                assert lose is (table in {"organization_status", "beneficiary_category"}), table
        await refused(
            conn, asyncpg.InsufficientPrivilegeError, "delete from person", "update person set matched = null"
        )


HIDDEN = {"token", "proposal", "webhook", "webhook_secret"}
"""Tables of which the reader sees nothing, or single columns."""


async def test_the_reader_reads_what_queries_need(database: Database) -> None:
    async with session(database, "reader") as reader:
        for table, kind in TABLES.items():
            hidden = table == "leaf_000000" or kind == "vault" or table in HIDDEN
            assert await reader.fetchval("select has_table_privilege($1, 'select')", table) is not hidden, table
            await refused(reader, asyncpg.InsufficientPrivilegeError, f"insert into {table} default values")
        assert await reader.fetch("select id, role, expires, revoked from token limit 0") == []
        await refused(
            reader,
            asyncpg.InsufficientPrivilegeError,
            "select digest from token",
            "select count(digest) from token",
            "select token from token",
            "select from token where digest is not null",
            "select commitment from personal",
            "select id from person",
            "select hash from leaf_000000",
        )


async def test_the_reader_recognises_a_token(database: Database) -> None:
    async with session(database, "door") as door:
        await door.execute(
            "insert into token (id, digest, role, label, created)"
            " values ('018f0000-0000-7000-8000-000000000000', '\\x01', 'auditor', 'mirror', now())"
        )
    async with session(database, "reader") as reader:
        [row] = await reader.fetch("select * from token_by_digest($1)", b"\x01")
        assert (row["role"], row["revoked"], "digest" in dict(row)) == ("auditor", None, False)
        assert await reader.fetch("select * from token_by_digest($1)", b"\x02") == []


async def test_a_later_migration_fences_its_tables(database: Database) -> None:
    async with session(database, None) as conn:
        transaction = conn.transaction()
        await transaction.start()
        await conn.execute("set local role mingzhang_migrator; create table more (journal integer primary key)")
        with pytest.raises(asyncpg.RaiseError, match="has no class"):
            async with conn.transaction():
                await conn.execute("select fence_tables()")
        await conn.execute("comment on table more is 'evidence: more'; select fence_tables()")
        await conn.execute("set local role mingzhang_door; insert into more values (1); reset role")
        with pytest.raises(asyncpg.RestrictViolationError):
            async with conn.transaction():
                await conn.execute("delete from more")
        await transaction.rollback()


WRITES = re.compile(r"\b(insert|update|delete|make_leaf_partitions)\b")
SETUP = {"catalog", "clusters", "migrations", "roles"}
ERASES = {"vault.erase_personal", "vault.erase_person", "vault.rewrap"}


async def may_run(conn: asyncpg.Connection, statement: str) -> bool:
    """Whether the session's role has every privilege that a statement needs; it is planned, not run."""
    try:
        await conn.execute(f"explain (generic_plan) {statement}")
    except asyncpg.InsufficientPrivilegeError:
        return False
    return True


async def test_every_statement_has_the_role_that_runs_it(cluster: Cluster) -> None:
    named = {
        f"{noun}.{name}": text
        for noun in statements.nouns()
        if noun not in SETUP
        for name, text in statements.load(noun).items()
    }
    database = cluster.database(cluster.template)
    async with session(database, "door") as conn:
        assert {name for name, text in named.items() if not await may_run(conn, text)} == ERASES
    async with session(database, "eraser") as conn:
        assert {name for name in ERASES if not await may_run(conn, named[name])} == set()
    async with session(database, "reader") as conn:
        refused_to_readers = {name for name, text in named.items() if not await may_run(conn, text)}
    assert refused_to_readers >= {name for name, text in named.items() if WRITES.search(text)}
    assert refused_to_readers >= {name for name in named if name.startswith("vault.")}
    assert {name for name, text in named.items() if "from personal" in text} <= refused_to_readers


async def test_many_databases_of_one_server_are_prepared_at_once(tmp_path: Path) -> None:
    with Server.start(tmp_path, settings={"fsync": "off"}) as server:
        names = [some_name("many") for _ in range(4)]
        async with session(Database.embedded(server), None) as conn:
            for name in names:
                await conn.execute(f"create database {name} template template0")
        ran = await asyncio.gather(*(Database.embedded(server, name).prepare() for name in names))
        assert all(ran)
        async with session(Database.embedded(server, names[0]), "reader") as conn:
            assert await catalog.audit(conn) == []
