"""The part of the journal that one question of tracing is about: the accounts that the money can have been in.

Breadth first over accounts, one indexed statement a step, never the whole journal for a small question.  Of every
account on the way all slices are read, since what a rule takes depends on all that rests there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from db import methods as stored
from db.methods import Dated
from ledger.conventions import by_date
from ledger.flows import Slice, is_outside
from ledger.movements import Movement, has_queue, movements
from resolvers.context import Context
from resolvers.traces import TraceTooLongError

MOST_MOVEMENTS: Final = 50_000
"""How many slices a question may be about; beyond them it is refused by name (`TRACE_TOO_LONG`)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the journal, as of a position: its movements in the order asked for.

    `waited` are entries whose money, by value dates, came later than they; `by_date` says whether dates could be used.
    """

    moves: list[Movement]
    entries: dict[int, Dated]
    until: int
    by_date: bool
    waited: list[int]


async def around(ctx: Context, starts: Iterable[Slice], until: int, *, forth: bool, effective: bool = False) -> Part:
    """The movements that the money of `starts` can have gone through, or (not `forth`) can have come through.

    What corrections and returns brought back is looked at on the other side too, since facts are followed through it.
    Raises `TraceTooLongError`.  One statement for each account further away, and a few.
    """
    first = list(starts)
    slices, known = set(first), set[str]()
    entries: dict[int, Dated] = {}
    undoing: set[int] = set()
    journal = ctx.journal.id
    wanted = {item.target if forth else item.source for item in first}
    while wanted := {axis for axis in wanted if not is_outside(axis)} - known:
        await _connect(ctx, slices, known, wanted, (first, until, forth, effective))
        new = {item.position for item in slices} - entries.keys()
        entries |= await stored.dates(ctx.reader, journal, new)
        undoing |= {position for position in new if entries[position].kind == "correction"}
        back = (item for item in slices if item.position in undoing or item.source.startswith("posting/"))
        wanted = {item.source for item in back if item.target in known}
    choosing = {item.position for item in slices if has_queue(item.source)} - undoing
    named = await stored.named(ctx.reader, journal, choosing)
    moves, waited = movements(slices, named, undoing, known=known), list[int]()
    found = by_date(moves, {p: entry.effective.isoformat() for p, entry in entries.items()}) if effective else None
    if found is not None:
        moves, waited = found
    return Part(moves, entries, until, found is not None, waited)


async def _connect(
    ctx: Context, slices: set[Slice], known: set[str], wanted: set[str], how: tuple[list[Slice], int, bool, bool]
) -> None:
    """Add all slices of the `wanted` axes and of every axis that is reached then; raises `TraceTooLongError`."""
    starts, until, forth, timeless = how
    while frontier := wanted | _reached(slices, starts, forth=forth, timeless=timeless) - known:
        wanted = set()
        slices |= set(await stored.touching(ctx.reader, ctx.journal.id, frontier, until, MOST_MOVEMENTS + 1))
        if len(slices) > MOST_MOVEMENTS:
            raise TraceTooLongError(MOST_MOVEMENTS)
        known |= frontier


def _reached(slices: set[Slice], starts: list[Slice], *, forth: bool, timeless: bool) -> set[str]:
    """The axes that the money of `starts` can reach through these slices, in their order of time or whenever."""
    found = {item.target if forth else item.source for item in starts}
    begun = {(item.position, item.posting, item.n) for item in starts}
    edge = min(begun) if forth else max(begun)
    ordered = sorted(slices, key=lambda item: (item.position, item.posting, item.n), reverse=not forth)
    before = -1
    while len(found) != before:
        before = len(found)
        for item in ordered:
            at = (item.position, item.posting, item.n)
            late_enough = timeless or (at >= edge if forth else at <= edge)
            near, far = (item.source, item.target) if forth else (item.target, item.source)
            if late_enough and near in found:
                found.add(far)
        if not timeless:
            break
    return {axis for axis in found if not is_outside(axis)}
