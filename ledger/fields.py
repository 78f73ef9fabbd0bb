"""What a command's fields may hold: small checks with a name, since a leaf takes no outside text.

Every value in a leaf is an id, a code, a date, a digest, a count or an amount.  Names, notes and
other free text stay in records, import rows or the vault, of which the leaf holds a digest.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache

from ledger.accounts import implied, is_opened_id
from ledger.assets import AmountError, Asset, parse_units
from ledger.regions import is_region

Check = Callable[[object], str | None]
"""Answers None, or why the value does not fit."""


_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z", re.ASCII)
_MOST_NAME = 200
"""Characters of an account's name."""
_SHOWN = 40
"""Characters of a stranger's text that a message repeats."""


_REMEMBERED = 4_096
"""Texts of a kind that are looked at once while they keep coming: ids, codes and dates repeat in every entry."""


def _pattern(pattern: str, why: str) -> Check:
    matches = re.compile(pattern, re.ASCII).fullmatch

    def check(value: object) -> str | None:
        return None if type(value) is str and matches(value) else why

    return check


def _repeating(matches: Callable[[str], object], why: str) -> Check:
    """A check of texts that come again and again; asked by exact type first, so that nothing passes for its equal."""
    known = lru_cache(_REMEMBERED)(lambda text: bool(matches(text)))

    def check(value: object) -> str | None:
        return None if type(value) is str and known(value) else why

    return check


def _code(pattern: str, why: str) -> Check:
    return _repeating(re.compile(pattern, re.ASCII).fullmatch, why)


ident = _code(r"[a-z0-9][a-z0-9-]{0,63}", "must be an id of small letters, digits and hyphens, at most 64")
code = _code(r"[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,63}", "must be a code of letters, digits and _.:/+-, at most 64")
uuid = _pattern(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "must be a UUID in small letters")
digest = _pattern(r"[0-9a-f]{64}", "must be 64 hexadecimal digits")
signature = _pattern(r"[0-9a-f]{128}", "must be 128 hexadecimal digits")
account_name = _repeating(
    lambda text: text.isascii() and text.isprintable() and 0 < len(text) <= _MOST_NAME, "must be the name of an account"
)
edition = _pattern(r"[0-9]{6,8}", "must be an edition such as 201904")
media_type = _pattern(r"[a-z]+/[A-Za-z0-9.+-]{1,100}", "must be a media type")
wide = _pattern(r"0|[1-9][0-9]{0,37}", "must be a whole number of units, as text")
factor = _pattern(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,12})?", "must be a decimal rate")
rate = _pattern(r"(0|[1-9][0-9]{0,3})(\.[0-9]{1,6})?", "must be a decimal rate")


def shown(value: object) -> str:
    """A value from outside, as far as a message may repeat it: short, ASCII, and never a huge number."""
    return ascii(value[:_SHOWN]) if type(value) is str else f"a {type(value).__name__}"


def units(value: object) -> str | None:
    """An amount of zero or more units, as text."""
    try:
        parse_units(value if type(value) is str else "")
    except AmountError:
        return "must be a whole number of units below 2**63, as text"
    return None


def asset(value: object) -> str | None:
    """An asset such as `CNY/2`."""
    try:
        Asset.parse(value if type(value) is str else "")
    except AmountError:
        return "must be an asset such as CNY/2, or GOODS:item:BATCH/0"
    return None


def account(value: object) -> str | None:
    """An account that is opened, or one outside: `outside/ORGANIZATION/CLASS/ASSET`."""
    if type(value) is str and len(value) <= _MOST_NAME and (is_opened_id(value) or implied(value, 0) is not None):
        return None
    return "must be the name of an account"


def day(value: object) -> str | None:
    """A calendar date, `YYYY-MM-DD`, but not the calendar's first or last, which databases read as infinity."""
    return _day(value) if type(value) is str else "must be a date YYYY-MM-DD"


@lru_cache(_REMEMBERED)
def _day(text: str) -> str | None:
    try:
        ok = date.fromisoformat(text).isoformat() == text
    except ValueError:
        ok = False
    if ok and text in (date.min.isoformat(), date.max.isoformat()):
        return "must be a date that can have come; leave out what has no end"
    return None if ok else "must be a date YYYY-MM-DD"


def moment(value: object) -> str | None:
    """A moment as leaves write it: `YYYY-MM-DDTHH:MM:SS.ffffffZ`."""
    why = "must be a moment YYYY-MM-DDTHH:MM:SS.ffffffZ"
    if type(value) is not str or not _MOMENT.fullmatch(value):
        return why
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return why
    return None


def region(value: object) -> str | None:
    """A region `CODE@EDITION`."""
    return None if type(value) is str and is_region(value) else "must be a region CODE@EDITION"


def perhaps(check: Check) -> Check:
    """The same check of a value that may be absent."""
    return lambda value: None if value is None else check(value)


def thing(value: object) -> str | None:
    """An object, whose own fields are looked at elsewhere."""
    return None if isinstance(value, Mapping) else "must be an object"


def number(least: int, most: int) -> Check:
    """A whole number in [least, most]."""

    def check(value: object) -> str | None:
        fits = type(value) is int and least <= value <= most
        return None if fits else f"must be a whole number from {least} to {most}"

    return check


def one_of(*values: str) -> Check:
    """One of the named codes."""
    why = f"must be one of {', '.join(values)}"

    def check(value: object) -> str | None:
        return None if type(value) is str and value in values else why

    return check


def many(item: Check, most: int, *, least: int = 0) -> Check:
    """A list of `least` to `most` values without repetition."""

    def check(value: object) -> str | None:
        if not isinstance(value, (list, tuple)) or not least <= len(value) <= most:
            return f"must be a list of {least} to {most}"
        for element in value:
            if why := item(element):
                return f"each {why}"
        return None if len({repr(v) for v in value}) == len(value) else "must not repeat a value"

    return check


class Fields:
    """The fields of an object: name → check; `optional` adds those that may be absent."""

    def __init__(self, **fields: Check) -> None:
        self._checks = {name.rstrip("_"): check for name, check in fields.items()}
        self._required = tuple(self._checks)

    def optional(self, **fields: Check) -> "Fields":
        """Add fields that may be absent (a trailing underscore spares Python's keywords)."""
        self._checks |= {name.rstrip("_"): check for name, check in fields.items()}
        return self

    def names(self) -> list[tuple[str, bool]]:
        """Every field in its order, and whether it must be there."""
        return [(name, name in self._required) for name in self._checks]

    def problem(self, value: object) -> tuple[str, str] | None:
        """The first (field, why) that does not fit, or None."""
        if type(value) is not dict and not isinstance(value, Mapping):
            return "", "must be an object"
        checks = self._checks
        for name in value:
            if name not in checks:
                return shown(name), "is not a field here"
        for name in self._required:
            if name not in value:
                return name, "is missing"
        for name, element in value.items():
            if why := checks[name](element):
                return name, why
        return None

    def __call__(self, value: object) -> str | None:
        """As a check of a nested object."""
        found = self.problem(value)
        return None if found is None else f"{found[0]} {found[1]}"
