"""Opening, settling and closing memoranda; help in selling; volunteer hours."""

from datetime import date
from typing import Any

import strawberry

from resolvers import memoranda
from resolvers.disbursements import Line
from resolvers.memoranda import AssistedSale, Closing, Hours, Promise, Settlement, Withdrawal
from schema.mutations.inputs import AmountInput, EntryHead, PersonInput, PostingRef, code, day, person
from schema.mutations.payloads import mutation, payload
from schema.mutations.undertaking_codes import Counterparty, MemorandumGround, PromiseKind, WithdrawalGround
from schema.scalars import BigInt, Hex


@strawberry.input
class PaperHead(EntryHead):
    """What may have a paper behind it."""

    evidence: Hex | None = None
    """SHA-256 of the paper."""
    reference: str | None = None
    """The number of the paper."""

    def papers(self) -> dict[str, Any]:
        """The head with the paper."""
        evidence = self.evidence.hex() if self.evidence is not None else None
        return EntryHead.head(self) | {"evidence": evidence, "reference": self.reference}


@strawberry.input
class OpenPromiseInput(PaperHead):
    """Money that is promised, or owed; it is in no balance, and no income."""

    kind: PromiseKind
    """A pledge, a commitment, a receivable or a payable."""
    amount: AmountInput
    """How much."""
    memorandum: str | None = None
    """Its plain id; the command's id when left out."""
    counterparty: Counterparty | None = None
    """The class of the other side."""
    person: PersonInput | None = None
    """Who that is, if a person is known; kept in the vault."""
    due: date | None = None
    """When it is due."""
    restriction: str | None = None
    """The plain id of what the money may be used for."""
    project: str | None = None
    """The plain id of its project."""
    campaign: str | None = None
    """The campaign that a pledge was made to."""
    correction: PostingRef | None = None
    """Of a receivable: the correction, and the posting that it could not bring back whole."""

    def request(self) -> Promise:
        """The use case's request."""
        correction = self.correction.origin() if self.correction is not None else None
        return Promise(
            **self.papers(), noun=self.kind.value, amount=self.amount.money("amount"), memorandum=self.memorandum,
            counterparty=code(self.counterparty), person=person(self.person), due=day(self.due),
            restriction=self.restriction, project=self.project, campaign=self.campaign, correction=correction,
        )  # fmt: skip


@strawberry.input
class SettleMemorandumInput(EntryHead):
    """A payment that settled a promise, whole or in part."""

    memorandum: str
    """The plain id of the promise."""
    payment: BigInt
    """The position of the payment."""
    amount: AmountInput
    """How much of the promise it settled."""

    def request(self) -> Settlement:
        """The use case's request."""
        return Settlement(
            **self.head(), memorandum=self.memorandum, payment=int(self.payment), amount=self.amount.money("amount")
        )


@strawberry.input
class WithdrawSettlementInput(PaperHead):
    """A settlement that was none."""

    memorandum: str
    """The plain id of the promise."""
    payment: BigInt
    """The position of the payment."""
    ground: WithdrawalGround
    """Why."""

    def request(self) -> Withdrawal:
        """The use case's request."""
        return Withdrawal(
            **self.papers(), memorandum=self.memorandum, payment=int(self.payment), ground=self.ground.value
        )


@strawberry.input
class CloseMemorandumInput(PaperHead):
    """A memorandum that ends."""

    memorandum: str
    """Its plain id."""
    ground: MemorandumGround
    """Why; what is written off names its paper."""

    def request(self) -> Closing:
        """The use case's request."""
        return Closing(**self.papers(), memorandum=self.memorandum, ground=self.ground.value)


@strawberry.input
class RecordAssistedSaleInput(PaperHead):
    """A sale that came about with help; it has one claimant."""

    amount: AmountInput
    """For how much was sold."""
    seller: str
    """Who sold: a code, such as the unified social credit code."""
    sale: str
    """The number of the order or contract."""
    memorandum: str | None = None
    """Its plain id; the command's id when left out."""
    counterparty: Counterparty | None = None
    """The class of the buyer."""
    person: PersonInput | None = None
    """Who bought, if a person is known; kept in the vault."""
    product: str | None = None
    """What was sold, as a code."""
    region: str | None = None
    """Where it was grown, `code@edition`."""
    project: str | None = None
    """The plain id of the project."""

    def request(self) -> AssistedSale:
        """The use case's request."""
        return AssistedSale(
            **self.papers(), amount=self.amount.money("amount"), seller=self.seller, sale=self.sale,
            memorandum=self.memorandum, counterparty=code(self.counterparty), person=person(self.person),
            product=self.product, region=self.region, project=self.project,
        )  # fmt: skip


@strawberry.input
class HoursLineInput:
    """One line of a roster of volunteers."""

    person: PersonInput
    """Who gave them; kept in the vault."""
    minutes: int
    """Whole minutes."""


@strawberry.input
class RecordVolunteerHoursInput(PaperHead):
    """Volunteer hours on the effective date: of one person, or of at least five by a roster."""

    minutes: int
    """Whole minutes, of all together."""
    region: str
    """Where, `code@edition`."""
    memorandum: str | None = None
    """Its plain id; the command's id when left out."""
    person: PersonInput | None = None
    """Who gave them; kept in the vault."""
    lines: list[HoursLineInput] = strawberry.field(default_factory=list)
    """Who gave how many; the journal holds their count, total and root."""
    project: str | None = None
    """The plain id of the project."""
    purpose: str | None = None
    """A code of the focus areas."""

    def request(self) -> Hours:
        """The use case's request."""
        return Hours(
            **self.papers(), minutes=self.minutes, region=self.region, memorandum=self.memorandum,
            person=person(self.person), lines=tuple(Line(line.person.person(), line.minutes) for line in self.lines),
            project=self.project, purpose=self.purpose,
        )  # fmt: skip


@strawberry.type
class MemorandumMutations:
    """Opening, settling and closing memoranda; help in selling; volunteer hours."""

    open_promise = mutation(
        memoranda.open_promise, OpenPromiseInput, payload("OpenPromisePayload", memorandum="Memorandum")
    )
    """Open a pledge (认捐), a commitment (承诺), a receivable (应收) or a payable (应付)."""
    settle_memorandum = mutation(
        memoranda.settle_memorandum, SettleMemorandumInput, payload("SettleMemorandumPayload", memorandum="Memorandum")
    )
    """Name the payment that settled a promise (核销)."""
    withdraw_settlement = mutation(
        memoranda.withdraw_settlement, WithdrawSettlementInput,
        payload("WithdrawSettlementPayload", memorandum="Memorandum"),
    )  # fmt: skip
    """Say that a payment settled nothing of a promise (撤销核销)."""
    close_memorandum = mutation(
        memoranda.close_memorandum, CloseMemorandumInput, payload("CloseMemorandumPayload", memorandum="Memorandum")
    )
    """End a memorandum on a ground (了结)."""
    record_assisted_sale = mutation(
        memoranda.record_assisted_sale, RecordAssistedSaleInput,
        payload("RecordAssistedSalePayload", memorandum="Memorandum"),
    )  # fmt: skip
    """Claim a sale that came about with help (帮销)."""
    record_volunteer_hours = mutation(
        memoranda.record_volunteer_hours, RecordVolunteerHoursInput,
        payload("RecordVolunteerHoursPayload", memorandum="Memorandum"),
    )  # fmt: skip
    """Record volunteer hours (志愿服务时长)."""
