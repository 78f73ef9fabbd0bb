"""The Merkle tree over all leaves, as RFC 6962 section 2.1 and RFC 9162 section 2.1 define it.

A tree of any size is cut into *complete subtrees*: the one at (level, index) covers the leaves
[index * 2**level, (index + 1) * 2**level).  Complete subtrees never change again, which is why they can be stored,
cached and served (`tiles`); whatever lies between them at the right edge is computed when needed.  A proof is first
a list of leaf ranges, then the hash of each range, so that a database can be told what to fetch before anything is
hashed.

Verifiers raise `ProofError`; none returns a boolean that a caller might forget.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

from ledger.errors import ProofError

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()

NodeReader: TypeAlias = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree at (level, index)."""

LeafRange: TypeAlias = tuple[int, int]
"""The leaves [start, end)."""


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 ‖ leaf): the hash under which a leaf enters the tree."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right): the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root of the tree over these leaf hashes, computed at one go."""
    return Frontier().extend(leaf_hashes).root()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: the roots of its complete subtrees, the largest (leftmost) first.

    `nodes` has one hash for every 1 in the binary form of `size`.  A frontier is a value: growing it gives another.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Raise `ProofError` unless `nodes` are as many hashes as a tree of `size` leaves has at its edge."""
        if self.size < 0 or len(self.nodes) != self.size.bit_count():
            raise ProofError(f"a tree of {self.size} leaves does not have {len(self.nodes)} nodes at its edge")
        if any(len(node) != HASH_BYTES for node in self.nodes):
            raise ProofError("a node is not 32 bytes long")

    def append(self, new: bytes) -> "Frontier":
        """Return the frontier after one more leaf hash."""
        nodes = list(self.nodes)
        size = self.size
        while size & 1:
            new = node_hash(nodes.pop(), new)
            size >>= 1
        return Frontier(self.size + 1, (*nodes, new))

    def extend(self, new: Sequence[bytes]) -> "Frontier":
        """Return the frontier after these further leaf hashes."""
        return self.grow(new)[0]

    def grow(self, new: Sequence[bytes]) -> tuple["Frontier", list[tuple[int, int, list[bytes]]]]:
        """Return the frontier after these further leaf hashes, and every subtree that they completed.

        The second is a list of (level, index of the first, hashes), from level 0 (the new leaf hashes themselves)
        upwards: what a store of tiles has to append.
        """
        carried = dict(zip(_levels(self.size), self.nodes, strict=True))
        edge: list[bytes] = []
        completed: list[tuple[int, int, list[bytes]]] = []
        fresh, level = list(new), 0
        while fresh or carried:
            if fresh:
                completed.append((level, self.size >> level, fresh))
            row = [carried.pop(level), *fresh] if level in carried else fresh
            if len(row) & 1:
                edge.append(row[-1])
            fresh = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
            level += 1
        return Frontier(self.size + len(new), tuple(reversed(edge))), completed

    def root(self) -> bytes:
        """Return the root of the whole tree; SHA-256 of nothing when it is empty."""
        return _fold(self.nodes) if self.nodes else EMPTY_ROOT


def _levels(size: int) -> Iterator[int]:
    """Return the levels of the complete subtrees at the edge of a tree, the largest first."""
    return (level for level in range(size.bit_length() - 1, -1, -1) if size >> level & 1)


def _fold(nodes: Sequence[bytes]) -> bytes:
    """Join the roots of ever smaller subtrees, from the right."""
    folded = nodes[-1]
    for node in nodes[-2::-1]:
        folded = node_hash(node, folded)
    return folded


def subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Return the complete subtrees (level, index) that tile the leaves [start, end), the largest first.

    `start` is a multiple of the largest one's width, as it is for every range that a proof asks for.
    """
    for level in _levels(end - start):
        yield level, start >> level
        start += 1 << level


def range_hash(leaves: LeafRange, node: NodeReader) -> bytes:
    """Return the Merkle tree hash of a range of leaves, from its complete subtrees."""
    return _fold([node(level, index) for level, index in subtrees(*leaves)])


def root_at(size: int, node: NodeReader) -> bytes:
    """Return the root that the tree had when it had `size` leaves."""
    return range_hash((0, size), node) if size else EMPTY_ROOT


def inclusion_ranges(index: int, size: int) -> list[LeafRange]:
    """Return the ranges whose hashes prove that leaf `index` is in the tree of `size` leaves, the lowest first."""
    if not 0 <= index < size:
        raise ProofError(f"there is no leaf {index} in a tree of {size}")
    start, end, ranges = 0, size, list[LeafRange]()
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(first: int, second: int) -> list[LeafRange]:
    """Return the ranges whose hashes prove that the tree of `first` leaves is the beginning of that of `second`."""
    if not 0 < first <= second:
        raise ProofError(f"a tree of {second} leaves cannot be shown to continue one of {first}")
    return subtree_consistency_ranges(0, first, second)


def subtree_consistency_ranges(start: int, end: int, size: int) -> list[LeafRange]:
    """Return the ranges whose hashes prove the subtree over [start, end) to be part of the tree of `size` leaves.

    draft-ietf-plants-merkle-tree-certs section 4.4.1 (and c2sp.org/tlog-mirror): a subtree starts on a multiple of
    the smallest power of two that is no smaller than it; one from 0 is the whole tree of its size (RFC 9162 2.1.4.1).
    """
    check_subtree(start, end)
    if end > size:
        raise ProofError(f"a tree of {size} leaves has no subtree over [{start}, {end})")
    low, high, ranges = 0, size, list[LeafRange]()
    while not (high <= end and low >= start):
        middle = low + _split(high - low)
        if end <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    # The verifier knows the whole subtree, but not a part of it.
    if low > start:
        ranges.append((low, high))
    return ranges[::-1]


def check_subtree(start: int, end: int) -> None:
    """Raise `ProofError` unless the leaves [start, end) are those of a subtree."""
    if not 0 <= start < end or start % (1 << (end - start - 1).bit_length()):
        raise ProofError(f"no subtree has exactly the leaves [{start}, {end})")


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """Return the hashes that prove leaf `index` to be in the tree of `size` leaves (RFC 9162 section 2.1.3.1)."""
    return [range_hash(leaves, node) for leaves in inclusion_ranges(index, size)]


def consistency_proof(first: int, second: int, node: NodeReader) -> list[bytes]:
    """Return the hashes that prove the tree of `first` leaves to begin that of `second` (RFC 9162 section 2.1.4.1)."""
    return [range_hash(leaves, node) for leaves in consistency_ranges(first, second)]


def subtree_consistency_proof(start: int, end: int, size: int, node: NodeReader) -> list[bytes]:
    """Return the hashes that prove the subtree over [start, end) to be part of the tree of `size` leaves."""
    return [range_hash(leaves, node) for leaves in subtree_consistency_ranges(start, end, size)]


def needed_nodes(ranges: Iterable[LeafRange]) -> list[tuple[int, int]]:
    """Return the complete subtrees (level, index) that the hashes of these ranges are made of."""
    return [node for leaves in ranges for node in subtrees(*leaves)]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], expected_root: bytes) -> None:
    """Raise `ProofError` unless `proof` leads from the leaf hash `leaf` at `index` to the root (RFC 9162 2.1.3.2)."""
    ranges = inclusion_ranges(index, size)
    _check_hashes(len(ranges), proof, leaf, expected_root)
    computed = leaf
    for (start, _), sibling in zip(ranges, proof, strict=True):
        computed = node_hash(sibling, computed) if start < index else node_hash(computed, sibling)
    if computed != expected_root:
        raise ProofError(f"the proof for leaf {index} of {size} leads to another root")


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise `ProofError` unless `proof` shows the second tree to continue the first (RFC 9162 section 2.1.4.2).

    Nothing can be shown about a first tree of no leaves: the empty tree begins every tree, so that such a proof would
    only lull its reader.
    """
    consistency_ranges(first, second)  # refuses sizes that no proof is for
    verify_subtree_consistency(0, first, second, first_root, second_root, proof)


def verify_subtree_inclusion(
    index: int, start: int, end: int, leaf: bytes, proof: Sequence[bytes], expected: bytes
) -> None:  # fmt: skip
    """Raise `ProofError` unless `proof` leads from the leaf hash at `index` to the hash of the subtree [start, end)."""
    check_subtree(start, end)
    verify_inclusion(index - start, end - start, leaf, proof, expected)


def verify_subtree_consistency(
    start: int, end: int, size: int, subtree: bytes, root_hash: bytes, proof: Sequence[bytes]
) -> None:  # fmt: skip
    """Raise `ProofError` unless `proof` shows the subtree over [start, end) to be part of the tree of `size` leaves.

    The subtree over no leaves is part of every tree: nothing is shown by it, and nothing needs proof (draft 4.4.3 does
    not ask; the public vectors do).  Callers that would learn something from it, such as `verify_consistency`, refuse.
    """
    if 0 <= start == end <= size:
        if proof or subtree != EMPTY_ROOT:
            raise ProofError("a subtree over no leaves has no proof, and the root of nothing")
        return
    ranges = subtree_consistency_ranges(start, end, size)
    if (start, end) == (0, size):
        if proof or subtree != root_hash:
            raise ProofError(f"two trees of {size} leaves have different roots, or a proof that is not empty")
        return
    _check_hashes(len(ranges), proof, subtree, root_hash)
    what = f"the proof from [{start}, {end}) to {size}"
    # Without a range inside it, the subtree is itself a complete subtree (or the right edge) of the tree.
    inside = bool(ranges) and start <= ranges[0][0] and ranges[0][1] <= end
    before = after = proof[0] if inside else subtree
    for (low, high), sibling in list(zip(ranges, proof, strict=True))[inside:]:
        if start <= low and high <= end:
            before = node_hash(sibling, before)
        after = node_hash(after, sibling) if low >= end else node_hash(sibling, after)
    if before != subtree:
        raise ProofError(f"{what} does not contain the first root")
    if after != root_hash:
        raise ProofError(f"{what} leads to another second root")


def _check_hashes(count: int, proof: Sequence[bytes], *roots: bytes) -> None:
    """Raise `ProofError` unless the proof has `count` hashes and everything is as long as a hash."""
    if len(proof) != count:
        raise ProofError(f"a proof of these sizes has {count} hashes, this one {len(proof)}")
    if any(len(given) != HASH_BYTES for given in (*proof, *roots)):
        raise ProofError("a hash is not 32 bytes long")
