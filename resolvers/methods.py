"""Tracing by other rules (其他追踪方法): LIFO, pro rata, poison, and bounds that hold under any rule.

What the journal recorded stands first: `FIFO` is the recorded answer.  The others say what would be true had another
convention been applied to the same facts (`ledger/movements.py`); no Chinese rule prescribes one.  The public and
donors see the recorded rule only, and of a payment's sources no single gift.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from hashlib import sha256
from math import floor
from typing import Final, Literal

from db import flows as recorded
from db import methods as stored
from db.plans import BadReadError
from ledger import canonical, flows
from ledger.conventions import rearranged
from ledger.flows import Flow, Slice, Slices, Stop
from ledger.networks import Mixture, Network, arrivals, composed, kept, payments, spread, touched
from resolvers.context import Context, Role
from resolvers.policy import require
from resolvers.subgraphs import Part, around
from resolvers.traces import (
    GIVERS,
    MOST_SLICES,
    End,
    State,
    Step,
    Trace,
    check_length,
    legs_of,
    pooled,
    shown,
    step_of_leg,
    trace_of,
    until_of,
)

Method = Literal["FIFO", "LIFO", "PRO_RATA", "POISON"]
Order = Literal["JOURNAL", "EFFECTIVE"]
Legs = dict[tuple[int, int], recorded.Leg]

VERSION: Final = "1"
"""Of the rules as they are computed here; a saved trace names it."""
EXACT_NODES: Final = 4_000
"""Networks up to so many nodes are mixed in exact fractions, larger ones in whole grains."""
GRAIN: Final = 1 << 96


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: exactly one of `start` (a donation) and `end` (a payment), by position, and how."""

    start: int | None = None
    end: int | None = None
    posting: int | None = None
    method: Method = "FIFO"
    order: Order = "JOURNAL"
    as_of: int | None = None
    max_hops: int | None = None
    min_amount: int = 0
    stop_at: tuple[str, ...] = ()

    @property
    def subject(self) -> int:
        """The position of the entry in question; raises `BadReadError`."""
        if (self.start is None) == (self.end is None):
            raise BadReadError("from", "give exactly one of from and to")
        return self.start if self.start is not None else self.end or 0

    @property
    def stop(self) -> Stop | None:
        """The stop rules, if there are any."""
        stop = Stop(self.max_hops, self.min_amount, frozenset(self.stop_at))
        return None if stop == Stop() else stop


@dataclass(frozen=True, slots=True)
class MethodTrace:
    """An answer with the rule that gave it.

    `exact` says that shares are exact fractions or recorded units; `by_date` that value dates could be followed;
    `waited` names entries dated before their money; `saved` is the question with the digest of this answer.
    """

    trace: Trace
    question: Question
    exact: bool
    by_date: bool
    waited: list[int]
    saved: str


@dataclass(frozen=True, slots=True)
class Again:
    """A saved trace run again: whether it is the same, or else why not."""

    identical: bool
    reason: Literal["VERSION", "VIEWER", "RECORDS"] | None
    found: MethodTrace


async def trace(ctx: Context, question: Question) -> MethodTrace:
    """Trace by a rule; raises `BadReadError`, `ForbiddenError` and `TraceTooLongError`."""
    subject = question.subject
    until = await until_of(ctx, subject, question.as_of)
    own = _chosen(await stored.own(ctx.reader, ctx.journal.id, subject), question)
    if question.method == "FIFO" and question.order == "JOURNAL":
        made = await _recorded(ctx, question, own, until)
    else:
        await allowed(ctx, subject)
        part = await around(
            ctx, own, until, forth=question.start is not None, effective=question.order == "EFFECTIVE"
        )
        made = await _applied(ctx, question, own, part)
    if ctx.principal.role is Role.PUBLIC and question.end is not None:
        made = replace(made, trace=pooled(made.trace))
    return replace(made, saved=_saved(ctx, made))


async def allowed(ctx: Context, subject: int) -> None:
    """Refuse rules beside the recorded one to whom they do not concern; raises `ForbiddenError`."""
    entry = (await stored.dates(ctx.reader, ctx.journal.id, [subject]))[subject]
    require(ctx.principal, "trace-by-other-rules", organization=entry.organization)


def _chosen(own: list[Slice], question: Question) -> list[Slice]:
    """The slices that brought in or paid out what is traced; raises `BadReadError`."""
    own = [item for item in own if question.posting in (None, item.posting)]
    if question.start is not None:
        found = [item for item in own if flows.is_outside(item.source)]
        why = "the entry brought no money in from outside"
    else:
        found = [item for item in own if item.target.startswith("posting/")]
        why = "the entry paid nothing out"
    if not found:
        raise BadReadError("from" if question.start is not None else "to", why)
    return found


async def _recorded(ctx: Context, question: Question, own: list[Slice], until: int) -> MethodTrace:
    """The answer that the journal recorded."""
    read = recorded.forward if question.start is not None else recorded.backward
    found = await read(ctx.reader, ctx.journal.id, question.subject, question.posting, until, MOST_SLICES + 1)
    slices = Slices(set(found), as_of=until)
    return await _of_flow(ctx, question, own, slices, until)


async def _of_flow(ctx: Context, question: Question, own: list[Slice], slices: Slices, until: int) -> MethodTrace:
    flow = follow(question, own, slices)
    check_length(flow)
    legs = await legs_of(ctx, [*own, *(item for item, _ in flow.steps)])
    direction = "FORWARD" if question.start is not None else "BACKWARD"
    made = trace_of(question.subject, direction, until, own, flow, legs)
    made = replace(made, method=question.method, complete=made.complete and not flow.stopped)
    return MethodTrace(made, question, exact=True, by_date=False, waited=[], saved="")


def follow(question: Question, own: list[Slice], slices: Slices) -> Flow:
    """Follow recorded or rearranged slices, with the stop rules."""
    run = flows.forward if question.start is not None else flows.backward
    return run(own, slices, question.stop)


async def _applied(ctx: Context, question: Question, own: list[Slice], part: Part) -> MethodTrace:
    """The answer of a rule that is applied now."""
    if question.method in ("FIFO", "LIFO"):
        slices = rearranged(part.moves, newest=question.method == "LIFO")
        mine = [item for item in slices if item.position == question.subject]
        keys = {(item.posting, item.target if question.start is None else item.source) for item in own}
        mine = [s for s in mine if (s.posting, s.target if question.start is None else s.source) in keys]
        made = await _of_flow(ctx, question, mine, Slices(slices), part.until)
        return replace(made, by_date=part.by_date, waited=part.waited)
    network = Network(part.moves)
    grain = 1 if len(network.nodes) <= EXACT_NODES else GRAIN
    mixture = _mixture(network, question, grain)
    made_trace = await _of_mixture(ctx, question, own, network, mixture)
    made_trace = replace(made_trace, as_of=part.until)
    return MethodTrace(made_trace, question, grain == 1, part.by_date, part.waited, "")


def _mixture(network: Network, question: Question, grain: int) -> Mixture:
    forth = question.start is not None
    which = (arrivals if forth else payments)(network, question.subject, question.posting)
    if question.method == "POISON":
        return touched(network, which, question.stop, forth=forth)
    return (spread if forth else composed)(network, which, question.stop, grain=grain)


async def _of_mixture(
    ctx: Context, question: Question, own: list[Slice], network: Network, mixture: Mixture
) -> Trace:
    """A mixture as a trace: a step for every posting, an end for every place; ends are cut on whole units."""
    moves = [(n, node.movement) for n in mixture.hops if (node := network.nodes[n]).movement is not None]
    shares: dict[tuple[int, int], tuple[Fraction, int]] = {}
    for n, move in sorted(moves):
        assert move is not None
        before, hop = shares.get(move.key, (Fraction(0), mixture.hops[n]))
        shares[move.key] = before + mixture.of(n), min(hop, mixture.hops[n])
    found = await recorded.legs(ctx.reader, ctx.journal.id, {position for position, _ in shares})
    legs: Legs = {(leg.position, leg.posting): leg for leg in found}
    steps = [step_of_leg(legs[key], key, floor(share), hop) for key, (share, hop) in shares.items()]
    whole = sum(item.hi - item.lo if question.start is not None else item.landed_hi - item.landed for item in own)
    ends = _ends(question, network, mixture, legs)
    direction: Literal["FORWARD", "BACKWARD"] = "FORWARD" if question.start is not None else "BACKWARD"
    accounted = question.method == "POISON" or sum(end.share for end in ends) == whole
    return Trace(
        question.subject, direction, question.method, 0, legs[own[0].position, own[0].posting].asset, whole,
        accounted and not mixture.stopped, _in_order(steps, direction), ends,
    )  # fmt: skip


def _in_order(steps: list[Step], direction: str) -> list[Step]:
    return sorted(
        steps, key=lambda step: (step.hop, step.leg.position, step.leg.posting), reverse=False
    ) if direction == "FORWARD" else sorted(steps, key=lambda step: (step.hop, -step.leg.position, step.leg.posting))


def _ends(question: Question, network: Network, mixture: Mixture, legs: Legs) -> list[End]:
    """Where the money rests, was used, came from, or was not followed; `hi` is the exact amount."""
    amounts: dict[tuple[State, str, tuple[int, int]], Fraction] = {}
    for n in mixture.hops:
        node = network.nodes[n]
        rest = _left(question, network, mixture, n)
        if not rest:
            continue
        key = node.movement.key if node.movement is not None else _last_in(network, n, mixture)
        side = legs[key].source if question.end is not None else legs[key].target
        state = _state(question, node.axis, shown(side.account), stopped=n in mixture.stopped)
        place = (state, side.account if state in ("RESTING", "SOURCE", "OVERDRAWN") else node.axis, key)
        if state == "RESTING":
            place = (state, side.account, (0, 0))
            legs[0, 0] = legs[key]
        amounts[place] = amounts.get(place, Fraction(0)) + rest
    return _cut(question, network, amounts, legs, mixture)


def _left(question: Question, network: Network, mixture: Mixture, n: int) -> Fraction:
    """What ends in a node, the way that is asked for."""
    node = network.nodes[n]
    if question.method == "POISON":
        whole = Fraction(node.rest) if question.start is not None else mixture.of(n)
        ends = question.start is not None or not node.takes
        return mixture.of(n) if n in mixture.stopped else whole if ends else Fraction(0)
    if question.start is not None:
        return kept(network, mixture, n)
    return mixture.of(n) if n in mixture.stopped or not node.takes else Fraction(0)
