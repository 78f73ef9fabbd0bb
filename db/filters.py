"""`where`, `orderBy` and page arguments, from the plain values of a request to filters, orders and pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from db.cursors import read_cursor
from db.expressions import Term
from db.plans import (
    MOST_ROWS,
    MOST_VALUES,
    All,
    BadReadError,
    Column,
    Filter,
    Has,
    Many,
    Not,
    Noun,
    One,
    Order,
    Some,
    Test,
)

Nouns = Mapping[str, Noun]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    size: int
    backward: bool
    after: str | None
    before: str | None
    where: Filter
    order: tuple[Order, ...]


def read_page(noun: Noun, arguments: Mapping[str, object], default: tuple[Order, ...], nouns: Nouns) -> Page:
    """Read the arguments of a connection; raises `BadReadError` for none, both, or too many rows."""
    first, last = (cast("int | None", arguments.get(name)) for name in ("first", "last"))
    if (first is None) == (last is None):
        raise BadReadError("first", "give exactly one of first and last")
    size, name = (first, "first") if first is not None else (cast("int", last), "last")
    if not 0 <= size <= MOST_ROWS:
        raise BadReadError(name, f"is between 0 and {MOST_ROWS}")
    after, before = (cast("str | None", arguments.get(name)) for name in ("after", "before"))
    order = read_order(arguments.get("orderBy")) or default
    return Page(size, last is not None, after, before, read_where(noun, arguments.get("where"), nouns), order)


def read_order(given: object) -> tuple[Order, ...]:
    """Read `orderBy: [{field, direction}]`."""
    items = cast("Sequence[Mapping[str, str]]", given or ())
    return tuple(Order(item["field"], item.get("direction") == "DESC") for item in items)


def read_where(noun: Noun, given: object, nouns: Nouns) -> Filter:
    """Read a `where` object; its fields are columns, relations, and `and`, `or`, `not`."""
    parts: list[Filter] = []
    for name, value in cast("Mapping[str, object]", given or {}).items():
        if value is None:
            raise BadReadError(f"where.{name}", "is null: leave it out, or use isNull")
        if name in {"and", "or"}:
            items = tuple(read_where(noun, item, nouns) for item in cast("Sequence[object]", value))
            parts.append(All(items) if name == "and" else Some(items))
        elif name == "not":
            parts.append(Not(read_where(noun, value, nouns)))
        elif isinstance(relation := noun.by_name.get(name), One | Many):
            parts.append(Has(name, read_where(nouns[relation.noun], value, nouns)))
        else:
            column = noun.by_name.get(name)
            lower = isinstance(column, Column) and column.type == "enum"
            parts += _tests(name, cast("Mapping[str, object]", value), lower=lower)
    return All(tuple(parts))


def _lowered(value: object) -> object:
    """Members of an enumeration as the tables write them."""
    if isinstance(value, list):
        return [_lowered(item) for item in value]
    return value.lower() if isinstance(value, str) else value


def _tests(name: str, operators: Mapping[str, object], *, lower: bool) -> list[Filter]:
    tests: list[Filter] = []
    for operator, value in operators.items():
        if value is None:
            raise BadReadError(f"where.{name}.{operator}", "is null: leave it out, or use isNull")
        if operator == "in" and len(cast("Sequence[object]", value)) > MOST_VALUES:
            raise BadReadError(f"where.{name}.in", f"holds more than {MOST_VALUES} values")
        tests.append(Test(name, operator, _lowered(value) if lower else value))
    return tests


def cursor_values(opaque: str, signature: str, terms: Sequence[Term], argument: str) -> tuple[object, ...]:
    """The values of a cursor of this list and order."""
    return read_cursor(opaque, signature, tuple(term.column.type for term in terms), argument)
