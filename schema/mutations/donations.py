"""Recording what comes in."""

from datetime import date

import strawberry

from resolvers import donations
from resolvers.donations import Donation, GiftInKind, Income, Opening, Valuation
from schema.mutations.codes import Channel, DonorClass, IncomeSource, OpeningBasis, ValuationBasis
from schema.mutations.inputs import AmountInput, EntryHead, PartInput, PersonInput, parts, person
from schema.mutations.payloads import mutation, payload


@strawberry.input
class IncomingInput(EntryHead):
    """What all money from outside says."""

    parts: list[PartInput]
    """One part for each earmark: a fund account, whose terms say what it is for, and an amount."""
    custody: str
    """The plain id of the custody account where it lies."""


@strawberry.input
class RecordDonationInput(IncomingInput):
    """A donation, gross."""

    donor: DonorClass
    """Who gave, as a class."""
    channel: Channel
    """How it was given."""
    person: PersonInput | None = None
    """Who gave, if a person is known; kept in the vault."""
    campaign: str | None = None
    """The plain id of the campaign."""
    platform: str | None = None
    """The code of the fundraising platform."""
    receipt: str | None = None
    """The number of the receipt."""

    def request(self) -> Donation:
        """The use case's request."""
        return Donation(
            **self.head(), parts=parts(self.parts), custody=self.custody, donor=self.donor.value,
            channel=self.channel.value, person=person(self.person), campaign=self.campaign, platform=self.platform,
            receipt=self.receipt,
        )  # fmt: skip


@strawberry.input
class ValuationInput:
    """What goods are worth."""

    basis: ValuationBasis
    """What the value rests on."""
    value: AmountInput
    """The value."""
    on: date
    """The day of the valuation."""


@strawberry.input
class RecordGiftInKindInput(RecordDonationInput):
    """Donated goods; each part's amount is in the goods' own unit."""

    valuation: ValuationInput | None = None
    """Their value, where it can be told."""

    def request(self) -> GiftInKind:
        """The use case's request."""
        worth = self.valuation
        valued = None
        if worth is not None:
            valued = Valuation(worth.basis.value, worth.value.money("valuation.value"), worth.on.isoformat())
        return GiftInKind(
            **self.head(), parts=parts(self.parts), custody=self.custody, donor=self.donor.value,
            channel=self.channel.value, person=person(self.person), campaign=self.campaign, platform=self.platform,
            receipt=self.receipt, valuation=valued,
        )  # fmt: skip


@strawberry.input
class RecordOpeningInput(IncomingInput):
    """What was held when the journal began."""

    basis: OpeningBasis
    """What it rests on."""
    auditor: str | None = None
    """The code of who audited it."""

    def request(self) -> Opening:
        """The use case's request."""
        return Opening(
            **self.head(), parts=parts(self.parts), custody=self.custody, basis=self.basis.value, auditor=self.auditor
        )


@strawberry.input
class RecordIncomeInput(IncomingInput):
    """Income that is no donation."""

    source: IncomeSource
    """Where it comes from."""

    def request(self) -> Income:
        """The use case's request."""
        return Income(**self.head(), parts=parts(self.parts), custody=self.custody, origin=self.source.value)


@strawberry.type
class DonationMutations:
    """Recording what comes in."""

    record_donation = mutation(donations.record_donation, RecordDonationInput, payload("RecordDonationPayload"))
    """Record a donation (捐赠), gross, one part for each earmark."""
    record_gift_in_kind = mutation(
        donations.record_gift_in_kind, RecordGiftInKindInput, payload("RecordGiftInKindPayload")
    )
    """Record donated goods (实物捐赠)."""
    record_opening = mutation(donations.record_opening, RecordOpeningInput, payload("RecordOpeningPayload"))
    """Record what was held when the journal began (期初结存)."""
    record_income = mutation(donations.record_income, RecordIncomeInput, payload("RecordIncomePayload"))
    """Record interest, government support, sales and other income."""
