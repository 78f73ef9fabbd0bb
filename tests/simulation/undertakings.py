"""The part of the whole book that moves no held money: every column of its tables, with and without a value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from db import trees
from ledger import tiles
from ledger.attestations import attest
from ledger.filings import commitment_to
from ledger.merkle import root_at
from ledger.notes import Signer
from resolvers.accounts import Account, open_account
from resolvers.agreements import (
    AgreedFee,
    Agreement,
    Change,
    Milestone,
    Reached,
    bind_agreement,
    change_restriction,
    reach_milestone,
)
from resolvers.attestations import Attestation, record_attestation
from resolvers.context import Context, Principal, Role
from resolvers.corrections import Correction, correct
from resolvers.disbursements import Expense, spend
from resolvers.domain import DomainRecord, record_domain
from resolvers.donations import Donation, Income, record_donation, record_income
from resolvers.filings import (
    Draw,
    DrawCommitment,
    Filing,
    Statement,
    commit_draw,
    file_fact,
    import_statement,
    record_draw,
)
from resolvers.goods import Lot, LotValue, declare_goods
from resolvers.memoranda import (
    AssistedSale,
    Closing,
    Hours,
    Promise,
    Settlement,
    Withdrawal,
    close_memorandum,
    open_promise,
    record_assisted_sale,
    record_volunteer_hours,
    settle_memorandum,
    withdraw_settlement,
)
from resolvers.movements import Allocation, FeeRelease, Leg, allocate, release_fee
from resolvers.persons import Person
from resolvers.recording import Money, Part

CHARITY, WUHAN, SEED = "hubei", "420100@201904", "5e" * 32
AUDITOR = Signer("audit.example/firm", bytes(range(32)))
PAPER: dict[str, Any] = {"evidence": "e" * 64, "reference": "P-1"}


def new_id(name: str) -> str:
    """The id of a command by what it does."""
    return str(uuid5(NAMESPACE_URL, f"mingzhang.test/undertakings/{name}"))


def head(name: str) -> dict[str, Any]:
    """The head of a request."""
    return {"id": new_id(name), "organization": CHARITY}


def cny(units: int) -> Money:
    """So many fen."""
    return Money("CNY/2", units)


async def write_undertakings(ctx: Context) -> None:
    """Write it all, as an administrator, into a book that has its accounts and money."""
    await _memoranda(ctx)
    await _terms(ctx)
    await _facts(ctx)
    await _stewardship(ctx)
    await _domain(ctx)
    await _attested(ctx)


async def _memoranda(ctx: Context) -> None:
    """Promises that are settled, reopened and closed; a receivable of a correction; a sale; hours."""
    given = [
        await record_donation(ctx, Donation(
            **head(f"gift {n}"), parts=(Part("a-wide", cny(500)),), custody="a-bank", donor="enterprise",
            channel="bank",
        ))
        for n in range(2)
    ]  # fmt: skip
    await open_promise(ctx, Promise(
        **head("pledge"), **PAPER, noun="pledge", amount=cny(900), memorandum="m-1", counterparty="natural",
        person=Person({"name": "孙七"}), due="2030-12-31", restriction="wide", project="well", campaign="c-1",
    ))  # fmt: skip
    for gift in given:
        await settle_memorandum(ctx, Settlement(
            **head(f"settled by {gift.position}"), memorandum="m-1", payment=gift.position, amount=cny(400),
        ))  # fmt: skip
    await withdraw_settlement(ctx, Withdrawal(
        **head("withdrawn"), **PAPER, memorandum="m-1", payment=given[0].position, ground="mistaken",
    ))  # fmt: skip
    await close_memorandum(ctx, Closing(**head("closed"), **PAPER, memorandum="m-1", ground="written-off"))
    await open_account(ctx, Account(**head("account"), account="a-new"))
    gone = await record_donation(ctx, Donation(
        **head("gone"), parts=(Part("a-new", cny(300)),), custody="a-bank", donor="enterprise", channel="bank",
    ))  # fmt: skip
    await spend(ctx, Expense(
        **head("spent"), parts=(Part("a-new", cny(200)),), custody="a-bank", spent_on="vendors",
    ))  # fmt: skip
    corrected = await correct(ctx, Correction(**head("corrected"), of=gone.position, reason="mistaken"))
    await open_promise(ctx, Promise(
        **head("receivable"), noun="receivable", amount=cny(200), memorandum="m-5", correction=(corrected.position, 0),
    ))  # fmt: skip
    await open_promise(ctx, Promise(**head("payable"), noun="payable", amount=cny(50), memorandum="m-2"))
    await record_assisted_sale(ctx, AssistedSale(
        **head("sale"), amount=cny(8_000), seller="coop-1", sale="S-1", memorandum="m-3", product="tea", region=WUHAN,
    ))  # fmt: skip
    await record_volunteer_hours(ctx, Hours(
        **head("hours"), minutes=90, region=WUHAN, memorandum="m-4", person=Person({"name": "周八"}), purpose="health",
    ))  # fmt: skip


async def _terms(ctx: Context) -> None:
    """Changes of restrictions, with what relies on one; an agreement with its milestones and fee, and a bare one."""
    released = await change_restriction(ctx, Change(
        **head("released"), **PAPER, restriction="wide", amount=cny(700), basis="donor-consent",
    ))  # fmt: skip
    await change_restriction(ctx, Change(
        **head("changed"), restriction="wide", amount=cny(70), basis="filing", to="bound", reference="F-2",
    ))  # fmt: skip
    await allocate(ctx, Allocation(
        **head("relies"), legs=(Leg("a-wide", "a-open", cny(300)),), change=released.position,
    ))  # fmt: skip
    fee = AgreedFee("3", "received", "0.01", "receipt", cny(500))
    await bind_agreement(ctx, Agreement(
        **head("agreement"), digest="f" * 64, agreement="g-1", counterparty="enterprise", partner="plain",
        restriction="bound", amount=cny(90_000), valid_from="2020-01-01", valid_until="2030-12-31", fee=fee,
        milestones=(Milestone("built", "2025-06-30", cny(10)), Milestone("handed-over", "2030-01-01")),
    ))  # fmt: skip
    await bind_agreement(ctx, Agreement(**head("bare"), digest="f" * 64, agreement="g-2"))
    await reach_milestone(ctx, Reached(**head("built"), **PAPER, agreement="g-1", milestone="built"))
    await reach_milestone(ctx, Reached(**head("handed"), agreement="g-1", milestone="handed-over", reference="R-1"))
    await release_fee(ctx, FeeRelease(
        **head("fee"), legs=(Leg("a-bound", "a-fee", cny(20)),), clause="3", base="received", rate="0.01",
        moment="receipt", agreement="g-1",
    ))  # fmt: skip


async def _facts(ctx: Context) -> None:
    """A filing, a publication, a statement, and a draw."""
    span: dict[str, Any] = {"valid_from": "2020-01-01", "valid_until": "2020-12-31"}
    await file_fact(ctx, Filing(
        **head("plan"), digest="f" * 64, fact="f-1", noun="plan", topic="annual", body="civil-affairs", number="N-1",
        **span,
    ))  # fmt: skip
    await file_fact(ctx, Filing(
        **head("published"), digest="f" * 64, fact="f-2", noun="publication", topic="annual", body="site", size=9,
        root="a" * 64,
    ))  # fmt: skip
    await import_statement(ctx, Statement(
        **head("statement"), digest="f" * 64, fact="f-3", account="a-bank", opening=9, incoming=5, outgoing=3,
        closing=11, lines=2, root="a" * 64, **span,
    ))  # fmt: skip
    committed = await commit_draw(ctx, DrawCommitment(
        **head("committed"), digest="f" * 64, fact="f-4", commitment=commitment_to(bytes.fromhex(SEED)), population=9,
    ))  # fmt: skip
    await record_draw(ctx, Draw(
        **head("drawn"), digest="f" * 64, fact="f-5", committed=committed.position, seed=SEED, drawn=3,
    ))  # fmt: skip


async def _stewardship(ctx: Context) -> None:
    """Goods by lot, money for others, and money of the government."""
    await declare_goods(ctx, Lot(
        **head("masks"), asset="GOODS:masks:L-1/0", expires="2030-06-30", valuation=LotValue(
            basis="invoice", value=cny(40_000), quantity=1_000, on="2020-02-01", valuer="auditor-9",
        ),
    ))  # fmt: skip
    await declare_goods(ctx, Lot(**head("quilts"), asset="GOODS:quilts:L-2/0"))
    for name, klass, recipient in (("agency", "agency", "beneficiaries:well"), ("subsidy", "fund", None)):
        await open_account(ctx, Account(
            **head(f"account {name}"), account=f"a-{name}", klass=klass, recipient=recipient,
        ))  # fmt: skip
    await record_income(ctx, Income(
        **head("subsidy"), parts=(Part("a-subsidy", cny(600)),), custody="a-bank", origin="government",
    ))  # fmt: skip


async def _domain(ctx: Context) -> None:
    """Domain records of nobody's, and of a project's; one has a second version."""
    await record_domain(ctx, DomainRecord(noun="authority", id=new_id("authority"), record="bureau", content={
        "name": "武汉市民政局", "kind": "civil_affairs", "level": "city", "region": WUHAN,
    }))  # fmt: skip
    for version, target in enumerate(("40", "50")):
        await record_domain(ctx, DomainRecord(
            **head(f"indicator {version}"), noun="indicator", project="well", record="i-1", version=version,
            content={"name": "出水量", "unit": "m3", "target": target, "due": "2030-12-31"},
        ))  # fmt: skip


async def _attested(ctx: Context) -> None:
    """An auditor's word on the first entries, and one that does not find everything right."""
    trusting = replace(ctx.as_principal(Principal(Role.AUDITOR)), auditors=(str(AUDITOR.verifier),))
    for size, verdict in ((5, "verified"), (7, "partial")):
        tree = await trees.tiles(ctx.reader, ctx.journal.id, tiles.root_tiles(size))
        said = attest(AUDITOR, {
            "origin": ctx.journal_origin(), "size": size, "root": root_at(size, tiles.node_reader(tree)).hex(),
            "verdict": verdict, "report": "ab" * 32,
        })  # fmt: skip
        await record_attestation(trusting, Attestation(id=new_id(f"attested {size}"), **_without_origin(said)))


def _without_origin(said: dict[str, Any]) -> dict[str, Any]:
    """What an auditor said, as the request has it."""
    return {name: value for name, value in said.items() if name != "origin"}
