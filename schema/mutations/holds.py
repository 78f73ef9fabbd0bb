"""Reserving money, voiding what was reserved, letting it expire."""

from datetime import datetime

import strawberry

from resolvers import holds
from resolvers.holds import Expiry, Hold, Voiding
from schema.mutations.disbursements import DisburseInput, DisburseRosterInput, SpendInput
from schema.mutations.inputs import EntryHead
from schema.mutations.movements import AllocateInput, TransferInput
from schema.mutations.payloads import mutation, payload
from schema.scalars import BigInt, Hex


@strawberry.input(one_of=True)
class HeldPayment:
    """What money is reserved for: exactly one of these, without a hold of its own; its payment then says the same."""

    allocate: AllocateInput | None = strawberry.UNSET
    """As of `allocate`."""
    transfer: TransferInput | None = strawberry.UNSET
    """As of `transfer`."""
    disburse: DisburseInput | None = strawberry.UNSET
    """As of `disburse`."""
    disburse_roster: DisburseRosterInput | None = strawberry.UNSET
    """As of `disburseRoster`."""
    spend: SpendInput | None = strawberry.UNSET
    """As of `spend`."""


@strawberry.input
class HoldMoneyInput:
    """Money to reserve; the payment's id is the id of the hold."""

    payment: HeldPayment
    """What it is reserved for."""
    until: datetime | None = None
    """When it is over by the ledger's clock; when left out, it lasts until it is paid or voided."""

    def request(self) -> Hold:
        """The use case's request."""
        named = vars(self.payment).values()
        payment = next(value for value in named if value is not strawberry.UNSET)
        return Hold(payment=payment.request(), until=self.until)


@strawberry.input
class ExpireHoldInput(EntryHead):
    """A hold whose end has passed."""

    hold: BigInt
    """The position of its entry."""

    def request(self) -> Expiry:
        """The use case's request."""
        return Expiry(**self.head(), hold=int(self.hold))


@strawberry.input
class VoidHoldInput(EntryHead):
    """A hold that will not be paid."""

    hold: BigInt
    """The position of its entry."""
    evidence: Hex | None = None
    """SHA-256 of the paper that says so."""
    reference: str | None = None
    """The number of that paper."""

    def request(self) -> Voiding:
        """The use case's request."""
        evidence = self.evidence.hex() if self.evidence is not None else None
        return Voiding(**self.head(), hold=int(self.hold), evidence=evidence, reference=self.reference)


@strawberry.type
class HoldMutations:
    """Reserving money, voiding what was reserved, letting it expire."""

    hold_money = mutation(holds.hold_money, HoldMoneyInput, payload("HoldMoneyPayload"))
    """Reserve money for a payment, which then names the hold's position (预留)."""
    void_hold = mutation(holds.void_hold, VoidHoldInput, payload("VoidHoldPayload"))
    """Free what a hold reserves (撤销预留)."""
    expire_hold = mutation(holds.expire_hold, ExpireHoldInput, payload("ExpireHoldPayload"))
    """Free what a hold reserved whose end has passed (预留到期)."""
