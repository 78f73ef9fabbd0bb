"""Goods: lots that are declared once, goods that cannot be valued, and purchases of one's own (消费扶贫)."""

from dataclasses import dataclass
from typing import Any, ClassVar

from db.journal import Outcome
from resolvers.context import Context
from resolvers.disbursements import Outgoing
from resolvers.persons import Person, sealed
from resolvers.policy import require
from resolvers.recording import Money, Prepared, Request, money, regions_exist, submit


@dataclass(frozen=True, slots=True)
class LotValue:
    """What a lot is worth: `quantity` pieces are worth `value`, on a basis and day, by a valuer's code."""

    basis: str
    value: Money
    quantity: int
    on: str
    valuer: str | None = None

    def facts(self) -> dict[str, Any]:
        """As an entry names it."""
        worth = money(self.value, "valuation.value")
        found = {
            "basis": self.basis, "value": str(worth.units), "asset": worth.asset, "quantity": str(self.quantity),
            "on": self.on, "valuer": self.valuer,
        }  # fmt: skip
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot(Request):
    """A lot of goods, `GOODS:item:LOT/0`: its last good day, and its value where one can be told."""

    kind: ClassVar[str] = "goods_declared"

    asset: str
    expires: str | None = None
    valuation: LotValue | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        valuation = None if self.valuation is None else self.valuation.facts()
        return self.prepared(self.command(ctx, {"asset": self.asset, "expires": self.expires, "valuation": valuation}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Request):
    """Goods that cannot be valued, and why: a memorandum, with no income and no receipt."""

    kind: ClassVar[str] = "goods_noted"

    asset: str
    quantity: int
    why: str
    person: Person | None = None
    evidence: str | None = None
    reference: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the vault."""
        party, companions = await sealed(ctx, self.person)
        data = {
            "asset": self.asset, "quantity": str(self.quantity), "why": self.why, "party": party,
            "evidence": self.evidence, "reference": self.reference,
        }  # fmt: skip
        return self.prepared(self.command(ctx, data), companions, self.person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase(Outgoing):
    """A purchase of one's own that helps a region: what from where, how much, and what it would have cost elsewhere.

    The seller is named by a code, or sealed as a person.
    """

    kind: ClassVar[str] = "purchase"

    product: str
    region: str
    quantity: int
    unit: str
    reference_price: Money
    seller: str | None = None
    person: Person | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command, and the rows of the vault; raises `REGION_NOT_FOUND`."""
        fund, custody = await self.spent(ctx, "vendors")
        await regions_exist(ctx, [self.region])
        party, companions = await sealed(ctx, self.person)
        data = {
            "product": self.product, "region": self.region, "quantity": str(self.quantity), "unit": self.unit,
            "price": str(sum(move.amount for move in fund)),
            "referencePrice": str(money(self.reference_price, "referencePrice").units), "seller": self.seller,
            "party": party,
        }  # fmt: skip
        return self.prepared(self.command(ctx, data, fund, custody), companions, self.person)


async def declare_goods(ctx: Context, lot: Lot) -> Outcome:
    """Declare a lot of goods (物资批次登记), once; raises `ALREADY_EXISTS`."""
    require(ctx.principal, lot.action, organization=lot.organization)
    return await submit(ctx, await lot.compose(ctx))


async def note_goods(ctx: Context, noted: Noted) -> Outcome:
    """Note goods that cannot be valued (备查登记): no income, no receipt."""
    require(ctx.principal, noted.action, organization=noted.organization)
    return await submit(ctx, await noted.compose(ctx))


async def purchase(ctx: Context, purchase: Purchase) -> Outcome:
    """Record a purchase of one's own that helps a region (消费扶贫): spent, and no donation."""
    require(ctx.principal, purchase.action, organization=purchase.organization)
    return await submit(ctx, await purchase.compose(ctx))
