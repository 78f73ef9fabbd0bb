"""Migrations run once, in order, whole or not at all, and never change their past."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from db.migrations import (
    AlteredMigrationError,
    FailedMigrationError,
    MisnumberedError,
    NewerDatabaseError,
    migrate,
    read_folder,
)
from tests.conftest import Cluster, some_name


@pytest.fixture
async def empty(cluster: Cluster) -> AsyncIterator[str]:
    """The keeper's address of a database in which nothing ever ran."""
    name = some_name("empty")
    await cluster.run(f"create database {name} template template0 strategy file_copy")
    yield cluster.database(name).keeper
    await cluster.drop(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two small migrations."""
    (tmp_path / "0001_wells.sql").write_text("create table well (id integer);\ninsert into well values (1);\n")
    (tmp_path / "0002_pumps.sql").write_text("create table pump (id integer);\n")
    return tmp_path


async def ask(dsn: str, statement: str) -> object:
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(statement)
    finally:
        await conn.close()


async def test_each_runs_once_and_in_order(empty: str, folder: Path) -> None:
    assert await migrate(empty, folder=folder) == ["0001_wells", "0002_pumps"]
    assert await migrate(empty, folder=folder) == []
    (folder / "0003_pipes.sql").write_text("create table pipe (id integer);")
    assert await migrate(empty, folder=folder) == ["0003_pipes"]
    assert await ask(empty, "select count(*) from well") == 1
    assert await ask(empty, "select array_agg(name order by number) from migration") == [
        "0001_wells",
        "0002_pumps",
        "0003_pipes",
    ]


async def test_many_at_once_run_each_once(empty: str, folder: Path) -> None:
    ran = await asyncio.gather(*(migrate(empty, folder=folder) for _ in range(4)))
    assert sorted(ran) == [[], [], [], ["0001_wells", "0002_pumps"]]
    assert await ask(empty, "select count(*) from well") == 1


async def test_a_failing_one_leaves_no_trace_and_names_its_line(empty: str, folder: Path) -> None:
    (folder / "0002_pumps.sql").write_text("create table pump (id integer);\n\nselect wrong from pump;\n")
    with pytest.raises(FailedMigrationError) as caught:
        await migrate(empty, folder=folder)
    assert (caught.value.name, caught.value.line) == ("0002_pumps", 3)
    assert await ask(empty, "select to_regclass('pump')") is None
    assert await ask(empty, "select max(number) from migration") == 1
    (folder / "0002_pumps.sql").write_text("create table pump (id integer);\n")
    assert await migrate(empty, folder=folder) == ["0002_pumps"]


@pytest.mark.parametrize("ending", ["commit;", "commit; begin;", "rollback; begin;"])
async def test_one_that_ends_its_transaction_is_refused(empty: str, folder: Path, ending: str) -> None:
    (folder / "0003_sly.sql").write_text(f"create table sly (id integer); {ending}")
    with pytest.raises(FailedMigrationError, match="ends the transaction"):
        await migrate(empty, folder=folder)
    assert await ask(empty, "select max(number) from migration") == 2


async def test_one_may_act_as_another_role(empty: str, folder: Path) -> None:
    (folder / "0003_role.sql").write_text("set local role pg_database_owner; create table owned (id integer);")
    assert "0003_role" in await migrate(empty, folder=folder)


async def test_an_edited_past_is_refused(empty: str, folder: Path) -> None:
    await migrate(empty, folder=folder)
    (folder / "0001_wells.sql").write_text("create table well (id bigint);")
    with pytest.raises(AlteredMigrationError) as caught:
        await migrate(empty, folder=folder)
    assert caught.value.applied == "0001_wells"


async def test_a_renamed_past_is_refused(empty: str, folder: Path) -> None:
    await migrate(empty, folder=folder)
    (folder / "0002_pumps.sql").rename(folder / "0002_bombs.sql")
    with pytest.raises(AlteredMigrationError):
        await migrate(empty, folder=folder)


async def test_line_ends_do_not_count(empty: str, folder: Path) -> None:
    await migrate(empty, folder=folder)
    path = folder / "0001_wells.sql"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert await migrate(empty, folder=folder) == []


async def test_a_newer_database_is_refused(empty: str, folder: Path) -> None:
    await migrate(empty, folder=folder)
    (folder / "0002_pumps.sql").unlink()
    with pytest.raises(NewerDatabaseError) as caught:
        await migrate(empty, folder=folder)
    assert caught.value.unknown == ["0002_pumps"]


@pytest.mark.parametrize("name", ["0004_gap.sql", "0002_twice.sql", "notes.sql", "0003-dash.sql", "3_short.sql"])
def test_a_misnumbered_folder_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("select 1;")
    with pytest.raises(MisnumberedError):
        read_folder(folder)


async def test_a_missing_past_is_refused(empty: str, folder: Path) -> None:
    await migrate(empty, folder=folder)
    (folder / "0001_wells.sql").unlink()
    with pytest.raises(MisnumberedError, match="0001 was expected"):
        await migrate(empty, folder=folder)
