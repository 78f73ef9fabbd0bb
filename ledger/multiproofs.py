"""One proof for many leaves of one tree: every subtree without any of them once, from the left to the right.

An inclusion proof for each leaf alone repeats most of its hashes; this has each once, and the tree's shape says where
it belongs, so that nothing but the hashes is written.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from ledger import merkle
from ledger.errors import ProofError
from ledger.merkle import HASH_BYTES, LeafRange


def ranges(positions: Sequence[int], size: int) -> list[LeafRange]:
    """The largest subtrees that hold none of the leaves at `positions` (ascending), from the left to the right.

    Raises `ProofError` for positions that are not ascending, or not in a tree of `size` leaves.
    """
    _check(positions, size)
    found: list[LeafRange] = []
    stack = [(0, size)] if size else []
    while stack:
        start, end = stack.pop()
        if not _meets(positions, start, end):
            found.append((start, end))
        elif end - start > 1:
            middle = start + (1 << (end - start - 1).bit_length() - 1)
            stack += [(middle, end), (start, middle)]
    return found


def prove(positions: Sequence[int], size: int, node: merkle.NodeReader) -> list[bytes]:
    """The hashes that prove the leaves at `positions` to be in the tree of `size` leaves; raises `ProofError`."""
    return [merkle.range_hash(leaves, node) for leaves in ranges(positions, size)]


def verify(leaves: Mapping[int, bytes], size: int, hashes: Sequence[bytes], root: bytes) -> None:
    """Raise `ProofError` unless the leaf hashes by position, with `hashes` beside them, lead to `root`."""
    positions = sorted(leaves)
    _check(positions, size)
    if any(len(hashed) != HASH_BYTES for hashed in (*leaves.values(), *hashes, root)):
        raise ProofError("a hash is not 32 bytes long")
    beside = iter(hashes)
    computed = _computed(0, size, positions, leaves, beside)
    if next(beside, None) is not None:
        raise ProofError("the proof has more hashes than its leaves call for")
    if computed != root:
        raise ProofError(f"the proof for {len(positions)} leaves of {size} leads to another root")


def _computed(
    start: int, end: int, positions: Sequence[int], leaves: Mapping[int, bytes], beside: Iterator[bytes]
) -> bytes:  # fmt: skip
    """The hash of a subtree; as deep as the tree is high."""
    if not _meets(positions, start, end):
        found = next(beside, None)
        if found is None:
            raise ProofError("the proof has fewer hashes than its leaves call for")
        return found
    if end - start == 1:
        return leaves[start]
    middle = start + (1 << (end - start - 1).bit_length() - 1)
    left = _computed(start, middle, positions, leaves, beside)
    return merkle.node_hash(left, _computed(middle, end, positions, leaves, beside))


def _meets(positions: Sequence[int], start: int, end: int) -> bool:
    at = bisect_left(positions, start)
    return at < len(positions) and positions[at] < end


def _check(positions: Sequence[int], size: int) -> None:
    if not positions or positions[0] < 0 or positions[-1] >= size:
        raise ProofError(f"a proof is of leaves 0 to {size - 1}")
    if any(a >= b for a, b in pairwise(positions)):
        raise ProofError("positions ascend")
