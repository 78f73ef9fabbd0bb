"""What callers hand to the door, and how it says no: commands with their companions, jobs, and the tree of errors.

DoorError
├── BusyError             too much is waiting
│   └── FullDiskError     there is no room
├── UnavailableError      the database is not there, or went away in the middle
├── ClockError            the wall clock jumped
└── CompanionError        a companion row was refused, and with it its command alone
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from ledger.commands import Command
from ledger.decide import Accepted, Replayed

FULL_DISK_PAUSE = 10.0
"""Seconds after which to try again when the disk is full; for so long `disk_full` repeats what PostgreSQL said."""

LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
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
class Job:
    """Linked commands (often one) and the future of their outcomes."""

    items: Sequence[Item]
    future: "asyncio.Future[list[Outcome]]"
    results: list[Outcome] = field(default_factory=list)
    failure: Exception | None = None


def fail(batch: Sequence[Job], error: Exception) -> None:
    """Answer every caller who still waits with one error."""
    for job in batch:
        if not job.future.done():
            job.future.set_exception(error)


def unavailable(error: Exception) -> DoorError:
    """What a caller may do about a database error."""
    if isinstance(error, asyncpg.LockNotAvailableError):
        return BusyError(retry_after=2.0)
    if isinstance(error, asyncpg.DiskFullError):
        return FullDiskError(FULL_DISK_PAUSE)
    text = f"the journal could not be written ({type(error).__name__}: {error}); retry with the same ids"
    return UnavailableError(text)
