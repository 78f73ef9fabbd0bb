"""Limits of ad hoc documents (API.md): size, tokens, depth, aliases, directives, and cost before execution.

The rules are classes that every request shares, since a rule made anew for each
request never finds a cached validation.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_composite_type,
    parse,
    visit,
)
from graphql.type import is_list_type
from graphql.type.definition import get_nullable_type
from graphql.validation import ValidationContext
from strawberry.extensions import SchemaExtension

from schema.rates import RateLimitedError, charge

MOST_DEPTH = 10
MOST_ALIASES = 30
MOST_DIRECTIVES = 10
MOST_TOKENS = 1_500
MOST_CHARACTERS = 15_000
CACHED = 256
"""Documents whose parse and validation are remembered."""
MOST_COST = 20_000
"""Objects that a request may ask for: the product of the page sizes on the way, a count weighing 10."""
COUNT_COST = 10
LIST_COST = 10
"""What a short list without pages is taken to hold."""

Fragments = Mapping[str, FragmentDefinitionNode]


def refused(message: str, code: str, **facts: object) -> GraphQLError:
    """An error with its code and facts."""
    return GraphQLError(message, extensions={"code": code, **facts})


class ShapeRule(ASTValidationRule):
    """Depth, aliases and directives of a document."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.aliases = 0
        self.directives = 0
        self.fragments = fragments(context.document)

    def enter_field(self, node: FieldNode, *_: Any) -> None:  # noqa: ANN401 - graphql-core's visitor
        """Count aliases."""
        self.aliases += node.alias is not None

    def enter_directive(self, *_: Any) -> None:  # noqa: ANN401 - graphql-core's visitor
        """Count directives."""
        self.directives += 1

    def leave_document(self, node: DocumentNode, *_: Any) -> None:  # noqa: ANN401 - graphql-core's visitor
        """Refuse what is over a limit."""
        found = {
            "depth": (_document_depth(node, self.fragments), MOST_DEPTH),
            "aliases": (self.aliases, MOST_ALIASES),
            "directives": (self.directives, MOST_DIRECTIVES),
        }
        for name, (count, most) in found.items():
            if count > most:
                self.report_error(
                    refused(
                        f"The document has {count} {name}, more than {most}.", "GRAPHQL_VALIDATION_FAILED", limit=name
                    )
                )


def fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments of a document by name."""
    return {item.name.value: item for item in document.definitions if isinstance(item, FragmentDefinitionNode)}


def _document_depth(document: DocumentNode, fragments: Fragments) -> int:
    known: dict[str, int] = {}
    operations = (item for item in document.definitions if isinstance(item, OperationDefinitionNode))
    return max((_depth(item.selection_set, fragments, known, MOST_TOKENS) for item in operations), default=0)


def _depth(selections: SelectionSetNode, fragments: Fragments, known: dict[str, int], room: int) -> int:
    """The depth in fields; introspection has its own shape and does not count; cycles end by `known`."""
    deepest = 0
    for item in selections.selections:
        if isinstance(item, FieldNode):
            inner = item.selection_set
            counted = inner is not None and not item.name.value.startswith("__")
            deepest = max(deepest, 1 + (_depth(inner, fragments, known, room) if counted and inner else 0))
        elif isinstance(item, InlineFragmentNode):
            deepest = max(deepest, _depth(item.selection_set, fragments, known, room))
        elif isinstance(item, FragmentSpreadNode) and (fragment := fragments.get(item.name.value)) is not None:
            if item.name.value not in known:
                known[item.name.value] = 0
                known[item.name.value] = _depth(fragment.selection_set, fragments, known, room)
            deepest = max(deepest, known[item.name.value])
    return deepest


@lru_cache(maxsize=CACHED)
def parsed(query: str) -> DocumentNode:
    """Parse a document, once; raises `GraphQLError`."""
    return parse(query, max_tokens=MOST_TOKENS)


def is_ambiguous(query: str) -> bool:
    """Whether a document holds several operations, so that a request must name the one that it means."""
    if len(query) > MOST_CHARACTERS:
        return False
    with suppress(GraphQLError):
        found = [item for item in parsed(query).definitions if isinstance(item, OperationDefinitionNode)]
        return len(found) > 1
    return False


def is_query(query: str, name: str | None) -> bool:
    """Whether the operation that is meant reads, as far as that can be said before it is executed."""
    if len(query) > MOST_CHARACTERS:
        return False
    with suppress(GraphQLError):
        operation = _operation(parsed(query), name)
        return operation is not None and operation.operation is OperationType.QUERY
    return False


@lru_cache(maxsize=CACHED)
def introspects(query: str) -> bool:
    """Whether a document asks for the contract itself; `__typename` does not count."""
    if len(query) > MOST_CHARACTERS or "__" not in query:
        return False
    with suppress(GraphQLError):
        looked = _Introspection()
        visit(parsed(query), looked)
        return looked.found
    return False


class _Introspection(Visitor):
    """Looks for `__schema` and `__type`."""

    found = False

    def enter_field(self, node: FieldNode, *_: Any) -> None:  # noqa: ANN401 - graphql-core's visitor
        """Look at one field."""
        self.found = self.found or node.name.value in ("__schema", "__type")


def outline(query: str, name: str | None, schema: GraphQLSchema) -> tuple[str, list[str]]:
    """The kind of the operation that is meant, and those of its root fields that the contract has; for a trace."""
    with suppress(GraphQLError):
        operation = _operation(parsed(query), name) if len(query) <= MOST_CHARACTERS else None
        if operation is not None:
            root = schema.get_root_type(operation.operation)
            asked = {item.name.value for item in operation.selection_set.selections if isinstance(item, FieldNode)}
            return operation.operation.value, sorted(asked & set(root.fields if root else ()))
    return "unknown", []


class Limits(SchemaExtension):
    """Refuses over-long documents before parsing, and dear ones before execution."""

    requested = 0

    def on_operation(self) -> Iterator[None]:
        """Check the length; hand tokens and shape to the parser and the validator."""
        context = self.execution_context
        if context.query is not None and len(context.query) > MOST_CHARACTERS:
            raise refused(f"The document is longer than {MOST_CHARACTERS} characters.", "GRAPHQL_PARSE_FAILED")
        context.parse_options["max_tokens"] = MOST_TOKENS
        context.validation_rules = (*context.validation_rules, ShapeRule)
        yield

    def on_parse(self) -> Iterator[None]:
        """Parse a document once; one with an error is left to Strawberry, which reports it."""
        context = self.execution_context
        if context.graphql_document is None and context.query:
            with suppress(GraphQLError):
                context.graphql_document = parsed(context.query)
        yield

    def on_execute(self) -> Iterator[None]:
        """Answer COST_EXCEEDED, or RATE_LIMITED, instead of executing."""
        context = self.execution_context
        document = context.graphql_document
        assert document is not None, "it was parsed"
        graph: GraphQLSchema = context.schema._schema  # noqa: SLF001 - Strawberry is pinned for it
        operation = _operation(document, context.operation_name)
        self.requested = cost(graph, document, operation, context.variables or {}) if operation else 0
        if self.requested > MOST_COST:
            message = f"The request costs {self.requested}, more than {MOST_COST}: ask for smaller pages."
            error = refused(message, "COST_EXCEEDED", requested=self.requested, most=MOST_COST)
            context.result = ExecutionResult(data=None, errors=[error])
        else:
            try:
                charge(self.requested)
            except RateLimitedError as over:  # the route answers 429; nothing is executed
                error = refused(str(over), "RATE_LIMITED", limit=over.limit)
                context.result = ExecutionResult(data=None, errors=[error])
        yield

    def get_results(self) -> dict[str, Any]:
        """Tell what the request was estimated to cost."""
        return {"cost": {"requested": self.requested}}


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    operations = [item for item in document.definitions if isinstance(item, OperationDefinitionNode)]
    named = [item for item in operations if name is None or (item.name and item.name.value == name)]
    return named[0] if named else None


def cost(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, object]
) -> int:
    """Estimate how many objects an operation asks for."""
    root = schema.get_root_type(operation.operation)
    defaults = {
        item.variable.name.value: int(item.default_value.value)
        for item in operation.variable_definitions or ()
        if isinstance(item.default_value, IntValueNode)
    }
    return _Cost(schema, fragments(document), {**defaults, **variables}).of(root, operation.selection_set)


class _Cost:
    """The cost of selections, each fragment counted once per type."""

    def __init__(self, schema: GraphQLSchema, fragments: Fragments, variables: Mapping[str, object]) -> None:
        self.schema = schema
        self.fragments = fragments
        self.variables = variables
        self.known: dict[str, int] = {}

    def of(self, kind: object, selections: SelectionSetNode) -> int:
        """The cost of what is asked of one object."""
        total = 0
        for item in selections.selections:
            if isinstance(item, FieldNode):
                field = getattr(kind, "fields", {}).get(item.name.value)
                total += self.field(field, item) if field is not None else 0
            elif isinstance(item, InlineFragmentNode):
                condition = item.type_condition
                inner = self.schema.type_map.get(condition.name.value) if condition else kind
                total += self.of(inner, item.selection_set)
            elif isinstance(item, FragmentSpreadNode):
                total += self.fragment(item.name.value)
        return total

    def fragment(self, name: str) -> int:
        """The cost of a fragment."""
        if name not in self.known and (fragment := self.fragments.get(name)) is not None:
            self.known[name] = 0
            condition = self.schema.type_map.get(fragment.type_condition.name.value)
            self.known[name] = self.of(condition, fragment.selection_set)
        return self.known.get(name, 0)

    def field(self, field: GraphQLField, node: FieldNode) -> int:
        """The cost of one field: itself, and its objects as often as its page is long."""
        kind = get_named_type(field.type)
        if node.name.value == "totalCount":
            return COUNT_COST
        if not is_composite_type(kind) or node.selection_set is None:
            return 0
        inner = self.of(kind, node.selection_set)
        if "first" in field.args:
            return 1 + self.size(node) * (inner + 1)
        if "ids" in field.args:
            return 1 + 100 * (inner + 1)
        paged = node.name.value in {"nodes", "edges"}
        return 1 + (LIST_COST if is_list_type(get_nullable_type(field.type)) and not paged else 1) * inner

    def size(self, node: FieldNode) -> int:
        """The length of a page that is asked for; what cannot be read is refused later, by the planner."""
        for argument in node.arguments or ():
            if argument.name.value in {"first", "last"}:
                value = argument.value
                given = self.variables.get(value.name.value) if isinstance(value, VariableNode) else None
                found = int(value.value) if isinstance(value, IntValueNode) else given
                if isinstance(found, int):
                    return max(found, 0)
        return 0
