"""Which column of a table is what, and that decision as a recipe that can be replayed.

A header is recognised in three rounds: by its very text, by its text without spaces and punctuation, and by likeness.
An earlier round wins over a later one; two columns for one target in the same round are never chosen between, but
refused (`AMBIGUOUS_COLUMN`), since a wrong column is worse than a question.

A mapping is a small JSON file, the same for every CSV and XLSX:

    {"format": "mingzhang-mapping/1",
     "sheet": "Sheet1", "header_row": 2,
     "columns": {"date": "捐赠日期", "donor": "捐赠（单位/姓名）", "amount": "捐赠金额（元）", "note": "备注"},
     "unit": "元", "currency": "CNY", "date": "2020-01-31"}

Only `format` and `columns` must be there.  A column is named by its header's text, or as `column:D` by its letter (with
`header_row` 0 for a file without a header).  `date` is used when the file has no date column.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import chain
from typing import Any, Literal

from resolvers.cells import CURRENCIES, UNITS, Unit, clean
from resolvers.import_problems import LayoutRejected
from resolvers.tables import Cell, Table

FORMAT = "mingzhang-mapping/1"
SEARCHED = 20
"""Rows from the top among which the header is looked for."""
LONGEST = 80
"""Characters of a header that are looked at."""
LIKENESS = 0.75
"""Share of matching characters (Ratcliff and Obershelp) from which two headers count as alike."""

Target = Literal["date", "donor", "amount", "note", "sequence", "reference", "currency"]
Round = Literal["mapped", "exact", "normalized", "fuzzy"]

SYNONYMS: dict[Target, tuple[str, ...]] = {
    "date": ("捐赠日期", "日期", "捐赠时间", "时间", "捐款日期", "捐款时间", "到账日期", "到账时间", "收款日期",
             "交易日期", "交易时间", "date", "donation date"),
    "donor": ("捐赠（单位/姓名）", "捐赠人", "捐赠者", "捐赠方", "捐赠单位", "捐款人", "捐款单位", "姓名", "捐赠人姓名",
              "捐赠单位/个人", "捐赠人名称", "捐赠方名称", "捐赠单位名称", "付款人", "donor", "donor name"),
    "amount": ("捐赠金额", "金额", "捐款金额", "交易金额", "到账金额", "捐赠数额", "捐款数额",
               "amount", "donation amount"),
    "note": ("备注", "付款附言", "附言", "捐赠用途", "用途", "捐赠意向", "捐赠意愿", "note", "notes", "remarks"),
    "sequence": ("序号", "编号", "no", "no.", "#"),
    "reference": ("交易单号", "交易流水号", "流水号", "票据号", "receipt no"),
    "currency": ("币种", "货币", "currency"),
}  # fmt: skip
TARGET_NAMES: dict[Target, str] = {
    "date": "date 日期",
    "donor": "donor 捐赠人",
    "amount": "amount 金额",
    "note": "note 备注",
    "sequence": "serial number 序号",
    "reference": "transaction number 交易单号",
    "currency": "currency 币种",
}
_GOODS = re.compile(r"品名|规格|型号|计量单位|数量|折算|物资|goods|quantity", re.IGNORECASE)
_UNIT = re.compile(
    r"[(（\[【]?\s*(?:单位[:：])?\s*(人民币)?\s*(万元|亿元|元|万|圆|RMB|CNY|USD|美元|港币|欧元)\s*[)）\]】]?$"
)
_PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Mapping:
    """A recipe: what each column of a kind of file is. `columns` maps a target to a header or to `column:D`."""

    columns: MappingOf[Target, str]
    sheet: str | None = None
    header_row: int | None = None
    unit: str | None = None
    currency: str | None = None
    day: date | None = None

    def to_json(self) -> str:
        """Print the recipe as a mapping file; `parse_mapping` reads it back to an equal value."""
        document: dict[str, Any] = {
            "format": FORMAT,
            "sheet": self.sheet,
            "header_row": self.header_row,
            "columns": dict(self.columns),
            "unit": self.unit,
            "currency": self.currency,
            "date": self.day and self.day.isoformat(),
        }
        return json.dumps({key: value for key, value in document.items() if value is not None}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Layout:
    """A table's columns as recognised: `columns` maps a target to a column counted from 0."""

    sheet: str
    header_row: int
    columns: MappingOf[Target, int]
    headers: tuple[str, ...]
    rounds: MappingOf[Target, Round]
    unit: Unit
    title: str = ""
    day: date | None = None
    mapping: Mapping = field(default_factory=lambda: Mapping({}))


def parse_mapping(name: str, content: bytes) -> Mapping:
    """Read a mapping file. Raises `LayoutRejected` (MAPPING_INVALID), saying which field is wrong."""
    try:
        document = json.loads(content)
        return _parse_mapping(document)
    except (ValueError, RecursionError) as error:
        raise LayoutRejected("MAPPING_INVALID", name, detail=str(error)[:200]) from error


def _parse_mapping(document: object) -> Mapping:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"format is not {FORMAT}")
    if unknown := set(document) - {"format", "sheet", "header_row", "columns", "unit", "currency", "date"}:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    header_row = document.get("header_row")
    if header_row is not None and (type(header_row) is not int or header_row < 0):
        raise ValueError("header_row is not a row number")
    texts = {key: document.get(key) for key in ("sheet", "unit", "currency", "date")}
    if wrong := [key for key, value in texts.items() if value is not None and not isinstance(value, str)]:
        raise ValueError(f"{wrong[0]} is not a text")
    if texts["unit"] is not None and texts["unit"] not in UNITS:
        raise ValueError(f"unit is none of {[unit for unit in UNITS if unit]}")
    if texts["currency"] not in (None, "CNY"):
        raise ValueError("currency is not CNY, the only one this import books")
    day = date.fromisoformat(texts["date"]) if texts["date"] is not None else None
    columns = _parse_columns(document.get("columns"))
    return Mapping(columns, texts["sheet"], header_row, texts["unit"] or None, texts["currency"], day)


def _parse_columns(columns: object) -> dict[Target, str]:
    if not isinstance(columns, dict) or not all(isinstance(value, str) for value in columns.values()):
        raise ValueError("columns is not an object of texts")
    if unknown := set(columns) - set(SYNONYMS):
        raise ValueError(f"unknown targets {sorted(unknown)}; known are {sorted(SYNONYMS)}")
    if "amount" not in columns:
        raise ValueError("columns names no amount")
    if len(set(columns.values())) != len(columns):
        raise ValueError("one column is named for two targets")
    return columns


def recognise(file: str, table: Table, mapping: Mapping | None = None) -> Layout | None:
    """Find the header and tell the columns apart; None when the sheet has no header of a donation list.

    Raises `LayoutRejected`: AMBIGUOUS_COLUMN, COLUMN_MISSING, GOODS_TABLE, FOREIGN_CURRENCY, MAPPING_UNMATCHED.
    """
    if mapping is not None:
        return _replay(file, table, mapping)
    for number, row in enumerate(table.rows[:SEARCHED], 1):
        headers = [_header(cell) for cell in row]
        chosen, rounds = assign(headers)
        found = {target for target, columns in chosen.items() if columns}
        _refuse_goods(file, headers, found)
        if "amount" in found and found & {"donor", "date", "reference"}:
            return _layout(file, table, number, headers, chosen, rounds)
    return None


def _header(cell: Cell) -> str:
    """Return a cell's text as a header; what is longer than any header is cut, to cost no time."""
    return clean(cell.text[:LONGEST])


def assign(headers: list[str]) -> tuple[dict[Target, list[int]], dict[Target, Round]]:
    """Assign columns to targets, round by round; a target with two columns in its round keeps both."""
    chosen: dict[Target, list[int]] = {target: [] for target in SYNONYMS}
    rounds: dict[Target, Round] = {}
    taken: set[int] = set()
    for name, matches in _ROUNDS:
        open_targets = [target for target, columns in chosen.items() if not columns]
        for target in open_targets:
            columns = [i for i, header in enumerate(headers) if header and i not in taken and matches(header, target)]
            if columns:
                chosen[target] = columns
                rounds[target] = name
        taken.update(chain.from_iterable(chosen.values()))
    return chosen, rounds


def normalise(header: str) -> str:
    """Reduce a header to what it says: half-width, lower case, without unit, spaces and punctuation."""
    half = unicodedata.normalize("NFKC", header)
    return _PUNCTUATION.sub("", _UNIT.sub("", half)).casefold()


def _exact(header: str, target: Target) -> bool:
    return header in SYNONYMS[target]


def _normal(header: str, target: Target) -> bool:
    said = normalise(header)
    return any(said == normalise(synonym) for synonym in SYNONYMS[target])


_LETTERS = {target: frozenset("".join(map(normalise, synonyms))) for target, synonyms in SYNONYMS.items()}


@lru_cache(maxsize=65_536)
def likeness(header: str, target: Target) -> float:
    """Return how alike a header and a target's best synonym are, 0 to 1; a contained synonym counts 0.9."""
    said = normalise(header)
    best = 0.0
    if not _LETTERS[target].intersection(said):
        return best
    for synonym in map(normalise, SYNONYMS[target]):
        if len(synonym) > 1 and (said.startswith(synonym) or said.endswith(synonym)) and len(said) <= 3 * len(synonym):
            best = max(best, 0.9)
        best = max(best, SequenceMatcher(None, said, synonym, autojunk=False).ratio())
    return best


def _alike(header: str, target: Target) -> bool:
    own = likeness(header, target)
    return own >= LIKENESS and all(own > likeness(header, other) for other in SYNONYMS if other != target)


_ROUNDS: tuple[tuple[Round, Callable[[str, Target], bool]], ...] = (
    ("exact", _exact),
    ("normalized", _normal),
    ("fuzzy", _alike),
)


def _layout(
    file: str,
    table: Table,
    number: int,
    headers: list[str],
    chosen: dict[Target, list[int]],
    rounds: dict[Target, Round],
) -> Layout:
    for target, several in chosen.items():
        if len(several) > 1:
            found = ", ".join(headers[column] for column in several)
            raise LayoutRejected("AMBIGUOUS_COLUMN", file, target=TARGET_NAMES[target], headers=found)
    columns = {target: several[0] for target, several in chosen.items() if several}
    needed: tuple[Target, ...] = ("date", "donor")
    missing = [target for target in needed if target not in columns]
    if missing:
        raise LayoutRejected("COLUMN_MISSING", file, target=", ".join(TARGET_NAMES[target] for target in missing))
    title = _title(table.rows[: number - 1])
    unit = _unit(headers[columns["amount"]], title)
    _refuse_foreign(file, unit)
    named = {target: headers[column] for target, column in columns.items()}
    recipe = Mapping(named, table.sheet or None, number, unit.name, unit.currency)
    return Layout(table.sheet, number, columns, tuple(headers), rounds, unit, title, mapping=recipe)


def _title(rows: list[list[Cell]]) -> str:
    return " ".join(text for row in rows for cell in row if (text := clean(cell.text)))


def _unit(header: str, title: str) -> Unit:
    """Read the unit from the amount's header, else from a `单位：万元` above it, else yuan."""
    said = _UNIT.search(unicodedata.normalize("NFKC", header))
    if said is None:
        said = re.search(r"单位\s*[:：]\s*(人民币)?\s*(万元|亿元|元)", title)
    if said is None:
        return Unit()
    word = said[2]
    if word.upper() in CURRENCIES:
        return Unit("元", CURRENCIES[word.upper()])
    return Unit(word)


def _refuse_foreign(file: str, unit: Unit) -> None:
    if unit.currency != "CNY":
        raise LayoutRejected("FOREIGN_CURRENCY", file, found=unit.currency)


def _refuse_goods(file: str, headers: list[str], found: set[Target]) -> None:
    goods = [header for header in headers if _GOODS.search(header)]
    if len(goods) > 1 and found & {"donor", "date"}:
        raise LayoutRejected("GOODS_TABLE", file, headers=", ".join(goods)[:200])


def _replay(file: str, table: Table, mapping: Mapping) -> Layout | None:
    if mapping.sheet is not None and mapping.sheet != table.sheet:
        return None
    number = mapping.header_row if mapping.header_row is not None else _header_row(table, mapping)
    if number is None or number > len(table.rows):
        return None
    headers = [_header(cell) for cell in table.rows[number - 1]] if number else []
    columns = {target: _column(file, named, headers) for target, named in mapping.columns.items()}
    if "date" not in columns and mapping.day is None:
        raise LayoutRejected("COLUMN_MISSING", file, target=TARGET_NAMES["date"])
    title = _title(table.rows[: max(number - 1, 0)])
    header = headers[columns["amount"]] if columns["amount"] < len(headers) else ""
    unit = Unit(mapping.unit, mapping.currency or "CNY") if mapping.unit else _unit(header, title)
    _refuse_foreign(file, unit)
    rounds: dict[Target, Round] = dict.fromkeys(columns, "mapped")
    return Layout(table.sheet, number, columns, tuple(headers), rounds, unit, title, mapping.day, mapping)


def _header_row(table: Table, mapping: Mapping) -> int | None:
    wanted = {clean(named) for named in mapping.columns.values() if not named.startswith("column:")}
    for number, row in enumerate(table.rows[:SEARCHED], 1):
        if wanted <= {_header(cell) for cell in row}:
            return number
    return None


def _column(file: str, named: str, headers: list[str]) -> int:
    if match := re.fullmatch(r"column:([A-Z]{1,2})", named):
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        return column - 1
    found = [i for i, header in enumerate(headers) if header == clean(named)]
    if len(found) != 1:
        raise LayoutRejected("MAPPING_UNMATCHED", file, detail=f"{len(found)} × “{named[:60]}”")
    return found[0]
