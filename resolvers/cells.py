"""One cell's text -> an amount in minor units, or a date.

The rule for both: read what can be read in one way only, and say how; refuse the rest.  Amounts never pass through a
float and are never rounded to fit.  A workbook stores 66.6 as 66.59999999999999; its own rule, 15 significant digits,
gives the typed number back.  Whatever then has more than two decimals was typed so, and is refused.
"""

import re
import unicodedata
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from resolvers.tables import Cell, Kind

SIGNIFICANT = 15
"""Significant digits that a spreadsheet keeps (ECMA-376 leaves it to IEEE 754; Excel documents 15)."""

LONGEST = 64
"""Characters of an amount or a date; nothing longer is tried, so that no cell costs more than it should."""

# More digits than any cell has, so that only the rounding to 15 digits rounds.
_EXACT = Context(prec=40_000)
_FIFTEEN = Context(prec=SIGNIFICANT, rounding=ROUND_HALF_EVEN)

_PLAIN = re.compile(r"(?:0|[1-9][0-9]{0,12})(?:\.[0-9]{1,2})?")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_MONEY = re.compile(
    r"(?P<before>[^0-9+\-]*?)\s*(?P<number>[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)\s*(?P<after>[^0-9]*)"
)
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]"
)
_ODD_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f]")

UNITS = {"": 0, "元": 0, "圆": 0, "元整": 0, "万": 4, "万元": 4, "亿": 8, "亿元": 8}
"""Power of ten that a unit multiplies yuan with."""
CURRENCIES = {
    "¥": "CNY", "RMB": "CNY", "CNY": "CNY", "人民币": "CNY", "$": "USD", "US$": "USD", "USD": "USD", "美元": "USD",
    "HK$": "HKD", "HKD": "HKD", "港币": "HKD", "港元": "HKD", "€": "EUR", "EUR": "EUR", "欧元": "EUR", "£": "GBP",
    "GBP": "GBP", "英镑": "GBP", "JPY": "JPY", "日元": "JPY", "MOP": "MOP", "澳门元": "MOP", "NT$": "TWD", "TWD": "TWD",
    "新台币": "TWD",
}  # fmt: skip


class CellError(ValueError):
    """A cell cannot be read surely; `code` is a key of `import_messages`."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Notice(NamedTuple):
    """Something seen while reading a cell that was read nevertheless."""

    code: str
    facts: dict[str, str]


class Unit(NamedTuple):
    """What a column's numbers count: yuan times a power of ten (元 0, 万元 4), and of which currency."""

    name: str = "元"
    currency: str = "CNY"

    @property
    def exponent(self) -> int:
        """Return the power of ten."""
        return UNITS[self.name]


YUAN = Unit()


def clean(text: str) -> str:
    """Remove what cannot be seen, make every space a plain one, and trim. Letters stay as they are."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _ODD_SPACE.sub(" ", _INVISIBLE.sub("", text)).strip(" \t\r\n\u3000")


def is_dirty(text: str) -> bool:
    """Tell whether `text` holds characters that cannot be seen or look like a space without being one."""
    return not text.isascii() and (_INVISIBLE.search(text) is not None or _ODD_SPACE.search(text) is not None)


def read_amount(cell: Cell, unit: Unit = YUAN) -> tuple[int, list[Notice]]:
    """Return the amount in minor units (fen), and what was noticed on the way.

    Raises `CellError`: AMOUNT_UNREADABLE, TOO_MANY_DECIMALS, TOO_MANY_DIGITS, UNIT_MIXED, TWO_CURRENCIES.
    """
    if cell.kind is Kind.NUMBER:
        if len(cell.text) > LONGEST:
            raise CellError("AMOUNT_UNREADABLE")
        if unit.exponent == 0 and _PLAIN.fullmatch(cell.text):
            return _plain_minor(cell.text), []
        if _NUMBER.fullmatch(cell.text) is None:
            raise CellError("AMOUNT_UNREADABLE")
        return to_minor(cell.text, unit.exponent), []
    if cell.kind is not Kind.TEXT:
        raise CellError("AMOUNT_UNREADABLE")
    return _read_written(clean(cell.text), unit)


def _plain_minor(text: str) -> int:
    # The common case: at most 13 + 2 digits, so there is nothing to round.
    whole, _, cents = text.partition(".")
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)


def fifteen(number: str) -> Decimal:
    """Return a number as the spreadsheet means it: 15 significant digits, no zeros at the end."""
    return _FIFTEEN.plus(Decimal(number)).normalize(_EXACT)


def to_minor(number: str, exponent: int) -> int:
    """Turn a decimal number of 10**exponent yuan into fen: 15 significant digits, then exact or refused."""
    exact = Decimal(number)
    if not -400 <= exact.adjusted() <= SIGNIFICANT + 2:  # noqa: PLR2004 (smaller than any fen, as any double)
        raise CellError("TOO_MANY_DIGITS")
    rounded = _FIFTEEN.plus(exact)
    if exact and exact.adjusted() >= SIGNIFICANT:
        raise CellError("TOO_MANY_DIGITS")
    minor = rounded.scaleb(exponent + 2, _EXACT)
    if minor != minor.to_integral_value():
        raise CellError("TOO_MANY_DECIMALS", value=format(rounded.normalize(_EXACT), "f")[:40])
    return int(minor)


def _read_written(text: str, unit: Unit) -> tuple[int, list[Notice]]:
    half = unicodedata.normalize("NFKC", text[: LONGEST + 1])
    match = _MONEY.fullmatch(half)
    if match is None or len(text) > LONGEST:
        raise CellError("AMOUNT_UNREADABLE")
    _check_words(match["before"].strip(), match["after"].strip(), unit)
    number = match["number"].replace(",", "")
    minor = to_minor(number, unit.exponent)
    wide = half != text and any("\uff00" <= letter <= "\uffee" and letter != "\uffe5" for letter in text)
    return minor, [Notice("FULL_WIDTH_DIGITS", {"value": number})] if wide else []


def _check_words(before: str, after: str, unit: Unit) -> None:
    """Check the words around a number: a currency before or after it, a unit after it, nothing else."""
    currency = CURRENCIES.get(before.upper()) or CURRENCIES.get(after.upper())
    if before and before.upper() not in CURRENCIES:
        raise CellError("AMOUNT_UNREADABLE")
    if after and after not in UNITS and after.upper() not in CURRENCIES:
        ten_thousand = CURRENCIES.get(after.removeprefix("万").upper())
        if not after.startswith("万") or ten_thousand is None:
            raise CellError("AMOUNT_UNREADABLE")
        currency, after = ten_thousand, "万"
    if currency is not None and currency != unit.currency:
        raise CellError("TWO_CURRENCIES", found=currency, expected=unit.currency)
    # A number without a word has the column's unit; one with a word has to agree with it.
    if after in UNITS and after and UNITS[after] != unit.exponent:
        raise CellError("UNIT_MIXED", cell_unit=after, column_unit=unit.name)


_ISO = re.compile(r"([12][0-9]{3})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:[ T][0-9]{1,2}:[0-9]{2}.*)?")
_COMPACT = re.compile(r"(20[0-9]{2}|19[0-9]{2})([0-9]{2})([0-9]{2})")
_CHINESE = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})[日号]?")
_YEARLESS = re.compile(r"[0-9]{1,2}(?:月[0-9]{1,2}[日号]?|[-/.][0-9]{1,2})")
_OTHER_ORDER = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{2}|[0-9]{4})")
_SERIAL = re.compile(r"([1-9][0-9]{4})(?:\.[0-9]+)?")
_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


class Dated(NamedTuple):
    """A date that was read, and what was noticed on the way."""

    day: date
    notices: tuple[Notice, ...] = ()


def read_date(cell: Cell, *, date1904: bool = False) -> Dated:
    """Read a date in any of the ways seen in published files.

    Raises `CellError`: DATE_MISSING, DATE_UNREADABLE, DATE_WITHOUT_YEAR, DATE_AMBIGUOUS.
    """
    if cell.day is not None:
        return Dated(cell.day)
    text = clean(cell.text)
    if not text:
        raise CellError("DATE_MISSING")
    if len(text) > LONGEST:
        raise CellError("DATE_UNREADABLE")
    return _read_date(text, date1904)


@lru_cache(maxsize=4096)
def _read_date(text: str, date1904: bool) -> Dated:  # noqa: FBT001 (lru_cache counts keywords as another call)
    half = unicodedata.normalize("NFKC", text)
    if match := _ISO.fullmatch(half):
        return Dated(_day(match[1], match[3], match[4]))
    if match := _COMPACT.fullmatch(half):
        return Dated(_day(*match.groups()))
    if match := _SERIAL.fullmatch(half):
        day = _of_serial(int(match[1]), date1904=date1904)
        return Dated(day, (Notice("DATE_SERIAL", {"serial": text, "value": day.isoformat()}),))
    if match := _CHINESE.fullmatch(_chinese_digits(half.replace(" ", ""))):
        day = _day(*match.groups())
        return Dated(day, (Notice("DATE_CHINESE", {"value": day.isoformat()}),))
    if _YEARLESS.fullmatch(_chinese_digits(half.replace(" ", ""))):
        raise CellError("DATE_WITHOUT_YEAR")
    raise CellError("DATE_AMBIGUOUS" if _OTHER_ORDER.fullmatch(half) else "DATE_UNREADABLE")


def _day(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise CellError("DATE_UNREADABLE") from error


def _of_serial(serial: int, *, date1904: bool) -> date:
    # Day 1 is 1 January 1900, but spreadsheets believe in a 29 February 1900; five digits are all after it.
    return (date(1904, 1, 1) if date1904 else date(1899, 12, 30)) + timedelta(days=serial)


def _chinese_digits(text: str) -> str:
    """Turn 二〇二〇年一月三十一日 into 2020年1月31日; other text comes back as it was."""

    def tens(match: re.Match[str]) -> str:
        return f"{match[1] or 1}{match[2] or 0}"

    return re.sub(r"([1-3]?)十([0-9]?)", tens, text.translate(_NUMERALS))
