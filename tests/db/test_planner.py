"""Every statement that the planner can compose from the nouns' declarations is one that PostgreSQL takes.

For each noun: all of its fields, all of its filters with every operator, all of its orders in both directions and
from a cursor, on PostgreSQL 15 and on the embedded one, as the reader's role would see the tables.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from db.cursors import encode, global_id, parse, read_id
from db.expressions import Term, key_terms
from db.lists import signature
from db.nouns import NOUNS
from db.planner import plan
from db.plans import (
    ALWAYS,
    NEVER,
    Access,
    BadReadError,
    Column,
    Elements,
    Embedded,
    Many,
    Not,
    Noun,
    One,
    Plan,
    Presence,
    RefusedError,
    Root,
    Selection,
    Shape,
    Some,
    Test,
)
from tests.conftest import Cluster

OPEN = Access(dict.fromkeys(NOUNS, ALWAYS), {})
LISTED = [noun for noun in NOUNS.values() if noun.table and noun.key]
VALUES: dict[str, Any] = {
    "text": "x", "region": "420000@201904", "enum": "X", "bigint": 1, "integer": 1, "date": date(2020, 1, 1),
    "timestamptz": datetime(2020, 1, 1, tzinfo=UTC), "bytea": b"x", "uuid": "00000000-0000-0000-0000-000000000001",
}  # fmt: skip


@dataclass(frozen=True)
class Main:
    """A journal."""

    id: int = 1
    name: str = "main"


def fields(noun: Noun, depth: int = 2) -> tuple[Selection, ...]:
    """Every field of a noun, and of what it leads to."""
    found = [Selection("__typename", "__typename")]
    if noun.node:
        found.append(Selection("id", "id"))
    for item in noun.fields:
        arguments: dict[str, object] = {"on": date(2020, 1, 1)} if getattr(item, "during", None) else {}
        if isinstance(item, One | Embedded | Elements) or (isinstance(item, Many) and item.plain):
            if depth:
                children = {item.noun: fields(NOUNS[item.noun], depth - 1)}
                found.append(Selection(item.name, item.name, arguments, children))
        elif isinstance(item, Many):
            if depth:
                found.append(page(item.name, NOUNS[item.noun], {"first": 2}, depth - 1))
        else:
            found.append(Selection(item.name, item.name, arguments if isinstance(item, Presence) else {}))
    return tuple(found)


def page(key: str, noun: Noun, arguments: dict[str, object], depth: int = 0) -> Selection:
    """A page of a noun, with everything that a page has."""
    node = {noun.name: fields(noun, depth)}
    info = tuple(Selection(name, name) for name in ("hasNextPage", "hasPreviousPage", "startCursor", "endCursor"))
    edge = (Selection("cursor", "cursor"), Selection("node", "node", {}, node))
    parts = (
        Selection("totalCount", "totalCount"), Selection("nodes", "nodes", {}, node),
        Selection("edges", "edges", {}, {f"{noun.name}Edge": edge}),
        Selection("pageInfo", "pageInfo", {}, {"PageInfo": info}),
    )  # fmt: skip
    return Selection(key, key, arguments, {f"{noun.name}Connection": parts})


def pages(noun: Noun) -> Iterator[Plan]:
    """Lists of a noun with every filter, and in every order from a cursor on, forward and backward."""
    for where in wheres(noun):
        yield listed(noun, {"first": 2, "where": where})
    for column in noun.columns():
        for direction in ("ASC", "DESC"):
            if column.order:
                order = [{"field": column.name, "direction": direction}]
                terms = [Term(column, descending=direction == "DESC")]
                terms += [term for term in key_terms(noun) if term.column.fragment != column.fragment]
                values = ['"1"' if term.column.type in {"bigint", "integer"} else '"2020-01-01T00:00:00.000000Z"'
                          if term.column.type == "timestamptz" else '"2020-01-01"' for term in terms]  # fmt: skip
                for first in {values[0], "null" if column.null else values[0]}:
                    name = signature(Main(), noun, terms)
                    cursor = encode(f'["{name}", {", ".join([first, *values[1:]])}]')
                    yield listed(noun, {"first": 2, "orderBy": order, "after": cursor})
                    yield listed(noun, {"last": 2, "orderBy": order, "before": cursor, "after": cursor})


def wheres(noun: Noun) -> Iterator[dict[str, object]]:
    """Every filter of a noun."""
    for column in noun.columns():
        if not column.filter:
            continue
        value = VALUES[column.type]
        tests: dict[str, object] = {"eq": value, "ne": value, "in": [value], "isNull": True}
        if column.type in {"bigint", "integer", "date", "timestamptz"}:
            tests |= dict.fromkeys(("lt", "lte", "gt", "gte"), value)
        if column.type == "text":
            tests |= {"startsWith": value, "contains": value}
        if column.type == "region":
            tests["within"] = value
        yield {"or": [{"not": {column.name: {operator: given}}} for operator, given in tests.items()]}
    for relation in noun.fields:
        if isinstance(relation, One) and relation.filter:
            yield {relation.name: {"and": []}}


def listed(noun: Noun, arguments: dict[str, object]) -> Plan:
    """The plan of a list."""
    if noun.editions:
        arguments = {**arguments, "on": date(2020, 1, 1)}
    return plan(Root(Shape.CONNECTION, noun.name), page("list", noun, arguments), NOUNS, OPEN, Main())


@pytest.fixture(params=["cluster", "cluster15"])
def server(request: pytest.FixtureRequest) -> Cluster:
    """The embedded server, then PostgreSQL 15."""
    found: Cluster = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def reader(server: Cluster) -> AsyncIterator[asyncpg.Connection]:
    """A migrated database, as the reader's role."""
    conn = await server.database(server.template).connect("reader")
    yield conn
    await conn.close()


@pytest.mark.parametrize("noun", LISTED, ids=lambda noun: noun.name)
async def test_every_statement_prepares(noun: Noun, reader: asyncpg.Connection) -> None:
    one = plan(Root(Shape.ONE, noun.name), Selection("x", "x", {}, {noun.name: fields(noun)}), NOUNS, OPEN, Main())
    for found in (one, *pages(noun)):
        assert len((await reader.prepare(found.statement)).get_parameters()) == len(found.arguments)


@pytest.mark.parametrize("noun", [noun for noun in LISTED if noun.node], ids=lambda noun: noun.name)
def test_ids_are_read_as_they_are_written(noun: Noun) -> None:
    key = tuple("7" if kind in {"bigint", "integer"} else "a:b" for _, kind in noun.key)
    opaque = global_id(noun.name, "main", *key)
    assert read_id(opaque, NOUNS, Main()) == (noun.name, key)
    assert global_id(*read_id(opaque, NOUNS, Main())[:1], "main", *key) == opaque
    for bad in (
        opaque + "=",
        opaque + "!",
        "\u0661",
        global_id("Nothing", "main", *key),
        global_id(noun.name, "x", *key),
    ):
        with pytest.raises(BadReadError):
            read_id(bad, NOUNS, Main())


@pytest.mark.parametrize("text", ["+1", "01", "1_0", " 1", "٤", "", "9223372036854775808", "-0", "1.0"])
def test_numbers_have_one_form(text: str) -> None:
    with pytest.raises(BadReadError):
        parse("bigint", text, "after")


# ---------------------------------------------------------------- what policy says is laid on everything


NODES = Selection("x", "x", {}, {"Entry": (Selection("leaf", "leaf"),)})


@pytest.mark.parametrize(
    "selection",
    [
        page("x", NOUNS["Organization"], {"first": 1, "where": {"regionCode": {"eq": "x"}}}),
        page("x", NOUNS["Organization"], {"first": 1, "where": {"not": {"or": [{"regionCode": {"isNull": True}}]}}}),
        Selection("x", "x", {"first": 1}, {"OrganizationConnection": (Selection("nodes", "nodes", {}, {
            "Organization": (Selection("r", "regionCode"),)}),)}),
        Selection("x", "x", {"first": 1}, {"OrganizationConnection": (Selection("nodes", "nodes", {}, {
            "Organization": (page("accounts", NOUNS["Account"], {"first": 1}),)}),)}),
        page("x", NOUNS["Organization"], {"first": 1, "orderBy": [{"field": "name"}]}),
    ],
    ids=["filter", "negated filter", "shown", "refused noun", "order"],
)  # fmt: skip
def test_what_is_refused_is_refused_everywhere(selection: Selection) -> None:
    rows = {name: ALWAYS for name in NOUNS if name != "Account"}
    access = Access(rows, {("Organization", "regionCode"): None, ("Organization", "name"): Test("kind", "eq", "x")})
    with pytest.raises(RefusedError):
        plan(Root(Shape.CONNECTION, "Organization"), selection, NOUNS, access, Main())


def test_a_noun_without_a_line_is_refused() -> None:
    with pytest.raises(RefusedError):
        plan(Root(Shape.ONE, "Entry"), NODES, NOUNS, Access({}, {}), Main())


def test_rows_and_fields_are_narrowed_in_the_text() -> None:
    access = Access({"Entry": NEVER}, {("Entry", "leaf"): Not(Some())})
    text = plan(Root(Shape.ONE, "Entry"), NODES, NOUNS, access, Main()).statement
    assert "and false" in text
    assert "case when ((false) is not true)" in text


def test_values_of_a_request_are_never_in_the_text() -> None:
    evil = "'; drop table leaf; --"
    found = listed(NOUNS["Organization"], {"first": 1, "where": {"name": {"eq": evil, "in": [evil], "contains": evil}}})
    assert evil not in found.statement
    assert found.arguments.count(evil) == 4  # the page and its count


def test_response_keys_are_names() -> None:
    with pytest.raises(AssertionError):
        plan(
            Root(Shape.ONE, "Entry"),
            Selection("x", "x", {}, {"Entry": (Selection("a'b", "leaf"),)}),
            NOUNS,
            OPEN,
            Main(),
        )


def test_relations_and_orders_name_what_exists() -> None:
    for noun in LISTED:
        assert noun.order is None or noun.by_name[noun.order].name == noun.order
        for item in noun.fields:
            if isinstance(item, One | Many | Embedded | Elements):
                assert item.noun in NOUNS
            if isinstance(item, Many) and item.order:
                assert isinstance(NOUNS[item.noun].by_name[item.order], Column)
