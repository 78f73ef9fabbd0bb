"""A copy of the embedded database while it serves: PostgreSQL's own base backup, whole and consistent at its end.

    <destination>/postgresql/cluster         PostgreSQL's data directory, with the log that it needs
    <destination>/postgresql/secrets.json    passwords by role, which the copied roles have

The keys and the publisher's memory are not in it, on purpose: a stolen backup must open no personal data and sign
nothing, and an old memory must not come back.  A server at DATABASE_URL has tools of its own.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final, Literal

from db import cluster
from db.account import choose_account
from db.binaries import find_bindir
from db.cluster import SUPERUSER, Layout
from db.embedded import Server
from db.embedded_errors import DirectoryError

_PROGRAM: Final = "pg_basebackup"


def take(server: Server, destination: Path, *, force: Literal["drop"] | None = None) -> Path:
    """Copy the running database below `destination`, which must be empty or not be there; returns the copy's home.

    Takes as long as reading the database once; `force` is the server's own account's.  Raises an `EmbeddedError`.
    """
    if destination.exists() and any(destination.iterdir()):
        raise DirectoryError(destination, "it is not empty: a backup never goes into another one")
    layout = Layout.make(destination)
    account = choose_account(find_bindir(), force=force)
    asked = server.connect_parameters()
    try:
        # The account may not reach the destination: then the copy is made where it can, and moved.
        made = account.home(layout.home)
        account.own(made)
        done = subprocess.run(  # noqa: S603 - our own arguments
            account.command(
                _PROGRAM, f"--pgdata={made / 'cluster'}", "--wal-method=stream", "--checkpoint=fast", "--no-password",
                f"--host={asked['host']}", f"--port={asked['port']}", f"--username={SUPERUSER}",
            ),
            env={**os.environ, "LC_ALL": "C", "PGPASSWORD": asked["password"]},
            capture_output=True, encoding="utf-8", errors="replace", check=False, cwd="/", stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            raise cluster.start_fault(_PROGRAM, code=done.returncode, said=done.stderr, path=destination)
        if made != layout.home:
            shutil.move(made / "cluster", layout.home / "cluster")
        shutil.copy2(server.layout.secrets, layout.secrets)
    except OSError as fault:
        raise cluster.directory_fault(destination, fault) from fault
    return layout.home
