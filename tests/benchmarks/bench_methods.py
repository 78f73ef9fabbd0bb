"""Tracing by every rule at 10**5 and 10**6 movements: through the use case, and the arithmetic alone.

A bare look-up by primary key on the same connection stands for the machine's limit; every figure is told as a ratio to
it as well.  `MINGZHANG_MOVEMENTS=100000 python -m tests.benchmarks.bench_methods` takes one size.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from db import methods as stored
from db.embedded import Server
from db.journal import open_journal
from db.pools import Database
from ledger.bounds import bounds
from ledger.networks import Network, arrivals, payments, reached, spread
from resolvers import methods
from resolvers.context import SYSTEM, Context
from resolvers.methods import Question
from resolvers.subgraphs import around
from resolvers.traces import TraceTooLongError
from tests.benchmarks.bench_trace import movements

SIZES = tuple(int(size) for size in os.environ.get("MINGZHANG_MOVEMENTS", "100000,1000000").split(","))
QUESTIONS = 200
MIXED = 20
NOW = datetime(2026, 11, 24, tzinfo=UTC)


async def fill(database: Database, count: int) -> tuple[Any, list[int], list[int]]:
    """Copy a book's slices, entries and postings; answers the journal, and the positions of gifts and payments."""
    rows = list(movements(count))
    async with database.pool("door") as pool, pool.acquire() as conn:
        journal = await open_journal(pool, f"book{count}", f"mingzhang.bench/book{count}")
        names = ["journal", "position", "posting", "n", "source", "lo", "hi", "target", "landed", "landed_hi"]
        await conn.copy_records_to_table("slice", columns=names, records=[(journal.id, *row) for row in rows])
        names = ["journal", "position", "kind", "mode", "at", "effective", "actor", "command", "breaches"]
        chance, day = random.Random(1), date(2026, 1, 1)
        entries = [
            (journal.id, row[0], "transfer", "instructed", NOW, day, "k", uuid_of(chance), 0) for row in rows
        ]  # fmt: skip
        await conn.copy_records_to_table("entry", columns=names, records=entries)
        names = ["journal", "position", "book", "n", "asset", "amount", "from_account", "from_seq", "from_in",
                 "from_out", "to_account", "to_seq", "to_in", "to_out"]  # fmt: skip
        postings = [
            (journal.id, row[0], "fund", 0, "CNY/2", row[5] - row[4], row[3], row[0], 0, 0, row[6], row[0], 0, 0)
            for row in rows
        ]
        await conn.copy_records_to_table("posting", columns=names, records=postings)
        await conn.execute("update head set size = $2 where journal = $1", journal.id, count)
    gifts = [row[0] for row in rows if row[3].startswith("outside/")]
    return journal, gifts[: len(gifts) * 9 // 10], [row[0] for row in rows if row[6].startswith("posting/")]


def uuid_of(chance: random.Random) -> str:
    """A command's id."""
    return f"{chance.getrandbits(128):032x}"


async def timed(act: Callable[[int], Awaitable[None]], positions: list[int]) -> list[float]:
    """Seconds of each act, sorted; a question that is refused by name is counted as it is."""
    took = []
    for position in positions:
        start = time.perf_counter()
        try:
            await act(position)
        except TraceTooLongError:
            print("   refused: too long")
            continue
        took.append(time.perf_counter() - start)
    return sorted(took)


def told(title: str, took: list[float], unit: float) -> None:
    """Print percentiles, and the median as a multiple of a look-up."""
    p50, p95, p99 = (took[min(len(took) - 1, len(took) * p // 100)] * 1000 for p in (50, 95, 99))
    print(f"{title:44} p50 {p50:9.2f}  p95 {p95:9.2f}  p99 {p99:9.2f} ms   p50 : look-up = {p50 / 1000 / unit:8.1f} x")


async def measure(database: Database) -> None:
    """Fill, ask at random, and print."""
    await database.prepare()
    for size in SIZES:
        journal, gifts, paid = await fill(database, size)
        async with database.pool("migrator", least=1, most=1) as owner:
            await owner.execute("analyze slice; analyze entry; analyze posting")
        async with database.pool("reader", least=1, most=1) as pool:
            await ask(Context(SYSTEM, journal, pool, lambda: NOW), size, gifts, paid)


async def ask(ctx: Context, size: int, gifts: list[int], paid: list[int]) -> None:
    """All questions about one book."""
    chance = random.Random(7)
    some, payments_ = chance.sample(gifts, QUESTIONS), chance.sample(paid, QUESTIONS)

    async def look_up(position: int) -> None:
        await stored.own(ctx.reader, ctx.journal.id, position)

    async def fifo(position: int) -> None:
        await methods.trace(ctx, Question(start=position))

    async def fifo_back(position: int) -> None:
        await methods.trace(ctx, Question(end=position))

    async def rata(position: int) -> None:
        await methods.trace(ctx, Question(start=position, method="PRO_RATA", max_hops=2))

    await timed(look_up, some[:20])
    looked = await timed(look_up, some)
    unit = looked[len(looked) // 2]
    print(f"-- {size:,} movements")
    told("look-up by primary key", looked, unit)
    told("FIFO forward, use case", await timed(fifo, some), unit)
    told("FIFO backward, use case", await timed(fifo_back, payments_), unit)
    told("pro rata forward, use case (reads its part)", await timed(rata, some[:MIXED]), unit)
    arithmetic: dict[str, list[float]] = {"network": [], "pro rata, arithmetic": [], "bounds, arithmetic": []}
    for position in some[:MIXED]:
        own = await stored.own(ctx.reader, ctx.journal.id, position)
        part = await around(ctx, own, size - 1, forth=True)
        start = time.perf_counter()
        network = Network(part.moves)
        arithmetic["network"].append(time.perf_counter() - start)
        starts = arrivals(network, position)
        start = time.perf_counter()
        spread(network, starts, grain=methods.GRAIN)
        arithmetic["pro rata, arithmetic"].append(time.perf_counter() - start)
        ends = [n for n in reached(network, starts) if network.nodes[n].axis.startswith("posting/")]
        move = network.nodes[chance.choice(ends)].movement
        assert move is not None
        start = time.perf_counter()
        bounds(network, starts, payments(network, move.position))
        arithmetic["bounds, arithmetic"].append(time.perf_counter() - start)
    for title, took in arithmetic.items():
        told(title, sorted(took), unit)


def main() -> None:
    """Print percentiles and ratios."""
    settings = {"max_wal_size": "8GB"}
    with tempfile.TemporaryDirectory() as folder, Server.start(Path(folder) / "data", settings=settings) as server:
        asyncio.run(measure(Database.embedded(server)))


if __name__ == "__main__":
    main()
