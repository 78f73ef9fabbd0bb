"""Watching a journal: look at its head now and then, stay silent while all is well, and say each event once.

One look reads the signed head, proves that it continues the one before, and counts its witnesses; it does not recompute
entries (that is `verify` and `mirror`).  What is known stands in the pin: heads append-only, and `watch.json` with the
events that were said and are not over yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from clients.auditor import proving
from clients.auditor.errors import UndecidableError
from clients.auditor.pins import Pin, head_in
from clients.auditor.source import Source
from clients.auditor.standing import Demand, count, moment
from clients.auditor.witnessing import write_whole
from ledger.errors import EvidenceError
from ledger.forks import Pair

EXITS: Final = {
    "watch_forked": 1, "watch_shrunk": 1, "watch_unreachable": 3, "watch_unmet": 4, "watch_stale": 4, "watch_still": 4,
}  # fmt: skip
"""The exit code of an event that is not over."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something to be said: its message code and facts."""

    code: str
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Watch:
    """A watch over one pinned journal; `most_still` is how long it may publish nothing (seconds, None: for ever)."""

    pin: Pin
    source: Source
    address: str
    demand: Demand | None = None
    most_still: int | None = None
    said: dict[str, int] = field(default_factory=dict)
    since: int = 0

    def __post_init__(self) -> None:
        """Remember what was said before."""
        path = self.pin.folder / "watch.json"
        if path.exists():
            try:
                found = orjson.loads(path.read_bytes())
                self.said = {str(code): int(at) for code, at in found["said"].items()}
                self.since = int(found["since"])
            except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
                raise UndecidableError("bad_pin", path=path, why=error) from None

    @property
    def exit(self) -> int:
        """The exit code of the worst event that is not over."""
        return min((EXITS[code] for code in self.said if code in EXITS), default=0)

    def look(self, now: float) -> list[Event]:
        """Look once; what is to be said: an event when it begins, and one that all is well when the last is over."""
        try:
            found, size = self._found(int(now))
        except UndecidableError as error:
            facts = {"address": self.address, "why": f"{error.code} {error.facts}"}
            found, size = [Event("watch_unreachable", facts)], None
        events = [event for event in found if event.code not in self.said]
        before, codes = bool(self.said), {event.code for event in found}
        # A fork is never over: no later head takes it back.
        self.said = {code: at for code, at in self.said.items() if code in codes or code == "watch_forked"}
        self.said |= {event.code: int(now) for event in events}
        if before and not self.said:
            events.append(Event("watch_well", {"origin": self.pin.key.name, "size": size}))
        self._remember()
        return events

    def _found(self, now: int) -> tuple[list[Event], int]:
        """Every event that is the case, and the size of the head."""
        note = self.source.checkpoint()
        keys, origin = self.pin.keys, self.pin.key.name
        head = head_in(note, *keys)
        last = self.pin.last()
        if last is None:
            self.pin.add(note, now)
            self.since = now
            return self._standing(note.decode(), now), head.size
        known = head_in(last, *keys)
        if head.size < known.size:
            return [Event("watch_shrunk", {"origin": origin, "size": head.size, "known": known.size})], head.size
        proof, other = proving.consistency(self.source, known, head)
        if other is not None:
            shown = None if head.size == known.size else other
            return [self._fork(last, note, tuple(proof), shown)], head.size
        if self.pin.add(note, now):
            self.since = now
        events = self._standing(note.decode(), now)
        if self.most_still is not None and now - self.since > self.most_still:
            events.append(Event("watch_still", {"origin": origin, "since": moment(self.since)}))
        return events, head.size

    def _fork(self, first: bytes, second: bytes, proof: tuple[bytes, ...], other: bytes | None = None) -> Event:
        evidence = Pair(tuple(self.pin.keys), first.decode(), second.decode(), proof, other)
        return Event("watch_forked", {"origin": self.pin.key.name, "path": str(self.pin.keep_fork(evidence))})

    def _standing(self, note: str, now: int) -> list[Event]:
        if self.demand is None:
            return []
        try:
            counted = count(note, self.pin.keys, self.demand, now)
        except EvidenceError as error:
            raise UndecidableError("no_checkpoint", why=error) from None
        if counted.verdict is None:
            return []
        return [Event(f"watch_{counted.verdict}", {"origin": self.pin.key.name, **counted.facts})]

    def _remember(self) -> None:
        text = orjson.dumps({"said": self.said, "since": self.since}).decode() + "\n"
        write_whole(self.pin.folder / "watch.json", text)
