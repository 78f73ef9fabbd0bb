"""One recognised table -> its donations, its roll-up rows, and everything that is wrong with them, at once.

A row is skipped when it is blank or the header again, set aside when it is a roll-up (合计, 小计) or a remark, and a
donation otherwise.  A donation with an error in it is reported and left out; one with a notice is kept.  Whether a file
with errors may be taken in part is not decided here.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from resolvers.cells import CURRENCIES, SIGNIFICANT, CellError, clean, is_dirty, read_amount, read_date
from resolvers.donor_classes import DonorClass, read_donor
from resolvers.earmark_words import NO_PURPOSES
from resolvers.earmarks import EarmarkReading, read_earmarks
from resolvers.import_problems import HostileFile, Problem, Severity
from resolvers.mappings import LONGEST, Layout, Target
from resolvers.place_names import PlaceNames
from resolvers.tables import BLANK, Cell, Kind, Range, Table, letters

ASSET = "CNY/2"
MAX_MERGED_ROWS = 1_000_000
"""Rows that merged ranges may cover together before the sheet is taken for hostile."""

_ROLL_UP = re.compile(
    r".{0,14}?(?P<word>合计|总计|累计|共计|小计|汇总)(?:金额)?(?:[(].*[)])?[:,。]?|(?:sub|grand)?total:?", re.IGNORECASE
)
_SUBTOTAL = re.compile(r"小计|汇总|sub", re.IGNORECASE)
_SEQUENCE = re.compile(r"[0-9]{1,9}")
_POWER = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{2}", re.IGNORECASE)
"""How a spreadsheet prints a long number that it has cut, seen in CSV files that came from one."""
_DIGITS = re.compile(r"[0-9]")
_CHECKED: tuple[Target, ...] = ("date", "donor", "amount", "note", "reference", "currency")
_NAMES: tuple[Target, ...] = ("donor", "note", "reference")


@dataclass(frozen=True, slots=True)
class DonationRow:
    """One gift as listed.

    `donor_text` is a donor's name that may be public, else empty; `party` is a name that is personal data (masked names
    included) and belongs in the vault.  `amount_minor` in fen; negative for a returned gift that names no original.
    `note` and `raw` are text from outside and may name a person: never for a public leaf.
    """

    row_number: int
    sheet: str
    date: date
    donor_text: str
    party: str | None
    donor_class: DonorClass
    amount_minor: int
    note: str
    earmarks: EarmarkReading
    raw: tuple[str, ...] = field(repr=False)
    asset: str = ASSET

    @property
    def source_donor(self) -> str:
        """The donor as the source prints it, public or not."""
        return self.party or self.donor_text


@dataclass(frozen=True, slots=True)
class RollUp:
    """A row that repeats itemised ones: set aside, and proved against them where `agrees`."""

    sheet: str
    row_number: int
    label: str
    kind: Literal["total", "subtotal"]
    amount_minor: int | None
    agrees: bool


def yuan(minor: int) -> str:
    """Print fen as yuan with two decimals."""
    sign, minor = ("-" if minor < 0 else ""), abs(minor)
    return f"{sign}{minor // 100}.{minor % 100:02d}"


@dataclass(slots=True)
class TableReader:
    """Walks one table once; `rows`, `roll_ups` and `problems` are its result."""

    file: str
    table: Table
    layout: Layout
    places: PlaceNames
    purposes: Mapping[str, str] = field(default_factory=lambda: NO_PURPOSES)
    rows: list[DonationRow] = field(default_factory=list)
    roll_ups: list[RollUp] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _sums: dict[str, int] = field(default_factory=lambda: {"all": 0, "run": 0, "block": 0})
    _unread: int = 0
    _serial: int | None = None
    _merged: dict[int, Range] = field(default_factory=dict)

    def read(self) -> None:
        """Read every row below the header."""
        self._merged = self._merged_rows()
        self._report_columns()
        for number, cells in enumerate(self.table.rows[self.layout.header_row :], self.layout.header_row + 1):
            filled = [cell for cell in cells if cell.kind is not Kind.BLANK and (cell.text.strip() or not cell.text)]
            if not filled or self._is_header(cells):
                continue
            label = self._roll_up_label(filled[0], cells)
            if label is not None:
                self._read_roll_up(number, label, cells)
            elif self._is_remark(filled, cells):
                self._report(number, None, "FOOTNOTE", "notice", text=filled[0].text)
            else:
                self._read_row(number, cells)

    def _cell(self, cells: list[Cell], target: Target) -> Cell:
        column = self.layout.columns.get(target)
        return cells[column] if column is not None and column < len(cells) else BLANK

    def _report(
        self,
        row: int | None,
        target: Target | None,
        code: str,
        severity: Severity,
        facts: Mapping[str, str] | None = None,
        text: str | None = None,
    ) -> None:
        column = self.layout.columns.get(target) if target is not None else None
        if text is None and row is not None and target is not None:
            text = self._cell(self.table.rows[row - 1], target).text
        place = letters(column + 1) if column is not None else None
        self.problems.append(
            Problem(code, severity, self.file, self.table.sheet or None, row, place, text, dict(facts or {}))
        )

    # ------------------------------------------------------------ what kind of row

    def _is_header(self, cells: list[Cell]) -> bool:
        return bool(self.layout.headers) and tuple(clean(cell.text[:LONGEST]) for cell in cells) == self.layout.headers

    def _roll_up_label(self, first: Cell, cells: list[Cell]) -> str | None:
        for cell in (first, self._cell(cells, "donor"), self._cell(cells, "date")):
            if cell.kind is Kind.TEXT and ("计" in cell.text or "汇" in cell.text or "otal" in cell.text.lower()):
                said = re.sub(r"\s", "", unicodedata.normalize("NFKC", clean(cell.text)))
                if _ROLL_UP.fullmatch(said):
                    return said
        return None

    def _is_remark(self, filled: list[Cell], cells: list[Cell]) -> bool:
        """A row without amount and date is a remark when it is one text, or anything below the total."""
        if self._cell(cells, "amount").kind is not Kind.BLANK or self._cell(cells, "date").kind is not Kind.BLANK:
            return False
        below = bool(self.roll_ups) and self.roll_ups[-1].kind == "total"
        alone = len(filled) == 1 and filled[0].kind is Kind.TEXT and self._cell(cells, "donor").kind is Kind.BLANK
        return below or alone

    # ------------------------------------------------------------ roll-ups

    def _read_roll_up(self, number: int, label: str, cells: list[Cell]) -> None:
        kind: Literal["total", "subtotal"] = "subtotal" if _SUBTOTAL.search(label) else "total"
        amount: int | None = None
        agrees = False
        try:
            amount, _ = read_amount(self._cell(cells, "amount"), self.layout.unit)
        except CellError as error:
            self._report(number, "amount", "TOTAL_UNREADABLE", "error", error.facts)
        else:
            agrees = amount in self._sums.values()
            # With an unread amount above it a sum cannot agree; that amount is reported already.
            if agrees:
                self._report(number, "amount", "ROLL_UP", "notice", text=label)
            elif not self._unread:
                self._disagree(number, kind, amount)
        self.roll_ups.append(RollUp(self.table.sheet, number, label, kind, amount, agrees))
        self._sums["run"] = 0
        if kind == "total":
            self._sums["block"] = 0

    def _disagree(self, number: int, kind: Literal["total", "subtotal"], amount: int) -> None:
        computed = self._sums["run" if kind == "subtotal" else "all"]
        code = "ROLL_UP_UNPROVED" if kind == "subtotal" else "TOTAL_DISAGREES"
        self._report(number, "amount", code, "error", {"printed": yuan(amount), "computed": yuan(computed)})

    # ------------------------------------------------------------ donations

    def _read_row(self, number: int, cells: list[Cell]) -> None:
        before = len(self.problems)
        self._check_cells(number, cells)
        self._check_serial(number, cells)
        day = self._read_day(number, cells)
        amount = self._read_amount(number, cells)
        donor = read_donor(clean(self._cell(cells, "donor").text))
        if self._cell(cells, "donor").kind is Kind.BLANK:
            self._report(number, "donor", "DONOR_MISSING", "notice")
        if donor.several:
            self._report(number, "donor", "MANY_DONORS", "notice")
        failed = any(problem.severity == "error" for problem in self.problems[before:])
        if failed or day is None or amount is None:
            return
        note = clean(self._cell(cells, "note").text)
        earmarks = read_earmarks(note, amount, self.places, self.purposes)
        raw = tuple(cell.text for cell in cells)
        self.rows.append(
            DonationRow(
                number, self.table.sheet, day, donor.public, donor.party, donor.donor_class, amount, note, earmarks, raw
            )
        )

    def _check_cells(self, number: int, cells: list[Cell]) -> None:
        """Report what no reading of a value could repair: hidden, merged, wrong or lost contents."""
        if number in self.table.hidden_rows:
            self._report(number, None, "HIDDEN_ROW", "error")
        if number in self._merged:
            self._report(number, None, "MERGED_CELLS", "error", {"range": str(self._merged[number])})
        for target in _CHECKED:
            cell = self._cell(cells, target)
            if cell.kind is Kind.ERROR:
                self._report(number, target, "ERROR_CELL", "error", {"value": cell.text})
            elif cell.kind is Kind.UNCALCULATED:
                self._report(number, target, "FORMULA_WITHOUT_VALUE", "error")
            elif cell.kind is Kind.TEXT and is_dirty(cell.text):
                self._report(number, target, "INVISIBLE_CHARACTERS", "notice")
            if target in _NAMES and (cell.kind is Kind.NUMBER or _POWER.fullmatch(cell.text)):
                self._check_long(number, target, cell)
        currency = clean(self._cell(cells, "currency").text).upper()
        if currency and CURRENCIES.get(currency) != "CNY":
            self._report(number, "currency", "TWO_CURRENCIES", "error", {"found": currency[:20], "expected": "CNY"})

    def _check_long(self, number: int, target: Target, cell: Cell) -> None:
        digits = len(_DIGITS.findall(cell.text.lower().partition("e")[0]))
        if digits > SIGNIFICANT or "e" in cell.text.lower():
            self._report(number, target, "LONG_NUMBER_AS_FLOAT", "error", {"digits": str(digits)})

    def _check_serial(self, number: int, cells: list[Cell]) -> None:
        text = self._cell(cells, "sequence").text.strip()
        if not _SEQUENCE.fullmatch(text):
            return
        found = int(text)
        if self._serial is not None and found not in {self._serial + 1, 1}:
            facts = {"found": str(found), "before": str(self._serial), "expected": str(self._serial + 1)}
            self._report(number, "sequence", "SEQUENCE_GAP", "notice", facts)
        self._serial = found

    def _read_day(self, number: int, cells: list[Cell]) -> date | None:
        cell = self._cell(cells, "date")
        if "date" not in self.layout.columns:
            return self.layout.day
        if cell.kind in {Kind.ERROR, Kind.UNCALCULATED}:
            return None
        try:
            dated = read_date(cell, date1904=self.table.date1904)
        except CellError as error:
            self._report(number, "date", error.code, "error", error.facts)
            return None
        for notice in dated.notices:
            self._report(number, "date", notice.code, "notice", notice.facts)
        return dated.day

    def _read_amount(self, number: int, cells: list[Cell]) -> int | None:
        amount: int | None = None
        cell = self._cell(cells, "amount")
        if not clean(cell.text):
            if cell.kind in {Kind.BLANK, Kind.TEXT}:
                self._report(number, "amount", "AMOUNT_MISSING", "error")
        elif cell.kind is not Kind.ERROR:
            amount = self._parse_amount(number, cell)
        if amount is None:
            self._unread += 1
        else:
            for name in self._sums:
                self._sums[name] += amount
        return amount

    def _parse_amount(self, number: int, cell: Cell) -> int | None:
        try:
            amount, notices = read_amount(cell, self.layout.unit)
        except CellError as error:
            self._report(number, "amount", error.code, "error", error.facts)
            return None
        for notice in notices:
            self._report(number, "amount", notice.code, "notice", notice.facts)
        if amount == 0:
            self._report(number, "amount", "AMOUNT_ZERO", "error")
        if amount < 0:
            self._report(number, "amount", "AMOUNT_NEGATIVE", "notice")
        return amount

    # ------------------------------------------------------------ the sheet as a whole

    def _report_columns(self) -> None:
        for target, column in self.layout.columns.items():
            if self.layout.rounds.get(target) == "fuzzy":
                facts = {"header": self.layout.headers[column], "target": target}
                self._report(self.layout.header_row, target, "COLUMN_GUESSED", "notice", facts)
            if column + 1 in self.table.hidden_columns:
                self._report(None, target, "HIDDEN_COLUMN", "notice")

    def _merged_rows(self) -> dict[int, Range]:
        """Return, for each row, the first merged range that touches a column we read."""
        columns = {column + 1 for column in self.layout.columns.values()}
        found: dict[int, Range] = {}
        covered = 0
        for merged in self.table.merged:
            if not any(merged.left <= column <= merged.right for column in columns):
                continue
            bottom = min(merged.bottom, len(self.table.rows))
            covered += max(bottom - merged.top + 1, 0)
            if covered > MAX_MERGED_ROWS:
                raise HostileFile("TOO_MANY_MERGES", self.file, limit=str(MAX_MERGED_ROWS))
            for row in range(merged.top, bottom + 1):
                found.setdefault(row, merged)
        return found
