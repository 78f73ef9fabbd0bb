"""Refused commands: where their sealed traces are, and what they say, for a stated reason."""

from datetime import datetime
from typing import Annotated

import strawberry

from resolvers import traces_of_attempts
from resolvers.context import Context
from schema.mutations.errors import CAUGHT, Problem, error_of
from schema.mutations.payloads import WHAT
from schema.scalars import BigInt, Hex, Json


@strawberry.type
class RefusedCommand:
    """A trace of a command that the ledger refused: where it is, and nothing of what it says."""

    commitment: Hex
    """Its commitment, one of the eight of its sealed entry."""
    position: BigInt
    """The position of that entry."""
    at: datetime
    """When it was sealed; what it says itself tells when it was tried."""


@strawberry.input
class OpenRefusedCommandsInput:
    """Traces to open, and why."""

    commitments: list[Hex]
    """At most 100."""
    reason: str
    """Why; kept in the vault beside a sealed entry, for whoever has to judge it."""


@strawberry.type
class OpenedCommand:
    """What a trace says."""

    commitment: Hex
    """Its commitment: SHA-256 of a domain, the salt and the data (ledger/SPEC.md, "Commitment")."""
    position: BigInt
    """The position of its entry."""
    salt: Hex
    """The salt: with the data it shows anybody that this is what the journal committed to."""
    data: Json
    """Who tried what for whom, when, and why it was refused."""


@strawberry.type
class OpenRefusedCommandsPayload:
    """What was opened."""

    position: BigInt | None = None
    """The position of the sealed entry that tells of this read."""
    opened: list[OpenedCommand] = strawberry.field(default_factory=list)
    """What you may see of it."""
    errors: list[Problem] = strawberry.field(default_factory=list)
    """Why nothing was opened."""


@strawberry.type
class RefusedCommandQueries:
    """Where refused commands are."""

    @strawberry.field
    async def refused_commands(
        self,
        info: strawberry.Info,
        before: Annotated[BigInt | None, strawberry.argument(description="Entries before this position.")] = None,
    ) -> list[RefusedCommand]:
        """The newest 100 traces in entries before a position; for supervisors and inspectors."""
        ctx: Context = info.context
        found = await traces_of_attempts.list_attempts(ctx, before=None if before is None else int(before))
        return [
            RefusedCommand(commitment=Hex(one.commitment), position=BigInt(one.position), at=one.at) for one in found
        ]


@strawberry.type
class RefusedCommandMutations:
    """Opening refused commands."""

    @strawberry.mutation
    async def open_refused_commands(
        self,
        info: strawberry.Info,
        input: Annotated[OpenRefusedCommandsInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> OpenRefusedCommandsPayload:
        """Read what refused commands were, for a stated reason; a sealed entry is recorded before the answer."""
        ctx: Context = info.context
        try:
            position, found = await traces_of_attempts.open_attempts(
                ctx, commitments=input.commitments, reason=input.reason
            )
        except CAUGHT as caught:
            return OpenRefusedCommandsPayload(errors=[error_of(caught, ctx.language)])
        opened = [
            OpenedCommand(
                commitment=Hex(one.commitment), position=BigInt(one.position), salt=Hex(one.salt),
                data=Json(dict(one.data)),
            )
            for one in found
        ]  # fmt: skip
        return OpenRefusedCommandsPayload(position=BigInt(position), opened=opened)
