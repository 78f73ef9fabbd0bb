"""Many at once, API tokens, and who may do what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from db import identities
from db.pools import Database
from ledger.decide import Accepted, Replayed
from ledger.rejections import Rejection
from resolvers import policy
from resolvers.bulk import No, record_all
from resolvers.context import Context, Role
from resolvers.policy import ForbiddenError
from resolvers.recording import Part, Request, record
from resolvers.refusals import CODES, Refusal, malformed, sentence
from resolvers.tokens import create_token, list_tokens, revoke_token
from tests.worlds import CHARITY, World, charity, cny, donation, new_id, opened


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A journal with a charity."""
    async with opened(fresh_database, tmp_path) as made:
        await charity(made)
        yield made


def codes(answers: list[Any]) -> list[str]:
    """What became of each item, in short."""
    return [answer.code if isinstance(answer, Refusal | Rejection) else type(answer).__name__ for answer in answers]


async def test_each_for_itself(world: World) -> None:
    twice = donation(3)
    items: list[Any] = [
        donation(1), replace(donation(2), custody="nowhere"), malformed("parts", "are missing"), twice,
        donation(4, organization="hunan"), twice,
    ]  # fmt: skip
    answers = await record_all(world.officer, items, atomic=False)
    assert codes(answers) == ["Accepted", "ACCOUNT_NOT_FOUND", "MALFORMED", "Accepted", "ForbiddenError", "Replayed"]
    again = await record_all(world.officer, items, atomic=False)
    assert codes(again)[::3] == ["Replayed", "Replayed"]


async def test_all_or_none(world: World) -> None:
    good = [donation(n + 1) for n in range(5)]
    bad = [*good[:3], replace(donation(9), parts=(Part("nowhere", cny(9)),)), *good[3:]]
    size = len(await world.rows("leaf"))
    assert codes(await record_all(world.officer, bad, atomic=True)) == [
        "NOT_TRIED", "NOT_TRIED", "NOT_TRIED", "ACCOUNT_NOT_FOUND", "NOT_TRIED", "NOT_TRIED",
    ]  # fmt: skip
    assert codes(await record_all(world.officer, [*good, malformed("x", "is wrong")], atomic=True))[-1] == "MALFORMED"
    assert len(await world.rows("leaf")) == size
    answers = await record_all(world.officer, good, atomic=True)
    assert all(isinstance(answer, Accepted) for answer in answers)
    assert [answer.position for answer in answers if isinstance(answer, Accepted)] == list(range(size, size + 5))
    assert all(isinstance(answer, Replayed) for answer in await record_all(world.officer, good, atomic=True))
    assert await record_all(world.officer, [], atomic=True) == []


async def test_sent_again_on_another_day(fresh_database: Database, tmp_path: Path) -> None:
    """A command that leaves its date to us is the same command tomorrow; one that says another date is not."""
    midnight = datetime(2026, 5, 31, 15, 59, 50, tzinfo=UTC)
    async with opened(fresh_database, tmp_path, at=midnight) as world:
        await charity(world)
        gifts = [donation(n + 1) for n in range(3)]
        first = [
            answer.position
            for answer in await record_all(world.officer, gifts, atomic=True)
            if not isinstance(answer, No)
        ]
        world.clock.forward(seconds=20)
        assert str(world.officer.today()) == "2026-06-01"
        for atomic in (True, False):
            again = await record_all(world.officer, gifts, atomic=atomic)
            assert again == [Replayed(position) for position in first]
        dated = [replace(gift, effective="2026-06-01") for gift in gifts]
        assert codes(await record_all(world.officer, dated, atomic=False)) == ["EXISTS_WITH_DIFFERENT_EFFECTIVE"] * 3
        mixed = [donation(7), *gifts]
        assert codes(await record_all(world.officer, mixed, atomic=True)) == ["Accepted", *["Replayed"] * 3]
        other = replace(gifts[0], parts=(Part("hubei-open", cny(99)),))
        assert codes(await record_all(world.officer, [other], atomic=False)) == ["EXISTS_WITH_DIFFERENT_AMOUNT"]


async def test_two_thousand_at_once(world: World) -> None:
    answers = await record_all(world.officer, [donation(1) for _ in range(2_000)], atomic=True)
    assert codes(answers) == ["Accepted"] * 2_000
    (held,) = [row for row in await world.rows("account") if row["id"] == "hubei-open"]
    assert held["total_in"] == 2_000


async def test_only_the_organizations_officers_record(world: World) -> None:
    refusing = (
        world.public, world.stranger, world.as_(Role.AUDITOR), world.as_(Role.INSPECTOR),
        world.as_(Role.SUPERVISOR, region="420000@201912"), world.as_(Role.OFFICER),
    )  # fmt: skip
    for ctx in refusing:
        with pytest.raises(ForbiddenError):
            await record(ctx, donation(1))
    assert isinstance(await record(world.administrator, donation(1)), Accepted)
    assert isinstance(await record(world.officer, donation(1)), Accepted)


def every_request(kind: type[Request] = Request) -> list[type[Request]]:
    """Every kind of request there is."""
    return [kind, *(found for below in kind.__subclasses__() for found in every_request(below))]


def test_every_request_names_an_action_of_the_table() -> None:
    assert {kind.action for kind in every_request()} <= set(policy.ACTIONS)


async def test_a_token_is_kept_as_its_digest(world: World) -> None:
    ctx = world.administrator
    made = await create_token(ctx, role=Role.OFFICER, label="出纳", organization=CHARITY)
    assert made.token.startswith("mz_")
    assert len(made.token) == 46
    assert made.token not in repr(made)
    (row,) = await world.rows("token")
    assert row["digest"] == sha256(made.token.encode()).digest()
    found = await identities.find(ctx.reader, row["digest"])
    assert found is not None
    assert found.counts(ctx.now())
    assert [item.id for item in await list_tokens(ctx)] == [made.id]
    await revoke_token(ctx, made.id)
    with pytest.raises(Refusal, match="No token"):
        await revoke_token(ctx, made.id)
    gone = await identities.find(ctx.reader, row["digest"])
    assert gone is not None
    assert not gone.counts(ctx.now())


async def test_tokens_that_are_not_made(world: World) -> None:
    ctx = world.administrator
    for wrong in (
        {"role": Role.PUBLIC}, {"role": Role.OFFICER}, {"role": Role.AUDITOR, "organization": CHARITY},
        {"role": Role.SUPERVISOR}, {"role": Role.SUPERVISOR, "region": "Hubei"}, {"role": Role.AUDITOR, "label": ""},
        {"role": Role.OFFICER, "organization": "No Such"}, {"role": Role.AUDITOR, "expires": ctx.now() - timedelta(1)},
    ):  # fmt: skip
        given: dict[str, Any] = {"label": "x", **wrong}
        with pytest.raises(Refusal):
            await create_token(ctx, **given)
    nobody: Context = world.officer
    for doing in (create_token(nobody, role=Role.AUDITOR, label="x"), list_tokens(nobody)):
        with pytest.raises(ForbiddenError):
            await doing
    assert await world.rows("token") == []


def test_every_refusal_has_two_languages() -> None:
    for code, (english, chinese) in CODES.items():
        assert english.isascii(), code
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), code
    assert sentence("ACCOUNT_NOT_FOUND", {"account": "a"}, "zh") == "没有账户 a。"
    with pytest.raises(KeyError):
        Refusal("NO_SUCH_CODE")
    assert new_id() != new_id()
