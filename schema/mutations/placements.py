"""Recording money that is for others, that is to come back, and that is lost."""

from datetime import date

import strawberry

from resolvers import entrusted, placements
from resolvers.entrusted import Entrusted, PassedOn
from resolvers.placements import (
    Advance,
    Bearing,
    Investment,
    InvestmentReturn,
    Loan,
    LoanRepayment,
    Loss,
    Resolution,
)
from schema.mutations.codes import AdvancePayee, LossGround, Matter
from schema.mutations.disbursements import OutgoingInput
from schema.mutations.donations import RecordDonationInput
from schema.mutations.inputs import (
    AmountInput,
    EntryHead,
    PersonInput,
    PostingRef,
    SpendingInput,
    UnitsInput,
    day,
    intervals,
    parts,
    person,
)
from schema.mutations.payloads import mutation, payload
from schema.mutations.returns import ReturnPaymentInput
from schema.scalars import Hex


@strawberry.input
class ReceiveForOthersInput(RecordDonationInput):
    """Money for a recipient whom the donor named; its parts name agency accounts."""

    def request(self) -> Entrusted:
        """The use case's request."""
        return Entrusted(
            **self.head(), parts=parts(self.parts), custody=self.custody, donor=self.donor.value,
            channel=self.channel.value, person=person(self.person), campaign=self.campaign, platform=self.platform,
            receipt=self.receipt,
        )  # fmt: skip


@strawberry.input
class PassOnInput(OutgoingInput):
    """Money for others, passed on to its recipient."""

    recipient: str
    """As the account was opened for: another organization's fund account, or a class such as `partners`."""
    into: str | None = None
    """The plain id of the custody account where another organization on the platform gets it."""
    person: PersonInput | None = None
    """Who got it, if a person is known; kept in the vault."""

    def request(self) -> PassedOn:
        """The use case's request."""
        return PassedOn(
            **self.head(), parts=parts(self.parts), custody=self.custody, recipient=self.recipient, into=self.into,
            person=person(self.person),
        )  # fmt: skip


@strawberry.input
class AdvanceInput(OutgoingInput):
    """Unrestricted money pays for a use that restricted money is to bear."""

    payee: AdvancePayee = AdvancePayee.VENDORS
    """Who is paid, as a class."""
    project: str | None = None
    """The plain id of the project whose beneficiaries are paid."""
    person: PersonInput | None = None
    """Who is paid, if a person is known; kept in the vault."""

    def request(self) -> Advance:
        """The use case's request."""
        return Advance(
            **self.head(), parts=parts(self.parts), custody=self.custody, payee=self.payee.value,
            project=self.project, person=person(self.person),
        )  # fmt: skip


@strawberry.input
class RepayAdvanceInput(EntryHead):
    """Restricted money bears what was advanced, for the very use that was advanced."""

    of: PostingRef
    """The posting that advanced it."""
    account: str
    """The plain id of the restricted account that bears it."""
    amount: AmountInput
    """How much."""
    units: list[UnitsInput] | None = None
    """The very units to take; the oldest when left out."""

    def request(self) -> Bearing:
        """The use case's request."""
        return Bearing(
            **self.head(), of=self.of.origin(), account=self.account, amount=self.amount.money("amount"),
            units=intervals(self.units),
        )  # fmt: skip


@strawberry.input
class ResolutionInput:
    """A resolution of the decision body (理事会决议)."""

    digest: Hex
    """The SHA-256 of its paper."""
    on: date
    """Its day."""
    matter: Matter
    """What it is about."""
    members: int
    """How many members the body has."""
    present: int
    """How many were there."""
    votes: int
    """How many were for it."""

    def resolution(self) -> Resolution:
        """As the ledger knows it."""
        return Resolution(
            self.digest.hex(), self.on.isoformat(), self.matter.value, self.members, self.present, self.votes
        )


@strawberry.input
class InvestInput(OutgoingInput):
    """Money to invest."""

    resolution: ResolutionInput
    """The council's resolution."""
    instrument: str | None = None
    """The code of what is bought."""

    def request(self) -> Investment:
        """The use case's request."""
        return Investment(
            **self.head(), parts=parts(self.parts), custody=self.custody, resolution=self.resolution.resolution(),
            instrument=self.instrument,
        )  # fmt: skip


@strawberry.input
class LendInput(OutgoingInput):
    """Money to lend for a charitable purpose."""

    resolution: ResolutionInput
    """The council's resolution."""
    due: date | None = None
    """When it is to come back."""
    person: PersonInput | None = None
    """Who borrows, if a person is known; kept in the vault."""

    def request(self) -> Loan:
        """The use case's request."""
        return Loan(
            **self.head(), parts=parts(self.parts), custody=self.custody, resolution=self.resolution.resolution(),
            due=day(self.due), person=person(self.person),
        )  # fmt: skip


@strawberry.input
class ReturnInvestmentInput(ReturnPaymentInput):
    """Principal that came back; what is more is income of source INVESTMENT, what will not come is a loss."""

    def request(self) -> InvestmentReturn:
        """The use case's request."""
        return InvestmentReturn(
            **self.head(), of=self.of.origin(), amount=self.amount.money("amount"), custody=self.custody
        )


@strawberry.input
class RepayLoanInput(ReturnPaymentInput):
    """Principal of a loan that came back."""

    def request(self) -> LoanRepayment:
        """The use case's request."""
        return LoanRepayment(
            **self.head(), of=self.of.origin(), amount=self.amount.money("amount"), custody=self.custody
        )


@strawberry.input
class RecordLossInput(EntryHead):
    """What is lost: parts and where they were kept; or the posting that placed it outside, and how much."""

    ground: LossGround
    """Why."""
    parts: list[SpendingInput] = strawberry.field(default_factory=list)
    """What was held."""
    custody: str | None = None
    """The plain id of the custody account where it was kept."""
    of: PostingRef | None = None
    """The posting of an investment or a loan that will not come back."""
    amount: AmountInput | None = None
    """How much of that will not."""
    evidence: Hex | None = None
    """The SHA-256 of the document that shows it; this or a reference is needed."""
    reference: str | None = None
    """The number of the paper."""

    def request(self) -> Loss:
        """The use case's request."""
        return Loss(
            **self.head(), ground=self.ground.value, parts=parts(self.parts), custody=self.custody,
            of=self.of.origin() if self.of is not None else None,
            amount=self.amount.money("amount") if self.amount is not None else None,
            evidence=self.evidence.hex() if self.evidence is not None else None, reference=self.reference,
        )  # fmt: skip


@strawberry.type
class PlacementMutations:
    """Recording money that is for others, that is to come back, and that is lost."""

    receive_for_others = mutation(
        entrusted.receive_for_others, ReceiveForOthersInput, payload("ReceiveForOthersPayload")
    )
    """Record money for a recipient whom the donor named (受托代理): a liability, no income and no donation."""
    pass_on = mutation(entrusted.pass_on, PassOnInput, payload("PassOnPayload"))
    """Pass such money on to its recipient, and to nobody else."""
    advance = mutation(placements.advance, AdvanceInput, payload("AdvancePayload"))
    """Pay with unrestricted money what restricted money is to bear (垫付)."""
    repay_advance = mutation(placements.repay_advance, RepayAdvanceInput, payload("RepayAdvancePayload"))
    """Let restricted money bear what was advanced, as far as its use satisfies the restriction."""
    invest = mutation(placements.invest, InvestInput, payload("InvestPayload"))
    """Invest money (对外投资), with the council's vote."""
    return_investment = mutation(
        placements.return_investment, ReturnInvestmentInput, payload("ReturnInvestmentPayload")
    )
    """Record principal of an investment that came back (收回投资)."""
    lend = mutation(placements.lend, LendInput, payload("LendPayload"))
    """Lend money for a charitable purpose (借款), with the council's vote."""
    repay_loan = mutation(placements.repay_loan, RepayLoanInput, payload("RepayLoanPayload"))
    """Record principal of a loan that came back (收回借款)."""
    record_loss = mutation(placements.record_loss, RecordLossInput, payload("RecordLossPayload"))
    """Record what is lost (报损, 盘亏), on its ground and with its paper."""
