"""Tokens as the database knows them: a digest, a role, and whose they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db import statements

_SQL = statements.load("identities")

Session = Any
"""An asyncpg pool or connection."""


@dataclass(frozen=True, slots=True)
class Known:
    """A token that was found, whether or not it still counts."""

    id: UUID
    role: str
    organization: str | None
    region: str | None
    expires: datetime | None
    revoked: datetime | None
    scopes: frozenset[str] | None = None
    """Actions that it may do; every action of its role when that is not said."""

    def counts(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked is None and (self.expires is None or self.expires > now)


async def find(reader: Session, digest: bytes) -> Known | None:
    """The token with this SHA-256 digest, or None."""
    row = await reader.fetchrow(_SQL.token_by_digest, digest)
    return None if row is None else _known(row)


async def now_known(keeper: Session, tokens: Iterable[UUID]) -> dict[UUID, Known]:
    """What is true of these tokens now; `keeper` has the door's role."""
    return {row["id"]: _known(row) for row in await keeper.fetch(_SQL.tokens_by_id, list(tokens))}


def _known(row: Mapping[str, Any]) -> Known:
    return Known(**{**row, "scopes": None if row["scopes"] is None else frozenset(row["scopes"])})


@dataclass(frozen=True, slots=True)
class Listed:
    """A token as an administrator sees it."""

    id: UUID
    role: str
    organization: str | None
    region: str | None
    label: str
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    last_used: datetime | None
    scopes: list[str] | None


async def every(keeper: Session) -> list[Listed]:
    """All tokens, newest first; none shows what it is.  `keeper` has the door's role."""
    return [Listed(*row) for row in await keeper.fetch(_SQL.all_tokens)]


async def revoke(writer: Session, token: UUID, now: datetime) -> bool:
    """Let a token count no more; false if there is none, or if it was revoked before."""
    return await writer.fetchval(_SQL.revoke_token, token, now) is not None


async def used(writer: Session, tokens: Mapping[UUID, datetime]) -> None:
    """Note when tokens were used last."""
    await writer.execute(_SQL.used, list(tokens), list(tokens.values()))


async def has_administrator(reader: Session) -> bool:
    """Whether there is an administrator's token that still counts."""
    found: bool = await reader.fetchval(_SQL.has_administrator)
    return found


async def add(
    writer: Session,
    known: Known,
    *,
    digest: bytes,
    label: str,
    created: datetime,
) -> None:
    """Store a new token's digest; `writer` has the door's role."""
    scopes = None if known.scopes is None else sorted(known.scopes)
    await writer.execute(
        _SQL.insert_token, known.id, digest, known.role, known.organization, known.region, label, created,
        known.expires, scopes,
    )  # fmt: skip


async def answers(reader: Session) -> bool:
    """Whether the database answers at all."""
    return bool(await reader.fetchval(_SQL.answers) == 1)
