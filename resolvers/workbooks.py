"""An XLSX file -> tables, with two readers over one vetted copy.

Calamine resolves shared strings, rich text and number formats (is it a date?), quickly; but it returns error cells
and formulas without a saved value as blanks, and numbers as floats.  So the XML of every sheet is scanned as well: for
the digits of each number, error cells, uncalculated formulas, hidden rows and columns, merged ranges.

What strangers send is bounded before anything reads it: every part is unpacked under a byte count, parts that declare
entities are refused, and calamine is given a plain copy of the vetted parts, so that both readers see the same bytes.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring, iterparse
from python_calamine import CalamineError, CalamineWorkbook

from resolvers.import_problems import HostileFile, UnreadableFile
from resolvers.tables import BLANK, MAX_CELL, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Cell, Kind, Range, Table

MAX_PARTS = 2_000
MAX_UNPACKED = 128 * 2**20
"""Bytes of all parts together, unpacked."""
MAX_RATIO = 400
"""Unpacked : packed of one part above a mebibyte; real sheets stay under 60."""
MAX_TEXT = 64 * 2**20
"""Characters of all cells of a sheet together: a shared string counts as often as a cell shows it."""

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(slots=True)
class Scan:
    """What the XML of one sheet says that calamine does not."""

    numbers: dict[tuple[int, int], str] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Range] = field(default_factory=list)
    bottom: int = 0
    right: int = 0
    text: int = 0


def read_workbook(name: str, content: bytes) -> list[Table]:
    """Read every worksheet, hidden ones included and marked.

    Raises `UnreadableFile` for a damaged workbook and `HostileFile` for one that is built to exhaust.
    """
    parts = unpack(name, content)
    if "xl/workbook.xml" not in parts:
        raise UnreadableFile("NOT_A_TABLE", name, kind="ZIP")
    try:
        sheets, date1904 = _sheets(parts)
        shared = shared_lengths(parts)
        scans = {sheet: scan_sheet(name, parts[path], shared) for sheet, path, _ in sheets if path in parts}
        grids = _grids(name, parts, list(scans))
    except DefusedXmlException as error:
        raise HostileFile("ENTITIES_DECLARED", name, part=type(error).__name__) from error
    except (ParseError, LookupError, ValueError) as error:
        raise UnreadableFile("BROKEN_WORKBOOK", name, detail=str(error)) from error
    return [
        _table(sheet, scans[sheet], grids[sheet], hidden=hidden, date1904=date1904)
        for sheet, _, hidden in sheets
        if sheet in scans
    ]


def unpack(name: str, content: bytes) -> dict[str, bytes]:
    """Unpack every part under a byte count, refusing bombs, passwords and entity declarations."""
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            _vet(name, infos)
            for info in infos:
                if info.is_dir():
                    continue
                with archive.open(info) as part:
                    data = part.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise HostileFile("ZIP_BOMB", name, detail=f"> {MAX_UNPACKED} bytes")
                if info.filename.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in data or b"<!ENTITY" in data):
                    raise HostileFile("ENTITIES_DECLARED", name, part=info.filename)
                parts[info.filename] = data
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise UnreadableFile("BROKEN_ZIP", name, detail=str(error) or type(error).__name__) from error
    return parts


def _vet(name: str, infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_PARTS:
        raise HostileFile("ZIP_BOMB", name, detail=f"{len(infos)} parts")
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise HostileFile("ZIP_BOMB", name, detail=f"> {MAX_UNPACKED} bytes")
    for info in infos:
        if info.flag_bits & 1:
            raise UnreadableFile("ENCRYPTED", name)
        if info.file_size > 2**20 and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise HostileFile("ZIP_BOMB", name, detail=f"{info.filename} {info.file_size} bytes")
    # Calamine does not tell the case of a part's name, so neither do we.
    if len({info.filename.lower() for info in infos}) != len(infos):
        raise UnreadableFile("BROKEN_ZIP", name, detail="a part is there twice")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _true(value: str | None) -> bool:
    return value in {"1", "true"}


def _sheets(parts: dict[str, bytes]) -> tuple[list[tuple[str, str, bool]], bool]:
    """Return (name, part, hidden) of each worksheet in order, and whether dates count from 1904."""
    relations = fromstring(parts["xl/_rels/workbook.xml.rels"])
    # Chart and macro sheets have other types, and no cells.
    targets = {
        relation.attrib["Id"]: posixpath.normpath(posixpath.join("/xl", relation.attrib["Target"]))[1:]
        for relation in relations
        if relation.attrib["Type"].endswith("/worksheet")
    }
    sheets: list[tuple[str, str, bool]] = []
    date1904 = False
    for element in fromstring(parts["xl/workbook.xml"]).iter():
        if _local(element.tag) == "workbookPr":
            date1904 = _true(element.get("date1904"))
        if _local(element.tag) == "sheet":
            link = next(value for key, value in element.attrib.items() if _local(key) == "id")
            hidden = element.get("state", "visible") != "visible"
            if link in targets:
                sheets.append((element.attrib["name"], targets[link], hidden))
    if len({sheet for sheet, _, _ in sheets}) != len(sheets):
        raise ValueError("two sheets have one name")
    return sheets, date1904


def shared_lengths(parts: dict[str, bytes]) -> list[int]:
    """Return the length of each shared string, by its index."""
    lengths: list[int] = []
    xml = next((data for part, data in parts.items() if part.lower() == "xl/sharedstrings.xml"), b"<sst/>")
    for _, element in iterparse(io.BytesIO(xml), events=("end",), forbid_dtd=True):
        if _local(element.tag) == "si":
            lengths.append(sum(len(text) for text in element.itertext()))
            element.clear()
    return lengths


def scan_sheet(name: str, xml: bytes, shared: Sequence[int] = ()) -> Scan:
    """Walk one sheet's XML once, keeping what calamine does not tell; `shared` are the shared strings' lengths.

    The sheet's extent is bounded here, before calamine lays it out whole.
    """
    scan = Scan()
    row = 0
    for _, element in iterparse(io.BytesIO(xml), events=("end",), forbid_dtd=True):
        tag = _local(element.tag)
        if tag == "row":
            row = _scan_row(name, scan, element, row, shared)
            element.clear()
            _bound(name, scan)
        elif tag == "col" and _true(element.get("hidden")):
            first, last = int(element.attrib["min"]), int(element.attrib["max"])
            scan.hidden_columns.update(range(first, min(last, MAX_COLUMNS) + 1))
        elif tag == "mergeCell":
            scan.merged.append(parse_range(element.attrib["ref"]))
    return scan


def _bound(name: str, scan: Scan) -> None:
    if scan.bottom > MAX_ROWS:
        raise HostileFile("TOO_MANY_ROWS", name, limit=str(MAX_ROWS))
    if scan.bottom * scan.right > MAX_CELLS:
        raise HostileFile("TOO_MANY_CELLS", name, limit=str(MAX_CELLS))
    if scan.text > MAX_TEXT:
        raise HostileFile("TOO_MUCH_TEXT", name, limit=str(MAX_TEXT))


def _scan_row(
    name: str,
    scan: Scan,
    element: Any,  # noqa: ANN401 (defusedxml publishes no types)
    before: int,
    shared: Sequence[int],
) -> int:
    row = int(element.get("r", before + 1))
    if row <= before:
        raise ValueError(f"row {row} after row {before}")
    if _true(element.get("hidden")):
        scan.hidden_rows.add(row)
    column = 0
    for cell in element:
        column = _column(cell.get("r"), row, column)
        if len(cell):
            _scan_cell(scan, cell, (row, column), shared)
            if column > MAX_COLUMNS:
                raise HostileFile("TOO_MANY_COLUMNS", name, row=str(row), columns=str(column), limit=str(MAX_COLUMNS))
    return row


def _column(reference: str | None, row: int, before: int) -> int:
    if reference is None:
        return before + 1
    match = _REFERENCE.fullmatch(reference)
    if match is None or int(match[2]) != row:
        raise ValueError(f"cell {reference[:20]} in row {row}")
    column = _number(match[1])
    if column <= before:
        raise ValueError(f"cell {reference} is out of order")
    return column


def _number(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number


def _scan_cell(
    scan: Scan,
    cell: Any,  # noqa: ANN401 (defusedxml publishes no types)
    place: tuple[int, int],
    shared: Sequence[int],
) -> None:
    value: str | None = None
    formula = False
    for child in cell:
        tag = _local(child.tag)
        if tag == "v":
            value = child.text
        elif tag == "f":
            formula = True
        elif tag == "is":
            value = "".join(child.itertext())
    if value is None and not formula:
        return
    scan.bottom, scan.right = max(scan.bottom, place[0]), max(scan.right, place[1])
    kind = cell.get("t", "n")
    if value is None:
        scan.uncalculated.add(place)
    elif kind == "e":
        scan.errors[place] = value
    elif kind == "n":
        scan.numbers[place] = value.strip()
    scan.text += shared[int(value)] if kind == "s" and value else len(value or "")


def parse_range(reference: str) -> Range:
    """Parse `A3:B5` (or `A3`). Raises `ValueError` for anything else."""
    ends = [_REFERENCE.fullmatch(end) for end in reference.split(":")]
    found = [(int(end[2]), _number(end[1])) for end in ends if end is not None]
    if len(found) != len(ends) or len(found) > 2:  # noqa: PLR2004 (a range has two ends)
        raise ValueError(f"range {reference[:40]}")
    return Range(*found[0], *found[-1])


def _grids(name: str, parts: dict[str, bytes], sheets: list[str]) -> dict[str, list[list[Any]]]:
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    copy.seek(0)
    try:
        workbook = CalamineWorkbook.from_filelike(copy)
        return {sheet: _grid(name, workbook, sheet) for sheet in sheets}
    except CalamineError as error:
        raise UnreadableFile("BROKEN_WORKBOOK", name, detail=str(error)) from error


def _grid(name: str, workbook: CalamineWorkbook, sheet: str) -> list[list[Any]]:
    cells = workbook.get_sheet_by_name(sheet)
    if cells.total_height * cells.total_width > MAX_CELLS:
        raise HostileFile("TOO_MANY_CELLS", name, limit=str(MAX_CELLS))
    return cells.to_python(skip_empty_area=False)


def _table(sheet: str, scan: Scan, grid: list[list[Any]], *, hidden: bool, date1904: bool) -> Table:
    height = max(len(grid), scan.bottom)
    rows = [list(_cells(scan, grid[i] if i < len(grid) else [], i + 1)) for i in range(height)]
    return Table(
        sheet,
        rows,
        hidden=hidden,
        hidden_rows=frozenset(scan.hidden_rows),
        hidden_columns=frozenset(scan.hidden_columns),
        merged=tuple(scan.merged),
        date1904=date1904,
    )


def _cells(scan: Scan, values: list[Any], row: int) -> Iterator[Cell]:
    for column in range(1, max(len(values), scan.right) + 1):
        value = values[column - 1] if column <= len(values) else ""
        place = (row, column)
        number = scan.numbers.get(place)
        if number is not None:
            yield Cell(number, Kind.NUMBER, _day(value))
        elif isinstance(value, bool):
            yield Cell(str(value).upper(), Kind.BOOLEAN)
        elif value != "":
            yield Cell(str(value)[:MAX_CELL], Kind.TEXT, _day(value))
        elif place in scan.errors:
            yield Cell(scan.errors[place], Kind.ERROR)
        elif place in scan.uncalculated:
            yield Cell("", Kind.UNCALCULATED)
        else:
            yield BLANK


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
