"""Holds whose end has passed by the ledger's clock are freed by the server, without anybody asking.

Several servers may race: the command that frees a hold has one id for all of them, so that one entry is written.  What
is open is read once at the start, afterwards only what is new; while nothing is due, nothing is written or logged.
"""

import asyncio
import heapq
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from db import lookups
from ledger.rejections import Rejection
from resolvers.context import Context
from resolvers.holds import Expiry, expire_hold
from resolvers.refusals import Refusal

SECONDS: Final = 1.0
"""Between two looks."""
_NAMESPACE: Final = uuid.UUID("6d696e67-7a68-5fe6-988e-e8b4a6000003")
_AGAIN: Final = frozenset({"BUSY", "DISK_FULL", "UNAVAILABLE"})
_SETTLED: Final = frozenset({"HOLD_RESOLVED"})

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Expirer:
    """Frees one journal's overdue holds; `told` is told of each that was freed here."""

    ctx: Context
    told: Callable[[], None] = lambda: None
    open: list[tuple[datetime, int, str]] = field(default_factory=list)
    """(end, position, organization), the next to end first."""
    _seen: int = -1
    _trouble: str | None = None

    async def run(self) -> None:
        """Look again and again; outlives a database that is away."""
        while True:
            try:
                await self.once()
                self._trouble = None
            except Exception as fault:  # noqa: BLE001 - the database may be away; holds are freed once it is back
                self._say(f"holds that are overdue wait for the database: {type(fault).__name__}")
            await asyncio.sleep(SECONDS)

    async def once(self) -> int:
        """Free what is overdue now; returns how many holds that were."""
        for hold in await lookups.open_holds(self.ctx.reader, self.ctx.journal.id, self._seen):
            self._seen = hold.position
            if hold.until is not None:
                heapq.heappush(self.open, (hold.until, hold.position, hold.organization))
        freed = 0
        while self.open and self.open[0][0] <= self.ctx.now():
            _, position, organization = self.open[0]
            freed += await self._free(position, organization)
            heapq.heappop(self.open)
        return freed

    async def _free(self, position: int, organization: str) -> bool:
        """Free one hold; false if somebody else has settled it.  Raises `Refusal` when it must be tried again."""
        assert self.ctx.door is not None, "the composition root gives every context that records a door"
        name = str(uuid.uuid5(_NAMESPACE, f"{self.ctx.door.journal.origin} {position}"))
        try:
            await expire_hold(self.ctx, Expiry(id=name, organization=organization, hold=position))
        except (Refusal, Rejection) as no:
            if no.code in _AGAIN:
                raise
            if no.code not in _SETTLED:
                _log.error("the hold of entry %d is overdue and cannot be freed: %s", position, no.code)
            return False
        self.told()
        return True

    def _say(self, trouble: str) -> None:
        """Log a trouble once."""
        if trouble != self._trouble:
            _log.warning("%s", trouble)
        self._trouble = trouble
