"""Traces (资金追踪): where a donation went, and where a payment came from."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, cast

import strawberry

from db.flows import Side
from resolvers import traces
from resolvers.context import Context
from resolvers.traces import TraceTooLongError
from schema.enums import EntryKind
from schema.figures import Figure, figure
from schema.limits import refused
from schema.relations import embedded
from schema.scalars import BigInt

Info = strawberry.Info[Context, None]
Position = Annotated[BigInt, strawberry.argument(description="The position of the entry.")]
PostingNumber = Annotated[
    int | None,
    strawberry.argument(description="Only this fund posting of the entry; needed when it moves several assets."),
]
AsOf = Annotated[
    BigInt | None, strawberry.argument(description="As it was once this position was written; now when left out.")
]


@strawberry.enum
class TraceDirection(Enum):
    """Which way a trace goes."""

    FORWARD = "FORWARD"
    BACKWARD = "BACKWARD"


@strawberry.enum
class TraceState(Enum):
    """What has become of a part: it rests, was used, was given back, was its source, was never covered, or went on."""

    RESTING = "RESTING"
    USED = "USED"
    RETURNED = "RETURNED"
    SOURCE = "SOURCE"
    OVERDRAWN = "OVERDRAWN"
    STOPPED = "STOPPED"


@strawberry.type
class TraceHop:
    """One movement on a part's way."""

    position: BigInt
    """The position of its entry."""
    n: int
    """Which fund posting of the entry."""


@strawberry.type
class TraceSide:
    """An account as a trace names it."""

    key: str
    """A held account's plain id, or the class of an outside account."""
    held: bool
    """Whether it is held: an outside account is one per class, and shows nobody."""
    purposes: list[str]
    """What its restriction allows; none where it is unrestricted or outside."""
    project_name: str | None
    """The name of the project that it is for."""
    project_name_en: str | None
    """The same in English."""


@strawberry.type
class TraceStep:
    """A movement that the trace met."""

    position: BigInt
    """The position of its entry."""
    n: int
    """Which fund posting of the entry."""
    kind: EntryKind
    """What the entry is."""
    effective: date
    """Its value date."""
    organization: str | None
    """Whose entry it is, by plain id."""
    returned: bool
    """Whether it brought money back to where it was."""
    source: TraceSide = strawberry.field(name="from")
    """From which account."""
    target: TraceSide = strawberry.field(name="to")
    """To which account."""
    amount = embedded("Amount")
    """How much of what is traced it moved."""
    hop: int
    """How many movements lie between it and the traced entry."""
    purpose: str | None
    """What it was for."""
    region: str | None
    """Where it was for, as CODE@EDITION."""
    project: str | None
    """The plain id of the project that it was for."""
    project_name: str | None
    """That project's name."""
    project_name_en: str | None
    """The same in English."""
    cost: str | None
    """The law's cost class."""


@strawberry.type
class TraceEnd:
    """Where a part of the money rests, was used, or came from."""

    state: TraceState
    """What has become of it."""
    account: TraceSide
    """Where."""
    amount = embedded("Amount")
    """Its part of what is traced; the amounts of all ends sum to the whole exactly."""
    landed = embedded("Amount")
    """The same in the asset that it is there, which conversions change."""
    lo: str
    """Where the part begins on the axis of its account or posting; a fraction where a conversion cut a unit."""
    hi: str
    """Where it ends."""
    since: date | None
    """The value date of the movement that brought it there, or brought it in."""
    position: BigInt | None
    """The entry of that movement; null where the public sees sources pooled by class."""
    path: list[TraceHop]
    """Its way, from the traced entry on."""


@strawberry.type
class Trace:
    """Where money went or came from, by what the journal recorded and never by a guess."""

    subject: BigInt
    """The position of the traced entry."""
    direction: TraceDirection
    """Which way."""
    method: str
    """The rule: `FIFO_RECORDED` is oldest first within one account, or the units that a command named, as recorded."""
    as_of: BigInt
    """The last position that the answer reflects."""
    amount = embedded("Amount")
    """What is traced."""
    complete: bool
    """Whether the ends account for every unit."""
    ends: list[TraceEnd]
    """Where the parts are or came from, in the order of the traced units."""
    steps: list[TraceStep]
    """Every movement that was met; none for the public on the way back, which would show other donors' gifts."""


@dataclass(frozen=True, slots=True)
class _Step:
    position: int
    n: int
    kind: EntryKind
    effective: date
    organization: str | None
    returned: bool
    source: TraceSide
    target: TraceSide
    amount: Figure
    hop: int
    purpose: str | None
    region: str | None
    project: str | None
    project_name: str | None
    project_name_en: str | None
    cost: str | None


@dataclass(frozen=True, slots=True)
class _End:
    state: TraceState
    account: TraceSide
    amount: Figure
    landed: Figure
    lo: str
    hi: str
    since: date | None
    position: int | None
    path: list[TraceHop]


@dataclass(frozen=True, slots=True)
class _Trace:
    subject: int
    direction: TraceDirection
    method: str
    as_of: int
    amount: Figure
    complete: bool
    ends: list[_End]
    steps: list[_Step]


@strawberry.type
class TraceQueries:
    """Traces."""

    @strawberry.field
    async def trace_donation(
        self, info: Info, position: Position, posting: PostingNumber = None, as_of: AsOf = None
    ) -> Trace:
        """Follow what came in with an entry to where it rests or was used."""
        try:
            found = await traces.trace_donation(info.context, position=position, posting=posting, as_of=as_of)
        except TraceTooLongError as error:
            raise refused(str(error), "TRACE_TOO_LONG", most=error.most) from error
        return _shown(found)

    @strawberry.field
    async def trace_disbursement(
        self, info: Info, position: Position, posting: PostingNumber = None, as_of: AsOf = None
    ) -> Trace:
        """Follow what an entry paid out back to where it came from; for the public, pooled by class of donor."""
        try:
            found = await traces.trace_disbursement(info.context, position=position, posting=posting, as_of=as_of)
        except TraceTooLongError as error:
            raise refused(str(error), "TRACE_TOO_LONG", most=error.most) from error
        return _shown(found)


def _shown(trace: traces.Trace) -> Trace:
    """The trace as the contract shows it."""
    made = _Trace(
        trace.subject,
        TraceDirection[trace.direction],
        trace.method,
        trace.as_of,
        figure(trace.total, trace.asset),
        trace.complete,
        [_end(end, trace.asset) for end in trace.ends],
        [step_of(step, trace.asset) for step in trace.steps],
    )
    return cast("Trace", made)


def _end(end: traces.End, asset: str) -> _End:
    path = [TraceHop(position=BigInt(hop.entry), n=hop.posting) for hop in end.path]
    return _End(
        TraceState[end.state], side_of(end.side), figure(end.share, asset), figure(end.landed, end.asset), end.lo,
        end.hi, end.since, end.path[-1].entry if end.path else None, path,
    )  # fmt: skip


def step_of(step: traces.Step, asset: str) -> _Step:
    """A movement as the contract shows it."""
    leg = step.leg
    return _Step(
        leg.position, leg.posting, EntryKind[leg.kind.upper()], leg.effective, leg.organization, step.returned,
        side_of(leg.source), side_of(leg.target), figure(step.share, asset), step.hop, leg.purpose, leg.region,
        leg.project, leg.project_name, leg.project_name_en, leg.cost,
    )  # fmt: skip


def side_of(side: Side) -> TraceSide:
    """An account as the contract shows it."""
    held = "/" not in side.account
    return TraceSide(
        key=traces.shown(side.account), held=held, purposes=list(side.purposes), project_name=side.project,
        project_name_en=side.project_en,
    )  # fmt: skip
