"""What all methods say of one donation in one payment, and the bounds within which every rule must stay.

"FIFO says ¥0, pro rata ¥16.68, and between ¥0 and ¥37.71 of this ¥58.92 gift can have paid this invoice."
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from db import flows as recorded
from db import methods as stored
from db.plans import BadReadError
from ledger import flows
from ledger.assets import Asset, decimal_text
from ledger.bounds import Bounds, MixedRatesError, bounds
from ledger.conventions import rearranged
from ledger.flows import Slice, Slices
from ledger.networks import Network, arrivals, payments
from resolvers.context import Context, Role
from resolvers.methods import Method, MethodTrace, Order, Question, allowed, chosen, mixed, rearranged_own, trace
from resolvers.mixtures import Place
from resolvers.subgraphs import Part, around
from resolvers.traces import MOST_SLICES, TraceTooLongError, until_of


@dataclass(frozen=True, slots=True)
class Share:
    """What a method says: `exact` units of the donation, or (poison) whether any of it can be in the payment."""

    method: Method
    exact: Fraction
    touched: bool

    @property
    def amount(self) -> int:
        """In whole units."""
        return floor(self.exact)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every method on one donation and one payment, in units of the donation.

    `bounds` is None where purchases at different rates flow together in between.
    """

    start: int
    end: int
    as_of: int
    asset: str
    total: int
    payment: int
    payment_asset: str
    shares: list[Share]
    bounds: Bounds | None
    by_date: bool

    def sentence(self, language: str) -> str:
        """The comparison in one sentence, `en` or `zh`."""
        said = {share.method: _text(share.amount, self.asset) for share in self.shares}
        whole, paid = _text(self.total, self.asset), _text(self.payment, self.payment_asset)
        limits = None
        if self.bounds is not None:
            limits = _text(floor(self.bounds.least), self.asset), _text(-floor(-self.bounds.most), self.asset)
        if language == "zh":
            text = f"先进先出为 {said['FIFO']}，后进先出为 {said['LIFO']}，按比例为 {said['PRO_RATA']}"
            if limits is None:
                return f"{text}；途中不同兑换率的购买混在一起，无法给出任何规则下都成立的界限。"
            return f"{text}；任何规则下，这笔 {whole} 的捐赠在这笔 {paid} 的付款中占 {limits[0]} 至 {limits[1]}。"
        text = f"FIFO says {said['FIFO']}, LIFO {said['LIFO']}, pro rata {said['PRO_RATA']}"
        if limits is None:
            return f"{text}; purchases at different rates flow together on the way, so that no bounds hold."
        between = f"between {limits[0]} and {limits[1]} of this {whole} gift can be in this payment of {paid}"
        return f"{text}, and {between} under any rule."


@dataclass(frozen=True, slots=True)
class Unspent:
    """What of a donation rests, as recorded; `bounds` under any rule, None for whom they are not or where none hold."""

    trace: MethodTrace
    amount: int
    places: list[Place]
    bounds: Bounds | None


def _text(units: int, asset: str) -> str:
    kind = Asset.parse(asset)
    name = asset.rpartition("/")[0]
    text = decimal_text(units, kind.scale)
    return f"¥{text}" if name == "CNY" else f"{text} {name}"


async def compare(
    ctx: Context, *, start: int, end: int, start_posting: int | None = None, end_posting: int | None = None,
    as_of: int | None = None, order: Order = "JOURNAL",
) -> Comparison:  # fmt: skip
    """All methods and the bounds; raises `BadReadError`, `ForbiddenError` and `TraceTooLongError`."""
    question = Question(start=start, posting=start_posting)
    until = await until_of(ctx, end, as_of)
    if not 0 <= start <= until:
        raise BadReadError("from", f"must be from 0 to {until}")
    await allowed(ctx, start)
    await allowed(ctx, end)
    journal = ctx.journal.id
    own = chosen(await stored.own(ctx.reader, journal, start), question)
    paid = chosen(await stored.own(ctx.reader, journal, end), Question(end=end, posting=end_posting))
    legs = await recorded.legs(ctx.reader, journal, {start, end})
    assets = {(leg.position, leg.posting): leg.asset for leg in legs}
    part = await around(ctx, own, until, forth=True, effective=order == "EFFECTIVE")
    network = Network(part.moves)
    ends = {n: size for n, size in payments(network, end).items() if _of(network, n) in {s.posting for s in paid}}
    return Comparison(
        start, end, until, _one(own, assets), sum(s.hi - s.lo for s in own),
        sum(s.landed_hi - s.landed for s in paid), _one(paid, assets),
        await _shares(ctx, question, own, paid, part, network, ends), _bounds(network, question, ends), part.by_date,
    )  # fmt: skip


def _one(slices: list[Slice], assets: Mapping[tuple[int, int], str]) -> str:
    found = {assets[item.position, item.posting] for item in slices}
    if len(found) > 1:
        raise BadReadError("posting", f"the entry moves several assets ({', '.join(sorted(found))}): name a posting")
    return found.pop()


def _of(network: Network, n: int) -> int:
    move = network.nodes[n].movement
    return -1 if move is None else move.posting


async def _shares(
    ctx: Context, question: Question, own: list[Slice], paid: list[Slice], part: Part, network: Network,
    ends: Mapping[int, int],
) -> list[Share]:  # fmt: skip
    """What each method says."""
    until, axes = part.until, {item.target for item in paid}
    if part.by_date:
        first = rearranged(part.moves, newest=False)
    else:
        first = await recorded.forward(
            ctx.reader, ctx.journal.id, question.subject, question.posting, until, MOST_SLICES + 1
        )
        if len(first) > MOST_SLICES:
            raise TraceTooLongError(MOST_SLICES)
    last = rearranged(part.moves, newest=True)
    oldest = _share_of(own if not part.by_date else rearranged_own(first, own, question), first, axes)
    newest = _share_of(rearranged_own(last, own, question), last, axes)
    mix = mixed(network, replace(question, method="PRO_RATA"))
    poison = mixed(network, replace(question, method="POISON"))
    touched = any(n in poison.hops for n in ends)
    return [
        Share("FIFO", oldest, oldest > 0), Share("LIFO", newest, newest > 0),
        Share("PRO_RATA", sum((mix.of(n) for n in ends), Fraction(0)), any(mix.of(n) for n in ends)),
        Share("POISON", Fraction(sum(ends.values()) if touched else 0), touched),
    ]  # fmt: skip


def _share_of(start: list[Slice], slices: list[Slice], axes: set[str]) -> Fraction:
    """How much of what `start` brought landed on these axes."""
    flow = flows.forward(start, Slices(set(slices)))
    parts = (Fraction(p.origin_hi) - Fraction(p.origin_lo) for s, p in flow.steps if s.target in axes)
    return sum(parts, Fraction(0))


def _bounds(network: Network, question: Question, ends: Mapping[int, int]) -> Bounds | None:
    try:
        return bounds(network, arrivals(network, question.subject, question.posting), ends)
    except MixedRatesError:
        return None


async def unspent(ctx: Context, *, start: int, posting: int | None = None, as_of: int | None = None) -> Unspent:
    """What of a donation still rests where a purpose binds it; raises what `trace` raises."""
    question = Question(start=start, posting=posting, as_of=as_of)
    found = await trace(ctx, question)
    places = [place for place in found.places if place.state == "RESTING"]
    limits = None
    if ctx.principal.role is not Role.PUBLIC:
        await allowed(ctx, start)
        own = chosen(await stored.own(ctx.reader, ctx.journal.id, start), question)
        part = await around(ctx, own, found.as_of, forth=True)
        network = Network(part.moves)
        rests = {n: node.rest for n, node in enumerate(network.nodes) if node.movement is None and node.rest}
        limits = _bounds(network, question, rests)
    return Unspent(found, sum(place.share for place in places), places, limits)
