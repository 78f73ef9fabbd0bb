"""Tokens that were looked up a moment ago, so that a request needs no statement to know who asks.

What is remembered is the token's SHA-256 and what the database says of it.  It counts for less than a second after the
database was asked: `run` asks again twice a second about all that are remembered, in one statement; where that fails,
or nobody runs it, each is looked up anew.  So a token that was revoked in any process is refused in all of them
within a second.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from db import identities
from db.identities import Known

SECONDS: Final = 0.4
"""Between two looks."""
FRESH_SECONDS: Final = 0.9
"""How long what the database said counts."""
MOST: Final = 2_000
"""Tokens that are remembered; the one that was not used for longest goes first."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Kept:
    known: Known
    asked: float
    used: float


@dataclass(slots=True)
class Recognition:
    """What one process remembers of tokens; `keeper` is a pool of the door's role, `clock` counts seconds."""

    reader: Any
    keeper: Any
    clock: Callable[[], float] = time.monotonic
    most: int = MOST
    _kept: OrderedDict[bytes, _Kept] = field(default_factory=OrderedDict)
    _trouble: bool = False

    def remembered(self, digest: bytes) -> Known | None:
        """What is known of a token and still counts, without asking anybody."""
        kept, now = self._kept.get(digest), self.clock()
        if kept is None or now - kept.asked >= FRESH_SECONDS:
            return None
        kept.used = now
        self._kept.move_to_end(digest)
        return kept.known

    async def looked_up(self, digest: bytes) -> Known | None:
        """Ask the database, and remember what it said; a token that it does not know is not remembered."""
        asked = self.clock()  # before the question: what is revoked while it is answered is seen the next time
        known = await identities.find(self.reader, digest)
        if known is None or known.revoked is not None:
            self._kept.pop(digest, None)
            return known
        self._kept[digest] = _Kept(known, asked, asked)
        self._kept.move_to_end(digest)
        if len(self._kept) > self.most:
            self._kept.popitem(last=False)
        return known

    def forget(self, token: UUID) -> None:
        """Drop a token that was revoked here."""
        for digest in [digest for digest, kept in self._kept.items() if kept.known.id == token]:
            del self._kept[digest]

    async def run(self) -> None:
        """Ask again and again about what was used lately; while the database is away, nothing counts for long."""
        while True:
            await asyncio.sleep(SECONDS)
            try:
                await self.once()
                self._trouble = False
            except Exception as fault:  # noqa: BLE001 - whatever the database's driver raises means the same here
                if not self._trouble:
                    _log.warning("tokens are looked up at each request: %s", type(fault).__name__)
                self._trouble = True

    async def once(self) -> None:
        """Ask about all that are remembered; what was not used since the last looks is dropped."""
        asked = self.clock()
        for digest in [digest for digest, kept in self._kept.items() if asked - kept.used > 10 * SECONDS]:
            del self._kept[digest]
        if not self._kept:
            return
        before = dict(self._kept)
        found = await identities.now_known(self.keeper, {kept.known.id for kept in before.values()})
        for digest, kept in before.items():
            if self._kept.get(digest) is not kept:
                continue  # it was looked up meanwhile
            known = found.get(kept.known.id)
            if known is None or known.revoked is not None:
                del self._kept[digest]
            else:
                kept.known, kept.asked = known, asked
