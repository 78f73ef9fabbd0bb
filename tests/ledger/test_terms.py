"""Amounts, regions across editions, and what is narrower than what, dimension by dimension."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts import UNDETERMINED, giver, implied, outside
from ledger.assets import MAX_UNITS, AmountError, Asset, decimal_text, parse_decimal, parse_units
from ledger.regions import Region, Regions, is_region, regions_of
from ledger.restrictions import Restriction, breaks, wider_than

# ---------------------------------------------------------------- amounts


@given(st.integers(0, MAX_UNITS))
def test_units_have_one_text(units: int) -> None:
    assert parse_units(str(units)) == units


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "01", "1.0", " 1", "1_0", "٤", "9223372036854775808", "9" * 5000, None, 1, True, b"1"]
)
def test_nothing_else_is_read_as_units(text: object) -> None:
    with pytest.raises(AmountError):
        parse_units(text)


@given(st.integers(0, MAX_UNITS), st.integers(0, 9))
def test_decimals_come_back(units: int, scale: int) -> None:
    text = decimal_text(units, scale)
    assert parse_decimal(text, scale) == units
    assert decimal_text(-units, scale) == ("-" + text if units else text)


@pytest.mark.parametrize(
    ("text", "scale"), [("1.005", 2), ("1,0", 2), (".5", 2), ("1.", 2), ("-1", 2), ("1e3", 2), ("9" * 19, 2), ("１", 0)]
)
def test_amounts_are_never_rounded_or_guessed(text: str, scale: int) -> None:
    with pytest.raises(AmountError):
        parse_decimal(text, scale)


def test_trailing_zeros_lose_nothing() -> None:
    assert parse_decimal("1.5000", 2) == 150


@pytest.mark.parametrize(
    ("text", "kind"), [("CNY/2", "CURRENCY"), ("GOODS:n95-mask:LOT7/0", "GOODS"), ("GOODS:rice/3", "GOODS")]
)
def test_an_asset_names_its_scale(text: str, kind: str) -> None:
    asset = Asset.parse(text)
    assert (str(asset), asset.kind) == (text, kind)


@pytest.mark.parametrize("text", ["CNY", "cny/2", "CNY/10", "CNY/2 ", "GOODS:/0", "GOODS:Rice/0", "CNY/٢", ""])
def test_nothing_else_is_an_asset(text: str) -> None:
    with pytest.raises(AmountError):
        Asset.parse(text)


def test_a_giver_is_named_without_the_channel() -> None:
    assert giver("outside/o1/donors:natural:bank/CNY/2") == giver("outside/o1/donors:natural:alipay/CNY/2")
    assert giver("outside/o1/donors:natural:bank/CNY/2") != giver("outside/o1/donors:enterprise:bank/CNY/2")
    account = implied(outside("o1", "payers:interest", "CNY/2"), 3)
    assert account is not None
    assert (account.klass, account.book, account.held, account.position) == ("payers", "fund", False, 3)


# ---------------------------------------------------------------- regions


@pytest.fixture
def regions() -> Regions:
    """Two editions: B and C of 2010 became D of 2020; E of 2010 was split into F and G; H moved to another province.

    10 province: 11 (B), 12 (C), 13 (E)      20 province: 21 (H, before under 10 as 14)
    """
    found = Regions()
    old = [
        ("100000", None),
        ("110000", "100000"),
        ("120000", "100000"),
        ("130000", "100000"),
        ("140000", "100000"),
        ("200000", None),
    ]
    found.load("201012", [Region(code, code, "x", parent) for code, parent in old])
    new: list[tuple[str, str | None, tuple[str, ...]]] = [
        ("100000", None, ("100000",)), ("200000", None, ("200000",)), ("150000", "100000", ("110000", "120000")),
        ("160000", "100000", ("130000",)), ("170000", "100000", ("130000",)), ("210000", "200000", ("140000",)),
    ]  # fmt: skip
    lines = [Region(c, c, "x", p, tuple(("201012", e) for e in earlier)) for c, p, earlier in new]
    found.load("202012", lines)
    return found


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        ("110000@201012", "110000@201012", True),
        ("110000@201012", "100000@201012", True),
        ("100000@201012", "110000@201012", False),
        ("110000@201012", "200000@201012", False),
        ("150000@202012", "100000@202012", True),
        ("150000@202012", "100000@201012", True),
        ("110000@201012", "100000@202012", True),
        ("110000@201012", "150000@202012", True),
        ("150000@202012", "110000@201012", False),
        ("160000@202012", "130000@201012", True),
        ("130000@201012", "160000@202012", False),
        ("210000@202012", "200000@202012", True),
        ("210000@202012", "100000@201012", True),
        ("999999@202012", "100000@202012", False),
        ("110000@209912", "110000@201012", False),
    ],
)
def test_a_subtree_follows_the_lists_own_links(regions: Regions, inner: str, outer: str, expected: object) -> None:
    assert regions.within(inner, outer) is expected


def test_a_circle_in_a_list_ends() -> None:
    found = Regions()
    found.load("201012", [Region("110000", "a", "x", "120000"), Region("120000", "b", "x", "110000")])
    assert not found.within("110000@201012", "130000@201012")


def test_a_list_is_read_from_its_document() -> None:
    item = {"code": "110000", "name": "北京市", "level": "province", "predecessors": [["201012", "110000"]]}
    edition, lines = regions_of({"edition": "202012", "items": [item]})
    assert (edition, lines) == ("202012", [Region("110000", "北京市", "province", None, (("201012", "110000"),))])
    with pytest.raises(KeyError):
        regions_of({"edition": "202012", "items": "none"})
    assert is_region("110000@201012")
    assert not is_region("110000")


# ---------------------------------------------------------------- restrictions

WIDE = Restriction(
    "wide", "o1", purposes=("edu", "health.clinic"), region="100000@201012", project="p1", categories=("poor", "ill"),
    valid_from="2026-01-01", valid_until="2026-12-31", fee_cap=1000,
)  # fmt: skip
NARROW = replace(
    WIDE, id="narrow", purposes=("edu.school",), region="110000@201012", categories=("poor",), valid_from="2026-02-01",
    valid_until="2026-11-30", fee_cap=0,
)  # fmt: skip
USE = {"purpose": "edu.school", "region": "110000@201012", "project": "p1", "category": "ill", "cost": "activity"}


def test_narrower_in_every_dimension_is_narrower(regions: Regions) -> None:
    assert wider_than(NARROW, WIDE, regions) is None
    assert wider_than(WIDE, WIDE, regions) is None
    assert wider_than(WIDE, None, regions) is None
    assert wider_than(None, None, regions) is None


@pytest.mark.parametrize(
    ("inner", "dimension"),
    [
        (None, "restriction"),
        (replace(NARROW, id=UNDETERMINED), "restriction"),
        (replace(NARROW, purposes=()), "purpose"),
        (replace(NARROW, purposes=("edu.school", "education")), "purpose"),
        (replace(NARROW, purposes=("health",)), "purpose"),
        (replace(NARROW, region=None), "region"),
        (replace(NARROW, region="200000@201012"), "region"),
        (replace(NARROW, project=None), "project"),
        (replace(NARROW, project="p2"), "project"),
        (replace(NARROW, categories=()), "category"),
        (replace(NARROW, categories=("poor", "rich")), "category"),
        (replace(NARROW, valid_from=None), "period"),
        (replace(NARROW, valid_from="2025-12-31"), "period"),
        (replace(NARROW, valid_until=None), "period"),
        (replace(NARROW, valid_until="2027-01-01"), "period"),
        (replace(NARROW, fee_cap=1001), "feeCap"),
    ],
)
def test_wider_in_one_dimension_is_wider(regions: Regions, inner: Restriction | None, dimension: str) -> None:
    found = wider_than(inner, WIDE, regions)
    assert found is not None
    assert found.facts().keys() == {"dimension", "allowed", "asked"}
    assert found.dimension == dimension


@pytest.mark.parametrize(
    ("use", "effective", "dimension"),
    [
        (USE, "2026-05-01", None),
        (USE, "2026-01-01", None),
        (USE, "2026-12-31", None),
        (USE | {"purpose": "health.clinic.bed"}, "2026-05-01", None),
        ({}, "2026-05-01", "purpose"),
        (USE | {"purpose": "health"}, "2026-05-01", "purpose"),
        (USE | {"purpose": "education"}, "2026-05-01", "purpose"),
        (USE | {"region": "200000@201012"}, "2026-05-01", "region"),
        ({k: v for k, v in USE.items() if k != "region"}, "2026-05-01", "region"),
        (USE | {"project": "p2"}, "2026-05-01", "project"),
        (USE | {"category": "rich"}, "2026-05-01", "category"),
        ({k: v for k, v in USE.items() if k != "category"}, "2026-05-01", "category"),
        (USE | {"cost": "management"}, "2026-05-01", "cost"),
        (USE | {"cost": "fundraising"}, "2026-05-01", "cost"),
        (USE, "2025-12-31", "period"),
        (USE, "2027-01-01", "period"),
    ],
)
def test_a_use_satisfies_every_dimension(
    regions: Regions, use: dict[str, str], effective: str, dimension: str | None
) -> None:
    found = breaks(WIDE, use, effective, regions)
    assert (found and found.dimension) == dimension


def test_unrestricted_money_goes_anywhere_and_undetermined_nowhere(regions: Regions) -> None:
    assert breaks(None, {}, "2026-05-01", regions) is None
    assert breaks(Restriction(UNDETERMINED, "o1"), USE, "2026-05-01", regions) is not None
    assert breaks(Restriction("free", "o1"), {}, "2026-05-01", regions) is None


TERMS = st.builds(
    Restriction,
    id=st.sampled_from(["a", "b", "c"]),
    organization=st.just("o1"),
    purposes=st.lists(st.sampled_from(["edu", "edu.school", "health"]), unique=True, max_size=2).map(tuple),
    region=st.sampled_from([None, "100000@201012", "110000@201012", "150000@202012"]),
    project=st.sampled_from([None, "p1"]),
    categories=st.lists(st.sampled_from(["poor", "ill"]), unique=True, max_size=2).map(tuple),
    valid_from=st.sampled_from([None, "2026-01-01", "2026-06-01"]),
    valid_until=st.sampled_from([None, "2026-06-30", "2026-12-31"]),
    fee_cap=st.sampled_from([None, 0, 500]),
)
USES = st.fixed_dictionaries(
    {},
    optional={
        "purpose": st.sampled_from(["edu", "edu.school", "health"]),
        "region": st.sampled_from(["100000@201012", "110000@201012", "150000@202012"]),
        "project": st.just("p1"),
        "category": st.sampled_from(["poor", "ill"]),
    },
)


@given(TERMS, TERMS, USES, st.sampled_from(["2026-03-01", "2026-06-15", "2026-08-01"]))
def test_what_the_narrower_allows_the_wider_allows(
    a: Restriction, b: Restriction, use: dict[str, str], on: str
) -> None:
    """Moving money to a narrower account never lets it be spent on what it could not be spent on before."""
    regions = _regions()
    if a.id == b.id or wider_than(a, b, regions) is not None:
        return
    if breaks(a, use, on, regions) is None:
        assert breaks(b, use, on, regions) is None


def _regions() -> Regions:
    found = Regions()
    found.load("201012", [Region("100000", "a", "x", None), Region("110000", "b", "x", "100000")])
    found.load(
        "202012", [Region("150000", "d", "x", "100000", (("201012", "110000"),)), Region("100000", "a", "x", None)]
    )
    return found


@given(TERMS, TERMS, TERMS)
def test_narrower_is_transitive(a: Restriction, b: Restriction, c: Restriction) -> None:
    regions = _regions()
    a, b, c = replace(a, id="a"), replace(b, id="b"), replace(c, id="c")
    if wider_than(a, b, regions) is None and wider_than(b, c, regions) is None:
        assert wider_than(a, c, regions) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-5", "never negative"),
        ("-0.00001", "never negative"),
        ("9" * 400, "400 digits is too large"),
        ("10000000000000000000.5", "20 digits is too large"),
        ("9223372036854775808", "does not fit below 2\\*\\*63"),
        ("0." + "1" * 500, "500 decimals are too many"),
        ("x" * 900, "not a decimal amount: 'x{40}…'"),
        ("007", "not a decimal amount"),
        ("1,000", "not a decimal amount"),
        ("", "not a decimal amount"),
    ],
)
def test_amounts_that_are_none_are_told_in_one_short_sentence(text: str, said: str) -> None:
    with pytest.raises(AmountError, match=said) as caught:
        parse_decimal(text, 2)
    assert len(str(caught.value)) < 130
