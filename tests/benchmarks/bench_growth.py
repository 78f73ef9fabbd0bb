"""What an entry costs as the journal grows: bulks of 2,000 through the door, with ids of version 7 and of version 4.

    python -m tests.benchmarks.bench_growth          # to 300,000 entries each, some minutes
    python -m tests.benchmarks.bench_growth long     # to 10**7 entries each, hours

Both journals lie in one database and grow in turns.  Beside the clock stands the processor time of this process and of
PostgreSQL together: it says the same on a machine that others use too.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from db.embedded import Server
from db.journal import Door, open_journal
from db.pools import Database
from ledger.commands import Command
from schema.asgi.serving import calm_collector
from tests.benchmarks.books import entries, prepare, version_4, version_7

SIZES = (20_000, 100_000, 300_000)
LONG = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
WINDOW = 20_000
BULK = 2_000
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds an entry, of the clock and of processors, over the last `WINDOW` entries before a size."""

    size: int
    clock: float
    processor: float


def processor_seconds() -> float:
    """What this process and all below it have used."""
    total, waiting = 0, [os.getpid()]
    while waiting:
        pid = waiting.pop()
        try:
            total += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:15]))
            waiting += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except OSError:
            continue  # it has ended
    return total / TICKS


async def grow(door: Door, asked: Iterator[Command], size: int, at: int) -> Cost:
    """Append until there are `size` entries; the last window is measured."""

    async def bulks(count: int) -> None:
        for _ in range(count):
            await door.append_linked([(next(asked), ()) for _ in range(BULK)])

    async def until(target: int) -> None:
        todo = max(0, target - at) // BULK
        await asyncio.gather(bulks(todo // 2), bulks(todo - todo // 2))

    await until(size - WINDOW)
    at = max(at, size - WINDOW)
    clock, used = time.perf_counter(), processor_seconds()
    await until(size)
    scale = 1e6 / WINDOW
    return Cost(size, (time.perf_counter() - clock) * scale, (processor_seconds() - used) * scale)


async def measure(database: Database, sizes: tuple[int, ...]) -> dict[str, list[Cost]]:
    """Grow one journal for each kind of id, in turns."""
    await database.prepare()
    found: dict[str, list[Cost]] = {"version 7": [], "version 4": []}
    streams = {"version 7": entries(version_7()), "version 4": entries(version_4())}
    async with database.pool("door", most=8) as pool:
        doors: dict[str, Door] = {}
        for n, name in enumerate(found):
            doors[name] = Door(
                pool, await open_journal(pool, f"bench{n}", f"mingzhang.bench/{n}"), lambda: datetime.now(UTC)
            )
            await prepare(doors[name], pool)
        at = 0
        for size in sizes:
            for name, costs in found.items():
                costs.append(await grow(doors[name], streams[name], size, at))
            at = size
        for door in doors.values():
            await door.close()
    return found


def main() -> None:
    """Print what an entry costs at each size, and the growth."""
    calm_collector()
    sizes = LONG if "long" in sys.argv[1:] else SIZES
    settings = {"max_wal_size": "8GB"}
    with tempfile.TemporaryDirectory() as folder, Server.start(Path(folder) / "data", settings=settings) as server:
        found = asyncio.run(measure(Database.embedded(server), sizes))
    for name, costs in found.items():
        for cost in costs:
            print(f"{name}  {cost.size:>10,} entries  {cost.clock:6.1f} us, {cost.processor:6.1f} us of processors")
        first, last = costs[0], costs[-1]
        print(
            f"{name}  {last.size:,} : {first.size:,} = {last.clock / first.clock:.2f} x, "
            f"processors {last.processor / first.processor:.2f} x"
        )


if __name__ == "__main__":
    main()
