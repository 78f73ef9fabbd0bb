"""A downloaded file with comments can be mended and sent back; it runs nothing on the way."""

import io
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from resolvers.annotations import COMMENTS, annotate, safe
from resolvers.donation_files import read_donations
from tests.resolvers.sheet_files import PLACES, ROW, raw_book, raw_gift, raw_header, raw_row, raw_sheet, read, text


def test_problems_stand_beside_their_rows() -> None:
    file = read(ROW, (2, "2020-02-30", "李**", 1.234))
    sheets = load_workbook(io.BytesIO(annotate(file, file.problems)))
    assert sheets.sheetnames == [COMMENTS, "Sheet"]
    rows = list(sheets["Sheet"].values)
    assert (rows[1][-1], rows[2][-1]) == (COMMENTS, None)
    assert "三" not in str(rows[3][-1])
    assert "B 无法确定地读作日期。" in str(rows[3][-1])
    assert "D 金额 1.234 超过两位小数" in str(rows[3][-1])
    listing = list(sheets[COMMENTS].values)
    assert [row[:3] for row in listing[1:3]] == [
        ("a.xlsx!Sheet!B4", "error", "DATE_UNREADABLE"),
        ("a.xlsx!Sheet!D4", "error", "TOO_MANY_DECIMALS"),
    ]


def test_what_comes_back_unchanged_is_the_same_list() -> None:
    file = read(ROW, (2, "2020-01-31", "某某有限公司", 66.6, "指定武汉"), ("合计", None, None, 166.6))
    again = read_donations("a.xlsx", annotate(file, file.problems, "en"), regions=PLACES)
    assert again.rows_digest == file.rows_digest
    assert not again.blocked


def test_formulas_of_strangers_are_neutralised() -> None:
    xml = raw_sheet(
        raw_header(),
        raw_gift("><v>1</v>", 2, donor='=HYPERLINK("http://x")'),
        raw_row(3, ("A", text("-1+1")), ("C", text("@SUM(A1)")), ("D", text("+1")), ("E", text("a_x0001_b"))),
    )
    file = read_donations("=cmd.xlsx", raw_book(xml), regions=PLACES)
    sheets = load_workbook(io.BytesIO(annotate(file, file.problems)))
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(tuple("=+-@"))]


def test_long_numbers_stay_text_and_short_ones_numbers() -> None:
    file = read((123456789012345678, "2020-01-31", "张**", 66.6))
    row = list(load_workbook(io.BytesIO(annotate(file, file.problems)))["Sheet"].values)[2]
    assert isinstance(row[0], str)
    assert Decimal(str(row[3])) == Decimal("66.6")


@given(st.text(max_size=40))
def test_nothing_safe_starts_a_formula(said: str) -> None:
    assert not safe(said).startswith(("=", "+", "-", "@", "\t", "\r"))
