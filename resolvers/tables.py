"""What a sheet is once its file has been read: rows of raw cells, and what the sheet hides.

A cell keeps its text as the file holds it.  Rows and columns are counted from 1, as spreadsheets show them.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple

MAX_COLUMNS = 256
MAX_ROWS = 500_000
MAX_CELLS = 4_000_000
"""Cells of a sheet's used rectangle: 500,000 rows of eight."""
MAX_CELL = 32_767
"""Characters in a cell: the spreadsheet programs' own limit."""


class Kind(Enum):
    """What a cell holds."""

    BLANK = "blank"
    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ERROR = "error"
    UNCALCULATED = "uncalculated"


class Cell(NamedTuple):
    """One cell: its text as stored, what kind it is, and its date when its number format says that it is one."""

    text: str
    kind: Kind = Kind.TEXT
    day: date | None = None


BLANK = Cell("", Kind.BLANK)


class Range(NamedTuple):
    """A rectangle of cells, rows and columns counted from 1, ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        """Print as a spreadsheet does, `A3:A5`."""
        return f"{letters(self.left)}{self.top}:{letters(self.right)}{self.bottom}"


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: `rows[i]` is spreadsheet row `i + 1`; rows may differ in length."""

    sheet: str
    rows: list[list[Cell]]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Range, ...] = ()
    date1904: bool = False


def letters(column: int) -> str:
    """Name a column, counted from 1, as spreadsheets do: 1 -> A, 27 -> AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
