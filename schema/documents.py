"""Documents that one statement answers whole: parsed, validated and looked through once, then answered as bytes.

A query is answered whole when every field of it is a planned one, on every type that it can have.  Anything else
(mutations, introspection, what Python computes, what does not parse or validate) is left to Strawberry, which executes
it or reports what is wrong with it; nothing here answers an error.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    get_variable_values,
    specified_rules,
    validate,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues
from graphql.language import NamedTypeNode
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from resolvers.context import Context
from resolvers.reading import Question, Roots, Templates, read_whole
from schema import limits
from schema.rates import charge
from schema.reading import asked_of, lookup_of
from schema.selections import is_planned, selections_of

SLOTTED: Final = frozenset({"ID", "String", "BigInt"})
"""Types of variables that may become arguments of a statement as they are."""
RULES: Final = (*specified_rules, limits.ShapeRule, MaybeNullValidationRule, OneOfInputValidationRule)
"""What Strawberry validates with, and the limits of ad hoc documents."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`data` as JSON in UTF-8, what the request was estimated to cost, and the size of the journal that it reflects."""

    data: bytes
    cost: int
    size: int


@dataclass(slots=True, eq=False)
class Prepared:
    """A query that one statement answers whole.

    `slots` are the variables that the document uses once; `sizes` those that cost depends on.
    """

    name: str
    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    slots: frozenset[str]
    costs: dict[bytes, int] = field(default_factory=dict)

    def variables(self, given: Mapping[str, Any]) -> VariableValues | None:
        """The variables as the contract types them; nothing for what does not fit."""
        if not self.operation.variable_definitions:
            return VariableValues({}, {})
        found = get_variable_values(self.schema, self.operation.variable_definitions, dict(given))
        return found if isinstance(found, VariableValues) else None

    def cost(self, given: Mapping[str, Any], key: bytes) -> int:
        """What the operation is estimated to cost with these variables; `key` names those that it depends on."""
        if key not in self.costs:
            if len(self.costs) >= limits.CACHED:
                self.costs.clear()
            self.costs[key] = limits.cost(self.schema, self.document, self.operation, given)
        return self.costs[key]


class Documents:
    """Prepared queries of one contract, and the plans that answer them; bounded, oldest out first."""

    def __init__(self, schema: GraphQLSchema, most: int = limits.CACHED) -> None:
        self.schema = schema
        self.most = most
        self.templates = Templates()
        self._found: OrderedDict[tuple[str, str | None], Prepared | None] = OrderedDict()

    def prepared(self, query: str, operation: str | None = None) -> Prepared | None:
        """The query, if one statement answers it whole."""
        key = (query, operation)
        if key in self._found:
            self._found.move_to_end(key)
            return self._found[key]
        made = self._prepare(query, operation) if len(query) <= limits.MOST_CHARACTERS else None
        if len(query) <= limits.MOST_CHARACTERS:
            self._found[key] = made
            if len(self._found) > self.most:
                self._found.popitem(last=False)
        return made

    async def answer(
        self, ctx: Context, query: str, variables: Mapping[str, Any] | None = None, operation: str | None = None
    ) -> Answer | None:
        """Answer a query whole; nothing where that cannot be, and Strawberry has to.

        Raises what the database raises; `db.plans.ReadError` for what the planner or policy refuses;
        `schema.rates.RateLimitedError` before anything is asked of the database.
        """
        prepared, given = self.prepared(query, operation), variables or {}
        if prepared is None:
            return None
        values = prepared.variables(given)
        if values is None:
            return None
        slots = {name: values.coerced[name] for name in prepared.slots if values.coerced.get(name) is not None}
        fixed = {name: value for name, value in given.items() if name not in slots}
        key = orjson.dumps(fixed, option=orjson.OPT_SORT_KEYS) if fixed else b""
        cost = prepared.cost(given, key)
        if cost > limits.MOST_COST:
            return None
        charge(cost)
        question = Question(
            (prepared.name, key, tuple(sorted(slots)), ctx.today()),
            slots,
            lambda slotted: _roots(prepared, VariableValues(values.sources, {**values.coerced, **slotted}), ctx),
        )
        data, size = await read_whole(ctx, self.templates, question)
        return Answer(data, cost, size)

    def _prepare(self, query: str, name: str | None) -> Prepared | None:
        with suppress(GraphQLError):
            document = limits.parsed(query)
            operation = operation_of(document, name)
            if operation is None or operation.operation is not OperationType.QUERY:
                return None
            looked = Looked(self.schema)
            visit(document, TypeInfoVisitor(looked.types, looked))
            if not looked.whole or validate(self.schema, document, RULES):
                return None
            fragments = {each: FragmentDetails(found) for each, found in limits.fragments(document).items()}
            return Prepared(f"{name}\n{query}", self.schema, document, operation, fragments, _slots(looked, operation))
        return None


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """The operation that is meant; nothing where that cannot be said."""
    found = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    named = [each for each in found if name is None or (each.name is not None and each.name.value == name)]
    return named[0] if len(named) == 1 else None


def _slots(looked: "Looked", operation: OperationDefinitionNode) -> frozenset[str]:
    """The variables of a plain type that the document uses once."""
    found = set()
    for each in operation.variable_definitions or ():
        kind, name = each.type, each.variable.name.value
        inner = kind.type if isinstance(kind, NonNullTypeNode) else kind
        if isinstance(inner, NamedTypeNode) and inner.name.value in SLOTTED and looked.uses[name] == 1:
            found.add(name)
    return frozenset(found)


def _roots(prepared: Prepared, variables: VariableValues, ctx: Context) -> Roots:
    """The root fields of an operation as the planner reads them; raises `db.plans.BadReadError`."""
    roots: list[Any] = []
    for declared, selection in selections_of(prepared.schema, prepared.operation, prepared.fragments, variables):
        lookup = lookup_of(declared) if declared is not None else None
        roots.append(("Query", selection) if lookup is None else asked_of(lookup, selection, ctx))
    return roots


class Looked(Visitor):
    """What a document asks: whether every field is planned, and how often each variable is used."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.schema = schema
        self.types = TypeInfo(schema)
        self.whole = True
        self.uses: Counter[str] = Counter()

    def enter_field(self, node: FieldNode, *_: Any) -> None:  # noqa: ANN401 - graphql-core's visitor
        """Look at one field on every type that it can have."""
        if node.name.value == "__typename":
            return
        parent = self.types.get_parent_type()
        if node.name.value.startswith("__") or parent is None:
            self.whole = False
        elif parent is self.schema.query_type:
            found = parent.fields.get(node.name.value)
            self.whole = self.whole and found is not None and lookup_of(found) is not None
        else:
            self.whole = self.whole and all(_is_planned(each, node.name.value) for each in self._kinds(parent))

    def _kinds(self, kind: object) -> Iterator[GraphQLObjectType]:
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            yield from self.schema.get_possible_types(kind)
        elif isinstance(kind, GraphQLObjectType):
            yield kind

    def enter_variable(self, node: VariableNode, _key: Any, parent: Any, _path: Any, _ancestors: Any) -> None:  # noqa: ANN401 - graphql-core's visitor
        """Count a use."""
        self.uses[node.name.value] += not isinstance(parent, VariableDefinitionNode)


def _is_planned(kind: GraphQLObjectType, name: str) -> bool:
    found: GraphQLField | None = kind.fields.get(name)
    return found is not None and is_planned(found) and get_named_type(found.type) is not None
