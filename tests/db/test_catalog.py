"""What a superuser does to the fences is found by the catalog audit; a migrated database has no finding."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from db import catalog, migrations, structure
from db.catalog import CatalogFinding
from db.embedded import Server
from db.pools import Database
from db.roles import ROLES, Role, role_name
from db.structure import Fact
from tests.conftest import Cluster, some_name

# What the superuser does (as itself; `guard_ddl` is in its way, and it may switch that off), and what must be found.
HOLES: dict[str, tuple[str, set[tuple[str, str, str]]]] = {
    "a rule that swallows": (
        "create rule hush as on insert to leaf do instead nothing",
        {("UNEXPECTED", "public.leaf", "rule hush")},
    ),
    "a trigger disabled": (
        "alter table record disable trigger fence_row",
        {("CHANGED", "public.record", "trigger fence_row")},
    ),
    "a trigger no longer always": (
        "alter table record enable trigger fence_row",
        {("CHANGED", "public.record", "trigger fence_row")},
    ),
    "all triggers of a partition disabled": (
        "alter table leaf_000000 disable trigger all",
        {
            ("CHANGED", "public.leaf_000000", "trigger fence_row"),
            ("CHANGED", "public.leaf_000000", "trigger fence_truncate"),
            ("CHANGED", "public.leaf_000000", "trigger fence_every_partition"),
        },
    ),
    "a trigger dropped": (
        "drop trigger fence_truncate on posting",
        {("MISSING", "public.posting", "trigger fence_truncate")},
    ),
    "a trigger of a stranger": (
        "create trigger hush before insert on entry for each row execute function refuse_change()",
        {("UNEXPECTED", "public.entry", "trigger hush")},
    ),
    "a refusal that no longer refuses": (
        (
            "create or replace function refuse_change() returns trigger language plpgsql set search_path = pg_catalog"
            " as 'begin return new; end'"
        ),
        {("CHANGED", "public.refuse_change()", "function")},
    ),
    "a policy that hides": (
        "create policy hush on entry using (position > 5); alter table entry enable row level security",
        {("UNEXPECTED", "public.entry", "policy hush"), ("UNEXPECTED", "public.entry", "policy row level security")},
    ),
    "another owner": (
        "alter table posting owner to mingzhang_door",
        {("CHANGED", "public.posting", "owner"), ("MISSING", "public.posting", "grant insert mingzhang_door")},
    ),
    "everything reassigned": (
        "create role mz_stranger; reassign owned by mingzhang_migrator to mz_stranger",
        {("CHANGED", "public.posting", "owner"), ("CHANGED", "schema public", "owner")},
    ),
    "a grant": (
        "grant update (amount) on posting to mingzhang_door",
        {("UNEXPECTED", "public.posting", "grant update (amount) mingzhang_door")},
    ),
    "a grant to everybody": (
        "grant select on personal to public",
        {("UNEXPECTED", "public.personal", "grant select public")},
    ),
    "a grant taken away": (
        "revoke select on leaf from mingzhang_reader",
        {("MISSING", "public.leaf", "grant select mingzhang_reader")},
    ),
    "a partition detached": (
        "alter table leaf detach partition leaf_000000",
        {
            ("CHANGED", "public.leaf_000000", "relation"),
            ("MISSING", "public.leaf_000000", "trigger fence_every_partition"),
        },
    ),
    "a partition dropped": (
        "select make_leaf_partitions(2000000); drop table leaf_000001",
        {("MISSING", "public.leaf_000001", "relation")},
    ),
    "a partition beside the others": (
        "create table astray partition of leaf for values from (5000000) to (6000000)",
        {("UNEXPECTED", "public.astray", "relation")},
    ),
    "a partition with other bounds": (
        (
            "alter table leaf detach partition leaf_000000;"
            " alter table leaf attach partition leaf_000000 for values from (0) to (10)"
        ),
        {("CHANGED", "public.leaf_000000", "relation")},
    ),
    "a check dropped": (
        "alter table posting drop constraint posting_amount_check",
        {("MISSING", "public.posting", "constraint posting_amount_check")},
    ),
    "a foreign key's trigger disabled": (
        "alter table personal disable trigger all",
        {
            ("CHANGED", "public.personal", "trigger fence_truncate"),
            ("UNEXPECTED", "public.personal", "trigger of a key"),
        },
    ),
    "a default": (
        "alter table entry alter breaches set default 1",
        {("CHANGED", "public.entry", "relation")},
    ),
    "a column": ("alter table entry add more text", {("CHANGED", "public.entry", "relation")}),
    "an unlogged table": ("alter table tile set unlogged", {("CHANGED", "public.tile", "relation")}),
    "a function of a stranger": (
        "create function leak() returns setof personal language sql security definer as 'select * from personal'",
        {("UNEXPECTED", "public.leak()", "function"), ("UNEXPECTED", "public.leak()", "grant execute public")},
    ),
    "a view": ("create view leak as select * from personal", {("UNEXPECTED", "public.leak", "relation")}),
    "a schema": ("create schema shadow", {("UNEXPECTED", "schema shadow", "owner")}),
    "a publication": ("create publication leak for table leaf", {("UNEXPECTED", "leak", "publication")}),
    "the guard dropped": ("drop event trigger guard_ddl", {("MISSING", "guard_ddl", "event trigger")}),
    "the guard disabled": ("alter event trigger guard_ddl disable", {("CHANGED", "guard_ddl", "event trigger")}),
    "the guard no longer always": (
        "alter event trigger guard_ddl enable",
        {("CHANGED", "guard_ddl", "event trigger")},
    ),
    "an event trigger of a stranger": (
        "create event trigger hush on sql_drop execute function guard_ddl()",
        {("UNEXPECTED", "hush", "event trigger")},
    ),
    "a default privilege": (
        "alter default privileges for role mingzhang_migrator grant select on tables to public",
        {("UNEXPECTED", "defaults of all schemas", "grant select public")},
    ),
}


# Roles and settings belong to the server: these are undone by rolling back.
SERVER_HOLES: dict[str, tuple[str, set[tuple[str, str, str]]]] = {
    "a role that is a superuser": (
        "alter role mingzhang_door superuser",
        {("CHANGED", "mingzhang_door", "role")},
    ),
    "a role in a role": (
        "grant mingzhang_eraser to mingzhang_reader",
        {("UNEXPECTED", "mingzhang_reader", "member mingzhang_eraser")},
    ),
    "a role of the server's": (
        "grant pg_write_all_data to mingzhang_door",
        {("UNEXPECTED", "mingzhang_door", "member pg_write_all_data")},
    ),
    "replica mode kept in a role": (
        "alter role mingzhang_door set session_replication_role = replica",
        {("UNEXPECTED", "mingzhang_door in every database", "setting session_replication_role")},
    ),
    "a setting of a stranger's": (
        "do $$ begin execute format('alter database %I set mingzhang.bypass = on', current_database()); end $$",
        {("UNEXPECTED", "", "setting mingzhang.bypass")},
    ),
    "replica mode in force": (
        "set local session_replication_role = replica",
        {("UNEXPECTED", "in force", "setting session_replication_role")},
    ),
    "replica mode given away": (
        "grant set on parameter session_replication_role to mingzhang_door",
        {("UNEXPECTED", "granted", "setting session_replication_role")},
    ),
}


@pytest.fixture(params=["cluster", "cluster15"])
def server(request: pytest.FixtureRequest) -> Cluster:
    """Each supported end of PostgreSQL's versions."""
    found: Cluster = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def superuser(server: Cluster) -> AsyncIterator[asyncpg.Connection]:
    """A superuser in a migrated database, in a transaction that is rolled back."""
    conn = await asyncpg.connect(server.database(server.template).keeper)
    transaction = conn.transaction(isolation="repeatable_read")
    await transaction.start()
    yield conn
    await transaction.rollback()
    await conn.close()


def summary(findings: list[CatalogFinding]) -> set[tuple[str, str, str]]:
    """Return what was found, without the definitions."""
    return {(finding.code, finding.table, finding.what) for finding in findings}


async def audit_inside(conn: asyncpg.Connection) -> set[tuple[str, str, str]]:
    """Audit as the open transaction sees the catalog."""
    facts: dict[Fact, str] = await structure.read_inside(conn)
    return summary(catalog.compare(structure.expected(), facts, gaps=()))


async def test_a_migrated_database_has_no_finding(server: Cluster) -> None:
    database = server.database(server.template)
    roles: tuple[Role, ...] = ("reader", "door", "migrator")
    for role in roles:
        conn = await database.connect(role)
        try:
            assert await catalog.audit(conn) == []
        finally:
            await conn.close()


async def test_a_new_partition_is_no_finding(superuser: asyncpg.Connection) -> None:
    assert await superuser.fetchval("select make_leaf_partitions(3000000)") == 3
    assert await audit_inside(superuser) == set()


@pytest.mark.parametrize("hole", [*HOLES, *SERVER_HOLES])
async def test_every_hole_is_found(superuser: asyncpg.Connection, hole: str) -> None:
    line, expected = {**HOLES, **SERVER_HOLES}[hole]
    guarded = "event trigger" not in line
    if guarded:
        await superuser.execute("alter event trigger guard_ddl disable")
    await superuser.execute(line)
    if guarded:
        await superuser.execute("alter event trigger guard_ddl enable always")
    found = await audit_inside(superuser)
    if hole == "a setting of a stranger's":
        found = {(code, "", what) for code, _, what in found}
    found = {(code, table, re.sub(r"RI_ConstraintTrigger_\w+", "of a key", what)) for code, table, what in found}
    assert expected <= found


async def test_a_finding_says_what_it_expected(superuser: asyncpg.Connection) -> None:
    await superuser.execute("alter event trigger guard_ddl disable; alter table record disable trigger fence_row")
    facts = await structure.read_inside(superuser)
    found = catalog.compare(structure.expected(), facts, gaps=["NO_DDL_GUARD", "PARTITIONER_IS_MIGRATOR"])
    assert [finding.code for finding in found] == ["CHANGED", "CHANGED"], "a gap excuses what is missing, and no more"
    assert (found[1].expected or "").endswith("alter table public.record enable always trigger fence_row")
    assert (found[1].actual or "").endswith("alter table public.record disable trigger fence_row")
    assert "public.record: trigger fence_row: expected" in str(found[1])


@pytest.fixture(params=["newest", "oldest"])
def bindir(request: pytest.FixtureRequest) -> Path | None:
    """The programs of each supported end of PostgreSQL's versions."""
    return request.getfixturevalue("bindir15") if request.param == "oldest" else None


@pytest.mark.parametrize("maker", ["administrator", "login"])
async def test_a_plain_login_degrades_by_name(
    tmp_path_factory: pytest.TempPathFactory, bindir: Path | None, maker: str
) -> None:
    """No superuser migrates; the roles were made by an administrator, or the login may make them itself."""
    name = some_name("plain")
    folder, settings = tmp_path_factory.mktemp("plain"), {"fsync": "off", "full_page_writes": "off"}
    with Server.start(folder, bindir=bindir, settings=settings) as server:
        admin = await asyncpg.connect(server.dsn(database="postgres"))
        await admin.execute(f"create role {name} login password 'word'")
        if maker == "login":
            await admin.execute(f"alter role {name} createrole")
        for role in ROLES if maker == "administrator" else ():
            await admin.execute(f"create role {role_name(role)}; grant {role_name(role)} to {name}")
        await admin.execute(f"create database {name} owner {name}")
        await admin.close()
        host = str(server.address.folder).replace("/", "%2F")
        database = Database.at(f"postgresql://{name}:word@{host}:{server.address.port}/{name}")
        await database.check(forgive=frozenset({"durability"}))
        await migrations.prepare(database.keeper, database.passwords)  # `Database.prepare` wants durability
        door = await database.connect("door")
        try:
            assert await door.fetchval("select make_leaf_partitions(1000000)") == 1
            found = await catalog.audit(door)
            gaps = {row["code"] for row in await door.fetch("select code from fence_gap")}
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await door.execute("delete from leaf")
        finally:
            await door.close()
    assert gaps == {"NO_DDL_GUARD"} | ({"PARTITIONER_IS_MIGRATOR"} if maker == "administrator" else set())
    assert {finding.code for finding in found} == {"GAP"}, [str(f) for f in found if f.code != "GAP"]
