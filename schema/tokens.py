"""API tokens, as an administrator sees them."""

from datetime import datetime
from uuid import UUID

import strawberry

from resolvers import tokens
from resolvers.context import Context
from schema.mutations.codes import TokenRole


@strawberry.type
class ApiToken:
    """A token, without what it is."""

    id: UUID
    """Its id."""
    role: TokenRole
    """What its bearer is to the platform."""
    organization_key: str | None
    """The plain id of the organization whose officer it is."""
    region_code: str | None
    """The region of a supervisor, `code@edition`."""
    label: str
    """What it is for."""
    created: datetime
    """When it was made."""
    expires: datetime | None
    """When it stops to count."""
    revoked: datetime | None
    """When it was revoked."""
    last_used: datetime | None
    """When it was used last, to about half a minute."""
    scopes: list[str] | None
    """The actions that it may do, of those of its role; null is all of them, an empty list none: it reads only."""


@strawberry.type
class ApiTokenQueries:
    """API tokens."""

    @strawberry.field
    async def api_tokens(self, info: strawberry.Info) -> list[ApiToken]:
        """Every token, the newest first; for administrators."""
        ctx: Context = info.context
        return [
            ApiToken(
                id=item.id, role=TokenRole(item.role), organization_key=item.organization, region_code=item.region,
                label=item.label, created=item.created, expires=item.expires, revoked=item.revoked,
                last_used=item.last_used, scopes=item.scopes,
            )
            for item in await tokens.list_tokens(ctx)
        ]  # fmt: skip
