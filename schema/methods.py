"""Tracing by other rules (其他追踪方法): the questions, and their answers as the contract shows them."""

from collections.abc import Awaitable
from datetime import date
from fractions import Fraction
from math import ceil, floor
from types import SimpleNamespace
from typing import Annotated, Any, TypeVar

import strawberry

from ledger.bounds import Bounds
from resolvers import comparisons, covers, methods
from resolvers import paths as ways
from resolvers.methods import VERSION, Question
from resolvers.mixtures import Place
from resolvers.traces import Hop, TraceTooLongError
from schema.figures import figure
from schema.limits import refused
from schema.method_types import (
    Borrowing,
    CoverDay,
    Funder,
    MethodComparison,
    MethodTrace,
    RestrictedCover,
    TraceAgain,
    TraceDifference,
    TraceMethod,
    TraceOrder,
    TracePath,
    TracePlace,
    Unspent,
)
from schema.scalars import BigInt
from schema.traces import AsOf, Info, PostingNumber, TraceDirection, TraceHop, TraceState, side_of, step_of

Answer = TypeVar("Answer")

From = Annotated[
    BigInt | None, strawberry.argument(name="from", description="The position of a donation, to follow it forward.")
]
To = Annotated[
    BigInt | None, strawberry.argument(name="to", description="The position of a payment, to follow it backward.")
]
Donation = Annotated[BigInt, strawberry.argument(name="from", description="The position of the donation.")]
Payment = Annotated[BigInt, strawberry.argument(name="to", description="The position of the payment.")]
Way = Annotated[
    TraceDirection | None, strawberry.argument(description="Follows from `from` or `to`; if given, it must agree.")
]
Rule = Annotated[TraceMethod, strawberry.argument(description="The rule; beside FIFO, for whom money is entrusted to.")]
Order = Annotated[TraceOrder, strawberry.argument(description="The order in which movements count.")]
MaxHops = Annotated[int | None, strawberry.argument(description="Follow at most so many movements after the first.")]
MinAmount = Annotated[
    BigInt | None, strawberry.argument(description="Do not follow parts of fewer minor units than this.")
]
StopAt = Annotated[list[str] | None, strawberry.argument(description="Do not follow beyond these accounts.")]
Key = Annotated[str | None, strawberry.argument(description="By plain id.")]
Code = Annotated[str, strawberry.argument(description="The asset, as CODE/SCALE.")]
Saved = Annotated[str, strawberry.argument(description="What `saved` of a trace said.")]


def _shaped(**fields: Any) -> Any:  # noqa: ANN401 -- stands for whichever type of the contract a field answers
    """An answer by the names of its fields."""
    return SimpleNamespace(**fields)


async def _bounded(found: Awaitable[Answer]) -> Answer:
    """An answer, or the named refusal of one that is too long."""
    try:
        return await found
    except TraceTooLongError as error:
        raise refused(str(error), "TRACE_TOO_LONG", most=error.most) from error


def _question(
    start: int | None, end: int | None, direction: TraceDirection | None, method: TraceMethod, order: TraceOrder,
    **how: Any,  # noqa: ANN401 -- the other fields of a question, as the contract's arguments are named
) -> Question:  # fmt: skip
    """What is asked; raises `GraphQLError` for a direction that does not agree."""
    how["min_amount"] = how.get("min_amount") or 0
    how["stop_at"] = tuple(sorted(how.get("stop_at") or ()))
    made = Question(start, end, method=method.value, order=order.value, **how)
    if direction is not None and made.subject >= 0 and made.direction != direction.value:
        raise refused("direction does not agree with from and to", "BAD_USER_INPUT", argument="direction")
    return made


@strawberry.type
class MethodQueries:
    """Traces by any rule."""

    @strawberry.field
    async def trace(  # noqa: PLR0913 -- the arguments of the contract
        self, info: Info, *, start: From = None, end: To = None, posting: PostingNumber = None, direction: Way = None,
        method: Rule = TraceMethod.FIFO, order: Order = TraceOrder.JOURNAL, as_of: AsOf = None,
        max_hops: MaxHops = None, min_amount: MinAmount = None, stop_at: StopAt = None,
    ) -> MethodTrace:  # fmt: skip
        """Follow money forward from a donation or backward from a payment, by a rule."""
        asked = _question(
            start, end, direction, method, order, posting=posting, as_of=as_of, max_hops=max_hops,
            min_amount=min_amount, stop_at=stop_at,
        )  # fmt: skip
        return _trace(await _bounded(methods.trace(info.context, asked)))

    @strawberry.field
    async def trace_again(self, info: Info, saved: Saved) -> TraceAgain:
        """Run a saved trace again: the identical answer, or why it is not."""
        found = await _bounded(methods.again(info.context, saved))
        reason = None if found.reason is None else TraceDifference[found.reason]
        again: TraceAgain = _shaped(identical=found.identical, reason=reason, trace=_trace(found.found))
        return again

    @strawberry.field
    async def compare_methods(
        self, info: Info, start: Donation, end: Payment, from_posting: PostingNumber = None,
        to_posting: PostingNumber = None, as_of: AsOf = None, order: Order = TraceOrder.JOURNAL,
    ) -> MethodComparison:  # fmt: skip
        """What every method says of a donation in a payment, and the bounds that hold under any rule."""
        found = await _bounded(
            comparisons.compare(
                info.context,
                start=start,
                end=end,
                start_posting=from_posting,
                end_posting=to_posting,
                as_of=as_of,
                order=order.value,
            )
        )  # fmt: skip
        return _comparison(found)

    @strawberry.field
    async def who_funded(
        self, info: Info, end: Payment, posting: PostingNumber = None, method: Rule = TraceMethod.FIFO,
        order: Order = TraceOrder.JOURNAL, as_of: AsOf = None,
    ) -> list[Funder]:  # fmt: skip
        """The gifts that a payment is made of, by a rule; for the public, pooled by class of donor."""
        asked = _question(None, end, None, method, order, posting=posting, as_of=as_of)
        return _funders(await _bounded(methods.trace(info.context, asked)))

    @strawberry.field
    async def unspent(self, info: Info, start: Donation, posting: PostingNumber = None, as_of: AsOf = None) -> Unspent:
        """What of a donation still rests, and the bounds of it."""
        found = await _bounded(comparisons.unspent(info.context, start=start, posting=posting, as_of=as_of))
        asset = found.trace.asset
        answer: Unspent = _shaped(
            amount=figure(found.amount, asset), places=[_place(place, asset) for place in found.places],
            **_limits(found.bounds, asset), as_of=found.trace.as_of,
        )  # fmt: skip
        return answer

    @strawberry.field
    async def paths(
        self, info: Info, start: From = None, end: To = None, posting: PostingNumber = None,
        method: Rule = TraceMethod.FIFO, order: Order = TraceOrder.JOURNAL, as_of: AsOf = None,
        max_hops: MaxHops = None, min_amount: MinAmount = None, stop_at: StopAt = None,
    ) -> list[TracePath]:  # fmt: skip
        """The ways of the money as sentences; none where a rule mixes, and none to single gifts for the public."""
        asked = _question(
            start, end, None, method, order, posting=posting, as_of=as_of, max_hops=max_hops, min_amount=min_amount,
            stop_at=stop_at,
        )  # fmt: skip
        trace, found = await _bounded(ways.paths(info.context, asked))
        answer: list[TracePath] = [
            _shaped(
                amount=figure(path.place.share, trace.asset), state=TraceState[path.place.state],
                hops=_hops(path.hops), sentence=path.en, sentence_zh=path.zh,
            )
            for path in found
        ]  # fmt: skip
        return answer

    @strawberry.field
    async def restricted_cover(
        self, info: Info, account: Key = None, organization: Key = None, asset: Code = "CNY/2", as_of: AsOf = None,
        order: Order = TraceOrder.EFFECTIVE,
    ) -> RestrictedCover:  # fmt: skip
        """Whether restricted money of an organization (or of an account's) has been borrowed, and put back."""
        found = await _bounded(
            covers.restricted_cover(
                info.context, account=account, organization=organization, asset=asset, as_of=as_of, order=order.value
            )
        )
        return _cover(found)


def _trace(found: methods.MethodTrace) -> MethodTrace:
    answer: MethodTrace = _shaped(
        subject=found.question.subject, direction=TraceDirection[found.direction],
        method=TraceMethod[found.question.method], method_version=VERSION, order=TraceOrder[found.question.order],
        by_date=found.by_date, waited=list(found.waited), as_of=found.as_of, amount=figure(found.total, found.asset),
        complete=found.complete, exact=found.exact, places=[_place(place, found.asset) for place in found.places],
        steps=[step_of(step, found.asset) for step in found.steps], saved=found.saved,
    )  # fmt: skip
    return answer


def _place(place: Place, asset: str) -> TracePlace:
    answer: TracePlace = _shaped(
        state=TraceState[place.state], account=side_of(place.side), amount=figure(place.share, asset),
        exact=place.exact, position=None if place.hop is None else place.hop.entry, lo=place.lo, hi=place.hi,
        path=_hops(place.path),
    )  # fmt: skip
    return answer


def _hops(path: tuple[Hop, ...]) -> list[TraceHop]:
    return [TraceHop(position=BigInt(hop.entry), n=hop.posting) for hop in path]


def _limits(found: Bounds | None, asset: str) -> dict[str, Any]:
    """Bounds in whole units, outwards."""
    if found is None:
        return {"least": None, "most": None}
    return {"least": figure(floor(found.least), asset), "most": figure(ceil(found.most), asset)}


def _comparison(found: comparisons.Comparison) -> MethodComparison:
    shares = [
        _shaped(
            method=TraceMethod[share.method], amount=figure(share.amount, found.asset), exact=str(share.exact),
            touched=share.touched,
        )
        for share in found.shares
    ]  # fmt: skip
    answer: MethodComparison = _shaped(
        start=found.start, end=found.end, as_of=found.as_of, amount=figure(found.total, found.asset),
        payment=figure(found.payment, found.payment_asset), shares=shares, **_limits(found.bounds, found.asset),
        by_date=found.by_date, sentence=found.sentence("en"), sentence_zh=found.sentence("zh"),
    )  # fmt: skip
    return answer


def _funders(found: methods.MethodTrace) -> list[Funder]:
    """Sources summed by the entry and class that they came from."""
    sums: dict[tuple[int | None, str], tuple[Place, int, Fraction]] = {}
    for place in found.places:
        key = (None if place.hop is None else place.hop.entry, place.side.account)
        _, share, exact = sums.get(key, (place, 0, Fraction(0)))
        sums[key] = place, share + place.share, exact + Fraction(place.exact)
    answer: list[Funder] = [
        _shaped(position=position, account=side_of(place.side), amount=figure(share, found.asset), exact=str(exact))
        for (position, _), (place, share, exact) in sums.items()
    ]
    return answer


def _cover(found: covers.Cover) -> RestrictedCover:
    def shown(units: int) -> object:
        return figure(units, found.asset)

    days: list[CoverDay] = [
        _shaped(
            on=date.fromisoformat(day.on), liquid=shown(day.liquid), restricted=shown(day.restricted),
            cover=shown(day.cover), lowest=shown(day.lowest), lowest_at=day.lowest_at,
        )
        for day in found.curve.days
    ]  # fmt: skip
    borrowings: list[Borrowing] = [
        _shaped(
            since=item.since, since_on=date.fromisoformat(item.since_on), until=item.until,
            until_on=None if item.until_on is None else date.fromisoformat(item.until_on), lowest=shown(item.lowest),
            lowest_at=item.lowest_at,
        )
        for item in found.curve.borrowings
    ]  # fmt: skip
    answer: RestrictedCover = _shaped(
        organization=found.organization, as_of=found.as_of, lowest=shown(found.curve.lowest), days=days,
        borrowings=borrowings,
    )  # fmt: skip
    return answer
