"""What decisions about memoranda, terms and facts read: a part of `ledger.state.State`, and the keys of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.commands import Command
from ledger.unmoved import CHANGES

Document = dict[str, Any]
Parts = tuple[tuple[int, int], ...]
"""(position of the payment, units that it settled) of one memorandum."""


@dataclass(slots=True)
class Unmoved:
    """Memoranda and agreements by id, as the documents that opened them, and what has become of them.

    `settled` has the payments of a memorandum, `payments` the memorandum that a payment settles ("" once withdrawn),
    `closed` the closing's position, `sales` the memorandum that claims a seller's sale ("" once withdrawn), `minutes`
    what a commitment gave on a day, `used` the units that relied on a change, `fees` those released under an
    agreement out of an account, `named` what else is there once: facts, milestones reached, receivables, draws.
    """

    memoranda: dict[str, Document] = field(default_factory=dict)
    settled: dict[str, Parts] = field(default_factory=dict)
    payments: dict[int, str] = field(default_factory=dict)
    closed: dict[str, int] = field(default_factory=dict)
    sales: dict[tuple[str, str], str] = field(default_factory=dict)
    minutes: dict[tuple[str, str], int] = field(default_factory=dict)
    agreements: dict[str, Document] = field(default_factory=dict)
    used: dict[int, int] = field(default_factory=dict)
    fees: dict[tuple[str, str], int] = field(default_factory=dict)
    named: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def kept(self) -> int:
        """How many names it holds."""
        return sum(len(getattr(self, name)) for name in Unmoved.__slots__)


@dataclass(slots=True)
class UnmovedNeeds:
    """The keys of `Unmoved` that deciding a command reads; an agreement's brings its fees along."""

    memoranda: set[str] = field(default_factory=set)
    payments: set[int] = field(default_factory=set)
    sales: set[tuple[str, str]] = field(default_factory=set)
    parties: set[tuple[str, str]] = field(default_factory=set)
    agreements: set[str] = field(default_factory=set)
    changes: set[int] = field(default_factory=set)
    named: set[tuple[str, str]] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Whether anything is needed."""
        return any(getattr(self, name) for name in self.__slots__)

    def update(self, other: "UnmovedNeeds") -> None:
        """Need what `other` needs too."""
        for name in self.__slots__:
            getattr(self, name).update(getattr(other, name))


def entries_of(data: Mapping[str, Any]) -> list[int]:
    """Every earlier entry that the facts name, beyond `subject`, `of` and `hold`."""
    found = [data[name] for name in ("payment", "change", "committed") if name in data]
    return [*found, data["correction"]["entry"]] if "correction" in data else found


def restrictions_of(data: Mapping[str, Any]) -> set[str]:
    """Every restriction that the facts name."""
    return {data[name] for name in ("restriction", "to") if name in data}


def names_of(kind: str, data: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What an entry of this kind makes to be there once: (what, its name)."""
    found: set[tuple[str, str]] = set()
    if "fact" in data:
        found.add(("fact", data["fact"]))
    if "correction" in data:
        found.add(("receivable", f"{data['correction']['entry']}/{data['correction']['posting']}"))
    if kind == "milestone_reached":
        found.add(("milestone", f"{data['agreement']}/{data['milestone']}"))
    if kind == "inspection_draw":
        found.add(("draw", str(data["committed"])))
    return found


def facts_of(command: Command) -> Mapping[str, Any]:
    """The facts of a command; of a hold also those of the payment that it is for."""
    return {**command.data.get("facts", {}), **command.data} if command.kind == "hold" else command.data


def unmoved_needs(command: Command) -> UnmovedNeeds:
    """What deciding a well-formed command reads of `Unmoved`."""
    data, found = facts_of(command), UnmovedNeeds()
    found.named |= names_of(command.kind, data)
    if "memorandum" in data:
        found.memoranda.add(data["memorandum"])
    if "payment" in data:
        found.payments.add(data["payment"])
    if "sale" in data:
        found.sales.add((data["seller"], data["sale"]))
    if command.kind == "volunteer_hours" and "party" in data:
        found.parties.add((data["party"], command.effective))
    if "agreement" in data:
        found.agreements.add(data["agreement"])
    if "change" in data:
        found.changes.add(data["change"])
    return found


def changed_restrictions(document: Mapping[str, Any]) -> set[str]:
    """The restrictions that a change's entry names, which whoever relies on it needs."""
    return restrictions_of(document["data"]) if document["type"] in CHANGES else set()
