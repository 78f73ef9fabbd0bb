"""The contract: every type, built and described; `contract.graphql` is what it must say."""

from pathlib import Path

import strawberry
from graphql import GraphQLError, GraphQLInputObjectType, GraphQLSchema, print_schema
from strawberry.extensions import ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.schema_directives import OneOf
from strawberry.types import ExecutionContext

from schema.documentation import describe
from schema.errors import Errors
from schema.limits import CACHED, Limits
from schema.mutation import Mutation
from schema.mutations.errors import MEMBERS
from schema.query import Query
from schema.reading import attach
from schema.scalars import SCALARS
from schema.selections import Execution
from schema.subscription import Subscription
from schema.types import NODES

GOLDEN = Path(__file__).with_name("contract.graphql")
"""The contract as it was reviewed."""


def _validation_cache() -> ValidationCache:
    return ValidationCache(maxsize=CACHED)


class Contract(strawberry.Schema):
    """The schema; faults are logged once, by `schema/errors.py`."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Leave the log to the extension that masks."""


def build() -> Contract:
    """Build the schema."""
    schema = Contract(
        Query,
        Mutation,
        Subscription,
        types=[*NODES, *MEMBERS],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
        extensions=[Errors, Limits, _validation_cache],
        execution_context_class=Execution,
    )
    describe(schema._schema)  # noqa: SLF001 - the built schema; Strawberry is pinned for it
    attach(schema._schema)  # noqa: SLF001 - as above
    _mark_one_of(schema._schema)  # noqa: SLF001 - as above
    return schema


def _mark_one_of(schema: GraphQLSchema) -> None:
    """Let inputs that take exactly one field say so in SDL and introspection too: Strawberry tells only itself."""
    for kind in schema.type_map.values():
        directives = getattr(kind.extensions.get("strawberry-definition"), "directives", None)
        if isinstance(kind, GraphQLInputObjectType) and any(isinstance(each, OneOf) for each in directives or ()):
            kind.is_one_of = True


def text(schema: strawberry.Schema) -> str:
    """The contract as SDL."""
    return print_schema(schema._schema) + "\n"  # noqa: SLF001 - see `build`


if __name__ == "__main__":
    GOLDEN.write_text(text(build()), encoding="utf-8")
