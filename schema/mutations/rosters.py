"""Lines of rosters, proven to the entitled."""

from typing import Annotated

import strawberry

from resolvers import roster_lines
from resolvers.context import Context
from schema.mutations.errors import CAUGHT, Problem, error_of
from schema.mutations.payloads import WHAT
from schema.scalars import BigInt, Hex


@strawberry.input
class ProveRosterLineInput:
    """Which line of which roster, and why."""

    position: BigInt
    """The entry that paid the roster."""
    commitment: Hex
    """The line's commitment."""
    reason: str
    """Why it is needed; kept in the vault beside a sealed entry."""
    opened: bool = False
    """Whether the file shows who it is, as a receipt of their own: for those who may read personal data."""


@strawberry.type
class ProveRosterLinePayload:
    """The proof."""

    position: BigInt | None = None
    """The position of the sealed entry that tells of the reading."""
    file: str | None = None
    """The file that `mingzhang-audit roster` checks without this server (SPEC.md)."""
    errors: list[Problem] = strawberry.field(default_factory=list)
    """Why there is none."""


@strawberry.type
class RosterMutations:
    """Lines of rosters."""

    @strawberry.mutation
    async def prove_roster_line(
        self,
        info: strawberry.Info,
        input: Annotated[ProveRosterLineInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> ProveRosterLinePayload:
        """Prove that a line is on a roster that was paid, for a stated reason; a sealed entry tells of it first."""
        ctx: Context = info.context
        try:
            position, found = await roster_lines.prove_roster_line(
                ctx, position=int(input.position), commitment=bytes(input.commitment), reason=input.reason,
                opened=input.opened,
            )  # fmt: skip
        except CAUGHT as caught:
            return ProveRosterLinePayload(errors=[error_of(caught, ctx.language)])
        return ProveRosterLinePayload(position=BigInt(position), file=str(found))
