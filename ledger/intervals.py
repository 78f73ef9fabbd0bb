"""Intervals of units: the queue of what still rests in an account, and what is taken from it.

Money that enters a held fund account lies on the account's inflow axis at [in - amount, in).
A `Span` is (place, lo, hi): the half-open units [lo, hi) of the axis, and the place of `lo` in the
queue.  Place and `lo` are equal unless the units came back: units that a correction or a linked
return restores land at new coordinates and keep the place of their first landing, so that money
that went out and came back is spent as if it had never left (LEDGER.md section 1).

A free list holds spans in the order of their places, adjacent ones merged: it has one form.
"""

from collections.abc import Iterable

Span = tuple[int, int, int]
Spans = tuple[Span, ...]
Units = tuple[tuple[int, int], ...]


class UnitsNotFreeError(ValueError):
    """Units were asked for that are not, or no longer, in the free list."""


def size(spans: Iterable[Span]) -> int:
    """How many units the spans hold."""
    total = 0
    for _, lo, hi in spans:
        total += hi - lo
    return total


def merged(spans: Iterable[Span]) -> Spans:
    """The same spans, in the order given, with neighbours that continue each other made one."""
    out: list[Span] = []
    for place, lo, hi in spans:
        if out and out[-1][2] == lo and out[-1][0] + lo - out[-1][1] == place:
            out[-1] = (out[-1][0], out[-1][1], hi)
        else:
            out.append((place, lo, hi))
    return tuple(out)


def take_first(free: Spans, amount: int) -> tuple[Spans, Spans]:
    """Take the oldest `amount` units: (taken, what remains free); raises `UnitsNotFreeError`."""
    left = amount
    for count, (place, lo, hi) in enumerate(free):
        if hi - lo > left:
            taken = (*free[:count], (place, lo, lo + left)) if left else free[:count]
            return taken, ((place + left, lo + left, hi), *free[count + 1 :])
        left -= hi - lo
        if left == 0:
            return free[: count + 1], free[count + 1 :]
    if left:
        raise UnitsNotFreeError(left)
    return free, ()


def take_units(free: Spans, wanted: Units) -> tuple[Spans, Spans]:
    """Take exactly the `wanted` units, in the order named: (taken, rest); raises `UnitsNotFreeError`."""
    taken: list[Span] = []
    rest = free
    for lo, hi in wanted:
        found = within(rest, lo, hi)
        if size(found) != hi - lo:
            raise UnitsNotFreeError((lo, hi))
        taken.extend(found)
        rest = without(rest, lo, hi)
    return merged(taken), rest


def within(free: Spans, lo: int, hi: int) -> Spans:
    """The part of the units [lo, hi) that is still free, in the order of the axis."""
    parts = [(place + max(lo, a) - a, max(lo, a), min(hi, b)) for place, a, b in free if a < hi and lo < b]
    return merged(sorted(parts, key=lambda span: span[1]))


def placed(free: Spans, lo: int, hi: int) -> Spans:
    """The free units whose places lie in [lo, hi), in the order of their places.

    A place is a unit's first landing on this account: it finds units that left and came back, too.
    """
    return tuple(
        (max(lo, place), a + max(lo, place) - place, a + min(hi, place + b - a) - place)
        for place, a, b in free
        if place < hi and lo < place + b - a
    )


def without(free: Spans, lo: int, hi: int) -> Spans:
    """The free list with the units [lo, hi) removed."""
    out: list[Span] = []
    for place, a, b in free:
        if b <= lo or hi <= a:
            out.append((place, a, b))
            continue
        if a < lo:
            out.append((place, a, lo))
        if hi < b:
            out.append((place + hi - a, hi, b))
    return tuple(out)


def land(free: Spans, lo: int, hi: int, places: Units | None = None) -> Spans:
    """Add the units [lo, hi); `places` names (place, length) of restored units, in axis order."""
    if places is None:
        if free and free[-1][0] > lo:  # restored units never have a place at or beyond a new landing
            raise UnitsNotFreeError((lo, hi))
        if free and free[-1][2] == lo == free[-1][0] + lo - free[-1][1]:  # it continues the last landing
            return (*free[:-1], (free[-1][0], free[-1][1], hi))
        return (*free, (lo, lo, hi))
    new: list[Span] = []
    at = lo
    for place, length in places:
        new.append((place, at, at + length))
        at += length
    return merged(sorted((*free, *new)))


def cut(spans: Spans, skip: int, amount: int) -> Spans:
    """The spans that hold units [skip, skip + amount) when `spans` are laid end to end."""
    out: list[Span] = []
    at = 0
    for place, lo, hi in spans:
        a, b = max(skip - at, 0), min(skip + amount - at, hi - lo)
        if a < b:
            out.append((place + a, lo + a, lo + b))
        at += hi - lo
    return tuple(out)


def gaps(taken: Units, length: int) -> Units:
    """The units of [0, length) that no interval of `taken` covers."""
    out: list[tuple[int, int]] = []
    at = 0
    for lo, hi in sorted(taken):
        if at < lo:
            out.append((at, lo))
        at = max(at, hi)
    if at < length:
        out.append((at, length))
    return tuple(out)


def joined(units: Iterable[tuple[int, int]]) -> Units:
    """Disjoint intervals in order, neighbours made one: the one form of a set of units."""
    out: list[tuple[int, int]] = []
    for lo, hi in sorted(units):
        if out and out[-1][1] == lo:
            out[-1] = (out[-1][0], hi)
        else:
            out.append((lo, hi))
    return tuple(out)
