"""`kill -9` of the server process, of PostgreSQL, and of a backend, at random moments under load.

Fifteen times, each victim in its turn; `MINGZHANG_LONG=1`: fifty times.

Every acknowledged entry is there after the restart, at its position; every unacknowledged command
can be sent again with the same id; and the whole journal replays.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg

from db.embedded import Server
from db.pools import Database
from tests.db.books import replayed

KILLS = 50 if os.environ.get("MINGZHANG_LONG") else 15
VICTIMS = ("server", "postgresql", "backend", "postgresql", "server")
SEED = 20201
CHECKOUT = Path(__file__).resolve().parents[2]


class Run:
    """One life of the appending process."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.answers = folder / "acknowledged"
        self.answers.touch()
        before = self.answers.read_text().count("ready")
        paths = [str(self.data), str(self.answers), str(folder / "unanswered")]
        command = [sys.executable, "-m", "tests.simulation.appender", *paths]
        environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
        self.process = subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        deadline = time.monotonic() + 60
        while self.answers.read_text().count("ready") == before:
            assert self.process.poll() is None, self.complaint()
            assert time.monotonic() < deadline, "the appender did not get ready"
            time.sleep(0.01)

    def complaint(self) -> str:
        """What the process said before it ended by itself."""
        return self.process.stderr.read().decode() if self.process.stderr else ""

    def postmaster(self) -> int:
        """PostgreSQL's own process."""
        return int((self.data / "postgresql" / "cluster" / "postmaster.pid").read_text().splitlines()[0])

    def end(self, victim: str, pause: float) -> None:
        """Kill the victim without warning, then the process, and wait until both are gone.

        After a backend PostgreSQL itself begins anew, in some 60 ms.  Killed meanwhile it takes three seconds to go
        (`_wait_for_leftovers` in db/embedded.py); after a longer `pause` the door has gone on appending.
        """
        postmaster = self.postmaster()
        if victim == "server":
            self.process.kill()
        elif victim == "postgresql":
            os.kill(postmaster, signal.SIGKILL)
        else:
            for child in children(postmaster)[-1:]:
                os.kill(child, signal.SIGKILL)
            time.sleep(pause)
        self.process.kill()
        self.process.wait(10)
        assert self.process.stderr is not None
        self.process.stderr.close()


def children(pid: int) -> list[int]:
    """The processes that `pid` started, by age."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def acknowledged(path: Path) -> dict[str, int]:
    """Command ids and positions of every complete line."""
    lines = [line.split() for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return {words[0]: int(words[1]) for words in lines if len(words) == 2}


async def kept(database: Database, promised: dict[str, int]) -> None:
    """Every promise is kept, and the positions have no gap."""
    keeper = await asyncpg.connect(database.keeper)
    try:
        stored = {str(r["id"]): r["position"] for r in await keeper.fetch("select id, position from command")}
        size = await keeper.fetchval("select size from head")
        leaves = await keeper.fetchval("select count(*) from leaf")
    finally:
        await keeper.close()
    broken = {name: position for name, position in promised.items() if stored.get(name) != position}
    assert not broken, f"{len(broken)} acknowledged entries are missing or moved"
    assert sorted(stored.values()) == list(range(size))
    assert leaves == size


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    for number in range(KILLS):
        run = Run(tmp_path)
        time.sleep(chance.random() * 0.15)
        run.end(VICTIMS[number % len(VICTIMS)], chance.random() * 0.4)
    promised = acknowledged(tmp_path / "acknowledged")
    assert len(promised) > KILLS
    with Server.start(tmp_path / "data") as server:
        database = Database.embedded(server)
        asyncio.run(kept(database, promised))
        replay = asyncio.run(replayed(database))
    assert replay.size >= len(promised)
