"""Recording goods by lot, goods that cannot be valued, and purchases of one's own."""

from datetime import date

import strawberry

from resolvers import goods
from resolvers.goods import Lot, LotValue, Noted, Purchase
from schema.mutations.codes import Unvalued, ValuationBasis
from schema.mutations.disbursements import OutgoingInput
from schema.mutations.inputs import AmountInput, EntryHead, PersonInput, day, parts, person
from schema.mutations.payloads import mutation, payload
from schema.scalars import BigInt, Hex


@strawberry.input
class LotValueInput:
    """What a lot is worth."""

    basis: ValuationBasis
    """What the value rests on."""
    value: AmountInput
    """What all its pieces are worth."""
    quantity: BigInt
    """How many pieces are worth it."""
    on: date
    """The day of the valuation."""
    valuer: str | None = None
    """The code of who valued it."""

    def worth(self) -> LotValue:
        """As the ledger knows it."""
        value = self.value.money("valuation.value")
        return LotValue(self.basis.value, value, int(self.quantity), self.on.isoformat(), self.valuer)


@strawberry.input
class DeclareGoodsInput(EntryHead):
    """A lot of goods, declared once."""

    asset: str
    """Such as `GOODS:n95-mask:LOT7/0`."""
    expires: date | None = None
    """The last day on which they may be handed out."""
    valuation: LotValueInput | None = None
    """What they are worth; goods whose lot has no value are no income."""

    def request(self) -> Lot:
        """The use case's request."""
        worth = self.valuation.worth() if self.valuation is not None else None
        return Lot(**self.head(), asset=self.asset, expires=day(self.expires), valuation=worth)


@strawberry.input
class NoteGoodsInput(EntryHead):
    """Goods that cannot be valued: a memorandum, with no income and no receipt."""

    asset: str
    """Such as `GOODS:clothes/0`."""
    quantity: BigInt
    """How many pieces."""
    why: Unvalued
    """Why they cannot be valued."""
    person: PersonInput | None = None
    """Who gave them, if a person is known; kept in the vault."""
    evidence: Hex | None = None
    """The SHA-256 of a document that shows them."""
    reference: str | None = None
    """The number of a paper."""

    def request(self) -> Noted:
        """The use case's request."""
        return Noted(
            **self.head(), asset=self.asset, quantity=int(self.quantity), why=self.why.value,
            person=person(self.person), evidence=self.evidence.hex() if self.evidence is not None else None,
            reference=self.reference,
        )  # fmt: skip


@strawberry.input
class PurchaseInput(OutgoingInput):
    """A purchase of one's own that helps a region (消费扶贫); its price is what the parts pay."""

    product: str
    """The code of the product."""
    region: str
    """Where it comes from, `code@edition`."""
    quantity: BigInt
    """How much of it."""
    unit: str
    """The code of the unit that it is counted in."""
    reference_price: AmountInput
    """What as much would have cost elsewhere."""
    seller: str | None = None
    """The code of the seller; a person who sells is named as `person`."""
    person: PersonInput | None = None
    """Who sold it, if a person is known; kept in the vault."""

    def request(self) -> Purchase:
        """The use case's request."""
        return Purchase(
            **self.head(), parts=parts(self.parts), custody=self.custody, product=self.product, region=self.region,
            quantity=int(self.quantity), unit=self.unit, reference_price=self.reference_price.money("referencePrice"),
            seller=self.seller, person=person(self.person),
        )  # fmt: skip


@strawberry.type
class GoodsMutations:
    """Recording goods."""

    declare_goods = mutation(goods.declare_goods, DeclareGoodsInput, payload("DeclareGoodsPayload"))
    """Declare a lot of goods (物资批次登记), once: when it expires, and what it is worth."""
    note_goods = mutation(goods.note_goods, NoteGoodsInput, payload("NoteGoodsPayload"))
    """Note goods that cannot be valued (备查登记)."""
    purchase = mutation(goods.purchase, PurchaseInput, payload("PurchasePayload"))
    """Record a purchase of one's own that helps a region (消费扶贫): it is spent, and no donation."""
