"""Two phases: reserving money for a payment, voiding what was reserved, letting it expire.

The payment itself is any of the other use cases, with the hold's position in its `source`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from db.journal import Outcome
from ledger.entries import clock_text
from resolvers.context import Context
from resolvers.policy import require
from resolvers.recording import Prepared, Request, submit
from resolvers.refusals import malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Money to reserve for `payment`, until a moment of the ledger's clock or until it is resolved."""

    payment: Request
    until: datetime | None = None

    @property
    def id(self) -> str:
        """The id of the command."""
        return self.payment.id

    @property
    def action(self) -> str:
        """What the payment asks for."""
        return self.payment.action

    @property
    def organization(self) -> str:
        """Whose money it is."""
        return self.payment.organization

    async def compose(self, ctx: Context) -> Prepared:
        """The command: the payment's moves, and what it will say of itself, whom it pays and why."""
        prepared = await self.payment.compose(ctx)
        if "hold" in prepared.command.data:
            raise malformed("payment", "a hold is for a payment that pays no other hold")
        data: dict[str, Any] = {"for": prepared.command.kind}
        if prepared.command.data:
            data["facts"] = dict(prepared.command.data)
        if self.until is not None:
            data["until"] = clock_text(self.until)
        return replace(prepared, command=replace(prepared.command, kind="hold", data=data))


@dataclass(frozen=True, slots=True, kw_only=True)
class Voiding(Request):
    """A hold (the position of its entry) that will not be paid."""

    kind: ClassVar[str] = "void"

    hold: int
    evidence: str | None = None
    reference: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        data = {"hold": self.hold, "evidence": self.evidence, "reference": self.reference}
        return self.prepared(self.command(ctx, data))


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry(Request):
    """A hold (the position of its entry) whose end has passed by the ledger's clock."""

    kind: ClassVar[str] = "expire"

    hold: int

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        return self.prepared(self.command(ctx, {"hold": self.hold}))


async def hold_money(ctx: Context, hold: Hold) -> Outcome:
    """Reserve what a payment would take, with every rule that it would meet; raises what the payment would."""
    require(ctx.principal, hold.action, organization=hold.organization)
    return await submit(ctx, await hold.compose(ctx))


async def void_hold(ctx: Context, voiding: Voiding) -> Outcome:
    """Free what a hold reserves; raises `HOLD_RESOLVED`, `HOLD_EXPIRED` and their kin."""
    require(ctx.principal, voiding.action, organization=voiding.organization)
    return await submit(ctx, await voiding.compose(ctx))


async def expire_hold(ctx: Context, expiry: Expiry) -> Outcome:
    """Free what a hold reserved whose end has passed; raises `HOLD_NOT_EXPIRED` and its kin."""
    require(ctx.principal, expiry.action, organization=expiry.organization)
    return await submit(ctx, await expiry.compose(ctx))
