"""Durable appends: the batch sequencer against one lock per transaction, in one interleaved run.

The baseline uses the same statements and the same `decide`; it only gives every caller a
transaction of its own, which waits for the head row.  A third figure is the machine's own limit: a
bare insert and commit per caller, without a journal.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

from db import door_rows, door_state
from db.embedded import Server
from db.journal import Door, Journal, open_journal
from db.pools import Database
from ledger.commands import Command, Move
from ledger.decide import Accepted, decide
from ledger.regions import Regions

CALLERS = 256
ROUNDS = 3
SECONDS = 4.0


def command(kind: str, data: dict[str, Any] | None = None, *moves: tuple[Move, ...], org: str | None = "o1") -> Command:
    """A command of the benchmark's small book."""
    fund, custody = (*moves, (), ())[:2]
    return Command(str(uuid4()), kind, "instructed", "bench", "2026-01-01", org, data or {}, fund, custody)


def donation(units: int = 100) -> Command:
    """One donation to the fund account `f1`, paid into the bank account `b1`."""
    fund = (Move("outside/o1/donors:natural:bank/CNY/2", "f1", units),)
    return command("donation", {"channel": "bank"}, fund, (Move("outside/o1/custody/CNY/2", "b1", units),))


async def prepare(door: Door, pool: asyncpg.Pool) -> None:
    """Open the journal with one organization, one fund account and one bank account."""
    origin = {"origin": door.journal.origin, "specification": "1", "zone": "Asia/Shanghai", "keys": []}
    await door.append(command("journal_opened", origin, org=None))
    facts = {"type": "enterprise"}
    bound = {"noun": "organization", "record": "o1", "version": 1, "digest": "0" * 64, "facts": facts}
    await door.append(command("record_bound", bound, org=None))
    async with pool.acquire() as conn:
        await conn.execute(
            "insert into organization (journal, id, version, position, name, kind, identifiers) "
            "values ($1, 'o1', 1, 1, 'bench', 'enterprise', '{}')",
            door.journal.id,
        )
    for name, book, klass in (("f1", "fund", "fund"), ("b1", "custody", "bank")):
        await door.append(command("account_opened", {"account": name, "book": book, "class": klass, "asset": "CNY/2"}))


async def one_by_one(pool: asyncpg.Pool, journal: Journal, regions: Regions, asked: Command) -> None:
    """The baseline: a transaction, a lock and a commit for every command."""
    async with pool.acquire() as conn, conn.transaction():
        before = await door_state.lock_head(conn, journal.id)
        state = await door_state.load_state(conn, journal.id, before[0], [asked], regions)
        accepted = decide(state, asked, datetime.now(UTC))
        assert isinstance(accepted, Accepted)
        await door_rows.write(conn, journal.id, before, state, [accepted])


async def bare_insert(pool: asyncpg.Pool) -> None:
    """The machine's limit for one caller at a time: a row and a durable commit."""
    async with pool.acquire() as conn:
        await conn.execute("insert into bench_bare (value) values ($1)", 1)


async def rate(act: Callable[[], Awaitable[object]], callers: int, seconds: float) -> tuple[float, float]:
    """Completed acts per second, and the median seconds of one, with `callers` at once."""
    until, done, took = time.perf_counter() + seconds, 0, []

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < until:
            start = time.perf_counter()
            await act()
            took.append(time.perf_counter() - start)
            done += 1

    start = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return done / (time.perf_counter() - start), sorted(took)[len(took) // 2]


async def measure(database: Database) -> dict[str, list[tuple[float, float]]]:
    """Interleave the three ways for some rounds."""
    await database.prepare()
    found: dict[str, list[tuple[float, float]]] = {"door": [], "lock per transaction": [], "bare insert": []}
    async with database.pool("door", most=16) as pool, database.pool("migrator") as owner:
        await owner.execute("create table bench_bare (value integer)")
        await owner.execute("grant insert on bench_bare to mingzhang_door")
        journal = await open_journal(pool, "bench", "mingzhang.bench/bench")
        door = Door(pool, journal, lambda: datetime.now(UTC))
        await prepare(door, pool)
        regions = Regions()
        for _ in range(ROUNDS):
            found["door"].append(await rate(lambda: door.append(donation()), CALLERS, SECONDS))
            found["lock per transaction"].append(
                await rate(lambda: one_by_one(pool, journal, regions, donation()), CALLERS, SECONDS)
            )
            found["bare insert"].append(await rate(lambda: bare_insert(pool), CALLERS, SECONDS))
        await door.close()
    return found


def main() -> None:
    """Print appends per second, medians, and the ratios."""
    with tempfile.TemporaryDirectory() as folder, Server.start(Path(folder) / "data") as server:
        found = asyncio.run(measure(Database.embedded(server)))
    middle = {name: sorted(rates)[len(rates) // 2] for name, rates in found.items()}
    for name, (per_second, median) in middle.items():
        print(f"{name:22} {per_second:9,.0f}/s   median {median * 1000:7.1f} ms   ({CALLERS} callers)")
    print(f"door : lock per transaction = {middle['door'][0] / middle['lock per transaction'][0]:.1f} x")
    print(f"door : bare insert = {middle['door'][0] / middle['bare insert'][0]:.2f} x")


if __name__ == "__main__":
    main()
