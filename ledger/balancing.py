"""Balancing moves: at most so much, and no more than the source can pay (`from`) or the target lacks (`to`).

TigerBeetle's balancing debit and credit.  What they come to is known before anything else is asked, so that every
rule judges what moves; the entry names both what was asked and what was moved.
"""

from collections.abc import Sequence
from dataclasses import replace

from ledger.accounts import Account
from ledger.commands import Move
from ledger.draft import Draft, Side
from ledger.rejections import Rejection

FROM = "from"
TO = "to"
BOTH = "both"


def settle(draft: Draft) -> None:
    """Group 4, its first: give every balancing move the amount that it comes to; raises `NOTHING_TO_MOVE`.

    Where money leaves or enters, the custody moves come to no more than the fund moves of the same asset.
    """
    command = draft.command
    if not any(move.balancing for move in (*command.fund, *command.custody)):
        return
    fund = _settled(draft.fund_sides, None)
    paid: dict[str, int] = {}
    for (_, source, _), move in zip(draft.fund_sides, fund, strict=True):
        paid[source.asset] = paid.get(source.asset, 0) + move.amount
    custody = _settled(draft.custody_sides, paid if fund else None)
    draft.asked = tuple(
        {n: move for n, move in enumerate(moves) if move.balancing} for moves in (command.fund, command.custody)
    )
    draft.command = replace(command, fund=tuple(fund), custody=tuple(custody))
    draft.look_up_sides()


def _settled(sides: Sequence[Side], paid: dict[str, int] | None) -> list[Move]:
    moved: dict[str, int] = {}
    found = []
    for move, source, target in sides:
        amount = move.amount
        if move.balancing is not None:
            amount = min(amount, *_limits(move.balancing, source, target, moved))
            if paid is not None:
                amount = min(amount, paid.get(source.asset, 0))
            if amount < 1:
                raise Rejection("NOTHING_TO_MOVE", account=source.id, target=target.id, asked=str(move.amount))
        if paid is not None:
            paid[source.asset] = paid.get(source.asset, 0) - amount
        moved[source.id] = moved.get(source.id, 0) - amount
        moved[target.id] = moved.get(target.id, 0) + amount
        found.append(replace(move, amount=amount))
    return found


def _limits(how: str, source: Account, target: Account, moved: dict[str, int]) -> list[int]:
    """What the source can pay, and what the target lacks, after the moves before."""
    limits = []
    if how != TO:
        limits.append(source.balance - source.reserved + moved.get(source.id, 0))
    if how != FROM:
        limits.append(-target.balance - moved.get(target.id, 0))
    return limits


def named(draft: Draft, book: int, n: int) -> dict[str, str]:
    """What the posting of a balancing move says of it: how much was asked, and what it balances."""
    move = draft.asked[book].get(n) if draft.asked else None
    return {} if move is None else {"asked": str(move.amount), "balancing": str(move.balancing)}
