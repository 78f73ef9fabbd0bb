"""Periods: closing an organization's books through a day, and reopening them on a ground."""

from dataclasses import dataclass
from typing import ClassVar

from db.journal import Outcome
from resolvers.context import Context
from resolvers.policy import require
from resolvers.recording import Prepared, Request, submit


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing(Request):
    """The books are closed through a day (ISO text), by an authority that is named as a code."""

    action: ClassVar[str] = "close-period"
    kind: ClassVar[str] = "period_closed"

    through: str
    authority: str
    evidence: str | None = None
    reference: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        data = {
            "through": self.through, "authority": self.authority, "evidence": self.evidence,
            "reference": self.reference,
        }  # fmt: skip
        return self.prepared(self.command(ctx, data))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening(Request):
    """The books are open again from a day on; `ground` is audit, authority, mistaken or dispute, with its paper."""

    action: ClassVar[str] = "reopen-period"
    kind: ClassVar[str] = "period_reopened"

    first: str
    authority: str
    ground: str
    evidence: str | None = None
    reference: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        data = {
            "from": self.first, "authority": self.authority, "ground": self.ground, "evidence": self.evidence,
            "reference": self.reference,
        }  # fmt: skip
        return self.prepared(self.command(ctx, data))


async def close_period(ctx: Context, closing: Closing) -> Outcome:
    """Close the books through a day (结账); raises `PERIOD_CLOSED_BEFORE`, `PERIOD_NOT_OVER` and their kin."""
    require(ctx.principal, closing.action, organization=closing.organization)
    return await submit(ctx, await closing.compose(ctx))


async def reopen_period(ctx: Context, reopening: Reopening) -> Outcome:
    """Open the books again from a day on (反结账); raises `PERIOD_NOT_CLOSED` and its kin."""
    require(ctx.principal, reopening.action, organization=reopening.organization)
    return await submit(ctx, await reopening.compose(ctx))
