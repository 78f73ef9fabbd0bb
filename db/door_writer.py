"""Batches of the door: decided ahead, written by one transaction each.

While a batch is being written the next one is decided in the state that it will leave behind, and its rows are made.
That is a guess: the head row is locked and compared before anything is written.  Where somebody else moved the head,
or the batch before could not be written, the guess is thrown away and the batch is decided again under the lock, in a
state read from the database.  So nothing is answered that did not happen, and nobody has to be elected to write.
"""

import asyncio
from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from db import door_rows, door_state, statements
from db.door_jobs import Companion, CompanionError, Job, Journal
from db.door_rows import AT_ONCE, Rows
from db.door_state import Connection
from db.observing import Stopwatch
from ledger.decide import Accepted, decide, undo
from ledger.merkle import Frontier
from ledger.regions import Regions
from ledger.rejections import Rejection
from ledger.state import Head, Needs, State

_SQL = statements.load("journal")

MOST_KEPT = 100_000
"""Names that a state keeps from batch to batch; with more, the next one starts from the database."""
_RELOADING = frozenset({"reference_loaded"})
"""Kinds whose content the state has only from the database: what follows is not decided ahead."""

Edge = tuple[Head, Frontier]
"""The end of a journal: head and right edge of the tree."""


class CompanionTrouble(Exception):  # noqa: N818 -- a signal between two passes, never seen outside
    """Some companion of the batch was refused."""


@dataclass(slots=True)
class Warm:
    """The state behind the last batch that was decided, and what of the database it knows.

    `fresh` are that batch's entries: they may not be in the database yet, so that the state must tell of them.
    """

    state: State
    frontier: Frontier
    known: Needs
    fresh: Sequence[Accepted] = ()

    @property
    def edge(self) -> Edge:
        """Where the state ends."""
        return self.state.head, self.frontier

    def forget(self) -> None:
        """Let go of what the database has by now: ids and documents of all but the last batch."""
        self.state.commands = {item.document["id"]: item.position for item in self.fresh}
        self.state.entries = {item.position: item.document for item in self.fresh}


@dataclass(slots=True)
class Plan:
    """A batch as it was decided ahead: `rows` are None when nothing of it is to be written."""

    before: Edge
    rows: Rows | None
    watch: Stopwatch = field(default_factory=Stopwatch)


class Writer:
    """Decides and writes the batches of one journal; `now` is the checked clock."""

    def __init__(self, pool: asyncpg.Pool, journal: Journal, now: Callable[[], datetime]) -> None:
        self._pool = pool
        self._journal = journal
        self._now = now
        self._regions = Regions()
        self._partitions = 0
        self._warm: Warm | None = None
        self._left: Edge | None = None

    @property
    def ahead(self) -> bool:
        """Whether a batch can be decided ahead: the last one was ours, and its state is at hand."""
        return self._warm is not None

    async def plan(self, batch: Sequence[Job]) -> Plan | None:
        """Decide a batch ahead; None where that cannot be done, so that it is decided under the lock."""
        warm = self._warm
        if warm is None:
            return None
        try:
            warm.forget()
            return await self._plan(warm, batch)
        except Exception:  # noqa: BLE001 -- only a guess failed; what is wrong is said where it is decided for good
            self._warm = None
            return None

    async def _plan(self, warm: Warm, batch: Sequence[Job]) -> Plan:
        before, watch = warm.edge, Stopwatch()
        commands = [command for job in batch for command, _ in job.items]
        async with self._pool.acquire() as conn:
            await door_state.extend_state(conn, self._journal.id, warm.state, warm.known, commands)
        now, accepted = self._now(), list[Accepted]()
        for n, job in enumerate(batch):
            accepted += await self._decide(warm.state, job, now, watch)
            if n % AT_ONCE == 0:
                await asyncio.sleep(0)
        rows = await door_rows.prepare(self._journal.id, before, warm.state, accepted) if accepted else None
        self._keep(warm, rows, accepted)
        return Plan(before, rows, watch)

    def _keep(self, warm: Warm, rows: Rows | None, accepted: Sequence[Accepted]) -> None:
        """Have the state ready for the next batch, unless it lacks something that only the database has."""
        if rows is not None:
            warm.frontier = rows.after[1]
        warm.fresh = accepted
        state, known = warm.state, warm.known
        names: tuple[Sized, ...] = (
            state.accounts, state.returned, state.named, state.corrected, state.resolved, state.versions,
            known.accounts, known.organizations, known.restrictions, known.batches,
        )  # fmt: skip
        kept = sum(len(some) for some in names) + state.unmoved.kept
        lacking = any(item.document["type"] in _RELOADING for item in accepted)
        if kept > MOST_KEPT or lacking:
            self._warm = None

    async def write(self, batch: Sequence[Job], plan: Plan | None, *, careful: bool = False) -> Stopwatch:
        """One transaction; `careful` guards every command's companions by a savepoint, and so plans nothing.

        Raises `CompanionTrouble`, `ClockError`, and whatever the database raises; then nothing was written.
        """
        try:
            async with self._pool.acquire() as conn, conn.transaction():
                edge = await door_state.lock_head(conn, self._journal.id)
                if plan is None or plan.before != edge:
                    plan = await self._decide_again(conn, edge, batch, careful=careful)
                if plan.rows is not None:
                    plan.watch.writing()
                    if not careful:
                        await self._write_companions(conn, batch)
                    await self._ensure_room(conn, plan.rows.after[0].size)
                    await door_rows.write(conn, self._journal.id, plan.rows)
        except BaseException:
            self._warm = None
            raise
        self._left = edge if plan.rows is None else plan.rows.after
        return plan.watch

    async def _decide_again(self, conn: Connection, edge: Edge, batch: Sequence[Job], *, careful: bool) -> Plan:
        """Decide a batch under the lock; where the head is as we left it, the next may be decided ahead."""
        alone, self._warm = self._left in (None, edge), None
        known, watch, accepted = Needs(), Stopwatch(), list[Accepted]()
        now = self._now()
        commands = [command for job in batch for command, _ in job.items]
        state = await door_state.load_state(conn, self._journal.id, edge[0], commands, self._regions, known)
        for job in batch:
            new = await self._decide(state, job, now, watch)
            if not careful or await self._companions_hold(conn, job, new, state):
                accepted += new
        rows = await door_rows.prepare(self._journal.id, edge, state, accepted) if accepted else None
        if alone:
            self._warm = Warm(state, edge[1], known)
            self._keep(self._warm, rows, accepted)
        return Plan(edge, rows, watch)

    async def _decide(self, state: State, job: Job, now: datetime, watch: Stopwatch) -> list[Accepted]:
        """Decide a job's commands in order; one rejection undoes them all."""
        job.results, job.failure = [], None
        new: list[Accepted] = []
        try:
            for start in range(0, len(job.items), AT_ONCE):
                with watch:
                    for command, _ in job.items[start : start + AT_ONCE]:
                        outcome = decide(state, command, now)
                        job.results.append(outcome)
                        if isinstance(outcome, Accepted):
                            new.append(outcome)
                if start + AT_ONCE < len(job.items):
                    await asyncio.sleep(0)
        except Rejection as rejection:
            job.failure, rejection.item = rejection, len(job.results)
            for item in reversed(new):
                undo(state, item)
            return []
        return new

    async def _write_companions(self, conn: Connection, batch: Sequence[Job]) -> None:
        """All companions at once, grouped by statement; any refusal sends the batch the careful way."""
        groups: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        for job in batch:
            if job.failure is None:
                for (_, companions), outcome in zip(job.items, job.results, strict=True):
                    if isinstance(outcome, Accepted):
                        for c in companions:
                            args = (self._journal.id, outcome.position, *c.args)
                            groups.setdefault((c.noun, c.statement), []).append(args)
        try:
            for (noun, statement), rows in groups.items():
                await conn.executemany(getattr(statements.load(noun), statement), rows)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
            raise CompanionTrouble from error

    async def _companions_hold(self, conn: Connection, job: Job, new: list[Accepted], state: State) -> bool:
        """Write one job's companions inside a savepoint; on refusal its commands are undone."""
        current: Companion | None = None
        try:
            async with conn.transaction():
                for (_, companions), outcome in zip(job.items, job.results, strict=False):
                    for current in companions if isinstance(outcome, Accepted) else ():
                        text = getattr(statements.load(current.noun), current.statement)
                        await conn.execute(text, self._journal.id, outcome.position, *current.args)
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
