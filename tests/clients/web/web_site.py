"""The server of the browser tests: the real one, with a small bilingual world, in a process of its own.

    python -m tests.clients.web.web_site DATA       prints one line of JSON when it answers, serves until SIGTERM

The world has every part that a page shows: two years, two provinces, a project, earmarks, allocations, payments with
their use, a payment that came back, a correction, fees, goods, deliveries, and a list with undetermined rows.
"""

from __future__ import annotations

import sys
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import orjson

from resolvers.accounts import Account, open_account
from resolvers.binding import Period
from resolvers.context import Context, Role
from resolvers.corrections import Correction, correct
from resolvers.deliveries import Delivery, confirm_delivery
from resolvers.disbursements import Disbursement, Expense, disburse, spend
from resolvers.donations import Donation, record_donation
from resolvers.imports import import_donations
from resolvers.movements import Allocation, Leg, allocate
from resolvers.organizations import Organization, record_organization
from resolvers.projects import Project, record_project
from resolvers.recording import Money, Part, Use
from resolvers.references import load_focus_areas, load_reference
from resolvers.restrictions import Restriction, declare_restriction
from resolvers.returns import ReturnedPayment, return_payment
from resolvers.tokens import create_token
from schema.asgi.composition import Platform
from schema.asgi.serving import run
from schema.asgi.settings import Settings

HOPE = "hope"
USCC = "53420000MJA000016R"
SICHUAN, LIANGSHAN, ZHAOJUE = "510000", "513400", "513431"
HUBEI, ENSHI, LICHUAN = "420000", "422800", "422802"
EDITION = "201904"
REGIONS = {
    "edition": EDITION,
    "items": [
        {"code": SICHUAN, "name": "四川省", "level": "province"},
        {"code": LIANGSHAN, "name": "凉山彝族自治州", "level": "city", "parent": SICHUAN},
        {"code": ZHAOJUE, "name": "昭觉县", "level": "county", "parent": LIANGSHAN},
        {"code": HUBEI, "name": "湖北省", "level": "province"},
        {"code": ENSHI, "name": "恩施土家族苗族自治州", "level": "city", "parent": HUBEI},
        {"code": LICHUAN, "name": "利川市", "level": "county", "parent": ENSHI},
    ],
}
LIST = (
    "捐赠日期,捐赠人,捐赠金额,备注\n2025-01-31,张三,300.00,\n2025-01-31,某某公司,1200.50,指定用于希望小学的图书馆建设\n"
    "2025-02-01,李四,20.00,希望能帮助更多的孩子\n"
)


def new_id(name: str) -> str:
    """The id of a command by what it does."""
    return str(uuid5(NAMESPACE_URL, f"mingzhang.test/web/{name}"))


def cny(units: int) -> Money:
    """So many fen."""
    return Money("CNY/2", units)


async def write_world(ctx: Context) -> dict[str, int]:
    """Write everything; the positions that tests ask for, by name."""
    await _terms(ctx)
    return {**await _movements(ctx), **await _import(ctx)}


async def _terms(ctx: Context) -> None:
    await load_reference(ctx, "regions", REGIONS)
    await load_focus_areas(ctx)
    status = (Period("registered", "2010-01-01"), Period("public-fundraising", "2017-01-01"))
    await record_organization(ctx, Organization(
        id=new_id("hope"), organization=HOPE, name="希望基金会", name_en="Hope Foundation", uscc=USCC,
        legal_form="foundation", region=f"{HUBEI}@{EDITION}", status=status,
    ))  # fmt: skip
    await record_project(ctx, Project(
        id=new_id("lunch"), organization=HOPE, project="lunch", code="P-1", name="昭觉县乡村小学营养午餐",
        name_en="School lunches in Zhaojue", purpose="education", region=f"{ZHAOJUE}@{EDITION}",
    ))  # fmt: skip
    await declare_restriction(ctx, Restriction(
        id=new_id("r-lunch"), organization=HOPE, restriction="r-lunch", purposes=["education"], project="lunch",
    ))  # fmt: skip
    await declare_restriction(ctx, Restriction(
        id=new_id("r-health"), organization=HOPE, restriction="r-health", purposes=["health"],
    ))  # fmt: skip
    for account, book, klass, restriction, project in (
        ("hope-general", "fund", "fund", None, None),
        ("hope-lunch", "fund", "fund", "r-lunch", "lunch"),
        ("hope-health", "fund", "fund", "r-health", None),
        ("hope-bank", "custody", "bank", None, None),
    ):
        await open_account(ctx, Account(
            id=new_id(account), organization=HOPE, account=account, book=book, klass=klass, restriction=restriction,
            project=project,
        ))  # fmt: skip


async def _gift(ctx: Context, name: str, units: int, account: str, on: str, channel: str = "public-online") -> int:
    given = await record_donation(ctx, Donation(
        id=new_id(name), organization=HOPE, parts=(Part(account, cny(units)),), custody="hope-bank",
        donor="natural", channel=channel, effective=on,
    ))  # fmt: skip
    return given.position


async def _pay(ctx: Context, name: str, units: int, account: str, on: str, payee: str, use: Use) -> int:
    paid = await disburse(ctx, Disbursement(
        id=new_id(name), organization=HOPE, parts=(Part(account, cny(units), use),), custody="hope-bank",
        payee=payee, effective=on,
    ))  # fmt: skip
    return paid.position


async def _movements(ctx: Context) -> dict[str, int]:
    lunch = Use("education", f"{ZHAOJUE}@{EDITION}", "lunch", None, "activity")
    health = Use("health", f"{LICHUAN}@{EDITION}", None, None, "activity")
    gift = await _gift(ctx, "gift", 1_000_000_00, "hope-general", "2024-03-05")
    await _gift(ctx, "clinic", 345_678_90, "hope-health", "2024-06-18", "bank")
    await _gift(ctx, "huge", 90_071_992_547_409_93, "hope-general", "2025-05-20", "bank")
    wrong = await _gift(ctx, "wrong", 500_00, "hope-general", "2025-05-21", "bank")
    corrected = await correct(ctx, Correction(id=new_id("correction"), organization=HOPE, of=wrong, reason="duplicate"))
    moved = Allocation(id=new_id("allocation"), organization=HOPE, effective="2024-03-20", legs=(
        Leg("hope-general", "hope-lunch", cny(600_000_00)), Leg("hope-general", "hope-health", cny(150_000_00)),
    ))  # fmt: skip
    await allocate(ctx, moved)
    meals = await _pay(ctx, "meals", 320_000_00, "hope-lunch", "2024-09-01", "beneficiaries", lunch)
    rice = await _pay(ctx, "rice", 90_000_00, "hope-lunch", "2025-02-20", "vendors", lunch)
    await return_payment(ctx, ReturnedPayment(
        id=new_id("back"), organization=HOPE, of=(rice, 0), amount=cny(12_000_00), custody="hope-bank",
        effective="2025-03-02",
    ))  # fmt: skip
    care = await _pay(ctx, "care", 210_000_00, "hope-health", "2025-04-11", "beneficiaries", health)
    office = Part("hope-general", cny(8_000_00), Use(cost="management"))
    await spend(ctx, Expense(
        id=new_id("office"), organization=HOPE, parts=(office,), custody="hope-bank", spent_on="vendors",
        effective="2025-04-30",
    ))  # fmt: skip
    for name, subject, persons, region in (
        ("d1", meals, 412, ZHAOJUE),
        ("d2", rice, 3, ZHAOJUE),
        ("d3", care, 57, LICHUAN),
    ):
        await confirm_delivery(ctx, Delivery(
            id=new_id(name), organization=HOPE, subject=subject, method="service", confirmation="visit",
            persons=persons, region=f"{region}@{EDITION}",
        ))  # fmt: skip
    return {"gift": gift, "meals": meals, "wrong": wrong, "correction": corrected.position}


async def _import(ctx: Context) -> dict[str, int]:
    report = await import_donations(ctx, [("list.csv", LIST.encode())], organization=USCC)
    return {"decisions": len(report.decisions)}


def main() -> None:
    """Serve the world from a data directory."""
    settings = Settings(data=Path(sys.argv[1]), journal="demo", origin="mingzhang.test/demo", port=0)

    async def ready(platform: Platform, address: str) -> None:
        places = await write_world(platform.context)
        tokens: dict[str, str] = {}
        for role in (Role.OFFICER, Role.AUDITOR):
            organization = HOPE if role is Role.OFFICER else None
            made = await create_token(platform.context, role=role, label="test", organization=organization)
            tokens[role.value] = made.token
        sys.stdout.write(orjson.dumps({"address": address, "tokens": tokens, "places": places}).decode() + "\n")
        sys.stdout.flush()

    run(settings, ready)


if __name__ == "__main__":
    main()
