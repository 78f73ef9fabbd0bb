"""Principals × types × fields × paths, generated from the contract: each cell is as the table of policy says.

What is expected is read from `NOUNS` and `FIELDS` alone: a cell is refused where the role has no line in either, and
allowed otherwise.  The planner, which makes an `Access` of the same table, has no part in it.  Which rows an allowed
cell shows is the differential test's business (`test_reads_differential.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)
from graphql.type.definition import get_nullable_type

from resolvers.context import Principal, Role
from resolvers.policy import FIELDS, NOUNS
from tests.schema.conftest import PRINCIPALS, Desk
from tests.schema.twin_values import TABLES, opaque

NO = {"UNAUTHENTICATED", "FORBIDDEN"}
TOGETHER = 8
"""Allowed cells that are asked for at once."""
SAMPLES = {"Date": '"2020-01-01"', "DateTime": '"2020-01-01T00:00:00Z"', "BigInt": '"0"', "Int": "1", "String": '"x"',
           "Boolean": "true", "Hex": '"00"', "Decimal": '"1"'}  # fmt: skip


class Path(NamedTuple):
    """A way to an object: its name, the query with a gap, and the fields (noun, name) that it touches on the way."""

    name: str
    before: str
    after: str
    touched: tuple[tuple[str, str], ...]
    kind: str


class Cell(NamedTuple):
    """What is asked for behind a path, and what that touches."""

    name: str
    text: str
    touched: tuple[tuple[str, str], ...]


def refused(principal: Principal, touched: tuple[tuple[str, str], ...]) -> bool:
    """Whether the table has no line for the role of the principal."""
    role: Role = principal.role
    return any(
        role not in NOUNS[noun] or ((noun, name) in FIELDS and role not in FIELDS[noun, name])
        for noun, name in touched
        if noun in NOUNS
    )


def noun_of(kind: object) -> str:
    """The noun that a field leads to, connections and edges left out."""
    return str(getattr(kind, "name", "")).removesuffix("Connection").removesuffix("Edge")


def literal(kind: Any, identity: str = "x") -> str:  # noqa: ANN401 - any input type
    """Some value of an input type; `identity` stands for a global id."""
    kind = get_nullable_type(kind)
    if is_list_type(kind):
        return f"[{literal(kind.of_type, identity)}]"
    if isinstance(kind, GraphQLEnumType):
        return str(next(iter(kind.values)))
    if isinstance(kind, GraphQLInputObjectType):
        needed = [name for name, each in kind.fields.items() if is_required_input_field(each)]
        given = needed or [next(name for name in kind.fields if name not in ("and", "or", "not", "id"))]
        return "{" + ", ".join(f"{name}: {literal(kind.fields[name].type, identity)}" for name in given) + "}"
    return f'"{identity}"' if kind.name == "ID" else SAMPLES[str(kind.name)]


def arguments(field: GraphQLField, *more: str) -> str:
    """The arguments that a field cannot do without, and more."""
    given = ["first: 1"] if "first" in field.args else []
    given += [f"{name}: {literal(each.type)}" for name, each in field.args.items() if is_required_argument(each)]
    given += more
    return f"({', '.join(given)})" if given else ""


def cells(kind: GraphQLObjectType) -> Iterator[Cell]:
    """Every field of a type, each with the noun that it leads to."""
    for name, field in kind.fields.items():
        found = get_named_type(field.type)
        leads = noun_of(found)
        text = name + arguments(field)
        if is_composite_type(found):
            text += " { totalCount }" if found.name.endswith("Connection") else " { __typename }"
        yield Cell(f"{kind.name}.{name}", text, ((kind.name, name), (leads, "")))


def lists(schema: GraphQLSchema, kind: str) -> Iterator[tuple[Path, GraphQLField]]:
    """Every connection of a type: at the root, and from every node; the gap is for arguments and what is asked."""
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        if get_named_type(field.type).name == f"{kind}Connection":
            yield Path(name, f"{{ {name}", " }", ((kind, ""),), kind), field
    for parent, name, field in fields_of_nodes(schema):
        if get_named_type(field.type).name == f"{kind}Connection":
            way = f'{{ node(id: "{some_id(parent)}") {{ ... on {parent} {{ {name}'
            yield Path(f"{parent}.{name}", way, " } } }", ((parent, name), (kind, "")), kind), field


def fields_of_nodes(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLField]]:
    """Every field of every type that `node` answers."""
    for parent in TABLES:
        owner = schema.type_map.get(parent)
        if isinstance(owner, GraphQLObjectType) and is_node(owner):
            for name, field in owner.fields.items():
                yield parent, name, field


def is_node(kind: GraphQLObjectType) -> bool:
    """Whether `node` answers the type."""
    return any(each.name == "Node" for each in kind.interfaces)


def some_id(kind: str) -> str:
    """A global id of the type; whether anything is behind it makes no difference to what may be asked."""
    key = {"Posting": "1/fund/1", "Region": "201904/420000", "FocusArea": "2017/1"}.get(kind, "1")
    return opaque(f"{kind}:main:{key}")


def paths(schema: GraphQLSchema, kind: GraphQLObjectType) -> Iterator[Path]:
    """Every way to an object of a type: node, nodes, roots, lists by nodes and edges, and relations of nodes."""
    noun = kind.name
    if is_node(kind) and noun in TABLES:
        for root in (f'node(id: "{some_id(noun)}")', f'nodes(ids: ["{some_id(noun)}"])'):
            yield Path(root.partition("(")[0], f"{{ {root} {{ ... on {noun} {{ ", " } } }", ((noun, ""),), noun)
    for way, field in lists(schema, noun):
        given = arguments(field)
        for shape, end in ((" { nodes { ", " } }"), (" { edges { node { ", " } } }")):
            yield way._replace(
                name=way.name + shape.split()[1], before=way.before + given + shape, after=end + way.after
            )
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        if get_named_type(field.type) is kind:
            yield Path(name, f"{{ {name}{arguments(field)} {{ ", " } }", ((noun, ""),), noun)
    for parent, name, field in fields_of_nodes(schema):
        if get_named_type(field.type) is kind:
            start = f'{{ node(id: "{some_id(parent)}") {{ ... on {parent} {{ {name}{arguments(field)} {{ '
            yield Path(f"{parent}.{name}", start, " } } } }", ((parent, name), (noun, "")), noun)


def questions(schema: GraphQLSchema, kind: GraphQLObjectType) -> Iterator[Cell]:
    """Every filter, order and count of every list of a type, each a whole query."""
    for way, field in lists(schema, kind.name):
        yield Cell(f"{way.name} count", f"{way.before}{arguments(field)} {{ totalCount }}{way.after}", way.touched)
        where = get_named_type(field.args["where"].type) if "where" in field.args else None
        for name, item in where.fields.items() if isinstance(where, GraphQLInputObjectType) else ():
            if name not in ("and", "or", "not"):
                inner = get_named_type(item.type)
                leads = inner.name.removesuffix("Where") if inner.name.endswith("Where") else ""
                value = '{eq: "6d696e67-7a68-5fe6-988e-e8b4a6000000"}' if name == "command" else None
                value = value or literal(item.type, some_id(kind.name))
                given = arguments(field, f"where: {{{name}: {value}}}")
                touched = (*way.touched, (kind.name, name), (leads, ""))
                yield Cell(f"{way.name} where {name}", f"{way.before}{given} {{ totalCount }}{way.after}", touched)
        order = get_named_type(field.args["orderBy"].type) if "orderBy" in field.args else None
        if isinstance(order, GraphQLInputObjectType):
            choices = get_named_type(order.fields["field"].type)
            assert isinstance(choices, GraphQLEnumType)
            for value in choices.values:
                first, *rest = value.lower().split("_")
                name = first + "".join(part.title() for part in rest)
                given = arguments(field, f"orderBy: [{{field: {value}}}]")
                text = f"{way.before}{given} {{ nodes {{ __typename }} }}{way.after}"
                yield Cell(f"{way.name} by {name}", text, (*way.touched, (kind.name, name)))


def nouns(schema: GraphQLSchema) -> list[GraphQLObjectType]:
    """The types that the table has lines for."""
    return [kind for name in NOUNS if isinstance(kind := schema.type_map.get(name), GraphQLObjectType)]


async def check(desk: Desk, who: str, name: str, text: str, *, no: bool) -> None:
    """Ask, and compare with what was expected; a refusal shows nothing, and says no more than its name."""
    result = await desk.ask(text, PRINCIPALS[who])
    codes = {error.extensions["code"] for error in result.errors or ()}
    assert codes <= NO, (who, name, text, result.errors)
    assert bool(codes) is no, f"{who} {name}: expected {'a refusal' if no else 'an answer'}: {text}"
    if no:
        assert codes == ({"UNAUTHENTICATED"} if who == "public" else {"FORBIDDEN"}), (who, name)
        assert all(error.message.endswith(" is not for you") for error in result.errors), (who, name, result.errors)


@pytest.mark.parametrize("who", PRINCIPALS)
async def test_every_field_through_every_path(desk: Desk, who: str) -> None:
    schema, principal, seen = desk.schema._schema, PRINCIPALS[who], 0
    for kind in nouns(schema):
        own = list(cells(kind))
        for way in paths(schema, kind):
            allowed = []
            for cell in own:
                seen += 1
                if refused(principal, (*way.touched, *cell.touched)):
                    text = f"{way.before}{cell.text}{way.after}"
                    await check(desk, who, f"{way.name} {cell.name}", text, no=True)
                else:
                    allowed.append(cell.text)
            for start in range(0, len(allowed), TOGETHER):
                text = f"{way.before}{' '.join(allowed[start : start + TOGETHER])}{way.after}"
                await check(desk, who, way.name, text, no=False)
    assert seen > 1_000


@pytest.mark.parametrize("who", PRINCIPALS)
async def test_every_filter_order_and_count(desk: Desk, who: str) -> None:
    schema, principal, seen = desk.schema._schema, PRINCIPALS[who], 0
    for kind in nouns(schema):
        for cell in questions(schema, kind):
            seen += 1
            await check(desk, who, cell.name, cell.text, no=refused(principal, cell.touched))
    assert seen > 100


def test_every_type_of_the_table_is_one_of_the_contract(desk: Desk) -> None:
    """A line that no type answers to protects nothing."""
    assert {kind.name for kind in nouns(desk.schema._schema)} == set(NOUNS)
    for noun, name in FIELDS:
        kind = desk.schema._schema.type_map[noun]
        assert isinstance(kind, GraphQLObjectType)
        assert name in kind.fields


@pytest.mark.parametrize(
    ("where", "codes"),
    [('{eq: "x"}', ["BAD_USER_INPUT"]), ('{in: ["x"]}', ["BAD_USER_INPUT"]), ("{isNull: true}", []),
     ('{eq: "6d696e67-7a68-5fe6-988e-e8b4a6000000"}', []), ('{in: ["6d696e67-7a68-5fe6-988e-e8b4a6000000"]}', [])],
)  # fmt: skip
async def test_a_text_that_is_no_uuid_is_the_callers_error(desk: Desk, where: str, codes: list[str]) -> None:
    assert await desk.codes(f"{{ entries(first: 1, where: {{command: {where}}}) {{ totalCount }} }}") == codes
    asked = "query ($command: String!) { entries(first: 1, where: {command: {eq: $command}}) { totalCount } }"
    for given, found in (("6d696e67-7a68-5fe6-988e-e8b4a6000000", []), ("x", ["BAD_USER_INPUT"])):
        assert await desk.codes(asked, command=given) == found
