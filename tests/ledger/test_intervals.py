"""Interval arithmetic beside its slow twins: lists of single units, each with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.intervals import (
    Spans,
    Units,
    UnitsNotFreeError,
    cut,
    gaps,
    joined,
    land,
    merged,
    placed,
    size,
    take_first,
    take_units,
    within,
    without,
)

Pair = tuple[int, int]
"""One unit: (place, coordinate)."""


def units_of(spans: Spans) -> list[Pair]:
    """Every unit on its own."""
    return [(place + k, lo + k) for place, lo, hi in spans for k in range(hi - lo)]


def canonical_of(units: list[Pair]) -> Spans:
    """The one form of a list of units, one by one."""
    out: list[tuple[int, int, int]] = []
    for place, at in units:
        if out and out[-1][2] == at and out[-1][0] + out[-1][2] - out[-1][1] == place:
            out[-1] = (out[-1][0], out[-1][1], at + 1)
        else:
            out.append((place, at, at + 1))
    return tuple(out)


@st.composite
def free_lists(draw: st.DrawFn) -> Spans:
    """A queue as an account can have: some units at their first place, some that came back to an earlier one."""
    places = sorted(draw(st.sets(st.integers(0, 30), max_size=16)))
    came_back = draw(st.lists(st.booleans(), min_size=len(places), max_size=len(places)))
    back = [p for p, again in zip(places, came_back, strict=True) if again]
    spots = dict(zip(back, draw(st.permutations(range(40, 40 + len(back)))), strict=True))
    return canonical_of([(p, spots.get(p, p)) for p in places])


def intervals(most: int = 60) -> st.SearchStrategy[tuple[int, int]]:
    """A half-open interval."""
    return st.tuples(st.integers(0, most), st.integers(1, 12)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(free_lists())
def test_a_free_list_has_one_form(free: Spans) -> None:
    assert merged(free) == free == canonical_of(units_of(free))
    assert merged((place + k, lo + k, lo + k + 1) for place, lo, hi in free for k in range(hi - lo)) == free
    assert size(free) == len(units_of(free))


@given(free_lists(), st.integers(0, 20))
def test_taking_the_oldest(free: Spans, amount: int) -> None:
    units = units_of(free)
    if amount > len(units):
        with pytest.raises(UnitsNotFreeError):
            take_first(free, amount)
        return
    taken, rest = take_first(free, amount)
    assert (taken, rest) == (canonical_of(units[:amount]), canonical_of(units[amount:]))


@given(free_lists(), st.lists(intervals(), max_size=4))
def test_taking_the_named(free: Spans, wanted: list[tuple[int, int]]) -> None:
    by_spot = {at: place for place, at in units_of(free)}
    spots = [at for lo, hi in wanted for at in range(lo, hi)]
    if len(set(spots)) != len(spots) or not set(spots) <= set(by_spot):
        with pytest.raises(UnitsNotFreeError):
            take_units(free, tuple(wanted))
        return
    taken, rest = take_units(free, tuple(wanted))
    assert units_of(taken) == [(by_spot[at], at) for at in spots]
    assert rest == canonical_of([unit for unit in units_of(free) if unit[1] not in set(spots)])


@given(free_lists(), st.data())
def test_taking_named_units_that_are_there(free: Spans, data: st.DataObject) -> None:
    spots = data.draw(st.permutations([at for _, at in units_of(free)]))
    chosen = spots[: data.draw(st.integers(0, len(spots)))]
    taken, _ = take_units(free, tuple((at, at + 1) for at in chosen))
    assert [at for _, at in units_of(taken)] == chosen


@given(free_lists(), intervals())
def test_what_lies_within_and_without(free: Spans, interval: tuple[int, int]) -> None:
    lo, hi = interval
    inside = sorted((unit for unit in units_of(free) if lo <= unit[1] < hi), key=lambda unit: unit[1])
    assert units_of(within(free, lo, hi)) == inside
    assert without(free, lo, hi) == canonical_of([unit for unit in units_of(free) if not lo <= unit[1] < hi])


@given(free_lists(), intervals())
def test_what_has_its_place_within(free: Spans, interval: tuple[int, int]) -> None:
    lo, hi = interval
    assert units_of(placed(free, lo, hi)) == [unit for unit in units_of(free) if lo <= unit[0] < hi]


@given(free_lists(), st.data())
def test_landing(free: Spans, data: st.DataObject) -> None:
    units = units_of(free)
    amount, start = data.draw(st.integers(1, 8)), 80
    assert land(free, start, start + amount) == canonical_of([*units, *((start + k, start + k) for k in range(amount))])
    vacant = [p for p in range(40) if p not in {place for place, _ in units}]
    places = data.draw(st.permutations(vacant))[:amount]
    back: Units = tuple((place, 1) for place in places)
    expected = sorted([*units, *((place, start + k) for k, place in enumerate(places))])
    assert land(free, start, start + amount, back) == canonical_of(expected)


def test_a_new_landing_comes_after_every_place() -> None:
    with pytest.raises(UnitsNotFreeError):
        land(((9, 20, 21),), 8, 9)


@given(free_lists(), st.integers(0, 20), st.integers(0, 20))
def test_cutting(free: Spans, skip: int, amount: int) -> None:
    assert units_of(cut(free, skip, amount)) == units_of(free)[skip : skip + amount]


@given(st.lists(intervals(40), max_size=6), st.integers(0, 10))
def test_gaps_and_joins(found: list[tuple[int, int]], more: int) -> None:
    length = max((hi for _, hi in found), default=0) + more
    covered = {at for lo, hi in found for at in range(lo, hi)}
    free = [at for at in range(length) if at not in covered]
    assert [at for lo, hi in gaps(tuple(found), length) for at in range(lo, hi)] == free
    disjoint = gaps(tuple(found), length)
    assert joined(reversed(disjoint)) == disjoint
    assert joined((at, at + 1) for at in free) == disjoint
