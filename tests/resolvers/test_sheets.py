"""Files that are no tables, or hostile ones: each refused by name, quickly, before anything is counted."""

import io
import zipfile
from pathlib import Path
from time import perf_counter

import pytest
from openpyxl import Workbook

from resolvers.donation_files import read_donations
from resolvers.file_errors import FileRejected
from resolvers.import_problems import HostileFile, SheetRejected, UnreadableFile
from resolvers.sheets import MAX_BYTES, read_tables
from resolvers.tables import MAX_CELLS, MAX_COLUMNS, Kind, Range, letters
from resolvers.workbooks import MAX_TEXT, parse_range, scan_sheet
from tests.resolvers.sheet_files import (
    HEADER,
    MAIN,
    OFFICE,
    OTHER_PARTS,
    PLACES,
    ROW,
    book,
    raw_book,
    raw_gift,
    raw_header,
    raw_row,
    raw_sheet,
    text,
)


def refusal(content: bytes, name: str = "a.xlsx") -> SheetRejected:
    with pytest.raises(SheetRejected) as caught:
        read_tables(name, content)
    error = caught.value
    assert isinstance(error, FileRejected)
    assert error.problem().why("zh")
    assert error.message.startswith(name)
    return error


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"\xef\xbb\xbf \r\n", "FILE_EMPTY"),
        ("捐赠人,金额\n张**,\x00100\n".encode(), "NUL_BYTES"),
        (b"%PDF-1.7 ...", "NOT_A_TABLE"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "NOT_A_TABLE"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "OLD_WORKBOOK"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "ENCRYPTED"),
        (b"\x81\xff\xff\xff", "UNKNOWN_ENCODING"),
        (b"PK\x03\x04 cut short", "BROKEN_ZIP"),
        ('捐赠人,金额\n"张**,100\n李**,200\n'.encode(), "BROKEN_CSV"),
    ],
)
def test_what_is_no_table_is_refused_by_name(content: bytes, code: str) -> None:
    error = refusal(content)
    assert isinstance(error, UnreadableFile)
    assert error.code == code


@pytest.mark.parametrize("keep", [0.2, 0.6, 0.98])
def test_a_workbook_cut_short_is_refused(keep: float) -> None:
    content = book(HEADER, *[ROW] * 50)
    assert refusal(content[: int(len(content) * keep)]).code == "BROKEN_ZIP"


def test_any_changed_byte_of_a_workbook_is_refused_or_read() -> None:
    content = book(HEADER, *[ROW] * 5)
    for place in range(0, len(content), 37):
        changed = content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]
        try:
            read_tables("a.xlsx", changed)
        except SheetRejected as error:
            assert error.message  # noqa: PT017 (either outcome is right; no other exception is)


def test_a_zip_that_is_no_workbook() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.txt", "a")
    assert refusal(content.getvalue()).code == "NOT_A_TABLE"


def test_a_file_over_the_limit_is_not_looked_at() -> None:
    assert refusal(bytes(MAX_BYTES + 1)).code == "FILE_TOO_LARGE"


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = raw_book(raw_sheet(), **{"xl/media/a.xml": bytes(40 * 2**20)})
    assert len(bomb) < 2**17
    error = refusal(bomb)
    assert isinstance(error, HostileFile)
    assert error.code == "ZIP_BOMB"


def test_a_zip_of_many_parts_is_a_bomb() -> None:
    assert refusal(raw_book(raw_sheet(), **{f"xl/p{i}.bin": b"" for i in range(2001)})).code == "ZIP_BOMB"


def test_a_part_that_lies_about_its_size_is_refused() -> None:
    honest = raw_book(raw_sheet(raw_header()))
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = honest.replace(size.to_bytes(4, "little"), (size - 100).to_bytes(4, "little"))
    assert lying != honest
    assert refusal(lying).code == "BROKEN_ZIP"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_not_expanded(encoding: str) -> None:
    entities = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'
    xml = declared + entities + raw_sheet(raw_row(1, ("A", text("&b;"))))
    assert refusal(raw_book(xml.encode(encoding))).code == "ENTITIES_DECLARED"


@pytest.mark.parametrize("column", ["IW", "XFD", "ZZZ"])
def test_too_many_columns_of_a_workbook(column: str) -> None:
    assert refusal(raw_book(raw_sheet(raw_row(1, (column, text("x")))))).code == "TOO_MANY_COLUMNS"


def test_a_million_columns_of_csv() -> None:
    error = refusal(b"1," * 1_000_000 + b"1", "a.csv")
    assert (error.code, error.facts["limit"]) == ("TOO_MANY_COLUMNS", str(MAX_COLUMNS))


def test_a_single_cell_far_away_costs_nothing() -> None:
    xml = raw_sheet(raw_row(1, ("A", text("x"))), raw_row(1_048_576, ("A", text("x"))))
    assert refusal(raw_book(xml)).code == "TOO_MANY_ROWS"


def test_styled_empty_cells_are_no_columns() -> None:
    xml = raw_sheet(raw_row(1, ("A", text("x")), ("XFD", 's="1">')))
    assert [len(row) for row in read_tables("a.xlsx", raw_book(xml))[0].rows] == [1]


@pytest.mark.parametrize(
    "rows",
    [
        [raw_row(2, ("A", text("x"))), raw_row(1, ("A", text("y")))],
        [raw_row(1, ("B", text("x")), ("A", text("y")))],
        [raw_row(1, ("A", text("x")), ("A", text("y")))],
        [raw_row(1, ("a", text("x")))],
    ],
)
def test_cells_out_of_order_are_refused(rows: list[str]) -> None:
    assert refusal(raw_book(raw_sheet(*rows))).code == "BROKEN_WORKBOOK"


def test_a_cell_longer_than_a_cell_may_be() -> None:
    assert refusal(("a,b\n" + "x" * 40_000 + ",1\n").encode(), "a.csv").code == "CELL_TOO_LONG"
    assert refusal(("a,b\n" + "x" * 400_000 + ",1\n").encode(), "a.csv").code == "CELL_TOO_LONG"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_decoded_by_mark_then_strictly_then_gb18030(encoding: str, separator: str) -> None:
    content = f"捐赠人{separator}金额\n龘䶮𠀀{separator}100\n".encode(encoding)
    rows = read_tables("a.csv", content)[0].rows
    assert [[cell.text for cell in row] for row in rows] == [["捐赠人", "金额"], ["龘䶮𠀀", "100"]]


def test_the_kind_of_file_is_told_by_its_bytes() -> None:
    assert len(read_tables("named.csv", book(HEADER, ROW))[0].rows) == 2


def test_every_cell_of_a_published_book_is_what_calamine_says(published: Path) -> None:
    """The scan and calamine are two readers of one sheet: texts are equal, numbers are equal as doubles."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 (the twin, used here only)

    content = (published / "hubei_2020/donate14.xlsx").read_bytes()
    ours = read_tables("a.xlsx", content)[0].rows
    theirs = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert len(ours) == len(theirs) == 2226
    for row, twin in zip(ours, theirs, strict=True):
        assert [float(cell.text) if cell.kind is Kind.NUMBER else cell.text for cell in row] == twin


def test_numbers_keep_the_digits_of_the_file() -> None:
    xml = raw_sheet(raw_header(), raw_gift("><v>66.59999999999999</v>"))
    assert read_tables("a.xlsx", raw_book(xml))[0].rows[1][3].text == "66.59999999999999"


def test_columns_have_letters_and_ranges_are_read_back() -> None:
    assert [letters(number) for number in (1, 26, 27, 256, 703)] == ["A", "Z", "AA", "IV", "AAA"]
    assert parse_range("B3:AA5") == Range(3, 2, 5, 27)
    assert str(parse_range("B3")) == "B3:B3"
    with pytest.raises(ValueError, match="range"):
        parse_range("A1:B2:C3")


def test_a_shared_string_counts_as_often_as_a_cell_shows_it() -> None:
    xml = raw_sheet(*(raw_row(number, ("A", 't="s"><v>0</v>')) for number in range(1, 5)))
    assert scan_sheet("a.xlsx", xml.encode(), [16 * 2**20]).text == MAX_TEXT
    with pytest.raises(HostileFile, match="TOO_MUCH_TEXT"):
        scan_sheet("a.xlsx", xml.encode(), [16 * 2**20 + 1])
    # A string that is not there is a damaged workbook.
    assert refusal(raw_book(xml)).code == "BROKEN_WORKBOOK"


def test_a_used_area_larger_than_a_list_may_have() -> None:
    xml = raw_sheet(raw_row(1, ("CV", text("x"))), raw_row(MAX_CELLS // 100 + 1, ("A", text("x"))))
    assert refusal(raw_book(xml)).code == "TOO_MANY_CELLS"


def test_a_sheet_may_say_that_it_is_larger_than_it_is() -> None:
    xml = raw_sheet(raw_row(1, ("A", text("x")))).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    assert len(read_tables("a.xlsx", raw_book(xml))[0].rows) == 1


def test_commas_without_end_are_refused_unread() -> None:
    assert refusal(b"," * 3_000_000, "a.csv").code == "TOO_MANY_COLUMNS"


@pytest.mark.parametrize("cell", ["a" + " " * 30_000 + "b", "9" * 30_000, "公司(" * 8_000, "甲转来" + "十" * 30_000])
def test_no_cell_costs_more_than_its_length(cell: str) -> None:
    """Each of these was quadratic in an expression before lengths were bounded."""
    lines = [",".join(cell if place == column else said for place, said in enumerate(_LINE)) for column in range(4)]
    content = "\n".join(["捐赠日期,捐赠人,捐赠金额,备注", *lines * 20]).encode()
    start = perf_counter()
    read_donations("a.csv", content, regions=PLACES)
    assert perf_counter() - start < 2


_LINE = ("2020-01-31", "张**", "5", "")


def test_csv_is_bounded_in_rows_columns_and_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(b"1," * 300 + b"1", "a.csv").code == "TOO_MANY_COLUMNS"
    monkeypatch.setattr("resolvers.sheets.MAX_ROWS", 3)
    assert refusal(b"1\n" * 4, "a.csv").code == "TOO_MANY_ROWS"
    monkeypatch.setattr("resolvers.sheets.MAX_CELLS", 5)
    assert refusal(b"1,2\n" * 3, "a.csv").code == "TOO_MANY_CELLS"


def test_a_workbook_is_bounded_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolvers.workbooks.MAX_UNPACKED", 1000)
    assert refusal(book(HEADER, ROW)).code == "ZIP_BOMB"


def test_a_part_that_is_there_twice_or_locked_is_refused() -> None:
    content = raw_book(raw_sheet(raw_header()), **{"XL/workbook.xml": b"<other/>"})
    assert refusal(content).code == "BROKEN_ZIP"
    honest = book(HEADER, ROW)
    locked = honest.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    assert locked != honest
    assert refusal(locked).code == "ENCRYPTED"


def test_shared_strings_dates_and_cells_without_an_address() -> None:
    strings = f'<sst xmlns="{MAIN}"><si><r><t>张</t></r><r><t>**</t></r></si></sst>'
    relations = OTHER_PARTS["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    )
    sheet = raw_sheet('<row><c t="s"><v>0</v></c><c><v>5</v></c></row>')
    parts = {"xl/sharedStrings.xml": strings.encode(), "xl/_rels/workbook.xml.rels": relations.encode()}
    rows = read_tables("a.xlsx", raw_book(sheet, **parts))[0].rows
    assert [[cell.text for cell in row] for row in rows] == [["张**", "5"]]


def test_sheets_keep_their_names_and_charts_are_no_sheets() -> None:
    workbook = Workbook()
    assert workbook.active is not None
    workbook.active.title = " a&b <一月> "
    workbook.create_chartsheet("图")
    content = io.BytesIO()
    workbook.save(content)
    assert [table.sheet for table in read_tables("a.xlsx", content.getvalue())] == [" a&b <一月> "]


def test_two_sheets_of_one_name_are_refused() -> None:
    twice = OTHER_PARTS["xl/workbook.xml"].replace("<sheets>", '<sheets><sheet name="Sheet1" sheetId="2" r:id="r1"/>')
    assert refusal(raw_book(raw_sheet(raw_header()), **{"xl/workbook.xml": twice.encode()})).code == "BROKEN_WORKBOOK"
