"""Expressions that the planner puts into its statements: values as text, comparisons, total orders.

Every function answers text; `Value` adds a parameter to the statement and answers its place.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from db.plans import Column, Noun, Test, Type

Value = Callable[[object, str], str]
"""(value, PostgreSQL type) → the parameter's place, cast to the type."""

_CASTS: dict[str, str] = {"enum": "text", "region": "text"}
_COMPARE = {"eq": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "startsWith": "^@"}
_UTC = "to_char({} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_SHOWN: dict[Type, str] = {
    "bigint": "{}::text",
    "uuid": "{}::text",
    "timestamptz": _UTC,
    "bytea": "encode({}, 'hex')",
    "enum": "upper(replace({}, '-', '_'))",
}
_KEY = re.compile(r"[$_A-Za-z][_0-9A-Za-z]*", re.ASCII)


def cast_of(kind: str) -> str:
    """The PostgreSQL type that holds a declared type."""
    return _CASTS.get(kind, kind)


def shown(kind: Type, text: str) -> str:
    """An expression as the contract shows its type."""
    return _SHOWN.get(kind, "{}").format(f"({text})")


def literal_key(key: str) -> str:
    """A response key as a literal; GraphQL has checked its letters, and this line trusts nobody."""
    assert _KEY.fullmatch(key), "response keys are GraphQL names"
    return f"'{key}'"


def opaque(text: str) -> str:
    """A text as unpadded base64url (`db/cursors.py` reads it)."""
    return f"translate(encode(convert_to({text}, 'UTF8'), 'base64'), E'+/=\\n', '-_')"


def conjunction(parts: Sequence[str]) -> str:
    """All of the conditions; none is `true`."""
    return _joined(" and ", [part for part in parts if part != "true"], "true")


def disjunction(parts: Sequence[str]) -> str:
    """Any of the conditions; none is `false`."""
    return _joined(" or ", [part for part in parts if part != "false"], "false")


def _joined(word: str, parts: Sequence[str], empty: str) -> str:
    if not parts:
        return empty
    return parts[0] if len(parts) == 1 else f"({word.join(parts)})"


def in_force(alias: str, day: str) -> str:
    """A dated row holds on a day: from its first day to its last, both included."""
    return f"{alias}.valid_from <= {day} and ({alias}.valid_until is null or {alias}.valid_until >= {day})"


def comparison(column: Column, text: str, test: Test, value: Value) -> str:
    """A column's expression compared with the test's value; two-valued only under `is true`."""
    match test.operator:
        case "isNull":
            return f"{text} is {'null' if test.value else 'not null'}"
        case "ne":
            return f"{text} is distinct from {value(test.value, column.type)}"
        case "in":
            return f"{text} = any ({value(test.value, f'{cast_of(column.type)}[]')})"
        case "contains":
            return f"strpos({text}, {value(test.value, 'text')}) > 0"
        case _:
            return f"{text} {_COMPARE[test.operator]} {value(test.value, column.type)}"


# ---------------------------------------------------------------- total orders


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a total order: PostgreSQL's own place for nothing (last when ascending)."""

    column: Column
    descending: bool = False

    def text(self, alias: str) -> str:
        """The expression that is ordered by."""
        return self.column.fragment.format_map({"t": alias})

    def cursor_text(self, alias: str) -> str:
        """The expression as a cursor's text, whatever the session's settings."""
        kind = self.column.type
        text = f"({self.text(alias)})"
        return _UTC.format(text) if kind == "timestamptz" else f"{text}::text"

    def flipped(self) -> "Term":
        """The same term, read from the other end."""
        return Term(self.column, not self.descending)


def order_by(terms: Sequence[Term], alias: str) -> str:
    """The list after `order by`."""
    return ", ".join(f"{term.text(alias)} {'desc' if term.descending else 'asc'}" for term in terms)


def key_terms(noun: Noun) -> list[Term]:
    """The key as an order."""
    return [Term(Column(name, kind, f"{{t}}.{name}")) for name, kind in noun.key]


def beyond(terms: Sequence[Term], values: Sequence[object], alias: str, value: Value) -> str:
    """The rows after the row that had these values.

    A row comparison where an index can follow it, else one alternative for each length of equal beginning.
    """
    plain = all(item is not None for item in values) and not any(term.column.null for term in terms)
    if plain and len({term.descending for term in terms}) == 1:
        left = ", ".join(term.text(alias) for term in terms)
        right = ", ".join(value(item, term.column.type) for term, item in zip(terms, values, strict=True))
        return f"({left}) {'<' if terms[0].descending else '>'} ({right})"
    parts = []
    for at, (term, item) in enumerate(zip(terms, values, strict=True)):
        if item is None and not term.descending:
            continue  # nothing comes last: no row follows it in this term
        same = [_same(*pair, alias, value) for pair in zip(terms[:at], values, strict=False)]
        parts.append(conjunction([*same, _after(term, item, alias, value)]))
    return disjunction(parts)


def at_or_beyond(terms: Sequence[Term], values: Sequence[object], alias: str, value: Value) -> str:
    """That row, or a row after it."""
    same = [_same(term, item, alias, value) for term, item in zip(terms, values, strict=True)]
    return disjunction([beyond(terms, values, alias, value), conjunction(same)])


def _same(term: Term, item: object, alias: str, value: Value) -> str:
    text = term.text(alias)
    return f"{text} is null" if item is None else f"{text} = {value(item, term.column.type)}"


def _after(term: Term, item: object, alias: str, value: Value) -> str:
    text = term.text(alias)
    if item is None:
        return f"{text} is not null"
    place = value(item, term.column.type)
    if term.descending:
        return f"{text} < {place}"
    return f"({text} > {place} or {text} is null)" if term.column.null else f"{text} > {place}"
