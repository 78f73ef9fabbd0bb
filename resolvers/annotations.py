"""The same table again, with its problems written beside the rows: what an officer downloads, mends and sends back.

Contents are kept, looks are not (column widths, colours, merges).  Text that a spreadsheet would run as a formula is
neutralised by an apostrophe; numbers that would lose digits are written as text.
"""

import io
import re
from collections.abc import Iterable
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from resolvers.bilingual import Language
from resolvers.cells import fifteen
from resolvers.donation_files import DonationFile
from resolvers.import_problems import Problem
from resolvers.tables import MAX_CELL, Cell, Kind, Table

COMMENTS = "问题 Problems"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_SHORT_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,20})?")
_NAME = re.compile(r"[\[\]:*?/\\]")


def annotate(file: DonationFile, problems: Iterable[Problem], language: Language = "zh") -> bytes:
    """Write the file as XLSX with a column of problems, and a first sheet that lists them all."""
    problems = list(problems)
    workbook = Workbook(write_only=True)
    listing = workbook.create_sheet(COMMENTS)
    listing.append(["位置 Place", "级别 Severity", "代码 Code", "内容 Text", "原因 Why", "处理 Fix"])
    for problem in problems:
        said = [problem.place(), problem.severity, problem.code, problem.cell or ""]
        listing.append([safe(text) for text in [*said, problem.why(language), problem.fix(language)]])
    headers = {layout.sheet: layout.header_row for layout in file.layouts}
    for number, table in enumerate(file.tables, 1):
        comments: dict[int, list[Problem]] = {}
        for problem in problems:
            if (problem.sheet or "") == table.sheet and problem.row is not None:
                comments.setdefault(problem.row, []).append(problem)
        sheet = workbook.create_sheet(_NAME.sub("_", table.sheet)[:31] or f"Sheet{number}")
        for row in _rows(table, headers.get(table.sheet), comments, language):
            sheet.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _rows(
    table: Table, header_row: int | None, comments: dict[int, list[Problem]], language: Language
) -> Iterable[list[str | Decimal | None]]:
    width = max(map(len, table.rows), default=0)
    for number, cells in enumerate(table.rows, 1):
        row = [_value(cell) for cell in cells] + [None] * (width - len(cells))
        said = [
            f"{each.column or ''} {each.why(language)} {each.fix(language)}".strip()
            for each in comments.get(number, [])
        ]
        if number == header_row:
            said.insert(0, COMMENTS)
        yield [*row, safe(" ".join(said)) or None]


def _value(cell: Cell) -> str | Decimal | None:
    if cell.kind is Kind.BLANK:
        return None
    if cell.day is not None:
        return cell.day.isoformat()
    if cell.kind is Kind.NUMBER and _SHORT_NUMBER.fullmatch(cell.text):
        return Decimal(format(fifteen(cell.text), "f"))
    return safe(cell.text)


def safe(text: str) -> str:
    """Neutralise what a spreadsheet would run, and drop what it cannot store."""
    kept = ILLEGAL_CHARACTERS_RE.sub("", text)[: MAX_CELL - 1]
    return f"'{kept}" if kept.startswith(_FORMULA_STARTS) else kept
