"""The slow twin of the ledger's tracing: every minor unit is an object that knows where it is.

It replays accepted commands with one queue per account and shares no code with `ledger` (commands are
only read).  A unit is made of grains: stretches of the posting that first brought the money in.  A
plain unit is one grain of width one; what a conversion bought is made of grains of what was paid, cut
evenly.  So for any unit anywhere the oracle says which part of which donation it is.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

Key = tuple[int, int]
"""A posting: (position of its entry, index in the fund book)."""
Line = tuple[str, Fraction, Fraction, Fraction, Fraction]
"""A straight piece of a map: [lo, hi) of an axis stands for [origin_lo, origin_hi)."""


@dataclass(frozen=True)
class Grain:
    """A stretch [lo, hi) of what posting `key` brought in, as `width` of one unit."""

    width: Fraction
    key: Key
    lo: Fraction
    hi: Fraction


@dataclass(eq=False)
class Unit:
    """One minor unit: `home` is an account or a posting's axis, `spot` its coordinate there, `place` its turn."""

    grains: list[Grain]
    home: str = ""
    spot: int = 0
    place: int = 0


@dataclass(eq=False)
class Leg:
    """One posting as it was written, with every unit: where it was (`left`) and where it landed (`landed`)."""

    source: str
    target: str
    units: list[Unit]
    left: list[int]
    landed: list[int] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    bought: bool = False


def held(account: str) -> bool:
    """Whether an account has a queue of units."""
    return "/" not in account


class Oracle:
    """Where every unit is, after each accepted command."""

    def __init__(self) -> None:
        self.queues: dict[str, list[Unit]] = defaultdict(list)
        self.arrived: dict[str, int] = defaultdict(int)
        self.departed: dict[str, int] = defaultdict(int)
        self.legs: dict[Key, Leg] = {}
        self.kinds: dict[int, str] = {}
        self.holds: dict[int, list[tuple[str, int, list[Unit] | None]]] = {}

    def apply(self, position: int, command: Any) -> None:  # noqa: ANN401 -- read, not imported: no code in common
        """Do what the command, accepted at `position`, did."""
        self.kinds[position] = command.kind
        self.position, self.count = position, 0
        if command.kind == "correction":
            self._correct(command.data["of"])
            return
        if command.kind == "hold":
            self._hold(command)
            return
        kept = self.holds.pop(command.data["hold"]) if "hold" in command.data else []
        for n, asked in enumerate(command.fund):
            move = self._settled(asked)
            if (named := kept[n][2] if kept else None) is not None:
                self._write(move.source, move.target, named[: move.amount])
            elif command.kind == "conversion" and n % 2:
                self._buy(move)
            elif held(move.source):
                self._pay(move, whole=command.kind == "conversion")
            elif move.of is not None:
                self._bring_back(move)
            else:
                self._write(move.source, move.target, self._fresh(move.amount))

    def _settled(self, move: Any) -> Any:  # noqa: ANN401 -- as above
        """A balancing move as what it comes to."""
        most = [move.amount]
        if move.balancing in ("from", "both"):
            most.append(len(self.queues[move.source]) - self.reserved(move.source))
        if move.balancing in ("to", "both"):
            most.append(self.departed[move.target] - self.arrived[move.target])
        return replace(move, amount=min(most))

    def _hold(self, command: Any) -> None:  # noqa: ANN401 -- as above
        """Keep an amount of each account that would pay, and the very units that are named."""
        kept: list[tuple[str, int, list[Unit] | None]] = []
        for move in command.fund:
            by_spot = {unit.spot: unit for unit in self.queues[move.source]}
            named = None
            if move.units is not None:
                named = [by_spot[spot] for lo, hi in move.units for spot in range(lo, hi)]
            kept.append((move.source, move.amount, named))
        self.holds[self.position] = kept

    def reserved(self, account: str) -> int:
        """How much of an account all open holds keep."""
        return sum(amount for kept in self.holds.values() for source, amount, _ in kept if source == account)

    def pinned(self) -> set[int]:
        """The units that open holds name."""
        return {id(unit) for kept in self.holds.values() for _, _, named in kept for unit in named or ()}

    def _fresh(self, amount: int) -> list[Unit]:
        """Units that come from nowhere before."""
        key = (self.position, self.count)
        return [Unit([Grain(Fraction(1), key, Fraction(i), Fraction(i + 1))]) for i in range(amount)]

    def _pay(self, move: Any, *, whole: bool) -> None:  # noqa: ANN401 -- as above
        queue = self.queues[move.source]
        if move.of is not None:
            leg = self.legs[(move.of.entry, move.of.posting)]
            there = [u for u, p in zip(leg.units, leg.landed, strict=True) if u.home == move.source and u.place == p]
        else:
            pinned = self.pinned()
            there = [unit for unit in queue if id(unit) not in pinned]
        if move.units is not None:
            by_spot = {unit.spot: unit for unit in there}
            chosen = [by_spot[spot] for lo, hi in move.units for spot in range(lo, hi)]
        else:
            chosen = there[: min(move.amount, len(queue) - self.reserved(move.source))]
        if whole and len(chosen) < move.amount:
            chosen = []
        if chosen:
            self._write(move.source, move.target, chosen)
        if len(chosen) < move.amount:
            self._write("overdrawn/" + move.source, move.target, self._fresh(move.amount - len(chosen)))

    def _bring_back(self, move: Any) -> None:  # noqa: ANN401 -- as above
        leg = self.legs[(move.of.entry, move.of.posting)]
        left = [i for i in range(len(leg.units)) if i not in leg.gone]
        chosen = left[: move.amount]
        if move.units is not None:
            chosen = [i for lo, hi in move.units for i in range(lo, hi)]
            assert set(chosen) <= set(left)
        self._return(leg, chosen, move.source, move.target)

    def _return(self, leg: Leg, chosen: list[int], source: str, target: str) -> None:
        leg.gone |= set(chosen)
        self._write(source, target, [leg.units[i] for i in chosen], [leg.left[i] for i in chosen])

    def _buy(self, move: Any) -> None:  # noqa: ANN401 -- as above
        """New units, made evenly of what the posting before paid."""
        paid = self.legs[(self.position, self.count - 1)]
        paid.gone = set(range(len(paid.units)))
        whole = [grain for unit in paid.units for grain in unit.grains]
        for unit in paid.units:
            unit.home = "turned into something else"
        rate = Fraction(len(paid.units), move.amount)
        units = [Unit(_cut(whole, j * rate, (j + 1) * rate, rate)) for j in range(move.amount)]
        self._write(move.source, move.target, units)
        self.legs[(self.position, self.count - 1)].bought = True

    def _write(self, source: str, target: str, units: list[Unit], places: list[int] | None = None) -> None:
        """Write one posting: the units leave where they are and arrive at `target`."""
        key = (self.position, self.count)
        self.count += 1
        leg = self.legs[key] = Leg(source, target, units, [unit.place for unit in units])
        if held(source):
            for unit in units:
                self.queues[source].remove(unit)
        self.departed[source] += len(units)
        for i, unit in enumerate(units):
            if held(target):
                unit.home, unit.spot = target, self.arrived[target] + i
                unit.place = unit.spot if places is None else places[i]
                self.queues[target].append(unit)
                leg.landed.append(unit.place)
            else:
                unit.home, unit.spot = f"posting/{key[0]}/{key[1]}", i
        self.arrived[target] += len(units)
        self.queues[target].sort(key=lambda unit: unit.place)

    def _correct(self, position: int) -> None:
        legs = [self.legs[key] for key in sorted(self.legs) if key[0] == position]
        for leg in reversed(legs):
            if self.kinds[position] == "conversion":
                self._unbuy(leg, legs)
            elif held(leg.target):
                there = [
                    i for i, (u, p) in enumerate(zip(leg.units, leg.landed, strict=True))
                    if u.home == leg.target and u.place == p
                ]  # fmt: skip
                units = [leg.units[i] for i in there]
                places = [leg.left[i] for i in there] if held(leg.source) else None
                if units:
                    self._write(leg.target, leg.source, units, places)
            else:
                left = [i for i in range(len(leg.units)) if i not in leg.gone]
                if left:
                    self._return(leg, left, leg.target, leg.source)

    def _unbuy(self, leg: Leg, legs: list[Leg]) -> None:
        """What was bought goes back whole; the very units that were paid come back to where they were."""
        if leg.bought:
            assert self.all_there(leg), "a conversion is undone whole"
            self._write(leg.target, leg.source, list(leg.units))
            for unit in leg.units:
                unit.home = "turned back"
            self.legs[(self.position, self.count - 1)].gone = set(range(len(leg.units)))
            paid = legs[legs.index(leg) - 1]
            self._write(paid.target, paid.source, list(paid.units), list(paid.left))

    def all_there(self, leg: Leg) -> bool:
        """Whether every unit that a posting landed is still there."""
        return all(u.home == leg.target and u.place == p for u, p in zip(leg.units, leg.landed, strict=True))

    # ------------------------------------------------------------ what a trace should say

    def forward(self) -> dict[Key, list[Line]]:
        """For every posting that brought money in: where its parts are now."""
        found: dict[Key, list[Line]] = defaultdict(list)
        alive = {id(unit): unit for leg in self.legs.values() for unit in leg.units}
        for unit in alive.values():
            if unit.home.startswith("turned"):
                continue
            at = Fraction(unit.spot)
            for grain in unit.grains:
                found[grain.key].append((unit.home, at, at + grain.width, grain.lo, grain.hi))
                at += grain.width
        return {key: straight(lines) for key, lines in found.items()}

    def backward(self, key: Key) -> list[Line]:
        """What paid a posting, as it was when it was written: which parts of which postings that brought money in."""
        lines: list[Line] = []
        at = Fraction(0)
        for unit in self.legs[key].units:
            for grain in unit.grains:
                lines.append((f"{grain.key}", grain.lo, grain.hi, at, at + grain.width))
                at += grain.width
        return straight(lines)

    def free(self, account: str) -> list[tuple[int, int, int]]:
        """The account's queue as (place, lo, hi) with neighbours made one."""
        out: list[tuple[int, int, int]] = []
        for unit in self.queues[account]:
            if out and out[-1][2] == unit.spot and out[-1][0] + out[-1][2] - out[-1][1] == unit.place:
                out[-1] = (out[-1][0], out[-1][1], unit.spot + 1)
            else:
                out.append((unit.place, unit.spot, unit.spot + 1))
        return out


def _cut(grains: list[Grain], lo: Fraction, hi: Fraction, rate: Fraction) -> list[Grain]:
    """The stretch [lo, hi) of grains laid end to end, widths divided by `rate`."""
    out, at = [], Fraction(0)
    for grain in grains:
        a, b = max(lo, at), min(hi, at + grain.width)
        if a < b:
            slope = (grain.hi - grain.lo) / grain.width
            start = grain.lo + (a - at) * slope
            out.append(Grain((b - a) / rate, grain.key, start, start + (b - a) * slope))
        at += grain.width
    return out


def straight(lines: list[Line]) -> list[Line]:
    """The same map in its fewest straight pieces, in order."""
    out: list[Line] = []
    for line in sorted(lines):
        if out and _continues(out[-1], line):
            out[-1] = (*out[-1][:2], line[2], out[-1][3], line[4])
        else:
            out.append(line)
    return out


def _continues(a: Line, b: Line) -> bool:
    same_slope = (a[4] - a[3]) * (b[2] - b[1]) == (b[4] - b[3]) * (a[2] - a[1])
    return a[0] == b[0] and a[2] == b[1] and a[4] == b[3] and same_slope
