"""The one door to the journal: a batch sequencer.

Callers hand it a command and its companion rows.  Concurrent appends become one transaction: lock
the head row, decide in memory, COPY what the commands give, step the head on, commit, and only then
answer.  While a batch is being written the next is decided (`db/door_writer.py`).  Every process runs
its own door; the head row orders them.

Nothing else in the house writes the journal, and the role that serves queries cannot.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import asyncpg

from db import statements
from db.door_jobs import (
    FULL_DISK_PAUSE,
    LOST,
    BusyError,
    ClockError,
    Companion,
    CompanionError,
    DoorError,
    FullDiskError,
    Item,
    Job,
    Journal,
    Outcome,
    UnavailableError,
    fail,
    unavailable,
)
from db.door_writer import CompanionTrouble, Plan, Writer
from db.observing import SILENT, Batch, Observer, Stopwatch
from ledger.commands import Command
from ledger.decide import Accepted
from ledger.merkle import EMPTY_ROOT

__all__ = [
    "MOST_IN_BATCH", "MOST_WAITING", "BusyError", "ClockError", "Companion", "CompanionError", "Door", "DoorError",
    "FullDiskError", "Item", "Journal", "Outcome", "UnavailableError", "open_journal",
]  # fmt: skip

_log = logging.getLogger(__name__)
_SQL = statements.load("journal")

MOST_WAITING = 4_096
"""Commands that may wait; more are answered `BusyError` at once."""
MOST_IN_BATCH = 2_000
"""Commands in one transaction; a linked group is never split."""
WORTH_AHEAD = 64
"""Commands that wait while a batch is being written, from which on the next batch is decided meanwhile."""
CLOCK_TOLERANCE = 60.0
"""Seconds by which the wall clock may depart from the monotonic one before acceptance stops."""


async def open_journal(pool: asyncpg.Pool, name: str, origin: str) -> Journal:
    """The journal `name`, made if it is not there; raises ValueError if it has another origin."""
    async with pool.acquire() as conn, conn.transaction():
        row = await conn.fetchrow(_SQL.journal_by_name, name)
        if row is None:
            await conn.execute(_SQL.insert_journal, name, origin)
            row = await conn.fetchrow(_SQL.journal_by_name, name)
        await conn.execute(_SQL.insert_head, row["id"], bytes(32), EMPTY_ROOT)
    if row["origin"] != origin:
        message = f"journal {name} has the origin {row['origin']}, not {origin}"
        raise ValueError(message)
    return Journal(row["id"], row["name"], row["origin"])


class Door:
    """The sequencer of one journal in this process.

    `now` reads the wall clock (UTC, aware); `observer` is told what every batch took; `has_room` says whether the
    disk has room for more, where that can be known before PostgreSQL says it.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        journal: Journal,
        now: Callable[[], datetime],
        *,
        observer: Observer = SILENT,
        has_room: Callable[[], bool] = lambda: True,
    ) -> None:
        self.journal = journal
        self._observer = observer
        self._has_room = has_room
        self._told_full = -FULL_DISK_PAUSE
        self._now = now
        self._clock = (now(), time.monotonic())
        self._waiting: deque[Job] = deque()
        self._count = 0
        self._queued = 0
        self._wake = asyncio.Event()
        self._closed = False
        self._writer = Writer(pool, journal, self._checked_now)
        self._task = asyncio.create_task(self._run(), name=f"door {journal.name}")

    @property
    def waiting(self) -> int:
        """Commands that wait for an answer."""
        return self._count

    @property
    def disk_full(self) -> bool:
        """Whether entries are refused for want of room; it passes by itself once there is room."""
        return not self._has_room() or time.monotonic() - self._told_full < FULL_DISK_PAUSE

    async def append(self, command: Command, companions: Sequence[Companion] = ()) -> Outcome:
        """Append one command; returns once it is durable.

        Raises `Rejection`, or a `DoorError` (`BusyError`, `UnavailableError`, `CompanionError`, …).
        """
        return (await self.append_linked([(command, companions)]))[0]

    async def append_linked(self, items: Sequence[Item]) -> list[Outcome]:
        """Append linked commands: all of them in order, or none.  Raises as `append` does."""
        if self._closed:
            raise UnavailableError("the journal is shutting down; retry with the same ids")
        if self._count + len(items) > MOST_WAITING and self._count:
            self._observer.busy(len(items))
            raise BusyError(retry_after=1.0)
        job = Job(items, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        self._count += len(items)
        self._queued += len(items)
        self._wake.set()
        return await job.future

    async def close(self) -> None:
        """Finish what was accepted for writing, then stop."""
        self._closed = True
        self._wake.set()
        await self._task

    async def _run(self) -> None:
        """Write batch after batch; while one is being written, decide the next where that is worth having."""
        writing: asyncio.Task[None] | None = None
        while True:
            if writing is not None and not (self._writer.ahead and self._queued >= WORTH_AHEAD):
                await writing
                writing = None
            elif self._waiting:
                batch = self._gather()
                plan = await self._writer.plan(batch)
                if writing is not None:
                    await writing
                writing = asyncio.create_task(self._settle(batch, plan), name=f"door {self.journal.name} writes")
            elif self._closed:
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    def _gather(self) -> list[Job]:
        """The jobs of the next transaction."""
        batch: list[Job] = []
        size = 0
        while self._waiting and (not batch or size + len(self._waiting[0].items) <= MOST_IN_BATCH):
            job = self._waiting.popleft()
            self._queued -= len(job.items)
            if job.future.cancelled():
                self._count -= len(job.items)
                continue
            batch.append(job)
            size += len(job.items)
        return batch

    async def _settle(self, batch: list[Job], plan: Plan | None) -> None:
        """Write a batch and answer its callers."""
        try:
            await self._settle_all(batch, plan)
        finally:
            self._count -= sum(len(job.items) for job in batch)

    async def _settle_all(self, batch: list[Job], plan: Plan | None) -> None:
        """Write a batch; a failing companion costs its own command only."""
        if not self._has_room():
            self._refuse(batch, FullDiskError(FULL_DISK_PAUSE))
            return
        try:
            try:
                await self._write(batch, plan)
            except CompanionTrouble:
                await self._write(batch, None, careful=True)
        except ClockError as error:
            fail(batch, error)
        except LOST as error:
            self._refuse(batch, unavailable(error), error)
        except Exception as error:  # noqa: BLE001 -- a fault of ours reaches its callers, and the door lives on
            fail(batch, error)
        else:
            for job in batch:
                if job.future.cancelled():
                    continue
                if job.failure is not None:
                    job.future.set_exception(job.failure)
                else:
                    job.future.set_result(job.results)

    def _refuse(self, batch: Sequence[Job], error: DoorError, cause: Exception | None = None) -> None:
        """Answer callers whose commands the database could not write, for a cause that it told."""
        if cause is not None and (isinstance(error, FullDiskError) or not isinstance(error, BusyError)):
            # The kind alone: the driver's words may quote a row, and so a person.
            _log.error("journal %s: a batch could not be written (%s)", self.journal.name, type(cause).__name__)
        if isinstance(error, FullDiskError) and self._has_room():
            self._told_full = time.monotonic()  # PostgreSQL said so, of a disk that we do not see
        commands = sum(len(job.items) for job in batch)
        told = self._observer.busy if isinstance(error, BusyError) else self._observer.failed
        told(commands)
        fail(batch, error)

    async def _write(self, batch: Sequence[Job], plan: Plan | None, *, careful: bool = False) -> None:
        """One transaction, and what it took."""
        watch = await self._writer.write(batch, plan, careful=careful)
        if watch.wrote:
            self._told_full = -FULL_DISK_PAUSE
        self._observer.batch(_told(watch, batch))

    def _checked_now(self) -> datetime:
        """The wall clock, unless it departed from the monotonic one (a jump would falsify order in time)."""
        now, (wall, ticks) = self._now(), self._clock
        drift = (now - wall).total_seconds() - (time.monotonic() - ticks)
        if abs(drift) > CLOCK_TOLERANCE:
            raise ClockError(
                f"the wall clock moved {drift:+.0f} s against the monotonic one; check it and restart to accept again"
            )
        self._clock = (now, time.monotonic())
        return now.astimezone(UTC)


def _told(watch: Stopwatch, jobs: Sequence[Job]) -> Batch:
    """What a committed batch took and became."""
    outcomes = [outcome for job in jobs if job.failure is None for outcome in job.results]
    appended = sum(isinstance(outcome, Accepted) for outcome in outcomes)
    commands = sum(len(job.items) for job in jobs)
    rejected = sum(len(job.items) for job in jobs if job.failure is not None)
    return Batch(commands, appended, len(outcomes) - appended, rejected, watch.decide, watch.commit())
