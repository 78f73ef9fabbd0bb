"""Webhooks as the database knows them: whom they tell, how far they have got, who tends them, and their log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from db import statements

_SQL = statements.load("webhooks")

MOST_LOGGED: Final = 1_000
"""Attempts that are kept of each webhook."""

Session = Any
"""An asyncpg pool or connection of the door's role."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told of entries, in the name of who registered it; `position` was told last."""

    id: UUID
    role: str
    organization: str | None
    token: UUID | None
    label: str
    address: str
    query: str
    variables: str
    position: int
    state: str
    reason: str | None
    failures: int
    due: datetime
    created: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of an attempt: the status that was answered, or what was in the way."""

    position: int
    at: datetime
    status: int | None
    trouble: str | None
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Lease:
    """Who tends a webhook, until when."""

    journal: int
    webhook: UUID
    holder: UUID


async def add(keeper: Session, journal: int, made: Webhook, secret: str) -> None:
    """Store a webhook and its first secret."""
    async with keeper.acquire() as conn, conn.transaction():
        await conn.execute(
            _SQL.add, journal, made.id, made.role, made.organization, made.token, made.label, made.address, made.query,
            made.variables, made.position, made.created,
        )  # fmt: skip
        await conn.execute(_SQL.add_secret, journal, made.id, made.created, secret)


async def rotate(keeper: Session, journal: int, webhook: UUID, secret: str, now: datetime, since: datetime) -> None:
    """Sign with a new secret from now on; forget those that were replaced before `since`."""
    async with keeper.acquire() as conn, conn.transaction():
        await conn.execute(_SQL.add_secret, journal, webhook, now, secret)
        await conn.execute(_SQL.drop_secrets, journal, webhook, since)


async def secrets(keeper: Session, journal: int, webhook: UUID, since: datetime) -> list[str]:
    """The newest secret, and those that were replaced after `since`."""
    return [row["secret"] for row in await keeper.fetch(_SQL.secrets, journal, webhook, since)]


async def found(
    keeper: Session, journal: int, organization: str | None = None, webhook: UUID | None = None
) -> list[Webhook]:
    """Webhooks, the newest first."""
    return [Webhook(*row) for row in await keeper.fetch(_SQL.found, journal, organization, webhook)]


async def log(keeper: Session, journal: int, webhook: UUID, most: int) -> list[Attempt]:
    """The newest attempts."""
    return [Attempt(*row) for row in await keeper.fetch(_SQL.log, journal, webhook, most)]


async def due(keeper: Session, journal: int, now: datetime, newest: int) -> list[UUID]:
    """Webhooks that nobody tends and that have not been told of the newest position."""
    return [row["id"] for row in await keeper.fetch(_SQL.due, journal, now, newest)]


async def take(keeper: Session, lease: Lease, until: datetime, now: datetime) -> tuple[Webhook, bool] | None:
    """Tend a webhook, if nobody else does; with whether its registrar's token still counts."""
    row = await keeper.fetchrow(_SQL.take, lease.journal, lease.webhook, lease.holder, until, now)
    return None if row is None else (Webhook(*tuple(row)[:-1]), row["trusted"])


async def advance(keeper: Session, lease: Lease, position: int, until: datetime) -> bool:
    """It has got so far; false where it is ours no more."""
    return await keeper.fetchval(_SQL.advance, lease.journal, lease.webhook, lease.holder, position, until) is not None


async def leave(  # a webhook's whole state
    keeper: Session, lease: Lease, *, failures: int, due: datetime, state: str = "active", reason: str | None = None
) -> None:
    """Tend it no more."""
    await keeper.execute(
        _SQL.leave, lease.journal, lease.webhook, lease.holder, failures, due, state, reason
    )  # fmt: skip


async def revoke(keeper: Session, journal: int, webhook: UUID) -> bool:
    """Tell it no more; false if it was over before."""
    return await keeper.fetchval(_SQL.revoke, journal, webhook) is not None


async def replay(keeper: Session, journal: int, webhook: UUID, position: int | None, now: datetime) -> bool:
    """Go on behind a position, or where it was paused; false if it is over."""
    return await keeper.fetchval(_SQL.replay, journal, webhook, position, now) is not None


async def note(keeper: Session, journal: int, webhook: UUID, attempts: Sequence[Attempt]) -> None:
    """Log attempts; the oldest beyond `MOST_LOGGED` go."""
    rows = [(journal, webhook, a.position, a.at, a.status, a.trouble, a.milliseconds) for a in attempts]
    await keeper.executemany(_SQL.note, rows)
    await keeper.execute(_SQL.bound, journal, webhook, MOST_LOGGED)
