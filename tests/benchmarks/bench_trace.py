"""FIFO traces at 10**5 and 10**6 movements: what one costs, and what a slice of it costs.

Both sizes are in one run, so that their ratio shows that cost grows with the answer and not with the
journal.  A bare look-up by primary key on the same connection stands for the machine's limit.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from db import flows as recorded
from db.embedded import Server
from db.journal import open_journal
from db.pools import Database
from ledger.flows import Slice, Slices, backward, forward

SIZES = (100_000, 1_000_000)
FUNDS = 50
TRACES = 400
MOST = 20_000

Row = tuple[int, int, int, str, int, int, str, int, int]


def movements(count: int) -> Iterator[Row]:
    """Slices of a book: gifts to funds, allocations to projects, payments; the oldest units go first."""
    chance = random.Random(count)
    came, went = dict.fromkeys(axes(), 0), dict.fromkeys(axes(), 0)
    for position in range(count):
        kind = position % 3
        fund = chance.randrange(FUNDS)
        source, target = ("outside/o/donors:natural:bank/CNY/2", f"fund{fund}")
        if kind == 1:
            source, target = f"fund{fund}", f"project{fund}-{chance.randrange(4)}"
        elif kind == 2:
            source, target = f"project{fund}-{chance.randrange(4)}", f"posting/{position}/0"
        amount = chance.randrange(100, 100_000)
        lo = 0
        if kind:
            amount = min(amount, came[source] - went[source])
            lo = went[source]
            if amount <= 0:
                continue
            went[source] += amount
        landed = came.get(target, 0)
        if target in came:
            came[target] += amount
        yield position, 0, 0, source, lo, lo + amount, target, landed, landed + amount


def axes() -> list[str]:
    """Every held account of the book."""
    return [f"fund{n}" for n in range(FUNDS)] + [f"project{n}-{m}" for n in range(FUNDS) for m in range(4)]


async def fill(database: Database, name: str, count: int) -> tuple[int, list[int], list[int]]:
    """Copy a book's slices; answers the journal's number, positions of gifts, positions of payments."""
    async with database.pool("door") as pool, pool.acquire() as conn:
        journal = await open_journal(pool, name, f"mingzhang.bench/{name}")
        rows = list(movements(count))
        columns = ["journal", "position", "posting", "n", "source", "lo", "hi", "target", "landed", "landed_hi"]
        await conn.copy_records_to_table("slice", columns=columns, records=[(journal.id, *row) for row in rows])
    gifts = [row[0] for row in rows if row[3].startswith("outside/")]
    payments = [row[0] for row in rows if row[6].startswith("posting/")]
    return journal.id, gifts[: len(gifts) * 9 // 10], payments


async def timed(act: Callable[[int], Awaitable[int]], positions: list[int]) -> tuple[list[float], int]:
    """Seconds of each act, sorted, and the slices that all of them met."""
    took, slices = [], 0
    for position in positions:
        start = time.perf_counter()
        slices += await act(position)
        took.append(time.perf_counter() - start)
    return sorted(took), slices


async def measure(database: Database) -> None:
    """Fill both books, then trace at random and print."""
    await database.prepare()
    books = {size: await fill(database, f"book{size}", size) for size in SIZES}
    async with database.pool("migrator", least=1, most=1) as owner:
        await owner.execute("analyze slice")
    async with database.pool("reader", least=1, most=1) as pool, pool.acquire() as conn:
        medians: dict[tuple[int, str], float] = {}
        for size, (journal, gifts, payments) in books.items():
            for way, positions in (("forward", gifts), ("backward", payments), ("key look-up", gifts)):
                chosen = random.Random(7).sample(positions, TRACES)
                act = acts(conn, journal, size)[way]
                await timed(act, chosen[:20])
                took, slices = await timed(act, chosen)
                medians[size, way] = took[TRACES // 2]
                print(
                    f"{size:>9,} movements  {way:12} p50 {took[TRACES // 2] * 1000:6.2f} ms   "
                    f"p99 {took[TRACES * 99 // 100] * 1000:6.2f} ms   {sum(took) / slices * 1e6:6.1f} us a slice   "
                    f"({slices / TRACES:.1f} slices a trace)"
                )
        for way in ("forward", "backward"):
            ratio = medians[SIZES[1], way] / medians[SIZES[0], way]
            limit = medians[SIZES[1], way] / medians[SIZES[1], "key look-up"]
            print(f"{way:8} 10**6 : 10**5 = {ratio:.2f} x    trace : key look-up = {limit:.1f} x")


def acts(conn: recorded.Session, journal: int, size: int) -> dict[str, Callable[[int], Awaitable[int]]]:
    """The three things that are timed; each answers how many slices it met."""

    async def along(position: int) -> int:
        rows = await recorded.forward(conn, journal, position, None, size, MOST)
        start = [s for s in rows if s.position == position]
        flow = forward(start[:1], Slices(distinct(rows)))
        assert flow.total == start[0].hi - start[0].lo
        return len(rows)

    async def back(position: int) -> int:
        rows = await recorded.backward(conn, journal, position, None, size, MOST)
        start = [s for s in rows if s.position == position]
        flow = backward(start[:1], Slices(distinct(rows)))
        assert flow.total == start[0].hi - start[0].lo
        return len(rows)

    async def look_up(position: int) -> int:
        statement = "select lo, hi from slice where journal = $1 and position = $2 and posting = 0 and n = 0"
        return 1 if await conn.fetchrow(statement, journal, position) else 0

    return {"forward": along, "backward": back, "key look-up": look_up}


def distinct(rows: list[Slice]) -> set[Slice]:
    """A statement may meet one slice twice; it is one slice."""
    return set(rows)


def main() -> None:
    """Print percentiles, cost per slice, and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"max_wal_size": "8GB"}
        with Server.start(Path(folder) / "data", settings=settings) as server:
            asyncio.run(measure(Database.embedded(server)))


if __name__ == "__main__":
    main()
