"""Small counts of persons are withheld, and so is what would give them away by subtraction.

A table of counts has rows (regions) and columns (focus areas), their totals, and the total of all.  A count from 1 to
4 is withheld (k ≥ 5).  In a line (a row or column with its total) that withholds one number only, that number is the
difference of the others: so a second one is withheld, the smallest that is not zero.  When the total is shown, what is
withheld in its line must sum to at least k, too.

This protects each line by itself.  It is not a proof against somebody who solves the whole table as a system, or who
knows some of the persons.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

LEAST: Final = 5
"""The smallest count of persons that is shown (k)."""

Key = tuple[Hashable, Hashable]


class Total:
    """Stands for all rows or all columns in a key."""

    def __repr__(self) -> str:
        """Say what it is."""
        return "TOTAL"


TOTAL: Final = Total()


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts by (row, column); either may be `TOTAL`.  None is a count that is withheld."""

    shown: Mapping[Key, int | None]

    def of(self, row: Hashable, column: Hashable) -> int | None:
        """One count; 0 where there is none."""
        return self.shown.get((row, column), 0)


def protected(counts: Mapping[Key, int], least: int = LEAST) -> Counts:
    """The table with its totals, small counts and their complements withheld.  Pure."""
    table = _with_totals(counts)
    lines = _lines(table)
    hidden = {key for key, count in table.items() if 0 < count < least}
    before = -1
    while len(hidden) != before:
        # What closes one line may open another: again, until nothing is added.
        before = len(hidden)
        for line in lines:
            while (found := _complement(table, line, hidden, least)) is not None:
                hidden.add(found)
    return Counts({key: None if key in hidden else count for key, count in table.items()})


def _with_totals(counts: Mapping[Key, int]) -> dict[Key, int]:
    table: dict[Key, int] = {}
    for (row, column), count in counts.items():
        for key in ((row, column), (row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            table[key] = table.get(key, 0) + count
    return table


def _lines(table: Iterable[Key]) -> list[list[Key]]:
    """Every row and column with its total, the totals' own row and column included."""
    rows: dict[Hashable, list[Key]] = {}
    columns: dict[Hashable, list[Key]] = {}
    for key in table:
        rows.setdefault(key[0], []).append(key)
        columns.setdefault(key[1], []).append(key)
    return [*rows.values(), *columns.values()]


def _complement(table: Mapping[Key, int], line: list[Key], hidden: set[Key], least: int) -> Key | None:
    """The number to withhold next in a line that gives one away, or None."""
    withheld = [key for key in line if key in hidden]
    if not withheld:
        return None
    total = max(line, key=_totals)
    summed = sum(table[key] for key in withheld if key is not total)
    if len(withheld) > 1 and (total in hidden or summed >= least):
        return None
    open_ = [key for key in line if key not in hidden and table[key] > 0 and key is not total]
    if open_:
        return min(open_, key=lambda key: (table[key], repr(key)))
    return None if total in hidden else total


def _totals(key: Key) -> int:
    return sum(isinstance(part, Total) for part in key)
