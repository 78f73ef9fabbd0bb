"""Administering API tokens."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from resolvers import tokens
from resolvers.context import Context, Role
from schema.mutations.codes import TokenRole
from schema.mutations.errors import CAUGHT, Problem, error_of
from schema.mutations.payloads import WHAT


@strawberry.input
class CreateTokenInput:
    """A token to make."""

    role: TokenRole
    """What its bearer is to the platform."""
    label: str
    """What it is for; no personal data."""
    organization: str | None = None
    """Whose officer it is."""
    region: str | None = None
    """Which region a supervisor has, `code@edition`."""
    expires: datetime | None = None
    """When it stops to count; never when left out."""
    scopes: list[str] | None = None
    """The actions that it may do, of those of its role; none of them when empty, all of them when left out."""


@strawberry.type
class CreateTokenPayload:
    """A new token, shown this once."""

    id: UUID | None = None
    """Its id, by which it is revoked."""
    token: str | None = None
    """The token itself: `mz_` and 43 characters; only its SHA-256 is kept."""
    errors: list[Problem] = strawberry.field(default_factory=list)
    """Why none was made."""


@strawberry.input
class RevokeTokenInput:
    """A token to revoke."""

    token: UUID
    """Its id."""


@strawberry.type
class RevokeTokenPayload:
    """Whether it was revoked."""

    id: UUID | None = None
    """Its id."""
    errors: list[Problem] = strawberry.field(default_factory=list)
    """Why it was not."""


@strawberry.type
class TokenMutations:
    """Administering API tokens."""

    @strawberry.mutation
    async def create_token(
        self,
        info: strawberry.Info,
        input: Annotated[CreateTokenInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> CreateTokenPayload:
        """Make an API token."""
        ctx: Context = info.context
        try:
            made = await tokens.create_token(
                ctx, role=Role(input.role.value), label=input.label, organization=input.organization,
                region=input.region, expires=input.expires, scopes=input.scopes,
            )  # fmt: skip
        except CAUGHT as caught:
            return CreateTokenPayload(errors=[error_of(caught, ctx.language)])
        return CreateTokenPayload(id=made.id, token=made.token)

    @strawberry.mutation
    async def revoke_token(
        self,
        info: strawberry.Info,
        input: Annotated[RevokeTokenInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> RevokeTokenPayload:
        """Let an API token count no more."""
        ctx: Context = info.context
        try:
            await tokens.revoke_token(ctx, input.token)
        except CAUGHT as caught:
            return RevokeTokenPayload(errors=[error_of(caught, ctx.language)])
        return RevokeTokenPayload(id=input.token)
