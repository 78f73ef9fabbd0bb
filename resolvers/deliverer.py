"""Delivers webhooks: in order, at least once, by one process at a time, again and again until it is taken.

A process *takes* a webhook by a lease in its row, tells it page by page, and leaves it.  A process that dies is
followed by another when the lease is over; what was sent and not yet noted is then sent again.  Failures wait twice as
long each time, with chance in it; after the last the webhook is paused, which its list says.  410 ends it.
"""

import asyncio
import logging
import random
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from db import webhooks
from db.webhooks import Attempt, Lease, Webhook
from resolvers.context import Context, Principal, Role
from resolvers.events import Event, Source
from resolvers.feed import Feed
from resolvers.webhooks import ROTATION, SIGNATURE, keeper_of, signature

TAKEN: Final = range(200, 300)
GONE: Final = 410
_PAGES: Final = 20
"""After so many pages others have their turn."""

_log = logging.getLogger(__name__)

Post = Callable[[str, bytes, dict[str, str]], Awaitable[int]]
"""POST a body with headers to an address; answers the status, or raises `OSError`, whose text tells what was wrong."""
Read = Callable[[Context, str, str], Source]
"""The source of a document and its variables (JSON) for a principal."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: of the first pause, of the longest, of a lease, between two looks; and failures until it is paused."""

    first: float = 2.0
    longest: float = 3_600.0
    lease: float = 60.0
    look: float = 1.0
    failures: int = 16

    def pause(self, failures: int, chance: float) -> timedelta:
        """How long to wait after so many failures in a row; `chance` from 0 to 1 spreads it over half to all of it."""
        whole = min(self.longest, self.first * 2.0 ** min(failures - 1, 40))
        return timedelta(seconds=whole * (0.5 + chance / 2))


@dataclass(slots=True)
class Deliverer:
    """Delivers one journal's webhooks for this process."""

    ctx: Context
    feed: Feed
    post: Post
    read: Read | None = None
    """Known once the contract is; nothing is delivered before."""
    patience: Patience = field(default_factory=Patience)
    chance: Callable[[], float] = random.random
    _holder: uuid.UUID = field(default_factory=uuid.uuid4)
    _tended: dict[uuid.UUID, asyncio.Task[None]] = field(default_factory=dict)
    _trouble: str | None = None

    async def run(self) -> None:
        """Deliver for ever; outlives a database that is away."""
        try:
            while True:
                try:
                    await self.once()
                    self._trouble = None
                except Exception as fault:  # noqa: BLE001 - the database may be away; it is asked again
                    if self._trouble != type(fault).__name__:
                        _log.warning("webhooks wait for the database: %s", type(fault).__name__)
                    self._trouble = type(fault).__name__
                await asyncio.sleep(self.patience.look)
        finally:
            tasks = list(self._tended.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def once(self) -> int:
        """Begin to tend what is due; how many that are."""
        ctx = self.ctx
        if self.read is None:
            return 0
        ends = await self.feed.look()
        due = await webhooks.due(keeper_of(ctx), ctx.journal.id, ctx.now(), ends.size - 1)
        for webhook in due:
            if webhook not in self._tended:
                task = asyncio.create_task(self._tend(webhook), name="webhook")
                self._tended[webhook] = task
                task.add_done_callback(partial(self._tended_no_more, webhook))
        return len(due)

    def _tended_no_more(self, webhook: uuid.UUID, _ended: asyncio.Task[None]) -> None:
        del self._tended[webhook]

    async def _tend(self, webhook: uuid.UUID) -> None:
        lease = Lease(self.ctx.journal.id, webhook, self._holder)
        try:
            taken = await webhooks.take(keeper_of(self.ctx), lease, self._until(), self.ctx.now())
            if taken is None:
                return
            found, trusted = taken
            if trusted:
                await self._told(lease, found)
            else:
                reason = "the token that registered it counts no more"
                await webhooks.leave(
                    keeper_of(self.ctx), lease, failures=0, due=self.ctx.now(), state="paused", reason=reason
                )
        except Exception:  # noqa: BLE001 - one webhook's trouble is not another's
            # The lease runs out by itself, and then it is tried again.
            _log.exception("a webhook could not be tended")

    async def _told(self, lease: Lease, found: Webhook) -> None:
        """Tell a webhook what it has not been told; leave it when that is done, or when it fails."""
        who = Principal(Role(found.role), found.organization if found.role == Role.OFFICER.value else None)
        assert self.read is not None, "nothing is tended before"
        source = self.read(self.ctx.as_principal(who), found.query, found.variables)
        at, failures, keeper = found.position, found.failures, keeper_of(self.ctx)
        for _ in range(_PAGES):
            end = source.end(await self.feed.look())
            if at >= end:
                break
            page = await source.page(at, end)
            for event in page.events:
                attempt = await self._sent(lease, found, event)
                if attempt.status not in TAKEN:
                    await self._failed(lease, attempt, failures + 1)
                    return
                if not await webhooks.advance(keeper, lease, event.position, self._until()):
                    return
                failures = 0
            at = page.reached
            if not await webhooks.advance(keeper, lease, at, self._until()):
                return
        await webhooks.leave(keeper, lease, failures=0, due=self.ctx.now())

    async def _sent(self, lease: Lease, found: Webhook, event: Event) -> Attempt:
        """Send one event, and note what became of it."""
        keeper, now, begun = keeper_of(self.ctx), self.ctx.now(), time.monotonic()
        keys = await webhooks.secrets(keeper, lease.journal, lease.webhook, now - ROTATION)
        body = event.payload.encode()
        headers = {
            "Content-Type": "application/json",
            "Mingzhang-Webhook": str(found.id),
            "Mingzhang-Position": str(event.position),
            SIGNATURE: signature(body, keys, int(now.timestamp())),
        }
        status, trouble = None, None
        try:
            status = await self.post(found.address, body, headers)
        except OSError as fault:
            trouble = str(fault)[:200] or type(fault).__name__
        spent = round((time.monotonic() - begun) * 1000)
        attempt = Attempt(event.position, now, status, trouble, spent)
        await webhooks.note(keeper, lease.journal, lease.webhook, [attempt])
        return attempt

    async def _failed(self, lease: Lease, attempt: Attempt, failures: int) -> None:
        """End it, pause it, or try again after a while."""
        reason = attempt.trouble or f"it answered {attempt.status}"
        state, due = "active", self.ctx.now() + self.patience.pause(failures, self.chance())
        if attempt.status == GONE:
            state = "revoked"
        elif failures >= self.patience.failures:
            state, reason = "paused", f"{failures} failures in a row; at last: {reason}"
        await webhooks.leave(keeper_of(self.ctx), lease, failures=failures, due=due, state=state, reason=reason)

    def _until(self) -> datetime:
        return self.ctx.now() + timedelta(seconds=self.patience.lease)
