"""The tree under rosters and snapshots: nodes of RFC 6962's shape that carry sums; what a node is, its module says.

A node without a sibling rises as it is; `join` makes one node of two.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Node = TypeVar("Node")
Join = Callable[[Node, Node], Node]


def levels(nodes: Sequence[Node], join: Join[Node]) -> list[Sequence[Node]]:
    """The tree level by level from the bottom."""
    found = [nodes]
    while len(nodes) > 1:
        pairs = [join(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=False)]
        nodes = [*pairs, *nodes[2 * len(pairs) :]]
        found.append(nodes)
    return found


def siblings(nodes: Sequence[Node], index: int, join: Join[Node]) -> list[Node]:
    """The subtrees beside the path of node `index` to the top, from the bottom up."""
    beside = []
    for level in levels(nodes, join)[:-1]:
        if index ^ 1 < len(level):
            beside.append(level[index ^ 1])
        index //= 2
    return beside


def top(
    node: Node,
    place: tuple[int, int],
    beside: Iterator[Node],
    join: Join[Node],
    checked: Callable[[Node | None], Node],
) -> Node:
    """The top of the tree that a node at `place` (index, number of leaves) makes with the subtrees beside its path.

    `checked` answers a subtree that can be one, and raises for one that cannot, or for none; what is left of `beside`
    is the caller's to refuse.
    """
    index, size = place
    while size > 1:
        if index ^ 1 < size:
            sibling = checked(next(beside, None))
            node = join(sibling, node) if index & 1 else join(node, sibling)
        index, size = index // 2, (size + 1) // 2
    return node
