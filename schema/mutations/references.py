"""Loading reference lists."""

from collections.abc import Mapping
from typing import Annotated, cast

import strawberry

from resolvers import references
from resolvers.context import Context
from resolvers.refusals import malformed
from schema.mutations.codes import ReferenceName
from schema.mutations.errors import CAUGHT, error_of
from schema.mutations.payloads import WHAT, Payload, receipt
from schema.scalars import Json


@strawberry.input
class LoadReferenceInput:
    """An edition of a list; it never changes, what is new comes as a new edition."""

    name: ReferenceName
    """Which list."""
    content: Json
    """`{"edition", "items"}`; the lines are described in the documentation of each list."""


@strawberry.type
class LoadReferencePayload(Payload):
    """What was recorded."""


@strawberry.type
class ReferenceMutations:
    """Loading reference lists."""

    @strawberry.mutation
    async def load_reference(
        self,
        info: strawberry.Info,
        input: Annotated[LoadReferenceInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> LoadReferencePayload:
        """Load an edition of the regions, the poverty counties or the focus areas."""
        ctx: Context = info.context
        content: object = input.content
        try:
            if not isinstance(content, Mapping):
                raise malformed("content", "must be an object of edition and items")
            outcome = await references.load_reference(ctx, input.name.value, cast("Mapping[str, object]", content))
        except CAUGHT as caught:
            return LoadReferencePayload(errors=[error_of(caught, ctx.language)])
        return LoadReferencePayload(**await receipt(ctx, outcome))
