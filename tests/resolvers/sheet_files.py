"""Small files made on the spot, for the tests of everything that reads sheets."""

import io
import zipfile
from collections.abc import Callable, Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from resolvers.donation_files import DonationFile, read_donations
from resolvers.place_names import PlaceNames

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
OTHER_PARTS: dict[str, str] = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
HEADER = ("序号", "捐赠日期", "捐赠（单位/姓名）", "捐赠金额（元）", "备注")
ROW = (1, "2020-01-31", "张**", 100, "")
PLACES = PlaceNames.of(
    "201904",
    [
        ("220000", "吉林省"), ("220200", "吉林市"), ("420000", "湖北省"), ("420100", "武汉市"), ("420106", "武昌区"),
        ("420500", "宜昌市"), ("420900", "孝感市"), ("420921", "孝昌县"), ("421000", "荆州市"), ("421003", "荆州区"),
        ("421022", "公安县"), ("421100", "黄冈市"), ("422800", "恩施土家族苗族自治州"), ("422801", "恩施市"),
        ("429004", "仙桃市"), ("370302", "和平区"), ("110105", "朝阳区"), ("220104", "朝阳区"),
    ],
)  # fmt: skip


def book(*rows: Sequence[object], change: Callable[[Worksheet], None] | None = None) -> bytes:
    """Write rows as an XLSX file; `change` may then hide, merge or format."""
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(list(row))
    if change is not None:
        change(sheet)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def read(
    *rows: Sequence[object], name: str = "a.xlsx", change: Callable[[Worksheet], None] | None = None
) -> DonationFile:
    """Read rows below a title and the usual header."""
    return read_donations(name, book(("公示",), HEADER, *rows, change=change), regions=PLACES)


def read_text(text: str, name: str = "a.csv") -> DonationFile:
    """Read a CSV text."""
    return read_donations(name, text.encode(), regions=PLACES)


def raw_book(sheet: str | bytes, **parts: bytes) -> bytes:
    """Write an XLSX file around the XML of its one sheet, for what no library would write."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**OTHER_PARTS, "xl/worksheets/sheet1.xml": sheet, **parts}.items():
            archive.writestr(name, part)
    return content.getvalue()


def raw_sheet(*rows: str) -> str:
    """Wrap `<row>` elements as a sheet."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'


def raw_row(number: int, *cells: tuple[str, str]) -> str:
    """Write a row of (column letter, inner XML with its attributes) cells: `("A", 't="n"><v>1</v>')`."""
    return f'<row r="{number}">' + "".join(f'<c r="{column}{number}" {cell}</c>' for column, cell in cells) + "</row>"


def text(value: str) -> str:
    """Write an inline string for `raw_row`."""
    return f't="inlineStr"><is><t>{value}</t></is>'


def raw_header() -> str:
    """Write the usual header as row 1."""
    return raw_row(1, *((letter, text(said)) for letter, said in zip("ABCDE", HEADER, strict=True)))


def raw_gift(amount: str, number: int = 2, donor: str = "张**") -> str:
    """Write a row of the usual list whose amount cell is given as XML."""
    return raw_row(number, ("B", text("2020-01-31")), ("C", text(donor)), ("D", amount))


def codes(file: DonationFile) -> list[str]:
    """List the codes of a file's problems, without the remark that it has no total."""
    return [problem.code for problem in file.problems if problem.code != "TOTAL_MISSING"]
