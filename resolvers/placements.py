"""Money that is to come back: advances that restricted money bears, investments and loans; and what is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from db import lookups
from db.journal import Outcome
from ledger.commands import Move, Origin
from resolvers.context import Context
from resolvers.disbursements import SPENT_ON, Disbursement, Outgoing
from resolvers.persons import Person, number, sealed
from resolvers.policy import require
from resolvers.recording import Money, Part, Prepared, Request, custody_out, money, paid, submit, total
from resolvers.refusals import Refusal, malformed
from resolvers.returns import ReturnedPayment


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance(Disbursement):
    """Unrestricted money pays for a use that restricted money is to bear (垫付)."""

    kind: ClassVar[str] = "advance"

    def klass(self) -> str:
        """The outside class that is paid: those of disbursements, or of expenses."""
        return self.payee if self.payee in SPENT_ON else super(Advance, self).klass()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing(Request):
    """Restricted money bears what was advanced: `of` is the posting that advanced, `account` who bears how much."""

    kind: ClassVar[str] = "advance_repayment"

    of: tuple[int, int]
    account: str
    amount: Money
    units: tuple[tuple[int, int], ...] | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command: to the payee for the very use that was advanced, and back from there."""
        entry, index = self.of
        payer, payee = await paid(ctx, self.of, self.amount)
        use = await lookups.use_of(ctx.reader, number(ctx), entry, index)
        amount = self.amount.units
        fund = (
            Move(self.account, payee, amount, use or None, self.units),
            Move(payee, payer, amount, of=Origin(entry, index)),
        )
        return self.prepared(self.command(ctx, {}, fund))


@dataclass(frozen=True, slots=True)
class Resolution:
    """A resolution of the decision body: its paper's digest, its day, how many members, how many there, how many for.

    `matter` is `major` (重大) or `ordinary`.
    """

    digest: str
    on: str
    matter: str
    members: int
    present: int
    votes: int

    def facts(self) -> dict[str, Any]:
        """As an entry names it."""
        return {
            "digest": self.digest, "on": self.on, "matter": self.matter, "members": self.members,
            "present": self.present, "votes": self.votes,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Investment(Outgoing):
    """Money that is invested, with the council's resolution; `instrument` is the code of what was bought."""

    kind: ClassVar[str] = "investment"

    resolution: Resolution
    instrument: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        fund, custody = await self.spent(ctx, "investments")
        data: Mapping[str, Any] = {"resolution": self.resolution.facts(), "instrument": self.instrument}
        return self.prepared(self.command(ctx, data, fund, custody))


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan(Outgoing):
    """Money that is lent for a charitable purpose, with the council's resolution; `due` is when it comes back."""

    kind: ClassVar[str] = "loan"

    resolution: Resolution
    due: str | None = None
    person: Person | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the vault."""
        fund, custody = await self.spent(ctx, "borrowers")
        party, companions = await sealed(ctx, self.person)
        data: Mapping[str, Any] = {"resolution": self.resolution.facts(), "due": self.due, "party": party}
        return self.prepared(self.command(ctx, data, fund, custody), companions, self.person)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestmentReturn(ReturnedPayment):
    """Principal of an investment that came back, to the account that had invested it."""

    kind: ClassVar[str] = "investment_return"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanRepayment(ReturnedPayment):
    """Principal of a loan that came back, to the account that had lent it."""

    kind: ClassVar[str] = "loan_repayment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss(Request):
    """What is lost: parts that were held at `custody`, or `amount` of the posting `of` that placed it outside."""

    kind: ClassVar[str] = "loss"

    ground: str
    parts: tuple[Part, ...] = ()
    custody: str | None = None
    of: tuple[int, int] | None = None
    amount: Money | None = None
    evidence: str | None = None
    reference: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command; raises `POSTING_NOT_FOUND`."""
        data = {"ground": self.ground, "evidence": self.evidence, "reference": self.reference}
        if self.of is not None:
            return self.prepared(self.command(ctx, data, await self._placed(ctx, self.of)))
        if not self.parts or self.custody is None:
            raise malformed("parts", "are missing, or the custody account where they were kept, or else `of`")
        fund = tuple(
            Move(part.account, self.outside("losses", part.amount.asset), part.amount.units, units=part.units)
            for part in self.parts
        )
        return self.prepared(self.command(ctx, data, fund, custody_out(self, self.custody, total(self.parts))))

    async def _placed(self, ctx: Context, of: tuple[int, int]) -> tuple[Move, ...]:
        """What will not come back of a posting."""
        if self.amount is None or self.parts or self.custody is not None:
            raise malformed("amount", "is what will not come back of the posting; there are no parts then")
        found = await lookups.posting(ctx.reader, number(ctx), *of)
        if found is None:
            raise Refusal("POSTING_NOT_FOUND", entry=of[0], posting=of[1])
        asset = money(self.amount, "amount").asset
        return (Move(found[1], self.outside("losses", asset), self.amount.units, of=Origin(*of)),)


async def advance(ctx: Context, advance: Advance) -> Outcome:
    """Pay with unrestricted money what restricted money is to bear (垫付)."""
    require(ctx.principal, advance.action, organization=advance.organization)
    return await submit(ctx, await advance.compose(ctx))


async def repay_advance(ctx: Context, bearing: Bearing) -> Outcome:
    """Let restricted money bear what was advanced; raises `RESTRICTION_VIOLATED` where the use does not satisfy it."""
    require(ctx.principal, bearing.action, organization=bearing.organization)
    return await submit(ctx, await bearing.compose(ctx))


async def invest(ctx: Context, investment: Investment) -> Outcome:
    """Invest money (对外投资); raises `VOTE_TOO_SMALL` and `INVESTMENT_BARRED`."""
    require(ctx.principal, investment.action, organization=investment.organization)
    return await submit(ctx, await investment.compose(ctx))


async def return_investment(ctx: Context, returned: InvestmentReturn) -> Outcome:
    """Record principal that came back (收回投资); what is more is income, what is less a loss."""
    require(ctx.principal, returned.action, organization=returned.organization)
    return await submit(ctx, await returned.compose(ctx))


async def lend(ctx: Context, loan: Loan) -> Outcome:
    """Lend money for a charitable purpose (借款)."""
    require(ctx.principal, loan.action, organization=loan.organization)
    return await submit(ctx, await loan.compose(ctx))


async def repay_loan(ctx: Context, returned: LoanRepayment) -> Outcome:
    """Record principal of a loan that came back (收回借款)."""
    require(ctx.principal, returned.action, organization=returned.organization)
    return await submit(ctx, await returned.compose(ctx))


async def record_loss(ctx: Context, loss: Loss) -> Outcome:
    """Record what is lost (报损, 盘亏), on its ground and with its paper."""
    require(ctx.principal, loss.action, organization=loss.organization)
    return await submit(ctx, await loss.compose(ctx))
