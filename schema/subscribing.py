"""From the document of a subscription to what it asks: parsed, checked against the contract and its limits, coerced.

InvalidError     the document cannot be answered; `errors` say why, as GraphQL tells it
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    TypeInfoVisitor,
    get_variable_values,
    validate,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from db.plans import Selection
from resolvers.context import Principal
from schema import limits
from schema.documents import RULES, Looked, operation_of
from schema.errors import shown
from schema.selections import selections_of


class InvalidError(Exception):
    """The document of a subscription cannot be answered."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What a subscription asks: its root field, what names it apart from where it begins, and what an event costs."""

    selection: Selection
    key: str
    cost: int


def subscribed(
    schema: GraphQLSchema, query: str, variables: Mapping[str, Any], operation: str | None, principal: Principal
) -> Subscribed:
    """Read a subscription; raises `InvalidError`."""
    try:
        document, wanted, whole = _checked(schema, query, operation)
        values = _coerced(schema, wanted, variables)
        cost = _afford(schema, document, wanted, variables)
    except InvalidError as bad:
        raise InvalidError([shown(error, principal) for error in bad.errors]) from None
    except GraphQLError as error:
        raise InvalidError([shown(error, principal)]) from None
    if not whole:
        text = "A subscription asks for what the database answers by itself; ask for the rest by a query."
        raise InvalidError([limits.refused(text, "BAD_USER_INPUT")])
    fragments = {name: FragmentDetails(found) for name, found in limits.fragments(document).items()}
    ((_, selection),) = selections_of(schema, wanted, fragments, values)
    arguments = {name: value for name, value in selection.arguments.items() if name != "after"}
    named = Selection(selection.key, selection.field, arguments, selection.children)
    return Subscribed(selection, repr(named), cost)


@lru_cache(maxsize=limits.CACHED)
def _checked(schema: GraphQLSchema, query: str, name: str | None) -> tuple[DocumentNode, OperationDefinitionNode, bool]:
    """The document, its operation, and whether the statement answers all of it; raises `GraphQLError`s."""
    if len(query) > limits.MOST_CHARACTERS:
        text = f"The document is longer than {limits.MOST_CHARACTERS} characters."
        raise limits.refused(text, "GRAPHQL_PARSE_FAILED")
    document = limits.parsed(query)
    found = operation_of(document, name)
    if found is None:
        raise limits.refused("The document has no such operation, or several: name one.", "BAD_USER_INPUT")
    if found.operation is not OperationType.SUBSCRIPTION:
        raise limits.refused("Send queries and mutations by POST; this answers subscriptions.", "BAD_USER_INPUT")
    if errors := validate(schema, document, RULES):
        raise InvalidError(errors)
    looked = Looked(schema)
    visit(document, TypeInfoVisitor(looked.types, looked))
    return document, found, looked.whole


def _coerced(schema: GraphQLSchema, wanted: OperationDefinitionNode, given: Mapping[str, Any]) -> VariableValues:
    values = get_variable_values(schema, wanted.variable_definitions or (), dict(given))
    if isinstance(values, VariableValues):
        return values
    raise InvalidError(
        [GraphQLError(error.message, nodes=error.nodes, extensions={"code": "BAD_USER_INPUT"}) for error in values]
    )


def _afford(
    schema: GraphQLSchema, document: DocumentNode, wanted: OperationDefinitionNode, given: Mapping[str, Any]
) -> int:
    requested = limits.cost(schema, document, wanted, given)
    if requested > limits.MOST_COST:
        text = f"An event costs {requested}, more than {limits.MOST_COST}: ask for smaller pages."
        raise limits.refused(text, "COST_EXCEEDED", requested=requested, most=limits.MOST_COST)
    return requested


def as_json(errors: list[GraphQLError]) -> str:
    """Errors as the payload of a message."""
    return orjson.dumps([error.formatted for error in errors], default=str).decode()
