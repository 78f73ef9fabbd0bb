"""A validated request as a plain selection tree: what the executor will ask for, told beforehand.

graphql-core's own `collect_subfields` does the collecting, so that fragments,
merged fields, `@skip`, `@include`, variables and defaults mean here exactly
what they mean to the executor.  Fields with a resolver of their own are left
out; what they need of the row is asked for under `$name`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_abstract_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from db.plans import Selection
from schema.relations import NEEDS, PLANNED

Info = GraphQLResolveInfo[Any]
"""What graphql-core tells a resolver."""


class Variables(dict[str, Any]):
    """Coerced variables, as resolvers know them, with what graphql-core keeps of their sources."""

    def __init__(self, values: VariableValues) -> None:
        super().__init__(values.coerced)
        self.values_with_sources = values


class Execution(StrawberryGraphQLCoreExecutionContext):
    """Hands on the sources of variables, which an argument that holds a variable inside a literal needs."""

    def build_resolve_info(
        self, field_def: GraphQLField, field_nodes: list[FieldNode], parent_type: GraphQLObjectType, path: Path
    ) -> Info:
        """Tell a resolver what it is for."""
        info = super().build_resolve_info(field_def, field_nodes, parent_type, path)
        return info._replace(variable_values=Variables(self.variable_values))  # type: ignore[arg-type]  # still a dict


def selection_of(info: Info) -> Selection:
    """The selection of the root field that is being resolved."""
    fragments = {name: FragmentDetails(fragment) for name, fragment in info.fragments.items()}
    details = [FieldDetails(node, None) for node in info.field_nodes]
    field = info.parent_type.fields[info.field_name]
    variables = cast("Variables", info.variable_values).values_with_sources  # see `Execution`
    return _Reader(info.schema, info.operation, fragments, variables).selection(str(info.path.key), field, details)


def selections_of(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: dict[str, FragmentDetails],
    variables: VariableValues,
) -> list[tuple[GraphQLField | None, Selection]]:
    """The root fields of an operation in their order, with their selections; no field for `__typename`."""
    kind = schema.get_root_type(operation.operation)
    assert kind is not None, "a validated operation has its type"
    reader = _Reader(schema, operation, fragments, variables)
    found: list[tuple[GraphQLField | None, Selection]] = []
    for key, details in collect_fields(schema, fragments, variables, kind, operation).grouped_field_set.items():
        name = details[0].node.name.value
        if name == "__typename":
            found.append((None, Selection(key, name)))
        else:
            field = kind.fields[name]
            found.append((field, reader.selection(key, field, details)))
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the fields of one request."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variables: VariableValues

    def selection(self, key: str, field: GraphQLField, details: list[FieldDetails]) -> Selection:
        """One field and, for every concrete type of its value, what is asked of it."""
        node = details[0].node
        arguments = get_argument_values(field, node, self.variables, details[0].fragment_variable_values)
        kind = get_named_type(field.type)
        children = {}
        if is_abstract_type(kind):
            children = {each.name: self.children(each, details) for each in self.schema.get_possible_types(kind)}
        elif isinstance(kind, GraphQLObjectType):
            children = {kind.name: self.children(kind, details)}
        return Selection(key, node.name.value, {name: plain(value) for name, value in arguments.items()}, children)

    def children(self, kind: GraphQLObjectType, details: list[FieldDetails]) -> tuple[Selection, ...]:
        """What is asked of an object of this type."""
        collected = collect_subfields(
            self.schema, self.fragments, self.variables, self.operation, kind, details
        ).grouped_field_set
        found: dict[str, Selection] = {}
        for key, each in collected.items():
            name = each[0].node.name.value
            if name == "__typename":
                found[key] = Selection(key, name)
                continue
            field = kind.fields[name]
            if is_planned(field):
                found[key] = self.selection(key, field, each)
            else:
                found |= {f"${need}": Selection(f"${need}", need) for need in needs_of(field)}
        return tuple(found.values())


def is_planned(field: GraphQLField) -> bool:
    """Whether the statement answers this field: it has no resolver of its own."""
    definition = field.extensions.get("strawberry-definition")
    if definition is None:
        return False
    return bool(definition.base_resolver is None or definition.metadata.get(PLANNED))


def needs_of(field: GraphQLField) -> Iterable[str]:
    """The columns that a field's own resolver reads."""
    definition = field.extensions.get("strawberry-definition")
    needs: Iterable[str] = definition.metadata.get(NEEDS, ()) if definition is not None else ()
    return needs


def plain(value: object) -> object:
    """An argument without the classes of the contract: enumerations become their values."""
    match value:
        case Enum():
            return value.value
        case Mapping():
            return {name: plain(item) for name, item in value.items()}
        case list():
            return [plain(item) for item in value]
        case _:
            return value
