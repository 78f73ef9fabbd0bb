"""The cover of restricted money (LIBR, lowest intermediate balance): whether it was borrowed and put back.

Cover = liquid custody less restricted funds, of one organization and asset.  Where it is below nothing, money that
donors had bound has been used for something else meanwhile, whoever's it was: no convention is asked.  What came back
later is not the same money: of what was there, no more than the lowest balance in between has been there throughout.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """What one entry changed: liquid custody and restricted funds, in minor units."""

    position: int
    on: str
    liquid: int
    restricted: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day with a change: both sums at its end, and the lowest cover of the day, after the entry at `lowest_at`."""

    on: str
    liquid: int
    restricted: int
    lowest: int
    lowest_at: int

    @property
    def cover(self) -> int:
        """Liquid custody less restricted funds at the end of the day."""
        return self.liquid - self.restricted


@dataclass(frozen=True, slots=True)
class Borrowing:
    """Restricted money was not covered from the entry at `since` to that at `until` (None: it is not yet again)."""

    since: int
    since_on: str
    until: int | None
    until_on: str | None
    lowest: int
    lowest_at: int


@dataclass(frozen=True, slots=True)
class Curve:
    """Every day with a change, and every time that restricted money was borrowed."""

    days: list[Day]
    borrowings: list[Borrowing]
    lowest: int
    """The lowest cover of all; 0 where nothing ever changed."""


def curve(changes: Iterable[Change]) -> Curve:
    """The cover after every change, in the order given; changes of one entry count as one."""
    days: list[Day] = []
    borrowings: list[Borrowing] = []
    liquid = restricted = 0
    for change in _joined(changes):
        liquid, restricted = liquid + change.liquid, restricted + change.restricted
        cover = liquid - restricted
        if days and days[-1].on == change.on:
            before = days.pop()
            lowest = min((before.lowest, before.lowest_at), (cover, change.position))
        else:
            lowest = (cover, change.position)
        days.append(Day(change.on, liquid, restricted, *lowest))
        _note(borrowings, change, cover)
    return Curve(days, borrowings, min((day.lowest for day in days), default=0))


def _joined(changes: Iterable[Change]) -> list[Change]:
    found: list[Change] = []
    for change in changes:
        if found and found[-1].position == change.position:
            last = found[-1]
            both = last.liquid + change.liquid, last.restricted + change.restricted
            found[-1] = Change(last.position, last.on, *both)
        else:
            found.append(change)
    return found


def _note(borrowings: list[Borrowing], change: Change, cover: int) -> None:
    """Open, deepen or end the borrowing at hand."""
    last = borrowings[-1] if borrowings and borrowings[-1].until is None else None
    if cover < 0:
        if last is None:
            borrowings.append(Borrowing(change.position, change.on, None, None, cover, change.position))
        elif cover < last.lowest:
            borrowings[-1] = Borrowing(last.since, last.since_on, None, None, cover, change.position)
    elif last is not None:
        borrowings[-1] = Borrowing(
            last.since, last.since_on, change.position, change.on, last.lowest, last.lowest_at
        )  # fmt: skip


def throughout(balances: Iterable[int]) -> int:
    """The lowest intermediate balance: what of the first balance can have been there throughout."""
    lowest: int | None = None
    for balance in balances:
        lowest = balance if lowest is None else min(lowest, balance)
    return max(lowest or 0, 0)
