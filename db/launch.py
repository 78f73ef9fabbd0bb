"""Become another program that dies with its parent; run as a file, by `db.account`.

    python -I -S launch.py PARENT MODE UID GID PROGRAM ARGUMENT…

MODE says as whom: `same` (nothing changes), `namespace` (a user namespace in which we are UID:GID, while outside
our rights stay those of the caller, so that nothing on disk has to be widened) or `drop` (really UID:GID, for good).
Order matters: the kernel forgets the parent-death signal whenever credentials change, so it is asked for last.
A program of its own, since code between fork and exec is not safe in a process that has threads.
Exits 70 when the parent is already gone, 71 when the account cannot be taken, 72 when PROGRAM cannot be run.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000

PARENT_GONE, NO_ACCOUNT, NO_PROGRAM = 70, 71, 72


def _enter_namespace(uid: int, gid: int) -> None:
    """Be `uid`:`gid` in a user namespace of our own, without any capability after the next exec."""
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{uid} {outer_uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{gid} {outer_gid} 1", encoding="ascii")


def _drop(uid: int, gid: int) -> None:
    """Be `uid`:`gid` everywhere and for good."""
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _die_with(parent: int) -> None:
    """Receive SIGINT (PostgreSQL's fast shutdown) when the parent's starting thread ends; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
        # The parent may have died before the signal was asked for.
        if os.getppid() != parent:
            raise SystemExit(PARENT_GONE)


def main(arguments: list[str]) -> None:
    """Change account, tie our life to the parent's, and become the program."""
    parent, mode, uid, gid, *command = arguments
    try:
        if mode == "namespace":
            _enter_namespace(int(uid), int(gid))
        elif mode == "drop":
            _drop(int(uid), int(gid))
    except OSError as fault:
        sys.stderr.write(f"cannot run as {uid}:{gid} ({mode}): {fault}\n")
        raise SystemExit(NO_ACCOUNT) from fault
    _die_with(int(parent))
    try:
        os.execv(command[0], command)  # noqa: S606  the program is one of PostgreSQL's, by absolute path
    except OSError as fault:
        sys.stderr.write(f"cannot run {command[0]}: {fault}\n")
        raise SystemExit(NO_PROGRAM) from fault


if __name__ == "__main__":
    main(sys.argv[1:])
