"""Corrections: an entry that reverses another, as far as its money is still there."""

from dataclasses import dataclass
from typing import ClassVar

from db.journal import Outcome
from resolvers.context import Context
from resolvers.policy import require
from resolvers.recording import Prepared, Request, submit


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Request):
    """Which entry is reversed, and why: `mistaken`, `duplicate`, `misposted` or `other`."""

    action: ClassVar[str] = "correct"
    kind: ClassVar[str] = "correction"

    of: int
    reason: str

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        return self.prepared(self.command(ctx, {"of": self.of, "reason": self.reason}))


async def correct(ctx: Context, correction: Correction) -> Outcome:
    """Reverse an entry (更正, 冲销); raises `NOT_CORRECTABLE` or `ALREADY_CORRECTED`."""
    require(ctx.principal, correction.action, organization=correction.organization)
    return await submit(ctx, await correction.compose(ctx))
