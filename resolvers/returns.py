"""Money that goes back: refunds to donors, and payments that came back."""

from dataclasses import dataclass
from typing import ClassVar

from db import lookups
from db.journal import Outcome
from ledger.accounts import implied
from ledger.commands import Move, Origin
from resolvers.context import Context
from resolvers.donations import CHANNELS, DONORS, INCOMES
from resolvers.persons import number
from resolvers.policy import require
from resolvers.recording import Money, Part, Prepared, Request, custody_in, custody_out, paid, submit, total
from resolvers.refusals import Refusal, malformed

_PAYERS = frozenset({f"donors:{d}:{c}" for d in DONORS for c in CHANNELS} | {f"payers:{i}" for i in INCOMES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Request):
    """Money back to who gave it.

    `of` names the posting (entry, index) that had brought it, whose units and giver it goes back to.  An
    instructed refund without it is `MALFORMED`.  Only money that was observed to move may be of an unknown
    origin: then `to` says who got it, as an outside class such as `donors:natural:bank`, and the oldest units go.
    """

    kind: ClassVar[str] = "refund"

    parts: tuple[Part, ...]
    custody: str
    to: str | None = None
    of: tuple[int, int] | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command; raises `POSTING_NOT_FOUND`."""
        if not self.parts:
            raise malformed("parts", "are missing")
        sums = total(self.parts)
        giver = await self._giver(ctx)
        origin = Origin(*self.of) if self.of is not None else None
        fund = tuple(
            Move(part.account, self.outside(giver, part.amount.asset), part.amount.units, units=part.units, of=origin)
            for part in self.parts
        )
        original = None if origin is not None else "unknown"
        return self.prepared(self.command(ctx, {"original": original}, fund, custody_out(self, self.custody, sums)))

    async def _giver(self, ctx: Context) -> str:
        """The outside class that gets the money."""
        if self.to is not None:
            if self.to not in _PAYERS:
                raise malformed("to", "must be a class of donors or payers, such as donors:natural:bank")
            return self.to
        if self.of is None:
            raise malformed("of", "is missing: which posting brought this money, or who was seen to get it?")
        found = await lookups.posting(ctx.reader, number(ctx), *self.of)
        giver = implied(found[0], 0) if found is not None else None
        if giver is None:
            raise Refusal("POSTING_NOT_FOUND", entry=self.of[0], posting=self.of[1])
        return giver.id.split("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedPayment(Request):
    """A payment that came back (退汇): which posting had paid, how much, and where the money lies now."""

    kind: ClassVar[str] = "returned_payment"

    of: tuple[int, int]
    amount: Money
    custody: str

    async def compose(self, ctx: Context) -> Prepared:
        """The command: money goes back to the account that had paid, with its old place in the queue."""
        payer, payee = await paid(ctx, self.of, self.amount)
        fund = (Move(payee, payer, self.amount.units, of=Origin(*self.of)),)
        sums = {self.amount.asset: self.amount.units}
        return self.prepared(self.command(ctx, {}, fund, custody_in(self, self.custody, sums)))


async def refund(ctx: Context, refund: Refund) -> Outcome:
    """Give money back to who gave it (退款); raises `RETURN_EXCEEDS` beyond what is still there."""
    require(ctx.principal, refund.action, organization=refund.organization)
    return await submit(ctx, await refund.compose(ctx))


async def return_payment(ctx: Context, returned: ReturnedPayment) -> Outcome:
    """Record a payment that came back (退汇), linked to the posting that paid."""
    require(ctx.principal, returned.action, organization=returned.organization)
    return await submit(ctx, await returned.compose(ctx))
