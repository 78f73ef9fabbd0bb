"""A stretch of a journal: leaves hashed, chained and decided from the state before it, beside the rows served of it.

A segment is worked on where its state is: in this process, or in another one (`clients.auditor.crew`).  It asks for
what lies elsewhere (an earlier leaf, a reference list) through `Library`, and gives back an `Outcome`, which knows
nothing of what comes before.
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from operator import itemgetter
from typing import Any, Final, Protocol

import orjson

from clients.auditor.rows import MOST_FINDINGS, TABLES, Comparison, RowQueue
from ledger import canonical, projections, unmoved_rows
from ledger.chain import GENESIS_PREV
from ledger.errors import LedgerError
from ledger.merkle import leaf_hash
from ledger.records import Row
from ledger.regions import regions_of
from ledger.replay import INCONSISTENT, UNKNOWN, Divergence, Finding, Replay
from ledger.state import Head, State
from ledger.stated import Changes, copied, parts_of, touched

Document = dict[str, Any]

STREAMED: Final = ("leaf", "entry", "posting", "slice")
"""Tables whose rows are compared beside the walk, since they come in the order of positions."""
COLLECTED: Final = ("restriction", "lot", "period", "approval_term", "evidence", "delivery", *unmoved_rows.TABLES)
"""Tables whose expected rows are kept until they are compared."""
KEYED: Final = frozenset({"journal_opened", "key_rotated", "snapshot", "attestation"})
"""Kinds whose documents are about the journal itself: its keys, its balances, its heads."""
MOST_CACHED: Final = 4096
_GLANCE: Final = 32
"""Leaves that are looked at together: as many as stay in a core's own cache."""
ID: Final = struct.Struct(">16sQ")
"""A command's UUID and its position, as they are kept."""


class Library(Protocol):
    """What a segment may have to ask for; both raise `Divergence` for what is not as it was."""

    def leaf(self, position: int) -> bytes:
        """The leaf at an earlier position."""

    def listed(self, digest: str) -> bytes | None:
        """The content of a reference list, if there is one under this digest."""


@dataclass(slots=True)
class Task:
    """What a segment is given: where it starts, its leaves, what the tiles state of them, and the rows as lines.

    `stated` may be short where the tiles end; `rows` is None when no tables are compared; without `replaying`, bytes
    and chain are all that can be judged, from `before`, the hash of the leaf before.  `chain`: judge it even where the
    leaves are those of the signed tree.  `marks`: the page of each table where the next segment's rows begin.
    """

    start: int
    leaves: list[bytes]
    stated: bytes
    before: bytes
    head: Head
    authentic: bool = False
    replaying: bool = True
    rows: dict[str, list[bytes]] | None = None
    chain: bool = False
    marks: dict[str, str | None] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What a segment gave: its leaf hashes, findings, comparisons, and what others need to know of its entries.

    `stop` is the finding at which deciding ended, and what reading alone would have found of the same leaf.
    """

    start: int
    replaying: bool
    hashes: bytearray = field(default_factory=bytearray)
    findings: list[Finding] = field(default_factory=list)
    stop: tuple[Finding, Finding | None] | None = None
    comparisons: dict[str, Comparison] = field(default_factory=dict)
    collected: dict[str, list[Row]] = field(default_factory=dict)
    bound: dict[int, Document] = field(default_factory=dict)
    imported: list[Row] = field(default_factory=list)
    references: list[Row] = field(default_factory=list)
    keyed: list[tuple[int, Document]] = field(default_factory=list)
    ids: bytearray = field(default_factory=bytearray)
    lists: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    head: Head = field(default_factory=Head)


class Earlier(Mapping[int, Document]):
    """Documents of earlier entries: the latest at hand, the others read again."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.size = 0
        self._kept: OrderedDict[int, Document] = OrderedDict()

    def keep(self, position: int, document: Document) -> None:
        """Remember a document, and forget the one that was not asked for the longest."""
        self._kept[position] = document
        self.size = position + 1
        if len(self._kept) > MOST_CACHED:
            self._kept.popitem(last=False)

    def forget(self, size: int) -> None:
        """The journal begins again after `size` entries: what is remembered beyond is not of it."""
        self.size = size
        self._kept.clear()

    def __getitem__(self, position: int) -> Document:
        """The document at a position before; raises `Divergence` when the source changed its mind."""
        found = self._kept.get(position)
        if found is not None:
            self._kept.move_to_end(position)
            return found
        if not 0 <= position < self.size:
            raise KeyError(position)
        size, document = self.size, canonical.decode(self.library.leaf(position))
        self.keep(position, document)
        self.size = size
        return document

    def __iter__(self) -> Iterator[int]:
        """Every position before."""
        return iter(range(self.size))

    def __len__(self) -> int:
        """How many positions lie before."""
        return self.size


class Worker:
    """A state, and the segments that are decided in it, one after another."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.earlier = Earlier(library)
        self.replay = Replay(self.earlier)
        self._parts = parts_of(self.replay.state)

    def begin(self, state: State) -> None:
        """Take over a state; the region lists that it has are to be known again."""
        self.replay = Replay(self.earlier)
        self.replay.state = copied(state, self.earlier)
        self._parts = parts_of(self.replay.state)
        self.earlier.forget(0)

    def know(self, digest: str) -> None:
        """Load a list of regions that earlier entries refer to."""
        content = self.library.listed(digest)
        if content is not None:
            self.replay.state.regions.load(*regions_of(orjson.loads(content)))

    def run(self, task: Task) -> Outcome:
        """Work on a segment."""
        self.replay.begin(task.head)
        self.replay.state.commands.clear()  # ids are looked up among all of them, elsewhere
        self.earlier.size = task.start
        return Segment(self, task, self._parts).run()

    @property
    def state(self) -> State:
        """The state after the last segment."""
        return self.replay.state


class Segment:
    """One run over the leaves of a task."""

    def __init__(self, worker: Worker, task: Task, parts: Mapping[int, str]) -> None:
        self._worker, self._task, self._parts = worker, task, parts
        self.out = Outcome(task.start, task.replaying)
        self._queues = {name: RowQueue(name, lines) for name, lines in (task.rows or {}).items()}
        if task.rows is not None:
            self.out.comparisons = {name: Comparison(TABLES[name]) for name in STREAMED}
            self.out.collected = {name: [] for name in COLLECTED}

    def run(self) -> Outcome:
        """Every leaf in its order."""
        if not self._task.replaying and self._task.rows is None and self._all_plain():
            return self.out
        for position, leaf in enumerate(self._task.leaves, self._task.start):
            self._leaf(position, leaf)
        for name, queue in self._queues.items():
            for row in queue.rest():
                self.out.comparisons[name].row(None, row)
        self.out.head = self._worker.state.head
        return self.out

    def _all_plain(self) -> bool:
        """Whether bytes, chain and tree are in order, at one glance; else every leaf is looked at by itself."""
        task, before, hashes, keyed = self._task, self._task.before.hex() or GENESIS_PREV, bytearray(), self.out.keyed
        for start in range(0, len(task.leaves), _GLANCE):
            some = task.leaves[start : start + _GLANCE]
            documents = canonical.decode_plain(some)
            if documents is None:
                keyed.clear()
                return False
            for position, (leaf, document) in enumerate(zip(some, documents, strict=True), task.start + start):
                if document.get("seq") != position or document.get("prev") != before:
                    keyed.clear()
                    return False
                hashed = sha256(b"\0" + leaf).digest()
                hashes += hashed
                before = hashed.hex()
                if document.get("type") in KEYED or not position:
                    keyed.append((position, document))
        if task.authentic and hashes != task.stated:
            keyed.clear()
            return False
        self.out.hashes = hashes
        return True

    def _leaf(self, position: int, leaf: bytes) -> None:
        hashed, offset = leaf_hash(leaf), (position - self._task.start) * 32
        stated = self._task.stated[offset : offset + 32]
        altered = self._task.authentic and hashed != stated
        if self.out.replaying:
            document = self._step(position, leaf, stated, altered=altered)
        else:
            document = self._only_read(position, leaf, hashed, stated)
        self.out.hashes += hashed
        if document is None:
            for queue in self._queues.values():
                queue.at(position)
            return
        self._worker.earlier.keep(position, document)
        self._rows(position, document, hashed, altered=altered)

    def _step(self, position: int, leaf: bytes, stated: bytes, *, altered: bool) -> Document | None:
        """Decide the entry again; on the first difference stop deciding, but go on reading."""
        out, replay = self.out, self._worker.replay
        before = len(out.findings)
        document: Document | None
        try:
            document, _ = replay.step(leaf)
            if document["type"] == "reference_loaded":
                self._reference(position, document["data"])
        except Divergence as divergence:
            finding = divergence.finding
            document = self._stop(replace(finding, category=INCONSISTENT) if altered else finding, leaf, stated)
        except (LedgerError, KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError) as error:
            category = INCONSISTENT if altered else UNKNOWN
            found = Finding(category, position, "shape", "a well-formed entry", repr(error)[:200], "leaf")
            document = self._stop(found, leaf, stated)
        if altered and len(out.findings) == before:
            self._stop(_altered(position, stated, leaf), leaf, stated)
        if out.replaying and document is not None and replay.accepted is not None:
            touched(replay.accepted.undo, self._parts, out.changes)
            out.ids += ID.pack(bytes.fromhex(document["id"].replace("-", "")), position)
        return document

    def _only_read(self, position: int, leaf: bytes, hashed: bytes, stated: bytes) -> Document | None:
        """Check the bytes and the chain of a leaf that can no longer be decided."""
        document = _decoded(leaf)
        if self._task.authentic and hashed != stated:
            self._keep(_altered(position, stated, leaf))
        elif document is None:
            self._say(INCONSISTENT, position, "bytes", "canonical JSON", "other bytes")
        elif self._task.chain or not self._task.authentic:
            prev = bytes(self.out.hashes[-32:] if self.out.hashes else self._task.before).hex()
            for name, expected in (("seq", position), ("prev", prev or "0" * 64)):
                if document.get(name) != expected:
                    self._say(INCONSISTENT, position, name, str(expected), str(document.get(name)))
        return document

    def _reference(self, position: int, data: Document) -> None:
        """Load a list of regions that the journal refers to, once its digest is that of the leaf."""
        digest = data["digest"]
        content = self._worker.library.listed(digest)
        if content is None:
            raise Divergence(
                Finding(INCONSISTENT, position, "content", digest, "another content, or none", "reference_list")
            )
        if data["name"] == "regions":
            try:
                self._worker.state.regions.load(*regions_of(orjson.loads(content)))
            except (KeyError, TypeError, orjson.JSONDecodeError) as error:
                raise Divergence(
                    Finding(UNKNOWN, position, "content", "a list of regions", repr(error), "reference_list")
                ) from None
            self.out.lists.append(digest)

    def _rows(self, position: int, document: Document, hashed: bytes, *, altered: bool) -> None:
        """Compare the rows that are served of this entry (unless its leaf is another); note what is compared later."""
        try:
            expected = projections.rows(document)
            self._note(position, document, expected)
        except (KeyError, ValueError, TypeError, AttributeError, IndexError):
            for queue in self._queues.values():
                queue.at(position)
            return  # a finding has said that this leaf has no shape
        if not self._queues:
            return
        expected["leaf"] = [{"position": position, "hash": hashed.hex()}]
        if len(expected["posting"]) > 1:
            expected["posting"].sort(key=itemgetter("book", "n"))
        for name, queue in self._queues.items():
            here, strays = queue.at(position)
            comparison = self.out.comparisons[name]
            for row in strays:
                comparison.row(None, row)
            if altered:
                continue
            wanted = expected[name]
            if here == wanted:
                comparison.count += len(here)
            else:
                comparison.whole(wanted, here)

    def _note(self, position: int, document: Document, expected: Mapping[str, list[Row]]) -> None:
        out, kind, data = self.out, document["type"], document["data"]
        if kind in KEYED or position == 0:
            out.keyed.append((position, document))
        for name, rows in out.collected.items():
            if name in expected:
                rows.extend(expected[name])
        if kind == "record_bound":
            out.bound[position] = {"noun": data["noun"], "digest": data["digest"]} | data  # KeyError: it has no shape
        if kind == "reference_loaded":
            digest = data["digest"]
            out.references.append(
                {"name": data["name"], "edition": data["edition"], "position": position, "digest": digest,
                 "content": digest}
            )  # fmt: skip
        if "rowDigest" in data and "batch" in data and "row" in data:
            out.imported.append(
                {"batch": data["batch"], "row_number": data["row"], "position": position,
                 "digest": data["rowDigest"], "content": data["rowDigest"]},
            )  # fmt: skip

    def _stop(self, finding: Finding, leaf: bytes, stated: bytes) -> Document | None:
        """Decide no further; the document, as far as the leaf is one."""
        document, instead = _decoded(leaf), None
        position = self._task.start + len(self.out.hashes) // 32
        if self._task.authentic and leaf_hash(leaf) != stated:
            instead = _altered(position, stated, leaf)
        elif document is None:
            instead = Finding(INCONSISTENT, position, "bytes", "canonical JSON", "other bytes", "leaf")
        self.out.replaying, self.out.stop = False, (finding, instead)
        self._keep(finding)
        return document

    def _say(self, category: str, position: int, name: str, expected: str, actual: str) -> None:
        self._keep(Finding(category, position, name, expected, actual, "leaf"))

    def _keep(self, finding: Finding) -> None:
        if len(self.out.findings) < MOST_FINDINGS:
            self.out.findings.append(finding)


def _altered(position: int, stated: bytes, leaf: bytes) -> Finding:
    return Finding(INCONSISTENT, position, "leaf hash", stated.hex(), leaf_hash(leaf).hex(), "leaf")


def _decoded(leaf: bytes) -> Document | None:
    try:
        return canonical.decode(leaf)
    except LedgerError:
        return None
