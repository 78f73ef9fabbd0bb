"""Inputs of `where` and `orderBy`, made from what each noun declares.

A column becomes a field with typed operators, a relation to one row becomes a
field of that noun's own `where`, orderable columns become an enumeration.  The
classes are made at import and found by Strawberry under their names here.
"""

from datetime import date, datetime
from enum import Enum
from typing import Any

import strawberry

from db.nouns import NOUNS
from db.plans import Column, Noun, One
from schema.enums import ENUMS, Direction
from schema.scalars import BigInt, Hex

_SCALARS = {"BigInt": BigInt, "Hex": Hex, "date": date, "datetime": datetime}
"""What the annotations below are resolved by, beside the classes that are made here."""
globals().update(_SCALARS)

_OPERATORS: dict[str, dict[str, str]] = {
    "text": {"eq": "str", "ne": "str", "in": "list[str]", "startsWith": "str", "contains": "str"},
    "region": {"eq": "str", "ne": "str", "in": "list[str]", "within": "str"},
    "id": {"eq": "strawberry.ID", "in": "list[strawberry.ID]"},
    "bytea": {"eq": "Hex", "ne": "Hex", "in": "list[Hex]"},
    "uuid": {"eq": "str", "in": "list[str]"},
}
_ORDERED = {"bigint": "BigInt", "integer": "int", "date": "date", "timestamptz": "datetime"}
_NAMES = {
    "text": "TextFilter",
    "region": "RegionFilter",
    "id": "IdFilter",
    "bytea": "HexFilter",
    "uuid": "UuidFilter",
    "bigint": "BigIntFilter",
    "integer": "IntFilter",
    "date": "DateFilter",
    "timestamptz": "DateTimeFilter",
}
OPERATOR_WORDS = {
    "eq": "Equals.",
    "ne": "Differs; nothing differs from every value.",
    "in": "Is one of at most 1,000 values.",
    "lt": "Is before or less.",
    "lte": "Is not after, or not greater.",
    "gt": "Is after or greater.",
    "gte": "Is not before, or not less.",
    "startsWith": "Begins with this text.",
    "contains": "Contains this text.",
    "within": "Is this region (`code@edition`) or lies below it, by the links of the loaded lists.",
    "isNull": "Is, or is not, nothing.",
}
"""What each operator means."""


def _input(name: str, doc: str, fields: dict[str, tuple[str, str]]) -> Any:  # noqa: ANN401 - made at run time
    """Make an input type whose optional fields have an annotation and a description."""
    body: dict[str, Any] = {"__annotations__": {}, "__doc__": doc, "__module__": __name__}
    for field, (annotation, description) in fields.items():
        python = f"{field}_"
        body["__annotations__"][python] = f"{annotation} | None"
        body[python] = strawberry.field(name=field, default=strawberry.UNSET, description=description)
    made = strawberry.input(type(name, (), body), description=doc)
    globals()[name] = made
    return made


def _operators(name: str, operators: dict[str, str]) -> None:
    fields = {operator: (kind, OPERATOR_WORDS[operator]) for operator, kind in operators.items()}
    if name != "IdFilter":
        fields["isNull"] = ("bool", OPERATOR_WORDS["isNull"])
    _input(name, "Comparisons that must all hold.", fields)


def _where(noun: Noun) -> Any:  # noqa: ANN401 - made at run time
    name = f"{noun.name}Where"
    fields = {
        "and": (f"list[{name}]", "All of these hold."),
        "or": (f"list[{name}]", "At least one of these holds."),
        "not": (name, "This does not hold."),
    }
    if noun.node:
        fields["id"] = ("IdFilter", "By global id.")
    for declared in noun.fields:
        if isinstance(declared, Column) and declared.filter:
            fields[declared.name] = (_filter_name(noun, declared), f"By `{declared.name}`.")
        if isinstance(declared, One) and declared.filter:
            fields[declared.name] = (f"{declared.noun}Where", f"By the {declared.noun} behind `{declared.name}`.")
    return _input(name, f"Which {noun.name} objects; all fields must hold.", fields)


def _filter_name(noun: Noun, column: Column) -> str:
    if column.type == "enum":
        return f"{ENUMS[f'{noun.name}.{column.name}'].__name__}Filter"
    return _NAMES[column.type]


def _order(noun: Noun) -> Any:  # noqa: ANN401 - made at run time
    names = [column.name for column in noun.columns() if column.order]
    if not names:
        return None
    field = f"{noun.name}OrderField"
    made = Enum(field, {_upper(name): name for name in names}, module=__name__)  # type: ignore[misc]  # made at run time
    globals()[field] = strawberry.enum(made, description=f"What {noun.name} objects can be ordered by.")
    return _term(noun, field)


def _term(noun: Noun, field: str) -> Any:  # noqa: ANN401 - made at run time
    body = {
        "__annotations__": {"field": field, "direction": "Direction"},
        "__module__": __name__,
        "field": strawberry.field(description="What to order by."),
        "direction": strawberry.field(default=Direction.ASC, description="Which way."),
    }
    doc = f"One term of an order of {noun.name} objects; the id breaks ties."
    made = strawberry.input(type(f"{noun.name}Order", (), body), description=doc)
    globals()[f"{noun.name}Order"] = made
    return made


def _upper(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in name)


for _kind, _name in _NAMES.items():
    if _kind in _ORDERED:
        _type = _ORDERED[_kind]
        _operators(
            _name, {"eq": _type, "ne": _type, "in": f"list[{_type}]"} | dict.fromkeys(("lt", "lte", "gt", "gte"), _type)
        )
    else:
        _operators(_name, _OPERATORS[_kind])
for _enum in dict.fromkeys(ENUMS.values()):
    _kind = _enum.__name__
    globals()[_kind] = _enum
    _operators(f"{_kind}Filter", {"eq": _kind, "ne": _kind, "in": f"list[{_kind}]"})

LISTED = tuple(noun for noun in NOUNS.values() if noun.table and noun.name not in {"Head", "RegionLink"})
"""The nouns that lists are made of."""
WHERE: dict[str, Any] = {noun.name: _where(noun) for noun in LISTED}
"""The `where` input of each noun."""
ORDER: dict[str, Any] = {noun.name: _order(noun) for noun in LISTED}
"""The `orderBy` term of each noun, or None."""
