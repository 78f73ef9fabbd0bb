"""Overdue holds are freed by the server: once, however many race, also after a restart, and silently otherwise."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from db import lookups
from db.pools import Database
from resolvers.context import SYSTEM
from resolvers.donations import record_donation
from resolvers.expiring import Expirer
from resolvers.holds import Hold, Voiding, hold_money, void_hold
from resolvers.movements import Allocation, Leg
from tests.worlds import CHARITY, NOW, World, charity, cny, donation, new_id, opened


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A charity with some money."""
    async with opened(fresh_database, tmp_path) as made:
        await charity(made)
        await record_donation(made.officer, donation(1000))
        yield made


async def hold(world: World, seconds: float | None) -> int:
    """A hold that ends after so many seconds, or never."""
    leg = Leg("hubei-open", "hubei-bound", cny(10))
    until = None if seconds is None else NOW + timedelta(seconds=seconds)
    allocation = Allocation(id=new_id(), organization=CHARITY, legs=(leg,))
    return (await hold_money(world.officer, Hold(payment=allocation, until=until))).position


async def kinds(world: World) -> list[str]:
    """The kinds of the entries that resolve holds."""
    return [row["kind"] for row in await world.rows("entry") if row["resolves"] is not None]


def expirer(world: World, freed: list[int]) -> Expirer:
    """A server's."""
    return Expirer(world.context.as_principal(SYSTEM), lambda: freed.append(1))


async def test_what_is_overdue_is_freed_and_nothing_else(world: World, caplog: pytest.LogCaptureFixture) -> None:
    freed: list[int] = []
    one = expirer(world, freed)
    await hold(world, None)
    await hold(world, 40)
    first, voided = await hold(world, 20), await hold(world, 20)
    assert await one.once() == 0
    before = len(await world.rows("leaf"))
    with caplog.at_level(logging.INFO):
        assert [await one.once() for _ in range(3)] == [0, 0, 0]
    assert (len(await world.rows("leaf")), caplog.records) == (before, [])
    await void_hold(world.officer, Voiding(id=new_id(), organization=CHARITY, hold=voided, reference="v-1"))
    world.clock.forward(seconds=21)
    assert await one.once() == 1
    assert (await kinds(world), len(freed)) == (["void", "expire"], 1)
    (expired,) = [row for row in await world.rows("entry") if row["kind"] == "expire"]
    assert (expired["resolves"], expired["actor"], expired["organization"]) == (first, "system", CHARITY)
    world.clock.forward(seconds=20)
    assert await one.once() == 1
    assert len(one.open) == 0
    assert [one.until for one in await lookups.open_holds(world.context.reader, 1, -1)] == [None]


async def test_servers_that_race_write_one_entry_and_a_restarted_one_goes_on(world: World) -> None:
    freed: list[int] = []
    servers = [expirer(world, freed) for _ in range(3)]
    for _ in range(4):
        await hold(world, 20)
    await servers[0].once()
    world.clock.forward(seconds=30)
    await asyncio.gather(*(server.once() for server in servers))
    assert await kinds(world) == ["expire"] * 4
    await hold(world, 35)
    world.clock.forward(seconds=20)
    assert await expirer(world, freed).once() == 1  # one that has just started
    assert [await server.once() for server in servers] == [0, 0, 0]
    assert await kinds(world) == ["expire"] * 5


async def test_a_database_that_is_away_is_waited_for(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await hold(world, 5)
    one = expirer(world, [])
    await one.once()
    world.clock.forward(seconds=10)
    door = world.context.door
    assert door is not None
    await door.close()
    task = asyncio.create_task(one.run())
    await asyncio.sleep(0.2)
    task.cancel()
    await asyncio.wait([task])
    assert [hold[1] for hold in one.open], "it is tried again"
    assert "holds that are overdue wait" in caplog.text
