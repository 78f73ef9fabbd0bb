"""Memoranda outside the balances: promises of money, what settles them, help in selling (帮销), volunteer hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from db.journal import Outcome
from resolvers.context import Context
from resolvers.disbursements import Line, sealed_roster
from resolvers.persons import Person, sealed
from resolvers.policy import require
from resolvers.recording import Money, Prepared, Request, money, projects_exist, purposes_exist, submit
from resolvers.refusals import malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper(Request):
    """A request that a paper may stand behind: its SHA-256 (hex), its number."""

    action: ClassVar[str] = "record-memorandum"

    evidence: str | None = None
    reference: str | None = None

    def paper(self) -> dict[str, str | None]:
        """As a leaf names it."""
        return {"evidence": self.evidence, "reference": self.reference}


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise(Paper):
    """Money that is to come or to go: `noun` is pledge, commitment, receivable or payable.

    `counterparty` is the class of the other side, `person` who it is (in the vault); `correction` is the entry and the
    posting whose receivable this one takes up.
    """

    noun: str
    amount: Money
    memorandum: str | None = None
    counterparty: str | None = None
    person: Person | None = None
    due: str | None = None
    restriction: str | None = None
    project: str | None = None
    campaign: str | None = None
    correction: tuple[int, int] | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the vault; raises `PROJECT_NOT_FOUND`."""
        money(self.amount, "amount")
        await projects_exist(ctx, self.organization, [self.project] if self.project else [])
        party, companions = await sealed(ctx, self.person)
        correction = None
        if self.correction is not None:
            correction = {"entry": self.correction[0], "posting": self.correction[1]}
        data = {
            "memorandum": self.memorandum or self.id, "asset": self.amount.asset, "amount": str(self.amount.units),
            "with": self.counterparty, "party": party, "due": self.due, "restriction": self.restriction,
            "project": self.project, "campaign": self.campaign, "correction": correction, **self.paper(),
        }  # fmt: skip
        return self.prepared(self.command(ctx, data, kind=self.noun), companions, self.person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement(Request):
    """An entry (the position of the payment) that settled so much of a promise."""

    action: ClassVar[str] = "record-memorandum"
    kind: ClassVar[str] = "memorandum_settled"

    memorandum: str
    payment: int
    amount: Money

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        money(self.amount, "amount")
        data = {"memorandum": self.memorandum, "payment": self.payment, "amount": str(self.amount.units)}
        return self.prepared(self.command(ctx, data))


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal(Paper):
    """A settlement that was none; `ground` is mistaken or returned."""

    kind: ClassVar[str] = "settlement_withdrawn"

    memorandum: str
    payment: int
    ground: str

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        data = {"memorandum": self.memorandum, "payment": self.payment, "ground": self.ground, **self.paper()}
        return self.prepared(self.command(ctx, data))


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing(Paper):
    """A memorandum that ends; `ground` is cancelled, written-off (with its paper), mistaken or withdrawn."""

    kind: ClassVar[str] = "memorandum_closed"

    memorandum: str
    ground: str

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        data = {"memorandum": self.memorandum, "ground": self.ground, **self.paper()}
        return self.prepared(self.command(ctx, data))


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistedSale(Paper):
    """A sale that came about with help (帮销): `sale` is its number with the `seller`, `region` where it was grown."""

    kind: ClassVar[str] = "assisted_sale"

    amount: Money
    seller: str
    sale: str
    memorandum: str | None = None
    counterparty: str | None = None
    person: Person | None = None
    product: str | None = None
    region: str | None = None
    project: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the vault; raises `PROJECT_NOT_FOUND`."""
        money(self.amount, "amount")
        await projects_exist(ctx, self.organization, [self.project] if self.project else [])
        party, companions = await sealed(ctx, self.person)
        data = {
            "memorandum": self.memorandum or self.id, "asset": self.amount.asset, "amount": str(self.amount.units),
            "seller": self.seller, "sale": self.sale, "with": self.counterparty, "party": party,
            "product": self.product, "region": self.region, "project": self.project, **self.paper(),
        }  # fmt: skip
        return self.prepared(self.command(ctx, data), companions, self.person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours(Paper):
    """Whole minutes that a volunteer gave on the effective date, or many by a roster (`lines`: persons and minutes)."""

    kind: ClassVar[str] = "volunteer_hours"

    minutes: int
    region: str
    memorandum: str | None = None
    person: Person | None = None
    lines: Sequence[Line] = ()
    project: str | None = None
    purpose: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the vault; raises `ROSTER_TOO_SMALL` and others."""
        if (self.person is None) == (not self.lines):
            raise malformed("person", "or lines: exactly one of both")
        await projects_exist(ctx, self.organization, [self.project] if self.project else [])
        await purposes_exist(ctx, [self.purpose] if self.purpose else [])
        data: dict[str, Any] = {
            "memorandum": self.memorandum or self.id, "minutes": self.minutes, "region": self.region,
            "project": self.project, "purpose": self.purpose, **self.paper(),
        }  # fmt: skip
        if self.person is not None:
            party, companions = await sealed(ctx, self.person)
            return self.prepared(self.command(ctx, data | {"party": party}), companions, self.person)
        if sum(line.units for line in self.lines) != self.minutes:
            raise malformed("lines", "must sum to the minutes")
        roster, companions = await sealed_roster(ctx, self.id, self.lines)
        return self.prepared(self.command(ctx, data | {"roster": roster}), companions)


async def open_promise(ctx: Context, promise: Promise) -> Outcome:
    """Open a pledge, a commitment, a receivable or a payable; raises `ALREADY_EXISTS` and its kin."""
    require(ctx.principal, promise.action, organization=promise.organization)
    return await submit(ctx, await promise.compose(ctx))


async def settle_memorandum(ctx: Context, settlement: Settlement) -> Outcome:
    """Name the payment that settled so much of a promise; raises `SETTLES_TOO_MUCH`, `PAYMENT_MISMATCH` and others."""
    require(ctx.principal, settlement.action, organization=settlement.organization)
    return await submit(ctx, await settlement.compose(ctx))


async def withdraw_settlement(ctx: Context, withdrawal: Withdrawal) -> Outcome:
    """Say that a payment settled nothing of a promise; raises `NOT_SETTLED`."""
    require(ctx.principal, withdrawal.action, organization=withdrawal.organization)
    return await submit(ctx, await withdrawal.compose(ctx))


async def close_memorandum(ctx: Context, closing: Closing) -> Outcome:
    """End a memorandum on a ground; raises `MEMORANDUM_CLOSED` or `NOTHING_OPEN`."""
    require(ctx.principal, closing.action, organization=closing.organization)
    return await submit(ctx, await closing.compose(ctx))


async def record_assisted_sale(ctx: Context, sale: AssistedSale) -> Outcome:
    """Claim a sale that came about with help (帮销); raises `SALE_CLAIMED`."""
    require(ctx.principal, sale.action, organization=sale.organization)
    return await submit(ctx, await sale.compose(ctx))


async def record_volunteer_hours(ctx: Context, hours: Hours) -> Outcome:
    """Record volunteer hours (志愿服务); raises `TOO_MANY_MINUTES` and its kin."""
    require(ctx.principal, hours.action, organization=hours.organization)
    return await submit(ctx, await hours.compose(ctx))
