"""Settling import decisions: the donation's own units go where a person says, with a sealed reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from db.cursors import global_id
from db.pools import Database
from ledger.rejections import Rejection
from resolvers.context import Role
from resolvers.import_decisions import Decision, NewTerms, Share, resolve_decision
from resolvers.imports import import_donations
from resolvers.policy import ForbiddenError
from resolvers.refusals import Refusal
from tests.resolvers.import_books import CODE, balances, replayed
from tests.worlds import World, charity, new_id, opened

WISHES = (
    "日期,捐赠人,金额,备注\n2020-01-01,示范公司,30,希望用于孩子\n2020-01-02,张三,20,捐给李四\n2020-01-03,示范学校,5,\n"
)


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A charity with two donations that await a decision, at `first` and the position after it."""
    async with opened(fresh_database, tmp_path) as made:
        await charity(made)
        await import_donations(made.officer, [("wishes.csv", WISHES.encode())], organization=CODE)
        yield made


async def waiting(world: World) -> list[int]:
    """Positions of donations that await a decision."""
    return sorted(row["position"] for row in await world.rows("import_decision") if row["resolved"] is None)


def decided(position: int, **more: object) -> Decision:
    """A decision for the charity's open account unless said otherwise."""
    base = Decision(id=new_id(), decision=str(position), reason="与捐赠人张三电话确认", account="hubei-open")
    return replace(base, **more)  # type: ignore[arg-type]  # fields of a decision


async def test_all_of_it_goes_to_one_account_and_the_reason_is_sealed(world: World) -> None:
    first, second = await waiting(world)
    decision = decided(first)
    outcome = await resolve_decision(world.officer, decision)
    assert await waiting(world) == [second]
    held = await balances(world)
    assert (held["hubei-open"], held["hubei-undetermined"]) == (3_000, 2_000)
    replay = await replayed(world)
    assert replay.size == outcome.position + 1
    (leaf,) = [row["leaf"] for row in await world.rows("leaf") if row["position"] == outcome.position]
    assert b"determination" in leaf
    assert "张三".encode() not in leaf
    again = await resolve_decision(world.officer, decision)
    assert again.position == outcome.position
    assert len(await world.rows("entry")) == replay.size


async def test_the_donations_own_units_go_not_the_oldest(world: World) -> None:
    first, second = await waiting(world)
    outcome = await resolve_decision(world.officer, decided(second))
    (slice_,) = [row for row in await world.rows("slice") if row["position"] == outcome.position]
    assert (slice_["source"], slice_["lo"], slice_["hi"]) == ("hubei-undetermined", 3_000, 5_000)
    await resolve_decision(world.officer, decided(first))
    assert (await balances(world))["hubei-undetermined"] == 0


async def test_it_may_be_shared_out(world: World) -> None:
    first, _ = await waiting(world)
    shares = (Share("hubei-open", 1_000), Share("hubei-bound", 2_000))
    await resolve_decision(world.officer, decided(first, account=None, shares=shares))
    held = await balances(world)
    assert (held["hubei-open"], held["hubei-bound"]) == (1_000, 2_000)
    await replayed(world)


async def test_new_terms_get_a_restriction_and_an_account(world: World) -> None:
    first, _ = await waiting(world)
    decision = decided(first, account=None, terms=NewTerms(purposes=["education"], region="420100@201912"))
    await resolve_decision(world.officer, decision)
    (made,) = [row for row in await world.rows("restriction") if row["region"] == "420100@201912"]
    (account,) = [row for row in await world.rows("account") if row["restriction"] == made["id"]]
    assert (made["purposes"], account["total_in"]) == (["education"], 3_000)
    await resolve_decision(world.officer, decision)
    await replayed(world)


async def test_who_decides_and_once(world: World) -> None:
    first, _ = await waiting(world)
    for ctx in (world.stranger, world.as_(Role.AUDITOR), world.public):
        with pytest.raises(ForbiddenError):
            await resolve_decision(ctx, decided(first))
    await resolve_decision(world.officer, decided(first))
    with pytest.raises(Refusal) as settled:
        await resolve_decision(world.officer, decided(first))
    assert settled.value.code == "DECISION_RESOLVED"


async def test_what_is_asked_must_fit(world: World) -> None:
    first, _ = await waiting(world)
    for wrong in (
        {"account": None}, {"terms": NewTerms(["education"])}, {"reason": "  "}, {"decision": "Zm9v"},
        {"account": None, "terms": NewTerms()}, {"account": None, "shares": (Share("hubei-open", 2_999),)},
        {"decision": global_id("ImportBatch", "main", "x")},
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            await resolve_decision(world.officer, decided(first, **wrong))
        assert refused.value.code == "MALFORMED"
    with pytest.raises(Refusal) as missing:
        await resolve_decision(world.administrator, decided(999_999))
    assert missing.value.code == "DECISION_NOT_FOUND"
    with pytest.raises(Rejection) as unknown:
        await resolve_decision(world.officer, decided(first, account="nowhere"))
    assert unknown.value.code == "ACCOUNT_NOT_FOUND"
    by_id = decided(first, decision=global_id("ImportDecision", "main", str(first)))
    await resolve_decision(world.officer, by_id)
    with pytest.raises(Rejection) as different:
        await resolve_decision(world.officer, replace(by_id, reason="another"))
    assert different.value.code == "EXISTS_WITH_DIFFERENT_DATA"
