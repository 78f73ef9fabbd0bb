"""A file about two heads convinces a third person, or is refused."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import checkpoints, forks, merkle
from ledger.checkpoints import Checkpoint
from ledger.errors import EvidenceError
from ledger.forks import CONSISTENCY, FORK, Pair
from ledger.notes import Signer

ORIGIN = "example.org/log"
LOG, OTHER = Signer(ORIGIN, bytes([1]) * 32), Signer(ORIGIN, bytes([2]) * 32)


def leaves(count: int, kind: bytes = b"") -> list[bytes]:
    """Some leaf hashes."""
    return [merkle.leaf_hash(kind + bytes([n])) for n in range(count)]


def signed(tree: list[bytes], signer: Signer = LOG) -> str:
    """The signed head of a tree."""
    return checkpoints.sign(Checkpoint(ORIGIN, len(tree), merkle.root(tree)), signer)


def pair(first: list[bytes], second: list[bytes]) -> Pair:
    """Two heads with the proof between them."""
    proof: tuple[bytes, ...] = ()
    other = None
    if 0 < len(first) < len(second):
        proof = tuple(merkle.consistency_proof(len(first), len(second), reader(second)))
        there = merkle.root(second[: len(first)])
        other = None if there == merkle.root(first) else there
    return Pair((LOG.verifier,), signed(first), signed(second), proof, other)


def reader(tree: list[bytes]) -> merkle.NodeReader:
    """The nodes of a small tree."""
    return lambda level, index: merkle.root(tree[index << level : (index + 1) << level])


@given(st.integers(0, 40), st.integers(0, 40), st.booleans())
def test_every_pair_is_what_it_is(one: int, two: int, forked: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
    small, large = sorted((one, two))
    first, second = leaves(small), leaves(large)
    if forked and small:
        first[-1] = merkle.leaf_hash(b"another")
    made = pair(first, second)
    assert made.forked == (forked and small > 0)
    file = made.file()
    assert orjson.loads(file)["schema"] == (FORK if made.forked else CONSISTENCY)
    assert forks.read(file, [LOG.verifier]) == made


def altered(change: str) -> bytes:
    """A fork's file in which something is not so."""
    first = [*leaves(4), merkle.leaf_hash(b"another")]
    document = orjson.loads(pair(first, leaves(9)).file())
    document |= {
        "schema": {"schema": CONSISTENCY}, "key": {"keys": [str(OTHER.verifier)]}, "nothing": {"first": 3},
        "order": {"first": document["second"], "second": document["first"]}, "proof": {"proof": document["proof"][1:]},
        "other": {"first_root_in_second": "0" * 64}, "hex": {"proof": ["zz"]}, "unknown": {"schema": "x/1"},
        "origin": {"origin": "example.org/other"}, "none": {"first_root_in_second": None}, "keys": {"keys": []},
    }[change]  # fmt: skip
    return orjson.dumps(document)


@pytest.mark.parametrize(
    "change",
    ["schema", "key", "nothing", "order", "proof", "other", "hex", "unknown", "origin", "none", "keys"],
)  # fmt: skip
def test_what_proves_nothing_is_refused(change: str) -> None:
    with pytest.raises(EvidenceError):
        forks.read(altered(change))


def test_other_files_are_refused() -> None:
    for body in (b"", b"[]", b"{}", b"x" * (forks.MAX_BYTES + 1)):
        with pytest.raises(EvidenceError):
            forks.read(body)


def test_a_strangers_key_proves_nothing_about_your_log() -> None:
    made = pair(leaves(2), leaves(3)).file()
    with pytest.raises(EvidenceError, match="as you know them"):
        forks.read(made, [OTHER.verifier])


def test_heads_on_both_sides_of_a_rotation_are_held_together() -> None:
    proof = tuple(merkle.consistency_proof(2, 3, reader(leaves(3))))
    made = Pair((LOG.verifier, OTHER.verifier), signed(leaves(2)), signed(leaves(3), OTHER), proof)
    assert not forks.read(made.file(), [LOG.verifier, OTHER.verifier]).forked
