"""Administering webhooks."""

from functools import partial
from typing import Annotated
from uuid import UUID

import orjson
import strawberry

from resolvers import webhooks
from resolvers.context import Context
from resolvers.refusals import malformed
from resolvers.webhooks import Shown
from schema.mutations.errors import CAUGHT, Problem, error_of
from schema.mutations.payloads import WHAT
from schema.scalars import BigInt, Json
from schema.webhooks import Webhook, check, webhook_of


@strawberry.input
class RegisterWebhookInput:
    """An address to tell of entries."""

    address: str
    """`https://…`; `http://` only to the server's own machine."""
    label: str
    """What it is for; no personal data."""
    organization: str | None = None
    """Whose it is: an officer's own; nothing for the platform's."""
    query: str | None = None
    """A subscription to `entries` whose events are sent; position, kind, times and leaf hash when left out."""
    variables: Json | None = None
    """Its variables: `{"where": …}` filters, also where `query` is left out."""
    after: BigInt | None = None
    """Begin behind this position: -1 for everything; with what is new when left out."""


@strawberry.input
class WebhookInput:
    """A webhook."""

    webhook: UUID
    """Its id."""
    organization: str | None = None
    """Whose it is; officers must say."""


@strawberry.input
class ReplayWebhookInput(WebhookInput):
    """A webhook, and where it goes on."""

    after: BigInt | None = None
    """Tell it of everything behind this position (again); go on where it was paused when left out."""


@strawberry.type
class WebhookPayload:
    """What became of it."""

    webhook: Webhook | None = None
    """The webhook."""
    secret: str | None = None
    """A new secret, shown this once."""
    errors: list[Problem] = strawberry.field(default_factory=list)
    """Why nothing was changed."""


@strawberry.type
class WebhookMutations:
    """Administering webhooks."""

    @strawberry.mutation
    async def register_webhook(
        self,
        info: strawberry.Info,
        input: Annotated[RegisterWebhookInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> WebhookPayload:
        """Tell an address of entries from now on; bodies are signed with the secret that is answered."""
        ctx: Context = info.context
        try:
            made = await webhooks.register_webhook(
                ctx, address=input.address, label=input.label, organization=input.organization, query=input.query,
                variables=_variables(input.variables), after=input.after,
                check=partial(check, info.schema._schema),  # noqa: SLF001 - the built schema; Strawberry is pinned for it
            )  # fmt: skip
        except CAUGHT as caught:
            return WebhookPayload(errors=[error_of(caught, ctx.language)])
        return WebhookPayload(webhook=webhook_of(Shown(made.webhook, ())), secret=made.secret)

    @strawberry.mutation
    async def revoke_webhook(
        self,
        info: strawberry.Info,
        input: Annotated[WebhookInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> WebhookPayload:
        """Tell an address no more."""
        ctx: Context = info.context
        try:
            found = await webhooks.revoke_webhook(ctx, organization=input.organization, webhook=input.webhook)
        except CAUGHT as caught:
            return WebhookPayload(errors=[error_of(caught, ctx.language)])
        return WebhookPayload(webhook=webhook_of(Shown(found, ())))

    @strawberry.mutation
    async def replay_webhook(
        self,
        info: strawberry.Info,
        input: Annotated[ReplayWebhookInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> WebhookPayload:
        """Tell an address again, from behind a position; or go on where it was paused."""
        ctx: Context = info.context
        try:
            found = await webhooks.replay_webhook(
                ctx, organization=input.organization, webhook=input.webhook, after=input.after
            )
        except CAUGHT as caught:
            return WebhookPayload(errors=[error_of(caught, ctx.language)])
        return WebhookPayload(webhook=webhook_of(Shown(found, ())))

    @strawberry.mutation
    async def rotate_webhook_secret(
        self,
        info: strawberry.Info,
        input: Annotated[WebhookInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> WebhookPayload:
        """Sign with a new secret; for a day the one before signs, too."""
        ctx: Context = info.context
        try:
            made = await webhooks.rotate_webhook_secret(ctx, organization=input.organization, webhook=input.webhook)
        except CAUGHT as caught:
            return WebhookPayload(errors=[error_of(caught, ctx.language)])
        return WebhookPayload(webhook=webhook_of(Shown(made.webhook, ())), secret=made.secret)


def _variables(given: object) -> str:
    """Variables as JSON; raises `MALFORMED`."""
    value = {} if given is None else given
    if not isinstance(value, dict) or "after" in value:
        raise malformed("variables", "is an object without `after`")
    return orjson.dumps(value).decode()
