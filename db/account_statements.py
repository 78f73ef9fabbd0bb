"""Account statements for export: every posting of one account, in its own sequence."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from db import statements

_SQL = statements.load("account_statements")
_PAGE = 2_000

Session = Any
"""An asyncpg pool or connection."""


@dataclass(frozen=True, slots=True)
class Owner:
    """An account's terms."""

    id: str
    book: str
    class_: str
    organization: str
    asset: str


@dataclass(frozen=True, slots=True)
class Line:
    """One posting as the account sees it; totals and amount in minor units."""

    seq: int
    position: int
    at: datetime
    effective: date
    kind: str
    corrects: int | None
    direction: str
    amount: int
    total_in: int
    total_out: int
    other: str


async def owner(reader: Session, journal: int, account: str) -> Owner | None:
    """Whose account it is, or None."""
    row = await reader.fetchrow(_SQL.account, journal, account)
    return None if row is None else Owner(*row)


async def lines(pool: Session, journal: int, account: str) -> AsyncIterator[list[Line]]:
    """All postings of an account, page by page, from one snapshot."""
    async with pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        seq = -1
        while rows := await conn.fetch(_SQL.lines, journal, account, seq, _PAGE):
            yield [Line(*row) for row in rows]
            seq = rows[-1]["seq"]
