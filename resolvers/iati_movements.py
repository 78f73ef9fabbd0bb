"""The values of a plan: what moves, what is only promised, and what has no place in the books yet."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from resolvers.iati_problems import Source
from resolvers.iati_values import Activity, Organization, Transaction

Kind = Literal["opening", "donation", "income", "transfer", "disbursement", "expense", "refund"]

Flag = Literal[
    "INCOME_NOT_REPORTED",  # opening: computed, so that the activity is never below zero
    "INTERNAL_SOURCE",  # opening: reported as incoming from the reporter itself
    "ORIGINAL_UNKNOWN",  # refund: the negative value names no original
    "DATES_APART",  # transfer: both sides report it, on different days; the payer's is taken
    "ONE_SIDE_ONLY",  # transfer: the other activity is in the files and does not report it
    "SIDES_DISAGREE",  # both activities report payments to each other that cannot be matched
    "PROVIDER_UNKNOWN",  # money in: from nobody named
    "PROVIDER_IS_NOT_REPORTER",  # money out: the file names another organization as payer
    "RECEIVER_UNKNOWN",  # money out: to nobody named
    "REIMBURSEMENT",  # disbursement: for what the receiver had spent before
    "DIRECTION_ASSUMED",  # interest: neither side named, taken as received
    "INTEREST_PAID",  # expense: interest that the reporter pays
]


@dataclass(frozen=True, slots=True)
class PlannedMovement:
    """Money that moves: `amount` is a positive number of minor units of `currency`/`scale`.

    `activity` reports it. `payer` and `payee` are identifiers of activities in
    these files; None is the outside, where `counterpart` is the organization as
    far as it is named (for an opening: `outside/unreported`). `transactions`
    are what was published: none for a computed opening, two where both sides
    reported, the payer's first. A refund `reverses` a kind, and knows its
    `original` only if the file names one.
    """

    kind: Kind
    date: dt.date
    activity: str
    payer: str | None
    payee: str | None
    counterpart: Organization | None
    amount: int
    currency: str
    scale: int
    transactions: tuple[Transaction, ...]
    original: Source | None
    flags: tuple[Flag, ...]
    reverses: Kind | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return where it is reported, in every file."""
        return tuple(transaction.source for transaction in self.transactions)

    @property
    def identity(self) -> tuple[str, ...]:
        """Return what makes this movement the same in a repeated import of the same files."""
        if not self.transactions:
            return (self.kind, self.activity, self.currency, str(self.amount))
        return (self.kind, *(f"{source.sha256}{source.path}" for source in self.sources))


@dataclass(frozen=True, slots=True)
class Memorandum:
    """A commitment or pledge: no money moves, and the books have no place for it yet."""

    activity: Activity
    transaction: Transaction


@dataclass(frozen=True, slots=True)
class NotRepresented:
    """A transaction that no kind of entry stands for; the reason is a code (`CREDIT_GUARANTEE`, `ZERO_AMOUNT` ...)."""

    activity: Activity
    transaction: Transaction
    reason: str


@dataclass(frozen=True, slots=True)
class SkippedActivity:
    """An activity whose identifier another one has, at `kept`: SAME_ACTIVITY_AGAIN, OLDER_ or CONFLICTING_VERSION."""

    activity: Activity
    kept: Source
    reason: str


@dataclass(frozen=True, slots=True)
class Position:
    """What one activity received and paid in one currency, in minor units, before computed openings.

    `lowest` is the least of incoming less outgoing in the plan's order, zero at
    the beginning counted, so it is never positive; `opening` is its opposite.
    """

    activity: str
    currency: str
    scale: int
    incoming: int
    outgoing: int
    lowest: int
    opening: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a set of activities means; `movements` is in the order in which to record it."""

    movements: list[PlannedMovement]
    memoranda: list[Memorandum]
    not_represented: list[NotRepresented]
    skipped: list[SkippedActivity]
    positions: list[Position]

    def opened(self) -> dict[str, int]:
        """Sum up, by currency, the openings that stand for income nobody reported."""
        sums: Counter[str] = Counter()
        for movement in self.movements:
            if "INCOME_NOT_REPORTED" in movement.flags:
                sums[movement.currency] += movement.amount
        return dict(sums)
