"""How the nouns of the domain are declared: once, and every stair reads the declaration.

A domain record (登记事项) is a record (`ledger/records.py`) whose content is described by a `RecordNoun`: fields of a
few kinds, references to other records, amounts, and lists of lines.  Its rules are checked by `problem`; its type in
the contract, its inputs and its mutation are made from the same declaration (`db/domain.py`, `schema/domain.py`).  All
are listed in `ledger/domain_nouns.py`.

The kinds of fields, and how the content of a record holds them:

    text     1 to 200 printable characters in one line       note    up to 4,000 characters, in lines
    code     a code of letters, digits and _.:/+-            choice  one of `choices`
    day      YYYY-MM-DD                                      number  a whole number from 0 to 2**31 - 1
    amount   {"asset": …, "units": …}                        flag    true or false
    rate     a decimal text                                  digest  64 hexadecimal digits
    region   CODE@EDITION                                    purpose a code of the focus areas
    uscc     a unified social credit code                    entry   the position of an entry
    record   the plain id of a record of the noun `of`       lines   a list of objects of the fields `lines`
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger import fields
from ledger.fields import Check
from ledger.identifiers import UsccError, uscc

MOST_TEXT: Final = 200
MOST_NOTE: Final = 4_000
MOST_MANY: Final = 100
MOST_LINES: Final = 200


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in the content and in the contract, its kind, what it says, and its Chinese name.

    `needed` fields are always there; `many` ones hold a list of such values without repetition.
    """

    name: str
    kind: str
    doc: str
    zh: str = ""
    needed: bool = False
    many: bool = False
    choices: tuple[str, ...] = ()
    of: str = ""
    lines: tuple["Field", ...] = ()
    line: str = ""

    @property
    def description(self) -> str:
        """What the contract says of it: the sentence, with the legal term beside it."""
        return f"{self.doc.removesuffix('.')} ({self.zh})." if self.zh else self.doc


@dataclass(frozen=True, slots=True)
class RecordNoun:
    """One noun: `name` in leaves (`campaign`), `type` in the contract (`Campaign`), `plural` as lists are called there.

    `owned` records belong to an organization, which alone records them; `of_project` ones also name a project of it.
    `law` is where the duty to keep it comes from.
    """

    name: str
    type: str
    plural: str
    zh: str
    doc: str
    law: str
    fields: tuple[Field, ...]
    owned: bool = True
    of_project: bool = False

    @property
    def description(self) -> str:
        """What the contract says of it."""
        return f"{self.doc.removesuffix('.')} ({self.zh}; {self.law})."

    def field(self, name: str) -> Field:
        """A field by its name; raises KeyError."""
        return next((each for each in self.fields if each.name == name), None) or _none(name)


def _none(name: str) -> Field:
    raise KeyError(name)


def _text(value: object) -> str | None:
    fits = isinstance(value, str) and 0 < len(value.strip()) == len(value) <= MOST_TEXT and value.isprintable()
    return None if fits else f"must be 1 to {MOST_TEXT} printable characters without space at the ends"


def _note(value: object) -> str | None:
    fits = isinstance(value, str) and 0 < len(value) <= MOST_NOTE and value.replace("\n", "").isprintable()
    return None if fits else f"must be 1 to {MOST_NOTE} printable characters, in lines"


def _flag(value: object) -> str | None:
    return None if type(value) is bool else "must be true or false"


def _uscc(value: object) -> str | None:
    try:
        uscc(value if type(value) is str else "")
    except UsccError as error:
        return str(error)
    return None


def _decimal(value: object) -> str | None:
    fits = type(value) is str and _DECIMAL.fullmatch(value) is not None
    return None if fits else "must be a decimal of at most 15 digits and 6 decimals, as text"


_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?", re.ASCII)
_number: Final = fields.number(0, 2**31 - 1)
CHECKS: Final[Mapping[str, Check]] = {
    "text": _text,
    "note": _note,
    "code": fields.code,
    "day": fields.day,
    "number": _number,
    "amount": fields.Fields(asset=fields.asset, units=fields.units),
    "flag": _flag,
    "rate": _decimal,
    "digest": fields.digest,
    "region": fields.region,
    "purpose": fields.code,
    "uscc": _uscc,
    "entry": fields.number(0, 2**53 - 1),
    "record": fields.ident,
}
"""What each kind of field may hold; `choice` and `lines` say it themselves."""


def problem(noun: RecordNoun, content: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first (path, why) in a record's content that does not fit its declaration, or None.

    Dates that bound a span (`from` and `until`, `starts` and `ends`) must be in their order, in lines too.
    """
    return _object(noun.fields, content, "")


def _object(declared: tuple[Field, ...], value: Mapping[str, Any], path: str) -> tuple[str, str] | None:
    for each in declared:
        here = f"{path}{each.name}"
        if each.name not in value:
            if each.needed:
                return here, "is missing"
            continue
        found = _many(each, value[each.name], here) if each.many else _value(each, value[each.name], here)
        if found is not None:
            return found
    for first, last in (("from", "until"), ("starts", "ends")):
        if first in value and last in value and value[last] < value[first]:
            return f"{path}{last}", "lies before its beginning"
    return None


def _many(declared: Field, values: object, path: str) -> tuple[str, str] | None:
    if not isinstance(values, list | tuple) or len(values) > MOST_MANY:
        return path, f"must be a list of at most {MOST_MANY}"
    if len(set(map(repr, values))) < len(values):
        return path, "must not repeat a value"
    found = (_value(declared, value, f"{path}.{n}") for n, value in enumerate(values))
    return next((each for each in found if each is not None), None)


def _value(declared: Field, value: object, path: str) -> tuple[str, str] | None:
    if declared.kind == "lines":
        return _lines(declared, value, path)
    check = fields.one_of(*declared.choices) if declared.kind == "choice" else CHECKS[declared.kind]
    why = check(value)
    return (path, why) if why else None


def _lines(declared: Field, values: object, path: str) -> tuple[str, str] | None:
    if not isinstance(values, list | tuple) or len(values) > MOST_LINES:
        return path, f"must be a list of at most {MOST_LINES} lines"
    for n, line in enumerate(values):
        if not isinstance(line, Mapping):
            return f"{path}.{n}", "must be an object"
        if found := _object(declared.lines, line, f"{path}.{n}."):
            return found
    return None


def named(noun: RecordNoun, content: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Field, Any]]:
    """Every value of a kind in a record's content, with its path and its field: such as references or regions."""
    yield from _named(noun.fields, content, kind, "")


def _named(
    declared: tuple[Field, ...], value: Mapping[str, Any], kind: str, path: str
) -> Iterator[tuple[str, Field, Any]]:
    for each in declared:
        if each.name not in value:
            continue
        here, given = f"{path}{each.name}", value[each.name]
        if each.kind == "lines":
            for n, line in enumerate(given):
                yield from _named(each.lines, line, kind, f"{here}.{n}.")
        elif each.kind == kind:
            for n, item in enumerate(given if each.many else [given]):
                yield (f"{here}.{n}" if each.many else here), each, item
