"""The files of one embedded cluster: where they lie, how they are made, what they say.

    <data>/postgresql/lock           flock of the process that is PostgreSQL's parent
    <data>/postgresql/secrets.json   passwords by role, mode 0600
    <data>/postgresql/server.log     PostgreSQL's own log; `.1` is the one before
    <data>/postgresql/cluster/       PostgreSQL's data directory
    <data>/postgresql/archive        where the log is archived, if it is (`db.archiving`); one line
    <data>/postgresql/run/           its socket, or a short folder elsewhere (see `socket_folder`)

A cluster appears by one rename, complete or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from db import statements
from db.account import Account
from db.binaries import major_version
from db.embedded_errors import (
    DirectoryError,
    DiskFullError,
    EmbeddedError,
    NoBinariesError,
    StartError,
    VanishedError,
    WrongMajorError,
)

DATABASE = "mingzhang"
"""The one database of an embedded cluster."""

SUPERUSER = "postgres"

ON_LINUX = sys.platform == "linux"
"""Linux has /proc, and tells children that their parent died; elsewhere we do with less."""

_PORT = 5432
_SOCKET_LIMIT = 107 if ON_LINUX else 103
_LOG_LIMIT = 8 * 2**20
_BUILTIN_LOCALE_SINCE = 17


@dataclass(frozen=True, slots=True)
class Address:
    """A running server, as `postmaster.pid` describes it."""

    pid: int
    folder: Path
    port: int

    def answers(self) -> bool:
        """Somebody accepts connections there."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            return probe.connect_ex(str(self.folder / f".s.PGSQL.{self.port}")) == 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The files' places, below the folder `<data>/postgresql`."""

    home: Path

    @property
    def lock(self) -> Path:
        """The file whose flock says who is PostgreSQL's parent."""
        return self.home / "lock"

    @property
    def secrets(self) -> Path:
        """The passwords by role; mode 0600."""
        return self.home / "secrets.json"

    @property
    def log(self) -> Path:
        """PostgreSQL's own log."""
        return self.home / "server.log"

    @property
    def archive(self) -> Path:
        """The file that names the folder of the log archive, if there is one."""
        return self.home / "archive"

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory; what the link says, when it had to lie elsewhere."""
        return (self.home / "cluster").resolve()

    @classmethod
    def below(cls, data_dir: Path) -> Layout:
        """Say where the files would lie; makes nothing."""
        return cls((data_dir.expanduser().absolute() / "postgresql").resolve())

    @classmethod
    def make(cls, data_dir: Path) -> Layout:
        """Make the folder, private to us; raises `DirectoryError` when it cannot be written."""
        home = data_dir.expanduser().absolute() / "postgresql"
        try:
            home.mkdir(parents=True, exist_ok=True)
            home.chmod(0o700)
            with tempfile.TemporaryFile(dir=home):
                pass
        except OSError as fault:
            raise directory_fault(home, fault) from fault
        return cls(home.resolve())

    def address(self) -> Address | None:
        """Return where the server is that calls itself ready, or None."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return None
        if len(lines) < 8 or lines[7].strip() != "ready":  # noqa: PLR2004  PostgreSQL's file has eight lines
            return None
        return Address(int(lines[0]), Path(lines[4]), int(lines[3]))

    def identity(self) -> bytes:
        """Return what initdb drew for this cluster and no other (the first 8 bytes of `pg_control`); empty if none."""
        try:
            with (self.cluster / "global" / "pg_control").open("rb") as file:
                return file.read(8)
        except OSError:
            return b""

    def occupants(self) -> tuple[int, ...]:
        """Return the processes that work in the data directory: all of them on Linux, elsewhere the noted one."""
        if ON_LINUX:
            return tuple(pid for pid in _pids() if _working_folder(pid) == str(self.cluster))
        try:
            pid = int((self.cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
            os.kill(pid, 0)
        except (OSError, ValueError):
            return ()
        return (pid,)

    def forget_server(self) -> None:
        """Remove what a killed server left. Only with the lock held and no occupants.

        Its process id may by now be another program's (in a container, often), and PostgreSQL would then refuse
        to start for ever.
        """
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def rotate_log(self) -> None:
        """Keep the log from growing for ever."""
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))

    def log_tail(self, since: int = 0) -> str:
        """Return the last lines of the log, from byte `since`."""
        with self.log.open("rb") as file:
            file.seek(since)
            return "\n".join(file.read().decode(errors="replace").splitlines()[-12:])

    def read_secrets(self) -> dict[str, str]:
        """Return the passwords by role."""
        try:
            found: dict[str, str] = json.loads(self.secrets.read_text(encoding="ascii"))
        except (OSError, ValueError) as fault:
            raise DirectoryError(self.secrets, f"the database's passwords cannot be read ({fault})") from fault
        return found

    def ensure_secrets(self, roles: tuple[str, ...]) -> dict[str, str]:
        """Return the passwords by role, making those that are missing; with the lock held."""
        known = self.read_secrets() if self.secrets.exists() else {}
        missing = [role for role in roles if role not in known]
        if missing:
            known |= {role: secrets.token_urlsafe(24) for role in missing}
            write_private(self.secrets, json.dumps(known, indent=1))
        return known


def create(layout: Layout, account: Account, password: str, *, durable: bool) -> None:
    """Make the cluster and its database, unless they are there.

    Raises `DirectoryError`, `DiskFullError` or `StartError`; what is half done is thrown away.
    """
    if (layout.cluster / "PG_VERSION").exists():
        return
    try:
        shelter = account.home(layout.home)
        draft = shelter / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        account.own(draft)
        _initdb(draft, account, password, durable=durable)
        _create_database(draft, account)
        draft.rename(shelter / "cluster")
        if shelter != layout.home:
            (layout.home / "cluster").symlink_to(shelter / "cluster")
    except OSError as fault:
        raise directory_fault(layout.home, fault) from fault


def check_same(layout: Layout, identity: bytes) -> None:
    """Refuse any other cluster than the one of this identity, and none at all: raises `VanishedError`."""
    if not layout.secrets.exists() or layout.identity() != identity:
        raise VanishedError(layout.cluster)


def check_major(layout: Layout, bindir: Path) -> None:
    """Refuse data of another major version: PostgreSQL reads only its own."""
    data = int((layout.cluster / "PG_VERSION").read_text(encoding="ascii"))
    binaries = major_version(bindir)
    if data != binaries:
        raise WrongMajorError(layout.cluster, data=data, binaries=binaries)


def socket_folder(layout: Layout, account: Account) -> Path:
    """Return the private folder for the socket, made if need be and emptied of what a killed server left.

    Only with the lock held and no occupants: like `postmaster.pid`, a socket's lock file names a process id that
    may be another's by now.

    `run` beside the cluster when its path is short and plain; otherwise one whose name is derived from it, below
    the user's run-time folder or /tmp. What lies there already must be ours alone.
    """
    beside = layout.cluster.parent / "run"
    room = _SOCKET_LIMIT - len(f"/.s.PGSQL.{_PORT}")
    # PostgreSQL reads the setting as a list: commas, quotes and spaces would have to be escaped.
    if len(os.fsencode(beside)) <= room and re.fullmatch(r"[A-Za-z0-9/._-]+", str(beside)):
        folder = beside
    else:
        digest = hashlib.sha256(os.fsencode(layout.cluster)).hexdigest()[:16]
        root = os.environ.get("XDG_RUNTIME_DIR", "") if account.mode == "same" else ""
        usable = root and os.access(root, os.W_OK) and len(os.fsencode(root)) + 20 <= room
        folder = Path(root if usable else "/tmp") / f"mz-{digest}"  # noqa: S108  made private, and checked, below
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (os.geteuid(), account.uid):
            raise DirectoryError(folder, "it must be a folder of our own, and belongs to somebody else")
        folder.chmod(0o700)
        for left in folder.glob(".s.PGSQL.*"):
            left.unlink()
        return account.own(folder)
    except OSError as fault:
        raise directory_fault(folder, fault) from fault


def server_arguments(layout: Layout, folder: Path, settings: Mapping[str, str]) -> list[str]:
    """Return the arguments of `postgres`: no network, a private socket, and `settings`, which win."""
    chosen = {
        "listen_addresses": "",
        "port": str(_PORT),
        "unix_socket_directories": str(folder),
        "unix_socket_permissions": "0700",
        "cluster_name": DATABASE,
        # The details of an error repeat the values of a row.
        "log_error_verbosity": "terse",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        **settings,
    }
    return ["-D", str(layout.cluster), *(part for name, value in chosen.items() for part in ("-c", f"{name}={value}"))]


def directory_fault(path: Path, fault: OSError) -> DirectoryError:
    """Name what the operating system says about `path`."""
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(path)
    return DirectoryError(path, fault.strerror or str(fault))


def start_fault(step: str, *, code: int | None, said: str, path: Path, log: Path | None = None) -> EmbeddedError:
    """Name what a program of PostgreSQL said before it ended."""
    if "No space left on device" in said:
        return DiskFullError(path)
    return StartError(step, code=code, tail=said, log=log)


def _initdb(draft: Path, account: Account, password: str, *, durable: bool) -> None:
    """Run initdb: SCRAM everywhere, UTF-8, C.UTF-8 (the same order on every machine), data checksums."""
    major = major_version(account.bindir)
    if not major:
        raise NoBinariesError((str(account.bindir),))
    locale = ["--locale=C.UTF-8"]
    if major >= _BUILTIN_LOCALE_SINCE:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    word = draft.with_name("password.new")
    write_private(word, password)
    account.own(word)
    try:
        _run(
            *("initdb", draft, account, f"--pwfile={word}", f"--username={SUPERUSER}", "--auth=scram-sha-256"),
            *("--encoding=UTF8", *locale, "--data-checksums", "--no-instructions"),
            *(() if durable else ("--no-sync",)),
        )
    finally:
        word.unlink(missing_ok=True)


def _create_database(draft: Path, account: Account) -> None:
    """Create our database in single-user mode: no server, no password, no event loop."""
    statement = statements.load("clusters").create_database
    _run("postgres", draft, account, "--single", "-c", "exit_on_error=on", "postgres", said=statement)


def _run(program: str, draft: Path, account: Account, *arguments: str, said: str = "") -> None:
    """Run a program of PostgreSQL on the draft to its end, or raise what it died of."""
    head, tail = (arguments[:1], arguments[1:]) if program == "postgres" else ((), arguments)
    try:
        done = subprocess.run(  # noqa: S603  our own arguments
            account.command(program, *head, "-D", str(draft), *tail),
            input=" ".join(said.split()) + "\n",
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            cwd="/",
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
        )
    except OSError as fault:
        raise StartError(program, code=None, tail=str(fault)) from fault
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-12:])
        raise start_fault(program, code=done.returncode, said=said, path=draft.parent)


def write_private(path: Path, text: str) -> None:
    """Write a file that only we can read, whole or not at all, and make it last."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123  Path.open takes no mode bits
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _pids() -> list[int]:
    """Return all processes of this machine that we can see."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _working_folder(pid: int) -> str:
    """Return where a process works; nothing when it has ended or is not ours."""
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return ""
