"""Revealing personal data: the one path out of the vault."""

from typing import Annotated

import strawberry

from resolvers import personal
from resolvers.context import Context
from schema.mutations.errors import CAUGHT, Problem, error_of
from schema.mutations.payloads import WHAT
from schema.scalars import BigInt, Hex, Json


@strawberry.input
class RevealPersonalDataInput:
    """Whose data, and why."""

    reason: str
    """Why it is needed; kept in the vault beside a sealed entry, for whoever has to judge it."""
    commitments: list[Hex] = strawberry.field(default_factory=list)
    """Commitments, as they stand in leaves."""
    positions: list[BigInt] = strawberry.field(default_factory=list)
    """Positions of entries, for everybody behind them."""


@strawberry.type
class RevealedPerson:
    """What lies behind a commitment."""

    commitment: Hex
    """The commitment."""
    position: BigInt
    """The entry that it stands in."""
    data: Json
    """The data."""


@strawberry.type
class RevealPersonalDataPayload:
    """What was revealed."""

    position: BigInt | None = None
    """The position of the sealed entry that tells of it."""
    persons: list[RevealedPerson] = strawberry.field(default_factory=list)
    """The data; what was erased meanwhile is not there."""
    errors: list[Problem] = strawberry.field(default_factory=list)
    """Why nothing was revealed."""


@strawberry.type
class PersonalMutations:
    """Revealing personal data."""

    @strawberry.mutation
    async def reveal_personal_data(
        self,
        info: strawberry.Info,
        input: Annotated[RevealPersonalDataInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> RevealPersonalDataPayload:
        """Reveal personal data for a stated reason; a sealed entry is recorded before the answer."""
        ctx: Context = info.context
        try:
            position, opened = await personal.reveal_personal_data(
                ctx, reason=input.reason, commitments=input.commitments, positions=[int(p) for p in input.positions]
            )
        except CAUGHT as caught:
            return RevealPersonalDataPayload(errors=[error_of(caught, ctx.language)])
        persons = [
            RevealedPerson(
                commitment=Hex(one.commitment), position=BigInt(one.position), data=Json(dict(one.data))
            )
            for one in opened
        ]  # fmt: skip
        return RevealPersonalDataPayload(position=BigInt(position), persons=persons)
