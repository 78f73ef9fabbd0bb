"""The one read path: a selection, what policy lays on it, one statement, its answer.

`read` answers one root field as Python values, over which Python completes what only it can; `read_whole` a whole
operation as bytes that go out as they are, by a plan that is kept and serves again.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.answers import answer, answer_whole
from db.nouns import NOUNS
from db.planner import plan, plan_whole
from db.plans import Plan, Root, Selection
from db.slots import Template, slot
from resolvers.context import Context
from resolvers.policy import access

Roots = Sequence[tuple[Root | str, Selection]]
"""The root fields of an operation, each with what is asked of it; a text stands for itself (`__typename`)."""
MOST_PLANS = 1024
"""Plans that are kept; the one that was not used for longest goes first."""


@dataclass(frozen=True, slots=True)
class Question:
    """An operation with its variables: what names its plan, what may change without a new plan, and its roots.

    `key` says the document, the operation, and every variable that is not among `slots`; `roots` answers the root
    fields for given values of the slots.
    """

    key: Hashable
    slots: Mapping[str, object]
    roots: Callable[[Mapping[str, object]], Roots]


class Templates:
    """Plans that are kept, under the question, the class of the principal, and the values that a plan is for alone."""

    def __init__(self, most: int = MOST_PLANS) -> None:
        self.most = most
        self.found: OrderedDict[Hashable, Template] = OrderedDict()
        self.rigid: OrderedDict[Hashable, frozenset[str]] = OrderedDict()

    def plan(self, ctx: Context, question: Question) -> Plan:
        """The plan of a question; raises `db.plans.ReadError`."""
        who = ctx.principal
        base = (question.key, who.role, who.organization, who.region, ctx.journal.id)
        key = self._key(base, question)
        template = self.found.get(key)
        if template is not None:
            self.found.move_to_end(key)
            return template.bind(question.slots)
        slots = {name: slot(name, value) for name, value in question.slots.items()}
        template = Template.of(plan_whole(question.roots(slots), NOUNS, access(who), ctx.journal))
        self._keep(self.rigid, base, self.rigid.get(base, frozenset()) | template.rigid(question.slots))
        self._keep(self.found, self._key(base, question), template)
        return template.bind(question.slots)

    def _key(self, base: Hashable, question: Question) -> Hashable:
        """The base, and the values of those variables that plans looked at."""
        names = sorted(self.rigid.get(base, ()))
        return (base, tuple((name, question.slots.get(name)) for name in names))

    def _keep(self, kept: OrderedDict[Hashable, Any], key: Hashable, value: object) -> None:
        kept[key] = value
        kept.move_to_end(key)
        if len(kept) > self.most:
            kept.popitem(last=False)


async def read(ctx: Context, root: Root, selection: Selection) -> object:
    """Answer one root field as JSON under the request's response keys.

    Raises `db.plans.BadReadError` for malformed arguments and `db.plans.RefusedError` for what the
    principal may not see.
    """
    return await answer(ctx.reader, plan(root, selection, NOUNS, access(ctx.principal), ctx.journal))


async def read_whole(ctx: Context, templates: Templates, question: Question) -> tuple[bytes, int]:
    """Answer a whole operation: its `data` as JSON in UTF-8, and the size of the journal that it reflects.

    Raises as `read` does.
    """
    return await answer_whole(ctx.reader, templates.plan(ctx, question))
