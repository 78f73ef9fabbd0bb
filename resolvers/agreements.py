"""Terms that are agreed: documented changes of restrictions, agreements with milestones and fees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from db.journal import Outcome
from resolvers.context import Context
from resolvers.memoranda import Paper
from resolvers.persons import Person, sealed
from resolvers.policy import require
from resolvers.recording import Money, Prepared, money, submit
from resolvers.refusals import malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Paper):
    """So much money under `restriction` may serve another one, `to`, or is free where there is none.

    `basis` is donor-consent, filing, leftover, or (of a release) time-passed.
    """

    action: ClassVar[str] = "change-restriction"

    restriction: str
    amount: Money
    basis: str
    to: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        money(self.amount, "amount")
        data = {
            "restriction": self.restriction, "to": self.to, "asset": self.amount.asset,
            "amount": str(self.amount.units), "basis": self.basis, **self.paper(),
        }  # fmt: skip
        kind = "restriction_released" if self.to is None else "restriction_changed"
        return self.prepared(self.command(ctx, data, kind=kind))


@dataclass(frozen=True, slots=True)
class Milestone:
    """What is due by a day (ISO text), and for how much."""

    milestone: str
    due: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class AgreedFee:
    """The agreed fee: its clause, base, rate (a share of 1), moment, and its cap."""

    clause: str
    base: str
    rate: str
    moment: str
    cap: Money | None = None

    def facts(self) -> dict[str, str]:
        """As a leaf names it."""
        found = {"clause": self.clause, "base": self.base, "rate": self.rate, "moment": self.moment}
        return found if self.cap is None else found | {"cap": str(self.cap.units)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Paper):
    """An agreement by its digest (hex), with whom, on what money, milestones and fee; amounts are of one asset."""

    action: ClassVar[str] = "bind-agreement"
    kind: ClassVar[str] = "agreement_bound"

    digest: str
    agreement: str | None = None
    counterparty: str | None = None
    person: Person | None = None
    partner: str | None = None
    restriction: str | None = None
    amount: Money | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    milestones: Sequence[Milestone] = ()
    fee: AgreedFee | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the vault."""
        party, companions = await sealed(ctx, self.person)
        data = {
            "agreement": self.agreement or self.id, "digest": self.digest, "with": self.counterparty, "party": party,
            "partner": self.partner, "restriction": self.restriction, "asset": self._asset(),
            "amount": None if self.amount is None else str(self.amount.units), "from": self.valid_from,
            "until": self.valid_until, "milestones": [_line(item) for item in self.milestones] or None,
            "fee": None if self.fee is None else self.fee.facts(),
        }  # fmt: skip
        return self.prepared(self.command(ctx, data), companions, self.person)

    def _asset(self) -> str | None:
        """The one asset of all amounts."""
        cap = self.fee.cap if self.fee is not None else None
        amounts = [self.amount, cap, *(item.amount for item in self.milestones)]
        assets = {money(amount, "amount").asset for amount in amounts if amount is not None}
        if len(assets) > 1:
            raise malformed("amount", "and those of the fee and the milestones are of one asset")
        return next(iter(assets), None)


def _line(item: Milestone) -> dict[str, Any]:
    line = {"milestone": item.milestone, "due": item.due}
    return line if item.amount is None else line | {"amount": str(item.amount.units)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached(Paper):
    """A milestone of an agreement that was reached; its paper is named."""

    action: ClassVar[str] = "bind-agreement"
    kind: ClassVar[str] = "milestone_reached"

    agreement: str
    milestone: str

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        data = {"agreement": self.agreement, "milestone": self.milestone, **self.paper()}
        return self.prepared(self.command(ctx, data))


async def change_restriction(ctx: Context, change: Change) -> Outcome:
    """Document that money may serve another purpose, or is free (用途变更); raises `TIME_NOT_PASSED` and others."""
    require(ctx.principal, change.action, organization=change.organization)
    return await submit(ctx, await change.compose(ctx))


async def bind_agreement(ctx: Context, agreement: Agreement) -> Outcome:
    """Bind an agreement (协议) with its milestones and fee; raises `ALREADY_EXISTS` and its kin."""
    require(ctx.principal, agreement.action, organization=agreement.organization)
    return await submit(ctx, await agreement.compose(ctx))


async def reach_milestone(ctx: Context, reached: Reached) -> Outcome:
    """Record that a milestone was reached (里程碑); raises `MILESTONE_NOT_FOUND` or `ALREADY_EXISTS`."""
    require(ctx.principal, reached.action, organization=reached.organization)
    return await submit(ctx, await reached.compose(ctx))
