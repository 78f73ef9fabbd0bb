"""A whole verification, in order: key, head, tree, leaves, tables, verdict."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from clients.auditor import kept
from clients.auditor.comparisons import Comparisons
from clients.auditor.errors import UndecidableError
from clients.auditor.reports import Report
from clients.auditor.rows import TABLES
from clients.auditor.snapshots import MUTABLE, Snapshot, read_snapshot
from clients.auditor.source import Source
from clients.auditor.standing import Demand, count
from clients.auditor.tree import Head, Tree, names_key, read_head, root_of, trusted_key
from clients.auditor.walk import Pace, Walk
from ledger import tiles
from ledger.errors import EvidenceError
from ledger.notes import Verifier
from ledger.replay import INCONSISTENT, SERVED, Finding

_PAUSES: Final = (0.3, 0.7, 1.0, 1.0, 2.0, 2.0)
"""How long to wait for a signed head that covers the tables, which the server publishes within a second."""


SAVE_EVERY: Final = 10.0
"""Seconds of work that a kill may cost."""


def _quiet(_stage: str, _done: int, _total: int) -> None:
    """No progress."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of a verification; `known` is a signed head that was kept earlier, `kept` where a state is."""

    key: str | None = None
    projections: bool = True
    known: bytes | None = None
    demand: Demand | None = None
    now: Callable[[], float] = time.time
    progress: Callable[[str, int, int], None] = _quiet
    sleep: Callable[[float], None] = time.sleep
    pace: Pace = field(default_factory=Pace)
    kept: Path | None = None


def verify(source: Source, name: str, options: Options | None = None) -> Report:
    """Recompute the journal of `source`; the report says what was found and never raises for what the source is."""
    asked = Options() if options is None else options
    report = Report(
        source=name, pinned=asked.key is not None, partial=not asked.projections, decided=asked.pace.replay
    )  # fmt: skip
    try:
        _Verification(source, report, asked).run()
    except UndecidableError as error:
        report.undecided = error.code, error.facts
    return report


def _signed_head(source: Source, report: Report, options: Options) -> bytes:
    """The newest signed note; a journal that goes on without one has lost it, which is a finding."""
    for pause in (*_PAUSES, None):
        try:
            return source.checkpoint()
        except UndecidableError as error:
            if error.code != "not_there":
                raise
            source.key()  # a journal that is not there at all has none, and is not waited for
            if source.live and pause is not None:
                options.sleep(pause)
                continue
            if size := source.page("head", None).size:
                expected = f"a signed head of {size} entries"
                report.add([Finding(INCONSISTENT, size - 1, "note", expected, "missing", "checkpoint")])
            raise
    raise AssertionError  # the last pass raises


class _Verification:
    """One run: the parts that its steps share."""

    def __init__(self, source: Source, report: Report, options: Options) -> None:
        self.source, self.report, self.options = source, report, options
        self.body = _signed_head(source, report, options)
        self.key: Verifier = trusted_key(source, options.key)
        report.key = str(self.key)
        self.head: Head = read_head(self.body, self.key)
        self.tree = Tree(source)
        self.walk = Walk(source, self.tree, compare=options.projections, progress=self._progress, pace=options.pace)
        self.comparisons = Comparisons(source, self.walk, self.key)
        self.unsigned: list[Head] = []
        self._saved_at = time.monotonic()
        self.snapshots: list[Snapshot] = []

    def run(self) -> None:
        """Every step; findings gather in the report even when a later step cannot be decided."""
        report = self.report
        try:
            if self._see(self.head):
                if self.options.projections:
                    self._with_tables()
                else:
                    self._walk(self.head)
                self._first_entry()
                self._witnesses()
                self._save(last=True)
        finally:
            self._signatures()
            report.keys = [str(key) for key in self.comparisons.trusted]
            report.entries = self.walk.size
            report.rows = self.comparisons.rows
            whole = not self.walk.findings and not self.tree.findings
            report.forked = whole and (report.forked or self.comparisons.forked)
            report.add(self.walk.findings)
            report.add(self.tree.findings)
            report.add(self.comparisons.findings)
            self.walk.close()
            for snapshot in self.snapshots:
                snapshot.close()

    def _signatures(self) -> None:
        """A head that our key did not sign must be signed by one that followed it, as a head of ours vouches for."""
        for head in self.unsigned:
            size = head.checkpoint.size
            if not self.comparisons.signed_by_trusted(head.note, size):
                expected = f"a signature by {self.key.name}+{self.key.key_id.hex()}, or by a key that followed it"
                self._find(max(0, size - 1), "signature", expected, str(head.problem))

    def _progress(self, done: int) -> None:
        self.options.progress("progress_entries", done, self.head.checkpoint.size)

    def _save(self, *, last: bool = False) -> None:
        """Keep how far the walk came, now and then, and at the end."""
        now = time.monotonic()
        if self.options.kept is not None and (last or now - self._saved_at >= SAVE_EVERY):
            kept.save(self.walk, self.options.kept, self.head.checkpoint.origin)
            self._saved_at = time.monotonic()

    def _see(self, head: Head) -> bool:
        """Note a head and whether it is signed; an empty journal has nothing to verify, and says so."""
        report, checkpoint = self.report, head.checkpoint
        report.note = head.note
        report.origin, report.size, report.root = checkpoint.origin, checkpoint.size, checkpoint.root.hex()
        if head.problem is not None:
            self.unsigned.append(head)  # another key may have followed ours: the journal says it
        if not checkpoint.size:
            self._find(0, "size", "at least 1", "0 (the journal is empty)")
        return checkpoint.size > 0

    def _find(self, position: int | None, name: str, expected: str, actual: str) -> None:
        self.report.add([Finding(INCONSISTENT, position, name, expected, actual, "checkpoint")])

    def _walk(self, head: Head, stop: int | None = None) -> None:
        """Read on as far as a signed head (after a stop on the way, for the tables), and compare the tree."""
        size = head.checkpoint.size
        self.tree.authentic = self.tree.read(size) == head.checkpoint.root
        if self.options.kept is not None and not self.walk.size:
            most = size if stop is None else stop
            self.report.since = kept.restore(self.walk, self.options.kept, self.head.checkpoint.origin, most)
            if self.report.since:
                self.report.notes.append(("note_since", {"position": self.report.since}))
            self.walk.saved = self._save
        if stop is not None:
            self.walk.to(stop, size)
            return
        self.walk.to(size)
        self._root(head)

    def _root(self, head: Head) -> None:
        """The root that the leaves make must be the one that was signed."""
        size = head.checkpoint.size
        if self.walk.size < size:
            return  # the missing leaf has been named
        root = self.tree.root(self.tree.believed)
        self.tree.compare(size)
        if root != head.checkpoint.root:
            self.report.forked = self.report.forked or head.problem is None
            self._find(size - 1, "root", root.hex(), head.checkpoint.root.hex())

    def _with_tables(self) -> None:
        names = self.source.tables()
        self.report.tables = len(TABLES.keys() & set(names))
        self.comparisons.listing(names)
        missing = sorted(TABLES.keys() - set(names))
        if missing:
            raise UndecidableError("table_missing", what=", ".join(missing))
        stop = None if self.source.live else self.source.page(MUTABLE[0], None).size
        if stop and stop < self.head.checkpoint.size:
            self._walk(self.head, stop)
        else:
            self._walk(self.head)
        self._snapshot()
        if self.walk.size < self.head.checkpoint.size and self.walk.missing is None:
            self._walk(self.head)
        self._tables()

    def _snapshot(self) -> None:
        """Read the changing tables at a size that the walk can reach, and compare them there."""
        for n in range(len(_PAUSES) + 1):
            snapshot = read_snapshot(self.source)
            self.snapshots += [] if snapshot is None else [snapshot]
            if snapshot is not None and (snapshot.size == self.walk.size or self.walk.missing is not None):
                break
            if n == len(_PAUSES) or not self.source.live:
                break
            self.options.sleep(_PAUSES[n])
            if snapshot is not None and self._reach(snapshot.size):
                break
        if snapshot is None:
            raise UndecidableError("restless")
        if snapshot.size > self.walk.size and self.walk.missing is None:
            self._unsigned_tail(snapshot.size)
        self.comparisons.snapshot(snapshot)
        if self.walk.replaying:
            self.comparisons.sums()

    def _reach(self, size: int) -> bool:
        """Walk to a snapshot's size once a signed head covers it."""
        head = read_head(self.source.checkpoint(), self.key)
        before = self.head.checkpoint.size
        if head.checkpoint.size < before:
            self._find(head.checkpoint.size, "size", f"at least {before}", str(head.checkpoint.size))
            return True
        if not before < size <= head.checkpoint.size:
            return False
        self.head = head
        self._see(head)
        self._walk(head, size)
        return self.walk.size == size

    def _unsigned_tail(self, size: int) -> None:
        """Entries that the tables show and no head covers: checked if they are there, and said to be unsigned."""
        first = self.walk.size
        if size > tiles.MAX_SIZE:
            return  # no journal has that many; the comparison of the head's row will say so
        index = (size - 1) // tiles.WIDTH
        bundle = tiles.Bundle(index, tiles.width_at(0, index, size))
        if self.source.resource(str(bundle)) is None:
            return  # the head's row claims what is not there: its comparison will say so
        self.tree.authentic = False
        self.walk.to(size)
        self.report.notes.append(("note_tail", {"position": first}))
        if self.source.live:  # the server had time to sign them, and an archive was perhaps made in a hurry
            expected = f"a signed head of {size} entries"
            found = f"one of {self.head.checkpoint.size}"
            self.report.add([Finding(SERVED, first, "size", expected, found, "checkpoint")])

    def _tables(self) -> None:
        if not self.walk.replaying:
            self.report.notes.append(("note_stopped", {}))
        self.options.progress("progress_tables", 0, 1)
        self.comparisons.written_once()
        self.comparisons.checkpoints(self.head.note, self.head.checkpoint.size)
        self.options.progress("progress_tables", 1, 1)

    def _first_entry(self) -> None:
        """The first entry's origin is the head's, and it names the key; then say how the key came to be trusted."""
        if self.walk.first:
            data = self.walk.first.get("data", {})
            origin = data.get("origin")
            if origin != self.head.checkpoint.origin and self.head.problem is None:  # else a signature is the matter
                self._find(0, "origin", str(origin), self.head.checkpoint.origin)
            if isinstance(after := data.get("after"), dict):
                self.report.notes.append(("note_after", {"origin": after["origin"], "size": after["size"],
                                                         "root": after["root"]}))  # fmt: skip
            names = data.get("keys")
            if isinstance(names, list) and not names_key(map(str, names), self.key):
                self.report.notes.append(("note_not_pinned_in_journal", {}))
        if self.options.key is None:
            self.report.notes.append(("note_first_use", {"key": self.key}))
        if self.options.known is not None:
            self._known(self.options.known)

    def _witnesses(self) -> None:
        """Count the witnesses of the head, waiting a little for those that a server is still asking."""
        demand, size = self.options.demand, self.head.checkpoint.size
        if demand is None or not self._is_signed(self.head.note, size, self.head.problem):
            return
        note = self.head.note
        for pause in (*_PAUSES, None):
            try:
                self.report.counted = count(note, self.comparisons.trusted, demand, self.options.now())
            except EvidenceError as error:
                expected = "a cosignature by the key that it names"
                self._find(self.head.checkpoint.size - 1, "cosignature", expected, str(error))
                return
            if self.report.counted.verdict is None:
                self.report.notes.append(("note_witnessed", dict(self.report.counted.facts)))
            if self.report.counted.verdict is None or pause is None or not self.source.live:
                return
            self.options.sleep(pause)
            newer = read_head(self.source.checkpoint(), self.key)
            if newer.checkpoint != self.head.checkpoint or not self._is_signed(newer.note, size, newer.problem):
                return  # what was verified is what is counted
            note = newer.note

    def _before(self, size: int, root: str, after: Mapping[str, Any]) -> None:
        """A kept head of the origin that this one succeeds: the first entry must name one that is no smaller."""
        if size > after["size"]:
            self._find(0, "after.size", f"at least {size}, as signed earlier", str(after["size"]))
        elif size == after["size"] and root != after["root"]:
            self._find(0, "after.root", f"{root}, as signed earlier", str(after["root"]))
        else:
            code = "note_before_same" if size == after["size"] else "note_before_smaller"
            self.report.notes.append((code, {"origin": after["origin"], "size": size}))

    def _is_signed(self, note: str, size: int, problem: str | None) -> bool:
        """Whether the key that is believed signed, or one that followed it."""
        return problem is None or self.comparisons.signed_by_trusted(note, size)

    def _known(self, note: bytes) -> None:
        """A head that was kept earlier must be a beginning of this journal."""
        try:
            early = read_head(note, self.key)
        except UndecidableError as error:
            raise UndecidableError("known_unread", **error.facts) from None
        size, root, origin = early.checkpoint.size, early.checkpoint.root, early.checkpoint.origin
        after = self.walk.first.get("data", {}).get("after")
        if isinstance(after, dict) and origin == after["origin"] != self.head.checkpoint.origin:
            self._before(size, root.hex(), after)
            return
        if origin != self.head.checkpoint.origin:
            raise UndecidableError("known_other", origin=self.head.checkpoint.origin, known=origin)
        if not self._is_signed(note.decode("utf-8", "replace"), size, early.problem):
            name = f"{self.key.name}+{self.key.key_id.hex()}"
            raise UndecidableError("known_unsigned", key=name, why=early.problem)
        if size > self.walk.size:
            self._find(self.walk.size, "size", f"at least {size}, as signed earlier", str(self.walk.size))
            return
        found = root_of(self.tree.believed[: size * 32])
        if found != root:
            self.report.forked = True
            self._find(size - 1, "root", f"{root.hex()}, as signed earlier", found.hex())
