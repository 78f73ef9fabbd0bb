"""Recording what goes back, and reversing entries."""

import strawberry

from resolvers import corrections, returns
from resolvers.corrections import Correction
from resolvers.returns import Refund, ReturnedPayment
from schema.mutations.codes import Channel, CorrectionReason, DonorClass, IncomeSource
from schema.mutations.disbursements import OutgoingInput
from schema.mutations.inputs import AmountInput, EntryHead, PostingRef, parts
from schema.mutations.payloads import mutation, payload
from schema.scalars import BigInt


@strawberry.input
class DonorsInput:
    """Donors of a class, by channel."""

    donor: DonorClass
    """Which class."""
    channel: Channel
    """Which channel."""


@strawberry.input(one_of=True)
class RefundToInput:
    """Who gets money back."""

    donors: DonorsInput | None = strawberry.UNSET
    """Donors."""
    payers: IncomeSource | None = strawberry.UNSET
    """Those who paid other income."""

    def klass(self) -> str:
        """The outside class."""
        if isinstance(self.donors, DonorsInput):
            return f"donors:{self.donors.donor.value}:{self.donors.channel.value}"
        assert isinstance(self.payers, IncomeSource), "exactly one is given"
        return f"payers:{self.payers.value}"


@strawberry.input
class RefundInput(OutgoingInput):
    """Money back to who gave it."""

    of: PostingRef | None = None
    """The posting that had brought it; its units go back to its giver. Only an observed refund may leave it out."""
    to: RefundToInput | None = None
    """Who was seen to get it, of observed money whose origin is not known; the oldest units go."""

    def request(self) -> Refund:
        """The use case's request."""
        return Refund(
            **self.head(), parts=parts(self.parts), custody=self.custody,
            to=self.to.klass() if self.to is not None else None,
            of=self.of.origin() if self.of is not None else None,
        )  # fmt: skip


@strawberry.input
class ReturnPaymentInput(EntryHead):
    """A payment that came back."""

    of: PostingRef
    """The posting that had paid it."""
    amount: AmountInput
    """How much came back."""
    custody: str
    """The plain id of the custody account where it lies now."""

    def request(self) -> ReturnedPayment:
        """The use case's request."""
        return ReturnedPayment(
            **self.head(), of=self.of.origin(), amount=self.amount.money("amount"), custody=self.custody
        )


@strawberry.input
class CorrectInput(EntryHead):
    """An entry to reverse."""

    of: BigInt
    """The position of the entry."""
    reason: CorrectionReason
    """Why."""

    def request(self) -> Correction:
        """The use case's request."""
        return Correction(**self.head(), of=int(self.of), reason=self.reason.value)


@strawberry.type
class ReturnMutations:
    """Recording what goes back, and reversing entries."""

    refund = mutation(returns.refund, RefundInput, payload("RefundPayload"))
    """Give money back to who gave it (退款)."""
    return_payment = mutation(returns.return_payment, ReturnPaymentInput, payload("ReturnPaymentPayload"))
    """Record a payment that came back (退汇); its units take their old place."""
    correct = mutation(corrections.correct, CorrectInput, payload("CorrectPayload"))
    """Reverse an entry (更正), as far as its money is still there."""
