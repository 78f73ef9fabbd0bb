"""What happens in the demo in two years, as requests in order; positions of earlier entries are given where needed.

Amounts vary by a digest of what they are for, so that the world is the same everywhere and at every time.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from ledger.commands import OBSERVED
from resolvers.demo_places import region
from resolvers.demo_tables import DAWN, GIVERS, HEALTH, OLD, REGISTERED_POOR, RICE, RIVERS, SPARK
from resolvers.disbursements import Disbursement, Expense, Fee, Line, RosterDisbursement
from resolvers.donations import Donation, Income
from resolvers.import_accounts import derived
from resolvers.movements import Allocation, Conversion, FeeRelease, Leg, Transfer
from resolvers.persons import Person
from resolvers.recording import Money, Part, Request, Use

MONTHS = tuple(f"{year}-{month:02d}" for year in (2018, 2019) for month in range(1, 13))
_YUAN = 100


def identity(name: str) -> str:
    """The id of a command of the demo."""
    return derived("demo", name)


def chance(name: str, most: int) -> int:
    """A number from 0 to below `most` that is always the same for a name."""
    return int.from_bytes(sha256(name.encode()).digest()[:6]) % most


def yuan(amount: int) -> Money:
    """Whole yuan."""
    return Money("CNY/2", amount * _YUAN)


def gift(name: str, organization: str, account: str, amount: int, day: str, **more: Any) -> Donation:  # noqa: ANN401 - fields of a donation
    """A donation of whole yuan by bank, of a natural person unless said otherwise."""
    facts: dict[str, Any] = {"donor": "natural", "channel": "bank", "custody": f"{organization}-bank", **more}
    if facts["donor"] == "natural" and "person" not in facts:
        giver = GIVERS[chance(f"giver {name}", len(GIVERS))]
        facts["person"] = Person({"name": giver, "mobile": f"139{chance(name, 10**8):08d}"})
    return Donation(
        id=identity(name), organization=organization, effective=day, parts=(part(account, amount),), **facts
    )


def month(at: str) -> Iterator[Request]:
    """The gifts of one month: small ones online, larger ones by bank, and one of an enterprise every other month."""
    for n in range(4):
        name = f"dawn gift {at} {n}"
        online = n < 2  # noqa: PLR2004 - half of them
        account = "dawn-student-aid" if n % 2 else "dawn-general"
        more = {"channel": "public-online", "custody": "dawn-platform", "campaign": "spring"} if online else {}
        yield gift(name, DAWN, account, 50 + chance(name, 3_000), f"{at}-{3 + n * 5:02d}", **more)
    for n in range(3):
        name = f"health gift {at} {n}"
        online = n == 0 and at < "2019"
        more = {"channel": "public-online", "custody": "chu-health-platform"} if online else {}
        yield gift(name, HEALTH, "health-children", 100 + chance(name, 5_000), f"{at}-{6 + n * 6:02d}", **more)
    number = MONTHS.index(at)
    if number % 2 == 0:
        amount = 20_000 + 1_000 * chance(f"enterprise {at}", 60)
        yield gift(f"dawn enterprise {at}", DAWN, "dawn-enshi", amount, f"{at}-20", donor="enterprise")
        yield gift(f"rivers enterprise {at}", RIVERS, "rivers-lichuan", 2 * amount, f"{at}-21", donor="enterprise")
    if number % 3 == 0:
        yield gift(f"rivers institution {at}", RIVERS, "rivers-hongan", 60_000, f"{at}-22", donor="institution")
        yield gift(f"spark private {at}", SPARK, "spark-children", 8_000, f"{at}-23", channel="private")
        yield gift(f"old private {at}", OLD, "hongan-aid-general", 3_000 + chance(at, 900), f"{at}-24")


def quarter(at: str) -> Iterator[Request]:
    """What is done with it at the end of a quarter (`at` is its last month)."""
    day = f"{at}-26"
    yield Disbursement(
        id=identity(f"books {at}"), organization=DAWN, effective=day, custody="dawn-bank", payee="vendors",
        parts=(Part("dawn-enshi", yuan(9_000 + chance(at, 3_000)), Use(
            "education.student-aid", region("422823"), "dawn-books", REGISTERED_POOR, "activity")),),
    )  # fmt: skip
    yield _roster(at, day)
    yield Disbursement(
        id=identity(f"heart {at}"), organization=HEALTH, effective=day, custody="chu-health-bank",
        project="health-hearts", person=Person({"name": GIVERS[chance(f"patient {at}", 12)], "hospital": "示范医院"}),
        parts=(Part("health-children", yuan(8_000), Use(
            "health.congenital-heart", region(("421122", "422826", "421124")[chance(f"county {at}", 3)]),
            "health-hearts", REGISTERED_POOR, "activity")),),
    )  # fmt: skip
    leg = Leg("rivers-hongan", "old-housing", yuan(40_000))
    yield Transfer(
        id=identity(f"transfer {at}"), organization=RIVERS, effective=day, legs=(leg,),
        custody=(Leg("rivers-bank", "hongan-aid-bank", yuan(40_000)),),
    )  # fmt: skip
    yield Disbursement(
        id=identity(f"crops {at}"), organization=RIVERS, effective=f"{at}-27", custody="rivers-bank", payee="partners",
        parts=(Part("rivers-lichuan", yuan(50_000), Use(
            "industry.local-products", region("422802"), "rivers-crops", None, "activity")),),
    )  # fmt: skip
    yield Disbursement(
        id=identity(f"houses {at}"), organization=OLD, effective=f"{at}-27", custody="hongan-aid-bank",
        project="old-houses", person=Person({"name": GIVERS[chance(f"house {at}", 12)]}),
        parts=(Part("old-housing", yuan(24_000), Use(
            "other.housing", region("421122"), "old-houses", REGISTERED_POOR, "activity")),),
    )  # fmt: skip
    yield Expense(
        id=identity(f"care {at}"), organization=SPARK, effective=f"{at}-28", custody="spark-bank", spent_on="staff",
        parts=(Part("spark-children", yuan(5_500), Use(
            "volunteering.care", region("421181"), "spark-care", None, "activity")),),
    )  # fmt: skip
    yield from _running_costs(at)


def _roster(at: str, day: str) -> RosterDisbursement:
    """Grants to six pupils, whose names lie in the vault."""
    lines = tuple(
        Line(
            Person({"name": f"{GIVERS[(n * 5 + chance(at, 12)) % 12]}之子", "school": f"示范小学{n + 1}"}), 300 * _YUAN
        )
        for n in range(6)
    )
    use = Use("education.student-aid", region("421126"), "dawn-teachers", REGISTERED_POOR, "activity")
    return RosterDisbursement(
        id=identity(f"pupils {at}"), organization=DAWN, effective=day, custody="dawn-bank", project="dawn-teachers",
        parts=(Part("dawn-student-aid", yuan(1_800), use),), lines=lines,
    )  # fmt: skip


def _running_costs(at: str) -> Iterator[Request]:
    for organization, account in ((DAWN, "dawn-general"), (RIVERS, "rivers-general")):
        yield Fee(
            id=identity(f"{organization} bank fee {at}"), organization=organization, effective=f"{at}-28",
            custody=f"{organization}-bank", taken_by="bank", parts=(Part(account, Money("CNY/2", 1_200)),),
        )  # fmt: skip
    yield Fee(
        id=identity(f"platform fee {at}"), organization=DAWN, effective=f"{at}-28", custody="dawn-platform",
        taken_by="platform", parts=(Part("dawn-general", Money("CNY/2", 900)),),
    )  # fmt: skip
    yield Expense(
        id=identity(f"office {at}"), organization=DAWN, effective=f"{at}-28", custody="dawn-bank", spent_on="vendors",
        parts=(Part("dawn-general", yuan(300), Use(cost="management")),),
    )  # fmt: skip


def beginning() -> Iterator[Request]:
    """What is there before the first month: general money, so that running costs can be paid."""
    for organization in (DAWN, RIVERS):
        yield Donation(
            id=identity(f"{organization} seed"), organization=organization, effective="2018-01-02",
            donor="institution", channel="bank", custody=f"{organization}-bank",
            parts=(Part(f"{organization}-general", yuan(200_000)),),
        )  # fmt: skip


def rarely() -> Iterator[Request]:
    """What happens once: interest, an allocation, a management fee, rice bought and given out."""
    yield Income(
        id=identity("interest"), organization=RIVERS, effective="2018-12-21", custody="rivers-bank",
        origin="interest", parts=(Part("rivers-general", Money("CNY/2", 153_212)),),
    )  # fmt: skip
    yield Allocation(
        id=identity("allocation"), organization=DAWN, effective="2019-03-01",
        legs=(Leg("dawn-general", "dawn-student-aid", yuan(60_000)),),
    )  # fmt: skip
    yield FeeRelease(
        id=identity("fee"), organization=DAWN, effective="2019-03-02", clause="grant-2018-3", base="received",
        rate="0.05", moment="period-end", legs=(Leg("dawn-student-aid", "dawn-general", yuan(900)),),
    )  # fmt: skip
    yield Conversion(
        id=identity("rice"), organization=OLD, effective="2019-01-15", paid=Part("hongan-aid-general", yuan(6_000)),
        bought=Part("hongan-aid-rice", Money(RICE, 100)), paid_from="hongan-aid-bank",
        kept_at="hongan-aid-warehouse",
    )  # fmt: skip
    for n, (bags, day) in enumerate(((60, "2019-01-28"), (30, "2019-02-02"))):
        yield Disbursement(
            id=identity(f"rice out {n}"), organization=OLD, effective=day, custody="hongan-aid-warehouse",
            parts=(Part("hongan-aid-rice", Money(RICE, bags), Use(
                "volunteering.care", region("421122"), None, REGISTERED_POOR, "activity")),),
        )  # fmt: skip


def observed() -> Iterator[Request]:
    """What has happened and should not have: recorded all the same, with its breach."""
    yield Expense(
        id=identity("misuse"), organization=HEALTH, effective="2019-05-17", mode=OBSERVED, custody="chu-health-bank",
        spent_on="vendors", parts=(Part("health-children", yuan(4_200), Use(cost="management")),),
    )  # fmt: skip


def part(account: str, amount: int) -> Part:
    """A part of whole yuan."""
    return Part(account, yuan(amount))


def twice(time: str) -> Donation:
    """A gift that is typed in twice; the second one is corrected."""
    return gift(f"twice {time}", DAWN, "dawn-general", 5_000, "2018-02-11", person=Person({"name": GIVERS[0]}))
