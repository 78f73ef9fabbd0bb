"""Organizations, projects, beneficiaries, terms, evidence and deliveries: versions, references, named noes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from db.pools import Database
from ledger import records
from ledger.decide import Accepted, Replayed
from ledger.rejections import Rejection
from resolvers.accounts import Account, open_account
from resolvers.beneficiaries import Beneficiary, record_beneficiary
from resolvers.binding import Period
from resolvers.deliveries import Delivery, confirm_delivery
from resolvers.disbursements import Disbursement, disburse
from resolvers.donations import record_donation
from resolvers.evidence import Evidence, attach_evidence
from resolvers.organizations import Organization, record_organization
from resolvers.persons import Person
from resolvers.projects import Project, record_project
from resolvers.references import load_focus_areas
from resolvers.refusals import Refusal
from resolvers.restrictions import Restriction, declare_restriction
from tests.worlds import CHARITY, OTHER, USCC, World, charity, donation, new_id, opened, part


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A journal with a charity."""
    async with opened(fresh_database, tmp_path) as made:
        await charity(made)
        yield made


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


def charity_record(**more: Any) -> Organization:  # noqa: ANN401 - the fields of a record
    """A version of a made-up organization."""
    facts: dict[str, Any] = {"id": new_id(), "organization": OTHER, "name": "湖南省爱心协会", **more}
    return Organization(**facts)


async def test_versions_follow_one_another(world: World) -> None:
    first = charity_record(
        status=[Period("registered", "2010-01-01"), Period("tax-receipt", "2015-01-01", "2017-12-31")]
    )
    entry = await accepted(record_organization(world.administrator, first))
    assert await record_organization(world.administrator, first) == Replayed(entry.position)
    assert entry.document["data"]["facts"]["status"][1]["until"] == "2017-12-31"
    code, facts = await refused(record_organization(world.administrator, replace(first, id=new_id())))
    assert (code, facts["current"], facts["asked"]) == ("VERSION_CONFLICT", 1, 0)
    second = replace(
        first, id=new_id(), version=1, name="湖南省爱心基金会", status=[Period("registered", "2010-01-01")]
    )
    entry = await accepted(record_organization(world.administrator, second))
    (row,) = [row for row in await world.rows("organization") if row["id"] == OTHER]
    assert (row["version"], row["name"], row["position"]) == (2, "湖南省爱心基金会", entry.position)
    assert [s["kind"] for s in await world.rows("organization_status") if s["organization"] == OTHER] == ["registered"]
    stored = [row for row in await world.rows("record") if row["id"] == OTHER]
    assert [row["version"] for row in stored] == [1, 2]
    for row in stored:
        assert sha256(row["content"]).digest() == row["digest"]
    assert (
        records.rows(orjson.loads(stored[-1]["content"]), entry.position)["organization"][0]["name"]
        == "湖南省爱心基金会"
    )


async def test_credit_codes_and_legal_forms(world: World) -> None:
    async def ask(**more: Any) -> object:  # noqa: ANN401 - the fields of a record
        return await record_organization(world.administrator, charity_record(**more))

    code, facts = await refused(ask(uscc="53420000MJA000016X"))
    assert code == "USCC_INVALID"
    assert "check character" in str(facts["why"])
    assert (await refused(ask(uscc="🏮")))[0] == "USCC_INVALID"
    assert await refused(ask(uscc=USCC, legal_form="association")) == (
        "LEGAL_FORM_MISMATCH", {"uscc": USCC, "found": "foundation", "asked": "association"},
    )  # fmt: skip
    assert await refused(ask(uscc=USCC, legal_form="foundation")) == ("ALREADY_EXISTS", {"what": "uscc", "id": USCC})
    assert (await refused(ask(legal_form="club")))[0] == "MALFORMED"


async def test_what_makes_a_record_malformed(world: World) -> None:
    for wrong in (
        {"name": ""}, {"name": " a"}, {"name": "a" * 201}, {"name": "a\nb"}, {"organization": "Big Name"},
        {"version": -1}, {"kind": "no such form!"}, {"level": "galaxy"}, {"management_mode": "chaos"},
        {"identifiers": ["a b"]}, {"status": [Period("registered", "soon")]}, {"id": "1"},
        {"status": [Period("registered", "2017-01-02", "2017-01-01")]}, {"name_en": "\u202e"},
        {"status": [Period("registered", "2017-01-01")] * 65}, {"name": "e\u0301"},
    ):  # fmt: skip
        assert (await refused(record_organization(world.administrator, charity_record(**wrong))))[0] == "MALFORMED", (
            wrong
        )
    assert (await refused(record_organization(world.administrator, charity_record(region="110000@201904"))))[0] == (
        "REGION_NOT_FOUND"
    )
    assert (await refused(record_organization(world.administrator, charity_record(name="11010519491231002X"))))[0] == (
        "PERSONAL_DATA_IN_CLEAR"
    )


def project(**more: Any) -> Project:  # noqa: ANN401 - the fields of a record
    """A version of a project of the charity."""
    facts: dict[str, Any] = {
        "id": new_id(),
        "organization": CHARITY,
        "project": "school",
        "code": "S1",
        "name": "助学",
        **more,
    }
    return Project(**facts)


async def test_projects_name_things_that_are_there(world: World) -> None:
    await record_project(world.officer, project(purpose="education", starts="2026-01-01", ends="2026-12-31"))
    assert (await refused(record_project(world.officer, project(project="other"))))[0] == "ALREADY_EXISTS"
    assert (await refused(record_project(world.officer, project(version=7))))[0] == "VERSION_CONFLICT"
    assert (await refused(record_project(world.officer, project(starts="2026-02-01", ends="2026-01-01"))))[
        0
    ] == "MALFORMED"
    assert (await refused(record_project(world.officer, project(status="dreaming"))))[0] == "MALFORMED"
    await load_focus_areas(world.administrator)
    code, facts = await refused(record_project(world.officer, project(version=1, purpose="gardening")))
    assert (code, facts) == ("PURPOSE_NOT_FOUND", {"purpose": "gardening"})
    await record_project(world.officer, project(version=1, purpose="education.student-aid"))
    (row,) = await world.rows("project")
    assert (row["version"], row["purpose"], row["starts"]) == (2, "education.student-aid", None)


async def test_terms_name_things_that_are_there(world: World) -> None:
    terms = Restriction(id=new_id(), organization=CHARITY, restriction="narrow", project="nowhere")
    assert (await refused(declare_restriction(world.officer, terms)))[0] == "PROJECT_NOT_FOUND"
    assert (await refused(declare_restriction(world.officer, replace(terms, project=None, region="110000@201904"))))[
        0
    ] == ("REGION_NOT_FOUND")
    for day in ("9999-12-31", "0001-01-01"):  # the database would read them as infinity
        endless = replace(terms, project=None, valid_until=day)
        assert (await refused(declare_restriction(world.officer, endless)))[0] == "MALFORMED"
    await load_focus_areas(world.administrator)
    assert (await refused(declare_restriction(world.officer, replace(terms, project=None, purposes=["x"]))))[0] == (
        "PURPOSE_NOT_FOUND"
    )
    account = Account(id=new_id(), organization=CHARITY, account="new", restriction="nothing")
    assert (await refused(open_account(world.officer, account)))[0] == "RESTRICTION_NOT_FOUND"
    assert (await refused(open_account(world.officer, replace(account, restriction=None, project="nowhere"))))[0] == (
        "PROJECT_NOT_FOUND"
    )
    assert (await refused(open_account(world.officer, replace(account, account="hubei-open", restriction=None))))[
        0
    ] == ("ALREADY_EXISTS")
    assert (await refused(open_account(world.officer, replace(account, restriction=None, klass="bank"))))[
        0
    ] == "MALFORMED"
    assert (await refused(open_account(world.officer, replace(account, restriction=None, asset="gold"))))[
        0
    ] == "MALFORMED"


def beneficiary(**more: Any) -> Beneficiary:  # noqa: ANN401 - the fields of a record
    """A version of a beneficiary's record."""
    facts: dict[str, Any] = {
        "id": new_id(), "organization": CHARITY, "beneficiary": "b1", "person": Person({"name": "王小明"}),
        "categories": [Period("REGISTERED_POOR", "2019-01-01", "2020-12-31")], **more,
    }  # fmt: skip
    return Beneficiary(**facts)


async def test_a_beneficiary_is_a_pseudonym_and_a_digest(world: World) -> None:
    first = beneficiary()
    entry = await accepted(record_beneficiary(world.officer, first))
    assert set(entry.document["data"]) == {"noun", "digest"}
    assert await record_beneficiary(world.officer, first) == Replayed(entry.position)
    for other in (
        replace(first, person=Person({"name": "王小红"})), replace(first, person=None),
        replace(first, kind="household"),
        replace(first, categories=[]),
    ):  # fmt: skip
        code, facts = await refused(record_beneficiary(world.officer, other))
        assert (code, facts["stored"], facts["asked"]) == ("EXISTS_WITH_DIFFERENT_DATA", "sealed", "sealed")
    assert (await refused(record_beneficiary(world.officer, beneficiary())))[0] == "VERSION_CONFLICT"
    await record_beneficiary(world.officer, beneficiary(version=1, categories=[]))
    assert await world.rows("beneficiary_category") == []
    assert [row["version"] for row in await world.rows("beneficiary")] == [2]
    assert len(await world.rows("personal")) == 2
    assert (await refused(record_beneficiary(world.officer, beneficiary(kind="king"))))[0] == "MALFORMED"
    assert (await refused(record_beneficiary(world.officer, beneficiary(region="110000@201904"))))[
        0
    ] == "REGION_NOT_FOUND"


async def test_evidence_and_deliveries_belong_to_entries(world: World) -> None:
    await record_donation(world.officer, donation(100))
    pay = Disbursement(id=new_id(), organization=CHARITY, parts=(part("open", 60),), custody="hubei-bank")
    paid = await accepted(disburse(world.officer, pay))
    paper = Evidence(id=new_id(), organization=CHARITY, subject=paid.position, digest="ab" * 32, size=10,
                     media_type="application/pdf")  # fmt: skip
    await attach_evidence(world.officer, paper)
    taken = replace(paper, evidence=paper.id, id=new_id())
    assert (await refused(attach_evidence(world.officer, taken)))[0] == "ALREADY_EXISTS"
    assert (await refused(attach_evidence(world.officer, replace(paper, id=new_id(), subject=999))))[
        0
    ] == "ENTRY_NOT_FOUND"
    assert (await refused(attach_evidence(world.officer, replace(paper, id=new_id(), media_type="🎁"))))[
        0
    ] == "MALFORMED"
    done = Delivery(
        id=new_id(), organization=CHARITY, subject=paid.position, method="transfer", confirmation="signature",
        persons=3, person=Person({"name": "李村长"}),
    )  # fmt: skip
    entry = await accepted(confirm_delivery(world.officer, done))
    assert await confirm_delivery(world.officer, done) == Replayed(entry.position)
    assert (await refused(confirm_delivery(world.officer, replace(done, person=None))))[
        0
    ] == "EXISTS_WITH_DIFFERENT_DATA"
    assert (await refused(confirm_delivery(world.officer, replace(done, id=new_id(), method="magic"))))[
        0
    ] == "MALFORMED"
    (row,) = await world.rows("delivery")
    assert (row["persons"], row["method"]) == (3, "transfer")


async def test_evidence_and_deliveries_are_of_ones_own_payments(world: World) -> None:
    await charity(world, OTHER, uscc=None)
    gift = await accepted(record_donation(world.officer, donation(100)))
    paper = Evidence(id=new_id(), organization=OTHER, subject=gift.position, digest="ab" * 32, size=10,
                     media_type="application/pdf")  # fmt: skip
    assert (await refused(attach_evidence(world.stranger, paper)))[0] == "NOT_THE_ORGANIZATIONS_ENTRY"
    done = Delivery(
        id=new_id(), organization=CHARITY, subject=gift.position, method="cash", confirmation="photo", persons=1
    )
    code, facts = await refused(confirm_delivery(world.officer, done))
    assert (code, facts) == ("NOT_A_PAYMENT", {"entry": gift.position, "kind": "donation"})


async def test_two_officers_at_once(world: World) -> None:
    """Two new versions of one record: one is written, the other one is told of it."""
    pair = [beneficiary(person=None), beneficiary(person=None)]
    answers = await asyncio.gather(*(record_beneficiary(world.officer, one) for one in pair), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) in (["Accepted", "Refusal"], ["Accepted", "Rejection"])
    assert len(await world.rows("beneficiary")) == 1
    clash = [project(project="a"), project(project="b")]
    answers = await asyncio.gather(*(record_project(world.officer, one) for one in clash), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Accepted", "Refusal"]
    (no,) = [answer for answer in answers if isinstance(answer, Refusal)]
    assert (no.code, no.facts) == ("ALREADY_EXISTS", {"what": "project code", "id": "S1"})
