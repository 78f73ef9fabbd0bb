"""The feed: what one process tells its subscribers of a journal that any process may write.

A notice, or a look every so often, says that the journal has grown.  Subscribers who ask the same are one `Group`; its
members stand at positions, and those who stand at the same one are served by one statement.  A member whose queue is
long is not served until it has read: it stays behind and misses nothing, and memory stays bounded.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final

from db.announcements import Ends, Listener, ends
from db.outages import is_outage
from resolvers.events import Event, Page, Source

LOOK_SECONDS: Final = 5.0
"""Between two looks while we are told anyway."""
POLL_SECONDS: Final = 0.25
"""Between two looks while we cannot listen."""
MOST_WAITING: Final = 100
"""Events that wait for one subscriber before it is left behind; one page more may come on top."""
_PAUSE_SECONDS: Final = 0.5

_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Subscriber:
    """One who is told: events that wait, and what woke it.  `done` once nothing will follow; `fault` if it failed."""

    woken: Callable[[], None]
    waiting: deque[Event] = field(default_factory=deque)
    done: bool = False
    fault: Exception | None = None
    group: "Group | None" = None

    def take(self) -> Event | None:
        """The next event, if one waits."""
        if not self.waiting:
            return None
        event = self.waiting.popleft()
        if self.group is not None and len(self.waiting) == MOST_WAITING // 2:
            self.group.wake.set()
        return event


class Group:
    """All who ask the same, by the position that they have reached."""

    def __init__(self, source: Source, known: Callable[[], Ends]) -> None:
        self.source = source
        self.known = known
        self.members: dict[int, set[Subscriber]] = {}
        self.wake = asyncio.Event()

    def add(self, member: Subscriber, at: int) -> None:
        """Serve a subscriber from behind a position on."""
        self.members.setdefault(at, set()).add(member)
        member.group = self
        self.wake.set()

    def remove(self, member: Subscriber) -> None:
        """Serve it no more."""
        member.group = None
        for at, found in list(self.members.items()):
            found.discard(member)
            if not found:
                del self.members[at]

    async def run(self) -> None:
        """Serve for as long as there are members; outlives a database that is away."""
        while self.members:
            await self.wake.wait()
            self.wake.clear()
            try:
                while await self._round():
                    pass
            except Exception as fault:  # noqa: BLE001 - told to all members, or tried again
                await self._failed(fault)

    async def _failed(self, fault: Exception) -> None:
        """Try again when the database was away; tell everyone else's fault to those whom it concerns."""
        if is_outage(fault) or isinstance(fault, TimeoutError):
            await asyncio.sleep(_PAUSE_SECONDS)
            self.wake.set()
            return
        for member in [member for found in self.members.values() for member in found]:
            self.remove(member)
            member.fault = fault
            member.woken()

    async def _round(self) -> bool:
        """One page for each position at which somebody can take it; whether there was one."""
        end, served = self.source.end(self.known()), False
        for at in sorted(self.members):
            if at < end and any(len(member.waiting) < MOST_WAITING for member in self.members.get(at, ())):
                self._hand_out(at, await self.source.page(at, end))
                served = True
        return served

    def _hand_out(self, at: int, page: Page) -> None:
        """Give a page to those who stand where it begins, and move them behind it."""
        for member in [one for one in self.members.get(at, ()) if len(one.waiting) < MOST_WAITING]:
            self.remove(member)
            member.waiting.extend(page.events)
            member.done = page.last
            if not page.last:
                self.members.setdefault(page.reached, set()).add(member)
                member.group = self
            if page.events or page.last:
                member.woken()


class Feed:
    """Follows one journal for this process; `connect` opens a connection that may listen."""

    def __init__(self, journal: int, reader: Any, connect: Callable[[], Awaitable[Any]]) -> None:  # noqa: ANN401 - an asyncpg pool
        self._journal = journal
        self._reader = reader
        self._connect = connect
        self._told = asyncio.Event()
        self._groups: dict[Hashable, tuple[Group, asyncio.Task[None]]] = {}
        self._listener: Listener | None = None
        self.ends = Ends()

    @property
    def listening(self) -> bool:
        """Whether notices reach us; otherwise we look often."""
        return self._listener is not None and not self._listener.lost

    @property
    def subscribers(self) -> int:
        """How many are served here."""
        return sum(len(found) for group, _ in self._groups.values() for found in group.members.values())

    async def run(self) -> None:
        """Follow for ever."""
        try:
            while True:
                await self._once()
        finally:
            for _, task in self._groups.values():
                task.cancel()
            if self._listener is not None:
                await self._listener.close()

    async def _once(self) -> None:
        """Wait until told or until it is time to look; then look."""
        if not self.listening:
            self._listener = await Listener.open(self._connect, self._told.set)
            self._told.set()  # what was noticed meanwhile did not reach us
            if self._listener is None:
                await asyncio.sleep(POLL_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):  # `wait_for` of Python 3.11 may swallow a cancellation
                await self._told.wait()
        self._told.clear()
        if self._groups:
            try:
                await self.look()
            except Exception as fault:  # noqa: BLE001 - the database may be away; it is looked at again
                _log.warning("subscribers wait for the database: %s", type(fault).__name__)
                await asyncio.sleep(_PAUSE_SECONDS)
                self._told.set()

    async def look(self) -> Ends:
        """See how far the journal reaches, and wake who waits for more."""
        found = await ends(self._reader, self._journal)
        # A look that was overtaken by another tells nothing new.
        self.ends = Ends(max(found.size, self.ends.size), max(found.published, self.ends.published))
        for group, _ in self._groups.values():
            group.wake.set()
        return self.ends

    def subscribe(self, source: Source, after: int, woken: Callable[[], None]) -> Subscriber:
        """Be told of everything behind a position; `woken` is called when something waits."""
        member = Subscriber(woken)
        found = self._groups.get(source.key)
        if found is None or not found[0].members:
            group = Group(source, lambda: self.ends)
            group.add(member, after)
            task = asyncio.create_task(group.run(), name="subscribers")
            task.add_done_callback(lambda ended: self._forget(source.key, ended))
            self._groups[source.key] = (group, task)
        else:
            found[0].add(member, after)
        return member

    def unsubscribe(self, member: Subscriber) -> None:
        """Be told no more."""
        if member.group is None:
            return
        group = member.group
        group.remove(member)
        held = self._groups.get(group.source.key)
        if not group.members and held is not None and held[0] is group:
            held[1].cancel()

    def _forget(self, key: Hashable, ended: asyncio.Task[None]) -> None:
        """A group has no members any more."""
        held = self._groups.get(key)
        if held is not None and held[1] is ended:
            del self._groups[key]
