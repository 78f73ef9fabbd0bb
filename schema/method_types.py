"""The types of tracing by other rules: answers, comparisons, ways as sentences, and the cover of restricted money."""

from datetime import date
from enum import Enum

import strawberry

from schema.relations import embedded, embedded_or_none
from schema.scalars import BigInt
from schema.traces import TraceDirection, TraceHop, TraceSide, TraceState, TraceStep


@strawberry.enum
class TraceMethod(Enum):
    """The rule among money of one account: as recorded, newest first, in proportion, or all that can be touched."""

    FIFO = "FIFO"
    LIFO = "LIFO"
    PRO_RATA = "PRO_RATA"
    POISON = "POISON"


@strawberry.enum
class TraceOrder(Enum):
    """By the journal's positions, or by value dates (each entry as soon as its money is there)."""

    JOURNAL = "JOURNAL"
    EFFECTIVE = "EFFECTIVE"


@strawberry.enum
class TraceDifference(Enum):
    """Why a saved trace is not the same: the method's version, who asks, or the records themselves."""

    VERSION = "VERSION"
    VIEWER = "VIEWER"
    RECORDS = "RECORDS"


@strawberry.type
class TracePlace:
    """Where a part of the money rests, was used, came from, or was not followed."""

    state: TraceState
    """What has become of it."""
    account: TraceSide
    """Where."""
    amount = embedded("Amount")
    """Its part in whole units; the parts sum to the whole exactly, except under POISON."""
    exact: str
    """The same in minor units, exactly: a whole number or a fraction."""
    position: BigInt | None
    """The entry that brought it there or brought it in; null for what is mixed, and where the public sees pools."""
    lo: str | None
    """Where it begins on the axis of its account or posting; null where a rule mixes."""
    hi: str | None
    """Where it ends."""
    path: list[TraceHop]
    """Its way from the traced entry on; none where a rule mixes."""


@strawberry.type
class MethodTrace:
    """Where money went or came from by a rule. No rule is prescribed; recorded facts stand before all of them."""

    subject: BigInt
    """The position of the traced entry."""
    direction: TraceDirection
    """Which way."""
    method: TraceMethod
    """The rule; FIFO in the journal's order is what was recorded."""
    method_version: str
    """The version of the rule as it is computed here."""
    order: TraceOrder
    """The order that was asked for."""
    by_date: bool
    """Whether value dates were followed; not when they contradict each other in a circle."""
    waited: list[BigInt]
    """Entries that are dated before their money came, by value dates."""
    as_of: BigInt
    """The last position that the answer reflects."""
    amount = embedded("Amount")
    """What is traced."""
    complete: bool
    """Whether the places account for every unit, and no stop rule ended the trace earlier."""
    exact: bool
    """Whether shares are units or exact fractions; very long ways are counted in grains of 2^-96."""
    places: list[TracePlace]
    """Where the parts are or came from."""
    steps: list[TraceStep]
    """Every movement that was met; none for the public on the way back."""
    saved: str
    """The question with a digest of this answer, for `traceAgain`."""


@strawberry.type
class TraceAgain:
    """A saved trace run again."""

    identical: bool
    """Whether the answer is the same to the last unit."""
    reason: TraceDifference | None
    """If it is not: why."""
    trace: MethodTrace
    """The answer now."""


@strawberry.type
class MethodShare:
    """What one method says of a donation in a payment."""

    method: TraceMethod
    """The method."""
    amount = embedded("Amount")
    """Whole units of the donation (POISON: the whole payment, if any of it can be touched)."""
    exact: str
    """The same exactly."""
    touched: bool
    """Whether there is any of it."""


@strawberry.type
class MethodComparison:
    """Every method on one donation and one payment, with the bounds within which every rule must stay."""

    start: BigInt = strawberry.field(name="from")
    """The donation's position."""
    end: BigInt = strawberry.field(name="to")
    """The payment's position."""
    as_of: BigInt
    """The last position that the answer reflects."""
    amount = embedded("Amount")
    """The donation."""
    payment = embedded("Amount")
    """The payment."""
    shares: list[MethodShare]
    """What each method says."""
    least = embedded_or_none("Amount")
    """The least of the donation that must be in the payment under any rule; null where no bounds hold."""
    most = embedded_or_none("Amount")
    """The most that can be."""
    by_date: bool
    """Whether value dates were followed."""
    sentence: str
    """The comparison in one sentence, in English."""
    sentence_zh: str
    """The same in Chinese."""


@strawberry.type
class Funder:
    """One source of a payment: a gift, or, for the public, all gifts of a class."""

    position: BigInt | None
    """The entry that brought it in."""
    account: TraceSide
    """The class that it came from."""
    amount = embedded("Amount")
    """Its part of the payment."""
    exact: str
    """The same exactly."""


@strawberry.type
class Unspent:
    """What of a donation still rests."""

    amount = embedded("Amount")
    """As recorded."""
    places: list[TracePlace]
    """Where."""
    least = embedded_or_none("Amount")
    """The least that must still rest under any rule; null for the public, and where no bounds hold."""
    most = embedded_or_none("Amount")
    """The most that can."""
    as_of: BigInt
    """The last position that the answer reflects."""


@strawberry.type
class TracePath:
    """One way of money as a sentence."""

    amount = embedded("Amount")
    """How much took it."""
    state: TraceState
    """What became of it."""
    hops: list[TraceHop]
    """Its movements."""
    sentence: str
    """In English."""
    sentence_zh: str
    """In Chinese."""


@strawberry.type
class CoverDay:
    """A day on which liquid custody or restricted funds changed."""

    on: date
    """The day."""
    liquid = embedded("Amount")
    """Liquid custody at its end: banks, platforms, cash."""
    restricted = embedded("Amount")
    """Restricted funds and money held for others at its end."""
    cover = embedded("Amount")
    """The difference."""
    lowest = embedded("Amount")
    """The lowest cover in the course of the day."""
    lowest_at: BigInt
    """After which entry."""


@strawberry.type
class Borrowing:
    """A time in which restricted money was not covered: it had been used for something else."""

    since: BigInt
    """From which entry on."""
    since_on: date
    """On which day."""
    until: BigInt | None
    """The entry that put it back; null where it has not been."""
    until_on: date | None
    """On which day."""
    lowest = embedded("Amount")
    """The lowest cover meanwhile."""
    lowest_at: BigInt
    """After which entry."""


@strawberry.type
class RestrictedCover:
    """The cover of an organization's restricted money (LIBR): liquid custody less restricted funds."""

    organization: str
    """Whose."""
    as_of: BigInt
    """The last position that the answer reflects."""
    lowest = embedded("Amount")
    """The lowest cover of all."""
    days: list[CoverDay]
    """Every day with a change."""
    borrowings: list[Borrowing]
    """Every time that restricted money was borrowed, whether or not it was put back."""
