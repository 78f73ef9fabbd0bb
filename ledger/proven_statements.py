"""Account statements that show of themselves that nothing is left out.

An account's postings are numbered without a gap and carry its running totals, so lines that follow each other prove
that nothing lies between them.  What lies before the first line in a range of positions is shown by number 1 or by the
line before, what comes after the last one by the line after, or by a snapshot in which the last number is the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ledger import bundles
from ledger.bundles import ALTERED, BALANCE, DROPPED, FOREIGN, MALFORMED, REORDERED, Bundle, BundleError, Evidence
from ledger.notes import Verifier

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One posting as the account sees it: `amount` is positive where it came in; totals after it."""

    seq: int
    position: int
    kind: str
    effective: str
    amount: int
    into: int
    out: int
    other: str


@dataclass(frozen=True, slots=True)
class ProvenStatement:
    """The lines of an account at positions `start` to `end`, and how far it is shown that there are no others.

    `from_start` says that nothing lies between `start` and the first line; `through` is the last position up to which
    nothing came after the last line (None: not even that there are no lines at all).
    """

    account: str
    start: int
    end: int
    lines: tuple[StatementLine, ...]
    opening: int
    closing: int
    from_start: bool
    through: int | None

    @property
    def complete(self) -> bool:
        """Whether nothing is left out from `start` to `end`."""
        return self.from_start and self.through is not None and self.through >= self.end


def lines_of(document: Document, account: str) -> Iterator[StatementLine]:
    """The postings of an entry that touch an account, in their order; raises KeyError or ValueError without shape."""
    for book in ("fund", "custody"):
        for posting in document.get(book, ()):
            for side, other, sign in (("from", "to", -1), ("to", "from", 1)):
                mine = posting[side]
                if mine["account"] == account:
                    yield StatementLine(
                        mine["seq"], document["seq"], document["type"], document["effective"],
                        sign * int(posting["amount"]), int(mine["in"]), int(mine["out"]), posting[other]["account"],
                    )  # fmt: skip


def prove(bundle: Bundle, keys: Sequence[Verifier]) -> tuple[Evidence, ProvenStatement]:
    """Check a claimed statement; raises `BundleError` for what is dropped, altered, foreign or reordered."""
    account, start, end = _claimed(bundle)
    documents = bundle.documents()
    lines: list[StatementLine] = []
    beside = bundles.snapshot_positions(bundle)
    for position, document in documents.items():
        if position in beside:
            continue
        try:
            found = list(lines_of(document, account))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise BundleError(ALTERED, f"entry {position} has no shape ({error!r:.80})", position) from None
        if not found:
            raise BundleError(FOREIGN, f"entry {position} does not touch {account}", position)
        lines += found
    _follow_each_other(lines)
    evidence = bundle.check(keys, documents)
    return evidence, _proven(account, start, end, lines, evidence)


def _claimed(bundle: Bundle) -> tuple[str, int, int]:
    account, start, end = (bundle.claim.get(name) for name in ("account", "from", "to"))
    if bundle.kind != "statement" or type(account) is not str or type(start) is not int or type(end) is not int:
        raise BundleError(MALFORMED, "the bundle does not say which account's statement it is, from where to where")
    return account, start, end


def _follow_each_other(lines: Sequence[StatementLine]) -> None:
    """Numbers without a gap, totals that step by exactly what is moved."""
    for before, line in pairwise(lines):
        if line.seq > before.seq + 1:
            missing = f"{before.seq + 1} to {line.seq - 1}" if line.seq > before.seq + 2 else str(before.seq + 1)
            raise BundleError(DROPPED, f"number {missing} of the account is missing", line.position)
        if line.seq != before.seq + 1:
            raise BundleError(REORDERED, f"number {line.seq} comes after number {before.seq}", line.position)
        stepped = (before.into + max(line.amount, 0), before.out + max(-line.amount, 0))
        if (line.into, line.out) != stepped:
            raise BundleError(ALTERED, f"the totals after number {line.seq} do not step by its amount", line.position)


def _proven(
    account: str, start: int, end: int, lines: Sequence[StatementLine], evidence: Evidence
) -> ProvenStatement:  # fmt: skip
    inside = [line for line in lines if start <= line.position <= end]
    before = [line for line in lines if line.position < start]
    after = [line for line in lines if line.position > end]
    first = inside[0] if inside else None
    opening = first.into - first.out - first.amount if first else 0
    if not inside and before:
        opening = before[-1].into - before[-1].out
    last = inside[-1] if inside else before[-1] if before else None
    through, closing = _closed(account, end, last, evidence)
    if after:
        through = max(through or 0, end)
    if last is not None:
        closing = last.into - last.out
    alone = lines[0].seq == 1 if lines else through is not None
    return ProvenStatement(
        account, start, end, tuple(inside), opening if lines else closing, closing,
        bool(before) or alone, through if through is not None or last is None else last.position,
    )  # fmt: skip


def _closed(account: str, end: int, last: StatementLine | None, evidence: Evidence) -> tuple[int | None, int]:
    """Up to which position a snapshot shows that nothing came after the last line, and the balance there."""
    found = evidence.balances.get(account)
    if found is None:
        return None, 0
    line, seq = found.line, 0 if last is None else last.seq
    if line.seq == seq:
        if last is not None and ((line.into, line.out) != (last.into, last.out) or found.through < last.position):
            raise BundleError(BALANCE, f"the snapshot has other totals after number {seq}", found.snapshot)
        return found.through, line.into - line.out
    if line.seq > seq and found.through <= end:
        raise BundleError(DROPPED, f"numbers {seq + 1} to {line.seq} of the account are missing", found.snapshot)
    return None, line.into - line.out
