"""Rosters: one payment to many people, whose total anyone can check and whose lines only the entitled see.

A *line* is an amount and a commitment (`commitments`).  The lines, in the order of their commitments, are the leaves
of a Merkle-sum tree of RFC 6962's shape: every inner node binds the *sums* of both of its children, so that no line
can be hidden, doubled or negative without changing root or total.  A leaf of the journal holds count, total and root
of a roster, never a line.  A proof shows one line, and besides it only the sums of the subtrees next to its path (of
its neighbour that is an amount, but not whose): it is shown to the entitled, not published.

Rosters under five lines say too much about each person in them, and are refused.  The bytes are in SPEC.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Final

from ledger import sum_trees
from ledger.errors import EvidenceError, LedgerError

LEAST_LINES: Final = 5
MAX_AMOUNT: Final = 2**63 - 1

_LINE_DOMAIN: Final = b"mingzhang/roster-line/v1\x00"
_NODE_DOMAIN: Final = b"mingzhang/roster-node/v1\x00"
_ROOT_DOMAIN: Final = b"mingzhang/roster/v1\x00"
_HASH_BYTES: Final = 32


class RosterTooSmallError(LedgerError):
    """A roster has fewer lines than `least`: it would say too much about each person in it."""

    def __init__(self, count: int) -> None:
        super().__init__(f"a roster has at least {LEAST_LINES} lines, this one {count}")
        self.count = count
        self.least = LEAST_LINES


class RosterLineError(LedgerError):
    """A line cannot stand in a roster: an amount out of range, a commitment of the wrong length, or one twice."""


class RosterProofError(EvidenceError):
    """A proof does not lead from its line to the roster's root, count and total."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one person got: a positive amount in minor units, and the commitment to who it was."""

    amount: int
    commitment: bytes

    def __post_init__(self) -> None:
        """Raise `RosterLineError` for what cannot be a line."""
        if not 0 < self.amount <= MAX_AMOUNT:
            raise RosterLineError(f"an amount is from 1 to 2**63 - 1, not {self.amount}")
        if len(self.commitment) != _HASH_BYTES:
            raise RosterLineError(f"a commitment has 32 bytes, this one {len(self.commitment)}")


@dataclass(frozen=True, slots=True)
class Roster:
    """What the journal holds of a roster: how many lines, how much together, and the root that binds both."""

    count: int
    total: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Node:
    """A subtree: what its lines sum to, and its hash."""

    total: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class LineProof:
    """Where a line stands, and the subtrees beside its path from the bottom up."""

    index: int
    siblings: tuple[Node, ...]


def line_node(line: Line) -> Node:
    """Return the subtree that is one line: SHA-256(domain ‖ amount ‖ commitment)."""
    return Node(line.amount, sha256(_LINE_DOMAIN + _u64(line.amount) + line.commitment).digest())


def join(left: Node, right: Node) -> Node:
    """Return the subtree over two: SHA-256(domain ‖ left sum ‖ left hash ‖ right sum ‖ right hash)."""
    parts = (_NODE_DOMAIN, _u64(left.total), left.digest, _u64(right.total), right.digest)
    return Node(left.total + right.total, sha256(b"".join(parts)).digest())


def seal_root(count: int, top: Node) -> Roster:
    """Return the roster whose tree has `top` over `count` lines: SHA-256(domain ‖ count ‖ total ‖ top hash)."""
    root = sha256(_ROOT_DOMAIN + _u64(count) + _u64(top.total) + top.digest).digest()
    return Roster(count, top.total, root)


def summarize(lines: Iterable[Line]) -> Roster:
    """Return what the journal holds of these lines, in whatever order they come.

    Raises `RosterTooSmallError` under five, `RosterLineError` for a commitment twice or a total beyond 2**63 - 1.
    """
    nodes = [line_node(line) for line in in_order(lines)]
    return seal_root(len(nodes), sum_trees.levels(nodes, join)[-1][0])


def prove(lines: Iterable[Line], commitment: bytes) -> LineProof:
    """Return the proof of the line with this commitment; raises as `summarize`, and when there is no such line."""
    ordered = in_order(lines)
    index = next((i for i, line in enumerate(ordered) if line.commitment == commitment), None)
    if index is None:
        raise RosterLineError("the roster has no line with this commitment")
    return LineProof(index, tuple(sum_trees.siblings([line_node(line) for line in ordered], index, join)))


def verify(roster: Roster, line: Line, proof: LineProof) -> None:
    """Raise `RosterProofError` unless `line` is in `roster`, counted once and in full."""
    if roster.count < LEAST_LINES or not 0 <= proof.index < roster.count:
        raise RosterProofError(f"line {proof.index} of {roster.count} cannot be")
    beside = iter(proof.siblings)
    node = sum_trees.top(line_node(line), (proof.index, roster.count), beside, join, _checked)
    if next(beside, None) is not None:
        raise RosterProofError("the proof is longer than the path")
    if node.total > MAX_AMOUNT or seal_root(roster.count, node) != roster:
        raise RosterProofError("the line does not lead to the roster's root and total")


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Return the lines in the order of their commitments, which says nothing about the order of the payments."""
    ordered = sorted(lines, key=lambda line: line.commitment)
    if len(ordered) < LEAST_LINES:
        raise RosterTooSmallError(len(ordered))
    if any(a.commitment == b.commitment for a, b in pairwise(ordered)):
        raise RosterLineError("a commitment stands twice: every line has a salt of its own")
    if sum(line.amount for line in ordered) > MAX_AMOUNT:
        raise RosterLineError("the total is beyond 2**63 - 1")
    return ordered


def _checked(sibling: Node | None) -> Node:
    """Return a sibling that can be one."""
    if sibling is None:
        raise RosterProofError("the proof is shorter than the path")
    if not 0 < sibling.total <= MAX_AMOUNT or len(sibling.digest) != _HASH_BYTES:
        raise RosterProofError("a sum in the proof is out of range, or a hash is not one")
    return sibling


def _u64(number: int) -> bytes:
    """Return eight bytes, the most significant first."""
    return number.to_bytes(8, "big")
