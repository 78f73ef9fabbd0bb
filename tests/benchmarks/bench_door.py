"""Durable appends, every check on, in one interleaved run: the door against the machine and against one lock each.

One by one at 1, 16 and 256 callers, and in bulks of 2,000 (two callers, so that one bulk is decided while the other is
written).  The baseline uses the same statements and the same `decide`; it only gives every caller a transaction of its
own, which waits for the head row.  The machine's own limits: `fdatasync` after each leaf, a bare insert and commit per
caller, and COPY of the same rows into tables without keys, indexes or checks, a transaction for each 2,000 entries.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from db import door_rows, door_state
from db.embedded import Server
from db.journal import Door, Journal, open_journal
from db.pools import Database
from ledger.decide import Accepted, decide
from ledger.regions import Regions
from ledger.state import Needs
from schema.asgi.serving import calm_collector
from tests.benchmarks.books import entries, prepare, version_7

if TYPE_CHECKING:
    from ledger.commands import Command

CALLERS = 256
BULK = 2_000
ROUNDS = 3
SECONDS = 3.0

Act = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Measure:
    """Entries per second, and what one act took: the median and the 99th of a hundred, in seconds."""

    rate: float
    p50: float
    p99: float


async def measured(act: Act, callers: int, seconds: float, entries_each: int = 1) -> Measure:
    """Have so many callers act without rest for so long."""
    until, took = time.perf_counter() + seconds, list[float]()

    async def caller() -> None:
        while time.perf_counter() < until:
            start = time.perf_counter()
            await act()
            took.append(time.perf_counter() - start)

    start = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    rate = len(took) * entries_each / (time.perf_counter() - start)
    took.sort()
    return Measure(rate, took[len(took) // 2], took[len(took) * 99 // 100])


async def locked_each(pool: asyncpg.Pool, journal: Journal, asked: Command) -> None:
    """The baseline: a transaction, a lock and a commit for every command."""
    async with pool.acquire() as conn, conn.transaction():
        before = await door_state.lock_head(conn, journal.id)
        state = await door_state.load_state(conn, journal.id, before[0], [asked], Regions(), Needs())
        accepted = decide(state, asked, datetime.now(UTC))
        assert isinstance(accepted, Accepted)
        rows = await door_rows.prepare(journal.id, before, state, [accepted])
        await door_rows.write(conn, journal.id, rows)


async def bare_tables(owner: asyncpg.Pool, tables: list[str]) -> None:
    """The journal's tables once more, without keys, indexes or checks; and one of a single number."""
    for table in tables:
        await owner.execute(f"create table bare_{table} (like {table})")
        await owner.execute(f"grant insert on bare_{table} to mingzhang_door")
    await owner.execute("create table bare_number (value integer)")
    await owner.execute("grant insert on bare_number to mingzhang_door")


async def bare_copy(pool: asyncpg.Pool, copies: list[door_rows.Copy]) -> None:
    """The same rows as a bulk of 2,000 writes, and nothing else."""
    async with pool.acquire() as conn, conn.transaction():
        for table, columns, records in copies:
            await conn.copy_records_to_table(f"bare_{table}", columns=columns, records=records)


async def bare_insert(pool: asyncpg.Pool) -> None:
    """A row and a durable commit."""
    async with pool.acquire() as conn:
        await conn.execute("insert into bare_number (value) values ($1)", 1)


async def bulk_rows(pool: asyncpg.Pool, journal: Journal, asked: list[Command]) -> list[door_rows.Copy]:
    """The rows that these commands would write, without writing them."""
    async with pool.acquire() as conn, conn.transaction():
        before = await door_state.lock_head(conn, journal.id)
        state = await door_state.load_state(conn, journal.id, before[0], asked, Regions(), Needs())
        found = [decide(state, one, datetime.now(UTC)) for one in asked]
        accepted = [one for one in found if isinstance(one, Accepted)]
        return (await door_rows.prepare(journal.id, before, state, accepted)).copies


def synced(file: int) -> Act:
    """Write a leaf's worth and have it on the disk."""

    async def act() -> None:
        os.write(file, b"x" * 700)
        os.fdatasync(file)

    return act


async def measure(database: Database, folder: Path) -> dict[str, list[Measure]]:
    """Interleave the ways for some rounds."""
    await database.prepare()
    asked = entries(version_7())
    async with database.pool("door", most=16) as pool, database.pool("migrator") as owner:
        journal = await open_journal(pool, "bench", "mingzhang.bench/bench")
        door = Door(pool, journal, lambda: datetime.now(UTC))
        await prepare(door, pool)
        copies = await bulk_rows(pool, journal, [next(asked) for _ in range(BULK)])
        await bare_tables(owner, [table for table, *_ in copies])
        file = os.open(folder / "synced", os.O_WRONLY | os.O_CREAT)
        one: Act = lambda: door.append(next(asked))  # noqa: E731 -- one line of a table
        ways: dict[str, tuple[Act, int, int]] = {
            "fdatasync of each leaf": (synced(file), 1, 1),
            "door, 1 caller": (one, 1, 1),
            "door, 16 callers": (one, 16, 1),
            "door, 256 callers": (one, CALLERS, 1),
            "door, bulks of 2,000": (
                lambda: door.append_linked([(next(asked), ()) for _ in range(BULK)]), 2, BULK
            ),
            "bare COPY of the rows": (lambda: bare_copy(pool, copies), 1, BULK),
            "lock per transaction": (lambda: locked_each(pool, journal, next(asked)), CALLERS, 1),
            "bare insert, 256": (lambda: bare_insert(pool), CALLERS, 1),
        }  # fmt: skip
        found: dict[str, list[Measure]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, (act, callers, each) in ways.items():
                found[name].append(await measured(act, callers, SECONDS, each))
        os.close(file)
        await door.close()
    return found


def report(found: dict[str, list[Measure]]) -> None:
    """Print the middle round of every way, and the ratios."""
    middle = {name: sorted(rounds, key=lambda m: m.rate)[len(rounds) // 2] for name, rounds in found.items()}
    for name, m in middle.items():
        print(f"{name:24} {m.rate:9,.0f} entries/s   p50 {m.p50 * 1000:7.1f} ms   p99 {m.p99 * 1000:7.1f} ms")
    for a, b in (
        ("door, 256 callers", "lock per transaction"), ("door, 256 callers", "bare insert, 256"),
        ("door, bulks of 2,000", "bare COPY of the rows"), ("door, 1 caller", "fdatasync of each leaf"),
    ):  # fmt: skip
        ratios = sorted(x.rate / y.rate for x, y in zip(found[a], found[b], strict=True))
        print(f"{a} : {b} = {ratios[len(ratios) // 2]:.2f} x")


def main() -> None:
    """Print entries per second, percentiles, and the ratios."""
    calm_collector()
    with tempfile.TemporaryDirectory() as folder, Server.start(Path(folder) / "data") as server:
        report(asyncio.run(measure(Database.embedded(server), Path(folder))))


if __name__ == "__main__":
    main()
