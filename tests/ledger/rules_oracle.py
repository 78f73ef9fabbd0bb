"""The slow twin of the methods of tracing: every minor unit is followed by itself, in every method.

It reads the recorded slices and documents of a book, and shares no code with `ledger.movements`, `.conventions`,
`.networks` or `.bounds`.  A *group* is what the book did in one go: a run of units of one posting that facts fix or
that a convention chose.  Units inside one group are exchangeable for the methods that mix.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Any

from tests.ledger.oracle import Grain, Line, _cut, straight

Key = tuple[int, int]
Spot = tuple[str, int]


@dataclass
class Group:
    """Units that one posting moved together: `spots` at the source (None each where a convention chose)."""

    key: Key
    source: str
    target: str
    spots: list[int] | None
    landed: list[int]
    size: int
    restores: bool = False
    bought: bool = False


def held(axis: str) -> bool:
    return "/" not in axis


def outside(axis: str) -> bool:
    return axis.startswith(("outside/", "overdrawn/"))


@dataclass
class Recorded:
    """What a book recorded up to a position, unit by unit."""

    entries: Mapping[int, Any]
    slices: list[Any]
    until: int
    groups: list[Group] = field(default_factory=list)
    fixed: set[Spot] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Find the facts, and cut the postings into groups."""
        self.slices = [s for s in self.slices if s.position <= self.until]
        self._facts()
        for s in self.slices:
            self._group(s)

    def fact(self, s: Any) -> bool:  # noqa: ANN401 -- a slice, read and not imported
        """Whether the entry itself says which units this slice takes."""
        document = self.entries[s.position]
        side = document["fund"][s.posting]["from"]
        hold = self.entries.get(document["data"].get("hold", -1))
        named_by_hold = False
        if hold:
            first = [n for n, p in enumerate(document["fund"]) if not p["from"].get("rest")]
            named_by_hold = s.posting in first and "units" in hold["holds"]["fund"][first.index(s.posting)]
        return (
            not held(s.source) or document["type"] == "correction" or bool(side.get("named")) or named_by_hold
            or "entry" in side.get("of", {})
        )  # fmt: skip

    def restoring(self, s: Any) -> bool:  # noqa: ANN401 -- as above
        """Whether this slice brings units back to an account."""
        if not held(s.target):
            return False
        document = self.entries[s.position]
        of = document["fund"][s.posting]["from"].get("of", {})
        return document["type"] == "correction" or (s.source.startswith("posting/") and "entry" in of)

    def _before(self, axis: str, lo: Fraction, hi: Fraction) -> Iterable[tuple[Any, Fraction, Fraction]]:
        for s in self.slices:
            a, b = max(lo, s.landed), min(hi, s.landed_hi)
            if s.target == axis and a < b:
                rate = Fraction(s.hi - s.lo, s.landed_hi - s.landed)
                yield s, s.lo + (a - s.landed) * rate, s.lo + (b - s.landed) * rate

    def _facts(self) -> None:
        """Units that facts name, and those that had left and come back before a fact named them."""
        work = [(s.source, spot) for s in self.slices if held(s.source) and self.fact(s) for spot in range(s.lo, s.hi)]
        while work:
            if (unit := work.pop()) in self.fixed:
                continue
            self.fixed.add(unit)
            axis, spot = unit
            for s, lo, hi in self._before(axis, Fraction(spot), Fraction(spot + 1)):
                if self.restoring(s):
                    work += self._had_been(axis, s.source, lo, hi)

    def _had_been(self, home: str, axis: str, lo: Fraction, hi: Fraction) -> list[Spot]:
        found: list[Spot] = []
        for s, a, b in self._before(axis, lo, hi):
            if s.source == home:
                found += [(home, spot) for spot in range(floor(a), ceil(b))]
            elif not outside(s.source):
                found += self._had_been(home, s.source, a, b)
        return found

    def _group(self, s: Any) -> None:  # noqa: ANN401 -- as above
        key = (s.position, s.posting)
        if s.hi - s.lo != s.landed_hi - s.landed or (s.source == f"posting/{s.position}/{s.posting - 1}"):
            self.groups.append(Group(key, s.source, s.target, list(range(s.lo, s.hi)),
                                     list(range(s.landed, s.landed_hi)), s.hi - s.lo,
                                     self.restoring(s), bought=True))  # fmt: skip
            return
        last = None
        for i in range(s.hi - s.lo):
            spot, landed = s.lo + i, s.landed + i
            is_fixed = not held(s.source) or (s.source, spot) in self.fixed
            before = self.groups[-1] if self.groups else None
            joins = before is not None and before.key == key and before.source == s.source and (
                before is last if is_fixed else True
            ) and (before.spots is None) != is_fixed  # fmt: skip
            if not joins:
                before = Group(key, s.source, s.target, [] if is_fixed else None, [], 0, self.restoring(s))
                self.groups.append(before)
            assert before is not None
            if is_fixed and before.spots is not None:
                before.spots.append(spot)
            before.landed.append(landed)
            before.size += 1
            last = before

    def by_date(self, dates: dict[int, str]) -> list[Group] | None:
        """Again and again the first by date, then by journal, whose money is there."""
        order = sorted(self.groups, key=lambda g: (dates[g.key[0]], self.groups.index(g)))
        there: set[Spot] = set()
        pools: dict[str, int] = defaultdict(int)
        done: list[Group] = []
        while order:
            for g in order:
                if g.spots is None:
                    ready = pools[g.source] >= g.size
                else:
                    ready = outside(g.source) or all((g.source, spot) in there for spot in g.spots)
                if ready:
                    break
            else:
                return None
            order.remove(g)
            done.append(g)
            if g.spots is None:
                pools[g.source] -= g.size
            there |= {(g.target, spot) for spot in g.landed}
            pools[g.target] += sum((g.target, spot) not in self.fixed for spot in g.landed)
        return done


@dataclass(eq=False)
class Token:
    """One unit in the world of one method."""

    grains: list[Grain]
    places: dict[str, int] = field(default_factory=dict)


class Queues:
    """Newest (or oldest) first, with a queue of tokens per account."""

    def __init__(self, recorded: Recorded, groups: list[Group], *, newest: bool) -> None:
        self.recorded, self.newest = recorded, newest
        self.there: dict[Spot, Token] = {}
        self.arrived: dict[str, int] = defaultdict(int)
        self.paid: dict[Key, list[tuple[int, Token]]] = defaultdict(list)
        for group in groups:
            self._do(group)

    def _do(self, g: Group) -> None:
        tokens = self._taken(g)
        if g.bought:
            tokens = self._bought(g, tokens)
        for spot, token in zip(g.landed, tokens, strict=True):
            assert (g.target, spot) not in self.there
            self.there[(g.target, spot)] = token
            if held(g.target) and not (g.restores and g.target in token.places):
                token.places[g.target] = self.arrived[g.target]
            self.arrived[g.target] += 1
            self.paid[g.key].append((spot, token))

    def _taken(self, g: Group) -> list[Token]:
        if outside(g.source):
            assert g.spots is not None
            return [Token([Grain(Fraction(1), g.key, Fraction(s), Fraction(s + 1))]) for s in g.spots]
        spots = g.spots
        if spots is None:
            free = [
                (token.places[g.source], spot) for (axis, spot), token in self.there.items()
                if axis == g.source and (axis, spot) not in self.recorded.fixed
            ]  # fmt: skip
            free.sort()
            chosen = free[len(free) - g.size :] if self.newest else free[: g.size]
            spots = [spot for _, spot in chosen]
        return [self.there.pop((g.source, spot)) for spot in spots]

    def _bought(self, g: Group, tokens: list[Token]) -> list[Token]:
        if g.restores:  # a purchase undone: what was paid comes back, the very tokens
            document = self.recorded.entries[g.key[0]]
            made = self.recorded.entries[document["data"]["of"]]
            n = len(made["fund"]) - 1 - g.key[1]
            return [token for _, token in sorted(self.paid[(made["seq"], n)], key=lambda pair: pair[0])]
        whole = [grain for token in tokens for grain in token.grains]
        rate = Fraction(len(tokens), len(g.landed))
        return [Token(_cut(whole, j * rate, (j + 1) * rate, rate)) for j in range(len(g.landed))]

    def forward(self) -> dict[Key, list[Line]]:
        """For every posting that brought money in: where its parts are."""
        found: dict[Key, list[Line]] = defaultdict(list)
        for (axis, spot), token in self.there.items():
            at = Fraction(spot)
            for grain in token.grains:
                found[grain.key].append((axis, at, at + grain.width, grain.lo, grain.hi))
                at += grain.width
        return {key: straight(lines) for key, lines in found.items()}

    def backward(self, key: Key) -> list[Line]:
        """What paid a posting: which parts of which postings that brought money in."""
        lines: list[Line] = []
        at = Fraction(0)
        for _, token in sorted(self.paid[key], key=lambda pair: pair[0]):
            for grain in token.grains:
                lines.append((f"{grain.key}", grain.lo, grain.hi, at, at + grain.width))
                at += grain.width
        return straight(lines)


Mix = dict[Key, Fraction]


class Mixed:
    """Pro rata and poison: every unit carries its mix of gifts, and the set of gifts that it can be of."""

    def __init__(self, recorded: Recorded, groups: list[Group]) -> None:
        self.recorded = recorded
        self.there: dict[Spot, tuple[Mix, frozenset[Key]]] = {}
        self.had: dict[Key, list[tuple[Mix, frozenset[Key], int]]] = defaultdict(list)
        for g in groups:
            self._do(g)

    def _do(self, g: Group) -> None:
        if outside(g.source):
            units = [({g.key: Fraction(1)}, frozenset([g.key]))] * g.size
        elif g.spots is None:
            pool = [u for u in self.there if u[0] == g.source and u not in self.recorded.fixed]
            mix = stirred([self.there[u] for u in pool], len(pool))
            for unit in pool:
                self.there[unit] = mix
            units = [self.there.pop(unit) for unit in pool[: g.size]]
        else:
            units = [self.there.pop((g.source, spot)) for spot in g.spots]
        mix = stirred(units, len(g.landed))
        self.had[g.key].append((*mix, len(g.landed)))
        for spot in g.landed:
            self.there[(g.target, spot)] = mix

    def share(self, gift: Key, posting: Key) -> Fraction:
        """What of a gift a posting moved."""
        return sum((mix.get(gift, Fraction(0)) * size for mix, _, size in self.had[posting]), Fraction(0))

    def touched(self, gift: Key, posting: Key) -> bool:
        """Whether a posting can have moved any of a gift."""
        return any(gift in gifts for _, gifts, _ in self.had[posting])

    def resting(self, gift: Key) -> dict[str, Fraction]:
        """Where a gift is: by axis, in its own units."""
        found: dict[str, Fraction] = defaultdict(Fraction)
        for (axis, _), (mix, _) in self.there.items():
            if gift in mix:
                found[axis] += mix[gift]
        return dict(found)


def stirred(units: list[tuple[Mix, frozenset[Key]]], size: int) -> tuple[Mix, frozenset[Key]]:
    """The mix that each of `size` units has which these become."""
    mix: Mix = defaultdict(Fraction)
    gifts: set[Key] = set()
    for each, some in units:
        gifts |= some
        for key, part in each.items():
            mix[key] += part
    return {key: part / size for key, part in mix.items()}, frozenset(gifts)


class Choices:
    """Every rule at once: all the ways in which a gift's units can have gone, by trying each."""

    MOST = 6_000

    def __init__(self, recorded: Recorded, groups: list[Group], gift: int) -> None:
        self.recorded = recorded
        self.gift = gift
        self.groups = groups

    def of(self, posting: Key) -> tuple[Fraction, Fraction] | None:
        """The least and most of the gift in a posting; None when there are too many ways to try."""
        states: set[tuple[tuple[tuple[Any, int], ...], int]] = {((), 0)}
        for n, g in enumerate(self.groups):
            states = {after for state in states for after in self._after(n, g, state, posting)}
            if len(states) > self.MOST:
                return None
        counts = {count for _, count in states}
        return Fraction(min(counts)), Fraction(max(counts))

    def _after(self, n: int, g: Group, state: Any, posting: Key) -> Any:  # noqa: ANN401 -- the states of the search are nested tuples
        where, count = dict(state[0]), state[1]
        for k, left in self._chosen(g, where):
            for placed in self._placed(n, g, k, left):
                more = count + k if g.key == posting else count
                yield tuple(sorted((key, value) for key, value in placed.items())), more

    def _chosen(self, g: Group, where: dict[Any, int]) -> Any:  # noqa: ANN401 -- yields how many of the gift, and what is left
        if outside(g.source):
            yield (g.size if g.key[0] == self.gift else 0), where
            return
        if g.spots is None:
            have, size = where.get(("pool", g.source), 0), where.get(("size", g.source), 0)
            for k in range(max(0, g.size - (size - have)), min(have, g.size) + 1):
                left = where | {("pool", g.source): have - k, ("size", g.source): size - g.size}
                yield k, left
            return
        bags: dict[Any, int] = defaultdict(int)  # each bag: exchangeable units of one group that wait for facts
        for key in [key for key in where if key[0] == "bag" and key[1] == g.source]:
            taken = len(set(key[3]) & set(g.spots))
            if taken:
                bags[key] = taken
        options: list[tuple[int, dict[Any, int]]] = [(0, where)]
        for key, taken in bags.items():
            options = [
                (k + more, self._bag(left, key, set(g.spots), more))
                for k, left in options
                for more in range(max(0, taken - (len(key[3]) - left[key])), min(left[key], taken) + 1)
            ]
        yield from options

    @staticmethod
    def _bag(where: dict[Any, int], key: Any, spots: set[int], more: int) -> dict[Any, int]:  # noqa: ANN401 -- the bags of the search are nested tuples
        left = dict(where)
        count = left.pop(key) - more
        rest = tuple(spot for spot in key[3] if spot not in spots)
        if rest:
            left[(*key[:3], rest)] = count
        return left

    def _placed(self, n: int, g: Group, k: int, left: dict[Any, int]) -> Any:  # noqa: ANN401 -- the states of the search are nested tuples
        """Land: some in the pool, the others in a bag for later facts, in every way."""
        waits = tuple(s for s in g.landed if not held(g.target) or (g.target, s) in self.recorded.fixed)
        pooled = g.size - len(waits)
        for in_pool in range(max(0, k - len(waits)), min(k, pooled) + 1):
            after = dict(left)
            if pooled:
                after[("pool", g.target)] = after.get(("pool", g.target), 0) + in_pool
                after[("size", g.target)] = after.get(("size", g.target), 0) + pooled
            if waits:
                after[("bag", g.target, f"{n:04}", waits)] = k - in_pool
            yield after
