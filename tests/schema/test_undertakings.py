"""Memoranda, changes of restrictions, agreements, facts, holds and periods through GraphQL, over a real journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import strawberry

from db.pools import Database
from ledger.filings import commitment_to
from resolvers.context import Context
from tests.worlds import CHARITY, World, charity, new_id, opened

PAPER = {"evidence": "ee" * 32, "reference": "P-7"}
DIGEST = "dd" * 32


@dataclass
class Counter:
    """Sends documents to the contract over a world."""

    schema: strawberry.Schema
    world: World

    async def data(self, document: str, ctx: Context | None = None, **variables: object) -> Any:  # noqa: ANN401 - any JSON value
        """The data of a request without errors."""
        result = await self.schema.execute(document, variables, ctx or self.world.officer)
        assert result.errors is None, result.errors
        return result.data

    async def record(self, name: str, given: dict[str, Any], ctx: Context | None = None, fields: str = "") -> Any:  # noqa: ANN401 - any JSON value
        """The payload of one mutation, whose head is made up."""
        head = {} if "payment" in given and name == "holdMoney" else {"id": new_id(), "organization": CHARITY}
        kind = name[0].upper() + name[1:] + "Input"
        document = f"""mutation Do($input: {kind}!) {{ {name}(input: $input) {{
            position replayed errors {{ code message ... on Rejected {{ facts }} }} {fields} }} }}"""
        return (await self.data(document, ctx, input=head | given))[name]

    async def done(self, name: str, given: dict[str, Any], fields: str = "") -> Any:  # noqa: ANN401 - any JSON value
        """The payload of a mutation that must be accepted."""
        payload = await self.record(name, given, fields=fields)
        assert payload["errors"] == [], payload["errors"]
        return payload

    async def refused(self, name: str, given: dict[str, Any], ctx: Context | None = None) -> str:
        """The code of a mutation that must be refused."""
        payload = await self.record(name, given, ctx)
        assert payload["position"] is None, payload
        return str(payload["errors"][0]["code"])


@pytest.fixture
async def counter(fresh_database: Database, tmp_path: Path, built: strawberry.Schema) -> AsyncIterator[Counter]:
    """A counter over a world with a charity that holds 100.00 free and 100.00 bound to education."""
    async with opened(fresh_database, tmp_path) as world:
        await charity(world)
        made = Counter(built, world)
        for account in ("open", "bound"):
            await made.done("recordDonation", gift("100", account))
        yield made


def gift(quantity: str, to: str = "open") -> dict[str, Any]:
    """The input of a donation."""
    part = {"account": f"hubei-{to}", "amount": {"quantity": quantity}}
    return {"donor": "ENTERPRISE", "channel": "BANK", "custody": "hubei-bank", "parts": [part]}


def paid(quantity: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """The input of a disbursement of free money."""
    part = {"account": "hubei-open", "amount": {"quantity": quantity}}
    return {"custody": "hubei-bank", "parts": [part]} | more


def leg(quantity: str, source: str = "bound", target: str = "open") -> dict[str, Any]:
    """The input of an allocation."""
    amount = {"quantity": quantity}
    return {"legs": [{"source": f"hubei-{source}", "target": f"hubei-{target}", "amount": amount}]}


async def test_a_pledge_is_settled_in_parts_reopened_and_closed(counter: Counter) -> None:
    fields = "memorandum { key kind state amount { quantity } settled { quantity } steps { step minorUnits ground } }"
    pledge = {"kind": "PLEDGE", "amount": {"quantity": "90"}, "memorandum": "m1", "counterparty": "ENTERPRISE",
              "person": {"name": "王五"}, "due": "2026-12-31"}  # fmt: skip
    opened_ = await counter.done("openPromise", pledge, fields)
    assert opened_["memorandum"] == {
        "key": "m1", "kind": "PLEDGE", "state": "OPEN", "amount": {"quantity": "90.00"},
        "settled": {"quantity": "0.00"}, "steps": [],
    }  # fmt: skip
    first, second = [(await counter.done("recordDonation", gift("50")))["position"] for _ in range(2)]
    settling = {"memorandum": "m1", "payment": first, "amount": {"quantity": "50"}}
    await counter.done("settleMemorandum", settling)
    assert await counter.refused("settleMemorandum", settling) == "SETTLED_BEFORE"
    too_much = {"memorandum": "m1", "payment": second, "amount": {"quantity": "41"}}
    assert await counter.refused("settleMemorandum", too_much) == "SETTLES_TOO_MUCH"
    done = await counter.done("settleMemorandum", too_much | {"amount": {"quantity": "40"}}, fields)
    assert (done["memorandum"]["state"], done["memorandum"]["settled"]) == ("SETTLED", {"quantity": "90.00"})
    assert await counter.refused("closeMemorandum", {"memorandum": "m1", "ground": "CANCELLED"}) == "NOTHING_OPEN"
    await counter.done("correct", {"of": first, "reason": "MISTAKEN"})
    again = {"memorandum": "m1", "payment": second, "ground": "MISTAKEN"}
    withdrawn = await counter.done("withdrawSettlement", again, fields)
    assert (withdrawn["memorandum"]["state"], withdrawn["memorandum"]["settled"]["quantity"]) == ("OPEN", "0.00")
    assert await counter.refused("closeMemorandum", {"memorandum": "m1", "ground": "WRITTEN_OFF"}) == "MALFORMED"
    closed = await counter.done("closeMemorandum", {"memorandum": "m1", "ground": "WRITTEN_OFF"} | PAPER, fields)
    assert closed["memorandum"]["state"] == "CLOSED"
    assert [step["step"] for step in closed["memorandum"]["steps"]] == ["SETTLED", "SETTLED", "WITHDRAWN", "CLOSED"]
    assert await counter.refused("settleMemorandum", too_much) == "MEMORANDUM_CLOSED"
    found = await counter.data("""{ memoranda(first: 5, where: {kind: {eq: PLEDGE}, effective: {gte: "2026-01-01"},
        organizationKey: {eq: "hubei"}}) { totalCount nodes { key organization { key } } } }""")
    assert found["memoranda"] == {"totalCount": 1, "nodes": [{"key": "m1", "organization": {"key": "hubei"}}]}
    denied = await counter.schema.execute("{ memoranda(first: 1) { nodes { key } } }", {}, counter.world.public)
    assert denied.errors is not None


async def test_a_receivable_takes_up_what_a_correction_could_not_bring_back(counter: Counter) -> None:
    mistaken = (await counter.done("recordDonation", gift("30")))["position"]
    await counter.done("disburse", paid("110"))
    corrected = (await counter.done("correct", {"of": mistaken, "reason": "MISTAKEN"}))["position"]
    owed = {"kind": "RECEIVABLE", "amount": {"quantity": "10"}, "memorandum": "r1",
            "correction": {"position": corrected, "posting": 0}}  # fmt: skip
    assert await counter.refused("openPromise", owed | {"amount": {"quantity": "10.01"}}) == "RECEIVABLE_MISMATCH"
    done = await counter.done("openPromise", owed, "memorandum { correction { kind } }")
    assert done["memorandum"] == {"correction": {"kind": "CORRECTION"}}
    assert await counter.refused("openPromise", owed | {"memorandum": "r2"}) == "ALREADY_EXISTS"


async def test_a_sale_has_one_claimant_and_a_day_so_many_minutes(counter: Counter) -> None:
    sale = {"amount": {"quantity": "5000"}, "seller": "coop-1", "sale": "order-9", "memorandum": "s1", "product": "tea"}
    await counter.done("recordAssistedSale", sale)
    await charity(counter.world, "hunan", uscc=None)
    other = sale | {"memorandum": "s2", "organization": "hunan"}
    assert await counter.refused("recordAssistedSale", other, counter.world.stranger) == "SALE_CLAIMED"
    await counter.done("closeMemorandum", {"memorandum": "s1", "ground": "WITHDRAWN"})
    freed = await counter.record("recordAssistedSale", other, counter.world.stranger)
    assert freed["errors"] == []
    lines = [{"person": {"name": f"志愿者{n}"}, "minutes": 60} for n in range(5)]
    given: dict[str, Any] = {"minutes": 300, "region": "420100@201904", "lines": lines}
    assert await counter.refused("recordVolunteerHours", given) == "REGION_NOT_FOUND"
    content = {"edition": "201904", "items": [{"code": "420100", "name": "武汉市", "level": "city"}]}
    load = "mutation L($input: LoadReferenceInput!) { loadReference(input: $input) { errors { code } } }"
    loaded = await counter.data(load, counter.world.administrator, input={"name": "REGIONS", "content": content})
    assert loaded["loadReference"]["errors"] == []
    named = given | {"id": new_id()}
    done = await counter.done("recordVolunteerHours", named, "memorandum { minutes persons amount { quantity } }")
    assert done["memorandum"] == {"minutes": 300, "persons": 5, "amount": None}
    assert (await counter.done("recordVolunteerHours", named))["replayed"]
    alone = {"minutes": 1441, "region": "420100@201904", "person": {"name": "志愿者"}}
    assert await counter.refused("recordVolunteerHours", alone) == "MALFORMED"


async def test_money_relies_on_a_change_that_was_on_record_before(counter: Counter) -> None:
    assert await counter.refused("allocate", leg("10")) == "RESTRICTION_VIOLATED"
    change = {"restriction": "hubei-school", "amount": {"quantity": "15"}, "basis": "DONOR_CONSENT"}
    assert await counter.refused("changeRestriction", change) == "MALFORMED"
    released = (await counter.done("changeRestriction", change | PAPER))["position"]
    early = leg("10") | {"change": released, "effective": "2026-05-31"}
    assert await counter.refused("allocate", early) == "RESTRICTION_VIOLATED"
    moved = (await counter.done("allocate", leg("10") | {"change": released}))["position"]
    assert await counter.refused("allocate", leg("6") | {"change": released}) == "CHANGE_EXCEEDED"
    shown = "{ restrictionChanges(first: 3) { nodes { basis amount { quantity } used { quantity } targetKey } } }"
    assert (await counter.data(shown, counter.world.public))["restrictionChanges"]["nodes"] == [
        {"basis": "donor-consent", "amount": {"quantity": "15.00"}, "used": {"quantity": "10.00"}, "targetKey": None}
    ]
    await counter.done("correct", {"of": moved, "reason": "MISTAKEN"})
    assert (await counter.data(shown))["restrictionChanges"]["nodes"][0]["used"]["quantity"] == "0.00"
    await counter.done("allocate", leg("6") | {"change": released})
    await counter.done("declareRestriction", {"restriction": "health", "purposes": ["health"]})
    await counter.done("openAccount", {"account": "hubei-health", "restriction": "health"})
    to = (await counter.done("changeRestriction", change | PAPER | {"to": "health"}))["position"]
    assert await counter.refused("allocate", leg("1") | {"change": to}) == "RESTRICTION_VIOLATED"
    await counter.done("allocate", leg("1", target="health") | {"change": to})
    assert await counter.refused("allocate", leg("1") | {"change": moved}) == "NOT_A_CHANGE"


async def test_a_fee_is_held_to_its_agreement(counter: Counter) -> None:
    fee = {"clause": "3", "base": "RECEIVED", "rate": "0.05", "moment": "RECEIPT"}
    agreement = {
        "agreement": "a1", "digest": DIGEST, "counterparty": "ENTERPRISE", "restriction": "hubei-school",
        "fee": fee | {"cap": {"quantity": "4"}}, "validFrom": "2026-01-01", "validUntil": "2026-12-31",
        "milestones": [{"milestone": "built", "due": "2026-06-30", "amount": {"quantity": "10"}}],
    }  # fmt: skip
    fields = "agreement { key feeRate feeCap { quantity } milestones { milestone due minorUnits reached } }"
    bound = await counter.done("bindAgreement", agreement, fields)
    assert bound["agreement"]["milestones"] == [
        {"milestone": "built", "due": "2026-06-30", "minorUnits": "1000", "reached": False}
    ]
    released = leg("3") | fee | {"agreement": "a1"}
    assert await counter.refused("releaseFee", released | {"rate": "0.06"}) == "AGREEMENT_MISMATCH"
    await counter.done("releaseFee", released)
    assert await counter.refused("releaseFee", released) == "AGREED_FEE_EXCEEDED"
    reached = {"agreement": "a1", "milestone": "built"}
    assert await counter.refused("reachMilestone", reached) == "MALFORMED"
    done = await counter.done("reachMilestone", reached | PAPER, fields)
    assert done["agreement"]["milestones"][0]["reached"]
    assert await counter.refused("reachMilestone", reached | PAPER) == "ALREADY_EXISTS"


async def test_facts_are_checked_and_can_be_read(counter: Counter) -> None:
    report = {"digest": DIGEST, "kind": "REPORT", "topic": "IMPLEMENTATION", "body": "civil-affairs", "number": "N-1",
              "validFrom": "2025-01-01", "validUntil": "2025-12-31", "fact": "f1"}  # fmt: skip
    await counter.done("fileFact", report)
    assert await counter.refused("fileFact", report) == "ALREADY_EXISTS"
    assert await counter.refused("fileFact", report | {"fact": "f2", "topic": "CORRECTION_NOTE"}) == "MALFORMED"
    statement = {"digest": DIGEST, "fact": "f3", "account": "hubei-bank", "validFrom": "2026-05-01",
                 "validUntil": "2026-05-31", "opening": "0", "incoming": "20000", "outgoing": "1", "closing": "19999",
                 "lines": 3, "root": DIGEST}  # fmt: skip
    assert await counter.refused("importStatement", statement | {"closing": "20000"}) == "MALFORMED"
    assert await counter.refused("importStatement", statement | {"account": "hubei-open"}) == "NOT_FOR_THIS_KIND"
    await counter.done("importStatement", statement)
    praise = {"digest": DIGEST, "fact": "f4", "award": "advanced-unit", "body": "province"}
    await counter.done("recordCommendation", praise | {"person": {"name": "李四"}})
    seed = "5e" * 32
    commitment = commitment_to(bytes.fromhex(seed))
    drawn = {"digest": DIGEST, "fact": "f5", "commitment": commitment, "population": 9}
    committed = (await counter.done("commitDraw", drawn))["position"]
    draw = {"digest": DIGEST, "committed": committed, "seed": seed, "drawn": 3}
    assert await counter.refused("recordDraw", draw | {"seed": DIGEST}) == "DRAW_MISMATCH"
    await counter.done("recordDraw", draw)
    assert await counter.refused("recordDraw", draw) == "ALREADY_EXISTS"
    everything = "{ facts(first: 9, orderBy: [{field: POSITION}]) { nodes { kind } } }"
    kinds = [node["kind"] for node in (await counter.data(everything))["facts"]["nodes"]]
    assert kinds == ["REPORT_FILED", "STATEMENT_IMPORTED", "COMMENDATION", "DRAW_COMMITTED", "INSPECTION_DRAW"]
    shown = [node["kind"] for node in (await counter.data(everything, counter.world.public))["facts"]["nodes"]]
    assert shown == [kind for kind in kinds if kind != "STATEMENT_IMPORTED"]


async def test_a_hold_names_whom_and_why_and_is_paid_so(counter: Counter) -> None:
    somebody, other = {"person": {"name": "张三"}}, {"person": {"name": "赵六"}}
    made = paid("10", id=new_id(), organization=CHARITY) | somebody
    held = await counter.done("holdMoney", {"payment": {"disburse": made}})
    assert (await counter.done("holdMoney", {"payment": {"disburse": made}}))["replayed"]
    different = await counter.record("holdMoney", {"payment": {"disburse": made | other}})
    assert different["errors"][0]["code"] == "EXISTS_WITH_DIFFERENT_DATA"
    paying = paid("10") | {"hold": held["position"]}
    assert await counter.refused("disburse", paying | other) == "HOLD_MISMATCH"
    named = paying | somebody | {"id": new_id()}
    await counter.done("disburse", named)
    assert (await counter.done("disburse", named))["replayed"]
    lines = [{"person": {"name": f"户主{n}"}, "amount": {"quantity": "2"}} for n in range(5)]
    roster = paid("10", id=new_id(), organization=CHARITY, lines=lines)
    kept = await counter.done("holdMoney", {"payment": {"disburseRoster": roster}})
    await counter.done("disburseRoster", paid("10", lines=lines) | {"hold": kept["position"]})
    ground = {"ground": {"basis": "DONOR_CONSENT", "on": "2026-05-01", "reference": "L-1"}}
    wide = leg("5") | {"id": new_id(), "organization": CHARITY} | ground
    held = await counter.done("holdMoney", {"payment": {"allocate": wide}})
    assert await counter.refused("allocate", leg("5") | {"hold": held["position"]}) == "HOLD_MISMATCH"
    open_holds = """{ organizations(first: 1, where: {key: {eq: "hubei"}}) { nodes { closedThrough
        holds(first: 9, where: {state: {eq: OPEN}}) { nodes { payment moves { sourceKey minorUnits } } }
        periods(first: 2) { nodes { through } } } } }"""
    (shown,) = (await counter.data(open_holds))["organizations"]["nodes"]
    assert shown["holds"]["nodes"] == [
        {"payment": "allocation", "moves": [{"sourceKey": "hubei-bound", "minorUnits": "500"}]}
    ]
    await counter.done("allocate", leg("5") | ground | {"hold": held["position"]})
    await counter.done("closePeriod", {"through": "2026-04-30", "authority": "council"})
    (shown,) = (await counter.data(open_holds))["organizations"]["nodes"]
    assert shown == {
        "closedThrough": "2026-04-30", "holds": {"nodes": []}, "periods": {"nodes": [{"through": "2026-04-30"}]}
    }  # fmt: skip


async def test_every_entry_can_be_recorded_in_bulk(counter: Counter) -> None:
    document = """mutation Many($input: RecordEntriesInput!) { recordEntries(input: $input) {
        accepted results { position errors { code } } } }"""

    def head(**more: object) -> dict[str, object]:
        return {"id": new_id(), "organization": CHARITY, **more}

    def payment() -> dict[str, object]:
        return {"payment": {"disburse": head(**paid("1"))}}

    items = [
        {"freezeAccount": head(account="hubei-bound", ground="AUDIT")},
        {"closePeriod": head(through="2026-04-30", authority="council")},
        {"holdMoney": payment()},
        {"recordProject": head(project="p1", code="P1", name="助学")},
        {"openPromise": head(kind="PAYABLE", amount={"quantity": "1"}, memorandum="m9")},
        {"closeMemorandum": head(memorandum="m9", ground="CANCELLED")},
        {"openAccount": head(account="spare")},
        {"closeAccount": head(account="spare")},
    ]
    done = (await counter.data(document, input={"items": items, "atomic": True}))["recordEntries"]
    assert done["accepted"] == len(items), done["results"]
    held = done["results"][2]["position"]
    rest = [{"voidHold": head(hold=held)}, {"unfreezeAccount": head(account="hubei-bound", ground="LIFTED")}]
    answer = (await counter.data(document, input={"items": rest, "atomic": False}))["recordEntries"]
    assert [[error["code"] for error in item["errors"]] for item in answer["results"]] == [[], ["FORBIDDEN"]]
