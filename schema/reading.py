"""How answers reach graphql-core: roots read once, every field below is looked up by its response key.

`attach` walks the built schema: a root field with a `Lookup` gets a resolver
that reads, every other field without a resolver of its own gets
`source[info.path.key]`, and abstract types read the `$type` that the planner wrote.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, GraphQLUnionType

from db.plans import MOST_ROWS, BadReadError, Root, Selection, Shape
from resolvers.context import Context
from resolvers.reading import read
from schema.relations import ROOT
from schema.roots import Lookup
from schema.selections import Info, is_planned, selection_of

Resolver = Callable[..., Awaitable[object]]


def attach(schema: GraphQLSchema) -> None:
    """Give every planned field its resolver."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = _type_of
        if not isinstance(kind, GraphQLObjectType) or kind.name.startswith("__"):
            continue
        kind.is_type_of = None
        for field in kind.fields.values():
            lookup = lookup_of(field)
            if lookup is not None:
                field.resolve = _root(lookup)
            elif is_planned(field):
                field.resolve = from_answer


def from_answer(source: object, info: Info, **_arguments: object) -> object:
    """The value under the response key; objects that Python made answer by attribute."""
    if isinstance(source, Mapping):
        return source[info.path.key]
    return getattr(source, _python_name(info), None)


def _python_name(info: Info) -> str:
    definition: Any = info.parent_type.fields[info.field_name].extensions["strawberry-definition"]
    return str(definition.python_name)


def _type_of(value: object, info: Info, _kind: object) -> str:
    """The concrete type: written by the planner, or that of a Strawberry object."""
    if isinstance(value, Mapping):
        return str(value["$type"])
    definition: Any = type(value)
    return str(info.schema.type_map[definition.__strawberry_definition__.name].name)


def _root(lookup: Lookup) -> Resolver:
    """The resolver of a root field."""

    async def resolve(_source: object, info: Info, **_arguments: object) -> object:
        ctx = cast("Context", info.context)
        root, selection = asked_of(lookup, selection_of(info), ctx)
        answer = await read(ctx, root, selection)
        return cast("list[object]", answer)[0] if root.shape is Shape.NODES and root.single else answer

    return resolve


def lookup_of(field: GraphQLField) -> Lookup | None:
    """How a root field finds its rows, if the one statement answers it."""
    definition = field.extensions.get("strawberry-definition")
    return definition.metadata.get(ROOT) if definition is not None else None


def asked_of(lookup: Lookup, selection: Selection, ctx: Context) -> tuple[Root, Selection]:
    """A root field as the planner reads it: codelists without a date are those of today.

    Raises `db.plans.BadReadError` for malformed arguments.
    """
    ids = selection.arguments.get("ids")
    if isinstance(ids, list) and len(ids) > MOST_ROWS:
        raise BadReadError("ids", f"are at most {MOST_ROWS}")
    if lookup.dated and selection.arguments.get("on") is None and "id" not in _reference(selection):
        dated = {**selection.arguments, "on": ctx.today()}
        selection = Selection(selection.key, selection.field, dated, selection.children)
    return lookup.find(selection.arguments, ctx.journal), selection


def _reference(selection: Selection) -> Mapping[str, object]:
    """The `by` of a lookup: an id says which edition is meant, a code does not."""
    return cast("Mapping[str, object]", selection.arguments.get("by") or {})
