"""Moves become postings: units are taken, land, and both accounts' totals step on.

The rule stands in the bytes: `took` names the very units that a posting consumes, each once.  Units
designated by the command, brought back by a link, or else the oldest not yet taken (FIFO).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ledger.accounts import FUND, GOVERNMENT, OVERDRAWN, Account
from ledger.balancing import named
from ledger.commands import Move, Origin
from ledger.draft import Draft, side
from ledger.entries import axis_of, landed, places_of, places_text, took_of, took_text
from ledger.holds import held_units, keep_reserve, release, unpinned
from ledger.intervals import (
    Span,
    Spans,
    Units,
    UnitsNotFreeError,
    cut,
    gaps,
    land,
    merged,
    placed,
    size,
    take_first,
    take_units,
    without,
)
from ledger.kinds import FEE_KINDS, FREEING, INCOME_KINDS
from ledger.rejections import Rejection


def post_all(draft: Draft) -> None:
    """Post every move of the command, fund book first; raises the rejections of precedence group 6."""
    command = draft.command
    release(draft)
    for n, (move, source, target) in enumerate(draft.fund_sides):
        if command.kind == "conversion" and n % 2:
            _pass_on(draft, draft.base(draft.fund_sides[n - 1][1]), target)
            convert(draft, source, target, move.amount, None)  # its units come from the posting just before
        else:
            units, first = held_units(draft, n, move.amount), len(draft.fund)
            _post_fund(draft, replace(move, units=units) if units else move, source, target)
            if draft.asked:
                draft.fund[first] |= named(draft, 0, n)
    for n, (move, source, target) in enumerate(draft.custody_sides):
        first = len(draft.custody)
        post_custody(draft, source, target, move.amount)
        if draft.asked:
            draft.custody[first] |= named(draft, 1, n)


def _post_fund(draft: Draft, move: Move, source: Account, target: Account) -> None:
    """One move of the fund book: from held money, from outside, or back from a payment."""
    if source.has_axis:
        _post_held(draft, move, source, target)
    elif move.of is not None:
        _post_returned(draft, move, move.of, source, target)
    else:
        post(draft, source, target, move.amount, use=move.use)
        if draft.command.kind in INCOME_KINDS:
            target.received += move.amount
            if target.government is None and source.klass == "payers" and source.id.split("/")[2] == GOVERNMENT:
                target.government = draft.position


def _post_held(draft: Draft, move: Move, source: Account, target: Account) -> None:
    amount = move.amount
    taken, rest = _choose(draft, move, source)
    short = amount - size(taken)
    if short and draft.command.kind == "conversion":
        taken, rest, short = (), source.free, amount  # goods have one origin: all of it, or none
    if draft.command.kind in FEE_KINDS and source.restriction is not None:
        source.fees += amount
    if draft.command.kind == "refund" and source.klass == FUND:
        source.received -= amount
    if taken:
        source.free = rest
        keep_reserve(source, amount)
        extra: dict[str, Any] = {"took": took_text(taken)}
        if move.units is not None and "hold" not in draft.command.data:
            extra["named"] = True
        if move.of is not None:
            extra["of"] = {"entry": move.of.entry, "posting": move.of.posting}
        post(draft, source, target, amount - short, use=move.use, extra=extra)
    if short:
        hole = _hole(draft, source, target)
        post(draft, hole, target, short, use=move.use, extra={"rest": True} if taken else None)


def _choose(draft: Draft, move: Move, source: Account) -> tuple[Spans, Spans]:
    """The units to take and what stays free; fewer than asked only for an observed shortfall."""
    if move.of is None and move.units is None:
        held = size(source.free) - source.reserved
        if held < move.amount:
            draft.refuse("INSUFFICIENT_FUNDS", account=source.id, held=str(held), asked=str(move.amount))
        taken, rest = take_first(unpinned(source), min(held, move.amount))
        return taken, removed(source.free, taken) if source.pinned else rest
    there = unpinned(source) if move.of is None else _landed_there(draft, move, move.of, source)
    taken = _designated(move, there, source.id)
    return taken, removed(source.free, taken)


def _designated(move: Move, there: Spans, axis: str) -> Spans:
    """The units that the move names, or else the first of those that are there."""
    if move.units is None:
        return merged(cut(there, 0, move.amount))
    try:
        return take_units(there, move.units)[0]
    except UnitsNotFreeError as error:
        raise Rejection("UNITS_NOT_FREE", account=axis, units=str(error.args[0])) from None


def _landed_there(draft: Draft, move: Move, of: Origin, source: Account) -> Spans:
    """The units still there of those that posting `of` landed on `source` (a linked refund), oldest first."""
    there = tuple(span for _, span in still_there(unpinned(source), posting_of(draft, of)))
    _enough(move, of, there)
    return there


def _enough(move: Move, of: Origin, there: Spans) -> None:
    if size(there) < move.amount:
        left, asked = str(size(there)), str(move.amount)
        raise Rejection("RETURN_EXCEEDS", entry=of.entry, posting=of.posting, left=left, asked=asked)


def still_there(free: Spans, posting: dict[str, Any]) -> list[tuple[int, Span]]:
    """The units of a posting's landing that are free, as (offset within the posting, span)."""
    start, end = landed(posting)
    found: list[tuple[int, Span]] = []
    offset = 0
    for place, length in places_of(posting["to"]) or ((start, end - start),):
        found += [(offset + span[0] - place, span) for span in placed(free, place, place + length)]
        offset += length
    return found


def removed(free: Spans, taken: Spans) -> Spans:
    """The free list without the spans that were taken."""
    for _, lo, hi in taken:
        free = without(free, lo, hi)
    return free


def _post_returned(draft: Draft, move: Move, of: Origin, source: Account, target: Account) -> None:
    """Money of a named payment comes back: to the account that paid, with its old place in the queue."""
    axis, paid = axis_of(of.entry, of.posting), int(posting_of(draft, of)["amount"])
    there: Spans = tuple((lo, lo, hi) for lo, hi in gaps(draft.returned_of(axis), paid))
    _enough(move, of, there)
    bring_back(draft, of, _designated(move, there, axis), source, target, named=move.units is not None)


def bring_back(
    draft: Draft, of: Origin, taken: Spans, source: Account, target: Account, *, named: bool = False
) -> None:
    """Post units of a payment's axis back to the account that paid them."""
    axis = axis_of(of.entry, of.posting)
    draft.returned[axis] = (*draft.returned_of(axis), *((lo, hi) for _, lo, hi in taken))
    extra: dict[str, Any] = {"took": took_text(taken), "of": {"entry": of.entry, "posting": of.posting}}
    if named:
        extra["named"] = True
    paid = posting_of(draft, of)
    places = restored(paid, [(lo, hi - lo) for _, lo, hi in taken]) if target.has_axis else None
    post(draft, source, target, size(taken), extra=extra, places=places)


def restored(posting: dict[str, Any], parts: Iterable[tuple[int, int]]) -> Units:
    """The places that units get back: where `posting` took its (offset, length) `parts` from."""
    source = took_of(posting["from"])
    return tuple((place, hi - lo) for offset, length in parts for place, lo, hi in cut(source, offset, length))


def convert(draft: Draft, source: Account, target: Account, amount: int, places: Units | None) -> None:
    """Land `amount` of the new asset for the whole axis of the posting before it."""
    paid = len(draft.fund) - 1
    whole: Spans = ((0, 0, int(draft.fund[paid]["amount"])),)
    post(draft, source, target, amount, extra={"of": {"posting": paid}, "took": took_text(whole)}, places=places)


def post(
    draft: Draft,
    source: Account,
    target: Account,
    amount: int,
    *,
    use: Mapping[str, str] | None = None,
    extra: dict[str, Any] | None = None,
    places: Units | None = None,
) -> None:
    """Append one posting to the fund book; units have been taken already."""
    draft.count(source, target, amount)
    to = side(target)
    if target.has_axis:
        if source.government is not None and draft.command.kind not in FREEING:
            _pass_on(draft, source, target)
        end = target.total_in
        target.free = land(target.free, end - amount, end, places)
        _note_batch(draft, target)
        if places is not None:
            to["places"] = places_text(_joined(places))
    start = side(source)
    if extra:
        start |= extra
    posting: dict[str, Any] = {"from": start, "to": to, "amount": str(amount), "asset": source.asset}
    if use:
        posting["use"] = dict(use)
    draft.fund.append(posting)


def _pass_on(draft: Draft, source: Account, target: Account) -> None:
    """What came of government money stays so, wherever it goes within the books."""
    if source.government is not None and target.government is None:
        target.government = draft.position


def _joined(places: Units) -> Units:
    """The same places with neighbours that continue each other made one."""
    at, spans = 0, []
    for place, length in places:
        spans.append((place, at, at + length))
        at += length
    return tuple((place, hi - lo) for place, lo, hi in merged(spans))


def _note_batch(draft: Draft, target: Account) -> None:
    """Remember that an import batch landed here, and forget the ones that have closed."""
    batch = draft.command.data.get("batch")
    if batch is None and not target.batches:
        return
    open_ones = [b for b in target.batches if draft.state.batches[b].closed is None]
    if isinstance(batch, str) and batch not in open_ones:
        open_ones.append(batch)
    target.batches = tuple(open_ones)


def post_custody(draft: Draft, source: Account, target: Account, amount: int) -> None:
    """One move of the custody book; an observed shortfall goes to `overdrawn/…`."""
    if not source.held or source.klass == "overdrawn" or source.balance - source.reserved >= amount:
        _post_custody(draft, source, target, amount, rest=False)
        return
    held = source.balance - source.reserved
    draft.refuse("INSUFFICIENT_FUNDS", account=source.id, held=str(held), asked=str(amount))
    if held:
        _post_custody(draft, source, target, held, rest=False)
    _post_custody(draft, _hole(draft, source, target), target, amount - held, rest=held > 0)


def _hole(draft: Draft, source: Account, target: Account) -> Account:
    """Where a shortfall of `source` stands; raises `SAME_ACCOUNT`: a lack does not repay an earlier one."""
    hole = draft.account(OVERDRAWN + source.id)
    if hole is target:
        raise Rejection("SAME_ACCOUNT", account=hole.id)
    return hole


def _post_custody(draft: Draft, source: Account, target: Account, amount: int, *, rest: bool) -> None:
    draft.count(source, target, amount)
    from_side = side(source)
    if rest:
        from_side["rest"] = True
    draft.custody.append({"from": from_side, "to": side(target), "amount": str(amount), "asset": source.asset})


def posting_of(draft: Draft, of: Origin) -> dict[str, Any]:
    """The fund posting that `of` names: the guards have seen that it is there."""
    found: dict[str, Any] = draft.entry(of.entry)["fund"][of.posting]
    return found
