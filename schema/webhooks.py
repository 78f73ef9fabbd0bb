"""Webhooks as those who manage them see them, and what their documents must be."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated
from uuid import UUID

import orjson
import strawberry
from graphql import GraphQLSchema

from resolvers import webhooks
from resolvers.context import Context
from resolvers.events import Source, source_of
from resolvers.refusals import malformed
from resolvers.webhooks import Shown
from schema.scalars import BigInt
from schema.subscribing import InvalidError, subscribed


@strawberry.enum
class WebhookState(Enum):
    """Whether a webhook is told."""

    ACTIVE = "active"
    PAUSED = "paused"
    REVOKED = "revoked"


@strawberry.type
class WebhookAttempt:
    """An attempt to deliver an event."""

    position: BigInt
    """The entry's position."""
    at: datetime
    """When."""
    status: int | None
    """The HTTP status that was answered."""
    trouble: str | None
    """What was in the way of an answer."""
    milliseconds: int
    """How long it took."""


@strawberry.type
class Webhook:
    """An address that is told of entries over HTTP."""

    id: UUID
    """Its id."""
    label: str
    """What it is for."""
    address: str
    """Where bodies are sent."""
    organization_key: str | None
    """Whose it is; nothing for the platform's own."""
    query: str
    """The subscription whose events are sent."""
    position: BigInt
    """Everything up to this position has been delivered."""
    state: WebhookState
    """Whether it is told."""
    reason: str | None
    """Why it is paused or revoked, or what the last failure was."""
    failures: int
    """How many attempts have failed in a row."""
    created: datetime
    """When it was registered."""
    attempts: list[WebhookAttempt]
    """The newest attempts, the newest first: at most 50."""


def webhook_of(shown: Shown) -> Webhook:
    """A webhook and the newest lines of its log."""
    found = shown.webhook
    attempts = [
        WebhookAttempt(
            position=BigInt(a.position), at=a.at, status=a.status, trouble=a.trouble, milliseconds=a.milliseconds
        )
        for a in shown.attempts
    ]
    return Webhook(
        id=found.id, label=found.label, address=found.address, organization_key=found.organization, query=found.query,
        position=BigInt(found.position), state=WebhookState(found.state), reason=found.reason,
        failures=found.failures, created=found.created, attempts=attempts,
    )  # fmt: skip


@strawberry.type
class WebhookQueries:
    """Webhooks."""

    @strawberry.field
    async def webhooks(
        self,
        info: strawberry.Info,
        organization: Annotated[str | None, strawberry.argument(description="Whose; officers must say.")] = None,
    ) -> list[Webhook]:
        """The webhooks of an organization, or all for administrators, the newest first."""
        ctx: Context = info.context
        return [webhook_of(each) for each in await webhooks.list_webhooks(ctx, organization=organization)]


def reading(schema: GraphQLSchema, ctx: Context, query: str, variables: str) -> Source:
    """The source of a webhook's document; raises `InvalidError` and `db.plans.ReadError`."""
    given: Mapping[str, object] = orjson.loads(variables)
    found = subscribed(schema, query, given, None, ctx.principal)
    return source_of(ctx, found.selection, found.key)


def check(schema: GraphQLSchema, ctx: Context, query: str, variables: str) -> None:
    """A webhook's document is a subscription to entries; raises `MALFORMED` and `db.plans.ReadError`."""
    try:
        found = subscribed(schema, query, orjson.loads(variables), None, ctx.principal)
    except InvalidError as bad:
        raise malformed("query", str(bad)) from None
    if found.selection.field != "entries":
        raise malformed("query", "is a subscription to entries")
    source_of(ctx, found.selection, found.key)
