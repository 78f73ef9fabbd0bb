"""The state that leaves lead to by their own word: totals and units read off, nothing decided.

A verifier that replays ranges of a journal side by side has to begin each somewhere.  `Stated` says where: postings
state both accounts' numbers and totals, `took` and `places` what becomes of units, and the rest are the effects that
`decide` gives an accepted entry.  It is a *guess*, which no verdict rests on: a range that was decided from a guess
counts only if the range before, decided itself, ended in the very same state; otherwise it is decided again from there.
So by induction every entry has been decided from the state to which deciding all entries before it led, as in a replay
from the first to the last, and a lie in any leaf is found at the same first position.  What is unknown here, or guessed
wrongly, costs time only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from ledger.accounts import FUND, GOVERNMENT, OVERDRAWN, Account, implied, overdrawn
from ledger.decide import EFFECTS
from ledger.draft import Draft
from ledger.entries import axis_of, clock_of, command_of, places_of, took_of
from ledger.holds import release, reserve
from ledger.intervals import joined, land, without
from ledger.kinds import FEE_KINDS, FREEING, INCOME_KINDS
from ledger.state import Document, Head, State
from ledger.unmoved_state import Unmoved

MAPPED: Final = (
    *(
        item.name
        for item in fields(State)
        if isinstance(getattr(State(), item.name), dict) and item.name not in {"commands", "entries"}
    ),
    *(f"unmoved.{item.name}" for item in fields(Unmoved)),
)
"""The parts of a state that a range hands on: all but the ids of commands (each is looked up among all of them, not
only those before) and the documents of entries (which are read again)."""


@dataclass(slots=True)
class Changes:
    """What a range of entries changed: by part of the state and key, the value that now stands there."""

    parts: dict[str, dict[Any, Any]] = field(default_factory=dict)

    def put(self, part: str, key: object, value: object) -> None:
        """Note a value."""
        self.parts.setdefault(part, {})[key] = value

    def onto(self, state: State) -> None:
        """Let a state step on by these changes."""
        for part, values in self.parts.items():
            part_of(state, part).update(values)

    def same(self, other: "Changes", before: State) -> bool:
        """Whether both lead from `before` to the same state."""
        for part in {*self.parts, *other.parts}:
            mine, theirs, old = self.parts.get(part, {}), other.parts.get(part, {}), part_of(before, part)
            for key in mine.keys() | theirs.keys():
                known = old.get(key)
                if mine.get(key, known) != theirs.get(key, known):
                    return False
        return True


class Stated:
    """A state that steps on from leaf to leaf as they state it; `cut` tells what changed since the last cut."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._parts = parts_of(state)
        self._mine: dict[str, Account] = {}
        self._changes = Changes()

    def cut(self) -> Changes:
        """What the leaves changed since the last cut."""
        changes, self._changes, self._mine = self._changes, Changes(), {}
        return changes

    def follow(self, document: Document, head: Head | None = None) -> None:
        """Take the next leaf in; raises whatever a leaf without shape makes Python raise."""
        kind, data, position = document["type"], document["data"], document["seq"]
        for posting in document.get("fund", ()):
            self._fund(document, posting, position)
        for posting in document.get("custody", ()):
            source, target = posting["from"], posting["to"]
            _step(self._account(source["account"], position), source)
            _step(self._account(target["account"], position), target)
        if kind == "correction":
            self._recount(document)
        if kind in EFFECTS or "hold" in data or kind == "hold":
            self._effects(document, kind)
        if head is not None:
            self.state.head = head

    def _account(self, name: str, position: int) -> Account:
        """A copy of an account that is ours to change until the next cut."""
        found = self._mine.get(name)
        if found is not None:
            return found
        known = self.state.accounts.get(name)
        if known is not None:
            found = known.copy()
        elif name.startswith(OVERDRAWN):
            found = overdrawn(self.state.accounts[name.removeprefix(OVERDRAWN)], position)
        else:
            made = implied(name, position)
            if made is None:
                raise KeyError(name)
            found = made
        self._keep(found)
        return found

    def _keep(self, account: Account) -> None:
        self._mine[account.id] = self.state.accounts[account.id] = account
        self._changes.put("accounts", account.id, account)

    def _fund(self, document: Document, posting: Mapping[str, Any], position: int) -> None:
        """A posting of the fund book: units leave the source's axis and land on the target's."""
        kind, amount, from_, to = document["type"], int(posting["amount"]), posting["from"], posting["to"]
        source, target = self._account(from_["account"], position), self._account(to["account"], position)
        _step(source, from_)
        _step(target, to)
        origin = from_.get("of")
        if source.has_axis:
            for _, lo, hi in took_of(from_):
                source.free = _taken(source.free, lo, hi)
        elif origin is not None and "entry" in origin:
            axis = axis_of(origin["entry"], origin["posting"])
            back = (*self.state.returned.get(axis, ()), *((lo, hi) for _, lo, hi in took_of(from_)))
            self.state.returned[axis] = units = joined(back)
            self._changes.put("returned", axis, units)
        elif kind in INCOME_KINDS:
            target.received += amount
        if source.held and source.book == "fund" and kind != "correction":
            self._count(kind, source, amount, position)
        if target.has_axis:
            self._mark(document, source, target, origin)
            end = target.total_in
            target.free = land(target.free, end - amount, end, places_of(to))
            self._note_batch(document["data"].get("batch"), target)

    def _mark(self, document: Document, source: Account, target: Account, origin: Mapping[str, int] | None) -> None:
        """Whether government money came, itself, from an account where it had, or as what was bought with it."""
        kind, position = document["type"], document["seq"]
        if kind in FREEING or target.government is not None:
            return
        if kind == "conversion" and origin is not None:
            paid = document["fund"][origin["posting"]]["from"]["account"].removeprefix(OVERDRAWN)
            source = self._account(paid, position)
        of_the_government = source.klass == "payers" and source.id.split("/")[2] == GOVERNMENT
        if source.government is not None or (kind in INCOME_KINDS and of_the_government):
            target.government = position

    def _count(self, kind: str, source: Account, amount: int, position: int) -> None:
        """What a fee cap counts of a payment, on the account that should have paid it."""
        if kind == "refund":
            base = self._account(source.id.removeprefix(OVERDRAWN), position)
            base.received -= amount if base.klass == FUND else 0
        if kind in FEE_KINDS and source.restriction is not None:
            self._account(source.id.removeprefix(OVERDRAWN), position).fees += amount

    def _note_batch(self, batch: object, target: Account) -> None:
        open_ones = [name for name in target.batches if self.state.batches[name].closed is None]
        if isinstance(batch, str) and batch not in open_ones:
            open_ones.append(batch)
        target.batches = tuple(open_ones)

    def _recount(self, document: Document) -> None:
        """A correction steps the base of fee caps back, by what the corrected entry had counted."""
        corrected, position = self.state.entries[document["data"]["of"]], document["seq"]
        kind = corrected["type"]
        if kind not in INCOME_KINDS and kind not in FEE_KINDS and kind != "refund":
            return
        came_back: dict[int, int] = {}
        for posting in document.get("fund", ()):
            n = posting["from"].get("of", {}).get("posting", -1)
            came_back[n] = came_back.get(n, 0) + int(posting["amount"])
        for n, posting in enumerate(corrected.get("fund", ())):
            source = posting["from"]["account"].removeprefix(OVERDRAWN)
            if kind in INCOME_KINDS:
                self._account(posting["to"]["account"], position).received -= int(posting["amount"])
                continue
            if source.startswith("outside/"):
                continue
            base = self._account(source, position)
            if kind == "refund" and base.klass == FUND:
                base.received += came_back.get(n, 0)
            elif kind in FEE_KINDS and base.restriction is not None:
                base.fees -= came_back.get(n, 0)

    def _effects(self, document: Document, kind: str) -> None:
        """What `decide` lets an accepted entry of this kind do besides moving money."""
        draft = Draft(self.state, command_of(document), clock_of(document["at"]))
        draft.position = document["seq"]
        draft.fund = list(document.get("fund", ()))
        if kind == "hold":
            reserve(draft)
        release(draft)
        log: list[tuple[Any, Any, Any]] = []
        effect = EFFECTS.get(kind)
        if effect is not None:
            effect(draft, log)
        for account in draft.accounts.values():
            self._keep(account)
        if "hold" in document["data"]:
            self.state.resolved[document["data"]["hold"]] = document["seq"]
            self._changes.put("resolved", document["data"]["hold"], document["seq"])
        for mapping, key, _ in log:
            part = self._parts.get(id(mapping))
            if part is not None:
                self._changes.put(part, key, mapping[key])
                if part == "accounts":
                    self._mine[key] = mapping[key]


def touched(log: Iterable[tuple[Any, Any, Any]], parts: Mapping[int, str], changes: Changes) -> None:
    """Note in `changes` what an accepted entry changed, by the log that undoes it."""
    for mapping, key, _ in log:
        part = parts.get(id(mapping))
        if part is not None:
            changes.parts.setdefault(part, {})[key] = mapping[key]


def part_of(state: State, name: str) -> dict[Any, Any]:
    """A part of a state by its name; those of memoranda, terms and facts are parts of a part."""
    found: dict[Any, Any] = attrgetter(name)(state)
    return found


def parts_of(state: State) -> dict[int, str]:
    """The parts of a state that ranges hand on, by their identity."""
    return {id(part_of(state, name)): name for name in MAPPED}


def copied(state: State, entries: Mapping[int, Document] | None = None) -> State:
    """A state of its own with the same parts but regions; values are shared, since nothing changes them in place."""
    made = State(head=state.head, entries={} if entries is None else entries)
    for name in MAPPED:
        part_of(made, name).update(part_of(state, name))
    return made


def clock(document: Document) -> datetime:
    """The moment of a leaf."""
    return clock_of(document["at"])


def _step(account: Account, side: Mapping[str, Any]) -> None:
    account.seq, account.total_in, account.total_out = side["seq"], int(side["in"]), int(side["out"])


def _taken(free: tuple[tuple[int, int, int], ...], lo: int, hi: int) -> tuple[tuple[int, int, int], ...]:
    """The free list without [lo, hi), which mostly begins it."""
    if free and free[0][1] == lo and hi <= free[0][2]:
        place, _, end = free[0]
        return ((place + hi - lo, hi, end), *free[1:]) if hi < end else free[1:]
    return without(free, lo, hi)
