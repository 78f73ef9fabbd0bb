"""Tracing by other rules (其他追踪方法): LIFO, pro rata, poison, and bounds that hold under any rule.

What the journal recorded stands first: `FIFO` is the recorded answer.  The others say what would be true had another
convention been applied to the same facts (`ledger/movements.py`); no Chinese rule prescribes one.  The public and
donors see the recorded rule only, and of a payment's sources no single gift.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any, Final, Literal

import orjson

from db import flows as recorded
from db import methods as stored
from db.plans import BadReadError
from ledger import flows
from ledger.conventions import rearranged
from ledger.flows import Flow, Slice, Slices, Stop
from ledger.networks import Mixture, Network, arrivals, composed, payments, spread, touched
from resolvers.context import Context, Role
from resolvers.mixtures import Key, Place, of_flow, of_mixture, pooled
from resolvers.policy import require
from resolvers.subgraphs import Part, around
from resolvers.traces import MOST_SLICES, MOST_STEPS, Step, TraceTooLongError, check_length, until_of

Method = Literal["FIFO", "LIFO", "PRO_RATA", "POISON"]
Order = Literal["JOURNAL", "EFFECTIVE"]

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
    def direction(self) -> Literal["FORWARD", "BACKWARD"]:
        """Which way."""
        return "FORWARD" if self.start is not None else "BACKWARD"

    @property
    def stop(self) -> Stop | None:
        """The stop rules, if there are any."""
        stop = Stop(self.max_hops, self.min_amount, frozenset(self.stop_at))
        return None if stop == Stop() else stop


@dataclass(frozen=True, slots=True)
class MethodTrace:
    """An answer with the rule that gave it, as of the entry at `as_of`.

    `complete`: the places account for every unit and no stop rule cut anything off.  `exact`: shares are units or
    exact fractions, not grains of 2^-96.  `by_date`: value dates could be followed; `waited` names the entries that
    are dated before their money.  `saved` is the question with the digest of this answer.
    """

    question: Question
    as_of: int
    asset: str
    total: int
    complete: bool
    steps: list[Step]
    places: list[Place]
    exact: bool = True
    by_date: bool = False
    waited: tuple[int, ...] = ()
    saved: str = ""

    @property
    def direction(self) -> Literal["FORWARD", "BACKWARD"]:
        """Which way."""
        return self.question.direction


@dataclass(frozen=True, slots=True)
class Again:
    """A saved trace run again: whether it is the same, or else why not."""

    identical: bool
    reason: Literal["VERSION", "VIEWER", "RECORDS"] | None
    found: MethodTrace


async def trace(ctx: Context, question: Question) -> MethodTrace:
    """Trace by a rule; raises `BadReadError`, `ForbiddenError` and `TraceTooLongError`."""
    until = await until_of(ctx, question.subject, question.as_of)
    question = replace(question, as_of=until)
    own = chosen(await stored.own(ctx.reader, ctx.journal.id, question.subject), question)
    if question.method == "FIFO" and question.order == "JOURNAL":
        made = await _recorded(ctx, question, own)
    else:
        await allowed(ctx, question.subject)
        part = await around(ctx, own, until, forth=question.start is not None, effective=question.order == "EFFECTIVE")
        made = await applied(ctx, question, own, part)
    if ctx.principal.role is Role.PUBLIC and question.end is not None:
        made = replace(made, steps=[], places=pooled(made.places))
    return replace(made, saved=_saved(ctx, made))


async def allowed(ctx: Context, subject: int) -> None:
    """Refuse rules beside the recorded one to whom they do not concern; raises `ForbiddenError`."""
    entry = (await stored.dates(ctx.reader, ctx.journal.id, [subject]))[subject]
    require(ctx.principal, "trace-by-other-rules", organization=entry.organization)


def chosen(own: list[Slice], question: Question) -> list[Slice]:
    """The slices that brought in or paid out what is traced; raises `BadReadError`."""
    own = [item for item in own if question.posting in (None, item.posting)]
    if question.start is not None:
        found = [item for item in own if flows.is_outside(item.source)]
        field, why = "from", "the entry brought no money in from outside"
    else:
        found = [item for item in own if item.target.startswith("posting/")]
        field, why = "to", "the entry paid nothing out"
    if not found:
        raise BadReadError(field, why)
    return found


async def _recorded(ctx: Context, question: Question, own: list[Slice]) -> MethodTrace:
    """The answer that the journal recorded."""
    read, until = recorded.forward if question.start is not None else recorded.backward, question.as_of or 0
    found = await read(ctx.reader, ctx.journal.id, question.subject, question.posting, until, MOST_SLICES + 1)
    if len(found) > MOST_SLICES:
        raise TraceTooLongError(MOST_SLICES)
    return await _of_flow(ctx, question, own, Slices(set(found), as_of=until))


async def _of_flow(ctx: Context, question: Question, own: list[Slice], slices: Slices) -> MethodTrace:
    flow = followed(question, own, slices)
    legs = await _legs(ctx, own, ((item.position, item.posting) for item, _ in flow.steps))
    steps, places = of_flow(flow, legs, question.direction)
    return _made(question, own, legs, steps, places, stopped=bool(flow.stopped))


def followed(question: Question, own: list[Slice], slices: Slices) -> Flow:
    """Follow recorded or rearranged slices, with the stop rules; raises `TraceTooLongError`."""
    run = flows.forward if question.start is not None else flows.backward
    flow = run(own, slices, question.stop)
    check_length(flow)
    return flow


async def _legs(ctx: Context, own: Iterable[Slice], keys: Iterable[Key]) -> dict[Key, recorded.Leg]:
    positions = {position for position, _ in keys} | {item.position for item in own}
    if len(positions) > MOST_STEPS:
        raise TraceTooLongError(MOST_STEPS)
    return {(leg.position, leg.posting): leg for leg in await recorded.legs(ctx.reader, ctx.journal.id, positions)}


def rearranged_own(slices: Iterable[Slice], own: Iterable[Slice], question: Question) -> list[Slice]:
    """What the traced postings are made of after another rule was applied."""
    postings = {item.posting for item in own}
    return [
        item for item in slices
        if item.position == question.subject and item.posting in postings
        and (question.end is not None or flows.is_outside(item.source))
    ]  # fmt: skip


async def applied(ctx: Context, question: Question, own: list[Slice], part: Part) -> MethodTrace:
    """The answer of a rule that is applied now to a part of the journal."""
    if question.method in ("FIFO", "LIFO"):
        slices = rearranged(part.moves, newest=question.method == "LIFO")
        made = await _of_flow(ctx, question, rearranged_own(slices, own, question), Slices(slices))
    else:
        network = Network(part.moves)
        mixture = mixed(network, question)
        moves = (network.nodes[n].movement for n in mixture.hops)
        legs = await _legs(ctx, own, (move.key for move in moves if move is not None))
        poison = question.method == "POISON"
        steps, places = of_mixture(network, mixture, legs, question.direction, poison=poison)
        made = _made(question, own, legs, steps, places, stopped=bool(mixture.stopped))
        made = replace(made, exact=mixture.grain == 1)
    return replace(made, by_date=part.by_date, waited=tuple(part.waited))


def mixed(network: Network, question: Question) -> Mixture:
    """The mixture that a rule gives."""
    forth = question.start is not None
    which = (arrivals if forth else payments)(network, question.subject, question.posting)
    if question.method == "POISON":
        return touched(network, which, question.stop, forth=forth)
    grain = 1 if len(network.nodes) <= EXACT_NODES else GRAIN
    return (spread if forth else composed)(network, which, question.stop, grain=grain)


def _made(
    question: Question, own: list[Slice], legs: dict[Key, recorded.Leg], steps: list[Step], places: list[Place], *,
    stopped: bool,
) -> MethodTrace:  # fmt: skip
    assets = {legs[item.position, item.posting].asset for item in own}
    if len(assets) > 1:
        raise BadReadError("posting", f"the entry moves several assets ({', '.join(sorted(assets))}): name a posting")
    total = sum(item.hi - item.lo if question.start is not None else item.landed_hi - item.landed for item in own)
    sums = question.method == "POISON" or sum(place.share for place in places) == total
    return MethodTrace(question, question.as_of or 0, assets.pop(), total, sums and not stopped, steps, places)


# ---------------------------------------------------------------- saved traces


def _digest(made: MethodTrace) -> str:
    """The digest of an answer: its numbers and where they stand, not names that may be told otherwise later."""
    steps = [[s.leg.position, s.leg.posting, str(s.share), s.hop, s.returned] for s in made.steps]
    places = [
        [p.state, p.side.account, str(p.share), p.exact, p.lo, p.hi, [[h.entry, h.posting] for h in p.path]]
        for p in made.places
    ]
    whole = [str(made.total), made.asset, made.complete, list(made.waited), made.by_date, steps, places]
    return sha256(orjson.dumps(whole)).hexdigest()


def _saved(ctx: Context, made: MethodTrace) -> str:
    text = {"version": VERSION, "viewer": ctx.principal.role.value, "digest": _digest(made), **asdict(made.question)}
    return urlsafe_b64encode(orjson.dumps(text)).decode()


async def again(ctx: Context, saved: str) -> Again:
    """Run a saved trace again; raises what `trace` raises, and `BadReadError` for what is no saved trace."""
    try:
        text: dict[str, Any] = orjson.loads(urlsafe_b64decode(saved))
        version, viewer, digest = text.pop("version"), text.pop("viewer"), text.pop("digest")
        question = Question(**{**text, "stop_at": tuple(text["stop_at"])})
    except (ValueError, KeyError, TypeError) as error:
        raise BadReadError("saved", "is not what `saved` of a trace said") from error
    found = await trace(ctx, question)
    if _digest(found) == digest:
        return Again(identical=True, reason=None, found=found)
    public = (viewer == "public") != (ctx.principal.role is Role.PUBLIC)
    reason: Literal["VERSION", "VIEWER", "RECORDS"] = "RECORDS"
    if version != VERSION:
        reason = "VERSION"
    elif public:
        reason = "VIEWER"
    return Again(identical=False, reason=reason, found=found)
