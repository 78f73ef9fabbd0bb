"""Recording many entries at once: the same inputs, each for itself or all of them or none."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError

from db import lookups
from ledger.decide import Accepted, Replayed
from resolvers.bulk import MOST_ITEMS, Answer, No, record_all
from resolvers.context import Context
from resolvers.recording import Asked
from resolvers.refusals import Refusal
from schema.enums import EntryState
from schema.mutations.accounts import CloseAccountInput, FreezeAccountInput, OpenAccountInput, UnfreezeAccountInput
from schema.mutations.agreements import BindAgreementInput, ChangeRestrictionInput, ReachMilestoneInput
from schema.mutations.approvals import (
    DismissApproverInput,
    EnrolKeyInput,
    NameApproverInput,
    RevokeKeyInput,
    SetApprovalThresholdInput,
)
from schema.mutations.beneficiaries import RecordBeneficiaryInput
from schema.mutations.disbursements import DisburseInput, DisburseRosterInput, PayFeeInput, SpendInput
from schema.mutations.donations import (
    RecordDonationInput,
    RecordGiftInKindInput,
    RecordIncomeInput,
    RecordOpeningInput,
)
from schema.mutations.errors import Problem, error_of
from schema.mutations.evidence import AttachEvidenceInput, ConfirmDeliveryInput
from schema.mutations.filings import (
    CommitDrawInput,
    FileFactInput,
    ImportStatementInput,
    RecordCommendationInput,
    RecordDrawInput,
)
from schema.mutations.goods import DeclareGoodsInput, NoteGoodsInput, PurchaseInput
from schema.mutations.holds import ExpireHoldInput, HoldMoneyInput, VoidHoldInput
from schema.mutations.memoranda import (
    CloseMemorandumInput,
    OpenPromiseInput,
    RecordAssistedSaleInput,
    RecordVolunteerHoursInput,
    SettleMemorandumInput,
    WithdrawSettlementInput,
)
from schema.mutations.movements import (
    AllocateInput,
    ConvertInput,
    MoveCustodyInput,
    ReleaseFeeInput,
    TransferInput,
)
from schema.mutations.organizations import RecordOrganizationInput
from schema.mutations.payloads import WHAT, receipt, replayed
from schema.mutations.periods import ClosePeriodInput, ReopenPeriodInput
from schema.mutations.personal import LiftAuditHoldInput, PlaceAuditHoldInput
from schema.mutations.placements import (
    AdvanceInput,
    InvestInput,
    LendInput,
    PassOnInput,
    ReceiveForOthersInput,
    RecordLossInput,
    RepayAdvanceInput,
    RepayLoanInput,
    ReturnInvestmentInput,
)
from schema.mutations.projects import RecordProjectInput
from schema.mutations.restrictions import DeclareRestrictionInput
from schema.mutations.returns import CorrectInput, RefundInput, ReturnPaymentInput
from schema.scalars import BigInt, Hex

_ITEMS: dict[str, type] = {
    "open_account": OpenAccountInput,
    "declare_restriction": DeclareRestrictionInput,
    "record_donation": RecordDonationInput,
    "record_gift_in_kind": RecordGiftInKindInput,
    "record_opening": RecordOpeningInput,
    "record_income": RecordIncomeInput,
    "allocate": AllocateInput,
    "transfer": TransferInput,
    "release_fee": ReleaseFeeInput,
    "move_custody": MoveCustodyInput,
    "convert": ConvertInput,
    "disburse": DisburseInput,
    "disburse_roster": DisburseRosterInput,
    "spend": SpendInput,
    "pay_fee": PayFeeInput,
    "declare_goods": DeclareGoodsInput,
    "note_goods": NoteGoodsInput,
    "purchase": PurchaseInput,
    "receive_for_others": ReceiveForOthersInput,
    "pass_on": PassOnInput,
    "advance": AdvanceInput,
    "repay_advance": RepayAdvanceInput,
    "invest": InvestInput,
    "return_investment": ReturnInvestmentInput,
    "lend": LendInput,
    "repay_loan": RepayLoanInput,
    "record_loss": RecordLossInput,
    "refund": RefundInput,
    "return_payment": ReturnPaymentInput,
    "correct": CorrectInput,
    "attach_evidence": AttachEvidenceInput,
    "confirm_delivery": ConfirmDeliveryInput,
    "set_approval_threshold": SetApprovalThresholdInput,
    "name_approver": NameApproverInput,
    "dismiss_approver": DismissApproverInput,
    "enrol_key": EnrolKeyInput,
    "revoke_key": RevokeKeyInput,
    "record_organization": RecordOrganizationInput,
    "record_project": RecordProjectInput,
    "record_beneficiary": RecordBeneficiaryInput,
    "freeze_account": FreezeAccountInput,
    "unfreeze_account": UnfreezeAccountInput,
    "close_account": CloseAccountInput,
    "close_period": ClosePeriodInput,
    "reopen_period": ReopenPeriodInput,
    "hold_money": HoldMoneyInput,
    "void_hold": VoidHoldInput,
    "expire_hold": ExpireHoldInput,
    "open_promise": OpenPromiseInput,
    "settle_memorandum": SettleMemorandumInput,
    "withdraw_settlement": WithdrawSettlementInput,
    "close_memorandum": CloseMemorandumInput,
    "record_assisted_sale": RecordAssistedSaleInput,
    "record_volunteer_hours": RecordVolunteerHoursInput,
    "change_restriction": ChangeRestrictionInput,
    "bind_agreement": BindAgreementInput,
    "reach_milestone": ReachMilestoneInput,
    "file_fact": FileFactInput,
    "import_statement": ImportStatementInput,
    "record_commendation": RecordCommendationInput,
    "commit_draw": CommitDrawInput,
    "record_draw": RecordDrawInput,
    "place_audit_hold": PlaceAuditHoldInput,
    "lift_audit_hold": LiftAuditHoldInput,
}
"""What one item can be: the input of the mutation of that name."""


def _one_of() -> Any:  # noqa: ANN401 - made at run time
    body: dict[str, Any] = {"__module__": __name__, "__annotations__": {}}
    for name, kind in _ITEMS.items():
        body["__annotations__"][name] = kind | None
        body[name] = strawberry.field(default=strawberry.UNSET, description=f"As of `{name}`.".replace("_", " "))
    doc = "One entry to record: exactly one of these."
    return strawberry.input(type("EntryInput", (), body), one_of=True, description=doc)


EntryInput = _one_of()


@strawberry.input
class RecordEntriesInput:
    """Entries to record, in their order."""

    items: list[EntryInput]  # type: ignore[valid-type]  # made at run time
    """At most 2,000."""
    atomic: bool
    """All of them or none; else each for itself."""


@strawberry.type
class EntryResult:
    """What became of one item."""

    position: BigInt | None = None
    """The entry's position in the journal."""
    at: datetime | None = None
    """The ledger's clock when it was accepted."""
    leaf_hash: Hex | None = None
    """SHA-256(0x00 ‖ leaf)."""
    state: EntryState | None = None
    """How far it is secured."""
    replayed: bool = False
    """Whether the same command had been accepted before."""
    errors: list[Problem] = strawberry.field(default_factory=list)
    """Why it was not recorded; its path begins with the item's index."""


@strawberry.type
class RecordEntriesPayload:
    """What became of the items."""

    results: list[EntryResult]
    """One for each item, in the same order."""
    accepted: int
    """How many are in the journal now."""


@strawberry.type
class EntryMutations:
    """Recording many entries at once."""

    @strawberry.mutation
    async def record_entries(
        self,
        info: strawberry.Info,
        input: Annotated[RecordEntriesInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> RecordEntriesPayload:
        """Record up to 2,000 entries, all or none or each for itself; more are refused as BAD_USER_INPUT."""
        ctx: Context = info.context
        if len(input.items) > MOST_ITEMS:
            message = f"input.items: {len(input.items)} items, at most {MOST_ITEMS} fit; send them in parts."
            raise GraphQLError(message, extensions={"code": "BAD_USER_INPUT", "argument": "input.items"})
        answers = await record_all(ctx, [_request(item) for item in input.items], atomic=input.atomic)
        results = await _results(ctx, answers)
        return RecordEntriesPayload(results=results, accepted=sum(not result.errors for result in results))


def _request(item: Any) -> Asked | No:  # noqa: ANN401 - made at run time
    """The request of an item, or why it is none."""
    given = next(value for name in _ITEMS if (value := getattr(item, name)) is not strawberry.UNSET)
    try:
        request: Asked = given.request()
    except Refusal as no:
        return no
    return request


async def _results(ctx: Context, answers: list[Answer]) -> list[EntryResult]:
    """What became of every item; receipts of earlier entries are read in one statement."""
    before = [answer.position for answer in answers if isinstance(answer, Replayed)]
    found = await lookups.receipts(ctx.reader, ctx.journal.id, before) if before else {}
    results = []
    for n, answer in enumerate(answers):
        if isinstance(answer, Accepted):
            results.append(EntryResult(**await receipt(ctx, answer)))
        elif isinstance(answer, Replayed):
            results.append(EntryResult(**replayed(found[answer.position])))
        else:
            error = error_of(answer, ctx.language)
            error.path = ["input", "items", str(n), *error.path[1:]]
            results.append(EntryResult(errors=[error]))
    return results
