"""`serve --workers`: several processes answer at one address; a killed one is replaced, none outlives the others."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.simulation.test_server_process import PATIENCE, Process, Start, start  # noqa: F401 - a fixture, by its name


def servers(address: str) -> set[str]:
    """The names of the processes that answer; each request is a connection of its own."""
    found = set()
    for _ in range(40):
        answer = httpx.get(f"{address}ready", timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        found.add(answer.json()["server"])
    return found


def children(process: int) -> list[int]:
    """The worker processes below a supervisor."""
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                parent = int((each / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (each / "cmdline").read_bytes()
            except OSError:
                continue
            if parent == process and b"spawn_main" in command:
                found.append(int(each.name))
    return found


def soon(whether: Callable[[], bool]) -> bool:
    """Whether it becomes so in time."""
    end = time.monotonic() + PATIENCE
    while not whether():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def is_gone(process: int) -> bool:
    """Whether a process has ended."""
    try:
        return (Path("/proc") / str(process) / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_two_workers_a_killed_one_and_the_end(start: Start, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    served: Process = start(tmp_path / "data", "serve", "--port", "0", "--json", "--workers", "2")
    said = served.started()
    names = servers(said["address"])
    assert len(names) == 2
    victim, other = children(served.process.pid)
    os.kill(victim, signal.SIGKILL)
    assert soon(lambda: len(children(served.process.pid)) == 2 and is_gone(victim))
    assert other in children(served.process.pid)
    assert soon(lambda: len(servers(said["address"]) - names) == 1)
    asked = {"query": "{ apiTokens { role } head { size } }"}
    headers = {"authorization": f"Bearer {said['tokens']['administrator']}"}
    for _ in range(10):
        answer = httpx.post(f"{said['address']}graphql", json=asked, headers=headers, timeout=PATIENCE).json()
        assert answer["data"] == {"apiTokens": [{"role": "ADMINISTRATOR"}], "head": {"size": "1"}}
    workers = children(served.process.pid)
    assert served.stop() == 0
    assert all(is_gone(each) for each in workers)
    assert served.nobody_is_left()


def test_workers_do_not_outlive_their_supervisor(start: Start, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    served: Process = start(tmp_path / "data", "serve", "--port", "0", "--json", "--workers", "2")
    served.started()
    workers = children(served.process.pid)
    assert len(workers) == 2
    served.process.kill()
    served.process.wait(PATIENCE)
    assert soon(lambda: all(is_gone(each) for each in workers))
    assert served.nobody_is_left()
