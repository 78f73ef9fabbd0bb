"""Recording what is spent."""

import strawberry

from resolvers import disbursements
from resolvers.disbursements import Disbursement, Expense, Fee, Line, RosterDisbursement
from schema.mutations.codes import FeeTaker, Payee, SpentOn
from schema.mutations.inputs import AmountInput, EntryHead, PayingHead, PersonInput, SpendingInput, parts, person
from schema.mutations.payloads import mutation, payload


@strawberry.input
class OutgoingInput(EntryHead):
    """What all money to outside says."""

    parts: list[SpendingInput]
    """From which fund accounts, how much, and what for."""
    custody: str
    """The plain id of the custody account that it leaves."""


@strawberry.input
class PaidInput(PayingHead, OutgoingInput):
    """What money to outside says that may pay a hold."""


@strawberry.input
class DisburseInput(PaidInput):
    """A payment to one payee."""

    payee: Payee = Payee.BENEFICIARIES
    """Who is paid, as a class."""
    project: str | None = None
    """The plain id of the project whose beneficiaries are paid."""
    person: PersonInput | None = None
    """Who is paid, if a person is known; kept in the vault."""

    def request(self) -> Disbursement:
        """The use case's request."""
        return Disbursement(
            **self.head(), parts=parts(self.parts), custody=self.custody, payee=self.payee.value,
            project=self.project, person=person(self.person),
        )  # fmt: skip


@strawberry.input
class RosterLineInput:
    """One line of a roster."""

    person: PersonInput
    """Who gets it; kept in the vault."""
    amount: AmountInput
    """How much."""


@strawberry.input
class DisburseRosterInput(PaidInput):
    """A payment to many persons at once."""

    lines: list[RosterLineInput]
    """At least five lines, which sum to the parts; the journal holds their count, total and root."""
    payee: Payee = Payee.BENEFICIARIES
    """Who is paid, as a class."""
    project: str | None = None
    """The plain id of the project whose beneficiaries are paid."""

    def request(self) -> RosterDisbursement:
        """The use case's request."""
        lines = tuple(
            Line(line.person.person(), line.amount.money(f"lines.{n}.amount").units)
            for n, line in enumerate(self.lines)
        )
        return RosterDisbursement(
            **self.head(), parts=parts(self.parts), custody=self.custody, payee=self.payee.value,
            project=self.project, lines=lines,
        )  # fmt: skip


@strawberry.input
class SpendInput(PaidInput):
    """An expense."""

    spent_on: SpentOn
    """What it is for."""

    def request(self) -> Expense:
        """The use case's request."""
        return Expense(**self.head(), parts=parts(self.parts), custody=self.custody, spent_on=self.spent_on.value)


@strawberry.input
class PayFeeInput(OutgoingInput):
    """What a bank or a platform takes."""

    taken_by: FeeTaker
    """Who takes it."""

    def request(self) -> Fee:
        """The use case's request."""
        return Fee(**self.head(), parts=parts(self.parts), custody=self.custody, taken_by=self.taken_by.value)


@strawberry.type
class DisbursementMutations:
    """Recording what is spent."""

    disburse = mutation(disbursements.disburse, DisburseInput, payload("DisbursePayload"))
    """Pay one beneficiary, vendor or partner (拨付)."""
    disburse_roster = mutation(disbursements.disburse_roster, DisburseRosterInput, payload("DisburseRosterPayload"))
    """Pay many persons by a roster (名册发放)."""
    spend = mutation(disbursements.spend, SpendInput, payload("SpendPayload"))
    """Record an expense (费用)."""
    pay_fee = mutation(disbursements.pay_fee, PayFeeInput, payload("PayFeePayload"))
    """Record a bank's or a platform's fee (手续费)."""
