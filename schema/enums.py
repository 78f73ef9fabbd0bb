"""Enumerations of the contract; a member's value is its name, in the tables it is written in lower case."""

from enum import Enum

import strawberry

from ledger.domain_nouns import RECORD_NOUNS


@strawberry.enum
class EntryKind(Enum):
    """What an entry is."""

    JOURNAL_OPENED = "JOURNAL_OPENED"
    KEY_ROTATED = "KEY_ROTATED"
    PERSONAL_DATA_ERASED = "PERSONAL_DATA_ERASED"
    REFERENCE_LOADED = "REFERENCE_LOADED"
    SEALED = "SEALED"
    SNAPSHOT = "SNAPSHOT"
    ATTESTATION = "ATTESTATION"
    IMPORT_OPENED = "IMPORT_OPENED"
    IMPORT_CLOSED = "IMPORT_CLOSED"
    ACCOUNT_OPENED = "ACCOUNT_OPENED"
    ACCOUNT_FROZEN = "ACCOUNT_FROZEN"
    ACCOUNT_UNFROZEN = "ACCOUNT_UNFROZEN"
    ACCOUNT_CLOSED = "ACCOUNT_CLOSED"
    PERIOD_CLOSED = "PERIOD_CLOSED"
    PERIOD_REOPENED = "PERIOD_REOPENED"
    AUDIT_HOLD_PLACED = "AUDIT_HOLD_PLACED"
    AUDIT_HOLD_LIFTED = "AUDIT_HOLD_LIFTED"
    RESTRICTION_DECLARED = "RESTRICTION_DECLARED"
    APPROVAL_THRESHOLD_SET = "APPROVAL_THRESHOLD_SET"
    APPROVER_NAMED = "APPROVER_NAMED"
    APPROVER_DISMISSED = "APPROVER_DISMISSED"
    KEY_ENROLLED = "KEY_ENROLLED"
    KEY_REVOKED = "KEY_REVOKED"
    GOODS_DECLARED = "GOODS_DECLARED"
    GOODS_NOTED = "GOODS_NOTED"
    RECORD_BOUND = "RECORD_BOUND"
    EVIDENCE_ATTACHED = "EVIDENCE_ATTACHED"
    DELIVERY_CONFIRMED = "DELIVERY_CONFIRMED"
    OPENING = "OPENING"
    DONATION = "DONATION"
    GIFT_IN_KIND = "GIFT_IN_KIND"
    INCOME = "INCOME"
    AGENCY_IN = "AGENCY_IN"
    RETURNED_PAYMENT = "RETURNED_PAYMENT"
    ALLOCATION = "ALLOCATION"
    TRANSFER = "TRANSFER"
    AGENCY_OUT = "AGENCY_OUT"
    DISBURSEMENT = "DISBURSEMENT"
    EXPENSE = "EXPENSE"
    PURCHASE = "PURCHASE"
    ADVANCE = "ADVANCE"
    ADVANCE_REPAYMENT = "ADVANCE_REPAYMENT"
    INVESTMENT = "INVESTMENT"
    INVESTMENT_RETURN = "INVESTMENT_RETURN"
    LOAN = "LOAN"
    LOAN_REPAYMENT = "LOAN_REPAYMENT"
    LOSS = "LOSS"
    BANK_FEE = "BANK_FEE"
    PLATFORM_FEE = "PLATFORM_FEE"
    FEE_RELEASE = "FEE_RELEASE"
    CONVERSION = "CONVERSION"
    REFUND = "REFUND"
    CORRECTION = "CORRECTION"
    HOLD = "HOLD"
    VOID = "VOID"
    EXPIRE = "EXPIRE"
    CUSTODY_MOVE = "CUSTODY_MOVE"
    PLEDGE = "PLEDGE"
    COMMITMENT = "COMMITMENT"
    RECEIVABLE = "RECEIVABLE"
    PAYABLE = "PAYABLE"
    MEMORANDUM_SETTLED = "MEMORANDUM_SETTLED"
    SETTLEMENT_WITHDRAWN = "SETTLEMENT_WITHDRAWN"
    MEMORANDUM_CLOSED = "MEMORANDUM_CLOSED"
    ASSISTED_SALE = "ASSISTED_SALE"
    VOLUNTEER_HOURS = "VOLUNTEER_HOURS"
    RESTRICTION_CHANGED = "RESTRICTION_CHANGED"
    RESTRICTION_RELEASED = "RESTRICTION_RELEASED"
    AGREEMENT_BOUND = "AGREEMENT_BOUND"
    MILESTONE_REACHED = "MILESTONE_REACHED"
    PLAN_FILED = "PLAN_FILED"
    REPORT_FILED = "REPORT_FILED"
    PUBLICATION_FILED = "PUBLICATION_FILED"
    STATEMENT_IMPORTED = "STATEMENT_IMPORTED"
    COMMENDATION = "COMMENDATION"
    DRAW_COMMITTED = "DRAW_COMMITTED"
    INSPECTION_DRAW = "INSPECTION_DRAW"


@strawberry.enum
class Mode(Enum):
    """Whether an entry was asked to happen, and could have been refused, or has happened and is recorded."""

    INSTRUCTED = "INSTRUCTED"
    OBSERVED = "OBSERVED"


@strawberry.enum
class EntryState(Enum):
    """How far an entry is secured: recorded, covered by a checkpoint, cosigned by witnesses, verified by an auditor."""

    RECORDED = "RECORDED"
    CHECKPOINTED = "CHECKPOINTED"
    WITNESSED = "WITNESSED"
    AUDITED = "AUDITED"


@strawberry.enum
class Book(Enum):
    """The two faces of held money: whose purpose it serves (fund), where it lies (custody)."""

    FUND = "FUND"
    CUSTODY = "CUSTODY"


@strawberry.enum
class AccountStatus(Enum):
    """Whether money may enter and leave: frozen, none leaves (冻结); closed, none enters either (销户)."""

    OPEN = "OPEN"
    FROZEN = "FROZEN"
    CLOSED = "CLOSED"


@strawberry.enum
class Flow(Enum):
    """Whether a posting brings money into an account or takes it out."""

    IN = "IN"
    OUT = "OUT"


@strawberry.enum
class AssetKind(Enum):
    """Money, or goods in their own unit."""

    CURRENCY = "CURRENCY"
    GOODS = "GOODS"


@strawberry.enum
class DecisionState(Enum):
    """Whether an import decision still waits."""

    OPEN = "OPEN"
    RESOLVED = "RESOLVED"


@strawberry.enum
class Direction(Enum):
    """Ascending puts nothing last, descending puts it first."""

    ASC = "ASC"
    DESC = "DESC"


@strawberry.enum
class MemorandumKind(Enum):
    """A promise of a gift, of a payment, what is owed to or by the organization, help in selling, volunteer hours."""

    PLEDGE = "PLEDGE"
    COMMITMENT = "COMMITMENT"
    RECEIVABLE = "RECEIVABLE"
    PAYABLE = "PAYABLE"
    ASSISTED_SALE = "ASSISTED_SALE"
    VOLUNTEER_HOURS = "VOLUNTEER_HOURS"


@strawberry.enum
class MemorandumState(Enum):
    """Whether a memorandum is open, settled in full, or was closed on a ground."""

    OPEN = "OPEN"
    SETTLED = "SETTLED"
    CLOSED = "CLOSED"


@strawberry.enum
class MemorandumStepKind(Enum):
    """What became of a memorandum: a payment settled it, a settlement was none, it was closed."""

    SETTLED = "SETTLED"
    WITHDRAWN = "WITHDRAWN"
    CLOSED = "CLOSED"


@strawberry.enum
class FactKind(Enum):
    """What kind of fact is on record."""

    PLAN_FILED = "PLAN_FILED"
    REPORT_FILED = "REPORT_FILED"
    PUBLICATION_FILED = "PUBLICATION_FILED"
    STATEMENT_IMPORTED = "STATEMENT_IMPORTED"
    COMMENDATION = "COMMENDATION"
    DRAW_COMMITTED = "DRAW_COMMITTED"
    INSPECTION_DRAW = "INSPECTION_DRAW"


@strawberry.enum
class HoldState(Enum):
    """Whether a hold is open, or how it was resolved."""

    OPEN = "OPEN"
    PAID = "PAID"
    VOIDED = "VOIDED"
    EXPIRED = "EXPIRED"


def _choices() -> dict[str, type[Enum]]:
    """The enumerations of domain records: members are the choices, upper-case."""
    found: dict[str, type[Enum]] = {}
    for noun in RECORD_NOUNS.values():
        for owner, each in [(noun.type, each) for each in noun.fields] + [
            (outer.line, each) for outer in noun.fields for each in outer.lines
        ]:
            if each.kind == "choice":
                name = f"{owner}{each.name[0].upper()}{each.name[1:]}"
                made = Enum(name, {choice.upper(): choice.upper() for choice in each.choices}, module=__name__)  # type: ignore[misc]  # made at run time
                found[f"{owner}.{each.name}"] = strawberry.enum(made, description=each.description)
    return found


ENUMS: dict[str, type[Enum]] = {
    "Entry.kind": EntryKind,
    "Entry.mode": Mode,
    "Account.book": Book,
    "Account.status": AccountStatus,
    "Posting.book": Book,
    "Memorandum.kind": MemorandumKind,
    "Memorandum.state": MemorandumState,
    "MemorandumStep.step": MemorandumStepKind,
    "Fact.kind": FactKind,
    "Hold.state": HoldState,
    "StatementLine.direction": Flow,
    "Asset.kind": AssetKind,
    "ImportDecision.state": DecisionState,
    **_choices(),
}
"""The enumeration of each declared column of type `enum`."""
