"""The contract: every type, built and described; `contract.graphql` is what it must say."""

from pathlib import Path

import strawberry
from graphql import print_schema
from strawberry.schema.config import StrawberryConfig

from schema.documentation import describe
from schema.query import Query
from schema.scalars import SCALARS
from schema.types import NODES

GOLDEN = Path(__file__).with_name("contract.graphql")
"""The contract as it was reviewed."""


def build() -> strawberry.Schema:
    """Build the schema."""
    schema = strawberry.Schema(
        Query, types=list(NODES), config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True)
    )
    describe(schema._schema)  # noqa: SLF001 - the built schema; Strawberry is pinned for it
    return schema


def text(schema: strawberry.Schema) -> str:
    """The contract as SDL."""
    return print_schema(schema._schema) + "\n"  # noqa: SLF001 - see `build`
