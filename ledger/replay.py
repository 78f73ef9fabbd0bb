"""Replay: the verifier's walk, which is the writing code run again.

`Replay.step` takes the next leaf, decides its command again in the state so far, and compares the
bytes.  Whatever differs is a finding that names the position, the field and both values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ledger import canonical
from ledger.accounts import Account
from ledger.decide import Accepted, Replayed, decide
from ledger.entries import VERSION, clock_of, command_of
from ledger.errors import LedgerError
from ledger.kinds import KINDS
from ledger.merkle import Frontier
from ledger.projections import account_row, batch_row
from ledger.records import Rows
from ledger.rejections import Rejection
from ledger.snapshots import Balances
from ledger.state import Head, State

INCONSISTENT = "inconsistent"
"""Bytes, chain, tree or signatures do not agree: proven alteration (exit 1)."""
RULE = "rule"
"""Intact, but a rule of accounting or restriction is broken (exit 5)."""
SERVED = "served"
"""Intact, but a served figure differs from the recomputed one (exit 5)."""
UNKNOWN = "unknown"
"""A type or version that this verifier does not know: it cannot decide (exit 3)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a verifier says is wrong: where, which field, expected and actual, from which source.

    `position` is None for what belongs to no entry; `source` is `leaf`, `checkpoint`, or the name
    of the served projection.
    """

    category: str
    position: int | None
    field: str
    expected: str
    actual: str
    source: str

    def sentence(self) -> str:
        """The finding in one sentence."""
        where = "journal" if self.position is None else f"position {self.position}"
        return f"{where}: {self.field} of {self.source} should be {self.expected} and is {self.actual}"


class Divergence(LedgerError):  # noqa: N818 -- carries a finding; the house word for what a verifier says
    """The replay cannot go on: `finding` says where and why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.sentence())
        self.finding = finding


class Replay:
    """A journal read again from its first entry.

    `entries` gives documents of earlier positions (commands refer to them); it may read them from
    a file, so that memory stays bounded.
    """

    def __init__(self, entries: Mapping[int, dict[str, Any]] | None = None) -> None:
        self.state = State(entries={} if entries is None else entries)
        self.accepted: Accepted | None = None
        self.balances: Balances | None = Balances()
        self._frontier = Frontier()
        self._hashes: list[bytes] = []

    @property
    def frontier(self) -> Frontier:
        """The edge of the tree of the entries replayed by this object, joined up when it is asked for."""
        self._frontier, self._hashes = self._frontier.extend(self._hashes), []
        return self._frontier

    def begin(self, head: Head) -> None:
        """Go on behind a head that others have led to; the tree's edge and all balances are then theirs to know."""
        self.state.head, self._hashes, self.balances = head, [], None

    @property
    def size(self) -> int:
        """How many entries have been replayed."""
        return self.state.head.size

    def step(self, leaf: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Replay the next leaf: its document and the accounts it touched; raises `Divergence`.

        That the leaf is canonical needs no check of its own: `decide` has written the same bytes.  Only where
        something differs are the bytes asked first, since a spelling that no writer uses explains the rest.
        """
        position = self.size
        try:
            return self._step(leaf, position)
        except Divergence:
            _canonical(leaf, position)
            raise

    def _step(self, leaf: bytes, position: int) -> tuple[dict[str, Any], tuple[str, ...]]:
        document = self._read(leaf, position)
        try:
            command, at = command_of(document), clock_of(document["at"])
        except (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError) as error:
            raise _diverged(INCONSISTENT, position, "shape", "a well-formed entry", repr(error)) from None
        try:
            accepted = decide(self.state, command, at)
        except Rejection as rejection:
            raise _diverged(RULE, position, "verdict", "an entry that may stand", str(rejection)) from None
        except LedgerError as error:
            raise _diverged(INCONSISTENT, position, "shape", "a well-formed entry", str(error)) from None
        if isinstance(accepted, Replayed):
            raise _diverged(RULE, position, "id", "a new id", f"the id of entry {accepted.position}")
        if accepted.leaf != leaf:
            field, expected, actual = first_difference(accepted.document, document)
            raise _diverged(INCONSISTENT, position, field, expected, actual)
        self._hashes.append(accepted.hash)
        self.accepted = accepted
        if self.balances is not None:
            self._seal(self.balances, position, document, accepted.touched)
        return document, accepted.touched

    def _seal(
        self, balances: Balances, position: int, document: Mapping[str, Any], touched: tuple[str, ...]
    ) -> None:  # fmt: skip
        """Note what the entry changed; a snapshot must say what all accounts were: raises `Divergence`."""
        if document["type"] == "snapshot":
            data = document["data"]
            parts = balances.facts(data["through"])
            expected = parts[min(data["part"], len(parts)) - 1] if parts else {}
            if expected != data:
                field, wanted, actual = first_difference(expected, data, "data")
                raise _diverged(RULE, position, field, wanted, actual)
        accounts = self.state.accounts
        balances.step(position, [accounts[name] for name in touched if name in accounts])

    def _read(self, leaf: bytes, position: int) -> dict[str, Any]:
        try:
            parsed = orjson.loads(leaf)
        except orjson.JSONDecodeError:
            parsed = None
        document: dict[str, Any] = parsed if isinstance(parsed, dict) else _canonical(leaf, position)
        if document.get("seq") != position:
            raise _diverged(INCONSISTENT, position, "seq", str(position), str(document.get("seq")))
        if document.get("prev") != self.state.head.prev:
            raise _diverged(INCONSISTENT, position, "prev", self.state.head.prev, str(document.get("prev")))
        if document.get("v") != VERSION or type(document.get("type")) is not str or document["type"] not in KINDS:
            kind = f"v{document.get('v')} {document.get('type')}"
            raise _diverged(UNKNOWN, position, "type", "a kind of version 1", kind)
        return document

    def touched_rows(self, names: tuple[str, ...]) -> Rows:
        """The account rows of `names` as they stand now."""
        known = (self.state.accounts.get(name) for name in names)
        return {"account": [account_row(account) for account in known if account is not None]}

    def account(self, name: str) -> Account | None:
        """An account as it stands now."""
        return self.state.accounts.get(name)

    def final_rows(self) -> Rows:
        """The rows that later entries change: accounts and import batches as they stand at the end."""
        return {
            "account": [account_row(account) for account in self.state.accounts.values()],
            "import_batch": [batch_row(batch) for batch in self.state.batches.values()],
        }


def _canonical(leaf: bytes, position: int) -> dict[str, Any]:
    """The document of a leaf that is written as it should be; raises `Divergence`."""
    try:
        return canonical.decode(leaf)
    except LedgerError as error:
        raise _diverged(INCONSISTENT, position, "bytes", "canonical JSON", str(error)) from None


def first_difference(expected: object, actual: object, path: str = "") -> tuple[str, str, str]:
    """The first path where two documents differ, with both values as text."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in sorted({*expected, *actual}):
            if expected.get(key) != actual.get(key):
                return first_difference(expected.get(key), actual.get(key), f"{path}.{key}".lstrip("."))
    if isinstance(expected, (list, tuple)) and isinstance(actual, (list, tuple)):
        for n in range(max(len(expected), len(actual))):
            a = expected[n] if n < len(expected) else None
            b = actual[n] if n < len(actual) else None
            if a != b:
                return first_difference(a, b, f"{path}.{n}")
    return path or "bytes", str(expected), str(actual)


def _diverged(category: str, position: int, field: str, expected: str, actual: str) -> Divergence:
    return Divergence(Finding(category, position, field, expected, actual, "leaf"))
