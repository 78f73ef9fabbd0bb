"""What a subscription is told: pages of events, each answered by the one read path for its subscriber's policy.

A `Source` is asked for the events behind a position and up to another.  Sources are equal for all subscribers who ask
the same (`key`), so that one statement serves them all.  An event is a payload of GraphQL, as text:

    {"data": {…}, "extensions": {"journal": {"name": …, "position": …}, "resume": "…"}}

`journal.position` is that of the newest entry that the answer reflects; `resume` is where to go on from, as `after`.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, cast

import orjson

from db.announcements import Ends
from db.answers import answer
from db.nouns import NOUNS
from db.planner import plan
from db.plans import All, Order, Root, Selection, Shape, Test
from db.slots import Template, slot
from resolvers.context import Context
from resolvers.policy import access

PAGE: Final = 100
"""Events of one statement at most."""
WINDOW: Final = 10_000
"""Positions that one statement looks through at most: a rare filter must not take long."""
BEFORE_ALL: Final = -1
"""The position before the first."""


@dataclass(frozen=True, slots=True)
class Event:
    """A payload, and the position to go on from behind it."""

    position: int
    payload: str


@dataclass(frozen=True, slots=True)
class Page:
    """Events in order, how far was looked, and whether nothing will ever follow."""

    events: Sequence[Event]
    reached: int
    last: bool = False


class Source(Protocol):
    """Where the events of a subscription come from."""

    @property
    def key(self) -> Hashable:
        """What all who ask the same have in common."""

    def end(self, ends: Ends) -> int:
        """The newest position, when the journal reaches so far."""

    async def page(self, after: int, end: int) -> Page:
        """The first events behind `after`, up to `end`; raises what the database raises."""


def source_of(ctx: Context, asked: Selection, key: str) -> Source:
    """The source of a subscription's root field; `key` names its document and variables, without `after`.

    Raises `db.plans.BadReadError` for malformed arguments and `db.plans.RefusedError` for what may not be seen.
    """
    who = ctx.principal
    named = (key, who.role, who.organization, who.region, ctx.journal.id)
    if asked.field == "importProgress":
        return Progress(ctx, asked, named)
    noun, column = ("Entry", "position") if asked.field == "entries" else ("Checkpoint", "size")
    return Rows.of(ctx, asked, named, noun, column)


def start_of(asked: Selection, source: Source, ends: Ends) -> int:
    """Where a subscription begins: behind `after`, or with what is new from now on."""
    if asked.field == "importProgress":
        return BEFORE_ALL
    after = asked.arguments.get("after")
    return source.end(ends) if after is None else max(BEFORE_ALL, cast("int", after))


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a noun that only ever grows, by a column that counts up: entries, checkpoints."""

    ctx: Context
    name: str
    key: Hashable
    column: str
    template: Template

    @classmethod
    def of(cls, ctx: Context, asked: Selection, key: Hashable, noun: str, column: str) -> "Rows":
        """Plan the statement once, for whatever bounds come."""
        node = (Selection("$at", column), *asked.of(noun))
        where = {"where": asked.arguments["where"]} if asked.arguments.get("where") is not None else {}
        nodes = Selection("nodes", "nodes", {}, {noun: node})
        selection = Selection(asked.key, noun, {"first": PAGE, **where}, {f"{noun}Connection": (nodes,)})
        bounds = All((Test(column, "gt", slot("after", 0)), Test(column, "lte", slot("end", 0))))
        root = Root(Shape.CONNECTION, noun, match=bounds, order=(Order(column),))
        template = Template.of(plan(root, selection, NOUNS, access(ctx.principal), ctx.journal))
        assert not template.rigid(("after", "end")), "the bounds are arguments of the statement"
        return cls(ctx, asked.key, key, column, template)

    def end(self, ends: Ends) -> int:
        """The newest entry's position, or the newest head's size."""
        return ends.size - 1 if self.column == "position" else ends.published

    async def page(self, after: int, end: int) -> Page:
        """One statement."""
        until = min(end, after + WINDOW) if self.column == "position" else end
        plan = self.template.bind({"after": after, "end": until})
        found = cast("Mapping[str, Any]", await answer(self.ctx.reader, plan))
        events = []
        for node in found["nodes"]:
            at = int(node.pop("$at"))
            reflected = end if self.column == "position" else at - 1
            events.append(Event(at, payload_of(self.ctx, self.name, node, reflected, at)))
        return Page(events, events[-1].position if len(events) == PAGE else until)


@dataclass(slots=True)
class Progress:
    """An import batch, told again whenever what is asked of it has changed; ends when the batch is closed."""

    ctx: Context
    asked: Selection
    key: Hashable
    known: object = None
    changed: int = BEFORE_ALL
    root: Root = field(init=False)
    selection: Selection = field(init=False)

    def __post_init__(self) -> None:
        """Plan it once, so that a refusal is told at once."""
        self.root = Root(Shape.ONE, "ImportBatch", match=Test("key", "eq", self.asked.arguments["batch"]))
        node = (Selection("$closed", "closed"), *self.asked.of("ImportBatch"))
        self.selection = Selection(self.asked.key, "ImportBatch", {}, {"ImportBatch": node})
        plan(self.root, self.selection, NOUNS, access(self.ctx.principal), self.ctx.journal)

    def end(self, ends: Ends) -> int:
        """The newest entry's position."""
        return ends.size - 1

    async def page(self, after: int, end: int) -> Page:
        """The batch as it is now, if that is news."""
        reads = plan(self.root, self.selection, NOUNS, access(self.ctx.principal), self.ctx.journal)
        found = cast("dict[str, Any] | None", await answer(self.ctx.reader, reads))
        closed = found is not None and found.pop("$closed") is not None
        if found != self.known or self.changed == BEFORE_ALL:
            self.known, self.changed = found, max(end, 0)
        told = self.changed > after
        events = [Event(end, payload_of(self.ctx, self.asked.key, found, end, end))] if told else []
        return Page(events, end, last=closed)


def payload_of(ctx: Context, name: str, value: object, reflected: int, resume: int) -> str:
    """An event as GraphQL answers it."""
    extensions = {"journal": {"name": ctx.journal.name, "position": str(reflected)}, "resume": str(resume)}
    return orjson.dumps({"data": {name: value}, "extensions": extensions}).decode()
