"""The one door to the journal: a batch sequencer.

Callers hand it a command and its companion rows.  Concurrent appends become one transaction: lock
the head row, load what the commands need, decide in memory, COPY what they give, step the head on,
commit, and only then answer.  Every process runs its own door; the head row orders them.

Nothing else in the house writes the journal, and the role that serves queries cannot.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg

from db import door_rows, door_state, statements
from db.door_state import Connection
from db.observing import SILENT, Batch, Observer, Stopwatch
from ledger.commands import Command
from ledger.decide import Accepted, Replayed, decide, undo
from ledger.merkle import EMPTY_ROOT
from ledger.regions import Regions
from ledger.rejections import Rejection
from ledger.state import State

_log = logging.getLogger(__name__)
_SQL = statements.load("journal")

MOST_WAITING = 4_096
"""Commands that may wait; more are answered `BusyError` at once."""
MOST_IN_BATCH = 2_000
"""Commands in one transaction; a linked group is never split."""
FULL_DISK_PAUSE = 10.0
"""Seconds after which to try again when the disk is full; for so long `disk_full` repeats what PostgreSQL said."""
CLOCK_TOLERANCE = 60.0
"""Seconds by which the wall clock may depart from the monotonic one before acceptance stops."""

_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What a database raises that is not there, or went away in the middle."""

Outcome = Accepted | Replayed


class DoorError(Exception):
    """The door could not answer; nothing is known to have been written.  Send the same id again."""


class BusyError(DoorError):
    """Too much is waiting: try again after `retry_after` seconds, with the same ids."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"the journal is busy; retry after {retry_after:g} s with the same ids")
        self.retry_after = retry_after


class FullDiskError(BusyError):
    """The disk is full: nothing was written, and nothing is accepted until there is room again."""

    def __init__(self, retry_after: float) -> None:
        DoorError.__init__(
            self, f"busy: the disk is full, and nothing was written; retry after {retry_after:g} s with the same ids"
        )
        self.retry_after = retry_after


class UnavailableError(DoorError):
    """The database could not be reached or failed while committing: the outcome is unknown.

    Send the same command again: if it was written, the answer is the stored entry.
    """


class ClockError(DoorError):
    """The wall clock jumped away from the monotonic clock; acceptance stops until the door is reopened."""


class CompanionError(DoorError):
    """A companion row was refused by the database, and with it its command alone."""

    def __init__(self, companion: "Companion", reason: str) -> None:
        super().__init__(f"{companion.noun}.{companion.statement}: {reason}")
        self.companion = companion
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Companion:
    """A row to write if and only if the command is accepted: a named statement and its arguments.

    `$1` is the journal's number and `$2` the entry's position; `args` follow from `$3`.
    """

    noun: str
    statement: str
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal of this database: its number, its name in routes, its C2SP origin."""

    id: int
    name: str
    origin: str


Item = tuple[Command, Sequence[Companion]]


@dataclass(slots=True)
class _Job:
    """Linked commands (often one) and the future of their outcomes."""

    items: Sequence[Item]
    future: "asyncio.Future[list[Outcome]]"
    results: list[Outcome] = field(default_factory=list)
    failure: Exception | None = None


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
        self._pool = pool
        self._now = now
        self._clock = (now(), time.monotonic())
        self._waiting: deque[_Job] = deque()
        self._count = 0
        self._wake = asyncio.Event()
        self._closed = False
        self._regions = Regions()
        self._partitions = 0
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
        job = _Job(items, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        self._count += len(items)
        self._wake.set()
        return await job.future

    async def close(self) -> None:
        """Finish what was accepted for writing, then stop."""
        self._closed = True
        self._wake.set()
        await self._task

    async def _run(self) -> None:
        while True:
            if not self._waiting:
                if self._closed:
                    return
                self._wake.clear()
                await self._wake.wait()
                continue
            batch = self._gather()
            await self._settle(batch)
            self._count -= sum(len(job.items) for job in batch)

    def _gather(self) -> list[_Job]:
        """The jobs of the next transaction."""
        batch: list[_Job] = []
        size = 0
        while self._waiting and (not batch or size + len(self._waiting[0].items) <= MOST_IN_BATCH):
            job = self._waiting.popleft()
            if not job.future.cancelled():
                batch.append(job)
            size += len(job.items)
        return batch

    async def _settle(self, batch: list[_Job]) -> None:
        """Write a batch and answer its callers; a failing companion costs its own command only."""
        if not self._has_room():
            self._refuse(batch, FullDiskError(FULL_DISK_PAUSE))
            return
        try:
            try:
                await self._write(batch, careful=False)
            except _CompanionTrouble:
                await self._write(batch, careful=True)
        except ClockError as error:
            _fail(batch, error)
        except _LOST as error:
            self._refuse(batch, _unavailable(error), error)
        except Exception as error:  # noqa: BLE001 -- a fault of ours reaches its callers, and the door lives on
            _fail(batch, error)
        else:
            for job in batch:
                if job.future.cancelled():
                    continue
                if job.failure is not None:
                    job.future.set_exception(job.failure)
                else:
                    job.future.set_result(job.results)

    def _refuse(self, batch: Sequence[_Job], error: DoorError, cause: Exception | None = None) -> None:
        """Answer callers whose commands the database could not write, for a cause that it told."""
        if cause is not None and (isinstance(error, FullDiskError) or not isinstance(error, BusyError)):
            # The kind alone: the driver's words may quote a row, and so a person.
            _log.error("journal %s: a batch could not be written (%s)", self.journal.name, type(cause).__name__)
        if isinstance(error, FullDiskError) and self._has_room():
            self._told_full = time.monotonic()  # PostgreSQL said so, of a disk that we do not see
        commands = sum(len(job.items) for job in batch)
        told = self._observer.busy if isinstance(error, BusyError) else self._observer.failed
        told(commands)
        _fail(batch, error)

    async def _write(self, batch: list[_Job], *, careful: bool) -> None:
        """One transaction; `careful` guards every command's companions by a savepoint."""
        watch = Stopwatch()
        await self._write_all(batch, watch, careful=careful)
        if watch.wrote:
            self._told_full = -FULL_DISK_PAUSE
        self._observer.batch(_told(watch, batch))

    async def _write_all(self, batch: list[_Job], watch: Stopwatch, *, careful: bool) -> None:
        now = self._checked_now()
        async with self._pool.acquire() as conn, conn.transaction():
            before = await door_state.lock_head(conn, self.journal.id)
            commands = [command for job in batch for command, _ in job.items]
            state = await door_state.load_state(conn, self.journal.id, before[0], commands, self._regions)
            accepted: list[Accepted] = []
            for job in batch:
                job.results, job.failure = [], None
                with watch:
                    new = self._decide(state, job, now)
                if careful and not await self._companions_hold(conn, job, new, state):
                    continue
                accepted.extend(new)
            if not accepted:
                return
            watch.writing()
            if not careful:
                await self._write_companions(conn, batch)
            await self._ensure_room(conn, state.head.size)
            await door_rows.write(conn, self.journal.id, before, state, accepted)

    def _decide(self, state: State, job: _Job, now: datetime) -> list[Accepted]:
        """Decide a job's commands in order; one rejection undoes them all."""
        new: list[Accepted] = []
        try:
            for command, _ in job.items:
                outcome = decide(state, command, now)
                job.results.append(outcome)
                if isinstance(outcome, Accepted):
                    new.append(outcome)
        except Rejection as rejection:
            job.failure, rejection.item = rejection, len(job.results)
            for item in reversed(new):
                undo(state, item)
            return []
        return new

    async def _write_companions(self, conn: Connection, batch: list[_Job]) -> None:
        """All companions at once, grouped by statement; any refusal sends the batch the careful way."""
        groups: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        for job in batch:
            if job.failure is None:
                for (_, companions), outcome in zip(job.items, job.results, strict=True):
                    if isinstance(outcome, Accepted):
                        for c in companions:
                            args = (self.journal.id, outcome.position, *c.args)
                            groups.setdefault((c.noun, c.statement), []).append(args)
        try:
            for (noun, statement), rows in groups.items():
                await conn.executemany(getattr(statements.load(noun), statement), rows)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
            raise _CompanionTrouble from error

    async def _companions_hold(self, conn: Connection, job: _Job, new: list[Accepted], state: State) -> bool:
        """Write one job's companions inside a savepoint; on refusal its commands are undone."""
        current: Companion | None = None
        try:
            async with conn.transaction():
                for (_, companions), outcome in zip(job.items, job.results, strict=False):
                    for current in companions if isinstance(outcome, Accepted) else ():
                        text = getattr(statements.load(current.noun), current.statement)
                        await conn.execute(text, self.journal.id, outcome.position, *current.args)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
            assert current is not None
            job.failure = CompanionError(current, str(error))
            for item in reversed(new):
                undo(state, item)
            return False
        return True

    async def _ensure_room(self, conn: Connection, size: int) -> None:
        """Make partitions for leaves ahead of the head."""
        if size >= self._partitions:
            self._partitions = await conn.fetchval(_SQL.make_room, size)

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


def _told(watch: Stopwatch, jobs: Sequence[_Job]) -> Batch:
    """What a committed batch took and became."""
    outcomes = [outcome for job in jobs if job.failure is None for outcome in job.results]
    appended = sum(isinstance(outcome, Accepted) for outcome in outcomes)
    commands = sum(len(job.items) for job in jobs)
    rejected = sum(len(job.items) for job in jobs if job.failure is not None)
    return Batch(commands, appended, len(outcomes) - appended, rejected, watch.decide, watch.commit())


class _CompanionTrouble(Exception):  # noqa: N818 -- a signal between two passes, never seen outside
    """Some companion of the batch was refused."""


def _fail(batch: Sequence[_Job], error: Exception) -> None:
    for job in batch:
        if not job.future.done():
            job.future.set_exception(error)


def _unavailable(error: Exception) -> DoorError:
    """What a caller may do about a database error."""
    if isinstance(error, asyncpg.LockNotAvailableError):
        return BusyError(retry_after=2.0)
    if isinstance(error, asyncpg.DiskFullError):
        return FullDiskError(FULL_DISK_PAUSE)
    text = f"the journal could not be written ({type(error).__name__}: {error}); retry with the same ids"
    return UnavailableError(text)
