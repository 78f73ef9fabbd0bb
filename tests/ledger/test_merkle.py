"""The tree beside its slow twin: RFC 6962 section 2.1 written out as recursion over leaf hashes."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import merkle
from ledger.errors import ProofError

LEAVES = st.lists(st.binary(max_size=3), max_size=70)


def hashed(leaves: list[bytes]) -> list[bytes]:
    return [merkle.leaf_hash(leaf) for leaf in leaves]


def numbered(size: int) -> list[bytes]:
    """Return `size` different leaf hashes."""
    return hashed([str(i).encode() for i in range(size)])


def split(size: int) -> int:
    """Return the largest power of two smaller than `size`, by counting."""
    k = 1
    while 2 * k < size:
        k *= 2
    return k


def slow_root(leaves: list[bytes]) -> bytes:
    """MTH(D[n])."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    k = split(len(leaves))
    return sha256(b"\1" + slow_root(leaves[:k]) + slow_root(leaves[k:])).digest()


def slow_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*slow_path(m, leaves[:k]), slow_root(leaves[k:])]
    return [*slow_path(m - k, leaves[k:]), slow_root(leaves[:k])]


def slow_subproof(m: int, leaves: list[bytes], *, known: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b)."""
    if m == len(leaves):
        return [] if known else [slow_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*slow_subproof(m, leaves[:k], known=known), slow_root(leaves[k:])]
    return [*slow_subproof(m - k, leaves[k:], known=False), slow_root(leaves[:k])]


def reader(leaves: list[bytes]) -> merkle.NodeReader:
    """Return complete subtrees straight from the leaves, and nothing beyond them."""

    def node(level: int, index: int) -> bytes:
        start, end = index << level, (index + 1) << level
        assert end <= len(leaves), "asked for a subtree that is not complete"
        return slow_root(leaves[start:end])

    return node


@settings(max_examples=60)
@given(LEAVES, st.data())
def test_roots_however_the_tree_grew(leaves: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(leaves)))
    hashes = hashed(leaves)
    one_by_one = merkle.Frontier()
    for new in hashes:
        one_by_one = one_by_one.append(new)
    in_two = merkle.Frontier().extend(hashes[:cut]).extend(hashes[cut:])
    assert in_two == one_by_one == merkle.Frontier(len(leaves), one_by_one.nodes)
    assert merkle.root(hashes) == in_two.root() == slow_root(leaves)
    assert merkle.root_at(cut, reader(leaves)) == slow_root(leaves[:cut])


@settings(max_examples=60)
@given(LEAVES, st.data())
def test_growing_reports_every_completed_subtree_once(leaves: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(leaves)))
    start = merkle.Frontier().extend(hashed(leaves[:cut]))
    _, completed = start.grow(hashed(leaves[cut:]))
    found = {(level, first + i): node for level, first, nodes in completed for i, node in enumerate(nodes)}
    wanted = {
        (level, index): slow_root(leaves[index << level : (index + 1) << level])
        for level in range(8)
        for index in range(cut >> level, len(leaves) >> level)
    }
    assert found == wanted


def test_every_proof_of_every_small_tree_is_the_slow_one_and_verifies() -> None:
    leaves = [bytes([i]) for i in range(20)]
    node = reader(leaves)
    roots = [slow_root(leaves[:size]) for size in range(len(leaves) + 1)]
    for size in range(1, len(leaves) + 1):
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, node)
            assert proof == slow_path(index, leaves[:size])
            merkle.verify_inclusion(index, size, merkle.leaf_hash(leaves[index]), proof, roots[size])
        for first in range(1, size + 1):
            proof = merkle.consistency_proof(first, size, node)
            assert proof == slow_subproof(first, leaves[:size], known=True)
            merkle.verify_consistency(first, size, roots[first], roots[size], proof)


def flip(blobs: list[bytes], at: int) -> list[bytes]:
    """Return the blobs with bit number `at`, counted over all of them, turned over."""
    joined = bytearray(b"".join(blobs))
    joined[at // 8] ^= 1 << at % 8
    ends = [sum(map(len, blobs[: i + 1])) for i in range(len(blobs))]
    return [bytes(joined[end - len(blob) : end]) for blob, end in zip(blobs, ends, strict=True)]


@settings(max_examples=100)
@given(st.integers(1, 40), st.data())
def test_one_flipped_bit_anywhere_in_an_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    leaves = [bytes([i]) for i in range(size)]
    index = data.draw(st.integers(0, size - 1))
    given_ = [merkle.leaf_hash(leaves[index]), slow_root(leaves), *slow_path(index, leaves)]
    leaf, root, *proof = flip(given_, data.draw(st.integers(0, 8 * 32 * len(given_) - 1)))
    with pytest.raises(ProofError):
        merkle.verify_inclusion(index, size, leaf, proof, root)


@settings(max_examples=100)
@given(st.integers(1, 40), st.data())
def test_one_flipped_bit_anywhere_in_a_consistency_proof_is_refused(size: int, data: st.DataObject) -> None:
    leaves = [bytes([i]) for i in range(size)]
    first = data.draw(st.integers(1, size))
    given_ = [slow_root(leaves[:first]), slow_root(leaves), *slow_subproof(first, leaves, known=True)]
    one, two, *proof = flip(given_, data.draw(st.integers(0, 8 * 32 * len(given_) - 1)))
    with pytest.raises(ProofError):
        merkle.verify_consistency(first, size, one, two, proof)


@settings(max_examples=60)
@given(st.integers(2, 40), st.data())
def test_a_proof_holds_at_its_own_place_only(size: int, data: st.DataObject) -> None:
    leaves = [bytes([i]) for i in range(size)]
    index, other = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    with pytest.raises(ProofError):
        merkle.verify_inclusion(
            other, size, merkle.leaf_hash(leaves[index]), slow_path(index, leaves), slow_root(leaves)
        )


def test_a_proof_of_another_length_is_refused() -> None:
    leaves = [bytes([i]) for i in range(7)]
    proof, root = slow_path(2, leaves), slow_root(leaves)
    for wrong in (proof[:-1], [*proof, root], [root, *proof], []):
        with pytest.raises(ProofError, match="has 3 hashes"):
            merkle.verify_inclusion(2, 7, merkle.leaf_hash(leaves[2]), wrong, root)
    with pytest.raises(ProofError, match="not 32 bytes"):
        merkle.verify_inclusion(2, 7, b"short", proof, root)


def test_nothing_can_be_shown_about_the_empty_tree() -> None:
    for second in (0, 1, 5):
        root = merkle.root(numbered(second))
        with pytest.raises(ProofError, match="cannot be shown"):
            merkle.verify_consistency(0, second, merkle.EMPTY_ROOT, root, [])
    with pytest.raises(ProofError, match="no leaf 0 in a tree of 0"):
        merkle.verify_inclusion(0, 0, numbered(1)[0], [], merkle.EMPTY_ROOT)


def test_a_shrunken_or_forked_tree_is_refused() -> None:
    hashes = numbered(9)
    with pytest.raises(ProofError, match="cannot be shown"):
        merkle.verify_consistency(9, 8, merkle.root(hashes), merkle.root(hashes[:8]), [])
    with pytest.raises(ProofError, match="different roots"):
        merkle.verify_consistency(9, 9, merkle.root(hashes), merkle.root(numbered(8)), [])
    honest = merkle.consistency_proof(6, 9, reader([str(i).encode() for i in range(9)]))
    with pytest.raises(ProofError, match="first root"):
        merkle.verify_consistency(6, 9, merkle.root(hashes[1:7]), merkle.root(hashes), honest)
    with pytest.raises(ProofError, match="second root"):
        merkle.verify_consistency(6, 9, merkle.root(hashes[:6]), merkle.root(hashes[1:]), honest)


def test_a_frontier_has_one_node_for_every_one_in_its_size() -> None:
    nodes = merkle.Frontier().extend(numbered(11)).nodes
    assert merkle.Frontier(11, nodes).root() == merkle.root(numbered(11))
    with pytest.raises(ProofError, match="at its edge"):
        merkle.Frontier(12, nodes)
    with pytest.raises(ProofError, match="32 bytes"):
        merkle.Frontier(1, (b"short",))
    with pytest.raises(ProofError):
        merkle.Frontier(-1, ())
