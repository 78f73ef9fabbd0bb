"""Snapshots: what every account holds after an entry, in one root per asset that a later entry commits to.

A *line* is (account, seq, in, out, held, digest of its free units).  The lines of an asset, in the bytewise order of
their accounts, are the leaves of a Merkle-sum tree of RFC 6962's shape: a node binds the sums of both of its children,
so that no account can be hidden or counted twice without changing root or totals; and the totals of all accounts of an
asset must cancel: what came in is what went out.  A proof of one line shows besides it only sums of subtrees.

The entry names an earlier position, since it is computed while others are written.  The bytes are in SPEC.md.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from ledger import sum_trees
from ledger.accounts import Account
from ledger.errors import EvidenceError
from ledger.intervals import Spans
from ledger.kinds import MOST_BEHIND, SNAPSHOT_ASSETS

BLOCK: Final = 256
"""Lines beneath one node of level 8: what a server keeps of a tree, besides its lines."""
MOST_SUM: Final = 2**127

_FREE: Final = b"mingzhang/free/v1\x00"
_LINE: Final = b"mingzhang/account-line/v1\x00"
_NODE: Final = b"mingzhang/account-node/v1\x00"
_ROOT: Final = b"mingzhang/accounts/v1\x00"
_HASH_BYTES: Final = 32


class BalanceProofError(EvidenceError):
    """A proof does not lead from its line to the root, count and totals of the snapshot."""


@dataclass(frozen=True, slots=True)
class Line:
    """One account after an entry: its last sequence number, totals, what holds keep of it, its free units."""

    account: str
    seq: int
    into: int
    out: int
    held: int
    free: Spans = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A subtree: what its lines sum to, and its hash."""

    into: int
    out: int
    held: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """What an entry says of one asset: how many accounts, their totals, and the root that binds all of it."""

    asset: str
    accounts: int
    into: int
    out: int
    held: int
    root: bytes

    def as_data(self) -> dict[str, Any]:
        """As the entry's facts say it."""
        return {
            "asset": self.asset, "accounts": self.accounts, "in": str(self.into), "out": str(self.out),
            "held": str(self.held), "root": self.root.hex(),
        }  # fmt: skip

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Sealed":
        """Out of an entry's facts."""
        return cls(
            data["asset"], data["accounts"], int(data["in"]), int(data["out"]), int(data["held"]),
            bytes.fromhex(data["root"]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineProof:
    """Where a line stands, and the subtrees beside its path from the bottom up."""

    index: int
    siblings: tuple[Node, ...]


def line_of(account: Account) -> Line:
    """The line of an account as it stands."""
    return Line(account.id, account.seq, account.total_in, account.total_out, account.reserved, account.free)


def free_digest(free: Spans) -> bytes:
    """SHA-256(domain ‖ number of spans ‖ place, lo and hi of each, in the order of the queue)."""
    numbers = (len(free), *(value for span in free for value in span))
    return sha256(_FREE + b"".join(number.to_bytes(8, "big") for number in numbers)).digest()


def line_node(line: Line) -> Node:
    """The subtree that is one line."""
    name = line.account.encode()
    numbers = (line.seq, line.into, line.out, line.held)
    parts = (_LINE, len(name).to_bytes(2, "big"), name, *(n.to_bytes(8, "big") for n in numbers))
    return Node(line.into, line.out, line.held, sha256(b"".join((*parts, free_digest(line.free)))).digest())


def join(left: Node, right: Node) -> Node:
    """The subtree over two: SHA-256(domain ‖ sums and hash of the left ‖ sums and hash of the right)."""
    digest = sha256(_NODE + _sums(left) + left.digest + _sums(right) + right.digest).digest()
    return Node(left.into + right.into, left.out + right.out, left.held + right.held, digest)


def _sums(node: Node) -> bytes:
    return b"".join(value.to_bytes(16, "big") for value in (node.into, node.out, node.held))


def seal(asset: str, accounts: int, top: Node) -> Sealed:
    """What the entry says of a tree of so many lines: SHA-256(domain ‖ asset ‖ count ‖ sums and hash of the top)."""
    name = asset.encode()
    parts = (_ROOT, len(name).to_bytes(2, "big"), name, accounts.to_bytes(8, "big"), _sums(top), top.digest)
    return Sealed(asset, accounts, top.into, top.out, top.held, sha256(b"".join(parts)).digest())


def levels(nodes: Sequence[Node]) -> list[Sequence[Node]]:
    """The tree level by level from the bottom."""
    return sum_trees.levels(nodes, join)


def siblings(nodes: Sequence[Node], index: int) -> list[Node]:
    """The subtrees beside the path of node `index` to the top."""
    return sum_trees.siblings(nodes, index, join)


def verify(sealed: Sealed, line: Line, proof: LineProof) -> None:
    """Raise `BalanceProofError` unless `line` is one of the accounts of `sealed`, whose totals cancel."""
    if not 0 <= proof.index < sealed.accounts:
        raise BalanceProofError(f"there is no line {proof.index} of {sealed.accounts}")
    beside = iter(proof.siblings)
    node = sum_trees.top(line_node(line), (proof.index, sealed.accounts), beside, join, _checked)
    if next(beside, None) is not None:
        raise BalanceProofError("the proof is longer than the path")
    if max(node.into, node.out, node.held) >= MOST_SUM or seal(sealed.asset, sealed.accounts, node) != sealed:
        raise BalanceProofError("the line does not lead to the snapshot's root and totals")
    if sealed.into != sealed.out:
        raise BalanceProofError("the totals of all accounts do not cancel")


def _checked(sibling: Node | None) -> Node:
    if sibling is None:
        raise BalanceProofError("the proof is shorter than the path")
    if not all(0 <= value < MOST_SUM for value in (sibling.into, sibling.out, sibling.held)):
        raise BalanceProofError("a sum in the proof is out of range")
    if len(sibling.digest) != _HASH_BYTES:
        raise BalanceProofError("a hash in the proof has not 32 bytes")
    return sibling


def facts(through: int, sealed: Sequence[Sealed]) -> list[dict[str, Any]]:
    """The facts of the linked entries that one snapshot is: so many assets in each, in the order of the assets."""
    ordered = sorted(sealed, key=lambda item: item.asset.encode())
    parts = [ordered[n : n + SNAPSHOT_ASSETS] for n in range(0, len(ordered), SNAPSHOT_ASSETS)]
    return [
        {"through": through, "part": n, "parts": len(parts), "assets": [item.as_data() for item in part]}
        for n, part in enumerate(parts, 1)
    ]


class Tree:
    """The tree of one asset, changed line by line."""

    def __init__(self, asset: str) -> None:
        self._asset = asset
        self._names: list[bytes] = []
        self._nodes: dict[bytes, Node] = {}

    def put(self, line: Line) -> None:
        """A line as it is now."""
        name = line.account.encode()
        if name not in self._nodes:
            self._names.insert(bisect_left(self._names, name), name)
        self._nodes[name] = line_node(line)

    def sealed(self) -> Sealed:
        """Count, totals and root of the lines now."""
        return seal(self._asset, len(self._names), levels([self._nodes[name] for name in self._names])[-1][0])


@dataclass(slots=True)
class Balances:
    """All accounts as they were after an earlier entry: what a verifier holds a snapshot against.

    Changes wait in a queue until a snapshot asks for them, or until none may ask for the time before them any more:
    so it holds at most the accounts themselves and the changes of `MOST_BEHIND` entries.
    """

    _waiting: deque[tuple[int, Account]] = field(default_factory=deque)
    _changed: dict[str, Account] = field(default_factory=dict)
    _trees: dict[str, Tree] = field(default_factory=dict)
    _sealed: dict[str, Sealed] = field(default_factory=dict)

    def step(self, position: int, accounts: Iterable[Account]) -> None:
        """Take in the accounts that the entry at `position` changed, as they stand after it."""
        waiting = self._waiting
        for account in accounts:
            waiting.append((position, account))
        while waiting and waiting[0][0] < position - MOST_BEHIND:
            account = waiting.popleft()[1]
            self._changed[account.id] = account

    def facts(self, through: int) -> list[dict[str, Any]]:
        """The facts of the snapshot after the entry at `through`; positions asked for never fall."""
        waiting, changed = self._waiting, self._changed
        while waiting and waiting[0][0] <= through:
            account = waiting.popleft()[1]
            changed[account.id] = account
        touched = set()
        for account in changed.values():
            tree = self._trees.get(account.asset)
            if tree is None:
                tree = self._trees[account.asset] = Tree(account.asset)
            tree.put(line_of(account))
            touched.add(account.asset)
        changed.clear()
        self._sealed |= {asset: self._trees[asset].sealed() for asset in touched}
        return facts(through, list(self._sealed.values()))
