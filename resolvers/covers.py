"""The cover of an organization's restricted money (限定资金覆盖): liquid custody less restricted funds, day by day."""

from dataclasses import dataclass
from typing import Final, Literal

from db import methods as stored
from db import trees
from db.plans import BadReadError
from ledger.cover import Curve, curve
from resolvers.context import Context
from resolvers.policy import require
from resolvers.traces import TraceTooLongError

MOST_ENTRIES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Cover:
    """The curve of one organization and asset, as of a position."""

    organization: str
    asset: str
    as_of: int
    curve: Curve


async def restricted_cover(
    ctx: Context, *, account: str | None = None, organization: str | None = None, asset: str = "CNY/2",
    as_of: int | None = None, order: Literal["JOURNAL", "EFFECTIVE"] = "EFFECTIVE",
) -> Cover:  # fmt: skip
    """The cover of an organization, or of the one that holds an account.

    Raises `BadReadError`, `ForbiddenError`, and `TraceTooLongError` for more than 100,000 entries.
    """
    if (account is None) == (organization is None):
        raise BadReadError("organization", "give exactly one of account and organization")
    if account is not None:
        found = await stored.account(ctx.reader, ctx.journal.id, account)
        if found is None:
            raise BadReadError("account", "there is no such account")
        organization, asset = found
    assert organization is not None
    require(ctx.principal, "read-cover", organization=organization)
    size, _ = await trees.head(ctx.reader, ctx.journal.id)
    if as_of is not None and not 0 <= as_of < size:
        raise BadReadError("asOf", f"must be from 0 to {size - 1}")
    until = size - 1 if as_of is None else as_of
    changes = await stored.cover(ctx.reader, ctx.journal.id, organization, asset, until, MOST_ENTRIES + 1)
    if len(changes) > MOST_ENTRIES:
        raise TraceTooLongError(MOST_ENTRIES)
    if order == "EFFECTIVE":
        changes.sort(key=lambda change: (change.on, change.position))
    return Cover(organization, asset, until, curve(changes))
