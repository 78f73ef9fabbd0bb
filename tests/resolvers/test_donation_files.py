"""Every named problem on a small file, the totals' proof, and the two identities of a file."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from resolvers.donation_files import agrees, digest_rows, read_donations, refuse_repeats
from resolvers.donation_rows import yuan
from resolvers.import_problems import HostileFile, LayoutRejected
from resolvers.mappings import FORMAT, parse_mapping
from tests.resolvers.sheet_files import (
    HEADER,
    PLACES,
    ROW,
    book,
    codes,
    raw_book,
    raw_gift,
    raw_header,
    raw_row,
    raw_sheet,
    read,
    read_text,
    text,
)

CSV_HEADER = "捐赠日期,捐赠人,捐赠金额,备注\n"


def test_a_clean_list() -> None:
    file = read(ROW, (2, "2020-01-31", "某某有限公司", 200.5, "指定武汉"), ("合计", None, None, 300.5))
    assert [(row.row_number, row.amount_minor, row.donor_class, row.date) for row in file.rows] == [
        (3, 10000, "natural", date(2020, 1, 31)),
        (4, 20050, "enterprise", date(2020, 1, 31)),
    ]
    assert [(row.party, row.donor_text, row.asset) for row in file.rows] == [
        ("张**", "", "CNY/2"),
        (None, "某某有限公司", "CNY/2"),
    ]
    assert file.rows[1].earmarks.parts[0].region_code == "420100@201904"
    assert (file.sum, file.printed_total, file.blocked, codes(file)) == (30050, 30050, False, ["ROLL_UP"])


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ((1, "2020-01-31", "张**", None), "AMOUNT_MISSING", "D"),
        ((1, "2020-01-31", "张**", "一百"), "AMOUNT_UNREADABLE", "D"),
        ((1, "2020-01-31", "张**", 0), "AMOUNT_ZERO", "D"),
        ((1, "2020-01-31", "张**", 1.234), "TOO_MANY_DECIMALS", "D"),
        ((1, "2020-01-31", "张**", "5万元"), "UNIT_MIXED", "D"),
        ((1, "2020-01-31", "张**", "100美元"), "TWO_CURRENCIES", "D"),
        ((1, "2020-01-31", "张**", "1" * 17), "TOO_MANY_DIGITS", "D"),
        ((1, "2020-01-31", "张**", "=1/0"), "FORMULA_WITHOUT_VALUE", "D"),
        ((1, "2020-01-31", "张**", "#DIV/0!"), "ERROR_CELL", "D"),
        ((1, "=TODAY()", "张**", 100), "FORMULA_WITHOUT_VALUE", "B"),
        ((1, None, "张**", 100), "DATE_MISSING", "B"),
        ((1, "1月31日", "张**", 100), "DATE_WITHOUT_YEAR", "B"),
        ((1, "01/02/2020", "张**", 100), "DATE_AMBIGUOUS", "B"),
        ((1, "2020-02-30", "张**", 100), "DATE_UNREADABLE", "B"),
        ((1, "2020-01-31", 123456789012345678, 100), "LONG_NUMBER_AS_FLOAT", "C"),
        ((1, "2020-01-31", "张**", 100, "6.2170012345678901E+17"), "LONG_NUMBER_AS_FLOAT", "E"),
    ],
)
def test_a_row_with_an_error_is_reported_with_its_place_and_left_out(
    row: tuple[object, ...], code: str, column: str
) -> None:
    file = read(ROW, row)
    found = [problem for problem in file.problems if problem.severity == "error"]
    assert [(problem.code, problem.row, problem.column, problem.sheet) for problem in found] == [
        (code, 4, column, "Sheet")
    ]
    assert found[0].place() == f"a.xlsx!Sheet!{column}4"
    assert found[0].why("zh")
    assert found[0].fix("en")
    assert len(file.rows) == 1
    assert file.blocked


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ((2, "2020-01-31", "张**", "１００．５０"), "FULL_WIDTH_DIGITS"),
        ((2, "2020-01-31", "张**\u200b", 100), "INVISIBLE_CHARACTERS"),
        ((2, "2020-01-31\u00a0", "张**", 100), "INVISIBLE_CHARACTERS"),
        ((2, 43861, "张**", 100), "DATE_SERIAL"),
        ((2, "2020年1月31日", "张**", 100), "DATE_CHINESE"),
        ((2, "2020-01-31", "李四转来全体员工捐款", 100), "MANY_DONORS"),
        ((2, "2020-01-31", None, 100), "DONOR_MISSING"),
        ((2, "2020-01-31", "张**", -100), "AMOUNT_NEGATIVE"),
        ((4, "2020-01-31", "张**", 100), "SEQUENCE_GAP"),
        (("制表人：王五",), "FOOTNOTE"),
    ],
)
def test_what_was_read_nevertheless_is_noticed(row: tuple[object, ...], code: str) -> None:
    file = read(ROW, row)
    assert codes(file) == [code]
    assert not file.blocked
    assert len(file.rows) == (1 if code == "FOOTNOTE" else 2)


def test_all_problems_come_at_once() -> None:
    file = read((1, "2020-02-30", "=A1", "一百"), (2, None, "张**", 1.234))
    assert sorted(codes(file)) == [
        "AMOUNT_UNREADABLE", "DATE_MISSING", "DATE_UNREADABLE", "FORMULA_WITHOUT_VALUE", "TOO_MANY_DECIMALS",
    ]  # fmt: skip


def test_a_date_cell_is_a_date_without_a_word() -> None:
    file = read((1, datetime(2020, 1, 31), "张**", 100))  # noqa: DTZ001 (a cell has no zone)
    assert (codes(file), file.rows[0].date) == ([], date(2020, 1, 31))


def test_hidden_rows_are_errors_and_hidden_columns_are_noticed() -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[4].hidden = True
        sheet.column_dimensions["E"].hidden = True

    file = read(ROW, (2, "2020-01-31", "李**", 100), change=hide)
    assert sorted(codes(file)) == ["HIDDEN_COLUMN", "HIDDEN_ROW"]
    assert len(file.rows) == 1


def test_merged_cells_are_errors_in_rows_but_not_in_title_and_total() -> None:
    def merge(sheet: Worksheet) -> None:
        for cells in ("A1:E1", "B3:B4", "A5:C5"):
            sheet.merge_cells(cells)

    file = read(ROW, (2, None, "李**", 100), ("合计", None, None, 200), change=merge)
    assert codes(file).count("MERGED_CELLS") == 2
    assert next(problem for problem in file.problems if problem.code == "MERGED_CELLS").facts == {"range": "B3:B4"}


def test_merges_that_cover_the_world_are_refused() -> None:
    rows = raw_sheet(raw_header(), *(raw_gift("><v>1</v>", number) for number in range(2, 1002)))
    merges = "".join(f'<mergeCell ref="A{number}:D1048576"/>' for number in range(2, 4000))
    xml = rows.replace("</worksheet>", f"<mergeCells>{merges}</mergeCells></worksheet>")
    file = read_donations("a.xlsx", raw_book(xml), regions=PLACES)
    assert codes(file).count("MERGED_CELLS") == 1000
    more = rows.replace(
        "</worksheet>", "<mergeCells>" + '<mergeCell ref="A1:D1001"/>' * 1000 + "</mergeCells></worksheet>"
    )
    with pytest.raises(HostileFile, match="TOO_MANY_MERGES"):
        read_donations("a.xlsx", raw_book(more), regions=PLACES)


def test_calamine_hides_errors_and_formulas_and_the_scan_does_not() -> None:
    xml = raw_sheet(
        raw_header(),
        raw_gift('t="e"><v>#REF!</v>', 2),
        raw_gift("><f>A1+1</f>", 3),
        raw_gift("><f>50+50</f><v>100</v>", 4),
        raw_gift("><v>66.59999999999999</v>", 5),
        raw_gift("><v>1234567890.1234567</v>", 6),
        raw_gift('t="b"><v>1</v>', 7),
    )
    file = read_donations("a.xlsx", raw_book(xml), regions=PLACES)
    assert codes(file) == ["ERROR_CELL", "FORMULA_WITHOUT_VALUE", "TOO_MANY_DECIMALS", "AMOUNT_UNREADABLE"]
    assert [row.amount_minor for row in file.rows] == [10000, 6660]


def test_eighteen_digits_stored_as_a_number_are_lost() -> None:
    cells = [("B", text("2020-01-31")), ("C", "><v>4.2010619800101001E+17</v>"), ("D", "><v>5</v>")]
    file = read_donations("a.xlsx", raw_book(raw_sheet(raw_header(), raw_row(2, *cells))), regions=PLACES)
    assert codes(file) == ["LONG_NUMBER_AS_FLOAT"]


# ---------------------------------------------------------------- totals and roll-ups


def test_a_total_must_agree_to_the_cent() -> None:
    file = read(ROW, ("合 计：", None, None, 100.01))
    found = file.errors[0]
    assert (found.code, found.facts) == ("TOTAL_DISAGREES", {"printed": "100.01", "computed": "100.00"})
    assert (file.printed_total, file.roll_ups[0].agrees) == (10001, False)


def test_roll_ups_that_repeat_rows_are_set_aside() -> None:
    other = (2, "2020-01-31", "李**", 50)
    file = read(ROW, ("小计", None, None, 100), other, (None, "1月31日小计", None, 50), ("合计", None, None, 150))
    assert [(roll_up.kind, roll_up.agrees) for roll_up in file.roll_ups] == [
        ("subtotal", True),
        ("subtotal", True),
        ("total", True),
    ]
    assert (file.sum, file.printed_total, file.blocked) == (15000, 15000, False)


def test_a_roll_up_that_repeats_nothing_is_an_error() -> None:
    file = read(ROW, (None, None, "微信小额捐款汇总", 999), ("合计", None, None, 100))
    assert [problem.code for problem in file.errors] == ["ROLL_UP_UNPROVED"]


def test_totals_of_pages_and_of_the_whole() -> None:
    file = read(
        ROW, ("本页合计", None, None, 100), HEADER, ROW, ("本页合计", None, None, 100), ("总计", None, None, 200)
    )
    assert (file.blocked, file.printed_total, len(file.rows)) == (False, 20000, 2)


def test_an_unreadable_total_and_a_missing_one() -> None:
    assert [problem.code for problem in read(ROW, ("合计", None, None, "若干")).errors] == ["TOTAL_UNREADABLE"]
    assert "TOTAL_MISSING" in [problem.code for problem in read(ROW).problems]
    assert read(ROW).printed_total is None


def test_an_unread_amount_is_not_reported_twice_as_a_wrong_total() -> None:
    file = read(ROW, (2, "2020-01-31", "李**", "一百"), ("合计", None, None, 200))
    assert [problem.code for problem in file.errors] == ["AMOUNT_UNREADABLE"]


def test_an_accountants_office_is_no_roll_up() -> None:
    assert len(read((1, "2020-01-31", "荆州智信联合会计师事务所", 100)).rows) == 1


# ---------------------------------------------------------------- sheets and files


def test_a_year_that_the_rows_do_not_have() -> None:
    assert "FILE_YEAR_DIFFERS" in codes(read(ROW, name="2019年捐赠.xlsx"))
    assert "FILE_YEAR_DIFFERS" in codes(read(ROW, name="20190131.xlsx"))
    for name in ("2020年捐赠.xlsx", "20200131.xlsx", "捐赠.xlsx", "serial 1201931.xlsx"):
        assert codes(read(ROW, name=name)) == []


def test_sheets_that_are_no_lists_are_named_and_hidden_lists_refused() -> None:
    def add(sheet: Worksheet) -> None:
        workbook = sheet.parent
        assert workbook is not None
        workbook.create_sheet("说明").append(["请阅读"])
        goods = workbook.create_sheet("物资")
        goods.append(["日期", "捐赠单位", "品名", "数量"])
        workbook.create_sheet("空")
        hidden = workbook.create_sheet("隐")
        hidden.append(list(HEADER))
        hidden.sheet_state = "hidden"

    file = read(ROW, change=add)
    assert [(problem.code, problem.severity, problem.sheet) for problem in file.problems[:3]] == [
        ("SHEET_NOT_RECOGNISED", "notice", "说明"),
        ("GOODS_TABLE", "notice", "物资"),
        ("HIDDEN_SHEET", "error", "隐"),
    ]


def test_files_whose_columns_cannot_be_told() -> None:
    for rows, code in (([("a", "b")], "NO_HEADER"), ([("日期", "捐赠单位", "品名", "数量")], "GOODS_TABLE")):
        with pytest.raises(LayoutRejected, match=code):
            read_donations("a.xlsx", book(*rows), regions=PLACES)


def test_two_currencies_in_a_column_of_their_own() -> None:
    file = read_text("捐赠日期,捐赠人,金额,币种\n2020-01-31,张**,5,人民币\n2020-01-31,张**,5,USD\n")
    assert (codes(file), len(file.rows)) == (["TWO_CURRENCIES"], 1)


def test_a_column_in_ten_thousands() -> None:
    file = read_text("捐赠日期,捐赠人,捐赠金额（万元）\n2020-01-31,张**,0.01\n2020-01-31,张**,100元\n")
    assert ([row.amount_minor for row in file.rows], codes(file)) == ([10000], ["UNIT_MIXED"])


def test_a_guessed_column_is_noticed() -> None:
    assert codes(read_text("捐赠日期,捐赠人,本次捐赠金额\n2020-01-31,张**,5\n")) == ["COLUMN_GUESSED"]


def test_a_csv_with_a_mapping() -> None:
    recipe = {"format": FORMAT, "columns": {"reference": "单号", "amount": "数", "note": "留言"}, "date": "2020-01-31"}
    mapping = parse_mapping("m.json", json.dumps(recipe).encode())
    content = "单号,数,留言\n1000039801202001317,12.50,武汉加油\n".encode("gb18030")
    file = read_donations("a.csv", content, regions=PLACES, mapping=mapping)
    assert [(row.amount_minor, row.donor_class, row.date) for row in file.rows] == [
        (1250, "anonymous", date(2020, 1, 31))
    ]
    with pytest.raises(LayoutRejected, match="MAPPING_UNMATCHED"):
        read_donations("a.csv", b"x,y\n1,2\n", regions=PLACES, mapping=mapping)


# ---------------------------------------------------------------- identities


def test_the_same_rows_in_another_form_are_the_same_rows() -> None:
    sheet = read(ROW, (2, "2020-01-31", "某某有限公司", 200.5, "指定武汉"))
    lines = "2020/1/31,张**,100.00,\n20200131,某某有限公司,200.5,指定武汉\n"
    plain = read_text(CSV_HEADER + lines)
    assert sheet.file_sha256 != plain.file_sha256
    assert sheet.rows_digest == plain.rows_digest
    swapped = read_text(CSV_HEADER + "".join(reversed(lines.splitlines(keepends=True))))
    assert swapped.rows_digest != plain.rows_digest


@pytest.mark.parametrize(
    "line", ["2020-02-01,张**,100,", "2020-01-31,张*,100,", "2020-01-31,张**,100.01,", "2020-01-31,张**,100,指定武汉"]
)
def test_the_digest_covers_date_donor_amount_and_note(line: str) -> None:
    assert read_text(CSV_HEADER + line).rows_digest != read_text(CSV_HEADER + "2020-01-31,张**,100,").rows_digest


def test_a_file_whose_rows_came_before_is_refused_with_its_sum() -> None:
    first = read(ROW, name="a.xlsx")
    again = read_text(CSV_HEADER + "2020-01-31,张**,100,", name="b.csv")
    more = read_text(CSV_HEADER + "2020-01-31,张**,100,\n2020-01-31,李**,5,", name="c.csv")
    results = refuse_repeats([first, again, more], {})
    assert [[(problem.code, dict(problem.facts)) for problem in problems] for _, problems in results] == [
        [],
        [("ROWS_CAME_BEFORE", {"rows": "1", "amount": "100.00", "earlier": "a.xlsx"})],
        [("ROWS_OVERLAP", {"rows": "1", "amount": "100.00", "earlier": "a.xlsx"})],
    ]
    _, problems = refuse_repeats([first], {first.rows_digest: "old.xlsx"})[0]
    assert problems[0].facts["earlier"] == "old.xlsx"


def test_empty_lists_do_not_repeat_one_another() -> None:
    empty = read_text(CSV_HEADER)
    assert [problems for _, problems in refuse_repeats([empty, empty], {})] == [(), ()]
    assert digest_rows([]) == empty.rows_digest


@pytest.mark.parametrize(
    ("computed", "printed", "exponent", "expected"),
    [
        (6341392632, "6341.39", 4, True), (6341395000, "6341.39", 4, True), (6341395001, "6341.39", 4, False),
        (6341385000, "6341.39", 4, True), (6341384999, "6341.39", 4, False), (11961252590, "11961.25259", 4, True),
        (100, "1", 0, True), (151, "1", 0, False), (-100, "-1.00", 0, True),
    ],
)  # fmt: skip
def test_a_published_figure_agrees_within_half_of_its_last_digit(
    computed: int,
    printed: str,
    exponent: int,
    expected: bool,  # noqa: FBT001 (a case of the table)
) -> None:
    assert agrees(computed, printed, exponent=exponent) is expected


def test_a_figure_must_be_a_number() -> None:
    with pytest.raises(TypeError, match="no number"):
        agrees(1, "NaN")


@given(st.integers(-(10**14), 10**14))
def test_fen_are_printed_exactly(minor: int) -> None:
    assert Decimal(yuan(minor)) * 100 == minor
