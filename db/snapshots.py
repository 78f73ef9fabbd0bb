"""Snapshots of all balances: read in one view of the database, kept so that any line of them can be proven later.

Lines are kept where they changed, and of the tree every 256th line's subtree: a proof reads one block of lines and
the blocks of its asset.  Neither table carries evidence: what is made of them is held against the root in a leaf.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from db import statements
from ledger import canonical
from ledger.snapshots import BLOCK, Line, LineProof, Node, Sealed, levels, line_node, seal, siblings

_SQL = statements.load("snapshots")
_PAGE: Final = 2_000

Session = Any
"""An asyncpg pool or connection."""
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Due:
    """How far the journal reaches and its newest snapshot stands (-1: none), and where books were closed last."""

    size: int
    through: int
    closed: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A snapshot: every asset's root after the entry at `through`."""

    through: int
    sealed: list[Sealed]


async def due(pool: Session, journal: int) -> Due:
    """What decides whether a snapshot is due; one statement."""
    row = await pool.fetchrow(_SQL.due, journal)
    through = -1 if row["newest"] is None else canonical.decode(row["newest"])["data"]["through"]
    return Due(row["size"], through, -1 if row["closed"] is None else row["closed"])


async def take(conn: Session, journal: int) -> Taken | None:
    """Compute and keep a snapshot of this moment, in one view of the database; None of a journal without accounts.

    Accounts are read page by page and hashed in a thread: memory holds one page and a node for every 256 accounts.
    """
    async with conn.transaction(isolation="repeatable_read"):
        through = await conn.fetchval(_SQL.size, journal) - 1
        await conn.execute(_SQL.keep_lines, journal, through)
        trees: dict[str, _Growing] = {}
        cursor = await conn.cursor(_SQL.lines, journal)
        while rows := await cursor.fetch(_PAGE):
            await asyncio.to_thread(_grow, trees, rows)
        for asset, tree in trees.items():
            tree.close()
            await conn.executemany(_SQL.keep_block, [
                (journal, through, asset, n, first, Decimal(node.into), Decimal(node.out), Decimal(node.held),
                 node.digest)
                for n, (first, node) in enumerate(tree.blocks)
            ])  # fmt: skip
    sealed = [seal(asset, tree.count, levels([node for _, node in tree.blocks])[-1][0])
              for asset, tree in trees.items()]  # fmt: skip
    return Taken(through, sealed) if sealed else None


class _Growing:
    """The tree of one asset while its lines come: finished blocks, each with its first account, and one that grows."""

    def __init__(self) -> None:
        self.count = 0
        self.blocks: list[tuple[str, Node]] = []
        self._first = ""
        self._nodes: list[Node] = []

    def add(self, line: Line) -> None:
        """The next line."""
        if not self._nodes:
            self._first = line.account
        self._nodes.append(line_node(line))
        self.count += 1
        if len(self._nodes) == BLOCK:
            self.close()

    def close(self) -> None:
        """Finish the block that grows."""
        if self._nodes:
            self.blocks.append((self._first, levels(self._nodes)[-1][0]))
            self._nodes = []


def _grow(trees: dict[str, _Growing], rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        line = Line(row["id"], row["seq"], row["total_in"], row["total_out"], row["reserved"], _spans(row["free"]))
        trees.setdefault(row["asset"], _Growing()).add(line)


def _spans(free: Sequence[int]) -> tuple[tuple[int, int, int], ...]:
    return tuple((free[i], free[i + 1], free[i + 2]) for i in range(0, len(free), 3))


async def newest(
    pool: Session, journal: int, below: int, asset: str, most: int | None = None
) -> tuple[int, bytes, Sealed] | None:
    """The newest snapshot entry of an asset below a position, reaching no further than `most`: position, leaf, sums."""
    reach = below if most is None else most
    rows = await pool.fetch(_SQL.newest, journal, below, 1, reach)
    if rows and (parts := canonical.decode(rows[0]["leaf"])["data"]["parts"]) > 1:
        rows = await pool.fetch(_SQL.newest, journal, below, parts, reach)
    for row in rows:
        for item in canonical.decode(row["leaf"])["data"]["assets"]:
            if item["asset"] == asset:
                return row["position"], row["leaf"], Sealed.of(item)
    return None


async def prove(pool: Session, journal: int, through: int, asset: str, account: str) -> tuple[Line, LineProof] | None:
    """An account's line after position `through`, and its path; None if it was not there.  Two statements."""
    rows = await pool.fetch(_SQL.blocks, journal, through, asset)
    firsts = [row["first"].encode() for row in rows]
    number = bisect_right(firsts, account.encode()) - 1
    if number < 0:
        return None
    end = rows[number + 1]["first"] if number + 1 < len(rows) else None
    found = await pool.fetch(_SQL.lines_of, journal, through, asset, rows[number]["first"], end)
    lines = [
        Line(row["account"], row["seq"], row["total_in"], row["total_out"], row["held"], _spans(row["free"]))
        for row in found
    ]
    place = next((n for n, line in enumerate(lines) if line.account == account), None)
    if place is None:
        return None
    nodes = [Node(int(r["total_in"]), int(r["total_out"]), int(r["held"]), bytes(r["digest"])) for r in rows]
    beside = (*siblings([line_node(line) for line in lines], place), *siblings(nodes, number))
    return lines[place], LineProof(number * BLOCK + place, beside)


async def reach(pool: Session, journal: int, below: int) -> int | None:
    """How far the newest snapshot below a position reaches, or None."""
    rows = await pool.fetch(_SQL.newest, journal, below, 1, below)
    return canonical.decode(rows[0]["leaf"])["data"]["through"] if rows else None


async def leaves(pool: Session, journal: int, positions: Iterable[int]) -> dict[int, bytes]:
    """The leaves at these positions."""
    rows = await pool.fetch(_SQL.leaves_at, journal, sorted(positions))
    return {row["position"]: row["leaf"] for row in rows}


async def touching(pool: Session, journal: int, account: str, start: int, end: int, size: int, most: int) -> list[int]:
    """The entries of an account from `start` to `end`, with the one before and the one after below `size`."""
    return [row["position"] for row in await pool.fetch(_SQL.touching, journal, account, start, end, size, most)]


async def first_at(pool: Session, journal: int, moment: datetime) -> int:
    """The position of the first entry at or after a moment (the journal's size if there is none): clocks ascend."""
    low, high = 0, await pool.fetchval(_SQL.size, journal)
    while low < high:
        middle = (low + high) // 2
        if await pool.fetchval(_SQL.clock_at, journal, middle) < moment:
            low = middle + 1
        else:
            high = middle
    return low
