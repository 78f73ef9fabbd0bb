"""Snapshots: the tree against a recursive twin, proofs and what spoils them, the replay's answer to a wrong one."""

from __future__ import annotations

import copy
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.kinds import MOST_BEHIND, SNAPSHOT_ASSETS
from ledger.rejections import Rejection
from ledger.replay import RULE, Divergence, Replay
from ledger.snapshots import (
    BLOCK,
    BalanceProofError,
    Balances,
    Line,
    LineProof,
    Node,
    Sealed,
    facts,
    levels,
    line_node,
    line_of,
    seal,
    siblings,
    verify,
)
from tests.ledger.books import Book, command

UNITS = st.integers(0, 2**63 - 1)


@st.composite
def trees(draw: st.DrawFn) -> list[Line]:
    """Lines in order whose totals cancel."""
    names = sorted(draw(st.sets(st.text("abc/-", min_size=1, max_size=4), min_size=1, max_size=40)), key=str.encode)
    into = [draw(st.integers(0, 2**62)) for _ in names]
    spans = draw(st.lists(st.tuples(UNITS, UNITS, UNITS), max_size=3))
    out = into[1:] + into[:1]
    return [Line(name, n, into[n], out[n], draw(UNITS), tuple(spans)) for n, name in enumerate(names)]


def slow_top(lines: list[Line]) -> tuple[int, int, int, bytes]:
    """The twin: split at the largest power of two below the number of lines."""
    if len(lines) == 1:
        line = lines[0]
        free = b"".join(n.to_bytes(8, "big") for n in (len(line.free), *(v for span in line.free for v in span)))
        name = line.account.encode()
        numbers = b"".join(n.to_bytes(8, "big") for n in (line.seq, line.into, line.out, line.held))
        digest = sha256(b"mingzhang/free/v1\0" + free).digest()
        body = b"mingzhang/account-line/v1\0" + len(name).to_bytes(2, "big") + name + numbers + digest
        return line.into, line.out, line.held, sha256(body).digest()
    k = 1
    while k * 2 < len(lines):
        k *= 2
    a, b = slow_top(lines[:k]), slow_top(lines[k:])
    body = b"".join(v.to_bytes(16, "big") for v in a[:3]) + a[3] + b"".join(v.to_bytes(16, "big") for v in b[:3]) + b[3]
    return a[0] + b[0], a[1] + b[1], a[2] + b[2], sha256(b"mingzhang/account-node/v1\0" + body).digest()


def sealed_of(lines: list[Line]) -> Sealed:
    return seal("CNY/2", len(lines), levels([line_node(line) for line in lines])[-1][0])


@given(trees())
def test_the_tree_is_that_of_its_twin_and_every_line_is_proven(lines: list[Line]) -> None:
    sealed = sealed_of(lines)
    top = slow_top(lines)
    assert sealed == seal("CNY/2", len(lines), Node(*top))
    nodes = [line_node(line) for line in lines]
    for n, line in enumerate(lines):
        verify(sealed, line, LineProof(n, tuple(siblings(nodes, n))))


@given(trees(), st.data())
def test_whatever_is_altered_is_refused(lines: list[Line], data: st.DataObject) -> None:
    sealed, n = sealed_of(lines), data.draw(st.integers(0, len(lines) - 1))
    nodes, line = [line_node(item) for item in lines], lines[n]
    proof = LineProof(n, tuple(siblings(nodes, n)))
    bad: list[tuple[Sealed, Line, LineProof]] = [
        (sealed, Line("zz", line.seq, line.into, line.out, line.held, line.free), proof),
        (sealed, Line(line.account, line.seq + 1, line.into, line.out, line.held, line.free), proof),
        (sealed, Line(line.account, line.seq, line.into + 1, line.out, line.held, line.free), proof),
        (sealed, Line(line.account, line.seq, line.into, line.out + 1, line.held, line.free), proof),
        (sealed, Line(line.account, line.seq, line.into, line.out, line.held ^ 1, line.free), proof),
        (sealed, Line(line.account, line.seq, line.into, line.out, line.held, (*line.free, (0, 0, 1))), proof),
        (sealed, line, LineProof(n + len(lines), proof.siblings)),
        (sealed, line, LineProof(-1, proof.siblings)),
        (sealed, line, LineProof(n, (*proof.siblings, nodes[0]))),
        (Sealed("USD/2", sealed.accounts, sealed.into, sealed.out, sealed.held, sealed.root), line, proof),
        (Sealed("CNY/2", sealed.accounts, sealed.into, sealed.out + 1, sealed.held, sealed.root), line, proof),
    ]
    if proof.siblings:
        k = data.draw(st.integers(0, len(proof.siblings) - 1))
        beside = proof.siblings[k]
        for other in (
            Node(beside.into + 1, beside.out, beside.held, beside.digest),
            Node(beside.into, beside.out, beside.held, bytes(32)),
            Node(-1, beside.out, beside.held, beside.digest),
            Node(beside.into, beside.out, beside.held, beside.digest[:31]),
        ):
            spoilt = LineProof(n, (*proof.siblings[:k], other, *proof.siblings[k + 1 :]))
            bad += [(sealed, line, spoilt)]
        bad.append((sealed, line, LineProof(n, proof.siblings[:-1])))
    for item in bad:
        with pytest.raises(BalanceProofError):
            verify(*item)


def test_totals_that_do_not_cancel_prove_nothing() -> None:
    lines = [Line("a", 1, 5, 0, 0), Line("b", 1, 0, 4, 0)]
    proof = LineProof(0, tuple(siblings([line_node(line) for line in lines], 0)))
    with pytest.raises(BalanceProofError, match="cancel"):
        verify(sealed_of(lines), lines[0], proof)


@pytest.mark.parametrize("count", [1, 255, 256, 257, 700])
def test_a_proof_out_of_blocks_is_the_whole_trees(count: int) -> None:
    nodes = [line_node(Line(f"{n:04}", n, n, n, 0)) for n in range(count)]
    blocks = [levels(nodes[n : n + BLOCK])[-1][0] for n in range(0, count, BLOCK)]
    assert levels(blocks)[-1][0] == levels(nodes)[-1][0]
    for n in (0, count // 2, count - 1):
        number, place = divmod(n, BLOCK)
        inside = siblings(nodes[number * BLOCK : (number + 1) * BLOCK], place)
        assert [*inside, *siblings(blocks, number)] == siblings(nodes, n)


def test_more_assets_than_fit_are_several_entries() -> None:
    sealed = [Sealed(f"GOODS:g:L{n}/0", 1, 0, 0, 0, bytes(32)) for n in range(SNAPSHOT_ASSETS + 1)]
    parts = facts(9, list(reversed(sealed)))
    assert [(p["part"], p["parts"], len(p["assets"])) for p in parts] == [(1, 2, SNAPSHOT_ASSETS), (2, 2, 1)]
    names = [item["asset"].encode() for part in parts for item in part["assets"]]
    assert names == sorted(names)


# ---------------------------------------------------------------- the verifier


def slow_facts(book: Book) -> list[dict[str, object]]:
    """The twin of what a verifier keeps: all accounts as they stand, at one go."""
    by_asset: dict[str, list[Line]] = {}
    for account in sorted(book.state.accounts.values(), key=lambda account: account.id.encode()):
        by_asset.setdefault(account.asset, []).append(line_of(account))
    sealed = [
        seal(asset, len(lines), levels([line_node(line) for line in lines])[-1][0]) for asset, lines in by_asset.items()
    ]
    return facts(book.state.head.size - 1, sealed)


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_a_replay_knows_the_balances_after_earlier_entries(seed: int, gaps: list[int]) -> None:
    book = Book(seed, watched=False)
    late: list[dict[str, object]] = []
    for gap in gaps:
        for _ in range(gap):
            book.step()
        if late:
            book.record(command("snapshot", late.pop(), organization=None))
        late = slow_facts(book)
        book.step()
    replay = Replay()
    for leaf in book.leaves:
        replay.step(leaf)
    assert replay.state.accounts == book.state.accounts


WRONG = [
    ("root", "0" * 64), ("accounts", 99), ("in", "1"), ("held", "1"), ("asset", "AAA/0"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_a_wrong_snapshot_is_a_finding(field: str, value: object) -> None:
    book = Book(3, watched=False)
    for _ in range(30):
        book.step()
    data = copy.deepcopy(slow_facts(book)[0])
    asset = data["assets"][0]  # type: ignore[index]  # the facts of a kind
    asset[field] = value
    if field == "in":
        asset["out"] = value
    book.record(command("snapshot", data, organization=None))
    replay = Replay()
    for leaf in book.leaves[:-1]:
        replay.step(leaf)
    with pytest.raises(Divergence) as caught:
        replay.step(book.leaves[-1])
    finding = caught.value.finding
    assert (finding.category, finding.position) == (RULE, len(book.leaves) - 1)
    assert finding.field == f"data.assets.0.{field}"


def test_where_a_snapshot_may_stand() -> None:
    book = Book(1, watched=False)
    good = slow_facts(book)[0]
    ahead = book.state.head.size
    for data, newest in (({**good, "through": ahead}, ahead - 1), ({**good, "through": 10**9}, ahead - 1)):
        with pytest.raises(Rejection) as caught:
            book.record(command("snapshot", data, organization=None))
        assert caught.value.facts == {"through": data["through"], "oldest": 0, "newest": newest}
    book.record(command("snapshot", good, organization=None))
    book.record(command("snapshot", {**good}, organization=None))  # another part of the same snapshot may follow
    with pytest.raises(Rejection, match="cannot stand"):
        book.record(command("snapshot", {**good, "through": 3}, organization=None))
    for change in ({"part": 2}, {"assets": list(reversed(good["assets"]))}):  # type: ignore[call-overload]  # as above
        with pytest.raises(Rejection, match="data"):
            book.record(command("snapshot", {**good, **change}, organization=None))


def test_what_waits_is_bounded() -> None:
    balances = Balances()
    account = Book(0, watched=False).state.accounts["f1"]
    for position in range(0, 3 * MOST_BEHIND, 10):
        balances.step(position, [account])
    assert len(balances._waiting) <= MOST_BEHIND // 10 + 1
