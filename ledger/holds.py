"""Two phases: a hold reserves money, and is resolved once: by the payment that names it, voided, or expired.

A hold is decided as the payment that it is for would be, and then moves nothing: what it names counts
against the accounts' limits (`reserved`), and units that it designates are kept for it (`pinned`).  The
payment may be of less: what it leaves is free again.  A hold with an end is over by the ledger's clock.
"""

from dataclasses import replace
from typing import Any

from ledger.accounts import Account
from ledger.commands import Command, Move
from ledger.draft import Draft
from ledger.entries import units_of
from ledger.intervals import Spans, Units, joined, size, without
from ledger.rejections import Rejection
from ledger.repeats import plain

Document = dict[str, Any]
_BESIDE = frozenset({"hold", "batch", "row", "rowDigest", "source"})
"""What a payment says besides what was held: which hold, and where we know it from."""


def payment_of(command: Command) -> Command:
    """The payment that a hold is for, as if it were made now."""
    return replace(command, kind=command.data["for"], data=command.data.get("facts", {}))


def reserve(draft: Draft) -> None:
    """Keep what the hold names; its payment has been decided already."""
    command = draft.command
    for move in (*command.fund, *command.custody):
        account = draft.account(move.source)
        account.reserved += move.amount
        account.pinned = joined((*account.pinned, *(move.units or ())))
    draft.holds = {
        book: [_text(move) for move in moves]
        for book, moves in (("fund", command.fund), ("custody", command.custody)) if moves
    }  # fmt: skip


def _text(move: Move) -> Document:
    found: Document = {"from": move.source, "to": move.target, "amount": str(move.amount)}
    if move.use:
        found["use"] = dict(move.use)
    if move.units is not None:
        found["units"] = [[str(lo), str(hi)] for lo, hi in move.units]
    return found


def release(draft: Draft) -> None:
    """Free what the hold kept that the command pays, voids or expires."""
    position = draft.command.data.get("hold")
    if position is None:
        return
    for moves in draft.entry(position)["holds"].values():
        for move in moves:
            account = draft.account(move["from"])
            account.reserved -= int(move["amount"])
            for lo, hi in units_of(move) or ():
                account.pinned = tuple((a, b) for _, a, b in without(_spans(account.pinned), lo, hi))


def held_units(draft: Draft, n: int, amount: int) -> Units | None:
    """Of the units that a hold kept for fund move `n`, the first `amount`; None where it named none."""
    position = draft.command.data.get("hold")
    units = None if position is None else units_of(draft.entry(position)["holds"]["fund"][n])
    if units is None:
        return None
    found: list[tuple[int, int]] = []
    for lo, hi in units:
        length = min(hi - lo, amount)
        if length:
            found.append((lo, lo + length))
        amount -= length
    return tuple(found)


def unpinned(account: Account) -> Spans:
    """What is free on an account and not kept by a hold that names its units."""
    free = account.free
    for lo, hi in account.pinned:
        free = without(free, lo, hi)
    return free


def keep_reserve(account: Account, asked: int) -> None:
    """Whoever took the very units that he named left what holds reserve; raises `RESERVED`."""
    pinned = size(_spans(account.pinned))
    if size(account.free) < account.reserved or size(account.free) - size(unpinned(account)) < pinned:
        raise Rejection("RESERVED", account=account.id, reserved=str(account.reserved), asked=str(asked))


def _spans(units: Units) -> Spans:
    return tuple((lo, lo, hi) for lo, hi in units)


def hold_fits(draft: Draft) -> None:
    """Group 4: what pays, voids or expires a hold names one of the organization, unresolved, and in time.

    Of a hold itself, whose payment is being decided, that its end lies ahead.
    """
    if draft.until is not None and draft.until <= draft.clock:
        raise Rejection("HOLD_EXPIRED", entry=draft.position, until=draft.until)
    command, position = draft.command, draft.command.data.get("hold")
    if position is None:
        return
    document = draft.entry(position)
    if document["type"] != "hold" or document["organization"] != command.organization:
        raise Rejection("NOT_A_HOLD", entry=position, kind=document["type"])
    if command.kind not in ("void", "expire"):
        _payment_fits(command, document)
    if (by := draft.state.resolved.get(position)) is not None:
        raise Rejection("HOLD_RESOLVED", entry=position, by=by)
    until, now = document["data"].get("until"), draft.clock
    over = until is not None and until <= now
    if over != (command.kind == "expire"):
        code = "HOLD_EXPIRED" if over else "HOLD_NOT_EXPIRED"
        raise Rejection(code, entry=position, until=until or "voided")


def _facts_fit(command: Command, document: Document) -> None:
    """A hold that says whom or why it will pay is paid so; one that does not leaves it to its payment."""
    facts = document["data"].get("facts")
    if facts is None:
        return
    for name in sorted({*facts, *command.data} - _BESIDE):
        if plain(command.data.get(name)) != plain(facts.get(name)):
            raise Rejection("HOLD_MISMATCH", entry=document["seq"], field=f"data.{name}")


def _payment_fits(command: Command, document: Document) -> None:
    """A payment is what was held, move by move, or less of it."""
    position, held = document["seq"], document["holds"]
    if document["data"]["for"] != command.kind:
        raise Rejection("HOLD_MISMATCH", entry=position, field="kind")
    _facts_fit(command, document)
    for book, moves in (("fund", command.fund), ("custody", command.custody)):
        kept = held.get(book, [])
        if len(kept) != len(moves):
            raise Rejection("HOLD_MISMATCH", entry=position, field=book)
        for n, (move, before) in enumerate(zip(moves, kept, strict=True)):
            if (move.source, move.target, dict(move.use or {})) != (
                before["from"], before["to"], before.get("use", {})
            ):  # fmt: skip
                raise Rejection("HOLD_MISMATCH", entry=position, field=f"{book}.{n}")
    for book, moves in (("fund", command.fund), ("custody", command.custody)):
        for move, before in zip(moves, held.get(book, []), strict=True):
            if move.amount > int(before["amount"]):
                raise Rejection("HOLD_EXCEEDED", entry=position, held=before["amount"], asked=str(move.amount))
