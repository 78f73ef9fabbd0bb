"""The network of money in time: which movement's money each movement can be made of, under any rule.

A node is a movement, or a pool: what one account holds for a convention to choose among, from one landing to the
next taking.  An edge says how many units went from one node into the next; facts are edges past the pools.  Three
methods and the bounds are read off the same network:

pro rata (rolling charge)   every node gives of all it has alike; backward is the adjoint, one reverse pass
poison (reachability)       whatever shares a node with the money is wholly touched
bounds (`ledger/bounds.py`) what a flow through the network can and must carry
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ledger.conventions import free_of, kept_for_facts
from ledger.flows import is_outside
from ledger.movements import Movement, has_queue

Shares = dict[int, Fraction]
"""Of each node (absent: none), how much of it is the traced money, in units of that money."""


@dataclass(slots=True)
class Node:
    """A movement, or (`movement` None) the pool of `axis`; amounts of edges are in the giving node's units.

    `taken` is what flows in, `size` what is given on or rests: they differ where a conversion changes the asset.
    """

    axis: str
    taken: int
    size: int
    movement: Movement | None = None
    gives: list[tuple[int, int]] = field(default_factory=list)
    takes: list[tuple[int, int]] = field(default_factory=list)
    rest: int = 0


class Network:
    """The network of movements in the order given; node n is movement n, pools follow.

    `order` names every node once, each after all that give to it.
    """

    def __init__(self, moves: Sequence[Movement]) -> None:
        self.nodes = [
            Node(move.target, move.amount, move.landed_hi - move.landed, move, rest=move.landed_hi - move.landed)
            for move in moves
        ]
        self.order: list[int] = []
        self._kept = kept_for_facts(moves)
        self._pools: dict[str, int] = {}
        self._landed: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for n, move in enumerate(moves):
            self._take(n, move)
            self.order.append(n)
            self._land(n, move)
        self.order += sorted(self._pools.values())

    def _edge(self, giver: int, taker: int, amount: int) -> None:
        self.nodes[giver].gives.append((taker, amount))
        self.nodes[giver].rest -= amount
        self.nodes[taker].takes.append((giver, amount))

    def _pool(self, axis: str, size: int) -> int:
        self.nodes.append(Node(axis, size, size, rest=size))
        self._pools[axis] = len(self.nodes) - 1
        return len(self.nodes) - 1

    def _take(self, n: int, move: Movement) -> None:
        """Connect a movement with what it takes from."""
        if is_outside(move.source):
            return
        if move.fixed:
            rows = self._landed[move.source]
            start = bisect_right(rows, move.lo, key=lambda row: row[1])
            end = bisect_left(rows, move.hi, key=lambda row: row[0])
            for lo, hi, giver in rows[start:end]:
                self._edge(giver, n, min(hi, move.hi) - max(lo, move.lo))
            return
        pool = self._pools.pop(move.source)
        self.order.append(pool)
        left = self.nodes[pool].size - move.amount
        self._edge(pool, n, move.amount)
        if left:
            self._edge(pool, self._pool(move.source, left), left)

    def _land(self, n: int, move: Movement) -> None:
        """Lay down what a movement brings: for facts by its units, for conventions in the pool."""
        insort(self._landed[move.target], (move.landed, move.landed_hi, n))
        if not has_queue(move.target):
            return
        free = free_of(self._kept.get(move.target, []), move.landed, move.landed_hi)
        width = sum(hi - lo for lo, hi in free)
        if not width:
            return
        pool = self._pools.get(move.target)
        if pool is None:
            pool = self._pool(move.target, 0)
        node = self.nodes[pool]
        node.size, node.taken, node.rest = node.size + width, node.taken + width, node.rest + width
        self._edge(n, pool, width)


def spread(network: Network, starts: Mapping[int, int], stops: frozenset[int] = frozenset()) -> Shares:
    """Pro rata forward: what of the money of `starts` (node → amount) each node has had.

    A node of `stops` is reached and not followed.  What a node keeps is its share of `rest` in `size`.
    """
    shares: Shares = {n: Fraction(amount) for n, amount in starts.items()}
    for n in network.order:
        share = shares.get(n)
        if share is None or n in stops:
            continue
        node = network.nodes[n]
        per_unit = Fraction(share, node.size)
        for taker, amount in node.gives:
            shares[taker] = shares.get(taker, Fraction(0)) + per_unit * amount
    return shares


def composed(network: Network, ends: Mapping[int, int], stops: frozenset[int] = frozenset()) -> Shares:
    """Pro rata backward, the adjoint of `spread`: what of `ends` (node → amount) came through each node."""
    shares: Shares = {n: Fraction(amount) for n, amount in ends.items()}
    for n in reversed(network.order):
        share = shares.get(n)
        if share is None or n in stops:
            continue
        node = network.nodes[n]
        per_unit = Fraction(share, node.taken)
        for giver, amount in node.takes:
            shares[giver] = shares.get(giver, Fraction(0)) + per_unit * amount
    return shares


def kept(network: Network, shares: Shares, n: int) -> Fraction:
    """What of the traced money rests in a node, or was used there."""
    node = network.nodes[n]
    return Fraction(shares.get(n, Fraction(0)) * node.rest, node.size)


def reached(network: Network, starts: Iterable[int], *, forth: bool = True) -> set[int]:
    """Poison: every node that some of the money of `starts` can be in (or, not `forth`, can have come from)."""
    found = set(starts)
    stack = list(found)
    while stack:
        node = network.nodes[stack.pop()]
        for other, _ in node.gives if forth else node.takes:
            if other not in found:
                found.add(other)
                stack.append(other)
    return found


def arrivals(network: Network, position: int, posting: int | None = None) -> dict[int, int]:
    """The movements by which an entry brought money in from outside, with their amounts."""
    return {
        n: node.size
        for n, node in enumerate(network.nodes)
        if _is_of(node, position, posting) and node.movement and is_outside(node.movement.source)
    }


def payments(network: Network, position: int, posting: int | None = None) -> dict[int, int]:
    """The movements by which an entry paid to an account without units, with their amounts."""
    return {
        n: node.size
        for n, node in enumerate(network.nodes)
        if _is_of(node, position, posting) and node.axis.startswith("posting/")
    }


def _is_of(node: Node, position: int, posting: int | None) -> bool:
    move = node.movement
    return move is not None and move.position == position and posting in (None, move.posting)
