"""Corrections (更正): an entry that reverses another, as far as its money is still there.

Every posting of the corrected entry is turned round, the last first.  Money that rests where it
landed goes back to where it came from, with its old place in the queue.  Money that has moved on
stays where it is and is named as a receivable (应收) of the correction.
"""

from typing import Any

from ledger.accounts import FUND
from ledger.commands import Origin
from ledger.draft import Draft
from ledger.entries import axis_of, took_text
from ledger.holds import keep_reserve
from ledger.intervals import gaps, merged, size
from ledger.kinds import FEE_KINDS, INCOME_KINDS
from ledger.postings import bring_back, convert, post, post_custody, removed, restored, still_there
from ledger.rejections import Rejection

Document = dict[str, Any]


def correct(draft: Draft) -> None:
    """Post the reversal of the entry that the command names; raises `NOT_REVERSIBLE` and what posting can raise."""
    position = draft.command.data["of"]
    document = draft.entry(position)
    if document["type"] == "conversion":
        _convert_back(draft, document)
    else:
        for n in reversed(range(len(document.get("fund", ())))):
            _reverse(draft, document, n)
        if "fund" in document and not (draft.fund or draft.receivable):
            why = "all of it has come back already"
            raise Rejection("NOT_REVERSIBLE", entry=position, kind=document["type"], why=why)
    _reverse_custody(draft, document)


def _reverse(draft: Draft, document: Document, n: int) -> None:
    """Turn one fund posting round, as far as its money is still there."""
    posting, position = document["fund"][n], document["seq"]
    source, target = draft.account(posting["from"]["account"]), draft.account(posting["to"]["account"])
    amount = int(posting["amount"])
    if target.has_axis:
        found = still_there(target.free, posting)
    else:
        left = gaps(draft.returned_of(axis_of(position, n)), amount)
        found = [(lo, (lo, lo, hi)) for lo, hi in left]
    there = merged(span for _, span in found)
    back = size(there)
    _recount(draft, document["type"], posting, back)
    if target.has_axis and back < amount:  # what came back from outside another way is not owed again
        draft.receivable.append(
            {"posting": n, "account": target.id, "asset": posting["asset"], "amount": str(amount - back)}
        )
    if not back:
        return
    if target.has_axis:
        target.free = removed(target.free, there)
        keep_reserve(target, back)
        parts = [(offset, hi - lo) for offset, (_, lo, hi) in found]
        places = restored(posting, parts) if source.has_axis else None
        use = document["fund"][n - 1].get("use") if document["type"] == "advance_repayment" else None
        post(draft, target, source, back, use=use, extra={"took": took_text(there)}, places=places)
    else:
        bring_back(draft, Origin(position, n), there, target, source)


def _recount(draft: Draft, kind: str, posting: Document, back: int) -> None:
    """Step the base of fee caps back: a corrected gift leaves it whole, also what has moved on of it."""
    source, target = draft.account(posting["from"]["account"]), draft.account(posting["to"]["account"])
    if kind in INCOME_KINDS:
        target.received -= int(posting["amount"])
    if kind == "refund" and source.held and draft.base(source).klass == FUND:
        draft.base(source).received += back
    if kind in FEE_KINDS and source.restriction is not None:
        draft.base(source).fees -= back


def _convert_back(draft: Draft, document: Document) -> None:
    """A conversion is undone whole or not at all: what was bought must still be there."""
    fund = document["fund"]
    for n in reversed(range(0, len(fund), 2)):
        paid, bought = fund[n], fund[n + 1]
        there = merged(span for _, span in still_there(draft.account(bought["to"]["account"]).free, bought))
        if size(there) != int(bought["amount"]):
            raise Rejection(
                "NOT_REVERSIBLE", entry=document["seq"], kind="conversion",
                why="what was bought has moved on; correct that first",
            )  # fmt: skip
        goods = draft.account(bought["to"]["account"])
        goods.free = removed(goods.free, there)
        keep_reserve(goods, size(there))
        post(
            draft, goods, draft.account(bought["from"]["account"]), size(there),
            extra={"took": took_text(there)},
        )  # fmt: skip
        payer, amount = draft.account(paid["from"]["account"]), int(paid["amount"])
        places = restored(paid, [(0, amount)]) if payer.has_axis else None
        convert(draft, draft.account(paid["to"]["account"]), payer, amount, places)


def _reverse_custody(draft: Draft, document: Document) -> None:
    """Turn the custody postings round, as far as the fund book went back."""
    wanted = held_changes(draft, draft.fund)
    for posting in reversed(document.get("custody", ())):
        source, target = posting["to"]["account"], posting["from"]["account"]
        amount = int(posting["amount"])
        if "fund" in document:
            amount = min(amount, _still_wanted(draft, source, target, wanted))
        if not amount:
            continue
        post_custody(draft, draft.account(source), draft.account(target), amount)
        _count(draft, wanted, source, amount)
        _count(draft, wanted, target, -amount)
    if any(wanted.values()):
        raise Rejection(
            "NOT_REVERSIBLE", entry=document["seq"], kind=document["type"],
            why="its custody side cannot follow",
        )  # fmt: skip


def _still_wanted(draft: Draft, source: str, target: str, wanted: dict[tuple[str, str], int]) -> int:
    """How much of a custody reversal the fund book still asks for."""
    limits = []
    for name, sign in ((source, -1), (target, 1)):
        account = draft.account(name)
        if account.held:
            limits.append(max(0, sign * wanted.get((account.organization, account.asset), 0)))
    return min(limits, default=0)


def _count(draft: Draft, wanted: dict[tuple[str, str], int], name: str, amount: int) -> None:
    account = draft.account(name)
    if account.held:
        key = (account.organization, account.asset)
        wanted[key] = wanted.get(key, 0) + amount


def held_changes(draft: Draft, postings: list[Document]) -> dict[tuple[str, str], int]:
    """By how much each organization's holding of each asset changes through these postings."""
    changes: dict[tuple[str, str], int] = {}
    for posting in postings:
        _count(draft, changes, posting["from"]["account"], -int(posting["amount"]))
        _count(draft, changes, posting["to"]["account"], int(posting["amount"]))
    return changes
