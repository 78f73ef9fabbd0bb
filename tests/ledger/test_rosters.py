"""Rosters: the fast root is the slow root; every line is proven; nothing else is."""

from dataclasses import replace
from hashlib import sha256
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rosters import (
    Line,
    LineProof,
    Node,
    Roster,
    RosterLineError,
    RosterProofError,
    RosterTooSmallError,
    prove,
    summarize,
    verify,
)

lines = st.builds(Line, st.integers(1, 10**12), st.binary(min_size=32, max_size=32))
rosters = st.lists(lines, min_size=5, max_size=40, unique_by=lambda line: line.commitment)


def slow_node(ordered: list[Line]) -> tuple[int, bytes]:
    """The specification, word for word: split at the largest power of two below the number of lines."""
    if len(ordered) == 1:
        line = ordered[0]
        preimage = b"mingzhang/roster-line/v1\x00" + line.amount.to_bytes(8, "big") + line.commitment
        return line.amount, sha256(preimage).digest()
    split = 1 << (len(ordered) - 1).bit_length() - 1
    (a, left), (b, right) = slow_node(ordered[:split]), slow_node(ordered[split:])
    preimage = b"mingzhang/roster-node/v1\x00" + a.to_bytes(8, "big") + left + b.to_bytes(8, "big") + right
    return a + b, sha256(preimage).digest()


def slow_roster(unordered: list[Line]) -> Roster:
    """The slow twin of `summarize`."""
    total, top = slow_node(sorted(unordered, key=lambda line: line.commitment))
    counted = len(unordered).to_bytes(8, "big") + total.to_bytes(8, "big")
    return Roster(len(unordered), total, sha256(b"mingzhang/roster/v1\x00" + counted + top).digest())


@given(rosters)
def test_the_fast_root_is_the_slow_root(found: list[Line]) -> None:
    assert summarize(found) == slow_roster(found)


def test_the_worked_bytes() -> None:
    found = [Line(100 * i, bytes([i]) * 32) for i in range(1, 6)]
    roster = summarize(found)
    assert (roster.count, roster.total) == (5, 1500)
    assert roster.root.hex() == "1b663022663ece58c0da0d43bf95f374a34c6e6c826e383b3877b425e9eeef53"


@given(rosters, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(found: list[Line], chance: Random) -> None:
    mixed = list(found)
    chance.shuffle(mixed)
    assert summarize(mixed) == summarize(found)


@given(rosters)
def test_every_line_is_proven(found: list[Line]) -> None:
    roster = summarize(found)
    assert roster.total == sum(line.amount for line in found)
    for line in found:
        verify(roster, line, prove(found, line.commitment))


@given(rosters, st.data())
def test_nothing_else_is_proven(found: list[Line], data: st.DataObject) -> None:
    roster = summarize(found)
    line = data.draw(st.sampled_from(found))
    proof = prove(found, line.commitment)
    other = data.draw(lines.filter(lambda drawn: drawn not in found))
    wrong: list[tuple[Roster, Line, LineProof]] = [
        (roster, other, proof),
        (roster, replace(line, amount=line.amount + 1), proof),
        (replace(roster, total=roster.total + 1), line, proof),
        (replace(roster, count=roster.count + 1), line, proof),
        (replace(roster, root=bytes(32)), line, proof),
        (roster, line, replace(proof, index=(proof.index + 1) % roster.count)),
        (roster, line, replace(proof, index=-1)),
        (roster, line, replace(proof, siblings=proof.siblings[1:])),
        (roster, line, replace(proof, siblings=(*proof.siblings, proof.siblings[0]))),
    ]
    for roster_, line_, proof_ in wrong:
        with pytest.raises(RosterProofError):
            verify(roster_, line_, proof_)


@given(rosters, st.data())
def test_an_altered_sum_in_the_proof_is_found(found: list[Line], data: st.DataObject) -> None:
    roster = summarize(found)
    line = data.draw(st.sampled_from(found))
    proof = prove(found, line.commitment)
    place = data.draw(st.integers(0, len(proof.siblings) - 1))
    by = data.draw(st.sampled_from([-(10**13), -1, 1, 2**63]))
    siblings = list(proof.siblings)
    siblings[place] = Node(siblings[place].total + by, siblings[place].digest)
    with pytest.raises(RosterProofError):
        verify(roster, line, replace(proof, siblings=tuple(siblings)))


@given(st.lists(lines, max_size=4, unique_by=lambda line: line.commitment))
def test_a_roster_under_five_is_refused(found: list[Line]) -> None:
    with pytest.raises(RosterTooSmallError) as caught:
        summarize(found)
    assert (caught.value.count, caught.value.least) == (len(found), 5)


@given(rosters)
def test_a_line_twice_is_refused(found: list[Line]) -> None:
    with pytest.raises(RosterLineError):
        summarize([*found, found[0]])


def test_a_line_that_is_not_in_the_roster_has_no_proof() -> None:
    with pytest.raises(RosterLineError):
        prove([Line(1, bytes([i]) * 32) for i in range(5)], b"x" * 32)


@pytest.mark.parametrize("amount", [0, -1, 2**63])
def test_an_amount_out_of_range_is_refused(amount: int) -> None:
    with pytest.raises(RosterLineError):
        Line(amount, bytes(32))


def test_a_commitment_has_32_bytes_and_the_total_a_limit() -> None:
    with pytest.raises(RosterLineError):
        Line(1, b"")
    with pytest.raises(RosterLineError):
        summarize([Line(2**61, bytes([i]) * 32) for i in range(5)])
