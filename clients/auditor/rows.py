"""Served rows compared with expected ones, column by column; missing and surplus rows are findings too.

A row that is missing and a surplus one that agrees with it in most columns are one row whose key was changed: the
finding then names the column.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from clients.auditor.errors import UndecidableError
from clients.auditor.source import Page, Source, row_of
from ledger.records import Row
from ledger.replay import INCONSISTENT, SERVED, UNKNOWN, Finding

MOST_FINDINGS: Final = 200
"""Findings that are kept of one table; more of them say nothing new."""
_MOST_PAIRED: Final = 50
_ABSENT: Final = "(absent)"
_ROW: Final = "row"

Key = tuple[Any, ...]
Where = Callable[[Row, Row | None], int | None]
"""The position that a difference of an expected row (and the served one) belongs to."""


@dataclass(frozen=True, slots=True)
class Table:
    """A served table: its key within a journal, its columns, and whether a difference is evidence gone wrong."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    category: str = SERVED

    def key_of(self, row: Mapping[str, Any]) -> Key:
        """The key of a row; values that no key has stand for themselves as text."""
        return tuple(value if isinstance(value, (int, str)) else repr(value) for value in map(row.get, self.key))


def _table(name: str, key: str, columns: str, category: str = SERVED) -> Table:
    return Table(name, tuple(key.split()), tuple(columns.split()), category)


TABLES: Final[dict[str, Table]] = {
    table.name: table
    for table in (
        _table("leaf", "position", "position hash", INCONSISTENT),
        _table("record", "position", "noun id version position content digest", INCONSISTENT),
        _table("reference_list", "name edition", "name edition position content digest", INCONSISTENT),
        _table("import_row", "batch row_number", "batch row_number position content digest", INCONSISTENT),
        _table("checkpoint", "size", "size root note", INCONSISTENT),
        _table("head", "", "size at last root frontier"),
        _table("tile", "level number", "level number nodes"),
        _table("command", "id", "id position"),
        _table(
            "entry", "position",
            "position kind mode at effective organization actor command corrects breaches "
            "prior_period resolves attested",
        ),
        _table(
            "posting", "position book n",
            "position book n asset amount from_account from_seq from_in from_out to_account to_seq to_in to_out "
            "purpose region project category cost",
        ),
        _table("slice", "position posting n", "position posting n source lo hi target landed landed_hi"),
        _table(
            "account", "id",
            "id book class organization asset restriction project position seq total_in total_out received fees "
            "free batches status reserved pinned recipient government",
        ),
        _table(
            "restriction", "id",
            "id organization purposes region project categories valid_from valid_until fee_cap position investment",
        ),
        _table(
            "lot", "asset",
            "asset organization position expires basis value value_asset quantity valued_on valuer",
        ),
        _table("period", "position", "position organization through"),
        _table("approval_term", "position", "position organization what subject value"),
        _table(
            "memorandum", "id",
            "id kind position organization effective asset amount persons counterparty party due restriction project "
            "campaign region purpose product seller sale correction posting evidence reference",
        ),
        _table(
            "memorandum_step", "position",
            "position memorandum step effective payment amount ground evidence reference",
        ),
        _table(
            "restriction_change", "position",
            "position organization effective restriction target asset amount basis evidence reference",
        ),
        _table(
            "agreement", "id",
            "id position organization effective digest counterparty partner restriction asset amount valid_from "
            "valid_until fee_clause fee_base fee_rate fee_moment fee_cap",
        ),
        _table(
            "agreement_milestone", "agreement n",
            "agreement n milestone due amount position",
        ),
        _table(
            "milestone_reached", "position",
            "position agreement milestone evidence reference",
        ),
        _table(
            "reliance", "position",
            "position noun key",
        ),
        _table(
            "fact", "id",
            "id kind position organization effective digest topic body number account lines root size population "
            "drawn committed seed commitment valid_from valid_until opening incoming outgoing closing",
        ),
        _table(
            "import_batch", "id",
            "id organization file_digest rows_digest row_count total asset opened closed",
        ),
        _table("evidence", "id", "id digest size media_type subject position"),
        _table("delivery", "id", "id subject method confirmation persons region category position"),
        _table(
            "organization", "id",
            "id version position uscc name name_en kind legal_form level management_mode registration_authority "
            "supervising_body region identifiers",
        ),
        _table("organization_status", "organization n", "organization n kind valid_from valid_until"),
        _table(
            "project", "id",
            "id version position organization code name name_en purpose region starts ends status identifiers",
        ),
        _table("beneficiary", "id", "id version position organization kind region"),
        _table("beneficiary_category", "beneficiary n", "beneficiary n category valid_from valid_until"),
        _table("domain_record", "noun id", "noun id version position organization project body"),
        _table("region", "edition code", "edition code name level parent path valid_from"),
        _table(
            "region_predecessor", "edition code previous_edition previous_code",
            "edition code previous_edition previous_code",
        ),
        _table("poverty_county", "edition code valid_from", "edition code valid_from valid_until"),
        _table("focus_area", "edition code", "edition code parent name name_en valid_from valid_until"),
    )
}  # fmt: skip


def by_position(row: Row, _served: Row | None = None) -> int | None:
    """The row's own position."""
    found = row.get("position")
    return found if isinstance(found, int) else None


@dataclass(slots=True)
class Comparison:
    """What is wrong with one table so far; `finish` pairs what is missing with what is surplus."""

    table: Table
    where: Where = by_position
    findings: list[Finding] = field(default_factory=list)
    count: int = 0
    _missing: list[Row] = field(default_factory=list)
    _surplus: list[Row] = field(default_factory=list)

    def whole(self, expected: Iterable[Row], served: Iterable[Row]) -> None:
        """Compare all rows at once, in whatever order they come."""
        wanted = {self.table.key_of(row): row for row in expected}
        seen: set[Key] = set()
        for row in served:
            key = self.table.key_of(row)
            found = wanted.get(key) if key not in seen else None
            seen.add(key)
            self.row(found, row)
        for key, row in wanted.items():
            if key not in seen:
                self.row(row, None)

    def row(self, expected: Row | None, served: Row | None) -> None:
        """Compare one row with its twin; None stands for a row that is not there."""
        self.count += served is not None
        if served == expected:
            return
        if expected is None:
            self._keep(self._surplus, served)
        elif served is None:
            self._keep(self._missing, expected)
        else:
            self._columns(expected, served)

    def _keep(self, rows: list[Row], row: Row | None) -> None:
        if row is not None and len(rows) < MOST_FINDINGS:
            rows.append(row)

    def _columns(self, expected: Row, served: Row) -> None:
        """Name every column that differs; one that is unknown here is no lie, but nothing we can vouch for."""
        for name in sorted(served.keys() - expected.keys()):
            if not any(finding.category == UNKNOWN and finding.field == name for finding in self.findings):
                self._say(UNKNOWN, self.where(expected, served), name, "a column that is known here", "unknown")
        for name, value in expected.items():
            actual = served.get(name, _ABSENT)
            if value != actual:
                self._say(self.table.category, self.where(expected, served), name, value, actual)

    def _say(self, category: str, position: int | None, name: str, expected: object, actual: object) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(category, position, name, _text(expected), _text(actual), self.table.name))

    def merge(self, other: "Comparison") -> None:
        """Take in what was found in a later stretch of the same table."""
        self.count += other.count
        known = {(f.category, f.field) for f in self.findings if f.category == UNKNOWN}
        more = [found for found in other.findings if (found.category, found.field) not in known]
        self.findings += more[: max(0, MOST_FINDINGS - len(self.findings))]
        for mine, theirs in ((self._missing, other._missing), (self._surplus, other._surplus)):  # noqa: SLF001 -- its own kind
            mine.extend(theirs[: max(0, MOST_FINDINGS - len(mine))])

    def finish(self) -> list[Finding]:
        """Every finding: changed keys by their column, then what is missing and what is surplus."""
        for row in self._missing[:_MOST_PAIRED]:
            twin = min(self._surplus[:_MOST_PAIRED], key=lambda other: _differing(row, other), default=None)
            if twin is not None and 2 * _differing(row, twin) <= len(row):
                self._surplus.remove(twin)
                self._columns(row, twin)
            else:
                self._say(self.table.category, self.where(row, None), self._named(row), "present", "missing")
        for row in self._missing[_MOST_PAIRED:]:
            self._say(self.table.category, self.where(row, None), self._named(row), "present", "missing")
        for row in self._surplus:
            self._say(self.table.category, self.where(row, row), self._named(row), "absent", "present")
        self._missing, self._surplus = [], []
        return self.findings

    def _named(self, row: Row) -> str:
        key = ", ".join(_text(value) for value in self.table.key_of(row))
        return f"{_ROW} ({key})" if key else _ROW


def _differing(a: Row, b: Row) -> int:
    return sum(b.get(name, _ABSENT) != value for name, value in a.items())


def _text(value: object) -> str:
    try:
        text = "(none)" if value is None else str(value)
    except RecursionError:
        text = "(nested too deep)"
    return text if len(text) <= 200 else f"{text[:200]}… ({len(text)} characters)"  # noqa: PLR2004 -- a line or two


class RowQueue:
    """Lines of a table that is served by position, read row by row as a walk needs them."""

    def __init__(self, table: str, lines: Iterable[bytes]) -> None:
        self._rows = (row_of(table, line) for line in lines)
        self._next = next(self._rows, None)

    def at(self, position: int) -> tuple[list[Row], list[Row]]:
        """The rows of `position`, and those that stand before it though they belong nowhere."""
        here: list[Row] = []
        strays: list[Row] = []
        while self._next is not None:
            found = self._next.get("position")
            if isinstance(found, int) and found > position:
                break
            (here if found == position else strays).append(self._next)
            self._next = next(self._rows, None)
        return here, strays

    def rest(self) -> Iterator[Row]:
        """The rows that are left."""
        while self._next is not None:
            yield self._next
            self._next = next(self._rows, None)


class RowStream:
    """The lines of a table that is served by position, taken page by page, stretch by stretch."""

    def __init__(self, source: Source, table: str) -> None:
        self._source = source
        self._table = table
        self._page: Page | None = None
        self._lines: list[bytes] = []
        self._at = 0
        self._done = False
        self.mark: str | None = None
        self.size = 0

    def before(self, position: int) -> list[bytes]:
        """The next lines, as far as they belong to positions before `position`."""
        found: list[bytes] = []
        while self._fill():
            end = self._cut(position)
            found += self._lines[self._at : end]
            self._at = end
            if end < len(self._lines):
                break
        return found

    def rest(self) -> Iterator[tuple[Row, int]]:
        """The rows that are left, each with the journal's size when it was read."""
        while self._fill():
            line = self._lines[self._at]
            self._at += 1
            yield row_of(self._table, line), self.size

    def again(self, position: int) -> None:
        """Go on after the end, since the journal has grown: rows before `position` were seen."""
        if self._done:
            self.resume(self.mark, position)

    def resume(self, mark: str | None, position: int) -> None:
        """Go on from the page at a mark: rows before `position` were seen."""
        self._done = False
        self._turn(mark)
        self.before(position)

    def _fill(self) -> bool:
        """See to it that there is a line; whether there is one."""
        while self._at >= len(self._lines) and not self._done:
            if self._page is None:
                self._turn(None)
            elif self._page.next is None:
                self._done = True
            elif self._page.next == self.mark or not self._page.body:
                raise UndecidableError("not_json", what=self._table)
            else:
                self._turn(self._page.next)
        return self._at < len(self._lines)

    def _cut(self, position: int) -> int:
        """The first of the lines at hand that belongs to `position` or later."""
        low, high = self._at, len(self._lines)
        if not _reaches(self._lines[-1], position):
            return high
        while low < high:
            middle = (low + high) // 2
            if _reaches(self._lines[middle], position):
                high = middle
            else:
                low = middle + 1
        return low

    def _turn(self, mark: str | None) -> None:
        self.mark = mark
        self._page = self._source.page(self._table, mark)
        self.size = max(self.size, self._page.size)
        self._lines, self._at = self._page.lines(), 0


def _reaches(line: bytes, position: int) -> bool:
    """Whether a line's position is `position` or later; one without a position belongs to what came before it."""
    try:
        found = orjson.loads(line)["position"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False
    return isinstance(found, int) and found >= position


def all_pages(source: Source, table: str) -> Iterator[Page]:
    """Every page of a table, one after another."""
    mark: str | None = None
    while True:
        page = source.page(table, mark)
        yield page
        if page.next is None:
            return
        if page.next == mark or not page.body:  # a server that leads on without giving anything
            raise UndecidableError("not_json", what=table)
        mark = page.next


def all_rows(source: Source, table: str) -> Iterator[tuple[Row, int]]:
    """Every row of a table, with the journal's size when it was read."""
    for page in all_pages(source, table):
        for row in page.rows():
            yield row, page.size
