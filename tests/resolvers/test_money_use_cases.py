"""Every use case that moves money, over a real journal: what it writes, and the named noes that it can meet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from db.pools import Database
from ledger.decide import Accepted, Replayed
from ledger.rejections import Rejection
from resolvers.accounts import Account, open_account
from resolvers.corrections import Correction, correct
from resolvers.disbursements import Disbursement, Expense, Fee, disburse, pay_fee, spend
from resolvers.donations import (
    GiftInKind,
    Income,
    Opening,
    Valuation,
    record_donation,
    record_gift_in_kind,
    record_income,
    record_opening,
)
from resolvers.movements import (
    Allocation,
    Conversion,
    CustodyMove,
    FeeRelease,
    Leg,
    Transfer,
    allocate,
    convert,
    move_custody,
    release_fee,
    transfer,
)
from resolvers.recording import Money, Part
from resolvers.refusals import Refusal
from resolvers.returns import Refund, ReturnedPayment, refund, return_payment
from tests.worlds import CHARITY, DAY, OTHER, World, charity, cny, donation, new_id, opened, part

MASKS = "GOODS:n95-mask:LOT7/0"


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A journal with a charity."""
    async with opened(fresh_database, tmp_path) as made:
        await charity(made)
        yield made


def head(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - the fields of a request
    """The head of a request of the charity."""
    return {"id": new_id(), "organization": CHARITY, **more}


def paid(units: int, suffix: str = "open", **more: Any) -> Disbursement:  # noqa: ANN401 - the fields of a request
    """A disbursement of so many fen out of one of the charity's accounts."""
    use = more.pop("use", {})
    return Disbursement(**head(**more), parts=(part(suffix, units, **use),), custody="hubei-bank")


def leg(source: str, target: str, units: int) -> Leg:
    """So many fen between two of the charity's accounts."""
    return Leg(f"hubei-{source}", f"hubei-{target}", cny(units))


async def refused(doing: Awaitable[object]) -> tuple[str, dict[str, object]]:
    """Code and facts of the no that is met."""
    with pytest.raises((Refusal, Rejection)) as caught:
        await doing
    assert isinstance(caught.value, Refusal | Rejection)
    return caught.value.code, caught.value.facts


async def accepted(doing: Awaitable[object]) -> Accepted:
    """The entry that was written."""
    outcome = await doing
    assert isinstance(outcome, Accepted)
    return outcome


async def balances(world: World) -> dict[str, int]:
    """What every held account holds."""
    return {
        row["id"]: row["total_in"] - row["total_out"]
        for row in await world.rows("account") if "/" not in row["id"]
    }  # fmt: skip


async def test_a_donation_with_two_earmarks_is_two_postings(world: World) -> None:
    gift = replace(donation(700), parts=(part("open", 500), part("bound", 200)))
    entry = await accepted(record_donation(world.officer, gift))
    assert [p["amount"] for p in entry.document["fund"]] == ["500", "200"]
    assert [p["amount"] for p in entry.document["custody"]] == ["700"]
    assert entry.document["effective"] == DAY
    assert entry.document["actor"] == "test-officer"
    assert await record_donation(world.officer, gift) == Replayed(entry.position)
    code, facts = await refused(record_donation(world.officer, replace(gift, channel="private")))
    assert code == "EXISTS_WITH_DIFFERENT_ACCOUNT"
    assert facts["position"] == entry.position


async def test_what_makes_a_donation_malformed(world: World) -> None:
    for gift in (
        donation(0), donation(-1), donation(2**63), replace(donation(1), parts=()), donation(1, donor="king"),
        donation(1, channel="telepathy"), donation(1, campaign="No Such Form 🎁"), donation(1, id="17"),
        replace(donation(1), parts=(Part("hubei-open", Money("cny", 1)),)), donation(1, receipt="🎁" * 10_000),
        donation(1, effective="yesterday"), donation(1, organization="Nobody!"),
    ):  # fmt: skip
        assert (await refused(record_donation(world.officer if gift.organization == CHARITY else world.administrator,
                                              gift)))[0] == "MALFORMED"  # fmt: skip


async def test_what_a_donation_names_must_be_there(world: World) -> None:
    gift = donation(5)
    assert await refused(record_donation(world.officer, replace(gift, custody="nowhere"))) == (
        "ACCOUNT_NOT_FOUND", {"account": "nowhere"},
    )  # fmt: skip
    assert (await refused(record_donation(world.administrator, donation(5, organization="nobody"))))[0] == (
        "ORGANIZATION_NOT_FOUND"
    )
    assert (await refused(record_donation(world.officer, replace(gift, effective="2026-06-02"))))[0] == (
        "EFFECTIVE_IN_FUTURE"
    )
    other = replace(gift, parts=(Part("hubei-open", Money("USD/2", 5)),))
    assert (await refused(record_donation(world.officer, other)))[0] == "ASSET_MISMATCH"


async def test_public_fundraising_needs_the_qualification_on_the_day(world: World) -> None:
    early = donation(5, channel="public-online", effective="2016-12-31")
    code, facts = await refused(record_donation(world.officer, early))
    assert (code, facts) == ("NOT_QUALIFIED", {"organization": CHARITY, "on": "2016-12-31"})
    seen = await accepted(record_donation(world.officer, replace(early, mode="observed")))
    assert seen.document["breaches"] == [{"code": code, "facts": facts}]


async def test_gift_opening_and_income_land_in_their_own_unit(world: World) -> None:
    for name, book, klass in (("masks", "fund", "fund"), ("store", "custody", "warehouse")):
        await open_account(world.officer, Account(**head(), account=name, book=book, klass=klass, asset=MASKS))
    valued = Valuation("invoice", cny(36_000), DAY)
    given = GiftInKind(**head(), donor="enterprise", channel="private", custody="store", valuation=valued,
                       parts=(Part("masks", Money(MASKS, 18_000)),))  # fmt: skip
    entry = await accepted(record_gift_in_kind(world.officer, given))
    assert entry.document["data"]["valuation"]["value"] == "36000"
    held = Opening(**head(), parts=(part("bound", 9),), custody="hubei-bank", basis="audited", auditor="firm-1")
    await record_opening(world.officer, held)
    interest = Income(**head(), parts=(part("open", 3),), custody="hubei-bank", origin="interest")
    await record_income(world.officer, interest)
    assert (await refused(record_income(world.officer, replace(interest, id=new_id(), origin="luck"))))[
        0
    ] == "MALFORMED"
    found = await balances(world)
    assert (found["masks"], found["store"], found["hubei-bound"], found["hubei-open"]) == (18_000, 18_000, 9, 3)


async def test_allocation_keeps_to_what_money_is_for(world: World) -> None:
    await record_donation(world.officer, donation(100, to="bound"))
    out = Allocation(**head(), legs=(leg("bound", "open", 40),))
    code, facts = await refused(allocate(world.officer, out))
    assert (code, facts["account"], facts["dimension"]) == ("RESTRICTION_VIOLATED", "hubei-bound", "restriction")
    consent = {"basis": "donor-consent", "on": DAY, "evidence": "ab" * 32}
    await allocate(world.officer, replace(out, ground=consent))
    code, facts = await refused(
        allocate(world.officer, Allocation(**head(), legs=(leg("bound", "fee", 61),), ground=consent))
    )
    assert (code, facts) == ("INSUFFICIENT_FUNDS", {"account": "hubei-bound", "held": "60", "asked": "61"})
    dollars = Allocation(**head(), legs=(Leg("hubei-open", "hubei-fee", Money("USD/2", 1)),))
    assert (await refused(allocate(world.officer, dollars)))[0] == "ASSET_MISMATCH"
    assert (await refused(allocate(world.officer, Allocation(**head(), legs=()))))[0] == "MALFORMED"


async def test_a_transfer_moves_both_books_of_both_organizations(world: World) -> None:
    await charity(world, OTHER, uscc=None)
    await record_donation(world.officer, donation(100))
    there = (Leg("hubei-open", "hunan-open", cny(30)),)
    assert (await refused(transfer(world.officer, Transfer(**head(), legs=there, custody=there))))[
        0
    ] == "NOT_FOR_THIS_KIND"
    less = (Leg("hubei-bank", "hunan-bank", cny(29)),)
    code, facts = await refused(transfer(world.officer, Transfer(**head(), legs=there, custody=less)))
    assert (code, facts["asset"]) == ("BOOKS_DIFFER", "CNY/2")
    await transfer(world.officer, Transfer(**head(), legs=there, custody=(Leg("hubei-bank", "hunan-bank", cny(30)),)))
    found = await balances(world)
    assert (found["hubei-open"], found["hunan-open"], found["hunan-bank"]) == (70, 30, 30)


async def test_spending_satisfies_its_restriction(world: World) -> None:
    await record_donation(world.officer, donation(100, to="bound"))
    code, facts = await refused(disburse(world.officer, paid(5, "bound", use={"purpose": "health"})))
    assert (code, facts) == (
        "RESTRICTION_VIOLATED",
        {"account": "hubei-bound", "dimension": "purpose", "allowed": "education", "asked": "health"},
    )
    entry = await accepted(disburse(world.officer, paid(5, "bound", use={"purpose": "education.skills"})))
    assert entry.document["fund"][0]["to"]["account"] == "outside/hubei/beneficiaries:-/CNY/2"
    assert (await refused(disburse(world.officer, paid(5, "bound", use={"purpose": "education", "project": "p1"}))))[
        0
    ] == ("PROJECT_NOT_FOUND")
    bad = replace(paid(5), payee="cousins")
    assert (await refused(disburse(world.officer, bad)))[0] == "MALFORMED"
    assert (await refused(disburse(world.officer, replace(paid(5), project="No Such"))))[0] == "MALFORMED"


async def test_expenses_and_fees(world: World) -> None:
    await record_donation(world.officer, donation(1_000, to="bound"))
    rent = Expense(**head(), parts=(part("bound", 5, purpose="education", cost="activity"),), custody="hubei-bank",
                   spent_on="vendors")  # fmt: skip
    await spend(world.officer, rent)
    assert (await refused(spend(world.officer, replace(rent, id=new_id(), spent_on="yachts"))))[0] == "MALFORMED"
    fee = Fee(**head(), parts=(part("bound", 60),), custody="hubei-bank", taken_by="bank")
    assert (await accepted(pay_fee(world.officer, fee))).document["type"] == "bank_fee"
    release = FeeRelease(**head(), legs=(leg("bound", "fee", 41),), clause="7.2", base="received", rate="0.1",
                         moment="receipt")  # fmt: skip
    code, facts = await refused(release_fee(world.officer, release))
    assert (code, facts["cap"]) == ("FEE_CAP_EXCEEDED", "100")
    await release_fee(world.officer, replace(release, legs=(leg("bound", "fee", 40),)))
    more = replace(fee, id=new_id(), taken_by="platform", parts=(part("bound", 1),))
    assert (await refused(pay_fee(world.officer, more)))[0] == "FEE_CAP_EXCEEDED"
    assert (await refused(pay_fee(world.officer, replace(more, taken_by="friend"))))[0] == "MALFORMED"


async def test_conversion_buys_goods_that_are_as_restricted(world: World) -> None:
    await record_donation(world.officer, donation(1_000, to="bound"))
    for name, book, klass, bound in (
        ("masks", "fund", "fund", "hubei-school"), ("loose", "fund", "fund", None),
        ("store", "custody", "warehouse", None),
    ):  # fmt: skip
        await open_account(
            world.officer, Account(**head(), account=name, book=book, klass=klass, asset=MASKS, restriction=bound)
        )
    buy = Conversion(**head(), paid=part("bound", 600), bought=Part("loose", Money(MASKS, 300)), paid_from="hubei-bank",
                     kept_at="store")  # fmt: skip
    assert (await refused(convert(world.officer, buy)))[0] == "RESTRICTION_VIOLATED"
    await convert(world.officer, replace(buy, bought=Part("masks", Money(MASKS, 300))))
    found = await balances(world)
    assert (found["hubei-bound"], found["hubei-bank"], found["masks"], found["store"]) == (400, 400, 300, 300)


async def test_money_goes_back(world: World) -> None:
    gift = await accepted(record_donation(world.officer, donation(100)))
    pay = await accepted(disburse(world.officer, paid(60)))
    back = ReturnedPayment(**head(), of=(pay.position, 0), amount=cny(25), custody="hubei-bank")
    await return_payment(world.officer, back)
    assert (await refused(return_payment(world.officer, replace(back, id=new_id(), amount=cny(36)))))[
        0
    ] == "RETURN_EXCEEDS"
    assert (await refused(return_payment(world.officer, replace(back, id=new_id(), of=(999, 0)))))[
        0
    ] == "POSTING_NOT_FOUND"
    dollars = replace(back, id=new_id(), amount=Money("USD/2", 1))
    assert (await refused(return_payment(world.officer, dollars)))[0] == "ASSET_MISMATCH"
    give = Refund(**head(), parts=(part("open", 60),), custody="hubei-bank", of=(gift.position, 0))
    entry = await accepted(refund(world.officer, give))
    assert entry.document["fund"][0]["to"]["account"] == "outside/hubei/donors:natural:bank/CNY/2"
    assert (await refused(refund(world.officer, replace(give, id=new_id()))))[0] == "RETURN_EXCEEDS"
    assert (await refused(refund(world.officer, replace(give, id=new_id(), of=(999, 0)))))[0] == "POSTING_NOT_FOUND"
    assert (await refused(refund(world.officer, replace(give, to="friends"))))[0] == "MALFORMED"
    assert (await refused(refund(world.officer, replace(give, id=new_id(), of=None))))[0] == "MALFORMED"
    away = replace(give, id=new_id(), to="donors:enterprise:bank")
    assert (await refused(refund(world.officer, away)))[0] == "RETURN_MISMATCH"
    unknown = replace(away, id=new_id(), of=None, parts=(part("open", 1),))
    assert (await refused(refund(world.officer, unknown)))[0] == "MALFORMED"
    await refund(world.officer, replace(unknown, mode="observed"))
    assert (await balances(world))["hubei-open"] == 4


async def test_custody_moves_leave_purposes_alone(world: World) -> None:
    await record_donation(world.officer, donation(100))
    await move_custody(world.officer, CustodyMove(**head(), legs=(leg("bank", "cash", 30),)))
    found = await balances(world)
    assert (found["hubei-open"], found["hubei-bank"], found["hubei-cash"]) == (100, 70, 30)
    same = CustodyMove(**head(), legs=(leg("bank", "bank", 1),))
    assert (await refused(move_custody(world.officer, same)))[0] == "SAME_ACCOUNT"


async def test_a_correction_reverses_once(world: World) -> None:
    gift = await accepted(record_donation(world.officer, donation(100)))
    undo = Correction(**head(), of=gift.position, reason="duplicate")
    await correct(world.officer, undo)
    code, facts = await refused(correct(world.officer, replace(undo, id=new_id())))
    assert (code, facts["entry"]) == ("ALREADY_CORRECTED", gift.position)
    assert (await refused(correct(world.officer, replace(undo, id=new_id(), of=0))))[0] == "NOT_CORRECTABLE"
    assert (await refused(correct(world.officer, replace(undo, id=new_id(), of=9_999))))[0] == "ENTRY_NOT_FOUND"
    assert (await balances(world))["hubei-open"] == 0
