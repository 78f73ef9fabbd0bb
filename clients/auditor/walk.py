"""The walk: every leaf read, hashed, chained and decided again, beside the rows that are served of it.

Memory: 64 bytes of hashes, one id and the accounts for every entry; documents of earlier entries are kept in a small
cache and read again from the source when `decide` asks for one that is no longer there.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from operator import itemgetter
from typing import Any, Final

import orjson

from clients.auditor.rows import MOST_FINDINGS, TABLES, Comparison, RowStream, all_rows
from clients.auditor.source import Source
from clients.auditor.tree import Tree
from ledger import canonical, projections, tiles
from ledger.errors import LedgerError
from ledger.key_history import KeyHistory
from ledger.merkle import leaf_hash
from ledger.records import Row
from ledger.regions import regions_of
from ledger.replay import INCONSISTENT, UNKNOWN, Divergence, Finding, Replay

Document = dict[str, Any]

STREAMED: Final = ("leaf", "entry", "posting", "slice")
"""Tables whose rows are compared beside the walk, since they come in the order of positions."""
COLLECTED: Final = ("restriction", "period", "approval_term", "evidence", "delivery")
"""Tables whose expected rows are few enough to be kept until they are compared."""
MOST_CACHED: Final = 4096


class Earlier(Mapping[int, Document]):
    """Documents of earlier entries: the latest at hand, the others read again and proven to be the same."""

    def __init__(self, read: Callable[[int], bytes | None], tree: Tree) -> None:
        self._read, self._tree = read, tree
        self._kept: OrderedDict[int, Document] = OrderedDict()

    def keep(self, position: int, document: Document) -> None:
        """Remember a document, and forget the one that was not asked for the longest."""
        self._kept[position] = document
        if len(self._kept) > MOST_CACHED:
            self._kept.popitem(last=False)

    def __getitem__(self, position: int) -> Document:
        """The document at a position that was walked; raises `Divergence` when the source changed its mind."""
        found = self._kept.get(position)
        if found is not None:
            self._kept.move_to_end(position)
            return found
        if not 0 <= position < len(self):
            raise KeyError(position)
        leaf, wanted = self._read(position), self._tree.computed_at(position)
        actual = b"" if leaf is None else leaf_hash(leaf)
        if leaf is None or actual != wanted:
            raise Divergence(
                Finding(INCONSISTENT, position, "leaf hash", wanted.hex(), actual.hex() or "missing", "leaf")
            )
        document = canonical.decode(leaf)
        self.keep(position, document)
        return document

    def __iter__(self) -> Iterator[int]:
        """Every position that was walked."""
        return iter(range(len(self)))

    def __len__(self) -> int:
        """How many positions were walked."""
        return len(self._tree.computed) // 32


class Walk:
    """A journal read from its first entry; `to` goes on as far as it is told."""

    def __init__(self, source: Source, tree: Tree, *, compare: bool, progress: Callable[[int], None]) -> None:
        self.source, self.tree, self._progress = source, tree, progress
        self.earlier = Earlier(self._reread, tree)
        self.replay = Replay(self.earlier)
        self.replaying = True
        self.missing: int | None = None
        self.findings: list[Finding] = []
        self.streams = {name: RowStream(source, name) for name in STREAMED} if compare else {}
        self.comparisons = {name: Comparison(TABLES[name]) for name in STREAMED}
        self.collected: dict[str, list[Row]] = {name: [] for name in COLLECTED}
        self.bound: dict[int, Document] = {}
        self.imported: dict[tuple[str, int], Row] = {}
        self.references: list[Row] = []
        self.lists: dict[str, bytes] = {}
        self.first: Document = {}
        self.history = KeyHistory()
        self._reach = 0
        self._bundle: tuple[int, list[bytes]] = (-1, [])

    @property
    def size(self) -> int:
        """How many leaves were read."""
        return len(self.tree.computed) // 32

    def to(self, size: int, reach: int | None = None) -> None:
        """Read on as far as `size` leaves, or as far as there are leaves; bundles are as wide as at `reach` leaves."""
        self._reach = size if reach is None else reach
        for stream in self.streams.values():
            stream.again(self.size)
        while self.size < size and self.missing is None:
            position = self.size
            leaves = self._leaves(position // tiles.WIDTH)[: size - position // tiles.WIDTH * tiles.WIDTH]
            start = position % tiles.WIDTH
            if len(leaves) <= start:
                self.missing, self.tree.short = position, True
                self._say(INCONSISTENT, position, "leaf", "present", "missing")
                return
            for leaf in leaves[start:]:
                self._leaf(self.size, leaf)
            self._progress(self.size)

    def _leaves(self, index: int) -> list[bytes]:
        """The leaves of a bundle; what is not a bundle, or ends too soon, has the leaves that can be read."""
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

    def _reread(self, position: int) -> bytes | None:
        index = position // tiles.WIDTH
        if self._bundle[0] != index:
            self._bundle = index, self._leaves(index)
        leaves = self._bundle[1]
        offset = position % tiles.WIDTH
        return leaves[offset] if offset < len(leaves) else None

    def _leaf(self, position: int, leaf: bytes) -> None:
        hashed = leaf_hash(leaf)
        stated = self.tree.stated_at(position)
        altered = self.tree.authentic and hashed != stated
        document: Document | None = None
        if self.replaying:
            document = self._step(position, leaf, altered=altered)
        else:
            document = self._only_read(position, leaf, hashed, stated)
        self.tree.computed += hashed
        if document is not None:
            if position == 0:
                self.first = document
            self.earlier.keep(position, document)
            self._rows(position, document, hashed, altered=altered)
        else:
            for stream in self.streams.values():
                stream.at(position)

    def _step(self, position: int, leaf: bytes, *, altered: bool) -> Document | None:
        """Decide the entry again; on the first difference stop deciding, but go on reading."""
        before = len(self.findings)
        document: Document | None
        try:
            document, _ = self.replay.step(leaf)
            if document["type"] == "reference_loaded":
                self._reference(position, document["data"])
        except Divergence as divergence:
            finding = divergence.finding
            self._stop(replace(finding, category=INCONSISTENT) if altered else finding)
            document = _decoded(leaf)
        except (LedgerError, KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError) as error:
            category = INCONSISTENT if altered else UNKNOWN
            self._stop(Finding(category, position, "shape", "a well-formed entry", repr(error)[:200], "leaf"))
            document = _decoded(leaf)
        if altered and len(self.findings) == before:
            self._stop(_altered(position, self.tree.stated_at(position), leaf))
        return document

    def _only_read(self, position: int, leaf: bytes, hashed: bytes, stated: bytes) -> Document | None:
        """Check the bytes and the chain of a leaf that can no longer be decided."""
        document = _decoded(leaf)
        if self.tree.authentic and hashed != stated:
            self._keep(_altered(position, stated, leaf))
        elif document is None:
            self._say(INCONSISTENT, position, "bytes", "canonical JSON", "other bytes")
        elif not self.tree.authentic:
            prev = self.tree.computed_at(position - 1).hex()
            for name, expected in (("seq", position), ("prev", prev)):
                if document.get(name) != expected:
                    self._say(INCONSISTENT, position, name, str(expected), str(document.get(name)))
        return document

    def _reference(self, position: int, data: Document) -> None:
        """Load a list of regions that the journal refers to, once its digest is that of the leaf."""
        digest = data["digest"]
        if digest not in self.lists:
            self.lists = read_lists(self.source)
        content = self.lists.get(digest)
        if content is None:
            raise Divergence(
                Finding(INCONSISTENT, position, "content", digest, "another content, or none", "reference_list")
            )
        if data["name"] == "regions":
            try:
                self.replay.state.regions.load(*regions_of(orjson.loads(content)))
            except (KeyError, TypeError, orjson.JSONDecodeError) as error:
                raise Divergence(
                    Finding(UNKNOWN, position, "content", "a list of regions", repr(error), "reference_list")
                ) from None

    def _rows(self, position: int, document: Document, hashed: bytes, *, altered: bool) -> None:
        """Compare the rows that are served of this entry (unless its leaf is another); note what is compared later."""
        try:
            expected = projections.rows(document)
            self._note(position, document, expected)
        except (KeyError, ValueError, TypeError, AttributeError, IndexError):
            for stream in self.streams.values():
                stream.at(position)
            return  # a finding has said that this leaf has no shape
        expected["leaf"] = [{"position": position, "hash": hashed.hex()}]
        if len(expected["posting"]) > 1:
            expected["posting"].sort(key=itemgetter("book", "n"))
        for name, stream in self.streams.items():
            here, strays = stream.at(position)
            comparison = self.comparisons[name]
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
        self.history.take(position, document)
        for name in COLLECTED:
            self.collected[name] += expected.get(name, ())
        data = document["data"]
        if document["type"] == "record_bound":
            self.bound[position] = {"noun": data["noun"], "digest": data["digest"]} | data  # KeyError: it has no shape
        if document["type"] == "reference_loaded":
            digest = data["digest"]
            self.references.append(
                {"name": data["name"], "edition": data["edition"], "position": position, "digest": digest,
                 "content": digest}
            )  # fmt: skip
        if "rowDigest" in data and "batch" in data and "row" in data:
            self.imported.setdefault(
                (data["batch"], data["row"]),
                {"batch": data["batch"], "row_number": data["row"], "position": position,
                 "digest": data["rowDigest"], "content": data["rowDigest"]},
            )  # fmt: skip

    def _stop(self, finding: Finding) -> None:
        self.replaying = False
        self._keep(finding)

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


def _altered(position: int, stated: bytes, leaf: bytes) -> Finding:
    return Finding(INCONSISTENT, position, "leaf hash", stated.hex(), leaf_hash(leaf).hex(), "leaf")


def _decoded(leaf: bytes) -> Document | None:
    try:
        return canonical.decode(leaf)
    except LedgerError:
        return None


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
