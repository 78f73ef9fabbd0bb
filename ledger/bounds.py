"""Bounds that hold under any rule: the least and most of a donation that a payment can be made of.

Whatever convention is applied, the donation's money is a flow through the network (`ledger/networks.py`) within
what was moved, and every such flow is what some rule would say.  So the most is a maximum flow between the two,
and the least is what is left of the donation when as much as possible goes elsewhere.  Maximum flow by Dinic's
algorithm (1970) on whole units; the minimum cut that proves it is what its last search leaves unreached.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from ledger.networks import Network, reached


class MixedRatesError(ValueError):
    """Money from one donation reaches an account through purchases at different rates: one unit has no one worth."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between `least` and `most` of the donation, in its units (fractions only beyond a conversion)."""

    least: Fraction
    most: Fraction


def bounds(network: Network, starts: Mapping[int, int], ends: Mapping[int, int]) -> Bounds:
    """The least and most of the money of `starts` (node → amount) that can be in `ends`.

    An end is a payment's movement (node → its size), or a node that keeps something (node → its `rest`).  Raises
    `MixedRatesError` where purchases at different rates flow together between the two.
    """
    between = reached(network, starts) & reached(network, ends, forth=False)
    whole = sum(starts.values())
    if not between & starts.keys():
        return Bounds(Fraction(0), Fraction(0))
    part = _Between(network, starts, between, ends)
    return Bounds(whole - Fraction(part.flow(inside=False), part.scale), Fraction(part.flow(inside=True), part.scale))


def _worth(network: Network, starts: Mapping[int, int], between: set[int]) -> dict[int, Fraction]:
    """Of each node between, how many of its units one unit of the donation became."""
    found: dict[int, Fraction] = dict.fromkeys(starts, Fraction(1))
    for n in network.order:
        if n not in between or n in found:
            continue
        node = network.nodes[n]
        rates = {found[giver] for giver, _ in node.takes if giver in found}
        if len(rates) > 1:
            raise MixedRatesError
        found[n] = rates.pop() * Fraction(node.size, node.taken)
    return found


class _Between:
    """The part of the network between the donation and the ends, with all amounts in units of the donation."""

    def __init__(self, network: Network, starts: Mapping[int, int], between: set[int], ends: Mapping[int, int]) -> None:
        worth = _worth(network, starts, between)
        self.scale = lcm(*(rate.numerator for rate in worth.values()))
        self._network, self._starts, self._ends = network, starts, ends
        self._unit = {n: Fraction(self.scale, rate) for n, rate in worth.items()}
        self._number = {n: i for i, n in enumerate(sorted(between))}

    def flow(self, *, inside: bool) -> int:
        """The most that can flow into the ends (`inside`) or past them, in units of the donation times `scale`."""
        graph, source, sink = _Dinic(len(self._number) + 2), len(self._number), len(self._number) + 1
        for n, amount in self._starts.items():
            if n in self._number:
                graph.add(source, self._number[n], amount * self.scale)
            elif not inside:
                graph.add(source, sink, amount * self.scale)
        for n, i in self._number.items():
            ways, into, past = self._ways(n)
            for taker, room in ways:
                graph.add(i, taker, room)
            graph.add(i, sink, into if inside else past)
        return graph.most(source, sink)

    def _ways(self, n: int) -> tuple[list[tuple[int, int]], int, int]:
        """Where a node's money can go: (node, room) in between; how much of it into an end; how much past them."""
        node, unit = self._network.nodes[n], self._unit[n]
        into = self._ends.get(n, 0)
        if into == node.size:
            return [], _whole(into * unit), 0  # all of a payment is in it, whatever came back of it later
        past, ways = node.rest - into, []
        for taker, amount in node.gives:
            if taker in self._number:
                ways.append((self._number[taker], _whole(amount * unit)))
            else:
                past += amount
        return ways, _whole(into * unit), _whole(past * unit)


def _whole(value: Fraction) -> int:
    return value.numerator // value.denominator


class _Dinic:
    """Maximum flow in layers of shortest ways; edges are pairs of numbers, an edge and its way back."""

    def __init__(self, size: int) -> None:
        self._heads: list[int] = []
        self._room: list[int] = []
        self._edges: list[list[int]] = [[] for _ in range(size)]

    def add(self, tail: int, head: int, room: int) -> None:
        """An edge with room for so much."""
        self._edges[tail].append(len(self._heads))
        self._edges[head].append(len(self._heads) + 1)
        self._heads += [head, tail]
        self._room += [room, 0]

    def most(self, source: int, sink: int) -> int:
        """The maximum flow; uses the rooms up."""
        total = 0
        while (levels := self._levels(source, sink)) is not None:
            total += self._block(source, sink, levels)
        return total

    def _levels(self, source: int, sink: int) -> list[int] | None:
        levels = [-1] * len(self._edges)
        levels[source] = 0
        waiting = deque([source])
        while waiting:
            at = waiting.popleft()
            for edge in self._edges[at]:
                head = self._heads[edge]
                if self._room[edge] and levels[head] < 0:
                    levels[head] = levels[at] + 1
                    waiting.append(head)
        return levels if levels[sink] >= 0 else None

    def _block(self, source: int, sink: int, levels: list[int]) -> int:
        """A blocking flow: push along shortest ways until none is left."""
        total, tried = 0, [0] * len(self._edges)
        way: list[int] = []
        at = source
        while True:
            if at == sink:
                pushed = min(self._room[edge] for edge in way)
                total += pushed
                for edge in way:
                    self._room[edge] -= pushed
                    self._room[edge ^ 1] += pushed
                first = next(i for i, edge in enumerate(way) if not self._room[edge])
                at = self._heads[way[first] ^ 1]
                del way[first:]
            following = self._next(at, levels, tried)
            if following is not None:
                way.append(following)
                at = self._heads[following]
            elif way:
                at = self._heads[way.pop() ^ 1]
                tried[at] += 1
            else:
                return total

    def _next(self, at: int, levels: list[int], tried: list[int]) -> int | None:
        """The next edge from here that leads one layer on and has room."""
        edges = self._edges[at]
        while tried[at] < len(edges):
            edge = edges[tried[at]]
            if self._room[edge] and levels[self._heads[edge]] == levels[at] + 1:
                return edge
            tried[at] += 1
        return None
