"""Snapshots over a real database: when one is due, what it says, and that any line of it can be proven later."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from db import snapshots
from db.pools import Database
from ledger import canonical
from ledger.commands import Command
from ledger.rejections import Rejection
from ledger.snapshots import Line, Sealed, facts, levels, line_node, seal, verify
from resolvers.donations import record_donation
from resolvers.periods import Closing, close_period
from resolvers.snapshots import Snapshotter, is_due, take_snapshot
from tests.worlds import CHARITY, DAY, World, charity, donation, new_id, opened


async def connected(world: World) -> asyncpg.Connection:
    """A connection of the door's role."""
    return await world.database.connect("door")


async def said(world: World, position: int) -> dict[str, object]:
    """The facts of an entry."""
    leaf = await world.context.reader.fetchval("select leaf from leaf where journal = 1 and position = $1", position)
    data: dict[str, object] = canonical.decode(leaf)["data"]
    return data


async def test_every_account_is_proven_as_it_was(
    fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "BLOCK", 4)
    async with opened(fresh_database, tmp_path) as world:
        await charity(world)
        conn = await connected(world)
        kept: list[tuple[int, dict[str, tuple[int, int]]]] = []
        for round_ in range(3):
            for _ in range(round_ + 1):
                await record_donation(world.officer, donation(10_000))
            rows = await conn.fetch("select id, total_in, total_out from account where journal = 1")
            [position] = await take_snapshot(world.context, conn)
            kept.append((position, {row["id"]: (row["total_in"], row["total_out"]) for row in rows}))
        for position, accounts in kept:
            data = await said(world, position)
            assets = [Sealed.of(item) for item in data["assets"]]  # type: ignore[attr-defined]  # facts of a kind
            assert sum(item.accounts for item in assets) == len(accounts)
            for sealed in assets:
                found = await snapshots.newest(world.context.reader, 1, position + 1, sealed.asset)
                assert found is not None
                assert (found[0], found[2]) == (position, sealed)
                for account, totals in accounts.items():
                    through = int(str(data["through"]))
                    proven = await snapshots.prove(world.context.reader, 1, through, sealed.asset, account)
                    if proven is not None:
                        line, proof = proven
                        assert (line.into, line.out) == totals
                        verify(sealed, line, proof)
        await conn.close()
        changed = await world.context.reader.fetchval("select count(*) from snapshot_line where journal = 1")
        assert changed < 3 * len(kept[0][1]), "lines are kept where they changed"
        assert await snapshots.prove(world.context.reader, 1, 10**6, "CNY/2", "!") is None
        assert await snapshots.newest(world.context.reader, 1, 10**6, "USD/2") is None


async def test_one_is_due_after_so_many_entries_and_when_books_are_closed(
    fresh_database: Database, tmp_path: Path
) -> None:
    async with opened(fresh_database, tmp_path) as world:
        await charity(world)
        made = Snapshotter(world.context, lambda: connected(world), every=5)
        await record_donation(world.officer, donation(10_000))
        assert len(await made.look()) == 1
        assert await made.look() == []
        for _ in range(5):
            await record_donation(world.officer, donation(10_000))
        assert len(await made.look()) == 1
        closing = Closing(
            id=new_id(), organization=CHARITY, effective="2026-06-01", through="2026-05-31", authority="council"
        )
        await close_period(world.officer, closing)
        [position] = await made.look()
        assert (await said(world, position))["through"] == position - 1
        assert not is_due(await snapshots.due(world.context.reader, 1), 5)


async def test_it_runs_where_the_publisher_does_and_survives_trouble(fresh_database: Database, tmp_path: Path) -> None:
    async with opened(fresh_database, tmp_path) as world:
        await charity(world)
        made = Snapshotter(world.context, lambda: connected(world), every=1)
        lost = [True]

        async def connect() -> asyncpg.Connection:
            if lost:
                lost.clear()
                raise OSError("the database is away")
            return await connected(world)

        made.connect = connect
        task = asyncio.create_task(made.run(lambda: True))
        for _ in range(100):
            await asyncio.sleep(0.05)
            if (await snapshots.due(world.context.reader, 1)).through > 0:
                break
        made.stop()
        await task
        assert (await snapshots.due(world.context.reader, 1)).through > 0
        assert not lost


async def test_the_slower_of_two_is_refused(fresh_database: Database, tmp_path: Path) -> None:
    async with opened(fresh_database, tmp_path) as world:
        await charity(world)
        conn = await connected(world)
        first = await snapshots.take(conn, 1)
        await record_donation(world.officer, donation(10_000))
        assert first is not None
        await take_snapshot(world.context, conn)
        await conn.close()
        [data] = facts(first.through, first.sealed)
        late = Command(id=new_id(), kind="snapshot", mode="instructed", actor="system", effective=DAY, data=data)
        assert world.context.door is not None
        with pytest.raises(Rejection, match="cannot stand"):
            await world.context.door.append(late)


def test_a_tree_of_blocks_is_the_tree() -> None:
    growing = snapshots._Growing()
    lines = [Line(f"a{n:04}", n, n, n, 0) for n in range(600)]
    for line in lines:
        growing.add(line)
    growing.close()
    assert [first for first, _ in growing.blocks] == ["a0000", "a0256", "a0512"]
    whole = levels([line_node(line) for line in lines])[-1][0]
    assert seal("CNY/2", 600, levels([node for _, node in growing.blocks])[-1][0]) == seal("CNY/2", 600, whole)
