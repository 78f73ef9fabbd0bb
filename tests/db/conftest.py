"""A stopped data directory to start from, and other processes that start it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import launch
from db.embedded import Server
from tests.db.processes import CHECKOUT, Starter, Starters


@pytest.fixture(scope="session")
def stopped_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that was started once and stopped cleanly."""
    data = tmp_path_factory.mktemp("stopped") / "data"
    Server.start(data, settings={"fsync": "off"}).stop()
    return data


@pytest.fixture
def data(stopped_data: Path, tmp_path: Path) -> Path:
    """A copy of a data directory, to be done with as a test likes."""
    return Path(shutil.copytree(stopped_data, tmp_path / "data"))


@pytest.fixture
def starter() -> Iterator[Starters]:
    """Make starters; none survives the test."""
    made: list[Starter] = []

    def make(data: Path, *settings: str, prefix: tuple[str, ...] = ()) -> Starter:
        made.append(Starter(data, *settings, prefix=prefix))
        return made[-1]

    yield make
    for each in made:
        if each.process.returncode is None:
            each.kill()


@pytest.fixture(scope="session")
def as_ordinary_user() -> tuple[str, ...]:
    """The words to put before a command so that it runs as an ordinary user; none when we are one.

    As root: `setpriv` to nobody, if nobody can run this Python; otherwise a user namespace, which takes every
    privilege of root away but leaves the files' owner, so that a Python below a closed /root still runs.
    """
    if os.geteuid() != 0:
        return ()
    real = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    namespace = (sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), "namespace", "65534", "65534")
    for prefix in (real, namespace):
        # It has to start itself again, as the server's launcher does.
        again = "import os, subprocess, sys, db.embedded; sys.exit(not os.geteuid() or "
        command = [*prefix, sys.executable, "-c", again + "subprocess.call([sys.executable, '-c', '']))"]
        if shutil.which(prefix[0]) and _runs(command):
            return prefix
    pytest.skip("no way from root to an ordinary user: setpriv cannot run this Python, and user namespaces are closed")


def _runs(command: list[str]) -> bool:
    """The command ends well."""
    done = subprocess.run(command, capture_output=True, check=False, cwd=CHECKOUT, timeout=20)
    return done.returncode == 0
