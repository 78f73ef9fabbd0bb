"""Movements: the journal's slices without the convention, so that another one can be applied to them.

A recorded slice says which units it took.  For some that is a fact: a command named the units, a hold
had named them, a refund names the gift, a return or correction brings back what a payment took.  Such
movements are *fixed*: they keep their units under every rule.  The others took the oldest only because
a rule has to decide; a *free* movement takes an amount out of what its account has at the time.

Units that went out and came back are, for a fact that names them later, as if they had never left: the
payment that had them meanwhile is fixed in that part too.  Whatever a rule chooses among the units that
no fact names, it can be carried out, since the recorded order is one such choice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Protocol

from ledger.flows import Number, Slice, Slices, carried, is_outside, scaled

Key = tuple[int, int]
"""A fund posting: the position of its entry, and which one it is."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Units [lo, hi) of `source` to [landed, landed_hi) of `target`; of a free one only hi - lo counts.

    `restores` says that it brings units back to where they were, with their old place in the queue.
    """

    position: int
    posting: int
    source: str
    lo: int
    hi: int
    target: str
    landed: int
    landed_hi: int
    fixed: bool = True
    restores: bool = False

    @property
    def amount(self) -> int:
        """How much it moves, in units of its source."""
        return self.hi - self.lo

    @property
    def key(self) -> Key:
        """The posting that it is, or is a part of."""
        return self.position, self.posting


class Landings(Protocol):
    """What can say which slices landed in an interval of an axis."""

    def landing(self, axis: str, lo: Number, hi: Number) -> Iterator[Slice]:
        """The slices that landed there, in the order of the axis."""


def has_queue(axis: str) -> bool:
    """Whether an axis is a held fund account, whose units a convention can choose among."""
    return "/" not in axis


def named_postings(document: Mapping[str, Any], hold: Mapping[str, Any] | None = None) -> set[Key]:
    """The fund postings of an entry whose units are a fact; `hold` is the entry that it pays, if it pays one."""
    found = set()
    kept = hold["holds"].get("fund", ()) if hold else ()
    rests = 0  # a posting of a shortfall is the second of one move
    for n, posting in enumerate(document.get("fund", ())):
        side = posting["from"]
        rests += bool(side.get("rest"))
        held = n - rests < len(kept) and "units" in kept[n - rests]
        if document["type"] == "correction" or side.get("named") or "entry" in side.get("of", {}) or held:
            found.add((document["seq"], n))
    return found


def movements(slices: Iterable[Slice], named: Iterable[Key], undoing: Iterable[int] = ()) -> list[Movement]:
    """The movements of these slices in journal order; `named` are fixed postings, `undoing` correcting entries."""
    ordered = sorted(set(slices), key=lambda item: (item.position, item.posting, item.n))
    facts, corrections = frozenset(named), frozenset(undoing)
    fixed: dict[Slice, list[tuple[int, int]]] = {}
    for item in ordered:
        if not has_queue(item.source) or item.position in corrections or (item.position, item.posting) in facts:
            fixed[item] = [(item.lo, item.hi)]
    restoring = {item for item in fixed if has_queue(item.target) and _restores(item, corrections)}
    _close(fixed, restoring, Slices(ordered))
    found: list[Movement] = []
    for item in ordered:
        for lo, hi, is_fact in _parts(item, fixed.get(item, [])):
            _add(found, item, lo, hi, is_fact=is_fact, restores=item in restoring)
    return found


def _restores(item: Slice, corrections: frozenset[int]) -> bool:
    """Whether a slice brings units back: a linked return or a correction, but not the goods of a purchase."""
    return item.position in corrections or (
        item.source.startswith("posting/") and int(item.source.split("/")[1]) != item.position
    )


def _close(fixed: dict[Slice, list[tuple[int, int]]], restoring: set[Slice], known: Slices) -> None:
    """Fix what had, meanwhile, the units that a fact names after they came back."""
    work = [(item.source, item.lo, item.hi) for item in fixed if has_queue(item.source)]
    while work:
        axis, lo, hi = work.pop()
        for back in known.landing(axis, lo, hi):
            if back not in restoring:
                continue
            a, b = max(lo, back.landed), min(hi, back.landed_hi)
            first, last = carried(a, back, forth=False), carried(b, back, forth=False)
            for had, c, d, _, _ in way_back(back.source, first, last, known, axis):
                part, known_parts = (floor(c), ceil(d)), fixed.setdefault(had, [])
                if part not in known_parts and (had.lo, had.hi) not in known_parts:
                    known_parts.append(part)
                    work.append((axis, *part))


def way_back(
    axis: str, lo: Number, hi: Number, known: Landings, home: str
) -> list[tuple[Slice, Number, Number, Number, Number]]:
    """The last slices that took from `home` what lies in [lo, hi) of `axis`.

    As (slice, the units of home, the part of [0, hi - lo) that they are); what never was at `home` is left out.
    """
    found = []
    stack: list[tuple[str, Number, Number, Number, Number]] = [(axis, lo, hi, 0, hi - lo)]
    while stack:
        at, c, d, first, last = stack.pop()
        for item in known.landing(at, c, d):
            a, b = max(c, item.landed), min(d, item.landed_hi)
            start = first + scaled(a - c, last - first, d - c)
            end = first + scaled(b - c, last - first, d - c)
            lower, upper = carried(a, item, forth=False), carried(b, item, forth=False)
            if item.source == home:
                found.append((item, lower, upper, start, end))
            elif not is_outside(item.source):
                stack.append((item.source, lower, upper, start, end))
    return found


def _parts(item: Slice, fixed: list[tuple[int, int]]) -> Iterator[tuple[int, int, bool]]:
    """A slice cut into fixed and free parts, in order: (lo, hi, fixed), fixed ones as long as they can be."""
    units: list[tuple[int, int]] = []
    for lo, hi in sorted(fixed):
        if units and lo <= units[-1][1]:
            units[-1] = units[-1][0], max(hi, units[-1][1])
        else:
            units.append((lo, hi))
    at = item.lo
    for lo, hi in units:
        if at < lo:
            yield at, lo, False
        yield lo, hi, True
        at = hi
    if at < item.hi:
        yield at, item.hi, False


def _add(found: list[Movement], item: Slice, lo: int, hi: int, *, is_fact: bool, restores: bool) -> None:
    """Append a part of a slice; free parts that follow each other are one movement."""
    width, whole = item.landed_hi - item.landed, item.hi - item.lo
    start = item.landed + (lo - item.lo if width == whole else 0)
    end = start + (hi - lo if width == whole else width)
    before = found[-1] if found else None
    if (
        before and not is_fact and not before.fixed and (before.position, before.posting, before.source) ==
        (item.position, item.posting, item.source) and before.landed_hi == start
    ):  # fmt: skip
        found[-1] = Movement(*before.key, before.source, 0, before.amount + hi - lo, before.target, before.landed, end,
                             fixed=False)  # fmt: skip
        return
    units = (lo, hi) if is_fact else (0, hi - lo)
    found.append(
        Movement(*(item.position, item.posting, item.source), *units, item.target, start, end, is_fact, restores)
    )
