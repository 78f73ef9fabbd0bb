"""Plans that serve again: a planned statement whose arguments come from the variables of the request.

A `Slot` is a variable's value that knows its name.  It passes through selection, policy and planner as the text or
number that it is; where it becomes an argument of the statement unchanged, the plan serves every other value too.
Where its value was looked at instead (a cursor, a page size) it does not appear among the arguments, and the plan is
for that value alone (`Template.rigid`).  Sound only for variables that a document uses once; `schema/documents.py`
makes slots of no others.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from db.plans import Plan, check_text

Read = Callable[[object], object]
"""What is made of a variable's value before it becomes an argument; raises `db.plans.BadReadError`."""


class TextSlot(str):
    """A text that is the value of a variable."""

    __slots__ = ("name", "read")
    name: str
    read: Read


class NumberSlot(int):
    """A number that is the value of a variable."""

    name: str
    read: Read


Slot = TextSlot | NumberSlot


def _same(value: object) -> object:
    return value


def slot(name: str, value: object, read: Read = _same) -> object:
    """The value as a slot, if it is a text or a number; anything else as it is."""
    made: Slot
    match value:
        case bool():
            return value
        case str():
            made = TextSlot(value)
        case int():
            made = NumberSlot(value)
        case _:
            return value
    made.name, made.read = name, read
    return made


def derived(origin: object, value: object, read: Read) -> object:
    """A value that was read from `origin` by `read`: a slot where that is one."""
    if not isinstance(origin, TextSlot | NumberSlot):
        return value
    first = origin.read
    return slot(origin.name, value, read if first is _same else lambda given: read(first(given)))


@dataclass(frozen=True, slots=True)
class Template:
    """A statement; its arguments as they were; and for those that are slots, which and how they are read."""

    statement: str
    arguments: tuple[object, ...]
    slots: tuple[tuple[int, str, Read], ...]

    @classmethod
    def of(cls, plan: Plan) -> "Template":
        """The template of a plan that was made with slots."""
        found = [
            (at, value.name, value.read)
            for at, value in enumerate(plan.arguments)
            if isinstance(value, TextSlot | NumberSlot)
        ]
        return cls(plan.statement, plan.arguments, tuple(found))

    def rigid(self, names: Iterable[str]) -> frozenset[str]:
        """The slots among `names` whose values were looked at: the plan is for these values alone."""
        return frozenset(names) - {name for _, name, _ in self.slots}

    def bind(self, values: Mapping[str, object]) -> Plan:
        """The plan for other values of its slots; raises `db.plans.BadReadError`."""
        if not self.slots:
            return Plan(self.statement, self.arguments)
        arguments = list(self.arguments)
        for at, name, read in self.slots:
            arguments[at] = check_text(read(values[name]))
        return Plan(self.statement, tuple(arguments))
