"""Webhooks: an address is told of entries over HTTP, with the same payloads as a subscription.

    POST {"data": {"entries": {…}}, "extensions": {…, "resume": "…"}}
    Mingzhang-Signature: t=1767225600,v1=<HMAC-SHA256 of "1767225600." and the body, in hexadecimal>[,v1=…]

After a change of secret both sign for a day.  Policy is that of whoever registered it, for as long as their token
counts.  Delivery (`resolvers/deliverer.py`) is in order and at least once; README shows how a receiver checks.
"""

import hmac
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from db import trees, webhooks
from db.webhooks import Attempt, Webhook
from ledger import fields
from resolvers import binding
from resolvers.binding import text
from resolvers.context import Context, Role
from resolvers.events import BEFORE_ALL
from resolvers.policy import require
from resolvers.refusals import Refusal, malformed

SIGNATURE: Final = "Mingzhang-Signature"
ROTATION: Final = timedelta(days=1)
"""For so long the secret before signs, too."""
PREFIX: Final = "whsec_"
LOGGED: Final = 50
"""Attempts that are shown of each webhook."""
_LONGEST: Final = 2_000
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

DEFAULT: Final = """subscription ($after: BigInt, $where: EntryWhere) {
  entries(after: $after, where: $where) { id position kind mode at effective organizationKey leafHash state }
}"""
"""What is told where nothing else is asked for."""

Check = Callable[[Context, str, str], None]
"""(context, document, variables as JSON): raises `Refusal` for what is no subscription to entries."""


@dataclass(frozen=True, slots=True, repr=False)
class Registered:
    """A webhook and its secret, of which this is the only showing."""

    webhook: Webhook
    secret: str

    def __repr__(self) -> str:
        """Show no secret."""
        return f"Registered({self.webhook.id})"


@dataclass(frozen=True, slots=True)
class Shown:
    """A webhook and the newest lines of its log."""

    webhook: Webhook
    attempts: Sequence[Attempt]


def signature(body: bytes, keys: Sequence[str], moment: int) -> str:
    """The value of the header at a POSIX time in seconds: a signature by each secret, the newest first."""
    signed = f"{moment}.".encode() + body
    return ",".join([f"t={moment}", *(f"v1={hmac.new(key.encode(), signed, sha256).hexdigest()}" for key in keys)])


async def register_webhook(  # what a webhook is made of
    ctx: Context,
    *,
    address: str,
    label: str,
    organization: str | None,
    query: str | None,
    variables: str,
    after: int | None,
    check: Check,
) -> Registered:
    """Tell an address from now on, or from behind a position; raises `MALFORMED` and what `check` raises."""
    require(ctx.principal, "manage-webhooks", organization=organization)
    if organization is not None:
        binding.check(fields.ident, organization, "organization")
    text(label, "label", needed=True)
    check_address(address)
    document = query or DEFAULT
    check(ctx, document, variables)
    now, keeper = ctx.now(), keeper_of(ctx)
    size, _ = await trees.head(keeper, ctx.journal.id)
    position = size - 1 if after is None else max(BEFORE_ALL, after)
    token = None if ctx.principal.token is None else uuid.UUID(ctx.principal.token)
    made = Webhook(
        uuid.uuid4(), ctx.principal.role.value, organization, token, label, address, document, variables, position,
        "active", None, 0, now, now,
    )  # fmt: skip
    secret = _secret()
    await webhooks.add(keeper, ctx.journal.id, made, secret)
    return Registered(made, secret)


def check_address(address: str) -> None:
    """`https://…`, or `http://` to this very machine; raises `MALFORMED`."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise malformed("address", "is no address") from None
    if len(address) > _LONGEST or not address.isascii() or not address.isprintable() or " " in address:
        raise malformed("address", f"is plain text of at most {_LONGEST} characters")
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise malformed("address", "names a host, and neither a user nor a fragment")
    if parts.scheme != "https" and (parts.scheme, parts.hostname in _LOOPBACK) != ("http", True):
        raise malformed("address", "begins with https://")


async def list_webhooks(ctx: Context, *, organization: str | None = None) -> list[Shown]:
    """The webhooks of an organization, or all, with their logs."""
    require(ctx.principal, "manage-webhooks", organization=organization)
    if organization is not None and fields.ident(organization):
        return []
    keeper = keeper_of(ctx)
    found = await webhooks.found(keeper, ctx.journal.id, organization)
    return [Shown(each, await webhooks.log(keeper, ctx.journal.id, each.id, LOGGED)) for each in found]


async def revoke_webhook(ctx: Context, *, organization: str | None, webhook: uuid.UUID) -> Webhook:
    """Tell it no more; raises `WEBHOOK_NOT_FOUND`."""
    require(ctx.principal, "manage-webhooks", organization=organization)
    found = await _theirs(ctx, organization, webhook)
    if not await webhooks.revoke(keeper_of(ctx), ctx.journal.id, webhook):
        raise _missing(webhook)
    return found


async def replay_webhook(ctx: Context, *, organization: str | None, webhook: uuid.UUID, after: int | None) -> Webhook:
    """Tell it again of everything behind a position; without one, go on where it was paused.

    Raises `WEBHOOK_NOT_FOUND`.
    """
    require(ctx.principal, "manage-webhooks", organization=organization)
    await _theirs(ctx, organization, webhook)
    position = None if after is None else max(BEFORE_ALL, after)
    if not await webhooks.replay(keeper_of(ctx), ctx.journal.id, webhook, position, ctx.now()):
        raise _missing(webhook)
    return await _theirs(ctx, organization, webhook)


async def rotate_webhook_secret(ctx: Context, *, organization: str | None, webhook: uuid.UUID) -> Registered:
    """Sign with a new secret, and for a day with the one before, too; raises `WEBHOOK_NOT_FOUND`."""
    require(ctx.principal, "manage-webhooks", organization=organization)
    found, secret, now = await _theirs(ctx, organization, webhook), _secret(), ctx.now()
    await webhooks.rotate(keeper_of(ctx), ctx.journal.id, webhook, secret, now, now - ROTATION)
    return Registered(found, secret)


async def _theirs(ctx: Context, organization: str | None, webhook: uuid.UUID) -> Webhook:
    if organization is not None:
        binding.check(fields.ident, organization, "organization")
    found = await webhooks.found(keeper_of(ctx), ctx.journal.id, organization, webhook)
    if not found or (ctx.principal.role is Role.OFFICER and found[0].organization != ctx.principal.organization):
        raise _missing(webhook)
    return found[0]


def _missing(webhook: uuid.UUID) -> Refusal:
    return Refusal("WEBHOOK_NOT_FOUND", ("input", "webhook"), webhook=webhook)


def _secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def keeper_of(ctx: Context) -> Any:  # noqa: ANN401 - an asyncpg pool of the door's role
    """The pool that may see webhooks."""
    assert ctx.keeper is not None, "the composition root gives every context that administers a keeper's pool"
    return ctx.keeper
