"""The demo's world: a handful of organizations and two years of their money, the same at every start.

    lists -> organizations, projects, beneficiaries -> restrictions, accounts -> money -> deliveries, evidence,
    returns, a correction, a breach -> a donation list with rows to decide

Made through the use cases, as anybody would make it; `seed` again finds the last command and adds nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from db import import_batches, lookups
from db.journal import Item
from resolvers import demo_money as money
from resolvers import demo_tables as tables
from resolvers.accounts import Account
from resolvers.beneficiaries import Beneficiary
from resolvers.binding import Period
from resolvers.context import Context
from resolvers.corrections import Correction
from resolvers.deliveries import Delivery
from resolvers.demo_list import FILE, LIST
from resolvers.demo_money import MONTHS, identity
from resolvers.demo_places import HUBEI, poverty_counties, region, regions
from resolvers.demo_tables import DAWN, HEALTH, OLD, REGISTERED_POOR, RICE, SINCE
from resolvers.evidence import Evidence
from resolvers.import_decisions import Decision, resolve_decision
from resolvers.imports import import_donations
from resolvers.organizations import Organization
from resolvers.persons import Person
from resolvers.projects import Project
from resolvers.recording import Request, record
from resolvers.references import load_focus_areas, load_reference
from resolvers.restrictions import Restriction
from resolvers.returns import Refund, ReturnedPayment

_LAST = "last"
_TOGETHER = 500
"""Commands that are appended in one linked group."""

Positions = dict[str, int]
"""Where each request of the world became an entry, by the request's id."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """Whose tokens a demo hands out: an officer's organization and a supervisor's region."""

    organization: str
    region: str


async def seed(ctx: Context) -> Seeded:
    """Write the demo's world, or find it there."""
    found = Seeded(DAWN, HUBEI)
    if await lookups.stored_entry(ctx.reader, ctx.journal.id, identity(_LAST)) is not None:
        return found
    await load_reference(ctx, "regions", regions())
    await load_reference(ctx, "poverty-counties", poverty_counties())
    await load_focus_areas(ctx)
    await _records(ctx)
    await _together(ctx, _restrictions())
    await _together(ctx, _accounts())
    positions = await _money(ctx)
    await _papers(ctx, positions)
    await _returns(ctx, positions)
    await _list(ctx)
    await record(ctx, _evidence(_LAST, DAWN, positions[identity(f"books {MONTHS[-1]}")]))
    return found


async def _records(ctx: Context) -> None:
    """Organizations, projects, beneficiaries; those that an interrupted start has left are not made again."""
    made: list[tuple[str, str, Organization | Project | Beneficiary]] = [
        ("organization", each.id, _organization(each)) for each in tables.ORGANIZATIONS
    ]
    made += [("project", each.id, _project(each)) for each in tables.PROJECTS]
    made += [("beneficiary", f"household-{n + 1}", _household(n, name)) for n, name in enumerate(tables.FAMILIES)]
    for noun in ("organization", "project", "beneficiary"):
        wanted = [(key, request) for kind, key, request in made if kind == noun]
        there = await import_batches.records_there(ctx.reader, ctx.journal.id, noun, [key for key, _ in wanted])
        items: list[Item] = []
        for key, request in wanted:
            if key not in there:
                prepared = await request.compose(ctx)
                items.append((prepared.command, prepared.companions))
        await _append(ctx, items)


def _organization(each: tables.Organization) -> Organization:
    return Organization(
        id=identity(f"organization {each.id}"), organization=each.id, name=each.name, name_en=each.name_en,
        kind=each.kind, uscc=each.uscc, legal_form=each.legal_form, level=each.level, management_mode=each.mode,
        registration_authority=each.authority, supervising_body=each.supervisor, region=each.region,
        status=each.status,
    )  # fmt: skip


def _project(each: tables.Project) -> Project:
    return Project(
        id=identity(f"project {each.id}"), organization=each.organization, project=each.id, code=each.id.upper(),
        name=each.name, name_en=each.name_en, purpose=each.purpose, region=each.region, starts=each.starts,
        ends=each.ends, status=each.status,
    )  # fmt: skip


def _household(n: int, family: str) -> Beneficiary:
    until = "2019-06-30" if n % 2 else None
    return Beneficiary(
        id=identity(f"household {n}"), organization=OLD, beneficiary=f"household-{n + 1}", kind="household",
        region=region("421122"), categories=[Period(REGISTERED_POOR, "2014-01-01", until)],
        person=Person({"name": family, "address": f"示范村{n + 1}组"}),
    )  # fmt: skip


def _restrictions() -> list[Request]:
    return [
        Restriction(
            id=identity(f"restriction {each.id}"), organization=each.organization, restriction=each.id,
            purposes=each.purposes, region=each.region, project=each.project, categories=each.categories,
            fee_cap=each.fee_cap, effective=SINCE,
        )
        for each in tables.RESTRICTIONS
    ]  # fmt: skip


def _accounts() -> list[Request]:
    """An account for each restriction, a general one and the undetermined one; where it lies; and for the rice."""
    made = [_account(each.id, each.organization, restriction=each.id) for each in tables.RESTRICTIONS]
    for organization, classes in tables.CUSTODIES:
        made.append(_account(f"{organization}-general", organization))
        made += [_account(f"{organization}-{klass}", organization, klass) for klass in classes]
    made.append(_account(f"{OLD}-rice", OLD, asset=RICE))
    made.append(_account(f"{OLD}-warehouse", OLD, "warehouse", asset=RICE))
    return made


def _account(
    name: str, organization: str, klass: str = "fund", *, asset: str = "CNY/2", restriction: str | None = None
) -> Request:
    return Account(
        id=identity(f"account {name}"), organization=organization, account=name,
        book="fund" if klass == "fund" else "custody", klass=klass, asset=asset, restriction=restriction,
        effective=SINCE,
    )  # fmt: skip


async def _money(ctx: Context) -> Positions:
    """Two years of gifts and what was done with them."""
    positions = await _together(ctx, money.beginning())
    for n, at in enumerate(MONTHS):
        positions |= await _together(ctx, money.month(at))
        if n % 3 == 2:  # noqa: PLR2004 - the last month of a quarter
            positions |= await _together(ctx, money.quarter(at))
    positions |= await _together(ctx, money.rarely())
    return positions | await _together(ctx, money.observed())


async def _papers(ctx: Context, positions: Positions) -> None:
    """Confirmed deliveries with their counts, and documents."""
    made: list[Request] = []
    for n, at in enumerate(MONTHS[2::3]):
        pupils, books = positions[identity(f"pupils {at}")], positions[identity(f"books {at}")]
        made.append(_delivery(f"pupils {at}", DAWN, pupils, "transfer", "telephone", 6, "421126"))
        made.append(_delivery(f"books {at}", DAWN, books, "goods", "signature", 180 + 10 * n, "422823"))
        made.append(_delivery(f"house {at}", OLD, positions[identity(f"houses {at}")], "proxy", "visit", 4, "421122"))
        made.append(_evidence(f"invoice {at}", DAWN, books))
    for n, persons in enumerate((118, 57)):
        name = f"rice out {n}"
        made.append(_delivery(name, OLD, positions[identity(name)], "goods", "fingerprint", persons, "421122"))
    await _together(ctx, made)


def _delivery(
    name: str, organization: str, subject: int, method: str, confirmation: str, persons: int, code: str
) -> Request:
    return Delivery(
        id=identity(f"delivery {name}"), organization=organization, subject=subject, method=method,
        confirmation=confirmation, persons=persons, region=region(code), category=REGISTERED_POOR,
        effective="2019-12-30",
    )  # fmt: skip


def _evidence(name: str, organization: str, subject: int) -> Evidence:
    content = f"demo document {name}".encode()
    return Evidence(
        id=identity(name), organization=organization, subject=subject, digest=sha256(content).hexdigest(),
        size=len(content), media_type="text/plain", effective="2019-12-31",
    )  # fmt: skip


async def _returns(ctx: Context, positions: Positions) -> None:
    """A payment that came back, a refund to its donor, and a gift typed in twice that is corrected."""
    paid, given = positions[identity(f"heart {MONTHS[5]}")], positions[identity(f"rivers institution {MONTHS[21]}")]
    twice = await _together(ctx, [money.twice("first"), money.twice("again")])
    await _together(
        ctx,
        [
            ReturnedPayment(
                id=identity("returned"), organization=HEALTH, effective="2018-07-09", of=(paid, 0),
                amount=money.yuan(1_500), custody=f"{HEALTH}-bank",
            ),
            Refund(
                id=identity("refund"), organization="rivers", effective="2019-11-04", of=(given, 0),
                to="donors:institution:bank", custody="rivers-bank", parts=(money.part("rivers-hongan", 10_000),),
            ),
            Correction(
                id=identity("correction"), organization=DAWN, effective="2018-02-13",
                of=twice[money.twice("again").id], reason="duplicate",
            ),
        ],
    )  # fmt: skip


async def _list(ctx: Context) -> None:
    """A donation list with earmarks, some of which a person must decide; one of them is decided."""
    dawn = next(each for each in tables.ORGANIZATIONS if each.id == DAWN)
    report = await import_donations(ctx, [(FILE, LIST.encode())], organization=str(dawn.uscc))
    waiting = [each for each in report.decisions if each.position is not None]
    if waiting:
        decided = Decision(
            id=identity("decided"), decision=str(waiting[0].position), account="dawn-student-aid",
            reason="与捐赠人电话确认：用于全省助学。", effective="2019-12-20",
        )  # fmt: skip
        await resolve_decision(ctx, decided)


async def _together(ctx: Context, requests: Iterable[Request]) -> Positions:
    """Append requests as linked groups, in order; return where each stands."""
    items: list[Item] = []
    for request in requests:
        prepared = await request.compose(ctx)
        items.append((prepared.command, prepared.companions))
    return await _append(ctx, items)


async def _append(ctx: Context, items: Sequence[Item]) -> Positions:
    assert ctx.door is not None, "the composition root gives every context that records a door"
    positions: Positions = {}
    for start in range(0, len(items), _TOGETHER):
        group = items[start : start + _TOGETHER]
        outcomes = await ctx.door.append_linked(group)
        positions |= {item[0].id: outcome.position for item, outcome in zip(group, outcomes, strict=True)}
    return positions
