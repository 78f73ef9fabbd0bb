"""A small book through the real use cases that fills every column of every table that a verifier watches."""

from __future__ import annotations

from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from ledger.commands import OBSERVED
from resolvers.accounts import Account, open_account
from resolvers.approvals import Naming, Threshold, name_approver, set_approval_threshold
from resolvers.beneficiaries import Beneficiary, record_beneficiary
from resolvers.binding import Period
from resolvers.context import Context
from resolvers.corrections import Correction, correct
from resolvers.deliveries import Delivery, confirm_delivery
from resolvers.disbursements import Disbursement, Expense, disburse, spend
from resolvers.donations import Donation, record_donation
from resolvers.evidence import Evidence, attach_evidence
from resolvers.holds import Hold, hold_money
from resolvers.imports import import_donations
from resolvers.movements import Allocation, CustodyMove, FeeRelease, Leg, allocate, move_custody, release_fee
from resolvers.organizations import Organization, record_organization
from resolvers.periods import Closing, close_period
from resolvers.persons import Person
from resolvers.projects import Project, record_project
from resolvers.recording import Money, Part, Use
from resolvers.references import load_reference
from resolvers.restrictions import Restriction, declare_restriction
from tests.simulation.undertakings import write_undertakings

CHARITY = "hubei"
USCC = "53420000MJA000016R"
HUBEI, WUHAN = "420000@201904", "420100@201904"
REGIONS = {
    "edition": "201904",
    "items": [
        {"code": "420000", "name": "湖北省", "level": "province", "predecessors": [["201711", "420000"]]},
        {
            "code": "420100",
            "name": "武汉市",
            "level": "city",
            "parent": "420000",
            "predecessors": [["201711", "420100"]],
        },
    ],
}
EARLIER = {
    "edition": "201711",
    "items": [
        {"code": code, "name": name, "level": level}
        for code, name, level in (
            ("420000", "湖北省", "province"),
            ("420100", "武汉市", "city"),
        )
    ],
}
COUNTIES = {
    "edition": "201404",
    "items": [
        {"code": "421122", "from": "2014-01-01", "until": "2018-12-31"},
        {"code": "421124", "from": "2014-01-01"},
    ],
}
AREAS = {
    "edition": "201711",
    "items": [
        {"code": "education", "name": "教育", "nameEn": "Education", "from": "2017-11-22"},
        {"code": "health", "name": "健康", "nameEn": "Health", "from": "2017-11-22"},
        {
            "code": "clinics",
            "name": "诊所",
            "nameEn": "Clinics",
            "from": "2017-11-22",
            "until": "2024-09-05",
            "parent": "health",
        },
    ],
}
LIST = "捐赠日期,捐赠人,捐赠金额,备注\n2020-01-31,张三,300.00,\n2020-01-31,某某公司,1200.50,\n2020-02-01,李四,20.00,\n"


def new_id(name: str) -> str:
    """The id of a command by what it does: the same book every time."""
    return str(uuid5(NAMESPACE_URL, f"mingzhang.test/{name}"))


def cny(units: int) -> Money:
    """So many fen."""
    return Money("CNY/2", units)


async def write_book(ctx: Context, *, first: int = 50_000) -> None:
    """Write it all, as an administrator; the first gift is of so many fen."""
    await _records(ctx)
    await _accounts(ctx)
    await _movements(ctx, first)
    await _terms(ctx)
    await _approvals(ctx)
    await write_undertakings(ctx)
    await import_donations(ctx, [("list.csv", LIST.encode())], organization=USCC)
    await _versions(ctx)


async def _records(ctx: Context) -> None:
    """Lists, organizations, a project and beneficiaries: each with all of its columns, and one without."""
    await load_reference(ctx, "regions", EARLIER)
    await load_reference(ctx, "regions", REGIONS)
    await load_reference(ctx, "poverty-counties", COUNTIES)
    await load_reference(ctx, "focus-areas", AREAS)
    charity = Organization(
        id=new_id("charity"), organization=CHARITY, name="湖北省慈善基金会", name_en="Hubei Charity Foundation",
        uscc=USCC, legal_form="foundation", level="province", management_mode="dual",
        registration_authority="湖北省民政厅", supervising_body="湖北省民政厅", region=HUBEI, identifiers=("CN-1",),
        status=(Period("registered", "2010-01-01"), Period("public-fundraising", "2017-01-01", "2027-12-31")),
    )  # fmt: skip
    await record_organization(ctx, charity)
    await record_organization(ctx, Organization(id=new_id("plain"), organization="plain", name="无名会"))
    await record_project(ctx, Project(
        id=new_id("well"), organization=CHARITY, project="well", code="P-well", name="水井", name_en="A well",
        purpose="health", region=WUHAN, starts="2020-01-01", ends="2030-12-31", identifiers=("P-1",),
    ))  # fmt: skip
    await record_project(ctx, Project(
        id=new_id("road"), organization=CHARITY, project="road", code="P-road", name="路",
    ))  # fmt: skip
    for name, region, categories in (
        ("b-1", WUHAN, (Period("registered-poor", "2019-01-01", "2020-12-31"), Period("disabled", "2019-06-01"))),
        ("b-2", None, (Period("registered-poor", "2018-01-01"),)),
    ):
        await record_beneficiary(ctx, Beneficiary(
            id=new_id(name), organization=CHARITY, beneficiary=name, region=region, categories=categories,
            person=Person({"name": f"王{name}"}),
        ))  # fmt: skip


async def _accounts(ctx: Context) -> None:
    """Two restrictions, and accounts with and without them."""
    await declare_restriction(ctx, Restriction(
        id=new_id("bound"), organization=CHARITY, restriction="bound", purposes=("health",), project="well",
        categories=("registered-poor",), region=HUBEI, valid_from="2020-01-01", valid_until="2030-12-31",
        fee_cap=1000,
    ))  # fmt: skip
    await declare_restriction(ctx, Restriction(
        id=new_id("wide"), organization=CHARITY, restriction="wide", purposes=("education",),
    ))  # fmt: skip
    for name, book, klass, restriction, project in (
        ("open", "fund", "fund", None, None), ("bound", "fund", "fund", "bound", "well"),
        ("wide", "fund", "fund", "wide", None), ("fee", "fund", "fund", None, None),
        ("bank", "custody", "bank", None, None), ("cash", "custody", "cash", None, None),
    ):  # fmt: skip
        await open_account(ctx, Account(
            id=new_id(f"account {name}"), organization=CHARITY, account=f"a-{name}", book=book, klass=klass,
            restriction=restriction, project=project,
        ))  # fmt: skip


async def _movements(ctx: Context, first: int) -> None:
    """Gifts of persons, money used and moved, a correction, an observed shortfall, papers and deliveries."""
    for name, account, units, donor in (
        ("gift 1", "a-open", first, "natural"), ("gift 2", "a-bound", 90_000, "enterprise"),
        ("gift 3", "a-open", 7_000, "anonymous"),
    ):  # fmt: skip
        person = Person({"name": "赵六"}) if donor == "natural" else None
        await record_donation(ctx, Donation(
            id=new_id(name), organization=CHARITY, parts=(Part(account, cny(units)),), custody="a-bank", donor=donor,
            channel="bank", person=person,
        ))  # fmt: skip
    use = Use(purpose="health", region=WUHAN, project="well", category="registered-poor")
    paid = await disburse(ctx, Disbursement(
        id=new_id("paid"), organization=CHARITY, parts=(Part("a-bound", cny(20_000), use),), custody="a-bank",
        project="well",
    ))  # fmt: skip
    await release_fee(ctx, FeeRelease(
        id=new_id("fee"), organization=CHARITY, legs=(Leg("a-bound", "a-fee", cny(900)),), clause="3", base="received",
        rate="0.01", moment="receipt",
    ))  # fmt: skip
    spent = await spend(ctx, Expense(
        id=new_id("spent"), organization=CHARITY, parts=(Part("a-fee", cny(100), Use(cost="management")),),
        custody="a-bank", spent_on="vendors",
    ))  # fmt: skip
    await correct(ctx, Correction(
        id=new_id("corrected"), organization=CHARITY, of=spent.position, reason="mistaken",
    ))  # fmt: skip
    await allocate(ctx, Allocation(
        id=new_id("moved"), organization=CHARITY, legs=(Leg("a-open", "a-wide", cny(51_000)),),
    ))  # fmt: skip
    await move_custody(ctx, CustodyMove(
        id=new_id("cash"), organization=CHARITY, legs=(Leg("a-bank", "a-cash", cny(4_000)),),
    ))  # fmt: skip
    await spend(ctx, Expense(
        id=new_id("short"), organization=CHARITY, parts=(Part("a-open", cny(9_000)),), custody="a-cash",
        spent_on="staff", mode=OBSERVED,
    ))  # fmt: skip
    for n, region, category in ((1, WUHAN, "registered-poor"), (2, None, None)):
        await attach_evidence(ctx, Evidence(
            id=new_id(f"paper {n}"), organization=CHARITY, evidence=f"e-{n}", subject=paid.position,
            digest=f"{n}" * 64, size=10 * n, media_type="image/png",
        ))  # fmt: skip
        await confirm_delivery(ctx, Delivery(
            id=new_id(f"delivery {n}"), organization=CHARITY, delivery=f"d-{n}", subject=paid.position, method="cash",
            confirmation="signature", persons=n, region=region, category=category,
        ))  # fmt: skip


async def _terms(ctx: Context) -> None:
    """A closed period with a gift that came late to it, a hold that is paid, and one that keeps the very units."""
    await close_period(ctx, Closing(
        id=new_id("closed"), organization=CHARITY, through="2018-12-31", authority="council",
    ))  # fmt: skip
    await record_donation(ctx, Donation(
        id=new_id("late"), organization=CHARITY, effective="2018-12-31", mode=OBSERVED, donor="enterprise",
        channel="bank", parts=(Part("a-open", cny(700)),), custody="a-bank",
    ))  # fmt: skip
    use = Use(purpose="health", region=WUHAN, project="well", category="registered-poor")
    payment = Expense(
        id=new_id("held"), organization=CHARITY, parts=(Part("a-bound", cny(100), use),), custody="a-bank",
        spent_on="vendors",
    )  # fmt: skip
    held = await hold_money(ctx, Hold(payment=payment))
    await spend(ctx, replace(payment, id=new_id("held and paid"), source={"hold": held.position}))
    kept = (Part("a-bound", cny(100), use, ((30_000, 30_100),)),)
    await hold_money(ctx, Hold(payment=replace(payment, id=new_id("kept"), parts=kept)))


async def _approvals(ctx: Context) -> None:
    """A threshold that nothing reaches, an approver, and one who is none any more."""
    await set_approval_threshold(ctx, Threshold(
        id=new_id("threshold"), organization=CHARITY, asset="CNY/2", units=10**12, authority="council",
    ))  # fmt: skip
    for name, ends in (("officer-2", False), ("officer-3", False), ("officer-3", True)):
        await name_approver(ctx, Naming(
            id=new_id(f"{name} {ends}"), organization=CHARITY, approver=name, authority="council", ends=ends,
        ))  # fmt: skip


async def write_more(ctx: Context, count: int) -> None:
    """Record so many further gifts."""
    for n in range(count):
        await record_donation(ctx, Donation(
            id=new_id(f"further {n}"), organization=CHARITY, parts=(Part("a-wide", cny(100 + n)),), custody="a-bank",
            donor="natural", channel="bank",
        ))  # fmt: skip


async def _versions(ctx: Context) -> None:
    """A second version of a record, of which the tables show the newest alone."""
    await record_project(ctx, Project(
        id=new_id("road again"), organization=CHARITY, project="road", version=1, code="P-road", name="道路",
        status="active",
    ))  # fmt: skip
