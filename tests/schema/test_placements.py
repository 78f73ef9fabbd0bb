"""Money that is not free, through the contract: for others, advanced, placed outside, lost; goods by lot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import strawberry

from db import disclosures
from db.pools import Database
from tests.schema.test_mutations import Counter, donation
from tests.worlds import CHARITY, OTHER, charity, new_id, opened

MASKS = "GOODS:n95-mask:LOT7/0"
USE = {"purpose": "education"}
VOTE = {"digest": "e" * 64, "on": "2024-09-10", "matter": "MAJOR", "members": 9, "present": 8, "votes": 6}


@pytest.fixture
async def counter(fresh_database: Database, tmp_path: Path, built: strawberry.Schema) -> AsyncIterator[Counter]:
    """A counter over a world with a charity, which has 100.00 unrestricted and 100.00 for education."""
    async with opened(fresh_database, tmp_path) as world:
        await charity(world)
        made = Counter(built, world)
        for to in ("open", "bound"):
            await made.record("recordDonation", donation("100.00", to=to))
        yield made


def head(**more: object) -> dict[str, object]:
    """The head of an input of the charity."""
    return {"id": new_id(), "organization": CHARITY, **more}


def parts(account: str, quantity: str, **use: object) -> list[dict[str, object]]:
    """One part."""
    named = {"use": use} if use else {}
    return [{"account": account, "amount": {"quantity": quantity}, **named}]


async def done(counter: Counter, name: str, given: dict[str, object], fields: str = "") -> Any:  # noqa: ANN401 - any JSON value
    """A mutation that must be accepted."""
    found = await counter.record(name, given, None, fields)
    assert found["errors"] == [], found["errors"]
    return found


async def refused(counter: Counter, name: str, given: dict[str, object]) -> str:
    """The code of the no that is met."""
    (error,) = (await counter.record(name, given))["errors"]
    return str(error["code"])


async def balance(counter: Counter, account: str) -> str:
    """What an account holds."""
    question = "query Q($key: String!) { account(by: {key: $key}) { balance { quantity } } }"
    found = (await counter.data(question, key=account))["account"]["balance"]["quantity"]
    return str(found)


async def figures(counter: Counter) -> dict[str, int]:
    """What the public is shown of all money."""
    rows = await disclosures.money(counter.world.officer.reader, counter.world.officer.journal.id, 10**6, 10**3)
    found = [row for row in rows if row.asset == "CNY/2"]
    return {
        "received": sum(row.donated + row.income + row.opened for row in found),
        "spent": sum(row.granted + row.costs for row in found),
        "converted": sum(row.converted - row.acquired for row in found), "donated": sum(row.donated for row in found),
    }  # fmt: skip


async def test_money_for_others_goes_to_its_recipient(counter: Counter) -> None:
    opening = head(account="passing", recipient="partners") | {"class": "AGENCY"}
    fields = "account { class book recipientKey received { quantity } }"
    made = await done(counter, "openAccount", opening, fields)
    assert made["account"] == {
        "class": "agency", "book": "FUND", "recipientKey": f"outside/{CHARITY}/partners/CNY/2",
        "received": {"quantity": "0.00"},
    }  # fmt: skip
    given = donation("30.00") | {"parts": parts("passing", "30.00")}
    await done(counter, "receiveForOthers", given, "entry { kind }")
    passing = head(parts=parts("passing", "10.00"), custody="hubei-bank")
    assert await refused(counter, "passOn", passing | {"recipient": "vendors"}) == "RECIPIENT_MISMATCH"
    await done(counter, "passOn", passing | {"id": new_id(), "recipient": "partners"})
    assert await balance(counter, "passing") == "20.00"
    assert await figures(counter) == {"received": 20_000, "spent": 0, "converted": 0, "donated": 20_000}
    assert await refused(counter, "recordDonation", given | {"id": new_id()}) == "NOT_FOR_THIS_KIND"


async def test_an_advance_is_borne_by_restricted_money(counter: Counter) -> None:
    paid = head(parts=parts("hubei-open", "12.00", **USE), custody="hubei-bank")
    made = await done(counter, "advance", paid)
    bearing = head(of={"position": made["position"]}, account="hubei-bound", amount={"quantity": "13.00"})
    assert await refused(counter, "repayAdvance", bearing) == "RETURN_EXCEEDS"
    await done(counter, "repayAdvance", bearing | {"id": new_id(), "amount": {"quantity": "12.00"}})
    assert [await balance(counter, name) for name in ("hubei-open", "hubei-bound")] == ["100.00", "88.00"]
    assert (await figures(counter))["spent"] == 1_200, "spent once"
    other = head(parts=parts("hubei-open", "1.00", purpose="health"), custody="hubei-bank")
    made = await done(counter, "advance", other)
    unfit = bearing | {"id": new_id(), "of": {"position": made["position"]}, "amount": {"quantity": "1.00"}}
    assert await refused(counter, "repayAdvance", unfit) == "RESTRICTION_VIOLATED"


async def test_investments_and_loans_come_back_or_are_lost(counter: Counter) -> None:
    placed = head(parts=parts("hubei-open", "50.00"), custody="hubei-bank", resolution=VOTE | {"votes": 5})
    assert await refused(counter, "invest", placed) == "VOTE_TOO_SMALL"
    placed = placed | {"id": new_id(), "resolution": VOTE}
    bound = placed | {"parts": parts("hubei-bound", "1.00")}
    assert await refused(counter, "invest", bound) == "INVESTMENT_BARRED"
    made = await done(counter, "invest", placed)
    of = {"position": made["position"]}
    items = [
        {"returnInvestment": head(of=of, amount={"quantity": "45.00"}, custody="hubei-bank")},
        {"recordIncome": head(source="INVESTMENT", parts=parts("hubei-open", "2.00"), custody="hubei-bank")},
        {"recordLoss": head(ground="INVESTMENT", of=of, amount={"quantity": "5.00"}, reference="P-1")},
    ]
    document = """mutation Do($input: RecordEntriesInput!) {
        recordEntries(input: $input) { accepted results { errors { code message } } } }"""
    found = await counter.data(document, input={"items": items, "atomic": True})
    assert found["recordEntries"]["accepted"] == 3, found
    assert await balance(counter, "hubei-open") == "97.00"
    assert await figures(counter) == {"received": 20_200, "spent": 500, "converted": 0, "donated": 20_000}
    lent = head(parts=parts("hubei-bound", "10.00", **USE), custody="hubei-bank", resolution=VOTE)
    loan = await done(counter, "lend", lent)
    back = head(of={"position": loan["position"]}, amount={"quantity": "4.00"}, custody="hubei-bank")
    await done(counter, "repayLoan", back)
    rest = head(ground="LOAN", of={"position": loan["position"]}, amount={"quantity": "6.01"}, reference="P-2")
    assert await refused(counter, "recordLoss", rest) == "RETURN_EXCEEDS"
    assert await figures(counter) == {"received": 20_200, "spent": 500, "converted": 600, "donated": 20_000}


async def test_goods_by_lot_are_declared_received_and_lost(counter: Counter) -> None:
    for account, klass in (("masks", "FUND"), ("store", "WAREHOUSE")):
        await done(counter, "openAccount", head(account=account, asset=MASKS) | {"class": klass})
    gift = donation("1") | {
        "custody": "store", "parts": [{"account": "masks", "amount": {"asset": MASKS, "minorUnits": "30"}}]
    }  # fmt: skip
    assert await refused(counter, "recordGiftInKind", gift) == "NOT_VALUED"
    worth = {"basis": "INVOICE", "value": {"quantity": "60.00"}, "quantity": "30", "on": "2024-09-01", "valuer": "V-1"}
    lot = head(asset=MASKS, expires="2024-09-30", valuation=worth)
    await done(counter, "declareGoods", lot)
    assert await refused(counter, "declareGoods", lot | {"id": new_id()}) == "ALREADY_EXISTS"
    await done(counter, "recordGiftInKind", gift | {"effective": "2024-09-10"})
    issue = head(parts=[{"account": "masks", "amount": {"asset": MASKS, "minorUnits": "5"}}], custody="store")
    assert await refused(counter, "disburse", issue | {"effective": "2024-10-01"}) == "LOT_EXPIRED"
    await done(counter, "disburse", issue | {"id": new_id(), "effective": "2024-09-30"})
    lost = issue | {"id": new_id(), "ground": "EXPIRED", "reference": "W-1", "effective": "2024-10-01"}
    await done(counter, "recordLoss", lost)
    noted = head(asset="GOODS:clothes/0", quantity="12", why="USED", reference="N-1", person={"name": "张三"})
    await done(counter, "noteGoods", noted)
    assert await balance(counter, "masks") == "20"


async def test_a_purchase_and_an_exchange(counter: Counter) -> None:
    bought = head(
        parts=parts("hubei-open", "20.00", **USE), custody="hubei-bank", product="rice", region="420100@201904",
        quantity="10", unit="kg", referencePrice={"quantity": "22.00"}, seller="S-1",
    )  # fmt: skip
    assert await refused(counter, "purchase", bought | {"region": "999999@201904"}) == "REGION_NOT_FOUND"
    for account, klass in (("dollars", "FUND"), ("dollar-bank", "BANK")):
        await done(counter, "openAccount", head(account=account, asset="USD/2") | {"class": klass})
    exchange = head(
        paid={"account": "hubei-open", "amount": {"quantity": "71.20"}},
        bought={"account": "dollars", "amount": {"asset": "USD/2", "quantity": "10.00"}},
        paidFrom="hubei-bank", keptAt="dollar-bank", rate={"value": "0.1504", "source": "boc", "on": "2024-09-10"},
    )  # fmt: skip
    assert await refused(counter, "convert", exchange) == "RATE_MISMATCH"
    exchange |= {"id": new_id(), "rate": {"value": "0.140449", "source": "boc", "on": "2024-09-10"}}
    await done(counter, "convert", exchange)
    assert await balance(counter, "dollars") == "10.00"


async def test_what_may_be_invested_is_said_by_the_terms(counter: Counter) -> None:
    terms = head(restriction="endowment", investment="PERMITTED")
    await done(counter, "declareRestriction", terms)
    await done(counter, "openAccount", head(account="endowed", restriction="endowment"))
    await done(counter, "recordDonation", donation("9.00") | {"parts": parts("endowed", "9.00")})
    await done(counter, "invest", head(parts=parts("endowed", "9.00"), custody="hubei-bank", resolution=VOTE))
    income = head(source="GOVERNMENT", parts=parts("hubei-open", "5.00"), custody="hubei-bank")
    at = (await done(counter, "recordIncome", income))["position"]
    placed = head(parts=parts("hubei-open", "1.00"), custody="hubei-bank", resolution=VOTE)
    assert await refused(counter, "invest", placed) == "INVESTMENT_BARRED"
    question = """{ account(by: {key: "hubei-open"}) { governmentPosition }
        restrictions(first: 9) { nodes { key investment } } }"""
    found = await counter.data(question)
    assert found["account"]["governmentPosition"] == at
    assert {"key": "endowment", "investment": "permitted"} in found["restrictions"]["nodes"]
    assert OTHER != CHARITY
