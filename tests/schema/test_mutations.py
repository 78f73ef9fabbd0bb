"""Mutations over a real journal: what they answer, read back through the one read path, and their named noes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import strawberry

from db.pools import Database
from resolvers.context import Context, Role
from tests.worlds import CHARITY, World, charity, new_id, opened


@dataclass
class Counter:
    """Sends documents to the contract over a world."""

    schema: strawberry.Schema
    world: World

    async def ask(self, document: str, ctx: Context | None = None, **variables: object) -> Any:  # noqa: ANN401 - any JSON value
        """The result, errors and all."""
        return await self.schema.execute(document, variables, ctx or self.world.officer)

    async def data(self, document: str, ctx: Context | None = None, **variables: object) -> Any:  # noqa: ANN401 - any JSON value
        """The data of a request without errors."""
        result = await self.ask(document, ctx, **variables)
        assert result.errors is None, result.errors
        return result.data

    async def record(self, name: str, given: object, ctx: Context | None = None, fields: str = "") -> Any:  # noqa: ANN401 - any JSON value
        """The payload of one mutation."""
        kind = name[0].upper() + name[1:] + "Input"
        document = f"""
            mutation Do($input: {kind}!) {{ {name}(input: $input) {{
                position at leafHash state replayed errors {{ {ERRORS} }} {fields}
            }} }}"""
        return (await self.data(document, ctx, input=given))[name]


ERRORS = """
    __typename code message path
    ... on Malformed { field why }
    ... on RestrictionViolated { account dimension allowed askedFor: asked }
    ... on InsufficientFunds { account held units: asked }
    ... on ExistsWithDifferent { field stored text: asked at: position }
    ... on NotFound { what key }
    ... on Forbidden { action role }
    ... on Rejected { facts }
"""


@pytest.fixture
async def counter(fresh_database: Database, tmp_path: Path, built: strawberry.Schema) -> AsyncIterator[Counter]:
    """A counter over a world with a charity."""
    async with opened(fresh_database, tmp_path) as world:
        await charity(world)
        yield Counter(built, world)


def donation(quantity: str, to: str = "open", **more: object) -> dict[str, object]:
    """The input of a donation."""
    return {
        "id": new_id(), "organization": CHARITY, "donor": "NATURAL", "channel": "BANK", "custody": "hubei-bank",
        "parts": [{"account": f"hubei-{to}", "amount": {"quantity": quantity}}], **more,
    }  # fmt: skip


async def test_a_donation_is_recorded_read_back_and_sent_again(counter: Counter) -> None:
    given = donation("100.50")
    fields = "entry { kind position organizationKey postings(first: 5) { nodes { amount { quantity minorUnits } } } }"
    done = await counter.record("recordDonation", given, fields=fields)
    assert done["errors"] == []
    assert done["state"] == "RECORDED"
    assert not done["replayed"]
    assert done["entry"]["kind"] == "DONATION"
    assert done["entry"]["position"] == done["position"]
    assert {"amount": {"quantity": "100.50", "minorUnits": "10050"}} in done["entry"]["postings"]["nodes"]
    again = await counter.record("recordDonation", given, fields=fields)
    assert again == done | {"replayed": True}
    other = await counter.record("recordDonation", given | {"parts": donation("7")["parts"]})
    assert other["position"] is None
    (error,) = other["errors"]
    assert error["__typename"] == "ExistsWithDifferent"
    assert error["at"] == done["position"]


async def test_the_first_steps_of_an_organization(counter: Counter) -> None:
    administrator = counter.world.administrator
    made = await counter.record("recordOrganization", {
        "id": new_id(), "organization": "hunan", "name": "湖南省爱心协会", "legalForm": "ASSOCIATION",
        "status": [{"kind": "registered", "validFrom": "2011-01-01"}],
    }, administrator, "organization { key name version legalForm statuses { kind validFrom } }")  # fmt: skip
    assert made["organization"] == {
        "key": "hunan", "name": "湖南省爱心协会", "version": 1, "legalForm": "association",
        "statuses": [{"kind": "registered", "validFrom": "2011-01-01"}],
    }  # fmt: skip
    head = {"organization": CHARITY}
    account = await counter.record(
        "openAccount", head | {"id": new_id(), "account": "new", "class": "BANK"}, None, "account { key book class }"
    )
    assert account["account"] == {"key": "new", "book": "CUSTODY", "class": "bank"}
    project = await counter.record(
        "recordProject",
        head | {"id": new_id(), "project": "p1", "code": "P1", "name": "助学"},
        None,
        "project { code }",
    )
    assert project["project"] == {"code": "P1"}
    terms = head | {"id": new_id(), "restriction": "r1", "project": "p1", "feeCap": "0.05"}
    assert (await counter.record("declareRestriction", terms))["errors"] == []
    unsure = await counter.record("declareRestriction", terms | {"id": new_id(), "feeCap": "0.00001"})
    assert unsure["errors"][0]["field"] == "feeCap"


def spent(minor: str, account: str = "hubei-bound", **use: str) -> dict[str, object]:
    """The input of a disbursement."""
    part = {"account": account, "amount": {"minorUnits": minor}, "use": use}
    return {"id": new_id(), "organization": CHARITY, "custody": "hubei-bank", "parts": [part]}


async def test_noes_carry_their_facts_in_both_languages(counter: Counter) -> None:
    await counter.record("recordDonation", donation("1.00", to="bound"))
    (violated,) = (await counter.record("disburse", spent("50", purpose="health")))["errors"]
    assert violated == {
        "__typename": "RestrictionViolated", "code": "RESTRICTION_VIOLATED", "path": [], "account": "hubei-bound",
        "dimension": "purpose", "allowed": "education", "askedFor": "health",
        "message": "The money of hubei-bound is restricted in purpose to education; asked: health.",
    }  # fmt: skip
    chinese = counter.world.officer.as_principal(counter.world.officer.principal, "zh")
    (short,) = (await counter.record("disburse", spent("101", purpose="education"), chinese))["errors"]
    assert short["message"] == "账户 hubei-bound 余额 100,请求 101。"
    assert (short["__typename"], short["held"], short["units"]) == ("InsufficientFunds", "100", "101")
    (missing,) = (await counter.record("disburse", spent("1", account="nowhere")))["errors"]
    assert (missing["__typename"], missing["what"], missing["key"]) == ("NotFound", "account", "nowhere")
    (other,) = (await counter.record("allocate", {
        "id": new_id(), "organization": CHARITY,
        "legs": [{"source": "hubei-open", "target": "hubei-open", "amount": {"quantity": "1"}}],
    }))["errors"]  # fmt: skip
    assert (other["__typename"], other["facts"]) == ("Rejected", {"account": "hubei-open"})


async def test_whoever_may_not_is_told_so_without_anything_written(counter: Counter) -> None:
    for ctx in (counter.world.public, counter.world.stranger):
        done = await counter.record("recordDonation", donation("1"), ctx)
        assert [error["__typename"] for error in done["errors"]] == ["Forbidden"]
        assert done["position"] is None


@pytest.mark.parametrize(
    "amount",
    [
        {}, {"quantity": "1", "minorUnits": "1"}, {"quantity": "1.001"}, {"quantity": "0"}, {"quantity": "-1"},
        {"minorUnits": "0"}, {"minorUnits": "-5"}, {"quantity": "1", "asset": "gold"}, {"quantity": "1", "asset": "🎁"},
        {"quantity": "9" * 30},
    ],
)  # fmt: skip
async def test_amounts_that_are_none(counter: Counter, amount: dict[str, str]) -> None:
    part = {"account": "hubei-open", "amount": amount}
    (error,) = (await counter.record("recordDonation", donation("1", parts=[part])))["errors"]
    assert error["__typename"] == "Malformed"
    assert error["path"][:4] == ["input", "parts", "0", "amount"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "not-a-uuid"), ("id", 5), ("id", None), ("effective", "2026-13-01"), ("effective", "🎁"),
        ("donor", "KING"),
        ("parts", "x"), ("parts", [{"account": 5, "amount": {}}]),
        ("parts", [{"account": "x", "amount": {"quantity": 1.5}}]),
        ("parts", [{"account": "x", "amount": {"minorUnits": "1e3"}}]), ("custody", None), ("custody", ["x"]),
        ("parts", [{"account": "x", "amount": {"minorUnits": str(2**63)}}]), ("person", {"name": 5}),
        ("nonsense", 1),
    ],
)  # fmt: skip
async def test_inputs_of_a_wrong_type_are_the_callers_error(
    counter: Counter, caplog: pytest.LogCaptureFixture, field: str, value: object
) -> None:
    document = "mutation M($input: RecordDonationInput!) { recordDonation(input: $input) { position } }"
    canary = {"person": {"name": "金丝雀-canary"}} if field != "person" else {}
    result = await counter.ask(document, input=donation("1") | canary | {field: value})
    assert {error.extensions["code"] for error in result.errors} == {"BAD_USER_INPUT"}
    assert "canary" not in repr([error.formatted for error in result.errors])
    assert "canary" not in caplog.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("custody", "🏮" * 5_000), ("custody", ""), ("custody", "\u0000"), ("custody", "outside/hubei/custody/CNY/2"),
        ("organization", "\ud83c"), ("campaign", "\u202e"), ("platform", "x" * 100_000), ("receipt", "\n"),
        ("voucher", {"book": "🎁", "period": "", "number": "1"}), ("person", {"name": "\ud800"}),
        ("person", {"name": ""}),
    ],
)  # fmt: skip
async def test_strange_texts_meet_a_named_no(counter: Counter, field: str, value: object) -> None:
    administrator = counter.world.administrator
    done = await counter.record("recordDonation", donation("1") | {field: value}, administrator)
    assert [error["__typename"] for error in done["errors"]] in (["Malformed"], ["NotFound"], ["Rejected"]), done


async def test_many_at_once_answer_one_by_one(counter: Counter) -> None:
    document = """mutation Many($input: RecordEntriesInput!) { recordEntries(input: $input) {
        accepted results { position leafHash replayed state errors { __typename code path } } } }"""
    items: list[dict[str, object]] = [
        {"recordDonation": donation("5")}, {"disburse": spent("5", account="nowhere")},
        {"recordDonation": donation("0")}, {"disburse": spent("5", account="hubei-open")},
    ]  # fmt: skip
    answer = (await counter.data(document, input={"items": items, "atomic": False}))["recordEntries"]
    assert answer["accepted"] == 2
    assert [[error["code"] for error in result["errors"]] for result in answer["results"]] == [
        [], ["ACCOUNT_NOT_FOUND"], ["MALFORMED"], [],
    ]  # fmt: skip
    assert answer["results"][2]["errors"][0]["path"] == ["input", "items", "2", "parts", "0", "amount"]
    again = (await counter.data(document, input={"items": items[::3], "atomic": True}))["recordEntries"]
    assert [result["replayed"] for result in again["results"]] == [True, True]
    assert again["results"][0]["leafHash"] == answer["results"][0]["leafHash"]
    atomic = await counter.data(
        document, input={"items": [{"recordDonation": donation("5")}, items[1]], "atomic": True}
    )
    assert [[error["code"] for error in result["errors"]] for result in atomic["recordEntries"]["results"]] == [
        ["NOT_TRIED"], ["ACCOUNT_NOT_FOUND"],
    ]  # fmt: skip
    wrong: Any
    for wrong in ([{}], [{"recordDonation": donation("1"), "disburse": spent("1")}], [{"recordDonation": None}]):
        result = await counter.ask(document, input={"items": wrong, "atomic": False})
        assert {error.extensions["code"] for error in result.errors} == {"BAD_USER_INPUT"}
    result = await counter.ask(document, input={"items": [{"recordDonation": donation("1")}] * 2_001, "atomic": False})
    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]
    assert "2001 items" in result.errors[0].message


async def test_tokens_and_lists_are_administered(counter: Counter) -> None:
    administrator = counter.world.administrator
    make = """mutation T($input: CreateTokenInput!) { createToken(input: $input) { id token errors { code path } } }"""
    made = (await counter.data(make, administrator, input={"role": "AUDITOR", "label": "audit 2026"}))["createToken"]
    assert made["token"].startswith("mz_")
    refused = (await counter.data(make, administrator, input={"role": "OFFICER", "label": "x"}))["createToken"]
    assert refused["errors"] == [{"code": "MALFORMED", "path": ["input", "organization"]}]
    listed = await counter.data("{ apiTokens { id role label revoked } }", administrator)
    assert listed["apiTokens"] == [{"id": made["id"], "role": "AUDITOR", "label": "audit 2026", "revoked": None}]
    denied = await counter.ask("{ apiTokens { id } }")
    assert [error.extensions["code"] for error in denied.errors] == ["FORBIDDEN"]
    revoke = "mutation T($input: RevokeTokenInput!) { revokeToken(input: $input) { id errors { code } } }"
    assert (await counter.data(revoke, administrator, input={"token": made["id"]}))["revokeToken"]["errors"] == []
    assert (await counter.data(revoke, administrator, input={"token": made["id"]}))["revokeToken"]["errors"] == [
        {"code": "TOKEN_NOT_FOUND"}
    ]
    load = "mutation L($input: LoadReferenceInput!) { loadReference(input: $input) { position errors { code path } } }"
    content = {"edition": "201401", "items": [{"code": "420528", "from": "2014-01-01"}]}
    loaded = await counter.data(load, administrator, input={"name": "POVERTY_COUNTIES", "content": content})
    assert loaded["loadReference"]["errors"] == []
    wrong: Any
    for wrong in (5, None, "x", [], {"edition": 5}, {"edition": "201401", "items": {}}):
        result = await counter.data(load, administrator, input={"name": "POVERTY_COUNTIES", "content": wrong or 0})
        assert result["loadReference"]["errors"][0]["code"] == "MALFORMED"


async def test_personal_data_comes_back_for_a_reason_alone(counter: Counter) -> None:
    done = await counter.record(
        "recordDonation", donation("1", person={"name": "张三", "citizenNumber": "11010519491231002X"})
    )
    reveal = """mutation R($input: RevealPersonalDataInput!) { revealPersonalData(input: $input) {
        position persons { commitment position data } errors { code } } }"""
    shown = (await counter.data(reveal, input={"reason": "回访", "positions": [done["position"]]}))[
        "revealPersonalData"
    ]
    assert shown["persons"][0]["data"] == {"name": "张三", "citizenNumber": "11010519491231002X"}
    assert int(shown["position"]) == int(done["position"]) + 1
    public = await counter.data(reveal, counter.world.public, input={"reason": "x", "positions": [done["position"]]})
    assert public["revealPersonalData"] == {"position": None, "persons": [], "errors": [{"code": "FORBIDDEN"}]}


async def test_persons_are_forgotten_unless_something_keeps_them(counter: Counter) -> None:
    done = await counter.record("recordDonation", donation("1", person={"name": "张三"}))
    ask = """mutation E($input: ErasePersonalDataInput!) { erasePersonalData(input: $input) {
        positions commitments errors { code message ... on Rejected { facts } } } }"""
    party = (await counter.world.rows("personal"))[0]["commitment"].hex()
    asked = {"commitment": party, "ground": "REQUEST"}
    denied = await counter.data(ask, input=asked)
    assert denied["erasePersonalData"]["errors"][0]["code"] == "FORBIDDEN"
    kept = (await counter.data(ask, counter.world.administrator, input=asked))["erasePersonalData"]
    assert kept["errors"][0]["facts"] == {"basis": "accounting-archives", "until": "2057-01-01"}
    inspector, auditor = counter.world.as_(Role.INSPECTOR), counter.world.as_(Role.AUDITOR)
    hold = """mutation H($input: PlaceCaseHoldInput!) { placeCaseHold(input: $input) { position errors { code } } }"""
    placed = (await counter.data(hold, inspector, input={"commitments": [party], "reason": "举报"}))["placeCaseHold"]
    assert placed["errors"] == []
    kept = (await counter.data(ask, counter.world.administrator, input=asked))["erasePersonalData"]
    assert kept["errors"][0]["facts"] == {"basis": "case-hold", "until": "lifted"}
    lift = """mutation L($input: LiftCaseHoldInput!) { liftCaseHold(input: $input) { position errors { code } } }"""
    about = {"placed": placed["position"], "reason": "结案"}
    assert (await counter.data(lift, inspector, input=about))["liftCaseHold"]["errors"] == []
    assert (await counter.data(lift, inspector, input=about))["liftCaseHold"]["errors"][0]["code"] == (
        "CASE_HOLD_NOT_FOUND"
    )
    assert (await counter.data(hold, input={"commitments": [party], "reason": "x"}))["placeCaseHold"]["errors"]
    head = {"id": new_id(), "organization": CHARITY, "authority": "auditor"}
    audit = await counter.record("placeAuditHold", head, auditor, "entry { kind }")
    assert (audit["errors"], audit["entry"]["kind"]) == ([], "AUDIT_HOLD_PLACED")
    ended = {"id": new_id(), "organization": CHARITY, "placed": audit["position"]}
    assert (await counter.record("liftAuditHold", ended, auditor))["errors"] == []
    log = """mutation A($input: ReadAccessLogInput!) { readAccessLog(input: $input) {
        position accesses { act actor } errors { code } } }"""
    assert (await counter.data(log, auditor, input={"reason": "audit"}))["readAccessLog"]["accesses"] == []
    assert (await counter.data(log, input={"reason": "audit"}))["readAccessLog"]["errors"] == [{"code": "FORBIDDEN"}]
    null = await counter.record("recordDonation", donation("1", person={"name": "张\0三"}))
    assert null["errors"][0]["code"] == "MALFORMED"
    assert int(done["position"]) > 0


async def test_an_account_is_frozen_and_unfrozen_and_an_empty_one_closed(counter: Counter) -> None:
    def named(account: str, **more: object) -> dict[str, object]:
        return {"id": new_id(), "organization": CHARITY, "account": account, **more}

    fields = "account { key status }"
    await counter.record("recordDonation", donation("10"))
    frozen = await counter.record("freezeAccount", named("hubei-open", ground="COURT", reference="c-1"), fields=fields)
    assert (frozen["errors"], frozen["account"]) == ([], {"key": "hubei-open", "status": "FROZEN"})
    assert (await counter.record("disburse", spent("5", "hubei-open")))["errors"][0]["code"] == "ACCOUNT_FROZEN"
    asked = named("hubei-open", ground="LIFTED")
    assert (await counter.record("unfreezeAccount", asked))["errors"][0]["code"] == "FORBIDDEN"
    freed = await counter.record("unfreezeAccount", asked, counter.world.administrator, fields)
    assert (freed["errors"], freed["account"]["status"]) == ([], "OPEN")
    full = await counter.record("closeAccount", named("hubei-open"))
    assert full["errors"][0]["facts"] == {"account": "hubei-open", "balance": "1000"}
    closed = await counter.record("closeAccount", named("hubei-bound"), fields=fields)
    assert (closed["errors"], closed["account"]["status"]) == ([], "CLOSED")
    assert (await counter.record("recordDonation", donation("1", "bound")))["errors"][0]["code"] == "ACCOUNT_CLOSED"


async def test_books_are_closed_and_opened_again(counter: Counter) -> None:
    def named(**more: object) -> dict[str, object]:
        return {"id": new_id(), "organization": CHARITY, "authority": "council", **more}

    fields = "entry { priorPeriod kind effective }"
    assert (await counter.record("closePeriod", named(through="2020-01-31")))["errors"] == []
    on = {"effective": "2020-01-31"}
    late = await counter.record("recordDonation", donation("1", **on))
    assert late["errors"][0]["facts"] == {"organization": CHARITY, "through": "2020-01-31", "asked": "2020-01-31"}
    seen = await counter.record("recordDonation", donation("1", mode="OBSERVED", **on), fields=fields)
    assert seen["entry"] == {"priorPeriod": "2020-01-31", "kind": "DONATION", "effective": "2020-01-31"}
    asked = named(first="2020-01-01", ground="AUDIT", reference="A-1")
    assert (await counter.record("reopenPeriod", asked))["errors"][0]["code"] == "FORBIDDEN"
    done = await counter.record("reopenPeriod", asked, counter.world.administrator, fields)
    assert (done["errors"], done["entry"]["kind"]) == ([], "PERIOD_REOPENED")
    assert (await counter.record("recordDonation", donation("1", **on), fields=fields))["entry"]["priorPeriod"] is None


async def test_money_is_reserved_paid_in_part_voided_and_not_yet_expired(counter: Counter) -> None:
    fields = "entry { kind position }"
    await counter.record("recordDonation", donation("10"))
    held = await counter.record("holdMoney", {"payment": {"disburse": spent("600", "hubei-open")}}, fields=fields)
    assert (held["errors"], held["entry"]["kind"]) == ([], "HOLD")
    assert (await counter.record("disburse", spent("401", "hubei-open")))["errors"][0]["held"] == "400"
    paying = spent("250", "hubei-open") | {"hold": held["position"]}
    paid = await counter.record("disburse", paying, fields="entry { kind resolves { kind position } }")
    assert paid["entry"] == {"kind": "DISBURSEMENT", "resolves": {"kind": "HOLD", "position": held["position"]}}
    again = await counter.record("disburse", paying | {"id": new_id()})
    assert again["errors"][0]["facts"] == {"entry": int(held["position"]), "by": int(paid["position"])}
    until = {"until": "2099-01-01T00:00:00Z"}
    second = await counter.record("holdMoney", {"payment": {"disburse": spent("1", "hubei-open")}, **until})
    about = {"organization": CHARITY, "hold": second["position"]}
    early = await counter.record("expireHold", about | {"id": new_id()})
    assert early["errors"][0]["code"] == "HOLD_NOT_EXPIRED"
    voided = await counter.record("voidHold", about | {"id": new_id(), "reference": "v-1"})
    assert voided["errors"] == []
    account = '{ account(by: {key: "hubei-open"}) { balance { minorUnits } reserved { minorUnits } } }'
    assert (await counter.data(account))["account"] == {
        "balance": {"minorUnits": "750"}, "reserved": {"minorUnits": "0"}
    }  # fmt: skip
