"""Amounts and dates: what is read, what is refused, and the quick way against the slow one."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.cells import CellError, Unit, clean, is_dirty, read_amount, read_date, to_minor
from resolvers.tables import Cell, Kind

WAN = Unit("万元")


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("100", 10000),
        ("1,234,567.89", 123456789),
        ("¥100.5", 10050),
        ("￥1,000", 100000),
        ("100元", 10000),
        ("100.50元整", 10050),
        ("人民币100元", 10000),
        ("CNY 12.30", 1230),
        ("１２３．４５", 12345),
        ("-5.00", -500),
        ("66.59999999999999", 6660),
        (" 100 ", 10000),
        ("100 元", 10000),
        ("0.1", 10),
        ("+7", 700),
    ],
)
def test_written_amounts(written: str, minor: int) -> None:
    assert read_amount(Cell(written))[0] == minor


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1.234", "TOO_MANY_DECIMALS"),
        ("0.005", "TOO_MANY_DECIMALS"),
        ("$100", "TWO_CURRENCIES"),
        ("100美元", "TWO_CURRENCIES"),
        ("5万", "UNIT_MIXED"),
        ("5万元", "UNIT_MIXED"),
        ("一百元", "AMOUNT_UNREADABLE"),
        ("1,23", "AMOUNT_UNREADABLE"),
        ("100左右", "AMOUNT_UNREADABLE"),
        ("1e5", "AMOUNT_UNREADABLE"),
        ("100-200", "AMOUNT_UNREADABLE"),
        ("٤٢", "AMOUNT_UNREADABLE"),
        ("1_000", "AMOUNT_UNREADABLE"),
        ("12345678901234567.89", "TOO_MANY_DIGITS"),
        ("5万美元", "TWO_CURRENCIES"),
        ("(100)", "AMOUNT_UNREADABLE"),
        ("约100", "AMOUNT_UNREADABLE"),
        ("1.2.3", "AMOUNT_UNREADABLE"),
        ("9" * 60, "TOO_MANY_DIGITS"),
        ("9" * 400, "AMOUNT_UNREADABLE"),
    ],
)
def test_written_amounts_that_are_refused(written: str, code: str) -> None:
    with pytest.raises(CellError) as caught:
        read_amount(Cell(written))
    assert caught.value.code == code


def test_a_column_in_ten_thousands_is_exact_or_refused() -> None:
    assert read_amount(Cell("11961.25259", Kind.NUMBER), WAN)[0] == 11961252590
    assert read_amount(Cell("5万元"), WAN)[0] == 5_000_000
    assert read_amount(Cell("0.000001", Kind.NUMBER), WAN)[0] == 1
    for written, code in (("0.0000001", "TOO_MANY_DECIMALS"), ("100元", "UNIT_MIXED")):
        with pytest.raises(CellError, match=code):
            read_amount(Cell(written), WAN)


@pytest.mark.parametrize("raw", ["1E5", "1.5e+2", "1.5E-1"])
def test_numbers_of_a_workbook_may_have_exponents(raw: str) -> None:
    assert read_amount(Cell(raw, Kind.NUMBER))[0] == int(Decimal(raw) * 100)


@pytest.mark.parametrize(
    "cell", [Cell("TRUE", Kind.BOOLEAN), Cell("", Kind.BLANK), Cell("INF", Kind.NUMBER), Cell("0" * 99, Kind.NUMBER)]
)
def test_what_is_no_number_is_no_amount(cell: Cell) -> None:
    with pytest.raises(CellError, match="AMOUNT_UNREADABLE"):
        read_amount(cell)


def test_huge_exponents_cost_nothing() -> None:
    for raw in ("1e999", "1e-999", "9e300"):
        with pytest.raises(CellError, match="TOO_MANY_DIGITS"):
            read_amount(Cell(raw, Kind.NUMBER))


@given(st.integers(0, 10**15 - 1), st.booleans())
def test_every_cent_survives_the_double_a_spreadsheet_keeps(minor: int, short: bool) -> None:  # noqa: FBT001 (a case of the table)
    """Write cents as a spreadsheet does, as a double printed with 17 digits, and read them back."""
    double = minor / 100
    raw = repr(double) if short else format(double, ".17g")
    assert read_amount(Cell(raw, Kind.NUMBER))[0] == minor


@given(st.from_regex(r"\A(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?\Z"))
def test_the_quick_way_is_the_slow_way(number: str) -> None:
    assert read_amount(Cell(number, Kind.NUMBER))[0] == to_minor(number, 0)


@given(st.decimals(0, 10**9, places=3))
def test_three_decimals_are_refused_never_rounded(number: Decimal) -> None:
    if number * 100 == (number * 100).to_integral_value():
        assert to_minor(str(number), 0) == int(number * 100)
    else:
        with pytest.raises(CellError, match="TOO_MANY_DECIMALS"):
            to_minor(str(number), 0)


@pytest.mark.parametrize(
    "written",
    [
        "2020-01-31",
        "2020/1/31",
        "2020.1.31",
        "20200131",
        "2020-01-31 12:30:00",
        "2020-01-31T08:00",
        "2020年1月31日",
        "2020 年 1 月 31 日",
        "二〇二〇年一月三十一日",
        "二零二零年一月三十一号",
        "２０２０－０１－３１",
        "43861",
        "43861.5",
    ],
)
def test_written_dates(written: str) -> None:
    assert read_date(Cell(written)).day == date(2020, 1, 31)


def test_a_date_says_how_it_was_read() -> None:
    assert [notice.code for notice in read_date(Cell("43861", Kind.NUMBER)).notices] == ["DATE_SERIAL"]
    assert [notice.code for notice in read_date(Cell("2020年1月31日")).notices] == ["DATE_CHINESE"]
    assert read_date(Cell("42399", Kind.NUMBER), date1904=True).day == date(2020, 1, 31)
    assert read_date(Cell("43861", Kind.NUMBER, date(2020, 1, 31))).notices == ()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "DATE_MISSING"),
        ("2020-02-30", "DATE_UNREADABLE"),
        ("昨天", "DATE_UNREADABLE"),
        ("2020-01-31 00:00" + "0" * 60, "DATE_UNREADABLE"),
        ("123", "DATE_UNREADABLE"),
        ("1月31日", "DATE_WITHOUT_YEAR"),
        ("01-31", "DATE_WITHOUT_YEAR"),
        ("1.31", "DATE_WITHOUT_YEAR"),
        ("01/02/2020", "DATE_AMBIGUOUS"),
        ("2020-01/31", "DATE_UNREADABLE"),
        ("一月三十一日", "DATE_WITHOUT_YEAR"),
    ],
)
def test_written_dates_that_are_refused(written: str, code: str) -> None:
    with pytest.raises(CellError, match=code):
        read_date(Cell(written))


@given(st.dates(date(1927, 5, 18), date(2100, 1, 1)))
def test_serial_numbers_count_days(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    assert read_date(Cell(str(serial), Kind.NUMBER)).day == day


def test_invisible_characters_go_and_letters_stay() -> None:
    dirty = "\ufeff张\u200b三\u00a0\u3000"
    assert is_dirty(dirty)
    assert clean(dirty) == "张三"
    assert not is_dirty("张三（武汉）")
    assert clean("张三（武汉）") == "张三（武汉）"


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert not is_dirty(clean(text))
