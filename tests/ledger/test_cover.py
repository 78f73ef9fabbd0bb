"""The cover of restricted money, against balances that are added up from the beginning for every entry."""

from __future__ import annotations

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from ledger.cover import Borrowing, Change, Day, curve, throughout

AMOUNTS = st.integers(-50, 50)
CHANGES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), AMOUNTS, AMOUNTS), max_size=25).map(
    lambda rows: [
        Change(sum(r[0] for r in rows[: n + 1]), f"{sum(r[1] * r[0] for r in rows[: n + 1]):04}", row[2], row[3])
        for n, row in enumerate(rows)
    ]
)  # positions and days only rise, and a day changes with its entry


def covers(changes: list[Change]) -> list[tuple[int, str, int, int]]:
    """After each entry, from the beginning: (position, day, liquid, restricted)."""
    found = []
    for position, group in groupby(changes, key=lambda change: change.position):
        until = [change for change in changes if change.position <= position]
        found.append((position, next(group).on, sum(c.liquid for c in until), sum(c.restricted for c in until)))
    return found


@given(CHANGES)
def test_days_and_lowest_covers(changes: list[Change]) -> None:
    wanted = []
    for on, group in groupby(covers(changes), key=lambda row: row[1]):
        rows = list(group)
        lowest, at = min((liquid - restricted, position) for position, _, liquid, restricted in rows)
        wanted.append(Day(on, rows[-1][2], rows[-1][3], lowest, at))
    found = curve(changes)
    assert found.days == wanted
    assert found.lowest == min((day.lowest for day in wanted), default=0)
    assert [day.cover for day in found.days] == [day.liquid - day.restricted for day in wanted]


@given(CHANGES)
def test_borrowings_are_the_stretches_below_nothing(changes: list[Change]) -> None:
    wanted = []
    rows = [(position, on, liquid - restricted) for position, on, liquid, restricted in covers(changes)]
    for below, group in groupby(rows, key=lambda row: row[2] < 0):
        if below:
            stretch = list(group)
            lowest, at = min((cover, position) for position, _, cover in stretch)
            after = rows[rows.index(stretch[-1]) + 1 :]
            until, until_on = after[0][:2] if after else (None, None)
            wanted.append(Borrowing(stretch[0][0], stretch[0][1], until, until_on, lowest, at))
    assert curve(changes).borrowings == wanted


def test_restricted_money_that_was_borrowed_and_put_back() -> None:
    found = curve([
        Change(1, "2026-01-01", 1000, 1000), Change(2, "2026-01-05", -400, 0), Change(3, "2026-01-05", -100, 0),
        Change(4, "2026-01-09", 500, 0),
    ])  # fmt: skip
    assert found.borrowings == [Borrowing(2, "2026-01-05", 4, "2026-01-09", -500, 3)]
    assert found.lowest == -500
    assert throughout(day.liquid for day in found.days) == 500, "what of the first 1,000 was there throughout"


def test_nothing_changed() -> None:
    assert curve([]).days == []
    assert throughout([]) == 0
