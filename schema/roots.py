"""Root fields: how their arguments say which rows are meant.

A `Lookup` turns the plain arguments of a root field into a `Root`; it knows no
policy and no SQL.  What is malformed raises `db.plans.BadReadError`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from db.cursors import read_id
from db.nouns import NOUNS
from db.plans import ALWAYS, All, Filter, Has, Journal, Order, Root, Shape, Test

AS_OF: tuple[Any, str] = (date | None, "As of this civil date; today in the journal's zone when left out.")
"""The argument of codelists that hold by date."""

Arguments = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a root field finds its rows; `dated` ones read the argument `on`."""

    noun: str
    find: Callable[[Arguments, Journal], Root]
    dated: bool = False
    single: bool = False


def every(noun: str) -> Lookup:
    """A connection of all rows."""
    order = NOUNS[noun].order
    root = Root(Shape.CONNECTION, noun, order=(Order(order),) if order else ())
    return Lookup(noun, lambda _arguments, _journal: root, dated=NOUNS[noun].editions)


def by_key(noun: str) -> Lookup:
    """One row by a `@oneOf` reference."""

    def find(arguments: Arguments, _journal: Journal) -> Root:
        return Root(Shape.ONE, noun, match=referenced(cast("Arguments", arguments["by"])))

    return Lookup(noun, find, dated=NOUNS[noun].editions, single=True)


def referenced(by: Arguments) -> Filter:
    """The filter of a reference: `{id}`, or one natural key (a project's code comes with its organization)."""
    ((name, value),) = by.items()
    if isinstance(value, Mapping):
        return All((Test("code", "eq", value["code"]), Has("organization", Test("key", "eq", value["organization"]))))
    return Test(name, "eq", value)


def at_position(noun: str) -> Lookup:
    """One row by its position."""

    def find(arguments: Arguments, _journal: Journal) -> Root:
        return Root(Shape.ONE, noun, match=Test("position", "eq", arguments["position"]))

    return Lookup(noun, find, single=True)


def latest(noun: str, column: str) -> Lookup:
    """The row with a value of `column`, or with its greatest value."""

    def find(arguments: Arguments, _journal: Journal) -> Root:
        wanted = arguments.get(column)
        match = ALWAYS if wanted is None else Test(column, "eq", wanted)
        return Root(Shape.ONE, noun, match=match, order=(Order(column, descending=True),))

    return Lookup(noun, find, single=True)


def the_head() -> Lookup:
    """The one row of the journal's head."""
    root = Root(Shape.ONE, "Head")
    return Lookup("Head", lambda _arguments, _journal: root, single=True)


def by_ids(name: str) -> Lookup:
    """Objects of any noun by their global ids: `id` for one, `ids` for several."""

    def find(arguments: Arguments, journal: Journal) -> Root:
        given = arguments[name]
        ids = cast("Sequence[str]", [given] if name == "id" else given)
        found = tuple(read_id(item, NOUNS, journal, name) for item in ids)
        return Root(Shape.NODES, ids=found, single=name == "id")

    return Lookup("", find, single=name == "id")
