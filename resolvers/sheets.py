"""Bytes of a CSV or XLSX file -> tables of raw cells.

A cell keeps its text as the file holds it; nothing is converted here.  Numbers of a workbook keep the digits of the
XML, so that an amount never passes through a float.  The kind of file is told by its bytes, never by its name.

CSV is decoded by its byte-order mark, else as strict UTF-8, else as GB18030.
"""

import csv
import io
from collections.abc import Iterator

from resolvers.import_problems import HostileFile, UnreadableFile
from resolvers.tables import BLANK, MAX_CELL, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Cell, Table
from resolvers.workbooks import read_workbook

MAX_BYTES = 64 * 2**20
"""Bytes of a file that are read; a year of a large charity's gifts is a tenth of it."""
MAX_SEPARATORS = 100_000
"""Separators in one row of CSV, quoted ones included, before it is refused unread."""


def read_tables(name: str, content: bytes) -> list[Table]:
    """Read every sheet of the file; a CSV file is one sheet without a name.

    Raises `UnreadableFile` for what is no table and `HostileFile` for what would cost too much to read.
    """
    if not content:
        raise UnreadableFile("FILE_EMPTY", name)
    if len(content) > MAX_BYTES:
        raise HostileFile("FILE_TOO_LARGE", name, size=str(len(content)), limit=str(MAX_BYTES))
    if content.startswith(b"PK"):
        return read_workbook(name, content)
    refuse_foreign(name, content)
    return [read_csv(name, content)]


def refuse_foreign(name: str, content: bytes) -> None:
    """Refuse by its first bytes what is neither CSV nor XLSX, saying what it is."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise UnreadableFile("ENCRYPTED" if encrypted else "OLD_WORKBOOK", name)
    head = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, kind in _FOREIGN.items():
        if head.startswith(magic):
            raise UnreadableFile("NOT_A_TABLE", name, kind=kind)


_FOREIGN = {
    b"%pdf": "PDF",
    b"<!doctype": "HTML/XML",
    b"<html": "HTML",
    b"<table": "HTML",
    b"<?xml": "XML",
    b"\x89png": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\x1f\x8b": "gzip",
    b"rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip",
    b"{": "JSON",
}


def decode(name: str, content: bytes) -> str:
    """Decode by byte-order mark, else strict UTF-8, else GB18030."""
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    marked = [encoding for mark, encoding in marks if content.startswith(mark)]
    for encoding in marked or ["utf-8", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise UnreadableFile("NUL_BYTES", name, at=str(text.index("\0")))
        return text
    raise UnreadableFile("UNKNOWN_ENCODING", name)


def read_csv(name: str, content: bytes) -> Table:
    """Read a CSV file, its separator told by its first lines (comma, semicolon or tab)."""
    text = decode(name, content)
    if not text.strip():
        raise UnreadableFile("FILE_EMPTY", name)
    source = _Lines(name, text, _separator(text))
    rows: list[list[Cell]] = []
    try:
        # A quoted field may span lines: rows are counted as a spreadsheet would show them.
        rows.extend([Cell(text) if text else BLANK for text in row] for row in source.rows())
    except csv.Error as error:
        number = str(source.number + 1)
        if "field larger than" in str(error):
            raise HostileFile("CELL_TOO_LONG", name, row=number, limit=str(MAX_CELL)) from error
        raise UnreadableFile("BROKEN_CSV", name, line=number, detail=str(error)) from error
    return Table("", rows)


class _Lines:
    """The rows of a CSV text, each bounded before the reader could build it whole."""

    def __init__(self, name: str, text: str, separator: str) -> None:
        self.name = name
        self.text = text
        self.separator = separator
        self.number = 0
        self.cells = 0
        self._columns = 0

    def _lines(self) -> Iterator[str]:
        for line in io.StringIO(self.text, newline=""):
            self._columns += line.count(self.separator)
            if self._columns > MAX_SEPARATORS:
                raise self._wide(self._columns)
            yield line

    def _wide(self, columns: int) -> HostileFile:
        row, limit = str(self.number + 1), str(MAX_COLUMNS)
        return HostileFile("TOO_MANY_COLUMNS", self.name, row=row, columns=str(columns), limit=limit)

    def rows(self) -> Iterator[list[str]]:
        """Yield each row without the empty cells at its end."""
        for row in csv.reader(self._lines(), delimiter=self.separator, strict=True):
            width = len(row)
            while width and not row[width - 1]:
                width -= 1
            if width > MAX_COLUMNS:
                raise self._wide(width)
            if any(len(text) > MAX_CELL for text in row):
                raise HostileFile("CELL_TOO_LONG", self.name, row=str(self.number + 1), limit=str(MAX_CELL))
            self._columns = 0
            self.number += 1
            self.cells += width
            if self.number > MAX_ROWS:
                raise HostileFile("TOO_MANY_ROWS", self.name, limit=str(MAX_ROWS))
            if self.cells > MAX_CELLS:
                raise HostileFile("TOO_MANY_CELLS", self.name, limit=str(MAX_CELLS))
            yield row[:width]


def _separator(text: str) -> str:
    # The separator that splits the first lines most often; a tie is a comma.
    head = text[:65_536].splitlines()[:20]
    return max((",", ";", "\t"), key=lambda mark: sum(line.count(mark) for line in head))
