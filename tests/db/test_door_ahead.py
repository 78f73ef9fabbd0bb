"""Batches decided ahead: the same answers as one after another, and a guess that fails is decided again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest

from db import journal as journal_module
from db.door_jobs import Job
from db.door_writer import Plan, Writer
from db.journal import UnavailableError
from db.pools import Database
from ledger.commands import Command, Move
from ledger.decide import Accepted, Replayed
from ledger.rejections import Rejection
from tests.db.books import VENDORS, WORLD, command, donation, expense, opened, replayed


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[Plan | None]:
    """Small batches, always decided ahead; gives every plan as it was made (None: it could not be)."""
    made: list[Plan | None] = []
    plan_of = Writer.plan

    async def plan(self: Writer, batch: Sequence[Job]) -> Plan | None:
        made.append(await plan_of(self, batch))
        return made[-1]

    monkeypatch.setattr(journal_module, "WORTH_AHEAD", 1)
    monkeypatch.setattr(journal_module, "MOST_IN_BATCH", 10)
    monkeypatch.setattr(Writer, "plan", plan)
    return made


async def test_what_is_decided_ahead_stands_on_what_is_being_written(
    fresh_database: Database, plans: list[Plan | None]
) -> None:
    """Money that came in one batch is spent in the next; a command of one is known in the next."""
    asked: list[Command] = []
    for _ in range(10):
        gifts = [donation(5) for _ in range(8)]
        asked += [*gifts, expense(40), replace(gifts[0]), expense(1), replace(gifts[1], effective="2026-01-02")]
    async with opened(fresh_database) as door:
        outcomes = await asyncio.gather(*(door.append(one) for one in asked), return_exceptions=True)
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [*[Accepted] * 9, Replayed, Rejection, Rejection] * 10
    assert sum(plan is not None for plan in plans) > 10
    replay = await replayed(fresh_database)
    assert replay.size == 4 + 90
    assert replay.account("f1").balance == 0  # type: ignore[union-attr]  # it is there


async def test_a_batch_that_could_not_be_written_takes_none_behind_it_along(
    fresh_database: Database, plans: list[Plan | None]
) -> None:
    """The batch behind was decided as if it stood; it is decided again, without it."""
    async with opened(fresh_database) as door:
        await door.append(donation(10))
        keeper = await asyncpg.connect(fresh_database.keeper)
        await keeper.execute(
            """set role mingzhang_migrator;
            create function refuse() returns trigger language plpgsql as
            $$ begin if new.amount = 777 then raise 'no' using errcode = 'insufficient_resources'; end if;
            return new; end $$;
            create trigger refuse before insert on posting for each row execute function refuse();"""
        )
        bad = [donation(777 if n == 3 else 1) for n in range(10)]
        good = [*(donation(2) for _ in range(9)), expense(28), expense(700)]
        outcomes = await asyncio.gather(*(door.append(one) for one in [*bad, *good]), return_exceptions=True)
        await keeper.execute("drop trigger refuse on posting")
        await keeper.close()
        assert all(isinstance(outcome, UnavailableError) for outcome in outcomes[:10])
        assert all(isinstance(outcome, Accepted) for outcome in outcomes[10:20])
        assert isinstance(outcomes[20], Rejection)
        again = await asyncio.gather(*(door.append(one) for one in bad))
    assert all(isinstance(outcome, Accepted) for outcome in again)
    assert any(plan is not None for plan in plans)
    assert (await replayed(fresh_database)).size == 4 + 1 + 10 + 10


async def test_two_doors_in_turns_and_at_once(fresh_database: Database, plans: list[Plan | None]) -> None:
    """Whoever finds the head moved decides again; ids are good once, whichever door took them."""
    names = [str(uuid4()) for _ in range(60)]
    async with opened(fresh_database) as one, opened(fresh_database) as other:
        for door in (one, other, one):
            await asyncio.gather(*(door.append(donation(1)) for _ in range(25)))
        both = [door.append(donation(3, id=name)) for name in names for door in (one, other)]
        outcomes = await asyncio.gather(*both)
    assert sum(isinstance(outcome, Accepted) for outcome in outcomes) == 60
    positions = [outcome.position for outcome in outcomes]
    assert positions[::2] == positions[1::2]
    assert (await replayed(fresh_database)).size == 4 + 75 + 60
    assert plans


async def test_an_account_opened_in_one_batch_is_used_in_the_next(
    fresh_database: Database, plans: list[Plan | None]
) -> None:
    terms = {"account": "f2", "book": "fund", "class": "fund", "asset": "CNY/2"}
    spend = command("expense", {}, [Move("f2", VENDORS, 2)], [Move("b1", WORLD, 2)])
    async with opened(fresh_database) as door:
        asked = [donation(10), command("account_opened", terms), *(donation(1) for _ in range(20))]
        asked += [command("allocation", {}, [Move("f1", "f2", 5)]), *(donation(1) for _ in range(20)), spend]
        outcomes = await asyncio.gather(*(door.append(one) for one in asked))
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert plans
    assert (await replayed(fresh_database)).account("f2").balance == 3  # type: ignore[union-attr]  # it is there
