"""Every served table compared with what the leaves say.

Two sorts of tables: rows that are written once and carry their position (read whenever, compared as far as the walk
went), and rows that later entries change (read in one snapshot, compared with the state at that very size).  Besides,
lists are looked up by rows of an edition, which no journal owns: those of its lists, or of no journal's, are served.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Any, Final

import orjson

from clients.auditor.rows import TABLES, Comparison, Where, all_rows, by_position
from clients.auditor.segments import COLLECTED
from clients.auditor.snapshots import Snapshot
from clients.auditor.source import Source
from clients.auditor.tree import Tree, frontier_of, tile_position, tile_row
from clients.auditor.walk import Walk, read_lists
from ledger import records, references
from ledger.checkpoints import open_checkpoint
from ledger.entries import clock_text
from ledger.errors import EvidenceError, ProfileError
from ledger.merkle import HASH_BYTES, Frontier
from ledger.notes import Verifier
from ledger.projections import account_row, batch_row
from ledger.records import Row, Rows
from ledger.replay import INCONSISTENT, RULE, SERVED, UNKNOWN, Finding

_NOUN_ROWS: Final = (
    "organization", "organization_status", "project", "beneficiary", "beneficiary_category", "domain_record",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BoundRecord:
    """A record's content, proven by the leaf at `position`."""

    position: int
    content: Mapping[str, Any]


class Comparisons:
    """The findings of all tables, and how many rows were compared."""

    def __init__(self, source: Source, walk: Walk, key: Verifier) -> None:
        self._source, self._walk, self._key = source, walk, key
        self.trusted: list[Verifier] = [key]
        self.findings: list[Finding] = []
        self.rows = 0
        self.forked = False
        self._nouns: Snapshot | None = None

    def _compare(self, name: str, expected: Iterable[Row], served: Iterable[Row], where: Where = by_position) -> None:
        comparison = Comparison(TABLES[name], where)
        comparison.whole(expected, served)
        self.take(comparison)

    def take(self, comparison: Comparison) -> None:
        """Count a finished comparison in."""
        self.findings += comparison.finish()
        self.rows += comparison.count

    def snapshot(self, snapshot: Snapshot) -> None:
        """Compare the changing tables with the state as it stands after the walk's last leaf."""
        walk, served = self._walk, snapshot.rows
        made = walk.tree.expected
        self._look_up("tile", made, lambda key: tile_row(key, made), served["tile"], tile_position)
        if walk.replaying:
            accounts, batches = walk.replay.state.accounts, walk.replay.state.batches
            self._compare("head", [_head(walk.tree, walk)], served["head"], lambda _row, _served: max(0, walk.size - 1))
            self._look_up("account", accounts, lambda key: account_row(accounts[key]), served["account"])
            self._compare("import_batch", map(batch_row, batches.values()), served["import_batch"], _opened)
        self._nouns = Snapshot(walk.size, served)

    def _look_up(
        self, name: str, known: Collection[Any], made: Callable[[Any], Row], served: Iterable[Row],
        where: Where = by_position,
    ) -> None:  # fmt: skip
        """Compare rows one by one with those made of what is known, so that neither lies in memory as rows."""
        comparison, seen = Comparison(TABLES[name], where), set[Any]()
        for row in served:
            key: Any = comparison.table.key_of(row)
            key = key[0] if len(key) == 1 else key
            comparison.row(made(key) if key in known and key not in seen else None, row)
            seen.add(key)
        for key in known:
            if key not in seen:
                comparison.row(made(key), None)
        self.take(comparison)

    def _compare_nouns(self, proven: Iterable[BoundRecord], snapshot: Snapshot) -> None:
        """The rows of the newest version of every record, as of the snapshot."""
        newest: dict[tuple[str, str], BoundRecord] = {}
        for bound in proven:
            key = str(bound.content["noun"]), str(bound.content["id"])
            if bound.position < snapshot.size and (
                key not in newest or newest[key].content["version"] < bound.content["version"]
            ):
                newest[key] = bound
        expected: Rows = {name: [] for name in _NOUN_ROWS}
        positions: dict[str, int] = {}
        for bound in newest.values():
            positions[str(bound.content["id"])] = bound.position
            for name, rows in records.rows(bound.content, bound.position).items():
                expected[name] += rows
        for name in _NOUN_ROWS:
            self._compare(name, expected[name], snapshot.rows[name], _of_record(positions, snapshot.size))

    def _records(self) -> list[BoundRecord]:
        """Compare the records with their leaves; return those whose content a leaf proves."""
        rows = list(self._covered("record"))
        contents = {sha256(content).hexdigest(): content for content in map(_content, rows) if content is not None}
        proven: list[BoundRecord] = []
        expected: list[Row] = []
        for position, data in self._walk.bound.items():
            digest = data["digest"]
            found = contents.get(digest)
            says = {} if found is None else self._proven(position, found, data, proven)
            expected.append(
                {"noun": data["noun"], "id": data.get("record", says.get("id")),
                 "version": data.get("version", says.get("version")), "position": position, "content": digest,
                 "digest": digest}
            )  # fmt: skip
        served = [_digested(row) for row in rows]
        unnamed = {row["position"]: row for row in expected if row["id"] is None}
        for row in served:  # a spoilt record whose leaf does not name it: its name cannot be judged
            if (wanted := unnamed.get(_whole(row.get("position")))) is not None:
                wanted |= {"id": row.get("id"), "version": row.get("version")}
        self._compare("record", expected, served)
        self._versions(proven)
        return proven

    def _versions(self, proven: Iterable[BoundRecord]) -> None:
        """The versions of a record follow each other from 1, whether its leaf names it or not."""
        versions: dict[tuple[str, str], int] = {}
        for bound in proven:  # in the order of positions
            key = str(bound.content["noun"]), str(bound.content["id"])
            versions[key] = versions.get(key, 0) + 1
            if bound.content["version"] != versions[key]:
                expected, actual = str(versions[key]), str(bound.content["version"])
                self.findings.append(Finding(RULE, bound.position, "version", expected, actual, "record"))
                versions[key] = bound.content["version"]

    def _proven(
        self, position: int, content: bytes, data: Mapping[str, Any], proven: list[BoundRecord]
    ) -> Mapping[str, Any]:
        """The content that a leaf proves; what it says of itself must be what the leaf says in clear."""
        try:
            document = orjson.loads(content)
            version, noun, name = document["version"], document["noun"], document["id"]
            facts = records.facts(document) if noun == "organization" else data.get("facts")
            bound = BoundRecord(position, document)
            records.rows(document, position)
            if not isinstance(version, int) or not isinstance(name, str):
                raise TypeError(name)  # noqa: TRY301 -- one place says what is wrong with a content
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, ProfileError) as error:
            self.findings.append(
                Finding(UNKNOWN, position, "content", "a record that is known here", repr(error)[:200], "record")
            )
            return {}
        for field, expected, actual in (
            ("data.noun", noun, data["noun"]), ("data.record", name, data.get("record", name)),
            ("data.version", version, data.get("version", version)), ("data.facts", facts, data.get("facts", facts)),
        ):  # fmt: skip
            if expected != actual:
                self.findings.append(Finding(RULE, position, field, str(expected), str(actual), "leaf"))
        proven.append(bound)
        return BoundRecord(position, document).content

    def written_once(self) -> None:
        """Compare the tables whose rows never change, as far as the walk went."""
        walk = self._walk
        for name, stream in walk.streams.items():
            comparison = walk.comparisons[name]
            for row, size in stream.rest():
                position = row.get("position")
                if not isinstance(position, int) or position < walk.size or position >= size:
                    comparison.row(None, row)
            self.take(comparison)
        for name in COLLECTED:
            self._compare(name, walk.collected[name], self._covered(name))
        if walk.replaying:
            comparison = Comparison(TABLES["command"])
            walk.ids.compare(self._covered("command"), comparison)
            self.take(comparison)
        proven = self._records()
        if self._nouns is not None:
            self._compare_nouns(proven, self._nouns)
        self._compare("reference_list", walk.references, map(_digested, self._covered("reference_list")))
        self._lookups()
        self._compare("import_row", walk.imported.values(), map(_digested, self._covered("import_row")))

    def _lookups(self) -> None:
        """Compare what lists are looked up by with what the proven lists say; their rows know no position.

        Of a list that came after the walk, or is not there as its leaf says (a finding by itself), none is judged.
        """
        served = {name: [row for row, _ in all_rows(self._source, name)] for name in chain(*references.TABLES.values())}
        expected: Rows = {name: [] for name in served}
        positions: dict[tuple[str, str], int] = {}
        lists = read_lists(self._source)
        unjudged = self._later_lists()  # read after the rows, so that it knows every list that they can be of
        for loaded in self._walk.references:
            listed = self._listed(loaded, lists)
            for name in references.TABLES.get(loaded["name"], ()):
                place = name, str(loaded["edition"])
                positions[place] = loaded["position"]
                (unjudged.add if listed is None else unjudged.discard)(place)
                expected[name] += (listed or {}).get(name, [])
        for name, rows in served.items():
            here = (row for row in rows if (name, str(row.get("edition"))) not in unjudged)
            self._compare(name, expected[name], here, _of_list(name, positions, self._walk.size))

    def _listed(self, loaded: Row, lists: Mapping[str, bytes]) -> Rows | None:
        """The rows of a list that a leaf refers to, whose edition must be the leaf's; None when it is not there."""
        if loaded["digest"] not in lists:
            return None
        try:
            document = orjson.loads(lists[loaded["digest"]])
            if document["edition"] == loaded["edition"]:
                return references.rows(loaded["name"], document)
            expected, actual = str(loaded["edition"]), str(document["edition"])
            self.findings.append(Finding(RULE, loaded["position"], "edition", expected, actual, "reference_list"))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            expected = "a list that is known here"
            self.findings.append(
                Finding(UNKNOWN, loaded["position"], "content", expected, repr(error)[:200], "reference_list")
            )
        return None

    def _later_lists(self) -> set[tuple[str, str]]:
        """The (table, edition) of lists that came after the walk."""
        return {
            (table, str(row.get("edition")))
            for row, size in all_rows(self._source, "reference_list")
            if self._walk.size <= _whole(row.get("position")) < size
            for table in references.TABLES.get(str(row.get("name")), ())
        }

    def _covered(self, name: str) -> Iterator[Row]:
        """The served rows, without those of entries that came after the walk."""
        for row, size in all_rows(self._source, name):
            position = row.get("position")
            if not isinstance(position, int) or position < self._walk.size or position >= size:
                yield row

    def checkpoints(self, note: str, signed: int) -> None:
        """Every published head must be signed, and its root the one that the leaves had at its size.

        The newest, of `signed` entries and with the text `note`, must be one of them.  On the way the key is followed
        through the journal's own history: a head that a trusted key signed vouches for the keys that its entries name.
        """
        hashes, newest = self._walk.tree.believed, 0
        frontier, size = Frontier(), len(hashes) // HASH_BYTES
        comparison = Comparison(TABLES["checkpoint"], lambda row, _served: max(0, _whole(row.get("size")) - 1))
        for row, journal in all_rows(self._source, "checkpoint"):
            at = _whole(row.get("size"))
            if not 0 < at <= size:
                if not size < at <= journal:
                    comparison.row(None, row)
                continue
            if at < frontier.size:
                frontier = Frontier()
            frontier = frontier_of(hashes[frontier.size * HASH_BYTES : at * HASH_BYTES], frontier)
            newest = max(newest, at)
            self._checkpoint(comparison, row, at, frontier.root())
        if newest < signed <= size:
            root = frontier_of(hashes[: signed * HASH_BYTES]).root()
            comparison.row({"size": signed, "root": root.hex(), "note": note}, None)
        self.take(comparison)

    def _checkpoint(self, comparison: Comparison, row: Row, size: int, root: bytes) -> None:
        note = row.get("note")
        expected = {"size": size, "root": root.hex(), "note": note}
        problem = None
        try:
            signed = open_checkpoint(str(note), self._walk.history.in_force(size, [self._key]))
        except EvidenceError as error:
            problem = str(error)
        else:
            if (signed.size, signed.root) == (size, root):
                self._follow(str(note), size)
            else:
                problem = f"a signed head of {signed.size} entries with root {signed.root.hex()}"
                self.forked = self.forked or signed.size == size
        comparison.row(expected, row)
        if problem is not None:
            expects = f"a signed head of {size} entries with root {root.hex()}"
            self.findings.append(Finding(INCONSISTENT, size - 1, "note", expects, problem, "checkpoint"))

    def _follow(self, note: str, size: int) -> None:
        """A head that a trusted key signed makes the keys trusted that the entries below it name."""
        if self.signed_by_trusted(note, size):
            keys = self._walk.history.in_force(size, [self._key])
            self.trusted += [key for key in keys if key not in self.trusted]

    def signed_by_trusted(self, note: str, size: int) -> bool:
        """Whether a trusted key that is in force at this size signed."""
        keys = [key for key in self._walk.history.in_force(size, [self._key]) if key in self.trusted]
        try:
            open_checkpoint(note, keys)
        except EvidenceError:
            return False
        return True

    def sums(self) -> None:
        """For every book and asset, what all accounts took in and gave out is the same."""
        totals: dict[tuple[str, str], int] = {}
        for account in self._walk.replay.state.accounts.values():
            key = account.book, account.asset
            totals[key] = totals.get(key, 0) + account.total_in - account.total_out
        for (book, asset), total in totals.items():
            if total:
                self.findings.append(
                    Finding(RULE, self._walk.size - 1, f"sum of {book} {asset}", "0", str(total), "account")
                )

    def listing(self, names: Iterable[str]) -> None:
        """A table that is served but unknown here is nothing that this verifier vouches for."""
        for name in sorted(set(names) - TABLES.keys()):
            self.findings.append(Finding(UNKNOWN, None, "table", "a table that is known here", name, "projections"))
        for name in sorted(TABLES.keys() - set(names)):
            self.findings.append(Finding(SERVED, None, "table", name, "(not served)", "projections"))


def _head(tree: Tree, walk: Walk) -> Row:
    head, frontier = walk.replay.state.head, tree.edge(tree.computed)
    return {
        "size": head.size, "at": None if head.at is None else clock_text(head.at), "last": head.prev,
        "root": frontier.root().hex(), "frontier": [node.hex() for node in frontier.nodes],
    }  # fmt: skip


def _opened(row: Row, _served: Row | None) -> int | None:
    found = row.get("opened")
    return found if isinstance(found, int) else None


def _of_record(positions: Mapping[str, int], size: int) -> Where:
    """The position of the record that a noun's row (or one of its dated rows) comes from; of none: the end."""

    def where(row: Row, _served: Row | None) -> int | None:
        name = next((name for name in ("id", "beneficiary", "organization") if name in row), None)
        found = positions.get(str(row.get(name or "")))
        if found is None:
            return by_position(row) if "position" in row else max(0, size - 1)
        return found

    return where


def _of_list(table: str, positions: Mapping[tuple[str, str], int], size: int) -> Where:
    """The position of the list that a row's edition names; of none: the end."""

    def where(row: Row, _served: Row | None) -> int | None:
        return positions.get((table, str(row.get("edition"))), max(0, size - 1))

    return where


def _content(row: Row) -> bytes | None:
    try:
        return bytes.fromhex(row["content"])
    except (KeyError, TypeError, ValueError):
        return None


def _digested(row: Row) -> Row:
    """The row with the digest of its content in the content's place, as leaves hold it."""
    content = _content(row)
    return row if content is None else row | {"content": sha256(content).hexdigest()}


def _whole(value: object) -> int:
    return value if isinstance(value, int) else -1
