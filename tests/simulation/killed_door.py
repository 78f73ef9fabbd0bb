"""A door that dies at a given await: a process that forks children, each of which appends a story and is killed in it.

    python -m tests.simulation.killed_door        orders on stdin, reports on stdout, one JSON object a line

The await points are found, not listed: every coroutine of the child runs inside a `Steps`, which sees each suspension
and where in `db/` it happened.  Without a point to die at, the child reports all of them; with one it kills itself
(SIGKILL) either while the answer is awaited (`sent`) or when it has come and nothing was done with it (`answered`).
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
from base64 import b64decode
from collections.abc import Coroutine, Generator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson

from db.door_rows import AT_ONCE
from db.journal import Companion, CompanionError, Door, Item, open_journal
from db.pools import Database
from ledger import canonical
from ledger.commands import Command
from ledger.entries import command_of
from ledger.rejections import Rejection
from tests.db.books import command, donation, expense, utcnow
from tests.ledger.samples import SAMPLES, prepared
from tests.ledger.unmoved_samples import changed, hours, relying

ORIGIN = "mingzhang.test"
DAY = "2026-11-01"
DB = str(Path(__file__).resolve().parents[2] / "db") + os.sep
LIST = orjson.dumps({"edition": "201904", "items": [
    {"code": "420000", "name": "湖北省", "level": "province"},
    {"code": "420100", "name": "武汉市", "level": "city", "parent": "420000"},
]})  # fmt: skip
MANY = AT_ONCE + 1
BEGUN: list[Item] = []
"""Among jobs: the door begins with those before it, and then the others come."""
FOUNDING = 3
"""The entries after which the organizations' rows are there: the opening one and two records."""

Place = tuple[str, ...]
"""Where a coroutine is suspended, in `db/` alone: `file:function:line`, the outermost first."""


# ------------------------------------------------------------------------------------------- the story


@cache
def written() -> tuple[int, tuple[Command, ...]]:
    """The commands of a book with an entry of every kind, and how many of them found it."""
    book = prepared()
    founding = len(book.leaves)
    for _ in range(MANY):
        book.record(donation(1, effective=DAY))
    loaded = {"name": "regions", "edition": "201904", "digest": sha256(LIST).hexdigest()}
    book.record(command("reference_loaded", loaded, organization=None))
    for kind, sample in SAMPLES.items():
        if kind not in {"expire", "reference_loaded"}:  # the one waits for the clock, the other is there
            with suppress(Rejection):
                book.record(sample(book))
    book.record(hours(60, "h-9"))  # a volunteer by name, whose day is looked up
    book.record(relying(changed(book), 10))  # money that relies on a change, whose use is looked up
    return founding, tuple(command_of(canonical.decode(leaf)) for leaf in book.leaves)


def story(journal: str) -> tuple[list[Command], list[list[list[Item]]]]:
    """The founding commands of a journal; and groups of jobs, each group sent at once, each job linked commands."""
    founding, known = written()
    book = [replace(made, id=_name(journal, f"book {n}")) for n, made in enumerate(known)]
    many, loaded, kinds = book[founding : founding + MANY], book[founding + MANY], book[founding + MANY + 1 :]
    content = Companion("references", "store_list", ("regions", "201904", LIST, sha256(LIST).digest()))

    def gift(name: str) -> Command:
        return donation(1, id=_name(journal, name), effective=DAY)

    def alone(*commands: Command) -> list[list[Item]]:
        return [[(made, ())] for made in commands]

    good, bad = (Companion("import_rows", "insert", ("batch", n, b"{}", d)) for n, d in ((1, bytes(32)), (2, b"short")))
    spent, dear = (expense(n, id=_name(journal, f"{n} spent"), effective=DAY) for n in (1, 10**12))
    return book[:founding], [
        [[(made, ()) for made in many]],  # more than are decided in one go, under the lock: nothing is known yet
        [[(loaded, [content])]],
        alone(*kinds),
        [[(gift("gift"), [good])], [(gift("row"), [bad])], [(gift("linked"), ()), (spent, ())], *alone(dear)],
        [*alone(gift("gift"), gift("next"))],
        [[(gift(f"ahead {n}"), ()) for n in range(MANY)]],  # decided ahead
        # One that is being written while many more wait: they are decided meanwhile, and wait for it.
        [*alone(gift("last")), BEGUN, *alone(*(gift(f"waits {n}") for n in range(MANY)))],
    ]


def _name(journal: str, what: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{journal} {what}"))


async def tell(door: Door, groups: list[list[list[Item]]]) -> dict[str, int]:
    """Send the groups one after the other, and the jobs of each at once; what was acknowledged."""
    told: dict[str, int] = {}
    for group in groups:
        sent = []
        for job in group:
            if job is BEGUN:
                for _ in range(3):
                    await asyncio.sleep(0)
            else:
                sent.append(asyncio.ensure_future(send(door, job, told)))
        await asyncio.gather(*sent)
    return told


async def send(door: Door, job: list[Item], told: dict[str, int]) -> None:
    """Send linked commands and note the acknowledgement; a no is an answer too."""
    try:
        outcomes = await door.append_linked(job) if len(job) > 1 else [await door.append(*job[0])]
    except (Rejection, CompanionError):
        return
    for (made, _), outcome in zip(job, outcomes, strict=True):
        told[made.id] = outcome.position
        if ACKNOWLEDGED:
            os.write(ACKNOWLEDGED[0], f"{made.id} {outcome.position}\n".encode())


ACKNOWLEDGED: list[int] = []
"""In a child, where answers go: the pipe outlives it."""


# ------------------------------------------------------------------------------------- the await points


@dataclass
class Points:
    """Every suspension so far; `point` is the one to die at, and `when`."""

    point: int | None = None
    when: str = "sent"
    places: list[Place] = field(default_factory=list)
    armed: bool = False

    def suspended(self, place: Place) -> int:
        """Note a suspension; its number."""
        self.places.append(place)
        number = len(self.places) - 1
        self._die(number, "sent")
        return number

    def _die(self, number: int, when: str) -> None:
        if (number, when) == (self.point, self.when):
            os.kill(os.getpid(), signal.SIGKILL)

    def resumed(self, number: int) -> None:
        """The answer has come."""
        self._die(number, "answered")


class Steps:
    """A coroutine taken step by step."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], points: Points) -> None:
        self._coroutine, self._points = coroutine, points

    def __await__(self) -> Generator[Any, Any, Any]:
        """Drive it, and pass on what it waits for."""
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                waits = self._coroutine.send(value) if error is None else self._coroutine.throw(error)
            except StopIteration as stop:
                return stop.value
            number = self._points.suspended(place_of(self._coroutine)) if self._points.armed else None
            value, error = None, None
            try:
                value = yield waits
            except GeneratorExit:
                self._coroutine.close()
                raise
            except BaseException as raised:  # noqa: BLE001 -- whatever a task is told goes to its coroutine
                error = raised
            if number is not None:
                self._points.resumed(number)


def place_of(coroutine: Any) -> Place:  # noqa: ANN401 -- coroutines of Python and of Cython
    """The frames of `db/` in the chain of awaits."""
    found: list[str] = []
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "ag_frame", None)
        if frame is not None and frame.f_code.co_filename.startswith(DB):
            file = frame.f_code.co_filename.removeprefix(DB)
            found.append(f"{file}:{frame.f_code.co_name}:{frame.f_lineno}")
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "ag_await", None)
    return tuple(found)


async def _stepped(coroutine: Coroutine[Any, Any, Any], points: Points) -> Any:  # noqa: ANN401 -- whatever it returns
    return await Steps(coroutine, points)


def watch(loop: asyncio.AbstractEventLoop, points: Points) -> None:
    """Have every task of this loop that is made from now on taken step by step."""

    def factory(
        loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any], **more: Any  # noqa: ANN401 -- whatever asyncio hands on
    ) -> asyncio.Task[Any]:  # fmt: skip
        return asyncio.Task(_stepped(coroutine, points), loop=loop, **more)

    loop.set_task_factory(factory)  # type: ignore[arg-type]  # typeshed's protocol names no keyword


# ------------------------------------------------------------------------------------------- processes


async def live(order: dict[str, Any], points: Points) -> None:
    """One life: open a door on the journal and tell the story."""
    watch(asyncio.get_running_loop(), points)
    database: Database = pickle.loads(b64decode(order["database"]))  # noqa: S301 -- written by the test that reads it
    async with database.pool("door", least=1, most=2) as pool:
        journal = await open_journal(pool, order["journal"], f"{ORIGIN}/{order['journal']}")
        door = Door(pool, journal, utcnow)
        points.armed = True
        await tell(door, story(order["journal"])[1])
        points.armed = False
        await door.close()


def obey(order: dict[str, Any]) -> dict[str, Any]:
    """Fork a child for an order; what it had acknowledged, how it ended, and the points it saw if it lived."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        ACKNOWLEDGED.append(writing)
        points = Points(order["point"], order["when"])
        asyncio.run(live(order, points))
        os.write(writing, b"=" + orjson.dumps(points.places) + b"\n")
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        lines = pipe.read().decode().splitlines()
    _, status = os.waitpid(child, 0)
    told = [line.split() for line in lines if not line.startswith("=")]
    places = [orjson.loads(line[1:]) for line in lines if line.startswith("=")]
    return {"status": status, "told": dict(told), "places": places[0] if places else None}


if __name__ == "__main__":
    written()  # before anybody is forked
    for asked in sys.stdin.buffer:
        sys.stdout.buffer.write(orjson.dumps(obey(orjson.loads(asked))) + b"\n")
        sys.stdout.buffer.flush()
