"""Tracing (资金追踪): where a donation's money went, and where a payment's money came from.

The journal records every movement of fund money as slices: units [lo, hi) of a source axis landed
at [landed, landed_hi) of a target axis.  An axis is a held fund account's inflow, or what one
posting paid to an account without an axis (`posting/N/n`).  Tracing is arithmetic on those
intervals: no guess is made, since the convention (FIFO, or the units that a command designated)
was applied when the entry was decided and stands in its bytes.

A conversion changes the asset, so its map is a proportion; coordinates are then exact fractions
and shares are cut on whole units by cumulative floor, so that they always sum to the whole.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

Number = int | Fraction


@dataclass(frozen=True, slots=True)
class Slice:
    """Units [lo, hi) of `source` landed at [landed, landed_hi) of `target` in posting `posting` of an entry."""

    position: int
    posting: int
    n: int
    source: str
    lo: int
    hi: int
    target: str
    landed: int
    landed_hi: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the traced money: [lo, hi) of `axis` now, [origin_lo, origin_hi) of what is traced.

    `path` holds the (position, posting) of every movement it took, in the order of tracing.
    """

    axis: str
    lo: Number
    hi: Number
    origin_lo: Number
    origin_hi: Number
    path: tuple[tuple[int, int], ...] = ()

    @property
    def share(self) -> int:
        """The piece in whole units of what is traced; pieces that tile it sum to it exactly."""
        return floor(self.origin_hi) - floor(self.origin_lo)


@dataclass(slots=True)
class Flow:
    """The answer of a trace: `steps` are all movements met, `ends` where the pieces are or came from."""

    steps: list[tuple[Slice, Piece]] = field(default_factory=list)
    ends: list[Piece] = field(default_factory=list)

    @property
    def total(self) -> int:
        """What the ends sum to, in units of what is traced."""
        return sum(piece.share for piece in self.ends)


class Slices:
    """Slices indexed from both ends.  Slices of one source axis never overlap, nor do those of one target."""

    def __init__(self, slices: Iterable[Slice], *, as_of: int | None = None) -> None:
        chosen = [s for s in slices if as_of is None or s.position <= as_of]
        self._out = _Index((s.source, s.lo, s.hi, s) for s in chosen)
        self._in = _Index((s.target, s.landed, s.landed_hi, s) for s in chosen)

    def leaving(self, axis: str, lo: Number, hi: Number) -> Iterator[Slice]:
        """The slices that took units of [lo, hi) from `axis`, in the order of the axis."""
        return self._out.meeting(axis, lo, hi)

    def landing(self, axis: str, lo: Number, hi: Number) -> Iterator[Slice]:
        """The slices that landed units in [lo, hi) of `axis`, in the order of the axis."""
        return self._in.meeting(axis, lo, hi)


class _Index:
    def __init__(self, rows: Iterable[tuple[str, int, int, Slice]]) -> None:
        self._rows: dict[str, list[tuple[int, int, Slice]]] = {}
        for axis, lo, hi, row in rows:
            self._rows.setdefault(axis, []).append((lo, hi, row))
        for found in self._rows.values():
            found.sort(key=lambda item: item[0])

    def meeting(self, axis: str, lo: Number, hi: Number) -> Iterator[Slice]:
        rows = self._rows.get(axis, [])
        start = bisect_right(rows, lo, key=lambda item: item[1])
        end = bisect_left(rows, hi, key=lambda item: item[0])
        return (row for _, _, row in rows[start:end])


def is_outside(axis: str) -> bool:
    """Whether an axis is an account without units of its own: money comes from there, or was never had."""
    return axis.startswith(("outside/", "overdrawn/"))


def forward(starts: Iterable[Slice], slices: Slices) -> Flow:
    """Follow what the `starts` (a donation's landings) brought to where it rests or was used.

    The traced money's own axis is the starts laid end to end, in source units.  Ends tile it.
    """
    flow, at = Flow(), 0
    for start in starts:
        width = start.hi - start.lo
        piece = Piece(start.target, start.landed, start.landed_hi, at, at + width, ((start.position, start.posting),))
        flow.steps.append((start, piece))
        _follow(piece, slices, flow)
        at += width
    flow.ends.sort(key=lambda piece: piece.origin_lo)
    return flow


def _follow(first: Piece, slices: Slices, flow: Flow) -> None:
    stack = [first]
    while stack:
        piece = stack.pop()
        rest = piece.lo
        for found in slices.leaving(piece.axis, piece.lo, piece.hi):
            a, b = max(piece.lo, found.lo), min(piece.hi, found.hi)
            if rest < a:
                flow.ends.append(_part(piece, rest, a))
            moved = _part(piece, a, b)
            landed = Piece(
                found.target, carried(a, found, forth=True), carried(b, found, forth=True),
                moved.origin_lo, moved.origin_hi, (*piece.path, (found.position, found.posting)),
            )  # fmt: skip
            flow.steps.append((found, landed))
            stack.append(landed)
            rest = b
        if rest < piece.hi:
            flow.ends.append(_part(piece, rest, piece.hi))


def backward(payment: Iterable[Slice], slices: Slices) -> Flow:
    """Follow the money of a `payment` (the slices of its postings) back to where it came from.

    The payment's own axis is its slices laid end to end, in target units.  Ends lie on the postings
    that brought the money in: `axis` is the outside account and `path` ends with that posting.
    """
    flow, at = Flow(), 0
    for taken in payment:
        width = taken.landed_hi - taken.landed
        stack = [(taken, Piece(taken.source, taken.lo, taken.hi, at, at + width, ((taken.position, taken.posting),)))]
        at += width
        while stack:
            found, piece = stack.pop()
            flow.steps.append((found, piece))
            if is_outside(piece.axis):
                flow.ends.append(piece)
                continue
            for before in slices.landing(piece.axis, piece.lo, piece.hi):
                a, b = max(piece.lo, before.landed), min(piece.hi, before.landed_hi)
                part = _part(piece, a, b)
                stack.append((before, Piece(
                    before.source, carried(a, before, forth=False), carried(b, before, forth=False),
                    part.origin_lo, part.origin_hi, (*piece.path, (before.position, before.posting)),
                )))  # fmt: skip
    flow.ends.sort(key=lambda piece: piece.origin_lo)
    return flow


def _part(piece: Piece, lo: Number, hi: Number) -> Piece:
    """The part [lo, hi) of a piece, with the traced units that it stands for."""
    if (lo, hi) == (piece.lo, piece.hi):
        return piece
    return Piece(piece.axis, lo, hi, _origin(piece, lo), _origin(piece, hi), piece.path)


def _origin(piece: Piece, at: Number) -> Number:
    return scaled(at - piece.lo, piece.origin_hi - piece.origin_lo, piece.hi - piece.lo) + piece.origin_lo


def carried(at: Number, slice_: Slice, *, forth: bool) -> Number:
    """A coordinate of the slice's source on its target (`forth`), or the other way."""
    if forth:
        return scaled(at - slice_.lo, slice_.landed_hi - slice_.landed, slice_.hi - slice_.lo) + slice_.landed
    return scaled(at - slice_.landed, slice_.hi - slice_.lo, slice_.landed_hi - slice_.landed) + slice_.lo


def scaled(value: Number, up: Number, down: Number) -> Number:
    """`value * up / down`, exactly; a whole number stays an int."""
    if up == down:
        return value
    exact = Fraction(value) * up / down
    return exact.numerator if exact.denominator == 1 else exact
