"""Money for others (受托代理): it comes for a recipient whom the donor named, and goes there or back."""

from dataclasses import dataclass
from typing import ClassVar

from db.journal import Outcome
from ledger.commands import Move
from resolvers.accounts import RECIPIENTS
from resolvers.context import Context
from resolvers.disbursements import Outgoing
from resolvers.donations import Donation
from resolvers.movements import Leg, checked
from resolvers.persons import Person, sealed
from resolvers.policy import require
from resolvers.recording import Prepared, custody_out, submit, total
from resolvers.refusals import malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrusted(Donation):
    """Money for others: a gift onto agency accounts, each of which was opened for its recipient; no income."""

    kind: ClassVar[str] = "agency_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOn(Outgoing):
    """Money for others, passed on: to `recipient`, an account of another organization or one outside.

    `into` is the other organization's custody account, where the money crosses to an account on the platform.
    """

    kind: ClassVar[str] = "agency_out"

    recipient: str
    into: str | None = None
    person: Person | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the vault; an outside recipient may be named by its class alone."""
        if not self.parts:
            raise malformed("parts", "are missing")
        sums = total(self.parts)
        if self.recipient.partition(":")[0] in RECIPIENTS:
            fund = tuple(
                Move(part.account, self.outside(self.recipient, part.amount.asset), part.amount.units, units=part.units)
                for part in self.parts
            )
        else:
            legs = tuple(Leg(part.account, self.recipient, part.amount, part.units) for part in self.parts)
            fund = await checked(ctx, legs, "parts")
        custody = custody_out(self, self.custody, sums)
        if self.into is not None:
            custody = tuple(Move(self.custody, self.into, units) for units in sums.values())
        party, companions = await sealed(ctx, self.person)
        return self.prepared(self.command(ctx, {"party": party}, fund, custody), companions, self.person)


async def receive_for_others(ctx: Context, gift: Entrusted) -> Outcome:
    """Record money for a recipient whom the donor named (受托代理): a liability, and no income."""
    require(ctx.principal, gift.action, organization=gift.organization)
    return await submit(ctx, await gift.compose(ctx))


async def pass_on(ctx: Context, passed: PassedOn) -> Outcome:
    """Pass money on to the recipient whom the donor named; raises `RECIPIENT_MISMATCH` for any other."""
    require(ctx.principal, passed.action, organization=passed.organization)
    return await submit(ctx, await passed.compose(ctx))
