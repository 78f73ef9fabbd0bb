"""`kill -9` at every await of the append path, found by running it: before the answer and after it.

One run of the story reports every suspension; then, for each, a process dies in it, while the database works on its
request or when the answer has come.  Afterwards another door sends the whole story again: what was acknowledged is
where it was said to be, everything else is written once, and the journal replays.

Each await of the source is killed in once, both ways.  `MINGZHANG_LONG=1` kills at every suspension of the run, again
and again, more than a thousand times.
"""

from __future__ import annotations

import ast
import asyncio
import os
import pickle
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from db.journal import Door, open_journal
from db.pools import Database
from ledger import canonical
from ledger.regions import regions_of
from ledger.replay import Replay
from tests.db.books import utcnow
from tests.simulation.killed_door import FOUNDING, LIST, ORIGIN, Place, story, tell

CHECKOUT = Path(__file__).resolve().parents[2]
LONG = bool(os.environ.get("MINGZHANG_LONG"))
MOST = 1000 if LONG else 0
WAYS = ("sent", "answered")
UNWAITED = frozenset({"open_journal", "close"})
"""Functions of the append modules that are no part of appending."""


class Killer:
    """The process that forks children, and what it is told."""

    def __init__(self, database: Database) -> None:
        self._database = b64encode(pickle.dumps(database)).decode()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.simulation.killed_door"], cwd=CHECKOUT,
            env=os.environ | {"PYTHONPATH": str(CHECKOUT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def live(self, journal: str, point: int | None = None, when: str = "sent") -> dict[str, Any]:
        """Have a child live, or die at a point; its report."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"database": self._database, "journal": journal, "point": point, "when": when}
        self._process.stdin.write(orjson.dumps(order) + b"\n")
        self._process.stdin.flush()
        report: dict[str, Any] = orjson.loads(self._process.stdout.readline())
        return report

    def close(self) -> None:
        """End it."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait(10)


class Books:
    """Journals of one database, each founded, lived in, and looked at afterwards."""

    def __init__(self, database: Database, pool: asyncpg.Pool, keeper: asyncpg.Connection) -> None:
        self.database, self._pool, self._keeper = database, pool, keeper
        self._count = 0

    async def found(self) -> Door:
        """A new journal in which the story can happen, and a door to it."""
        self._count += 1
        name = f"kill-{self._count}"
        journal = await open_journal(self._pool, name, f"{ORIGIN}/{name}")
        door = Door(self._pool, journal, utcnow)
        commands, _ = story(name)
        await tell(door, [[[(made, ())] for made in commands[:FOUNDING]]])
        await self._keeper.execute(
            "insert into organization (journal, id, version, position, name, kind, identifiers) "
            "select $1, o, 1, 1, 'test', 'social-organization', '{}' from unnest(array['o1', 'o2']) as o",
            journal.id,
        )
        await self._keeper.execute(
            "insert into organization_status (journal, organization, n, kind, valid_from) "
            "select $1, o, n, k, '2000-01-01' from unnest(array['o1', 'o2']) as o, "
            "unnest(array['registered', 'public-fundraising']) with ordinality as s (k, n)",
            journal.id,
        )
        told = await tell(door, [[[(made, ())] for made in commands[FOUNDING:]]])
        assert len(told) == len(commands) - FOUNDING
        return door

    async def kept(self, door: Door, promised: dict[str, str]) -> int:
        """Send the whole story again; every promise is kept, and the journal replays.  How many entries it has."""
        told = await tell(door, story(door.journal.name)[1])
        await door.close()
        broken = {name: position for name, position in promised.items() if told.get(name) != int(position)}
        assert not broken, f"acknowledged entries are missing or moved: {broken}"
        number = door.journal.id
        rows = await self._keeper.fetch("select leaf from leaf where journal = $1 order by position", number)
        entries: dict[int, dict[str, Any]] = {}
        replay = Replay(entries)
        for row in rows:
            document = canonical.decode(row["leaf"])
            if document["type"] == "reference_loaded":
                replay.state.regions.load(*regions_of(orjson.loads(LIST)))
            entries[replay.size] = document
            replay.step(row["leaf"])
        head = await self._keeper.fetchrow("select size, root, last from head where journal = $1", number)
        commands = await self._keeper.fetch("select id, position from command where journal = $1", number)
        assert head is not None
        assert (head["size"], head["root"]) == (replay.size, replay.frontier.root())
        assert sorted(row["position"] for row in commands) == list(range(replay.size))
        assert {str(row["id"]): row["position"] for row in commands}.items() >= told.items()
        return replay.size


@pytest.fixture
async def books(fresh_database: Database) -> AsyncIterator[Books]:
    """A database for journals."""
    keeper = await asyncpg.connect(fresh_database.keeper)
    async with fresh_database.pool("door", most=2) as pool:
        yield Books(fresh_database, pool, keeper)
    await keeper.close()


@pytest.fixture
def killer(fresh_database: Database) -> Iterator[Killer]:
    """A process whose children die."""
    made = Killer(fresh_database)
    yield made
    made.close()


def awaits(path: Path) -> Iterator[tuple[str, int, int]]:
    """Every await of a module that could suspend: (function, first line, last line)."""
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(function, ast.AsyncFunctionDef) and function.name not in UNWAITED:
            for node in ast.walk(function):
                if isinstance(node, ast.Await):
                    yield function.name, node.lineno, node.end_lineno or node.lineno
                if isinstance(node, ast.AsyncWith | ast.AsyncFor):
                    yield function.name, node.lineno, node.lineno


def unvisited(places: list[Place]) -> list[str]:
    """Awaits in the append path's modules where no run was ever suspended."""
    seen: dict[str, set[tuple[str, int]]] = {}
    for step in {step for place in places for step in place}:
        file, function, line = step.split(":")
        seen.setdefault(file, set()).add((function, int(line)))
    return [
        f"{file}:{function}:{first}"
        for file in sorted(seen)
        if file.startswith(("journal", "door"))
        for function, first, last in awaits(CHECKOUT / "db" / file)
        if not any((function, line) in seen[file] for line in range(first, last + 1))
    ]


async def test_every_await_of_the_append_path_is_killed_in(books: Books, killer: Killer) -> None:
    door = await books.found()
    report = await asyncio.to_thread(killer.live, door.journal.name)
    assert report["status"] == 0
    size = await books.kept(door, report["told"])
    places = [tuple(place) for place in report["places"]]
    missing = unvisited(places)
    assert not missing, f"{missing}: awaits that the story does not reach: add to it what reaches them"
    first = {place: number for number, place in reversed(list(enumerate(places)))}
    points = range(len(places)) if LONG else sorted(first.values())
    wanted = [(point, when) for point in points for when in WAYS]
    done: list[tuple[int, str]] = []
    while len(done) < max(MOST, len(wanted)):
        for point, when in wanted:
            door = await books.found()
            report = await asyncio.to_thread(killer.live, door.journal.name, point, when)
            assert os.WIFSIGNALED(report["status"]), f"the process lived past {places[point]}"
            assert os.WTERMSIG(report["status"]) == signal.SIGKILL
            assert await books.kept(door, report["told"]) == size, (places[point], when)
            done.append((point, when))
    print(f"{len(done)} kills at {len(set(places))} places of {len(places)} suspensions")  # noqa: T201 -- how many is what it must show
    assert set(done) == set(wanted)
    assert len({places[point] for point, _ in done}) == len(set(places))
