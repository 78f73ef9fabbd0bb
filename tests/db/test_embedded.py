"""The embedded server's life: made, found again, shared, killed, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
import threading
import time
from pathlib import Path

import asyncpg
import pytest

from db.cluster import Layout
from db.embedded import Server
from db.embedded_errors import VanishedError, WrongThreadError
from tests.db.processes import Starters

FAST = {"fsync": "off"}


async def ask(dsn: str, statement: str) -> object:
    """Run one statement on a connection of its own."""
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetchval(statement)
    finally:
        await conn.close()


def gone(data: Path, within: float = 5.0) -> bool:
    """No process of PostgreSQL works in the data directory any more."""
    layout, until = Layout(data / "postgresql"), time.monotonic() + within
    while layout.occupants() and time.monotonic() < until:
        time.sleep(0.02)
    return not layout.occupants()


def stopped(server: Server, within: float = 5.0) -> bool:
    """The server does not accept connections any more."""
    until = time.monotonic() + within
    while server.is_running() and time.monotonic() < until:
        time.sleep(0.02)
    return not server.is_running()


async def test_a_second_start_finds_the_data(data: Path) -> None:
    with Server.start(data, settings=FAST) as server:
        assert server.is_parent
        await ask(server.dsn(), "create table kept (id integer)")
    assert gone(data, within=0)
    with Server.start(data, settings=FAST) as server:
        assert await ask(server.dsn(), "select count(*) from kept") == 0
    assert gone(data, within=0)


async def test_the_cluster_is_made_as_promised(tmp_path: Path) -> None:
    with Server.start(tmp_path / "new") as server:
        settings = {
            name: await ask(server.dsn(), f"show {name}")
            for name in ("data_checksums", "fsync", "password_encryption", "listen_addresses", "server_encoding")
        }
        collation = await ask(
            server.dsn(),
            "select coalesce(to_jsonb(d) ->> 'datlocale', d.datcollate) from pg_database d "
            "where datname = current_database()",
        )
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(**{**server.connect_parameters(), "password": "guess"})
    assert settings == {
        "data_checksums": "on",
        "fsync": "on",
        "password_encryption": "scram-sha-256",
        "listen_addresses": "",
        "server_encoding": "UTF8",
    }
    assert collation == "C.UTF-8"
    home = tmp_path / "new" / "postgresql"
    assert stat.S_IMODE((home / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert not list(home.glob("*.new")), "nothing half made, and no password file, is left"


async def test_what_an_interrupted_first_start_left_is_thrown_away(tmp_path: Path) -> None:
    draft = tmp_path / "postgresql" / "cluster.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    with Server.start(tmp_path, settings=FAST) as server:
        assert await ask(server.dsn(), "select 1") == 1
    assert not draft.exists()


async def test_a_killed_parent_leaves_no_orphan_and_the_data(data: Path, starter: Starters) -> None:
    first = starter(data)
    dsn = first.told()["dsn"]
    await ask(dsn, "create table acknowledged (id integer)")
    first.kill()
    # At once: the dead server's lock, socket and process id may still be there.
    with Server.start(data, settings=FAST) as server:
        assert server.is_parent
        assert await ask(server.dsn(), "select count(*) from acknowledged") == 0
    assert gone(data, within=0)


def test_a_killed_parents_server_goes_by_itself(data: Path, starter: Starters) -> None:
    first = starter(data)
    first.told()
    first.kill()
    assert gone(data)
    assert "database system is shut down" in Layout(data / "postgresql").log_tail()


async def test_a_killed_server_is_noticed_and_recovers(data: Path) -> None:
    with Server.start(data) as server:
        await ask(server.dsn(), "create table acknowledged (id integer)")
        os.kill(server.address.pid, signal.SIGKILL)
        assert stopped(server)
    with Server.start(data) as server:
        assert await ask(server.dsn(), "select count(*) from acknowledged") == 0


async def test_a_stale_process_id_of_another_program_does_not_keep_us_out(data: Path) -> None:
    """In a container, the process id of a killed server soon belongs to something else."""
    note = data / "postgresql" / "cluster" / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{note.parent}\n1700000000\n5432\n/tmp\n\n  0  0\nready   \n")
    run = data / "postgresql" / "run"
    run.mkdir()
    (run / ".s.PGSQL.5432").touch()
    (run / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n{note.parent}\n1700000000\n5432\n{run}\n")
    with Server.start(data, settings=FAST) as server:
        assert await ask(server.dsn(), "select 1") == 1


async def test_a_guest_joins_and_leaves_the_server_alone(data: Path, starter: Starters) -> None:
    with Server.start(data, settings=FAST) as server:
        guest = starter(data)
        told = guest.told()
        assert (told["is_parent"], told["pid"]) == (False, server.address.pid)
        assert await ask(told["dsn"], "select 1") == 1
        assert guest.finish() == 0
        assert server.is_running()


def test_of_many_that_start_at_once_one_is_the_parent(tmp_path: Path, starter: Starters) -> None:
    started = [starter(tmp_path / "shared", "fsync=off") for _ in range(3)]
    told = [each.told() for each in started]
    assert sorted(each["is_parent"] for each in told) == [False, False, True]
    assert len({each["pid"] for each in told}) == 1


async def test_a_guest_may_inherit(data: Path, starter: Starters) -> None:
    parent = starter(data)
    parent.told()
    with Server.start(data, settings=FAST) as guest:
        assert not guest.is_parent
        parent.kill()
        with Server.start(data, settings=FAST) as heir:
            assert heir.is_parent
            assert await ask(heir.dsn(), "select 1") == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_signals_end_it_cleanly(data: Path, starter: Starters, number: signal.Signals, code: int) -> None:
    process = starter(data)
    process.told()
    assert process.finish(number) == code
    assert gone(data)
    assert "database system is shut down" in Layout(data / "postgresql").log_tail()


def test_stopping_is_repeatable_and_a_forked_copy_stops_nothing(data: Path) -> None:
    server = Server.start(data, settings=FAST)
    server._owner += 1
    server.stop()
    assert server.is_running()
    server._owner -= 1
    server.stop()
    server.stop()
    assert not server.is_running()


@pytest.mark.parametrize("name", ['账 本 \'s, "x"', "d" * 120])
async def test_any_path_will_do(stopped_data: Path, tmp_path: Path, name: str) -> None:
    data = Path(shutil.copytree(stopped_data, tmp_path / name))
    with Server.start(data, settings=FAST) as server:
        assert await ask(server.dsn(), "select 1") == 1
        folder = server.address.folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert not folder.is_relative_to(data)
    assert not folder.exists()


async def test_a_new_cluster_at_a_chinese_path(tmp_path: Path) -> None:
    with Server.start(tmp_path / "数据 目录", settings=FAST) as server:
        assert await ask(server.dsn(), "select '明账'") == "明账"


@pytest.mark.parametrize("name", ["short", "d" * 120])
async def test_an_ordinary_user_can(
    tmp_path: Path, starter: Starters, as_ordinary_user: tuple[str, ...], name: str
) -> None:
    """Twice in a row, and killed in between."""
    home = tmp_path
    if "setpriv" in as_ordinary_user:
        home = Path(tempfile.mkdtemp(prefix="mz-user-"))
        os.chown(home, 65534, 65534)
    first = starter(home / name, "fsync=off", prefix=as_ordinary_user)
    await ask(first.told()["dsn"], "create table kept (id integer)")
    first.kill()
    second = starter(home / name, "fsync=off", prefix=as_ordinary_user)
    told = second.told()
    assert told["is_parent"]
    assert await ask(told["dsn"], "select count(*) from kept") == 0
    assert second.finish() == 0
    assert gone(home / name, within=0)


def test_a_thread_that_may_end_cannot_start_it(data: Path) -> None:
    seen: list[BaseException] = []

    def start() -> None:
        try:
            Server.start(data)
        except WrongThreadError as fault:
            seen.append(fault)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert len(seen) == 1


def test_data_that_vanished_are_not_made_anew(data: Path, tmp_path: Path) -> None:
    with Server.start(data, settings=FAST) as server:
        known = server.identity
    assert len(known) == 8
    with Server.start(data, settings=FAST, same=known) as server:
        assert server.identity == known
    with pytest.raises(VanishedError, match="nothing was made in its place"):
        Server.start(tmp_path / "gone", same=known)
    assert not (tmp_path / "gone").exists()
    with pytest.raises(VanishedError):
        Server.start(data, same=bytes(8))
