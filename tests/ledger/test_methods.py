"""Every method of tracing against units that are followed one by one, over random books.

A hundred books or so in every run; `MINGZHANG_BOOKS=10000 pytest tests/ledger/test_methods.py` plays thousands.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest

from ledger.bounds import MixedRatesError, bounds
from ledger.conventions import by_date, rearranged
from ledger.flows import Flow, Slices, backward, forward, is_outside
from ledger.movements import Movement, movements, named_postings
from ledger.networks import Network, arrivals, composed, kept, payments, reached, spread
from ledger.rejections import Rejection
from tests.ledger.books import Book
from tests.ledger.oracle import Key, Line, held, straight
from tests.ledger.rules_oracle import Choices, Group, Mixed, Queues, Recorded

MANY = int(os.environ.get("MINGZHANG_BOOKS", "0"))
STEPS = 32


def seeds(few: int) -> list[Any]:
    """So many books in a plain run, thousands in a long one, each named by its seed."""
    return [pytest.param(range(n, n + 5), id=f"seeds{n}-{n + 4}") for n in range(0, MANY or few, 5)]


class Small(Book):
    """A book of small amounts without purchases: few enough ways to try them all."""

    def _amount(self, account: str | None = None) -> int:
        return min(super()._amount(account), self.chance.randint(1, 3))

    def _purchase(self) -> Any:  # noqa: ANN401 -- a command of the book, as its parent makes it
        return self._gift()

    def _sale(self) -> Any:  # noqa: ANN401 -- a command of the book, as its parent makes it
        return self._allocation()


def played(seed: int, steps: int = STEPS, kind: type[Book] = Book) -> Book:
    """A random book."""
    book = kind(seed)
    for _ in range(steps):
        book.step()
    return book


def moves_of(book: Book, until: int) -> list[Movement]:
    """The movements of a book, as of a position."""
    entries = book.state.entries
    named: set[Key] = set()
    for position in sorted(p for p in entries if p <= until):
        named |= named_postings(entries[position], entries.get(entries[position]["data"].get("hold", -1)))
    undoing = [p for p in entries if p <= until and entries[p]["type"] == "correction"]
    return movements([s for s in book.slices if s.position <= until], named, undoing)


def orders(book: Book, until: int) -> Iterator[tuple[list[Movement], Recorded, list[Group]]]:
    """The book in the journal's order, and by value dates drawn anew; each as movements and as the oracle's groups."""
    moves, recorded = moves_of(book, until), Recorded(book.state.entries, book.slices, until)
    yield moves, recorded, recorded.groups
    chance = random.Random(until)
    dates = {p: f"2026-11-{max(1, min(30, p + chance.randint(-6, 6))):02}" for p in book.state.entries}
    found, twin = by_date(moves, dates), recorded.by_date(dates)
    assert (found is None) == (twin is None)
    if found is not None and twin is not None:
        assert [(m.key, m.landed) for m in found[0]] == [(g.key, g.landed[0]) for g in twin]
        yield found[0], recorded, twin


def gifts_of(moves: list[Movement]) -> dict[Key, list[Movement]]:
    """The postings that brought money in, or took what was not there."""
    found: dict[Key, list[Movement]] = defaultdict(list)
    for move in moves:
        if is_outside(move.source):
            found[move.key].append(move)
    return found


def ends_of(flow: Flow) -> list[Line]:
    """Where a forward trace ended, in the oracle's terms."""
    return straight([
        (p.axis, Fraction(p.lo), Fraction(p.hi), Fraction(p.origin_lo), Fraction(p.origin_hi)) for p in flow.ends
    ])  # fmt: skip


def origins_of(flow: Flow) -> list[Line]:
    """Where a backward trace ended."""
    return straight([
        (f"{p.path[-1]}", Fraction(p.lo), Fraction(p.hi), Fraction(p.origin_lo), Fraction(p.origin_hi))
        for p in flow.ends
    ])  # fmt: skip


def positions(book: Book) -> list[int]:
    """As of which positions a book is asked: its last, and a few before; every one in a long run."""
    last = len(book.leaves) - 1
    return list(range(20, last + 1)) if MANY else sorted({last, last - 3, last - 11, (20 + last) // 2})


@pytest.mark.parametrize("books", seeds(50))
def test_oldest_and_newest_first_equal_the_oracle(books: range) -> None:
    for seed in books:
        book = played(seed)
        for until in positions(book):
            for moves, recorded, groups in orders(book, until):
                for newest in (True, False):
                    slices = rearranged(moves, newest=newest)
                    known, twin = Slices(slices), Queues(recorded, groups, newest=newest)
                    wanted = twin.forward()
                    for key in gifts_of(moves):
                        start = [s for s in slices if (s.position, s.posting) == key]
                        flow = forward(start, known)
                        assert ends_of(flow) == wanted[key], (seed, until, newest, key)
                        assert flow.total == sum(s.hi - s.lo for s in start)
                    for key in {m.key for m in moves if not held(m.target)}:
                        paid = [s for s in slices if (s.position, s.posting) == key]
                        flow = backward(paid, known)
                        assert origins_of(flow) == twin.backward(key), (seed, until, newest, key)
                        assert flow.total == sum(s.landed_hi - s.landed for s in paid)


@pytest.mark.parametrize("books", seeds(50))
def test_mixing_methods_equal_the_oracle(books: range) -> None:
    for seed in books:
        book = played(seed)
        for until in positions(book):
            for moves, recorded, groups in orders(book, until):
                network, twin = Network(moves), Mixed(recorded, groups)
                assert sorted(network.order) == list(range(len(network.nodes)))
                for gift, brought in gifts_of(moves).items():
                    starts = arrivals(network, *gift)
                    assert sum(starts.values()) == sum(m.amount for m in brought)
                    shares, touched = spread(network, starts), reached(network, starts)
                    _same_mix(network, moves, twin, gift, shares)
                    for key in {m.key for m in moves}:
                        nodes = {n for n, m in enumerate(moves) if m.key == key}
                        assert bool(nodes & touched) == twin.touched(gift, key), (seed, until, gift, key)


def _same_mix(network: Network, moves: list[Movement], twin: Mixed, gift: Key, shares: dict[int, Fraction]) -> None:
    moved: dict[Key, Fraction] = defaultdict(Fraction)
    rests: dict[str, Fraction] = defaultdict(Fraction)
    for n, share in shares.items():
        if n < len(moves):
            moved[moves[n].key] += share
        if rest := kept(network, shares, n):
            rests[network.nodes[n].axis] += rest
    wanted = {key: twin.share(gift, key) for key in twin.had}
    assert moved == {key: share for key, share in wanted.items() if share}
    assert rests == twin.resting(gift)
    assert sum(rests.values()) == sum(m.amount for m in moves if m.key == gift), "shares and rests are the whole gift"


@pytest.mark.parametrize("books", seeds(50))
def test_pro_rata_is_one_from_both_ends(books: range) -> None:
    """Exactly, in fractions; across a purchase, per unit of what was bought."""
    for seed in books:
        book = played(seed)
        moves = moves_of(book, len(book.leaves))
        network = Network(moves)
        sent = {gift: spread(network, arrivals(network, *gift)) for gift in gifts_of(moves)}
        for key in {m.key for m in moves if not held(m.target)}:
            ends = payments(network, *key)
            origins = composed(network, ends)
            whole = sum((origins.get(n, Fraction(0)) for n, m in enumerate(moves) if is_outside(m.source)), Fraction(0))
            assert whole == sum(ends.values()), "shares are the whole payment"
            plain = not any(m.amount != m.landed_hi - m.landed for m in moves)
            for gift, shares in sent.items() if plain else ():
                back = sum((origins.get(n, Fraction(0)) for n in arrivals(network, *gift)), Fraction(0))
                assert back == sum((shares.get(n, Fraction(0)) for n in ends), Fraction(0)), (seed, gift, key)


@pytest.mark.parametrize("books", seeds(60))
def test_bounds_are_what_all_choices_give(books: range) -> None:
    tried = 0
    for seed in books:
        book = played(seed, 22, Small)
        for moves, recorded, groups in orders(book, len(book.leaves) - 1):
            network = Network(moves)
            for gift in sorted({key[0] for key in gifts_of(moves)})[:6]:
                for key in sorted({m.key for m in moves if not held(m.target)}):
                    found = bounds(network, arrivals(network, gift), payments(network, *key))
                    every = Choices(recorded, groups, gift).of(key)
                    if every is not None:
                        tried += 1
                        assert (found.least, found.most) == every, (seed, gift, key)
    assert tried


@pytest.mark.parametrize("books", seeds(50))
def test_every_method_lies_within_the_bounds(books: range) -> None:
    for seed in books:
        book = played(seed)
        moves = moves_of(book, len(book.leaves))
        network = Network(moves)
        ways = {"recorded": book.slices} | {str(new): rearranged(moves, newest=new) for new in (True, False)}
        for gift in gifts_of(moves):
            starts = arrivals(network, *gift)
            mixed, touched = spread(network, starts), reached(network, starts)
            flows = {}
            for name, slices in ways.items():
                start = [s for s in slices if (s.position, s.posting) == gift]
                flows[name] = forward(start, Slices(slices))
            for key in {m.key for m in moves if not held(m.target)}:
                ends = payments(network, *key)
                try:
                    found = bounds(network, starts, ends)
                except MixedRatesError:
                    continue
                assert (found.most > 0) == bool(touched & ends.keys())
                assert found.least <= sum((mixed.get(n, Fraction(0)) for n in ends), Fraction(0)) <= found.most
                for name, flow in flows.items():
                    share = sum(
                        (Fraction(p.origin_hi) - Fraction(p.origin_lo) for s, p in flow.steps
                         if (s.position, s.posting) == key), Fraction(0),
                    )  # fmt: skip
                    assert found.least <= share <= found.most, (seed, gift, key, name)


@pytest.mark.parametrize("books", seeds(50))
def test_oldest_first_again_is_what_was_recorded(books: range) -> None:
    """Unless a hold kept units that nobody took in the end, which the rule cannot know afterwards."""
    for seed in books:
        book = Book(seed)
        for _ in range(STEPS):
            made = book.propose()
            while made.kind == "hold" or "hold" in made.data:
                made = book.propose()
            with suppress(Rejection):
                book.record(made)
        known, again = Slices(book.slices), rearranged(moves_of(book, len(book.leaves)), newest=False)
        for key in gifts_of(moves_of(book, len(book.leaves))):
            first, second = ([s for s in ways if (s.position, s.posting) == key] for ways in (book.slices, again))
            assert ends_of(forward(first, known)) == ends_of(forward(second, Slices(again))), (seed, key)
