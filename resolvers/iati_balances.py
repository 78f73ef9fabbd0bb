"""The order of a plan's movements, and the openings that keep every activity from going below zero."""

import datetime as dt
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from itertools import groupby
from typing import Final

from resolvers.iati_movements import PlannedMovement, Position

_OPENING: Final = 0
_IN: Final = 1
_BETWEEN: Final = 2
_OUT: Final = 3


def order(movements: Iterable[PlannedMovement]) -> list[PlannedMovement]:
    """Sort by date; within a day money comes in, then moves between activities, then goes out.

    Files give days and not hours, so the order within a day is free, and this
    one needs the smallest openings: a transfer follows those that feed its
    payer, except around a circle, where the given order is kept.
    """
    ordered: list[PlannedMovement] = []
    by_day = sorted(movements, key=lambda m: (m.date, _rank(m)))
    for (_, rank), group in groupby(by_day, key=lambda m: (m.date, _rank(m))):
        of_this_rank = list(group)
        ordered += _feed_first(of_this_rank) if rank == _BETWEEN else of_this_rank
    return ordered


def _rank(movement: PlannedMovement) -> int:
    if movement.kind == "opening":
        return _OPENING
    if movement.payer is None:
        return _IN
    return _OUT if movement.payee is None else _BETWEEN


def _feed_first(transfers: list[PlannedMovement]) -> list[PlannedMovement]:
    """Put transfers into an activity before those out of it (Kahn's algorithm over activities)."""
    out: dict[str | None, list[PlannedMovement]] = defaultdict(list)
    awaited: Counter[str | None] = Counter()
    for transfer in transfers:
        out[transfer.payer].append(transfer)
        awaited[transfer.payee] += 1
    payers = deque(out)
    ready = deque(payer for payer in payers if not awaited[payer])
    ordered: list[PlannedMovement] = []
    while out:
        while payers and payers[0] not in out:
            payers.popleft()
        # Nobody is free: a circle of payments, cut at the activity that comes first.
        payer = ready.popleft() if ready else payers[0]
        for transfer in out.pop(payer, []):
            ordered.append(transfer)
            awaited[transfer.payee] -= 1
            if not awaited[transfer.payee] and transfer.payee in out:
                ready.append(transfer.payee)
    return ordered


def openings(ordered: list[PlannedMovement]) -> tuple[list[PlannedMovement], list[Position]]:
    """Return the opening that each activity and currency needs, and what it received and paid.

    With its opening, dated the day of the activity's first movement in that
    currency, no activity is below zero after any movement of `ordered`; with
    one minor unit less, it would be.
    """
    incoming: Counter[tuple[str, str]] = Counter()
    outgoing: Counter[tuple[str, str]] = Counter()
    lowest: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], tuple[dt.date, int]] = {}
    for movement in ordered:
        for side, sums in ((movement.payer, outgoing), (movement.payee, incoming)):
            if side is None:
                continue
            key = side, movement.currency
            sums[key] += movement.amount
            first.setdefault(key, (movement.date, movement.scale))
            lowest[key] = min(lowest.get(key, 0), incoming[key] - outgoing[key])
    positions = [
        Position(activity, currency, first[key][1], incoming[key], outgoing[key], low, -low)
        for key, low in lowest.items()
        for activity, currency in (key,)
    ]
    return [_opening(position, first) for position in positions if position.opening], positions


def _opening(position: Position, first: dict[tuple[str, str], tuple[dt.date, int]]) -> PlannedMovement:
    """Make the movement that stands for income nobody reported."""
    return PlannedMovement(
        kind="opening",
        date=first[position.activity, position.currency][0],
        activity=position.activity,
        payer=None,
        payee=position.activity,
        counterpart=None,
        amount=position.opening,
        currency=position.currency,
        scale=position.scale,
        transactions=(),
        original=None,
        flags=("INCOME_NOT_REPORTED",),
    )
