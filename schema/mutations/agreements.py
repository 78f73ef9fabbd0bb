"""Documenting changes of restrictions, binding agreements, recording milestones."""

from datetime import date

import strawberry

from resolvers import agreements
from resolvers.agreements import AgreedFee, Agreement, Change, Milestone, Reached
from schema.mutations.codes import FeeBase, FeeMoment
from schema.mutations.inputs import AmountInput, PersonInput, code, day, person
from schema.mutations.memoranda import PaperHead
from schema.mutations.payloads import mutation, payload
from schema.mutations.undertaking_codes import ChangeBasis, Counterparty
from schema.scalars import Hex, Rate


@strawberry.input
class ChangeRestrictionInput(PaperHead):
    """A documented change of what so much money may be used for; on record before it is spent."""

    restriction: str
    """The plain id of the restriction that the money is under."""
    amount: AmountInput
    """How much it covers."""
    basis: ChangeBasis
    """The ground; all but time passed name their paper."""
    to: str | None = None
    """The plain id of the restriction that the money may serve; released when left out."""

    def request(self) -> Change:
        """The use case's request."""
        return Change(
            **self.papers(), restriction=self.restriction, amount=self.amount.money("amount"), basis=self.basis.value,
            to=self.to,
        )  # fmt: skip


@strawberry.input
class MilestoneInput:
    """What is due by a day."""

    milestone: str
    """Its name, a code."""
    due: date
    """By when."""
    amount: AmountInput | None = None
    """For how much."""

    def line(self, n: int) -> Milestone:
        """As the use case knows it."""
        amount = self.amount.money(f"milestones.{n}.amount") if self.amount is not None else None
        return Milestone(self.milestone, self.due.isoformat(), amount)


@strawberry.input
class AgreedFeeInput:
    """The fee that is agreed."""

    clause: str
    """The code of the clause."""
    base: FeeBase
    """What it is counted on."""
    rate: Rate
    """The rate as a share of 1, such as 0.05."""
    moment: FeeMoment
    """When it is released."""
    cap: AmountInput | None = None
    """The most that it may be."""

    def fee(self) -> AgreedFee:
        """As the use case knows it."""
        cap = self.cap.money("fee.cap") if self.cap is not None else None
        return AgreedFee(self.clause, self.base.value, str(self.rate), self.moment.value, cap)


@strawberry.input
class BindAgreementInput(PaperHead):
    """An agreement, by the digest of its text."""

    digest: Hex
    """SHA-256 of its text."""
    agreement: str | None = None
    """Its plain id; the command's id when left out."""
    counterparty: Counterparty | None = None
    """The class of the other side."""
    person: PersonInput | None = None
    """Who that is, if a person is known; kept in the vault."""
    partner: str | None = None
    """The plain id of the organization that it is with, if that has a record."""
    restriction: str | None = None
    """The plain id of what its money may be used for."""
    amount: AmountInput | None = None
    """On how much it is."""
    valid_from: date | None = None
    """Its first day."""
    valid_until: date | None = None
    """Its last day."""
    milestones: list[MilestoneInput] = strawberry.field(default_factory=list)
    """What is due by when; at most 32."""
    fee: AgreedFeeInput | None = None
    """The agreed fee."""

    def request(self) -> Agreement:
        """The use case's request."""
        return Agreement(
            **self.head(), digest=self.digest.hex(), agreement=self.agreement, counterparty=code(self.counterparty),
            person=person(self.person), partner=self.partner, restriction=self.restriction,
            amount=self.amount.money("amount") if self.amount is not None else None, valid_from=day(self.valid_from),
            valid_until=day(self.valid_until), milestones=[line.line(n) for n, line in enumerate(self.milestones)],
            fee=self.fee.fee() if self.fee is not None else None,
        )  # fmt: skip


@strawberry.input
class ReachMilestoneInput(PaperHead):
    """A milestone that was reached; a paper is named."""

    agreement: str
    """The plain id of the agreement."""
    milestone: str
    """Its name there."""

    def request(self) -> Reached:
        """The use case's request."""
        return Reached(**self.papers(), agreement=self.agreement, milestone=self.milestone)


@strawberry.type
class AgreementMutations:
    """Documenting changes of restrictions, binding agreements, recording milestones."""

    change_restriction = mutation(
        agreements.change_restriction, ChangeRestrictionInput, payload("ChangeRestrictionPayload")
    )
    """Document that money may serve another purpose, or is free (用途变更)."""
    bind_agreement = mutation(
        agreements.bind_agreement, BindAgreementInput, payload("BindAgreementPayload", agreement="Agreement")
    )
    """Bind an agreement with its milestones and fee (协议)."""
    reach_milestone = mutation(
        agreements.reach_milestone, ReachMilestoneInput, payload("ReachMilestonePayload", agreement="Agreement")
    )
    """Record that a milestone was reached (里程碑)."""
