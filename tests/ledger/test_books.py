"""Random books against the unit-by-unit oracle: traces, queues, undo, replay, partial states.

A few hundred books in every run; `MINGZHANG_BOOKS=5000 pytest tests/ledger/test_books.py` plays thousands.
"""

from __future__ import annotations

import copy
import os
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from ledger import canonical
from ledger.commands import Command
from ledger.decide import Accepted, decide, undo
from ledger.entries import clock_of, command_of
from ledger.flows import Flow, Slice, Slices, backward, forward, is_outside
from ledger.intervals import size
from ledger.projections import slices
from ledger.rejections import Rejection
from ledger.state import Needs, State, more_needs, needs
from tests.ledger.books import NOW, Book
from tests.ledger.oracle import Key, Line, held, straight

MANY = int(os.environ.get("MINGZHANG_BOOKS", "0"))
STEPS = 32


def seeds(few: int) -> list[Any]:
    """So many books in a plain run, thousands in a long one, each named by its seed."""
    return [pytest.param(range(n, n + 5), id=f"seeds{n}-{n + 4}") for n in range(0, MANY or few, 5)]


def arrivals(found: list[Slice]) -> dict[Key, list[Slice]]:
    """The postings that brought money in from outside, or took what was not there."""
    by_posting: dict[Key, list[Slice]] = defaultdict(list)
    for item in found:
        if is_outside(item.source):
            by_posting[(item.position, item.posting)].append(item)
    return by_posting


def ends_of(flow: Flow) -> list[Line]:
    """Where a forward trace ended, in the oracle's terms."""
    return straight([
        (p.axis, Fraction(p.lo), Fraction(p.hi), Fraction(p.origin_lo), Fraction(p.origin_hi)) for p in flow.ends
    ])  # fmt: skip


def origins_of(flow: Flow) -> list[Line]:
    """Where a backward trace ended: the posting that brought the money in."""
    return straight([
        (f"{p.path[-1]}", Fraction(p.lo), Fraction(p.hi), Fraction(p.origin_lo), Fraction(p.origin_hi))
        for p in flow.ends
    ])  # fmt: skip


@pytest.mark.parametrize("books", seeds(60))
def test_traces_equal_the_oracle_as_of_every_position(books: range) -> None:
    for seed in books:
        book = Book(seed)
        then: dict[int, dict[Key, list[Line]]] = {}
        for _ in range(STEPS):
            if (accepted := book.step()) is not None:
                then[accepted.position] = book.oracle.forward()
        _compare_forward(book, then, seed)
        _compare_backward(book, seed)


def _compare_forward(book: Book, then: dict[int, dict[Key, list[Line]]], seed: int) -> None:
    """Later entries are in `book.slices` all the while: they may not change an earlier answer."""
    for position, expected in then.items():
        known = Slices(book.slices, as_of=position)
        starts = {key: found for key, found in arrivals(book.slices).items() if key[0] <= position}
        assert starts.keys() == expected.keys()
        for key, start in starts.items():
            flow = forward(start, known)
            assert ends_of(flow) == expected[key], (seed, position, key)
            assert flow.total == sum(s.hi - s.lo for s in start), "shares and rests are the whole gift"


def _compare_backward(book: Book, seed: int) -> None:
    known = Slices(book.slices)
    for key, leg in book.oracle.legs.items():
        if held(leg.target):
            continue
        payment = [s for s in book.slices if (s.position, s.posting) == key]
        flow = backward(payment, known)
        assert origins_of(flow) == book.oracle.backward(key), (seed, key)
        assert flow.total == len(leg.units), "shares are the whole payment"
        assert origins_of(backward(payment, Slices(book.slices, as_of=key[0]))) == origins_of(flow)


@pytest.mark.parametrize("books", seeds(60))
def test_the_share_of_a_gift_in_a_payment_is_one_from_both_ends(books: range) -> None:
    for seed in books:
        book = Book(seed)
        for _ in range(STEPS):
            made = book.propose()
            while made.kind == "conversion":  # across assets, shares are counted in different units
                made = book.propose()
            _try(book, made)
        known = Slices(book.slices)
        sent: dict[tuple[Key, str], int] = defaultdict(int)
        for key, start in arrivals(book.slices).items():
            for item, piece in forward(start, known).steps:
                if not held(item.target):
                    sent[(key, item.target)] += piece.share
        got: dict[tuple[Key, str], int] = defaultdict(int)
        for position, posting in book.oracle.legs:
            axis = f"posting/{position}/{posting}"
            payment = [s for s in book.slices if s.target == axis]
            for piece in backward(payment, known).ends:
                got[(piece.path[-1], axis)] += piece.share
        assert sent == got, seed


def _try(book: Book, made: Command) -> Accepted | None:
    try:
        return book.record(made)
    except Rejection:
        return None


@pytest.mark.parametrize("books", seeds(100))
def test_queues_and_totals_equal_the_oracle(books: range) -> None:
    for seed in books:
        book = Book(seed)
        for _ in range(STEPS):
            if book.step() is None:
                continue
            for name, account in book.state.accounts.items():
                assert list(account.free) == (book.oracle.free(name) if account.has_axis else []), (seed, name)
                if account.has_axis:
                    assert account.reserved == book.oracle.reserved(name), (seed, name)
                if account.book == "fund":
                    totals = (book.oracle.arrived[name], book.oracle.departed[name])
                    assert (account.total_in, account.total_out) == totals, (seed, name)
                if account.held and account.klass != "overdrawn":
                    assert account.balance >= 0
                if account.has_axis:
                    assert size(account.free) == account.balance


@pytest.mark.parametrize("books", seeds(100))
def test_slices_of_one_axis_never_overlap(books: range) -> None:
    for seed in books:
        book = Book(seed)
        for _ in range(STEPS):
            book.step()
        left: dict[str, list[tuple[int, int]]] = defaultdict(list)
        landed: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for item in book.slices:
            landed[item.target].append((item.landed, item.landed_hi))
            if not is_outside(item.source):
                left[item.source].append((item.lo, item.hi))
        for axis in (left, landed):
            for intervals in axis.values():
                intervals.sort()
                assert all(a[1] <= b[0] for a, b in pairwise(intervals)), seed
        for axis_name, intervals in landed.items():
            assert intervals[0][0] == 0, "landings tile their axis from its beginning"
            assert all(a[1] == b[0] for a, b in pairwise(intervals)), (seed, axis_name)


@pytest.mark.parametrize("books", seeds(100))
def test_both_books_change_alike(books: range) -> None:
    for seed in books:
        book = Book(seed)
        for _ in range(STEPS):
            accepted = book.step()
            if accepted is None:
                continue
            changes = [_changes(accepted.document.get(name, ()), book.state) for name in ("fund", "custody")]
            assert changes[0] == changes[1], (seed, accepted.position)


def _changes(postings: Any, state: State) -> dict[tuple[str, str], int]:  # noqa: ANN401 -- a leaf's own shape
    found: dict[tuple[str, str], int] = defaultdict(int)
    for posting in postings:
        for side, sign in (("from", -1), ("to", 1)):
            name = posting[side]["account"]
            if not name.startswith("outside/"):
                found[(state.accounts[name].organization, posting["asset"])] += sign * int(posting["amount"])
    return {key: amount for key, amount in found.items() if amount}


# ---------------------------------------------------------------- replay, undo, partial states


@pytest.mark.parametrize("books", seeds(100))
def test_deciding_what_a_leaf_records_gives_the_leaf(books: range) -> None:
    for seed in books:
        book = Book(seed)
        for _ in range(STEPS):
            book.step()
        twin = State(entries={})
        for leaf in book.leaves:
            document = canonical.decode(leaf)
            again = decide(twin, command_of(document), clock_of(document["at"]))
            assert isinstance(again, Accepted)
            assert again.leaf == leaf, seed
        assert twin.accounts == book.state.accounts
        assert (twin.head, twin.returned, twin.corrected) == (
            book.state.head,
            book.state.returned,
            book.state.corrected,
        )
        assert [slices(canonical.decode(leaf)) for leaf in book.leaves] == [slices(d) for d in twin.entries.values()]


@pytest.mark.parametrize("books", seeds(30))
def test_undo_restores_the_state_exactly(books: range) -> None:
    for seed in books:
        book = Book(seed)
        for _ in range(STEPS):
            made = book.propose()
            before = copy.deepcopy(book.state)
            accepted = _try(book, made)
            if accepted is None:
                assert book.state == before, "a refused command changed the state"
                continue
            after = copy.deepcopy(book.state)
            undo(book.state, accepted)
            assert book.state == before, (seed, accepted.document["type"])
            again = decide(book.state, made, NOW)
            assert isinstance(again, Accepted)
            assert again.leaf == accepted.leaf
            assert book.state == after


@pytest.mark.parametrize("books", seeds(60))
def test_a_partial_state_decides_as_the_whole(books: range) -> None:
    """What `needs` and `more_needs` name is enough: the door loads no more than that."""
    for seed in books:
        book = Book(seed)
        for _ in range(STEPS):
            made = book.propose()
            partial = loaded(book.state, made)
            results = []
            for state in (partial, book.state):
                try:
                    accepted = decide(state, made, NOW)
                except Exception as error:  # noqa: BLE001 -- any difference counts, faults above all
                    results.append((type(error).__name__, str(error)))
                else:
                    assert isinstance(accepted, Accepted)
                    results.append(("accepted", accepted.leaf.decode()))
                    if state is book.state:
                        book.slices += slices(accepted.document)
                        book.oracle.apply(accepted.position, made)
            assert results[0] == results[1], seed


def loaded(state: State, made: Command) -> State:
    """The partial state that the door would load: by name, then what entries and accounts lead to, twice."""
    wanted = needs(made)
    part = State(head=state.head, entries={}, references=state.references, regions=state.regions)
    wanted.entries |= {state.commands[i] for i in wanted.commands if i in state.commands}
    part.commands = {i: state.commands[i] for i in wanted.commands if i in state.commands}
    part.entries = {p: state.entries[p] for p in wanted.entries if p in state.entries}
    part.corrected = {p: state.corrected[p] for p in wanted.entries if p in state.corrected}
    _load(part, state, wanted)
    for _ in range(2):
        more = more_needs(wanted, part.entries.values(), part.accounts.values())
        _load(part, state, more)
        for name in Needs.__slots__:
            getattr(wanted, name).update(getattr(more, name))
    return part


def _load(part: State, state: State, wanted: Needs) -> None:
    for table, keys in (
        ("accounts", wanted.accounts), ("restrictions", wanted.restrictions), ("standings", wanted.organizations),
        ("periods", wanted.organizations),
        ("batches", wanted.batches), ("returned", wanted.axes), ("versions", wanted.versions),
        ("named", wanted.named), ("lots", wanted.lots), ("batch_of_rows", wanted.rows),
    ):  # fmt: skip
        whole = getattr(state, table)
        getattr(part, table).update({key: whole[key] for key in keys if key in whole})
