"""Small counts of persons are withheld, and so is what would give them away by subtraction.

A table of counts has rows (regions) and columns (focus areas), their totals, and the total of all.  A count from 1 to
4 is withheld (k ≥ 5).  In a line (a row or column with its total) that withholds one number only, that number is the
difference of the others: so a second one is withheld, the smallest that is not zero.  When the total is shown, what is
withheld in its line must sum to at least k, too.

Then the whole table is attacked as a system.  Rows and columns with their totals are the nodes of a network in which
every number is an arc and every line conserves flow, so the tables that agree with what is shown are its flows, and the
most that a withheld number can be is a maximal flow.  While that shows a small count to be small (its most is less than
k), one more number is withheld.  It is no protection from somebody who knows some of the persons, or who asks before
and after one delivery.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LEAST: Final = 5
"""The smallest count of persons that is shown (k)."""

MOST_ATTACKED: Final = 1_000
"""Numbers of a table, totals included, that is attacked as a system; larger ones are protected line by line."""

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
    """The table with its totals, small counts and their complements withheld.  Pure; the last tables are remembered."""
    return _protected(tuple(counts.items()), least)


@lru_cache(maxsize=64)
def _protected(counts: tuple[tuple[Key, int], ...], least: int) -> Counts:
    table = _with_totals(dict(counts))
    hidden = {key for key, count in table.items() if 0 < count < least}
    before = -1
    while len(hidden) != before:
        # What closes one line may open another, or the system: again, until nothing is added.
        before = len(hidden)
        _close_lines(table, hidden, least)
        if len(table) <= MOST_ATTACKED:
            _withstand(table, hidden, least)
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


def _close_lines(table: Mapping[Key, int], hidden: set[Key], least: int) -> None:
    """Withhold more, until no line gives away what it withholds."""
    before = -1
    while len(hidden) != before:
        before = len(hidden)
        for line in _lines(table):
            while (found := _complement(table, line, hidden, least)) is not None:
                hidden.add(found)


Arcs = dict[Hashable, list[tuple[Hashable, Key, int]]]
"""From each line: the line that a withheld number leads to, the number, and whether it grows (+1) or shrinks (-1)."""


def _withstand(table: Mapping[Key, int], hidden: set[Key], least: int) -> None:
    """Withhold more, until every small count could be `least` for all that is shown."""
    arcs: Arcs = {}
    for key in hidden:
        _add(arcs, key)
    open_ = sorted(
        (k for k in table if k not in hidden and table[k] > 0), key=lambda k: (_totals(k), table[k], repr(k))
    )
    for key in [key for key in table if 0 < table[key] < least]:
        wanted = least - table[key]
        while open_ and _room(table, arcs, key, wanted) < wanted:
            near = (k for k in open_ if k[0] == key[0] or k[1] == key[1])
            found = next(near, open_[0])
            open_.remove(found)
            hidden.add(found)
            _add(arcs, found)


def _add(arcs: Arcs, key: Key) -> None:
    tail, head = _ends(key)
    arcs.setdefault(tail, []).append((head, key, 1))
    arcs.setdefault(head, []).append((tail, key, -1))


def _room(table: Mapping[Key, int], arcs: Arcs, key: Key, wanted: int) -> int:
    """By how much `key` can be more than it is, up to `wanted`, with everything that is shown as it is."""
    start, end = _ends(key)
    extra: dict[Key, int] = {}
    room = 0
    while room < wanted:
        path = _path(arcs, end, start, lambda k: table[k] + extra.get(k, 0) > 1, key)
        if path is None:
            return room
        narrow = (table[each] + extra.get(each, 0) - 1 for each, sign in path if sign < 0)
        by = min(wanted - room, *narrow, wanted)
        for each, sign in path:
            extra[each] = extra.get(each, 0) + sign * by
        room += by
    return room


def _ends(key: Key) -> tuple[Hashable, Hashable]:
    """From which line to which a number flows: from rows to columns, and round again through the totals."""
    row, column = ("row", key[0]), ("column", key[1])
    return (column, row) if _totals(key) == 1 else (row, column)


def _path(
    arcs: Arcs, start: Hashable, end: Hashable, can_shrink: Callable[[Key], bool], without: Key
) -> list[tuple[Key, int]] | None:
    """A shortest way on which one person more (+1) or less (-1) can flow; a number that is there stays at least 1."""
    came: dict[Hashable, tuple[Hashable, Key, int] | None] = {start: None}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        if here == end:
            return list(_back(came, end))
        for there, key, sign in arcs.get(here, ()):
            if there not in came and key != without and (sign > 0 or can_shrink(key)):
                came[there] = (here, key, sign)
                waiting.append(there)
    return None


def _back(came: Mapping[Hashable, tuple[Hashable, Key, int] | None], end: Hashable) -> Iterator[tuple[Key, int]]:
    """The arcs of a way, from its end."""
    step = came[end]
    while step is not None:
        yield step[1], step[2]
        step = came[step[0]]


def _totals(key: Key) -> int:
    return sum(isinstance(part, Total) for part in key)
