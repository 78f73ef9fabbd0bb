"""The one door against the real PostgreSQL: order, idempotency, linked commands, companions, back-pressure."""

from __future__ import annotations

import asyncio
import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from db import journal as journal_module
from db import statements
from db.journal import (
    BusyError,
    ClockError,
    Companion,
    CompanionError,
    Door,
    FullDiskError,
    UnavailableError,
    open_journal,
)
from db.pools import Database
from ledger.decide import Accepted, Replayed
from ledger.rejections import Rejection
from tests.db.books import donation, expense, opened, replayed, utcnow


def import_row(number: int, content: bytes = b"{}", digest: bytes = bytes(32)) -> Companion:
    """A companion that writes one row of an import."""
    return Companion("import_rows", "insert", ("batch", number, content, digest))


async def test_concurrent_appends_become_one_chain(fresh_database: Database) -> None:
    async with opened(fresh_database) as door:
        outcomes = await asyncio.gather(*(door.append(donation(n)) for n in range(1, 201)))
    positions = sorted(o.position for o in outcomes)
    assert positions == list(range(4, 204))
    replay = await replayed(fresh_database)
    assert replay.account("f1").balance == sum(range(1, 201))  # type: ignore[union-attr]  # it is there


async def test_the_same_command_again_is_the_stored_entry(fresh_database: Database) -> None:
    asked = donation(7)
    async with opened(fresh_database) as door:
        first = await door.append(asked)
        assert await door.append(asked) == Replayed(first.position)
        both = await asyncio.gather(*(door.append(again) for again in [donation(9, id=str(uuid4()))] * 2))
        assert {type(o) for o in both} == {Accepted, Replayed}
        with pytest.raises(Rejection) as caught:
            await door.append(donation(8, id=asked.id))
    assert caught.value.code == "EXISTS_WITH_DIFFERENT_AMOUNT"
    assert caught.value.facts == {"position": first.position, "stored": "7", "asked": "8"}
    assert (await replayed(fresh_database)).size == 6


async def test_a_rejected_command_writes_nothing_and_keeps_its_id_free(fresh_database: Database) -> None:
    asked = expense(50)
    async with opened(fresh_database) as door:
        with pytest.raises(Rejection, match="holds 0"):
            await door.append(asked)
        await door.append(donation(60))
        assert isinstance(await door.append(asked), Accepted)
    assert (await replayed(fresh_database)).size == 6


async def test_linked_commands_are_all_or_nothing(fresh_database: Database) -> None:
    async with opened(fresh_database) as door:
        with pytest.raises(Rejection):
            await door.append_linked([(donation(10), ()), (expense(11), ())])
        outcomes = await door.append_linked([(donation(10), ()), (expense(10), ())])
        assert [o.position for o in outcomes] == [4, 5]
    replay = await replayed(fresh_database)
    assert replay.account("f1").balance == 0  # type: ignore[union-attr]  # it is there


async def test_a_rejection_in_a_batch_costs_only_its_own_command(fresh_database: Database) -> None:
    async with opened(fresh_database) as door:
        asked = [donation(5), expense(1_000_000), donation(6), expense(3)]
        outcomes = await asyncio.gather(*(door.append(c) for c in asked), return_exceptions=True)
    assert [isinstance(o, Accepted) for o in outcomes] == [True, False, True, True]
    assert (await replayed(fresh_database)).size == 7


async def test_companions_are_written_with_their_entry_or_not_at_all(fresh_database: Database) -> None:
    async with opened(fresh_database) as door:
        good, bad = import_row(1), import_row(2, digest=b"short")
        jobs = [door.append(donation(1), [good]), door.append(donation(2), [bad]), door.append(donation(3))]
        outcomes = await asyncio.gather(*jobs, return_exceptions=True)
        refused = import_row(3, digest=b"x")
        linked = [(donation(4), [import_row(4)]), (donation(5), [refused])]
        with pytest.raises(CompanionError) as caught:
            await door.append_linked(linked)
    assert isinstance(outcomes[0], Accepted)
    assert isinstance(outcomes[1], CompanionError)
    assert isinstance(outcomes[2], Accepted)
    assert caught.value.companion == refused
    keeper = await asyncpg.connect(fresh_database.keeper)
    rows = await keeper.fetch("select row_number, position from import_row")
    await keeper.close()
    assert [tuple(row) for row in rows] == [(1, outcomes[0].position)]
    assert (await replayed(fresh_database)).size == 6


async def test_a_full_queue_answers_busy_at_once(fresh_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "MOST_WAITING", 3)
    async with opened(fresh_database) as door:
        jobs = [asyncio.ensure_future(door.append(donation(1))) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError) as caught:
            await door.append(donation(1))
        await asyncio.gather(*jobs)
    assert caught.value.retry_after > 0


async def test_a_closed_door_finishes_what_it_took_and_takes_no_more(fresh_database: Database) -> None:
    async with opened(fresh_database) as door:
        job = asyncio.ensure_future(door.append(donation(1)))
        await asyncio.sleep(0)
        await door.close()
        assert isinstance(await job, Accepted)
        with pytest.raises(UnavailableError, match="shutting down"):
            await door.append(donation(1))


async def test_a_cancelled_caller_does_not_stop_the_others(fresh_database: Database) -> None:
    async with opened(fresh_database) as door:
        jobs = [asyncio.ensure_future(door.append(donation(1))) for _ in range(5)]
        await asyncio.sleep(0)
        jobs[1].cancel()
        outcomes = await asyncio.gather(*jobs, return_exceptions=True)
    assert [isinstance(o, Accepted) for o in outcomes] == [True, False, True, True, True]
    await replayed(fresh_database)


async def test_a_clock_that_jumps_stops_acceptance(fresh_database: Database) -> None:
    wall = [utcnow()]
    async with opened(fresh_database), fresh_database.pool("door") as pool:
        journal = await open_journal(pool, "test", "mingzhang.test/test")
        door = Door(pool, journal, lambda: wall[0])
        await door.append(donation(1))
        wall[0] += timedelta(hours=1)
        with pytest.raises(ClockError, match="wall clock moved"):
            await door.append(donation(1))
        await door.close()


async def test_time_in_the_journal_never_goes_back(fresh_database: Database) -> None:
    early = datetime(2026, 1, 2, tzinfo=UTC)
    async with opened(fresh_database), fresh_database.pool("door") as pool:
        door = Door(pool, await open_journal(pool, "test", "mingzhang.test/test"), lambda: early)
        outcomes = [await door.append(donation(1)) for _ in range(3)]
        await door.close()
    clocks = [o.document["at"] for o in outcomes if isinstance(o, Accepted)]
    assert clocks == sorted(set(clocks))
    await replayed(fresh_database)


async def test_another_origin_is_another_journal(fresh_database: Database) -> None:
    async with opened(fresh_database), fresh_database.pool("door") as pool:
        with pytest.raises(ValueError, match="has the origin"):
            await open_journal(pool, "test", "mingzhang.test/other")


async def test_a_lost_connection_is_said_and_the_door_lives_on(fresh_database: Database) -> None:
    async with opened(fresh_database) as door:
        keeper = await asyncpg.connect(fresh_database.keeper)
        await door.append(donation(1))
        await keeper.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%door%'"
        )
        await keeper.close()
        asked = donation(2)
        for _ in range(3):
            try:
                outcome: Any = await door.append(asked)
                break
            except UnavailableError:
                continue
        assert outcome.position == 5
    await replayed(fresh_database)


async def test_a_full_disk_is_said_as_such_and_nothing_was_written(
    fresh_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(fresh_database) as door:
        asked = donation(2)
        keeper = await asyncpg.connect(fresh_database.keeper)
        await keeper.execute(
            """set role mingzhang_migrator;
            create function full_disk() returns trigger language plpgsql as
            $$ begin raise 'no space left on device, said of 王五' using errcode = 'disk_full'; end $$;
            create trigger full_disk before insert on slice execute function full_disk();"""
        )
        with pytest.raises(FullDiskError, match="nothing was written"):
            await door.append(asked)
        assert [record.getMessage() for record in caplog.records] == [
            "journal test: a batch could not be written (DiskFullError)"
        ]
        await keeper.execute("drop trigger full_disk on slice")
        await keeper.close()
        assert isinstance(await door.append(asked), Accepted)
    await replayed(fresh_database)


def append_many(database: Database, count: int, start: Barrier) -> None:
    """Another server process: wait for the others, then append, sending again whatever was not answered."""

    async def run() -> None:
        async with opened(database, found_it=False) as door:
            start.wait()
            waves = [asyncio.gather(*(door.append(donation(1)) for _ in range(25))) for _ in range(count // 25)]
            for wave in waves:
                await wave

    asyncio.run(run())


async def test_three_processes_append_to_one_journal(fresh_database: Database) -> None:
    async with opened(fresh_database):
        pass
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(3)
    workers = [spawn.Process(target=append_many, args=(fresh_database, 200, start)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        await asyncio.to_thread(worker.join, 60)
        assert worker.exitcode == 0
    replay = await replayed(fresh_database)
    assert replay.size == 4 + 600
    assert replay.account("f1").balance == 600  # type: ignore[union-attr]  # it is there


async def test_what_was_brought_back_is_found_by_whatever_plan(fresh_database: Database) -> None:
    """Sources that are no postings are passed by, though a generic plan over the rows themselves meets them first."""
    async with opened(fresh_database) as door:
        await door.append(donation(60))
    keeper = await asyncpg.connect(fresh_database.keeper)
    try:
        for setting in ("plan_cache_mode = force_generic_plan", "enable_indexscan = off", "enable_bitmapscan = off"):
            await keeper.execute(f"set {setting}")
        assert await keeper.fetch(statements.load("journal").returned, 1, ["posting/4/0"]) == []
    finally:
        await keeper.close()


async def test_a_huge_or_strange_command_is_refused_by_name(fresh_database: Database) -> None:
    async with opened(fresh_database) as door:
        for asked in (
            donation(2**63),
            donation(0),
            replace(donation(1), effective="tomorrow"),
            replace(donation(1), id="not-a-uuid"),
            replace(donation(1), data={"channel": "😀" * 100_000}),
            replace(donation(1), kind="nothing"),
        ):
            with pytest.raises(Rejection) as caught:
                await door.append(asked)
            assert caught.value.code == "MALFORMED"
    assert (await replayed(fresh_database)).size == 4
