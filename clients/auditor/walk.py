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
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from clients.auditor.bundles import Bundles
from clients.auditor.company import Company, Flight
from clients.auditor.crew import Crew
from clients.auditor.ids import Ids
from clients.auditor.rows import MOST_FINDINGS, TABLES, Comparison, RowStream, all_rows
from clients.auditor.sealing import Sealing
from clients.auditor.segments import COLLECTED, STREAMED, Document, Outcome, Task, Worker
from clients.auditor.source import Source
from clients.auditor.tree import Tree
from ledger import tiles
from ledger.key_history import KeyHistory
from ledger.merkle import leaf_hash
from ledger.records import Row
from ledger.replay import INCONSISTENT, Divergence, Finding, Replay
from ledger.state import Head
from ledger.stated import clock, copied

SPAN: Final = 4096
"""Entries of a segment: sixteen bundles, about ten megabytes with their rows."""
CREW_FROM: Final = 16_384
"""From so many entries on, other processes are worth their start."""


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
        self.sealing = Sealing(self.leaf)
        self.loaded: list[str] = []
        self.marks: dict[str, str | None] = {}
        self.saved: Callable[[], None] | None = None
        self.stop: tuple[Finding, Finding | None] | None = None
        self._lists: dict[str, bytes] | None = None
        self._read = 0
        self._bundles = Bundles(source)
        self.flights: deque[Flight] = deque()
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
        self._bundles.reach(size if reach is None else reach)
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
        if self.replaying:
            for finding in self.sealing.findings(str(self.first.get("data", {}).get("origin")), self.tree.computed):
                self._keep(finding)

    # -- alone or in company -------------------------------------------------------------------------------------------

    def _alone(self, size: int) -> None:
        while (task := self.next(size)) is not None:
            task.replaying, task.head = self.replaying, self.worker.state.head
            task.before = self.tree.computed_at(task.start - 1)
            self.flights.append(Flight(task, 0, None, task.head))
            try:
                outcome, self.marks = self.worker.run(task), task.marks
                self.take(outcome)
            finally:
                self.flights.clear()

    def _with_crew(self, size: int, count: int) -> None:
        crew = Crew(count, self, copied(self.worker.state), self.loaded)
        try:
            Company(self, crew, size).run()
        finally:
            crew.close()
            self.worker.earlier.size = self.size

    def next(self, size: int) -> Task | None:
        """The next segment's task, with the rows served of it; None at the end, or where leaves are missing."""
        start = self._read
        end = min(size, (start // self.pace.span + 1) * self.pace.span)
        leaves: list[bytes] = []
        while start + len(leaves) < end and self.missing is None:
            position = start + len(leaves)
            found = self._bundles.at(position // tiles.WIDTH)[position % tiles.WIDTH :][: end - position]
            if not found:
                self.missing, self.tree.short = position, True
            leaves += found
        if not leaves:
            return None
        self._read = start + len(leaves)
        rows = {name: stream.before(self._read) for name, stream in self.streams.items()} if self.streams else None
        stated = bytes(self.tree.stated[start * 32 : self._read * 32])
        marks = {name: stream.mark for name, stream in self.streams.items()}
        return Task(
            start, leaves, stated, b"", Head(), authentic=self.tree.authentic, rows=rows, chain=not self.pace.replay,
            marks=marks,
        )  # fmt: skip

    def take(self, outcome: Outcome) -> None:
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
        if self.saved is not None:
            self.saved()

    def _keyed(self, position: int, document: Document) -> None:
        if position == 0:
            self.first = document
        try:
            self.sealing.take(position, document)
            self.history.take(position, document)
        except (KeyError, TypeError):
            return  # a finding has said that this leaf has no shape

    # -- what segments ask for -----------------------------------------------------------------------------------------

    def leaf(self, position: int) -> bytes:
        """The leaf at an earlier position, proven to be the one that was judged, or is being judged."""
        for flight in self.flights:
            task = flight.task
            if task.start <= position < task.start + len(task.leaves):
                return task.leaves[position - task.start]
        leaves, offset = self._bundles.at(position // tiles.WIDTH), position % tiles.WIDTH
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
