"""A walk by a crew: tasks go out ahead of what is known, from guesses; outcomes are counted in, in their order.

A segment's outcome counts only if the state that its leaves were guessed to lead to is the one that deciding them led
to; else what later segments were decided from was not true, and they are decided again from what is.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

import orjson

from clients.auditor.crew import Crew
from clients.auditor.segments import Earlier, Library, Outcome, Task, Worker
from clients.auditor.tree import Tree
from ledger.errors import LedgerError
from ledger.merkle import leaf_hash
from ledger.state import Head
from ledger.stated import Changes, Stated, clock, copied


@dataclass(slots=True)
class Flight:
    """A task that a worker has, and what the leaves say that it changes (None: they have no shape)."""

    task: Task
    serial: int
    guess: Changes | None
    head: Head


class Way(Library, Protocol):
    """The walk that a company makes: what it reads, and what it has counted in."""

    tree: Tree
    worker: Worker
    replaying: bool
    flights: deque[Flight]
    loaded: list[str]
    marks: dict[str, str | None]

    @property
    def size(self) -> int:
        """How many leaves were judged."""

    def next(self, size: int) -> Task | None:
        """The next segment's task; None at the end."""

    def take(self, outcome: Outcome) -> None:
        """Count a segment in."""


class Company:
    """A walk by a crew: tasks go out ahead of what is known, from guesses; outcomes are counted in, in their order."""

    def __init__(self, walk: Way, crew: Crew, size: int) -> None:
        self._walk, self._crew, self._size = walk, crew, size
        self._flights = walk.flights
        self._waiting: deque[Task] = deque()
        self._earlier = Earlier(walk)
        self._begin()

    def _begin(self) -> None:
        """Guess on from what is known to be true."""
        walk = self._walk
        self._earlier.forget(walk.size)
        self._stated: Stated | None = Stated(copied(walk.worker.state, self._earlier))
        self._head = walk.worker.state.head

    def run(self) -> None:
        """Keep everybody busy until every segment is counted in."""
        walk = self._walk
        try:
            while True:
                while self._may_go_on() and (task := self._task()) is not None:
                    self._send(task)
                if not self._flights:
                    if self._task_left():
                        continue
                    return
                self._count(self._flights[0])
        finally:
            walk.flights.clear()

    def _may_go_on(self) -> bool:
        known = self._stated is not None or not self._walk.replaying or not self._flights
        return known and self._crew.room

    def _task_left(self) -> bool:
        """Whether there is a task for when nothing is known to be under way."""
        task = self._task()
        if task is None:
            return False
        self._waiting.appendleft(task)
        return True

    def _task(self) -> Task | None:
        if self._waiting:
            return self._waiting.popleft()
        return self._walk.next(self._size)

    def _send(self, task: Task) -> None:
        """Give a task away, then follow its leaves to where the next one begins."""
        walk = self._walk
        if self._stated is None and walk.replaying:
            self._begin()
        task.replaying, task.head = walk.replaying, self._head
        if not walk.replaying:
            task.before = self._before(task)
        flight = Flight(task, self._crew.ask(task), None, self._head)
        self._flights.append(flight)
        if walk.replaying and self._stated is not None:
            flight.guess = self._follow(task)

    def _before(self, task: Task) -> bytes:
        """The hash of the leaf before a task."""
        for flight in self._flights:
            if flight.task.start + len(flight.task.leaves) == task.start:
                return leaf_hash(flight.task.leaves[-1])
        return self._walk.tree.computed_at(task.start - 1)

    def _follow(self, task: Task) -> Changes | None:
        """What the leaves say that they change; None where they cannot be followed."""
        stated, lists = self._stated, list[str]()
        if stated is None:
            return None
        try:
            for leaf in task.leaves:
                document = orjson.loads(leaf)
                stated.follow(document)
                self._earlier.keep(document["seq"], document)
                if document["type"] == "reference_loaded" and document["data"]["name"] == "regions":
                    lists.append(document["data"]["digest"])
            last = task.leaves[-1]
            self._head = Head(task.start + len(task.leaves), leaf_hash(last).hex(), clock(document))
        except (LedgerError, KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError):
            self._stated = None
            return None
        stated.state.head = self._head
        changes = stated.cut()
        self._crew.step(changes, lists)
        return changes

    def _count(self, flight: Flight) -> None:
        """Count a segment in; what was guessed from it holds, or is decided again."""
        walk = self._walk
        outcome, was = self._crew.take(flight.serial), walk.replaying
        before = walk.worker.state
        agrees = flight.guess is not None and flight.guess.same(outcome.changes, before)
        outcome.changes.onto(before)
        before.head = outcome.head
        for digest in outcome.lists:
            walk.worker.know(digest)
        walk.marks = flight.task.marks
        walk.take(outcome)
        self._flights.popleft()
        walk.worker.earlier.size = walk.size
        if was and not (agrees and walk.replaying):
            self._begin_again()

    def _begin_again(self) -> None:
        """Drop what was decided from a state that was not the true one, and go on from that."""
        walk = self._walk
        for flight in self._flights:
            self._crew.drop(flight.serial)
        self._waiting.extendleft(flight.task for flight in reversed(self._flights))
        self._flights.clear()
        if walk.replaying:
            self._crew.begin(copied(walk.worker.state), walk.loaded)
        self._begin()
