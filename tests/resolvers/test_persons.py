"""Persons: sealed, compared in the vault, revealed for a reason, and nowhere else, whatever happens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from db import vault
from db.pools import Database
from ledger import rosters
from ledger.decide import Accepted, Replayed
from ledger.rejections import Rejection
from resolvers.context import Role
from resolvers.disbursements import Disbursement, Line, RosterDisbursement, disburse, disburse_roster
from resolvers.donations import record_donation
from resolvers.personal import reveal_personal_data
from resolvers.persons import Person
from resolvers.policy import ForbiddenError
from resolvers.refusals import Refusal
from tests.worlds import CHARITY, World, charity, donation, new_id, opened, part

CITIZEN = "11010519491231002X"
CANARY = "金丝雀-canary-7f3a"
ACCOUNT = "account-canary-91c2"
SOMEBODY = Person({"name": CANARY, "citizenNumber": CITIZEN, "phone": "13800138000"})


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A journal with a charity that holds money."""
    async with opened(fresh_database, tmp_path) as made:
        await charity(made)
        await record_donation(made.officer, donation(10_000))
        yield made


async def refused(doing: Awaitable[object]) -> Refusal | Rejection:
    """The no that is met."""
    with pytest.raises((Refusal, Rejection)) as caught:
        await doing
    assert isinstance(caught.value, Refusal | Rejection)
    return caught.value


async def accepted(doing: Awaitable[object]) -> Accepted:
    """The entry that was written."""
    outcome = await doing
    assert isinstance(outcome, Accepted)
    return outcome


def roster(units: tuple[int, ...]) -> RosterDisbursement:
    """A roster of so many persons."""
    lines = tuple(
        Line(Person({"name": f"{CANARY}-{n}", "account": f"{ACCOUNT}-{n}"}), each) for n, each in enumerate(units)
    )
    return RosterDisbursement(
        id=new_id(), organization=CHARITY, parts=(part("open", sum(units)),), custody="hubei-bank", lines=lines
    )


async def everything(world: World) -> list[str]:
    """Every row of every table, as text."""
    conn = await asyncpg.connect(world.database.keeper)
    try:
        tables = [row["name"] for row in await conn.fetch(
            "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
        )]  # fmt: skip
        return [repr(dict(row)) for table in tables for row in await conn.fetch(f"select * from {table}")]
    finally:
        await conn.close()


async def test_the_same_person_twice_is_two_commitments_under_one_key(world: World) -> None:
    first = await accepted(record_donation(world.officer, donation(5, person=SOMEBODY)))
    second = await accepted(record_donation(world.officer, donation(5, person=replace(SOMEBODY))))
    assert first.document["data"]["party"] != second.document["data"]["party"]
    assert len(await world.rows("person")) == 1
    assert len(await world.rows("personal")) == 2


async def test_a_person_sent_again_is_compared_in_the_vault(world: World) -> None:
    gift = donation(5, person=SOMEBODY)
    entry = await accepted(record_donation(world.officer, gift))
    assert await record_donation(world.officer, gift) == Replayed(entry.position)
    spelt = Person({**SOMEBODY.data, "citizenNumber": "110105 19491231 002x"})
    assert await record_donation(world.officer, replace(gift, person=spelt)) == Replayed(entry.position)
    for other in (None, Person({"name": "别人"})):
        no = await refused(record_donation(world.officer, replace(gift, person=other)))
        assert (no.code, no.facts["field"], no.facts["stored"]) == (
            "EXISTS_WITH_DIFFERENT_DATA",
            "data.party",
            "sealed",
        )
    assert len(await world.rows("personal")) == 1


async def test_a_person_that_was_erased_cannot_be_compared(world: World) -> None:
    gift = donation(5, person=SOMEBODY)
    entry = await accepted(record_donation(world.officer, gift))
    (person,) = await world.rows("person")
    async with world.database.pool("eraser", most=1) as pool, pool.acquire() as conn:
        await vault.erase(conn, world.context.journal.id, person["id"])
    assert await record_donation(world.officer, replace(gift, person=Person({"name": "x"}))) == Replayed(entry.position)


async def test_a_roster_is_count_total_and_root(world: World) -> None:
    paying = roster((10, 20, 30, 40, 50))
    entry = await accepted(disburse_roster(world.officer, paying))
    facts = entry.document["data"]["roster"]
    assert (facts["count"], facts["total"]) == (5, "150")
    found = await world.rows("personal")
    revealed = await world.context.vault.reveal(world.context.keeper, 1, [row["commitment"] for row in found])  # type: ignore[union-attr]  # the world has one
    lines = [rosters.Line(int(item.data["units"]), commitment) for commitment, item in revealed.items()]
    assert rosters.summarize(lines).root.hex() == facts["root"]
    assert await disburse_roster(world.officer, paying) == Replayed(entry.position)
    turned = replace(paying, lines=paying.lines[::-1])
    assert await disburse_roster(world.officer, turned) == Replayed(entry.position)
    swapped = (*paying.lines[2:], Line(paying.lines[0].person, 20), Line(paying.lines[1].person, 10))
    no = await refused(disburse_roster(world.officer, replace(paying, lines=swapped)))
    assert (no.code, no.facts["field"]) == ("EXISTS_WITH_DIFFERENT_DATA", "data.roster")
    assert len(await world.rows("personal")) == 5


async def test_the_same_roster_twice_at_once_is_one_payment(world: World) -> None:
    paying = roster((10, 20, 30, 40, 50))
    answers = await asyncio.gather(*(disburse_roster(world.officer, paying) for _ in range(3)))
    assert len({answer.position for answer in answers}) == 1
    assert len(await world.rows("personal")) == 5


async def test_one_person_on_two_lines_is_one_person(world: World) -> None:
    paying = roster((10, 20, 30, 40, 50))
    twice = (*paying.lines[:3], Line(SOMEBODY, 40), Line(SOMEBODY, 50))
    await disburse_roster(world.officer, replace(paying, lines=twice))
    assert len([row for row in await world.rows("person") if row["matched"]]) == 1


async def test_rosters_that_are_refused(world: World) -> None:
    assert (await refused(disburse_roster(world.officer, roster((1, 2, 3, 4))))).code == "ROSTER_TOO_SMALL"
    short = replace(roster((1, 2, 3, 4, 5)), parts=(part("open", 16),))
    assert (await refused(disburse_roster(world.officer, short))).code == "MALFORMED"
    assert (await refused(disburse_roster(world.officer, roster((0, 2, 3, 4, 5))))).code == "MALFORMED"
    assert (
        await refused(disburse_roster(world.officer, roster((5_000, 2_000, 3_000, 1, 1))))
    ).code == "INSUFFICIENT_FUNDS"
    assert await world.rows("personal") == []


async def test_the_whole_of_a_person_is_checked(world: World) -> None:
    for data in (
        {}, {"name": ""}, {"name": "x" * 2_001}, {"na me": "x"}, {"名": "x"}, {"name": 5},
        dict.fromkeys((f"a{n}" for n in range(17)), "x"), {"name": "e\u0301"}, {"name": "\ud800"},
    ):  # fmt: skip
        assert (await refused(record_donation(world.officer, donation(5, person=Person(data))))).code == "MALFORMED", (
            data
        )
    no = await refused(
        record_donation(world.officer, donation(5, person=Person({"citizenNumber": "110105194912310021"})))
    )
    assert no.code == "CITIZEN_NUMBER_INVALID"
    assert "110105194912310021" not in str(no)
    clear = await refused(record_donation(world.officer, donation(5, receipt=CITIZEN)))
    assert clear.code == "PERSONAL_DATA_IN_CLEAR"
    assert CITIZEN not in str(clear)


async def test_revealing_tells_of_itself_first(world: World) -> None:
    entry = await accepted(disburse(world.officer, Disbursement(
        id=new_id(), organization=CHARITY, parts=(part("open", 5),), custody="hubei-bank", person=SOMEBODY
    )))  # fmt: skip
    commitment = bytes.fromhex(entry.document["data"]["party"])
    position, opened_ = await reveal_personal_data(world.officer, reason="回访", commitments=[commitment])
    assert [one.data["name"] for one in opened_] == [CANARY]
    assert position == entry.position + 1
    (leaf,) = [bytes(row["leaf"]) for row in await world.rows("leaf") if row["position"] == position]
    assert commitment.hex().encode() not in leaf
    assert b"test-officer" not in leaf
    sealed = [row for row in await world.rows("personal") if row["position"] == position]
    assert len(sealed) == 1
    assert sealed[0]["commitment"].hex().encode() in leaf
    inspector = world.as_(Role.INSPECTOR)
    _, by_entry = await reveal_personal_data(inspector, reason="inspection", positions=[entry.position])
    assert by_entry == opened_


async def test_who_may_reveal_what(world: World) -> None:
    entry = await accepted(record_donation(world.officer, donation(5, person=SOMEBODY)))
    commitment = bytes.fromhex(entry.document["data"]["party"])
    size = len(await world.rows("leaf"))
    for ctx in (
        world.public,
        world.as_(Role.AUDITOR),
        world.as_(Role.SUPERVISOR, region="420000@201912"),
        world.administrator,
    ):
        with pytest.raises(ForbiddenError):
            await reveal_personal_data(ctx, reason="curious", commitments=[commitment])
    for asked in ({"commitments": [commitment]}, {"positions": [entry.position]}):
        assert (
            await refused(reveal_personal_data(world.stranger, reason="curious", **asked))
        ).code == "COMMITMENT_NOT_FOUND"
    assert (await refused(reveal_personal_data(world.officer, reason="x", commitments=[bytes(32)]))).code == (
        "COMMITMENT_NOT_FOUND"
    )
    for reason, commitments in (
        ("", [commitment]),
        (" ", [commitment]),
        ("x" * 501, [commitment]),
        ("x", []),
        ("x", [commitment] * 101),
    ):
        assert (
            await refused(reveal_personal_data(world.officer, reason=reason, commitments=commitments))
        ).code == "MALFORMED"
    assert len(await world.rows("leaf")) == size


async def test_no_personal_data_outside_the_vault(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Canaries go in by every path, some are refused, some sent again; then every row and message is searched."""
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    gift = donation(5, person=SOMEBODY)
    await record_donation(world.officer, gift)
    paying = roster((10, 20, 30, 40, 50))
    await disburse_roster(world.officer, paying)
    for doing in (
        record_donation(world.officer, replace(gift, person=Person({"name": CANARY + "2"}))),
        record_donation(world.officer, replace(donation(5, person=SOMEBODY), custody="nowhere")),
        record_donation(
            world.officer, donation(5, person=Person({"name": CANARY, "citizenNumber": CITIZEN[:-1] + "1"}))
        ),
        record_donation(world.officer, donation(5, person=Person({"name": CANARY + "e\u0301"}))),
        disburse_roster(world.officer, replace(paying, lines=paying.lines[:4])),
        disburse_roster(world.officer, replace(paying, lines=(*paying.lines[1:], Line(SOMEBODY, 10)))),
    ):
        no = await refused(doing)
        said += [str(no), repr(no), repr(no.facts), repr(no.args), repr(no.__context__)]
    said += [repr(gift), repr(paying), caplog.text]
    said += await everything(world)
    assert len(said) > 50
    for text in said:
        for secret in (CANARY, CITIZEN, "13800138000", ACCOUNT, repr(CANARY.encode())[2:-1]):
            assert secret not in text, text[:200]
