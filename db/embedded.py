"""An embedded PostgreSQL: ours to start, to share and to stop.

    with Server.start(Path("data")) as server:
        await asyncpg.connect(server.dsn())

The first process to start it holds a lock on the data directory and is PostgreSQL's parent; every later one finds
the lock taken, reads `postmaster.pid` and is a guest. When the parent stops or dies, PostgreSQL stops: on Linux the
kernel tells it (so that even `kill -9` leaves no orphan), elsewhere `atexit` and signal handlers do. A former guest
calls `Server.start` again and may then become the parent. Nothing here needs an event loop; starting takes some
seconds the first time (initdb) and about 0.1 s later, and stops other work of the thread meanwhile.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Literal, Self, TypedDict
from urllib.parse import quote

from db import archiving, cluster
from db.account import Account, choose_account
from db.binaries import find_bindir
from db.cluster import DATABASE, ON_LINUX, SUPERUSER, Address, Layout
from db.embedded_errors import LockedError, WrongThreadError
from db.roles import ROLES, Role, role_name

_POLL = 0.02
_GRACE = 10.0
"""Seconds that a killed parent's PostgreSQL may take to go away."""

_log = logging.getLogger(__name__)


class ConnectParameters(TypedDict):
    """What `asyncpg.connect` needs; `host` is the socket's folder."""

    host: str
    port: int
    user: str
    password: str
    database: str


class Server:
    """A running embedded PostgreSQL, ours (`is_parent`) or another process's."""

    def __init__(self, layout: Layout, address: Address, process: subprocess.Popen[bytes] | None, lock: Lock) -> None:
        self.layout = layout
        self.address = address
        self._process = process
        self._lock = lock
        self._owner = os.getpid()
        self._secrets = layout.read_secrets()
        self.identity = layout.identity()

    @classmethod
    def start(
        cls,
        data_dir: Path,
        *,
        bindir: Path | None = None,
        settings: Mapping[str, str] | None = None,
        patience: float = 60.0,
        force_account: Literal["namespace", "drop"] | None = None,
        same: bytes | None = None,
    ) -> Server:
        """Start PostgreSQL on `data_dir`, or join the process that already has; made if it is not there.

        `settings` are PostgreSQL's own and count only for the parent; `patience` is how many seconds another
        process may take to start or to go; `same` is the `identity` of the cluster that must be there already, since
        a process that has served it never makes an empty one in its place. Raises an `EmbeddedError`.
        """
        if ON_LINUX and threading.current_thread() is not threading.main_thread():
            raise WrongThreadError(threading.current_thread().name)
        if same is not None:
            cluster.check_same(Layout.below(data_dir), same)
        layout = Layout.make(data_dir)
        lock = Lock(layout.lock)
        begun = time.monotonic()
        while not lock.take():
            address = layout.address()
            if address is not None and address.answers():
                lock.close()
                return cls(layout, address, None, lock)
            if time.monotonic() - begun > patience:
                lock.close()
                raise LockedError(layout.home, pids=layout.occupants(), waited=patience)
            time.sleep(_POLL)
        try:
            account = choose_account(bindir or find_bindir(), force=force_account)
            return cls._become_parent(layout, lock, account, settings or {}, patience, same)
        except BaseException:
            lock.close()
            raise

    @classmethod
    def _become_parent(
        cls,
        layout: Layout,
        lock: Lock,
        account: Account,
        settings: Mapping[str, str],
        patience: float,
        same: bytes | None,
    ) -> Server:
        """Make the cluster if need be and start PostgreSQL as our child; the lock is ours."""
        if same is not None:
            cluster.check_same(layout, same)
        known = layout.ensure_secrets(("superuser", *ROLES))
        cluster.create(layout, account, known["superuser"], durable=settings.get("fsync") != "off")
        cluster.check_major(layout, account.bindir)
        _wait_for_leftovers(layout)
        layout.forget_server()
        process, address = _launch(layout, account, {**archiving.settings(layout), **settings}, patience)
        server = cls(layout, address, process, lock)
        atexit.register(server.stop)
        if not ON_LINUX:
            _stop_on_signals(server.stop)
        return server

    @property
    def is_parent(self) -> bool:
        """Whether this process started PostgreSQL, which then ends with it."""
        return self._process is not None

    def is_running(self) -> bool:
        """PostgreSQL still accepts connections (as parent: and has not exited)."""
        if self._process is not None and self._process.poll() is not None:
            return False
        return self.address.answers()

    def connect_parameters(
        self, role: Role | Literal["superuser"] = "superuser", database: str = DATABASE
    ) -> ConnectParameters:
        """Return the keyword arguments of `asyncpg.connect` for a role."""
        return ConnectParameters(
            host=str(self.address.folder),
            port=self.address.port,
            user=SUPERUSER if role == "superuser" else role_name(role),
            password=self._secrets[role],
            database=database,
        )

    def dsn(self, role: Role | Literal["superuser"] = "superuser", database: str = DATABASE) -> str:
        """Return the same as one address, `postgresql://…`; it holds the password."""
        told = self.connect_parameters(role, database)
        login = f"{quote(told['user'], safe='')}:{quote(told['password'], safe='')}"
        host = quote(told["host"], safe="")
        return f"postgresql://{login}@/{quote(told['database'], safe='')}?host={host}&port={told['port']}"

    def role_passwords(self) -> dict[Role, str]:
        """Return each role's password, for `roles.ensure_roles`."""
        return {role: self._secrets[role] for role in ROLES}

    def stop(self) -> None:
        """Stop PostgreSQL if it is ours, and give the data directory free; harmless when repeated.

        Fast shutdown: open transactions are rolled back, everything committed is on disk when this returns.
        A forked copy of this process stops nothing.
        """
        if self._process is None or os.getpid() != self._owner:
            return
        atexit.unregister(self.stop)
        _end(self._process)
        with contextlib.suppress(OSError):
            self.address.folder.rmdir()
        self._lock.close()

    def __enter__(self) -> Self:
        """Return the server, for a `with` statement."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server, if it is ours."""
        self.stop()


class Lock:
    """A flock on a file; the kernel gives it free when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        try:
            self._file: IO[bytes] = path.open("ab")
        except OSError as fault:
            raise cluster.directory_fault(path, fault) from fault

    def take(self) -> bool:
        """Try to take it; do not wait."""
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    def close(self) -> None:
        """Give it free."""
        self._file.close()


def _wait_for_leftovers(layout: Layout) -> None:
    """Wait until a killed parent's PostgreSQL has gone, more and more firmly; raises `LockedError` when it stays.

    We hold the lock, so nobody owns it any more.  Asked to stop while it recovers from a killed backend, PostgreSQL
    18 can wait for ever; an immediate shutdown, which loses nothing committed, ends that.
    """
    begun = time.monotonic()
    steps = [(0.0, signal.SIGINT), (1.0, signal.SIGQUIT), (4.0, signal.SIGKILL)]
    if ON_LINUX:
        steps.pop(0)  # the kernel has asked it already
    while pids := layout.occupants():
        waited = time.monotonic() - begun
        if steps and waited >= steps[0][0]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pids[0], steps[0][1])
            steps.pop(0)
        if waited > _GRACE:
            raise LockedError(layout.home, pids=pids, waited=_GRACE)
        time.sleep(_POLL)


def _launch(
    layout: Layout, account: Account, settings: Mapping[str, str], patience: float
) -> tuple[subprocess.Popen[bytes], Address]:
    """Start `postgres` and wait until it answers; leaves nothing behind when it does not."""
    folder = cluster.socket_folder(layout, account)
    layout.rotate_log()
    with layout.log.open("ab") as log:
        begin = log.tell()
        process = subprocess.Popen(  # noqa: S603  our own arguments
            account.command("postgres", *cluster.server_arguments(layout, folder, settings)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={**os.environ, "LC_ALL": "C"},
            # A group of its own, so that Ctrl-C reaches us and we stop it, after our last statement.
            start_new_session=True,
        )
    try:
        return process, _wait_until_ready(layout, process, begin, patience)
    except BaseException:
        _end(process)
        raise


def _wait_until_ready(layout: Layout, process: subprocess.Popen[bytes], begin: int, patience: float) -> Address:
    """Return the address once the server answers; raises what its log says when it ends or stays silent."""
    until = time.monotonic() + patience
    while time.monotonic() < until and process.poll() is None:
        address = layout.address()
        if address is not None and address.pid == process.pid and address.answers():
            return address
        time.sleep(_POLL)
    said = layout.log_tail(begin)
    raise cluster.start_fault("postgres", code=process.poll(), said=said, path=layout.home, log=layout.log)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask for a fast shutdown, then for an immediate one, then insist."""
    for number, seconds in ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            _log.warning("PostgreSQL (process %d) did not stop within %d s of %s", process.pid, seconds, number.name)
        else:
            return


def _stop_on_signals(stop: Callable[[], None]) -> None:
    """Where the kernel does not tell children: stop on the signals that skip `atexit`, if nobody else handles them."""

    def handle(number: int, _frame: FrameType | None) -> None:
        stop()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, handle)
