"""API tokens: making, listing and revoking them.  A token is shown once; its SHA-256 is all that is kept."""

import asyncio
import logging
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from db import identities
from db.identities import Known, Listed
from ledger import fields
from resolvers.binding import check, text
from resolvers.context import Context, Role
from resolvers.policy import ACTIONS, require
from resolvers.refusals import Refusal, malformed

_log = logging.getLogger(__name__)

PREFIX = "mz_"
_BYTES = 32
"""43 characters of URL-safe base64."""


@dataclass(frozen=True, slots=True, repr=False)
class Made:
    """A new token: its id, and the token itself, of which this is the only copy.  It is not shown."""

    id: uuid.UUID
    token: str

    def __repr__(self) -> str:
        """Show no token."""
        return f"Made({self.id})"


async def create_token(
    ctx: Context,
    *,
    role: Role,
    label: str,
    organization: str | None = None,
    region: str | None = None,
    expires: datetime | None = None,
    scopes: Collection[str] | None = None,
) -> Made:
    """Make a token: an officer has an organization, a supervisor a region (CODE@EDITION), others neither.

    `scopes` are the actions that it may do, of those of its role (none: it reads only); all of them when left out.
    A token with scopes makes none that may do more than itself.  Raises `MALFORMED`.
    """
    require(ctx.principal, "manage-tokens")
    text(label, "label", needed=True)
    _check(ctx, role, organization, region, expires)
    allowed = _scopes(ctx, role, scopes)
    made = Made(uuid.uuid4(), PREFIX + secrets.token_urlsafe(_BYTES))
    known = Known(made.id, role.value, organization, region, expires, None, allowed)
    digest = sha256(made.token.encode()).digest()
    await identities.add(_keeper(ctx), known, digest=digest, label=label, created=ctx.now())
    return made


def _check(ctx: Context, role: Role, organization: str | None, region: str | None, expires: datetime | None) -> None:
    if role is Role.PUBLIC:
        raise malformed("role", "the public needs no token")
    if (role is Role.OFFICER) != (organization is not None):
        raise malformed("organization", "an officer has one, and nobody else")
    if (role is Role.SUPERVISOR) != (region is not None):
        raise malformed("region", "a supervisor has one, and nobody else")
    if organization is not None:
        check(fields.ident, organization, "organization")
    if region is not None:
        check(fields.region, region, "region")
    if expires is not None and expires <= ctx.now():
        raise malformed("expires", "lies in the past")


def _scopes(ctx: Context, role: Role, scopes: Collection[str] | None) -> frozenset[str] | None:
    """The actions of a new token; raises `MALFORMED`."""
    mine = ctx.principal.scopes
    if scopes is None:
        if mine is not None:
            raise malformed("scopes", "must be given: your own token has scopes")
        return None
    for action in scopes:
        if role not in ACTIONS.get(action, ()):
            raise malformed("scopes", f"{action[:40]!r} is no action of this role")
        if mine is not None and action not in mine:
            raise malformed("scopes", f"{action} is more than your own token may do")
    return frozenset(scopes)


async def list_tokens(ctx: Context) -> list[Listed]:
    """Every token, without what it is, the newest first."""
    require(ctx.principal, "manage-tokens")
    return await identities.every(_keeper(ctx))


async def revoke_token(ctx: Context, token: uuid.UUID) -> None:
    """Let a token count no more, from now; raises `TOKEN_NOT_FOUND` if none counts under this id."""
    require(ctx.principal, "manage-tokens")
    if not await identities.revoke(_keeper(ctx), token, ctx.now()):
        raise Refusal("TOKEN_NOT_FOUND", ("input", "token"), token=token)
    ctx.forget(token)


USES_SECONDS: Final = 30.0
"""Between two notes of when tokens were used."""


@dataclass(slots=True)
class Uses:
    """When tokens were used last: remembered at each request, written at most twice a minute."""

    keeper: Any
    _noted: dict[uuid.UUID, datetime] = field(default_factory=dict)

    def note(self, token: uuid.UUID, now: datetime) -> None:
        """A token was used."""
        self._noted[token] = now

    async def run(self) -> None:
        """Write again and again; what could not be written is written with the next."""
        while True:
            await asyncio.sleep(USES_SECONDS)
            await self.write()

    async def write(self) -> None:
        """Write what was noted since the last time; a database that is away loses nothing but precision."""
        noted, self._noted = self._noted, {}
        if noted:
            try:
                await identities.used(self.keeper, noted)
            except Exception as fault:  # noqa: BLE001 - whatever the database's driver raises means the same here
                _log.warning("uses of tokens wait for the database: %s", type(fault).__name__)
                self._noted = noted | self._noted


def _keeper(ctx: Context) -> Any:  # noqa: ANN401 - an asyncpg pool of the door's role
    assert ctx.keeper is not None, "the composition root gives every context that administers a keeper's pool"
    return ctx.keeper
