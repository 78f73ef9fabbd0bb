"""One movement that both sides reported: who paid whom, and which reports are the same payment.

A transfer between two activities of the files stands in the payer's activity as
money out (with receiver-activity-id), in the payee's as money in (with
provider-activity-id), or in both.  Both reports of one payment must become one
movement.  The rule, in this order, within (payer, payee):

1. the same currency and amount on the same day are one payment;
2. so are the same currency and amount up to 31 days apart, in order of date
   (a payment leaves on one day and is booked on another);
3. where only one side has reports left, they are payments that the other side
   does not itemize;
4. where both sides have reports left, they disagree.  Nobody can say which
   of them are the same money, so no two are joined: each stays in its own
   activity, unlinked and flagged, and no money is counted twice in one account.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final, Literal

from resolvers.iati_values import Activity, Transaction

APART: Final = 31
"""Days between the two dates of one payment, at most."""

Verdict = Literal["BOTH_SIDES", "DATES_APART", "ONE_SIDE_ONLY", "SIDES_DISAGREE"]


@dataclass(frozen=True, slots=True)
class Report:
    """A transaction that names the other side's activity; payer and payee are keys of activities."""

    payer: str
    payee: str
    side: Literal["payer", "payee"]
    activity: Activity
    transaction: Transaction


@dataclass(frozen=True, slots=True)
class Pairing:
    """One payment: one or two reports of it (the payer's first), and how sure that is."""

    reports: tuple[Report, ...]
    verdict: Verdict


def pair(reports: list[Report]) -> list[Pairing]:
    """Join the reports of both sides; every report is in exactly one pairing."""
    by_parties: dict[tuple[str, str], list[Report]] = defaultdict(list)
    for report in reports:
        by_parties[report.payer, report.payee].append(report)
    return [pairing for group in by_parties.values() for pairing in _pair_group(group)]


def _pair_group(group: list[Report]) -> list[Pairing]:
    """Join the reports between one payer and one payee."""
    alike: dict[tuple[str, int], list[Report]] = defaultdict(list)
    for report in group:
        alike[report.transaction.amount.currency, report.transaction.amount.minor].append(report)
    joined: list[Pairing] = []
    left: list[Report] = []
    for candidates in alike.values():
        pairs, alone = _join(candidates)
        joined += pairs
        left += alone
    disagree = len({report.side for report in left}) > 1
    verdict: Verdict = "SIDES_DISAGREE" if disagree else "ONE_SIDE_ONLY"
    return [*joined, *(Pairing((report,), verdict) for report in left)]


def _join(alike: list[Report]) -> tuple[list[Pairing], list[Report]]:
    """Join reports of equal amount: same day first, then the nearest in order of date."""
    payers = sorted((r for r in alike if r.side == "payer"), key=_day)
    payees = sorted((r for r in alike if r.side == "payee"), key=_day)
    same, payers, payees = _walk(payers, payees, 0, "BOTH_SIDES")
    near, payers, payees = _walk(payers, payees, APART, "DATES_APART")
    return [*same, *near], [*payers, *payees]


def _day(report: Report) -> int:
    return report.transaction.date.toordinal()


def _walk(
    payers: list[Report],
    payees: list[Report],
    apart: int,
    verdict: Verdict,
) -> tuple[list[Pairing], list[Report], list[Report]]:
    """Walk both lists by date and join neighbours that lie at most so many days apart."""
    pairs: list[Pairing] = []
    alone: tuple[list[Report], list[Report]] = ([], [])
    i = j = 0
    while i < len(payers) and j < len(payees):
        gap = _day(payers[i]) - _day(payees[j])
        if abs(gap) <= apart:
            pairs.append(Pairing((payers[i], payees[j]), verdict))
            i, j = i + 1, j + 1
        elif gap < 0:
            alone[0].append(payers[i])
            i += 1
        else:
            alone[1].append(payees[j])
            j += 1
    return pairs, [*alone[0], *payers[i:]], [*alone[1], *payees[j:]]
