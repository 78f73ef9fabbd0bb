"""Tracing (资金追踪): where a donation went, where a payment came from, as the journal has recorded it.

One recursive statement fetches the slices that can be met, by indexed look-ups (`db/flows.py`); `ledger.flows` does
the arithmetic, exactly.  Nothing is guessed: the convention (oldest first, or the units a command designated) was
applied when each entry was written and stands in its bytes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor
from typing import Final, Literal

from db import flows as recorded
from db import trees
from db.flows import Leg, Side
from db.plans import BadReadError
from ledger import flows
from ledger.flows import Flow, Piece, Slice, Slices
from resolvers.context import Context, Role

METHOD: Final = "FIFO_RECORDED"
"""Oldest first within one account, as recorded; designated units and linked returns as they were named."""
MOST_SLICES: Final = 20_000
MOST_STEPS: Final = 5_000

State = Literal["RESTING", "USED", "RETURNED", "SOURCE", "OVERDRAWN", "STOPPED"]


RETURNS: Final = frozenset({"correction", "returned_payment", "refund"})
"""Kinds of entry that bring money back to where it was."""
GIVERS: Final = ("donors", "payers", "opening")
"""Classes of outside accounts that money comes from, and that it can be given back to."""


class TraceTooLongError(Exception):
    """The trace goes through more than `most` steps; a narrower one (one posting, an earlier `asOf`) is needed."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the trace goes through more than {most} steps: trace one posting, or as of an earlier entry")
        self.most = most


@dataclass(frozen=True, slots=True)
class Hop:
    """One movement on a way."""

    entry: int
    posting: int


@dataclass(frozen=True, slots=True)
class Step:
    """A movement that the trace met: `share` in units of what is traced, `hop` from 0.

    `returned` says that it brought paid money back, or undid what had been done.
    """

    leg: Leg
    share: int
    hop: int
    returned: bool


@dataclass(frozen=True, slots=True)
class End:
    """Where a part of the money is, was used, or came from.

    `share` counts in units of what is traced (they sum to its total), `landed` in those of the asset there; `side` is
    the account; `lo` and `hi` are the part's place on its axis.
    """

    state: State
    side: Side
    share: int
    asset: str
    landed: int
    lo: str
    hi: str
    since: date | None
    path: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """The whole answer, as of the entry at `as_of`; `complete` says that the shares account for every unit."""

    subject: int
    direction: Literal["FORWARD", "BACKWARD"]
    method: str
    as_of: int
    asset: str
    total: int
    complete: bool
    steps: list[Step]
    ends: list[End]


async def trace_donation(ctx: Context, *, position: int, posting: int | None = None, as_of: int | None = None) -> Trace:
    """Follow what came in with an entry to where it rests or was used.

    Raises `BadReadError` for an entry that brought nothing in, and `TraceTooLongError`.  Three statements.
    """
    until = await until_of(ctx, position, as_of)
    found = await recorded.forward(ctx.reader, ctx.journal.id, position, posting, until, MOST_SLICES + 1)
    slices = _distinct(found)
    starts = [item for item in slices if item.position == position and flows.is_outside(item.source)]
    if not starts:
        raise BadReadError("position", "the entry brought no money in from outside")
    flow = flows.forward(starts, Slices(slices, as_of=until))
    check_length(flow)
    legs = await legs_of(ctx, slices)
    return trace_of(position, "FORWARD", until, starts, flow, legs)


async def trace_disbursement(
    ctx: Context, *, position: int, posting: int | None = None, as_of: int | None = None
) -> Trace:
    """Follow what an entry paid out back to where it came from; the public sees sources without single gifts.

    Raises `BadReadError` for an entry that paid nothing out, and `TraceTooLongError`.  Three statements.
    """
    until = await until_of(ctx, position, as_of)
    found = await recorded.backward(ctx.reader, ctx.journal.id, position, posting, until, MOST_SLICES + 1)
    slices = _distinct(found)
    payment = [item for item in slices if item.position == position and item.target.startswith("posting/")]
    if not payment:
        raise BadReadError("position", "the entry paid nothing out")
    flow = flows.backward(payment, Slices(slices, as_of=until))
    check_length(flow)
    legs = await legs_of(ctx, slices)
    trace = trace_of(position, "BACKWARD", until, payment, flow, legs)
    return pooled(trace) if ctx.principal.role is Role.PUBLIC else trace


async def until_of(ctx: Context, position: int, as_of: int | None) -> int:
    """The last position that the trace looks at."""
    size, _ = await trees.head(ctx.reader, ctx.journal.id)
    if not 0 <= position < size:
        raise BadReadError("position", f"the journal has positions 0 to {size - 1}")
    if as_of is not None and not position <= as_of < size:
        raise BadReadError("asOf", f"must be from {position} to {size - 1}")
    return size - 1 if as_of is None else as_of


def _distinct(found: list[Slice]) -> list[Slice]:
    if len(found) > MOST_SLICES:
        raise TraceTooLongError(MOST_SLICES)
    return sorted(set(found), key=lambda item: (item.position, item.posting, item.n))


def check_length(flow: Flow) -> None:
    """Refuse a trace of too many steps; raises `TraceTooLongError`."""
    if len(flow.steps) > MOST_STEPS:
        raise TraceTooLongError(MOST_STEPS)


async def legs_of(ctx: Context, slices: Iterable[Slice]) -> list[Leg]:
    """The fund postings that these slices are parts of."""
    return await recorded.legs(ctx.reader, ctx.journal.id, {item.position for item in slices})


def trace_of(
    position: int,
    direction: Literal["FORWARD", "BACKWARD"],
    until: int,
    starts: list[Slice],
    flow: Flow,
    legs: list[Leg],
) -> Trace:
    """A flow as an answer; raises `BadReadError` where several assets were traced at once."""
    known = {(leg.position, leg.posting): leg for leg in legs}
    assets = {known[item.position, item.posting].asset for item in starts}
    if len(assets) > 1:
        raise BadReadError("posting", f"the entry moves several assets ({', '.join(sorted(assets))}): name a posting")
    total = sum(item.hi - item.lo if direction == "FORWARD" else item.landed_hi - item.landed for item in starts)
    steps = [step_of(item, piece, known) for item, piece in flow.steps]
    stopped = {id(piece) for piece in flow.stopped}
    ends = [end_of(piece, known, direction, stopped=id(piece) in stopped) for piece in flow.ends]
    return Trace(
        position, direction, METHOD, until, assets.pop(), total, flow.total == total, steps, ends
    )  # fmt: skip


def step_of(item: Slice, piece: Piece, known: dict[tuple[int, int], Leg]) -> Step:
    """A movement that was met."""
    leg = known[item.position, item.posting]
    return Step(leg, piece.share, len(piece.path) - 1, returned_by(item, leg))


def returned_by(item: Slice, leg: Leg) -> bool:
    """Whether a movement brought paid money back, or undid what had been done."""
    return leg.kind in RETURNS or (item.source.startswith("posting/") and leg.kind != "conversion")


def end_of(piece: Piece, known: dict[tuple[int, int], Leg], direction: str, *, stopped: bool = False) -> End:
    """Where a piece is or came from."""
    leg = known[piece.path[-1]]
    state: State
    if stopped:
        state, side = "STOPPED", leg.source if direction == "BACKWARD" else leg.target
    elif direction == "BACKWARD":
        state, side = ("OVERDRAWN" if piece.axis.startswith("overdrawn/") else "SOURCE"), leg.source
    elif piece.axis.startswith("posting/"):
        state, side = ("RETURNED" if shown(leg.target.account).startswith(GIVERS) else "USED"), leg.target
    else:
        state, side = "RESTING", leg.target
    return End(
        state,
        side,
        piece.share,
        leg.asset,
        floor(piece.hi) - floor(piece.lo),
        str(Fraction(piece.lo)),
        str(Fraction(piece.hi)),
        leg.effective,
        tuple(Hop(*hop) for hop in piece.path),
    )


def shown(account: str) -> str:
    """An account as answers name it: a held one by its id, an outside one by its class."""
    return account.split("/")[2] if account.startswith("outside/") else account


def pooled(trace: Trace) -> Trace:
    """The sources of a payment without single gifts: one end for each class, no way there."""
    found: dict[tuple[State, str], End] = {}
    for end in trace.ends:
        key = (end.state, end.side.account)
        before = found.get(key)
        share, landed = (
            (end.share, end.landed) if before is None else (before.share + end.share, before.landed + end.landed)
        )
        found[key] = End(end.state, end.side, share, end.asset, landed, "0", str(landed), None, ())
    return Trace(
        trace.subject, trace.direction, trace.method, trace.as_of, trace.asset, trace.total, trace.complete, [],
        list(found.values()),
    )  # fmt: skip
