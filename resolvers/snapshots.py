"""Snapshots of all balances, taken beside the door and appended through it.

One process of all that serve a journal takes them, the one that publishes: every so many entries, and when books were
closed.  The balances are those of an earlier entry; nobody who appends waits for them.
"""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from db import snapshots
from db.snapshots import Due, Session
from ledger.commands import INSTRUCTED, Command
from ledger.rejections import Rejection
from ledger.snapshots import facts
from resolvers.context import Context

EVERY: Final = 10_000
"""Entries after which a snapshot is due, unless an operator says otherwise."""
POLL_SECONDS: Final = 1.0
_NAMESPACE: Final = uuid.UUID("6d696e67-7a68-5fe6-988e-e8b4a6000003")

_log = logging.getLogger(__name__)


def is_due(found: Due, every: int) -> bool:
    """Whether so many entries came since the newest snapshot's balances, or books were closed since."""
    return found.size - 1 - found.through >= every or found.closed > found.through


async def take_snapshot(ctx: Context, conn: Session) -> list[int]:
    """Take a snapshot now and append it; the positions of its entries (none of a journal without accounts).

    `conn` is a connection of the door's role that nobody else uses meanwhile.  Raises `Rejection` when another process
    was faster, and `DoorError`.
    """
    assert ctx.door is not None, "the composition root gives every context that records a door"
    taken = await snapshots.take(conn, ctx.journal.id)
    if taken is None:
        return []
    day = str(ctx.today())
    commands = [
        Command(
            id=str(uuid.uuid5(_NAMESPACE, f"{ctx.door.journal.origin} {taken.through} {data['part']}")),
            kind="snapshot", mode=INSTRUCTED, actor="system", effective=day, data=data,
        )
        for data in facts(taken.through, taken.sealed)
    ]  # fmt: skip
    return [outcome.position for outcome in await ctx.door.append_linked([(command, ()) for command in commands])]


@dataclass(slots=True)
class Snapshotter:
    """Takes snapshots of one journal when they are due, while `leading` says that this process is the one to do it."""

    context: Context
    connect: Callable[[], Awaitable[Session]]
    every: int = EVERY
    trouble: str | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, leading: Callable[[], bool]) -> None:
        """Take snapshots until `stop`; outlives every trouble."""
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), POLL_SECONDS)
            if self._stop.is_set() or not leading():
                continue
            try:
                await self.look()
                self.trouble = None
            except asyncio.CancelledError:
                raise
            except Rejection as rejection:
                self.trouble = str(rejection)  # another process was faster, or the journal: the next look computes anew
            except Exception as fault:  # noqa: BLE001 - the database may be away; it is asked again
                if str(fault) != self.trouble:
                    _log.warning("a snapshot waits: %s: %s", type(fault).__name__, fault)
                self.trouble = str(fault)

    async def look(self) -> list[int]:
        """Take a snapshot if one is due; the positions of its entries."""
        if not is_due(await snapshots.due(self.context.reader, self.context.journal.id), self.every):
            return []
        conn = await self.connect()
        try:
            return await take_snapshot(self.context, conn)
        finally:
            await conn.close()

    def stop(self) -> None:
        """End after what is under way."""
        self._stop.set()
