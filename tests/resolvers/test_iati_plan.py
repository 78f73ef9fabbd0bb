"""What published transactions mean: kinds, both sides of a transfer, refunds, and missing income."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.iati_files import read_iati
from resolvers.iati_movements import Plan
from resolvers.iati_plan import plan
from resolvers.iati_values import Activity

SHARED = Path(__file__).resolve().parents[2] / "../shared/data/iati"
Row = tuple[int, str, str, str]


def row(kind: int, day: str, value: str, more: str = "", ref: str = "") -> str:
    named = f' ref="{ref}"' if ref else ""
    return (
        f'<transaction{named}><transaction-type code="{kind}"/><transaction-date iso-date="{day}"/>'
        f"<value>{value}</value>{more}</transaction>"
    )


def to(activity: str) -> str:
    return f'<receiver-org receiver-activity-id="{activity}"/>'


def by(activity: str = "", ref: str = "") -> str:
    return f'<provider-org provider-activity-id="{activity}" ref="{ref}"/>'


def activities(**rows: list[str]) -> tuple[Activity, ...]:
    each = (
        f'<iati-activity default-currency="EUR"><iati-identifier>{name}</iati-identifier>'
        f'<reporting-org ref="ORG-{name}"/>{"".join(lines)}</iati-activity>'
        for name, lines in rows.items()
    )
    return read_iati(f"<iati-activities>{''.join(each)}</iati-activities>".encode(), "t.xml").activities


def page(book: Plan) -> list[str]:
    return [
        " ".join([str(m.date), m.kind, m.payer or "-", m.payee or "-", str(m.amount), *m.flags]) for m in book.movements
    ]


def test_money_in_through_and_out() -> None:
    """A donation, a transfer that both sides report, an expense, and interest."""
    book = plan(
        activities(
            A=[row(1, "2020-01-01", "100", by("", "DONOR")), row(3, "2020-01-05", "60", to(" a2 "))],
            A2=[row(1, "2020-01-05", "60.00", by("A")), row(4, "2020-01-05", "60", to("")), row(5, "2020-02-01", "1")],
        ),
    )
    assert page(book) == [
        "2020-01-01 donation - A 10000",
        "2020-01-05 transfer A A2 6000",
        "2020-01-05 expense A2 - 6000 RECEIVER_UNKNOWN",
        "2020-02-01 income - A2 100 DIRECTION_ASSUMED",
    ]
    assert [t.ordinal for t in book.movements[1].transactions] == [2, 1]
    assert book.opened() == {}


def test_missing_income_is_an_opening_as_small_as_can_be() -> None:
    book = plan(
        activities(A=[row(3, "2020-01-05", "60"), row(1, "2020-01-06", "50", by(ref="D")), row(4, "2020-01-07", "5")])
    )
    assert page(book)[0] == "2020-01-05 opening - A 6000 INCOME_NOT_REPORTED"
    assert book.opened() == {"EUR": 6000}
    [position] = book.positions
    assert (position.incoming, position.outgoing, position.lowest, position.opening) == (5000, 6500, -6000, 6000)


def test_a_negative_value_is_a_refund_and_knows_its_original_only_if_named() -> None:
    book = plan(
        activities(
            A=[
                row(1, "2020-01-01", "9", by(ref="D")),
                row(3, "2020-01-02", "5", ref="R1"),
                row(3, "2020-01-03", "-2", ref="R1"),
                row(3, "2020-01-04", "-1"),
                row(1, "2020-01-05", "-3", by(ref="D")),
            ],
        ),
    )
    assert page(book)[2:] == [
        "2020-01-03 refund - A 200 RECEIVER_UNKNOWN",
        "2020-01-04 refund - A 100 RECEIVER_UNKNOWN ORIGINAL_UNKNOWN",
        "2020-01-05 refund A - 300 ORIGINAL_UNKNOWN",
    ]
    assert book.movements[2].original == book.movements[1].sources[0]
    assert [m.reverses for m in book.movements[2:]] == ["disbursement", "disbursement", "donation"]


def test_sides_that_disagree_are_not_joined_and_one_sided_ones_are_linked() -> None:
    paid = [row(3, "2020-01-05", "60", to("B")), row(3, "2020-01-06", "7", to("C")), row(3, "2020-03-01", "8", to("D"))]
    book = plan(
        activities(
            A=[row(1, "2020-01-01", "100", by(ref="D")), *paid],
            B=[row(1, "2020-01-05", "55", by("A", "ORG-A"))],
            C=[],
            D=[row(1, "2020-03-20", "8", by("A"))],
        ),
    )
    assert page(book)[1:] == [
        "2020-01-05 donation - B 5500 SIDES_DISAGREE",
        "2020-01-05 disbursement A - 6000 SIDES_DISAGREE",
        "2020-01-06 transfer A C 700 ONE_SIDE_ONLY",
        "2020-03-01 transfer A D 800 DATES_APART",
    ]


def test_a_negative_transfer_goes_back_between_the_same_activities() -> None:
    book = plan(
        activities(
            A=[row(3, "2020-01-05", "-6", to("B"))],
            B=[row(1, "2020-01-01", "6", by(ref="D")), row(1, "2020-01-05", "-6", by("A"))],
        ),
    )
    assert page(book)[1] == "2020-01-05 refund B A 600 ORIGINAL_UNKNOWN"
    assert len(book.movements[1].transactions) == 2


def test_what_has_no_place_yet_is_listed_with_its_reason() -> None:
    rows = [row(kind, "2020-01-01", "1") for kind in (2, 6, 8, 9, 10, 11, 12, 13)]
    book = plan(activities(A=[*rows, row(3, "2020-01-01", "0")]))
    assert [m.transaction.type for m in book.memoranda] == [2, 11, 12, 13]
    reasons = ["LOAN_REPAYMENT", "PURCHASE_OF_EQUITY", "SALE_OF_EQUITY", "CREDIT_GUARANTEE", "ZERO_AMOUNT"]
    assert [n.reason for n in book.not_represented] == reasons
    assert not book.movements


def test_directions_that_depend_on_who_reports() -> None:
    own = by(ref="ORG-A")
    book = plan(
        activities(
            A=[row(1, "2020-01-01", "9", own), row(5, "2020-01-02", "1", own), row(7, "2020-01-03", "1", by(ref="X"))]
        )
    )
    assert page(book) == [
        "2020-01-01 opening - A 900 INTERNAL_SOURCE",
        "2020-01-02 expense A - 100 INTEREST_PAID",
        "2020-01-03 disbursement A - 100 PROVIDER_IS_NOT_REPORTER RECEIVER_UNKNOWN REIMBURSEMENT",
    ]


def test_the_same_activity_again_is_skipped_and_a_newer_version_replaces() -> None:
    first = activities(A=[row(3, "2020-01-05", "60")])
    other = activities(A=[row(3, "2020-01-05", "61")])
    again = plan([*first, *first, *other])
    assert [s.reason for s in again.skipped] == ["SAME_ACTIVITY_AGAIN", "CONFLICTING_VERSION"]
    assert again.opened() == {"EUR": 6000}


def test_identities_are_those_of_the_rows() -> None:
    rows = [row(3, "2020-01-05", "60"), row(3, "2020-01-05", "60")]
    one, two = plan(activities(A=rows)), plan(activities(A=rows))
    assert [m.identity for m in one.movements] == [m.identity for m in two.movements]
    assert len({m.identity for m in one.movements}) == 3


def slow_opening(book: Plan, activity: str) -> int:
    """Replay without openings and return the least that would have been enough."""
    balance = lowest = 0
    for movement in book.movements:
        if movement.transactions:
            balance += movement.amount * ((movement.payee == activity) - (movement.payer == activity))
            lowest = min(lowest, balance)
    return -lowest


DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2020, 1, 5)).map(str)
NAMES = ("A", "B", "C")
ROWS = st.tuples(
    st.sampled_from([1, 3, 4, 5, 7]), DAYS, st.integers(-50, 50).map(str), st.sampled_from([*NAMES, "", "X"])
)


@given(st.dictionaries(st.sampled_from(NAMES), st.lists(ROWS, max_size=6), min_size=1))
def test_every_transaction_has_one_place_and_no_activity_goes_below_zero(world: dict[str, list[Row]]) -> None:
    given_rows = {
        name: [row(kind, day, value, by(other) if kind == 1 else to(other)) for kind, day, value, other in rows]
        for name, rows in world.items()
    }
    book = plan(activities(**given_rows))
    placed = [t.source for m in book.movements for t in m.transactions]
    placed += [n.transaction.source for n in book.not_represented]
    assert sorted(map(str, placed)) == sorted(set(map(str, placed)))
    assert len(placed) == sum(len(rows) for rows in world.values())
    assert [m.date for m in book.movements] == sorted(m.date for m in book.movements)
    balances: Counter[str] = Counter()
    for movement in book.movements:
        balances[movement.payer or "-"] -= movement.amount
        balances[movement.payee or "-"] += movement.amount
        assert all(balances[name] >= 0 for name in NAMES)
    assert {p.activity: p.opening for p in book.positions} == {
        p.activity: slow_opening(book, p.activity) for p in book.positions
    }


# file: movements by kind, memoranda, not represented, openings in minor units
PLANNED: dict[str, tuple[dict[str, int], int, int, dict[str, int]]] = {
    "3fi-activity.xml": ({"donation": 2, "disbursement": 11}, 0, 0, {}),
    "beis-activity.xml": ({"opening": 9, "disbursement": 41}, 9, 0, {"GBP": 3650066202}),
    "canada-activity.xml": ({"opening": 1, "disbursement": 12}, 1, 0, {"CAD": 1878893700}),
    "datastore_repeated_participation.xml": ({"opening": 49, "disbursement": 49}, 0, 0, {"GBP": 3010223700}),
    "ec-intpa-activity.xml": ({"opening": 1, "expense": 6}, 0, 0, {"EUR": 311495473}),
    "fcdo-activity.xml": ({"opening": 1, "expense": 13, "disbursement": 1}, 0, 0, {"GBP": 271754400}),
    "finddiagnostics-activity.xml": ({"donation": 2, "expense": 1}, 1, 0, {}),
    "gdihub-activity.xml": ({"donation": 12}, 0, 0, {}),
    "ifad-activity.xml": ({"opening": 2, "disbursement": 56, "refund": 2}, 6, 0, {"XDR": 849495731, "USD": 781511976}),
    "pwyf_dfid-ph.xml": ({"opening": 4, "expense": 2, "disbursement": 73, "refund": 12}, 5, 0, {"GBP": 3079848200}),
    "schemas_worldbank.xml": ({"opening": 9, "disbursement": 10}, 14, 4, {"USD": 11846926439}),
}


@pytest.mark.parametrize("name", PLANNED)
def test_a_published_file_is_planned(name: str) -> None:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the shared data page iati/{name} is not beside this checkout")
    book = plan(read_iati(path.read_bytes(), name).activities)
    kinds = dict(Counter(m.kind for m in book.movements))
    assert (kinds, len(book.memoranda), len(book.not_represented), book.opened()) == PLANNED[name]
