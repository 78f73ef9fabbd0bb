"""The server as a process: it starts, says where, outlives its host, stops, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from db.cluster import Layout
from tests.db.conftest import as_ordinary_user  # noqa: F401 - a fixture, used by its name

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE = 60


@dataclass
class Process:
    """A running `mingzhang serve` (or `demo`)."""

    data: Path
    process: subprocess.Popen[str]
    said: dict[str, Any] = field(default_factory=dict)

    def started(self) -> dict[str, Any]:
        """What it printed once it answered."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.errors()
        self.said = json.loads(line)
        return self.said

    def errors(self) -> str:
        """What it said on stderr, once it has ended."""
        assert self.process.stderr is not None
        stream: IO[str] = self.process.stderr
        return stream.read()

    def get(self, path: str, token: str | None = None) -> httpx.Response:
        """GET below its address."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.get(self.said["address"] + path, headers=headers, timeout=PATIENCE)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ask it to stop, and wait."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def nobody_is_left(self) -> bool:
        """No PostgreSQL works in the data directory any more."""
        layout = Layout((self.data / "postgresql").resolve())
        for _ in range(100):
            if not layout.occupants():
                return True
            time.sleep(0.05)
        return False


Start = Callable[..., Process]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start servers; none survives the test."""
    made: list[Process] = []

    def run(data: Path, *words: str, prefix: tuple[str, ...] = ()) -> Process:
        command = [*prefix, sys.executable, "-m", "schema.asgi.command", *words, "--data", str(data)]
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=CHECKOUT, env=environment
        )
        made.append(Process(data, process))
        return made[-1]

    yield run
    for each in made:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()
        for stream in (each.process.stdout, each.process.stderr):
            assert stream is not None
            stream.close()


def mingzhang(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run another command of the same installation."""
    command = [sys.executable, "-m", "schema.asgi.command", *words, "--data", str(data)]
    return subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=False, timeout=PATIENCE)


def serves_twice(start: Start, data: Path, prefix: tuple[str, ...]) -> None:
    """A first and a second start, each stopped by Ctrl-C."""
    first = start(data, "serve", "--port", "0", "--json", prefix=prefix)
    token = first.started()["tokens"]["administrator"]
    assert first.get("ready").json()["size"] == 1
    assert first.get("journals/main/projections", token).status_code == 200
    assert first.stop() == 0
    assert first.nobody_is_left()
    second = start(data, "serve", "--port", "0", "--json", prefix=prefix)
    assert second.started()["tokens"] == {}
    assert second.get("ready").json()["size"] == 1
    assert second.get("journals/main/projections", token).status_code == 200
    assert second.stop(signal.SIGTERM) == 0
    assert second.nobody_is_left()


def test_as_this_user(start: Start, tmp_path: Path) -> None:
    serves_twice(start, tmp_path / "data", ())


def test_as_an_ordinary_user(start: Start, tmp_path: Path, as_ordinary_user: tuple[str, ...]) -> None:  # noqa: F811 - the fixture
    if as_ordinary_user and as_ordinary_user[0] == "setpriv":
        os.chown(tmp_path, 65534, 65534)
        for parent in list(tmp_path.parents)[:3]:
            parent.chmod(0o755)
    serves_twice(start, tmp_path / "data", as_ordinary_user)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = mingzhang(tmp_path / "data", "serve", "--port", str(port))
    assert refused.returncode == 3
    assert f"cannot listen at 127.0.0.1:{port}" in refused.stderr
    assert "--port" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_commands_join_a_running_server_and_a_server_outlives_its_host(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    host = start(data, "serve", "--port", "0", "--json")
    host.started()
    guest = start(data, "serve", "--port", "0", "--json")
    assert guest.started()["tokens"] == {}
    made = mingzhang(data, "token", "create", "--role", "auditor", "--label", "guest", "--json")
    token = json.loads(made.stdout)["token"]
    assert host.get("journals/main/projections", token).status_code == 200
    assert host.stop() == 0
    for _ in range(100):
        if guest.get("ready").status_code == 200:
            break
        time.sleep(0.1)
    assert guest.get("journals/main/projections", token).status_code == 200
    assert guest.get("ready").json()["publisher"] == "here"
    assert guest.stop() == 0
    assert guest.nobody_is_left()


def test_a_killed_server_leaves_nobody(start: Start, tmp_path: Path) -> None:
    server = start(tmp_path / "data", "serve", "--port", "0", "--json")
    server.started()
    server.stop(signal.SIGKILL)
    assert server.nobody_is_left()


def test_other_commands(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert mingzhang(data, "keys", "show").stdout.startswith("mingzhang.local/main+")
    checked = mingzhang(data, "check", "--json")
    assert (checked.returncode, json.loads(checked.stdout)["ok"]) == (0, True)
    assert json.loads(mingzhang(data, "migrate", "--json").stdout) == {"migrations": []}
    listed = json.loads(mingzhang(data, "token", "list", "--json").stdout)
    assert listed == []
    for words in (("token", "create", "--role", "officer", "--label", "x"), ("token", "revoke", "0" * 32)):
        refused = mingzhang(data, *words)
        assert refused.returncode == 1, refused
        assert refused.stderr.startswith("mingzhang: ")
    assert json.loads(mingzhang(data, "keys", "rewrap", "--json").stdout) == {"persons": 0}
    begun = json.loads(mingzhang(data, "keys", "rotate", "--json").stdout)
    assert (len(begun["keys"]), begun["position"]) == (2, 1)
    ended = json.loads(mingzhang(data, "keys", "rotate", "--finish", "--json").stdout)
    assert (ended["keys"], ended["position"]) == (begun["keys"][1:], 2)
    assert mingzhang(data, "keys", "rotate", "--finish").returncode == 1
    for commitment, code in (("x", 2), ("00" * 32, 1)):
        assert mingzhang(data, "erase", commitment, "--ground", "request").returncode == code
    assert json.loads(mingzhang(data, "check", "--json").stdout)["ok"]
    renamed = mingzhang(data, "check", "--origin", "example.org/other")
    assert renamed.returncode == 3
    assert "--origin" in renamed.stderr
    assert mingzhang(data, "nothing").returncode == 2
