"""What published transactions mean for the books: movements of money, in order of date.

Pure: activities in, a plan out; whoever writes entries decides nothing more
about money than this says.  The rules:

- type 1 from outside is a `donation`; from the reporter itself, an `opening`
  flagged INTERNAL_SOURCE, since where it came from is not reported;
- types 3 and 7 are a `disbursement`, 4 an `expense`, and each of them that names
  an activity of these files as receiver is a `transfer` (`iati_pairs`);
- type 5 is `income`, or an `expense` when the reporter is the one who pays it;
- a negative value is a `refund`: the same money the other way, with the original
  if the file names one, else flagged ORIGINAL_UNKNOWN;
- commitments and pledges (2, 11, 12, 13) are memoranda, which move nothing;
- loan repayments, equity and guarantees (6, 8, 9, 10) and zeros are reported as
  not represented, with the reason;
- where an activity pays more than it reports to have received, an `opening`
  flagged INCOME_NOT_REPORTED, as large as its lowest balance, comes first.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from resolvers import iati_codes as codes
from resolvers.iati_balances import openings, order
from resolvers.iati_movements import Flag, Kind, Memorandum, NotRepresented, Plan, PlannedMovement, SkippedActivity
from resolvers.iati_pairs import Pairing, Report, pair
from resolvers.iati_problems import Source
from resolvers.iati_values import Activity, Organization, Transaction

MEMORANDA: Final = frozenset({2, 11, 12, 13})
_OUTGOING: Final = frozenset({codes.DISBURSEMENT, codes.EXPENDITURE, codes.REIMBURSEMENT})
_NO_KIND_YET: Final = {
    6: "LOAN_REPAYMENT",
    8: "PURCHASE_OF_EQUITY",
    9: "SALE_OF_EQUITY",
    10: "CREDIT_GUARANTEE",
}


def activity_key(identifier: str) -> str:
    """Return what two spellings of one identifier have in common: case and blanks say nothing."""
    return " ".join(identifier.split()).casefold()


def plan(activities: Iterable[Activity]) -> Plan:
    """Say what the activities mean; every transaction is in exactly one of the plan's lists.

    The lists are `movements` (there, two reports of one payment are one
    movement with two transactions), `memoranda`, `not_represented`, and those
    of `skipped` activities.
    """
    known, skipped = _unique(activities)
    movements: list[PlannedMovement] = []
    reports: list[Report] = []
    memoranda: list[Memorandum] = []
    unrepresented: list[NotRepresented] = []
    for key, activity in known.items():
        for transaction in activity.transactions:
            reason = _NO_KIND_YET.get(transaction.type, "ZERO_AMOUNT" if transaction.amount.minor == 0 else "")
            if transaction.type in MEMORANDA:
                memoranda.append(Memorandum(activity, transaction))
            elif reason:
                unrepresented.append(NotRepresented(activity, transaction, reason))
            elif (report := _linked(key, activity, transaction, known)) is not None:
                reports.append(report)
            else:
                movements.append(_alone(activity, transaction))
    movements += [_from_pairing(pairing, known) for pairing in pair(reports)]
    ordered = order(movements)
    opened, positions = openings(ordered)
    return Plan(
        movements=order([*opened, *ordered]),
        memoranda=memoranda,
        not_represented=unrepresented,
        skipped=skipped,
        positions=positions,
    )


def _unique(activities: Iterable[Activity]) -> tuple[dict[str, Activity], list[SkippedActivity]]:
    """Keep one activity of each identifier: the latest published, else the first; the rest is reported."""
    known: dict[str, Activity] = {}
    skipped: list[SkippedActivity] = []
    for activity in activities:
        key = activity_key(activity.identifier)
        other = known.get(key)
        if other is None:
            known[key] = activity
        elif other.digest == activity.digest:
            skipped.append(SkippedActivity(activity, other.source, "SAME_ACTIVITY_AGAIN"))
        elif activity.last_updated > other.last_updated:
            known[key] = activity
            skipped.append(SkippedActivity(other, activity.source, "OLDER_VERSION"))
        else:
            reason = "OLDER_VERSION" if activity.last_updated < other.last_updated else "CONFLICTING_VERSION"
            skipped.append(SkippedActivity(activity, other.source, reason))
    return known, skipped


def _linked(key: str, activity: Activity, transaction: Transaction, known: dict[str, Activity]) -> Report | None:
    """Return the transaction as a report of a payment between two known activities, if it is one."""
    if transaction.type == codes.INCOMING and transaction.provider:
        payer = activity_key(transaction.provider.activity)
        return Report(payer, key, "payee", activity, transaction) if payer in known and payer != key else None
    if transaction.type in _OUTGOING and transaction.receiver:
        payee = activity_key(transaction.receiver.activity)
        return Report(key, payee, "payer", activity, transaction) if payee in known and payee != key else None
    return None


def _from_pairing(pairing: Pairing, known: dict[str, Activity]) -> PlannedMovement:
    """Make one movement of one payment between two activities."""
    first = pairing.reports[0]
    if pairing.verdict == "SIDES_DISAGREE":
        alone = _alone(first.activity, first.transaction)
        return replace(alone, flags=(*alone.flags, "SIDES_DISAGREE"))
    payer, payee = known[first.payer], known[first.payee]
    flags = () if pairing.verdict == "BOTH_SIDES" else (pairing.verdict,)
    movement = PlannedMovement(
        kind="transfer",
        date=first.transaction.date,
        activity=first.activity.identifier,
        payer=payer.identifier,
        payee=payee.identifier,
        counterpart=payee.reporter,
        amount=abs(first.transaction.amount.minor),
        currency=first.transaction.amount.currency,
        scale=first.transaction.amount.scale,
        transactions=tuple(report.transaction for report in pairing.reports),
        original=None,
        flags=flags,
    )
    return _reversed(movement, first.activity) if first.transaction.amount.minor < 0 else movement


def _alone(activity: Activity, transaction: Transaction) -> PlannedMovement:
    """Make a movement of a transaction whose other side is outside the files."""
    incoming, kind, flags = _direction(activity, transaction)
    movement = PlannedMovement(
        kind=kind,
        date=transaction.date,
        activity=activity.identifier,
        payer=None if incoming else activity.identifier,
        payee=activity.identifier if incoming else None,
        counterpart=transaction.provider if incoming else transaction.receiver,
        amount=abs(transaction.amount.minor),
        currency=transaction.amount.currency,
        scale=transaction.amount.scale,
        transactions=(transaction,),
        original=None,
        flags=flags,
    )
    return _reversed(movement, activity) if transaction.amount.minor < 0 else movement


def _reversed(movement: PlannedMovement, activity: Activity) -> PlannedMovement:
    """Turn a movement round: a negative value is the same money on its way back."""
    original = _original(movement.transactions[0], activity)
    return replace(
        movement,
        kind="refund",
        payer=movement.payee,
        payee=movement.payer,
        original=original,
        flags=movement.flags if original else (*movement.flags, "ORIGINAL_UNKNOWN"),
        reverses=movement.kind,
    )


def _original(transaction: Transaction, activity: Activity) -> Source | None:
    """Find the one transaction that the negative one names by the same `ref`; IATI has no other way to name it."""
    named = [
        other.source
        for other in activity.transactions
        if other.ref == transaction.ref
        and other.type == transaction.type
        and other.amount.currency == transaction.amount.currency
        and other.amount.minor >= -transaction.amount.minor
    ]
    return named[0] if transaction.ref and len(named) == 1 else None


def _direction(activity: Activity, transaction: Transaction) -> tuple[bool, Kind, tuple[Flag, ...]]:
    """Say whether a positive value comes in, which kind of movement it is, and what is doubtful about it."""
    provider, receiver = transaction.provider, transaction.receiver
    paid_by_reporter = _is_reporter(activity, provider)
    if transaction.type == codes.INCOMING:
        if paid_by_reporter:
            return True, "opening", ("INTERNAL_SOURCE",)
        return True, "donation", () if provider else ("PROVIDER_UNKNOWN",)
    if transaction.type == codes.INTEREST:
        if paid_by_reporter and not _is_reporter(activity, receiver):
            return False, "expense", ("INTEREST_PAID",)
        return True, "income", () if provider or receiver else ("DIRECTION_ASSUMED",)
    flags: list[Flag] = []
    if provider and provider.ref and not paid_by_reporter:
        flags.append("PROVIDER_IS_NOT_REPORTER")
    if receiver is None:
        flags.append("RECEIVER_UNKNOWN")
    if transaction.type == codes.REIMBURSEMENT:
        flags.append("REIMBURSEMENT")
    return False, "expense" if transaction.type == codes.EXPENDITURE else "disbursement", tuple(flags)


def _is_reporter(activity: Activity, party: Organization | None) -> bool:
    """Say whether a party is the organization that reports: by reference, else by name."""
    reporter = activity.reporter
    if party is None or reporter is None:
        return False
    if party.ref and reporter.ref:
        return activity_key(party.ref) == activity_key(reporter.ref)
    return bool({n.text.casefold() for n in party.names} & {n.text.casefold() for n in reporter.names})
