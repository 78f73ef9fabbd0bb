"""The walk: every leaf read, hashed, chained and decided again, beside the rows that are served of it.

A journal is cut into segments.  Few are decided in this process, one after another; many by a crew of processes, side
by side: `ledger.stated` guesses the state that each begins with, and a segment counts only if the one before it ended
in that very state.  Where a guess was wrong, what was decided from it is dropped and decided again from the truth, so
that the findings are those of one walk from the first leaf to the last, wherever the lie is.

Memory: 64 bytes of hashes and 24 of ids for every entry, the accounts, and a few segments with their rows; documents of
earlier entries are kept in a small cache and read again from the source when `decide` asks for one that is no longer
there.
"""

from __future__ import annotations

import os
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from clients.auditor.crew import Crew
from clients.auditor.ids import Ids
from clients.auditor.rows import MOST_FINDINGS, TABLES, Comparison, RowStream, all_rows
from clients.auditor.segments import COLLECTED, STREAMED, Document, Earlier, Outcome, Task, Worker
from clients.auditor.source import Source
from clients.auditor.tree import Tree
from ledger import tiles
from ledger.errors import LedgerError
from ledger.key_history import KeyHistory
from ledger.merkle import leaf_hash
from ledger.records import Row
from ledger.replay import INCONSISTENT, Divergence, Finding, Replay
from ledger.state import Head
from ledger.stated import Changes, Stated, clock, copied

SPAN: Final = 4096
"""Entries of a segment: sixteen bundles, about ten megabytes with their rows."""
CREW_FROM: Final = 16_384
"""From so many entries on, other processes are worth their start."""
MOST_BUNDLES: Final = 64


@dataclass(frozen=True, slots=True)
class Pace:
    """How a walk is done: by how many processes (None: one for each core, when it is worth it), in what spans."""

    jobs: int | None = None
    span: int = SPAN
    replay: bool = True

    def crew(self, entries: int) -> int:
        """How many processes decide a walk over so many entries; 0 is this one alone."""
        if self.jobs is not None:
            return self.jobs if self.jobs > 1 and entries > self.span else 0
        cores = os.cpu_count() or 1
        return cores if cores > 1 and entries >= CREW_FROM else 0


@dataclass(slots=True)
class _Flight:
    """A task that a worker has, and what the leaves say that it changes (None: they have no shape)."""

    task: Task
    serial: int
    guess: Changes | None
    head: Head


class Walk:
    """A journal read from its first entry; `to` goes on as far as it is told."""

    def __init__(
        self, source: Source, tree: Tree, *, compare: bool, progress: Callable[[int], None], pace: Pace | None = None
    ) -> None:  # fmt: skip
        self.source, self.tree, self._progress = source, tree, progress
        self.pace = Pace() if pace is None else pace
        self.worker = Worker(self)
        self.replaying = self.pace.replay
        self.missing: int | None = None
        self.findings: list[Finding] = []
        self.streams = {name: RowStream(source, name) for name in STREAMED} if compare else {}
        self.comparisons = {name: Comparison(TABLES[name]) for name in STREAMED}
        self.collected: dict[str, list[Row]] = {name: [] for name in COLLECTED}
        self.bound: dict[int, Document] = {}
        self.imported: dict[tuple[str, int], Row] = {}
        self.references: list[Row] = []
        self.first: Document = {}
        self.history = KeyHistory()
        self.ids = Ids()
        self.loaded: list[str] = []
        self.stop: tuple[Finding, Finding | None] | None = None
        self._lists: dict[str, bytes] | None = None
        self._reach = 0
        self._read = 0
        self._bundles: OrderedDict[int, list[bytes]] = OrderedDict()
        self._flights: deque[_Flight] = deque()
        self._again: deque[Task] = deque()

    @property
    def size(self) -> int:
        """How many leaves were judged."""
        return len(self.tree.computed) // 32

    @property
    def replay(self) -> Replay:
        """The state that deciding has led to."""
        return self.worker.replay

    def to(self, size: int, reach: int | None = None) -> None:
        """Read on as far as `size` leaves, or as far as there are leaves; bundles are as wide as at `reach` leaves."""
        self._reach = size if reach is None else reach
        self._bundles.clear()
        self._read, complete = self.size, self.missing is None
        for stream in self.streams.values():
            stream.again(self.size)
        count = self.pace.crew(size - self.size)
        if count:
            self._with_crew(size, count)
        else:
            self._alone(size)
        if complete and self.missing is not None:
            self._say(INCONSISTENT, self.missing, "leaf", "present", "missing")
        self._used_twice()

    # -- alone or in company -------------------------------------------------------------------------------------------

    def _alone(self, size: int) -> None:
        while (task := self._next(size)) is not None:
            task.replaying, task.head = self.replaying, self.worker.state.head
            task.before = self.tree.computed_at(task.start - 1)
            self._flights.append(_Flight(task, 0, None, task.head))
            try:
                self._take(self.worker.run(task))
            finally:
                self._flights.clear()

    def _with_crew(self, size: int, count: int) -> None:
        crew = Crew(count, self, self._truth(), self.loaded)
        try:
            _Company(self, crew, size).run()
        finally:
            crew.close()
            self.worker.earlier.size = self.size

    def _truth(self) -> Any:  # noqa: ANN401 -- a state without the documents of entries
        return copied(self.worker.state)

    def _next(self, size: int) -> Task | None:
        """The next segment's task, with the rows served of it; None at the end, or where leaves are missing."""
        start = self._read
        end = min(size, (start // self.pace.span + 1) * self.pace.span)
        leaves: list[bytes] = []
        while start + len(leaves) < end and self.missing is None:
            position = start + len(leaves)
            found = self._leaves(position // tiles.WIDTH)[position % tiles.WIDTH :][: end - position]
            if not found:
                self.missing, self.tree.short = position, True
            leaves += found
        if not leaves:
            return None
        self._read = start + len(leaves)
        rows = {name: stream.before(self._read) for name, stream in self.streams.items()} if self.streams else None
        stated = bytes(self.tree.stated[start * 32 : self._read * 32])
        return Task(start, leaves, stated, b"", Head(), authentic=self.tree.authentic, rows=rows)

    def _take(self, outcome: Outcome) -> None:
        """Count a segment in, the one before it having been counted in."""
        self.tree.computed += outcome.hashes
        self.findings += outcome.findings[: max(0, MOST_FINDINGS - len(self.findings))]
        for name, comparison in outcome.comparisons.items():
            self.comparisons[name].merge(comparison)
        for name, rows in outcome.collected.items():
            self.collected[name] += rows
        self.bound |= outcome.bound
        self.references += outcome.references
        for row in outcome.imported:
            self.imported.setdefault((row["batch"], row["row_number"]), row)
        for position, document in outcome.keyed:
            self._keyed(position, document)
        self.ids.add(outcome.ids)
        self.loaded += outcome.lists
        self.replaying = self.replaying and outcome.replaying
        self.stop = self.stop or outcome.stop
        self._progress(self.size)

    def _keyed(self, position: int, document: Document) -> None:
        if position == 0:
            self.first = document
        try:
            self.history.take(position, document)
        except (KeyError, TypeError):
            return  # a finding has said that this leaf has no shape

    # -- what segments ask for -----------------------------------------------------------------------------------------

    def leaf(self, position: int) -> bytes:
        """The leaf at an earlier position, proven to be the one that was judged, or is being judged."""
        for flight in self._flights:
            task = flight.task
            if task.start <= position < task.start + len(task.leaves):
                return task.leaves[position - task.start]
        leaves, offset = self._leaves(position // tiles.WIDTH), position % tiles.WIDTH
        leaf = leaves[offset] if offset < len(leaves) else None
        wanted = self.tree.computed_at(position)
        actual = b"" if leaf is None else leaf_hash(leaf)
        if leaf is None or actual != wanted:
            raise Divergence(
                Finding(INCONSISTENT, position, "leaf hash", wanted.hex(), actual.hex() or "missing", "leaf")
            )
        return leaf

    def listed(self, digest: str) -> bytes | None:
        """The content of a reference list by its digest."""
        if self._lists is None or digest not in self._lists:
            self._lists = read_lists(self.source)
        return self._lists.get(digest)

    def _leaves(self, index: int) -> list[bytes]:
        """The leaves of a bundle; what is not a bundle, or ends too soon, has the leaves that can be read."""
        found = self._bundles.get(index)
        if found is None:
            found = self._bundles[index] = self._bundle(index)
            if len(self._bundles) > MOST_BUNDLES:
                self._bundles.popitem(last=False)
        return found

    def _bundle(self, index: int) -> list[bytes]:
        bundle = tiles.Bundle(index, tiles.width_at(0, index, self._reach))
        body = self.source.resource(str(bundle))
        if body is None:
            return self._narrower(bundle)
        try:
            return tiles.decode_bundle(body)[: bundle.width]
        except LedgerError:
            return _readable(body)

    def _narrower(self, bundle: tiles.Bundle) -> list[bytes]:
        """The widest bundle that is still served where one is missing: leaves were cut off the end."""
        low, high, found = 0, bundle.width, list[bytes]()
        while high - low > 1:
            middle = (low + high) // 2
            body = self.source.resource(str(tiles.Bundle(bundle.index, middle)))
            if body is None:
                high = middle
            else:
                low, found = middle, _readable(body)[:middle]
        return found

    # -- ids -----------------------------------------------------------------------------------------------------------

    def _used_twice(self) -> None:
        """The first entry whose command's id an earlier one has used: it is what deciding would have stopped at."""
        twice = self.ids.first_repeated()
        if twice is None:
            return
        position, before = twice
        self.worker.earlier.size = self.size
        replay = Replay(self.worker.earlier)
        prev = self.tree.computed_at(position - 1).hex()
        at = clock(self.worker.earlier[position - 1])
        replay.begin(Head(position, prev, at))
        replay.state.commands[str(self.worker.earlier[position]["id"])] = before
        try:
            replay.step(self.leaf(position))
        except Divergence as divergence:
            if self.stop is not None:  # what deciding stopped at comes later, and would not have been decided
                self.findings = [found for found in self.findings if found is not self.stop[0]]
                self.findings += [self.stop[1]] if self.stop[1] is not None else []
            self.stop, self.replaying = (divergence.finding, None), False
            self._keep(divergence.finding)

    def close(self) -> None:
        """Let files go that hold what did not fit in memory."""
        self.ids.close()

    def _say(self, category: str, position: int, name: str, expected: str, actual: str) -> None:
        self._keep(Finding(category, position, name, expected, actual, "leaf"))

    def _keep(self, finding: Finding) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)


class _Company:
    """A walk by a crew: tasks go out ahead of what is known, from guesses; outcomes are counted in, in their order."""

    def __init__(self, walk: Walk, crew: Crew, size: int) -> None:
        self._walk, self._crew, self._size = walk, crew, size
        self._flights = walk._flights  # noqa: SLF001 -- the walk's other half
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
            walk._flights.clear()  # noqa: SLF001 -- as above

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
        return self._walk._next(self._size)  # noqa: SLF001 -- as above

    def _send(self, task: Task) -> None:
        """Give a task away, then follow its leaves to where the next one begins."""
        walk = self._walk
        if self._stated is None and walk.replaying:
            self._begin()
        task.replaying, task.head = walk.replaying, self._head
        if not walk.replaying and not task.authentic:
            task.before = self._before(task)
        flight = _Flight(task, self._crew.ask(task), None, self._head)
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

    def _count(self, flight: _Flight) -> None:
        """Count a segment in; what was guessed from it holds, or is decided again."""
        walk = self._walk
        outcome, was = self._crew.take(flight.serial), walk.replaying
        before = walk.worker.state
        agrees = flight.guess is not None and flight.guess.same(outcome.changes, before)
        walk._take(outcome)  # noqa: SLF001 -- as above
        self._flights.popleft()
        outcome.changes.onto(before)
        before.head = outcome.head
        for digest in outcome.lists:
            walk.worker.know(digest)
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
            self._crew.begin(walk._truth(), walk.loaded)  # noqa: SLF001 -- as above
        self._begin()


def read_lists(source: Source) -> dict[str, bytes]:
    """The content of every reference list by its digest; what is not hex has none."""
    found: dict[str, bytes] = {}
    for row, _ in all_rows(source, "reference_list"):
        try:
            content = bytes.fromhex(row["content"])
        except (KeyError, TypeError, ValueError):
            continue
        found[sha256(content).hexdigest()] = content
    return found


def _readable(body: bytes) -> list[bytes]:
    """The leaves of a bundle that is cut off or spoilt, as far as they are whole."""
    leaves: list[bytes] = []
    at = 0
    while at + 2 <= len(body) and len(leaves) < tiles.WIDTH:
        end = at + 2 + int.from_bytes(body[at : at + 2], "big")
        if end > len(body):
            break
        leaves.append(body[at + 2 : end])
        at = end
    return leaves
