"""Conventions: the same movements taking other units: oldest first (FIFO) or newest first (LIFO).

What a convention gives is slices again, so that `ledger.flows` traces them both ways.  Fixed movements keep their
units; free ones take the oldest or newest place of what no fact names.  Units that come back keep their place.
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import floor

from ledger.flows import Number, Slice, is_outside, scaled
from ledger.intervals import Span, gaps
from ledger.movements import Movement, has_queue, way_back

Units = list[tuple[int, int]]


def kept_for_facts(moves: Iterable[Movement]) -> dict[str, Units]:
    """Of every queue, the units that fixed movements take: no convention may have them."""
    found: dict[str, Units] = defaultdict(list)
    for move in moves:
        if move.fixed and has_queue(move.source):
            found[move.source].append((move.lo, move.hi))
    for units in found.values():
        units.sort()
    return found


def free_of(units: Units, lo: int, hi: int) -> Units:
    """The parts of [lo, hi) that are not among the sorted `units`."""
    start = bisect_right(units, lo, key=lambda pair: pair[1])
    end = bisect_left(units, hi, key=lambda pair: pair[0])
    taken = tuple((max(a, lo) - lo, min(b, hi) - lo) for a, b in units[start:end])
    return [(a + lo, b + lo) for a, b in gaps(taken, hi - lo)]


@dataclass(slots=True)
class _Queue:
    """One account: what rests for a convention to choose among, and the place of every unit that landed."""

    rests: list[Span] = field(default_factory=list)
    places: list[tuple[int, int, int]] = field(default_factory=list)
    arrived: int = 0

    def land(self, lo: int, hi: int, restored: list[tuple[int, int, int]], kept: Units) -> None:
        """Land [lo, hi): `restored` names (offset, length, place) of what keeps an old place."""
        spans, at = [], 0
        for offset, length, place in [*restored, (hi - lo, 0, 0)]:
            if at < offset:
                spans.append((lo + at, lo + offset, self.arrived + at))
            if length:
                spans.append((lo + offset, lo + offset + length, place))
            at = offset + length
        self.arrived += hi - lo
        for a, b, place in spans:
            insort(self.places, (a, b, place))
            for c, d in free_of(kept, a, b):
                insort(self.rests, (place + c - a, c, d))

    def take(self, amount: int, *, newest: bool) -> Units:
        """Take units by the convention; they are laid down in the order of their places."""
        found = []
        while amount:
            place, lo, hi = self.rests.pop(-1 if newest else 0)
            part = min(amount, hi - lo)
            amount -= part
            if newest:
                found.append((hi - part, hi))
                if part < hi - lo:
                    self.rests.append((place, lo, hi - part))
            else:
                found.append((lo, lo + part))
                if part < hi - lo:
                    self.rests.insert(0, (place + part, lo + part, hi))
        return found[::-1] if newest else found

    def places_of(self, lo: int, hi: int) -> Iterator[tuple[int, int, int]]:
        """The places of units that landed here, as (offset in [0, hi - lo), length, place)."""
        start = bisect_right(self.places, lo, key=lambda item: item[1])
        end = bisect_left(self.places, hi, key=lambda item: item[0])
        for a, b, place in self.places[start:end]:
            c, d = max(a, lo), min(b, hi)
            yield c - lo, d - c, place + c - a


class _Landed:
    """Slices found so far, by where they landed."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[int, int, int, Slice]]] = defaultdict(list)
        self._count = 0

    def add(self, item: Slice) -> None:
        self._count += 1
        insort(self._rows[item.target], (item.landed, item.landed_hi, self._count, item))

    def landing(self, axis: str, lo: Number, hi: Number) -> Iterator[Slice]:
        rows = self._rows.get(axis, [])
        start = bisect_right(rows, lo, key=lambda row: row[1])
        end = bisect_left(rows, hi, key=lambda row: row[0])
        return (row[3] for row in rows[start:end])


def rearranged(moves: Sequence[Movement], *, newest: bool) -> list[Slice]:
    """The slices of these movements, done in the order given, with the oldest or the newest units first."""
    kept, queues, landed = kept_for_facts(moves), defaultdict[str, _Queue](_Queue), _Landed()
    found: list[Slice] = []
    for move in moves:
        units = [(move.lo, move.hi)] if move.fixed else queues[move.source].take(move.amount, newest=newest)
        at = move.landed
        for lo, hi in units:
            end = move.landed_hi if move.fixed else at + hi - lo
            item = Slice(*move.key, len(found), move.source, lo, hi, move.target, at, end)
            found.append(item)
            landed.add(item)
            at = end
        if has_queue(move.target):
            restored = _old_places(move, landed, queues[move.target]) if move.restores else []
            queues[move.target].land(move.landed, move.landed_hi, restored, kept.get(move.target, []))
    return sorted(found, key=lambda item: (item.position, item.posting, item.landed))


def _old_places(move: Movement, landed: _Landed, queue: _Queue) -> list[tuple[int, int, int]]:
    """The places that returning units had, as (offset, length, place) in the order of the landing."""
    found = []
    for _, lo, hi, start, _ in way_back(move.source, move.lo, move.hi, landed, move.target):
        first = floor(scaled(start, move.landed_hi - move.landed, move.amount))  # whole: a purchase is undone whole
        found += [(first + n, length, place) for n, length, place in queue.places_of(floor(lo), floor(hi))]
    return sorted(found)


def by_date(moves: Sequence[Movement], dates: Mapping[int, str]) -> tuple[list[Movement], list[int]] | None:
    """The movements by value date, then journal order, each as soon as its money is there.

    With the positions of entries that had to wait for money of a later date.  None when the dates form a circle in
    which everyone waits for another: the journal's order is then the only one known to be possible.
    """
    order = sorted(range(len(moves)), key=lambda n: (dates[moves[n].position], n))
    there, waiting = _There(kept_for_facts(moves)), defaultdict[str, list[int]](list)
    done: list[Movement] = []
    late: set[int] = set()
    ranks = list(range(len(order)))  # sorted, and so a heap
    while ranks:
        rank = heappop(ranks)
        move = moves[order[rank]]
        if not there.enough(move):
            waiting[move.source].append(rank)
            late.add(move.position)
            continue
        there.do(move)
        done.append(move)
        for other in waiting.pop(move.target, []):
            heappush(ranks, other)
    return (done, sorted(late)) if len(done) == len(moves) else None


class _There:
    """How much is where: what free movements can take of each queue, and which units have landed."""

    def __init__(self, kept: Mapping[str, Units]) -> None:
        self._kept = kept
        self._pools: dict[str, int] = defaultdict(int)
        self._landed: dict[str, Units] = defaultdict(list)

    def enough(self, move: Movement) -> bool:
        """Whether the money of a movement is there."""
        if is_outside(move.source):
            return True
        if not move.fixed:
            return self._pools[move.source] >= move.amount
        return not free_of(self._landed[move.source], move.lo, move.hi)

    def do(self, move: Movement) -> None:
        """Take and land."""
        if not move.fixed:
            self._pools[move.source] -= move.amount
        insort(self._landed[move.target], (move.landed, move.landed_hi))
        if has_queue(move.target):
            free = free_of(self._kept.get(move.target, []), move.landed, move.landed_hi)
            self._pools[move.target] += sum(hi - lo for lo, hi in free)
