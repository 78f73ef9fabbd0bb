"""Recording what moves within the books."""

from datetime import date

import strawberry

from resolvers import movements
from resolvers.movements import Allocation, Conversion, CustodyMove, FeeRelease, Transfer
from schema.mutations.codes import FeeBase, FeeMoment, GroundBasis
from schema.mutations.inputs import EntryHead, LegInput, PartInput, PayingHead, SpendingInput, legs, position
from schema.mutations.payloads import mutation, payload
from schema.scalars import BigInt, Hex, Rate


@strawberry.input
class GroundInput:
    """Why money may leave its restriction; dated no later than the movement."""

    basis: GroundBasis
    """The ground."""
    on: date
    """The day of the ground."""
    evidence: Hex | None = None
    """The SHA-256 of the document that shows it."""
    reference: str | None = None
    """A filing number or other code."""

    def facts(self) -> dict[str, str]:
        """As an entry names it."""
        found = {
            "basis": self.basis.value, "on": self.on.isoformat(),
            "evidence": self.evidence.hex() if self.evidence is not None else None, "reference": self.reference,
        }  # fmt: skip
        return {name: value for name, value in found.items() if value is not None}


@strawberry.input
class AllocateInput(PayingHead):
    """Fund money to another fund account."""

    legs: list[LegInput]
    """From where to where, how much."""
    ground: GroundInput | None = None
    """Why it may leave its restriction, if it does."""
    change: BigInt | None = None
    """Or the position of the entry that documented the change of its restriction before."""

    def request(self) -> Allocation:
        """The use case's request."""
        ground = self.ground.facts() if self.ground is not None else None
        return Allocation(**self.head(), legs=legs(self.legs), ground=ground, change=position(self.change))


@strawberry.input
class TransferInput(PayingHead):
    """Money to another organization, in both books."""

    legs: list[LegInput]
    """Between fund accounts."""
    custody: list[LegInput]
    """Between custody accounts."""
    change: BigInt | None = None
    """The position of the entry that documented a change of what the money may be used for."""

    def request(self) -> Transfer:
        """The use case's request."""
        return Transfer(
            **self.head(), legs=legs(self.legs), custody=legs(self.custody, "custody"), change=position(self.change)
        )


@strawberry.input
class ReleaseFeeInput(EntryHead):
    """The agreed management fee."""

    legs: list[LegInput]
    """From the fund account to the one that pays for management."""
    clause: str
    """The code of the clause that agreed it."""
    base: FeeBase
    """What it is counted on."""
    rate: Rate
    """The agreed rate, such as 0.05."""
    moment: FeeMoment
    """When it is released."""
    agreement: str | None = None
    """The plain id of the agreement whose fee it is; it is then held to it."""

    def request(self) -> FeeRelease:
        """The use case's request."""
        return FeeRelease(
            **self.head(), legs=legs(self.legs), clause=self.clause, base=self.base.value, rate=str(self.rate),
            moment=self.moment.value, agreement=self.agreement,
        )  # fmt: skip


@strawberry.input
class MoveCustodyInput(EntryHead):
    """Money from one place where it lies to another."""

    legs: list[LegInput]
    """Between custody accounts."""

    def request(self) -> CustodyMove:
        """The use case's request."""
        return CustodyMove(**self.head(), legs=legs(self.legs))


@strawberry.input
class ExchangeRateInput:
    """The documented rate of an exchange."""

    value: Rate
    """How much of what is bought for one of what is paid, in whole units with decimals."""
    source: str
    """The code of who published it."""
    on: date
    """Of which day it is."""

    def facts(self) -> dict[str, str]:
        """As an entry names it."""
        return {"value": str(self.value), "source": self.source, "on": self.on.isoformat()}


@strawberry.input
class ConvertInput(EntryHead):
    """Procurement or exchange: what is paid, and what is bought."""

    paid: SpendingInput
    """The fund account that pays, and how much."""
    bought: PartInput
    """The fund account that holds what was bought, and how much; as narrow as the one that pays."""
    paid_from: str
    """The plain id of the custody account that pays."""
    kept_at: str
    """The plain id of the custody account where it is kept."""
    rate: ExchangeRateInput | None = None
    """The rate of an exchange; the amounts must follow from it."""

    def request(self) -> Conversion:
        """The use case's request."""
        return Conversion(
            **self.head(), paid=self.paid.part("paid"), bought=self.bought.part("bought"), paid_from=self.paid_from,
            kept_at=self.kept_at, rate=self.rate.facts() if self.rate is not None else None,
        )  # fmt: skip


@strawberry.type
class MovementMutations:
    """Recording what moves within the books."""

    allocate = mutation(movements.allocate, AllocateInput, payload("AllocatePayload"))
    """Allocate fund money to another fund account (划拨)."""
    transfer = mutation(movements.transfer, TransferInput, payload("TransferPayload"))
    """Transfer money to another organization (转拨)."""
    release_fee = mutation(movements.release_fee, ReleaseFeeInput, payload("ReleaseFeePayload"))
    """Release the agreed management fee (管理费)."""
    move_custody = mutation(movements.move_custody, MoveCustodyInput, payload("MoveCustodyPayload"))
    """Move money from one place where it lies to another."""
    convert = mutation(movements.convert, ConvertInput, payload("ConvertPayload"))
    """Convert money to goods or another currency (采购, 兑换)."""
