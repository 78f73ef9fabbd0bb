"""One proof for many leaves: against the inclusion proofs of each, and whatever spoils it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import merkle, multiproofs
from ledger.errors import ProofError


def hashes(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(n).encode()) for n in range(count)]


@st.composite
def asked(draw: st.DrawFn) -> tuple[list[bytes], list[int]]:
    size = draw(st.integers(1, 70))
    return hashes(size), sorted(draw(st.sets(st.integers(0, size - 1), min_size=1)))


def proof(leaves: list[bytes], positions: list[int]) -> list[bytes]:
    return multiproofs.prove(
        positions, len(leaves), lambda level, n: merkle.root(leaves[n << level : (n + 1) << level])
    )


@given(asked())
def test_it_leads_to_the_root_with_the_fewest_hashes(question: tuple[list[bytes], list[int]]) -> None:
    leaves, positions = question
    found = proof(leaves, positions)
    multiproofs.verify({at: leaves[at] for at in positions}, len(leaves), found, merkle.root(leaves))
    ranges = multiproofs.ranges(positions, len(leaves))
    covered = sorted([*positions, *(n for start, end in ranges for n in range(start, end))])
    assert covered == list(range(len(leaves))), "every leaf is proven or hashed, and none twice"
    alone = {leaf for at in positions for leaf in merkle.inclusion_ranges(at, len(leaves))}
    assert set(ranges) <= alone, "no hash that a proof of one leaf would not have"
    if len(positions) == 1:
        assert sorted(ranges) == sorted(alone)


@given(asked(), st.data())
def test_whatever_is_altered_is_refused(question: tuple[list[bytes], list[int]], data: st.DataObject) -> None:
    leaves, positions = question
    root, found = merkle.root(leaves), proof(leaves, positions)
    mine = {at: leaves[at] for at in positions}
    at = data.draw(st.sampled_from(positions))
    bad: list[tuple[dict[int, bytes], int, list[bytes], bytes]] = [
        (mine | {at: bytes(32)}, len(leaves), found, root),
        (mine | {at: b""}, len(leaves), found, root),
        (mine, len(leaves), [*found, bytes(32)], root),
        (mine, len(leaves), found, bytes(32)),
        (mine | {len(leaves): bytes(32)}, len(leaves), found, root),
        ({}, len(leaves), found, root),
    ]
    if found:
        n = data.draw(st.integers(0, len(found) - 1))
        bad.append((mine, len(leaves), found[:n] + found[n + 1 :], root))
        bad.append((mine, len(leaves), [*found[:n], bytes(32), *found[n + 1 :]], root))
    for item in bad:
        with pytest.raises(ProofError):
            multiproofs.verify(*item)


@pytest.mark.parametrize("positions", [[], [1, 0], [0, 0], [-1], [5]])
def test_positions_ascend_within_the_tree(positions: list[int]) -> None:
    with pytest.raises(ProofError):
        multiproofs.ranges(positions, 5)
