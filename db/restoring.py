"""A backup put in the place of the database, and brought to a moment by the log archive.

    <data>/postgresql/cluster.before   what lay there, until somebody removes it (`.before.1` …, if there was one)

Nothing else of the data directory is touched: keys and the publisher's memory are the present ones.  A restored
database that recovered from an archive goes on in a timeline of its own, so that the archive never holds two segments
of one name; without an archive, archiving is off until it is begun again.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import asyncpg

from db import archiving, cluster, statements
from db.account import Account, choose_account
from db.binaries import find_bindir
from db.cluster import Layout
from db.embedded import Lock, Server
from db.embedded_errors import LockedError, RestoreError, StartError

_SQL: Final = statements.load("clusters")
_PATIENCE: Final = 24 * 3600.0
"""Seconds that a recovery may take."""
_TOO_EARLY: Final = ("before configured recovery target was reached", "before consistent recovery point")
_RECOVERY: Final = "recovery.signal"

Force = Literal["drop"] | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """How far to bring a backup: to the archive's end, through a moment, or through the transaction of one entry."""

    archive: Path | None = None
    until: datetime | None = None
    position: tuple[str, int] | None = None
    """A journal's name, and the position of an entry."""


def restore(data: Path, backup: Path, wanted: Wanted, *, force: Force = None) -> Path | None:
    """Put a backup in the place of the database of a stopped installation; returns where that was put aside, if any.

    Raises an `EmbeddedError`: `LockedError` while somebody serves the database, `RestoreError` for a backup that is
    none, or an archive that does not reach.  On a fault the former database is put back.
    """
    if wanted.archive is None and (wanted.until or wanted.position):
        raise RestoreError("a moment can only be reached with a log archive: name its folder with --archive")
    if not (backup / "postgresql" / "cluster" / "PG_VERSION").is_file():
        raise RestoreError(f"{backup} is no backup: it has no postgresql/cluster. Name what `mingzhang backup` made.")
    targets = _targets(backup, wanted, force)
    layout = Layout.make(data)
    lock = Lock(layout.lock)
    if not lock.take():
        lock.close()
        raise LockedError(layout.home, pids=layout.occupants(), waited=0)
    try:
        account = choose_account(find_bindir(), force=force)
        before = _put(layout, account, backup / "postgresql")
    finally:
        lock.close()
    try:
        _recovered(data, wanted.archive, targets, force)
    except BaseException:
        _put_back(layout, account, before)
        raise
    return before


def _targets(backup: Path, wanted: Wanted, force: Force) -> dict[str, str]:
    """PostgreSQL's settings that say where recovery ends."""
    if wanted.until is not None:
        return {"recovery_target_time": wanted.until.isoformat()}
    if wanted.position is not None:
        assert wanted.archive is not None, "asked above"
        return {"recovery_target_xid": _transaction(backup, wanted.archive, wanted.position, force)}
    return {}


def _transaction(backup: Path, archive: Path, entry: tuple[str, int], force: Force) -> str:
    """The transaction that wrote an entry, as a copy that is recovered to the end of the archive knows it."""
    name, position = entry
    with tempfile.TemporaryDirectory(prefix="mingzhang-restore-", dir=backup.parent) as scratch:
        data = Path(scratch)
        data.chmod(0o711)
        account = choose_account(find_bindir(), force=force)
        layout = Layout.make(data)
        _put(layout, account, backup / "postgresql")
        try:
            _recovered(data, archive, {}, force)
            with Server.start(data, force_account=force) as server:
                found = asyncio.run(_ask(server.dsn(), name, position))
        finally:
            _removed(layout, account)
    if found is None:
        raise RestoreError(f"entry {position} of journal {name} is neither in the backup nor in the log archive")
    return found


async def _ask(dsn: str, name: str, position: int) -> str | None:
    conn = await asyncpg.connect(dsn)
    try:
        found: str | None = await conn.fetchval(_SQL.transaction_of, name, position)
    finally:
        await conn.close()
    return found


def _recovered(data: Path, archive: Path | None, targets: dict[str, str], force: Force) -> None:
    """Start once, to the end of recovery, and stop: the database is then ready to be served."""
    settings = {"archive_mode": "off"}
    layout = Layout.make(data)
    if archive is not None:
        (layout.cluster / _RECOVERY).touch()
        command = archiving.fetching(archive.expanduser().absolute())
        settings |= {"restore_command": command, "recovery_target_action": "promote", "hot_standby": "off", **targets}
    try:
        with Server.start(data, settings=settings, patience=_PATIENCE, force_account=force):
            pass
    except StartError as fault:
        if any(words in layout.log.read_text(errors="replace") for words in _TOO_EARLY):
            what = " ".join(f"{name.removeprefix('recovery_target_')} {value}" for name, value in targets.items())
            raise RestoreError(
                f"{what} cannot be reached: the log archive ends before it (leave it out for all there is), or this "
                "backup is younger (name an older one)"
            ) from fault
        raise


def _put(layout: Layout, account: Account, copy: Path) -> Path | None:
    """Copy a backup's cluster and passwords into place, whole or not at all; returns where the former cluster lies."""
    try:
        home = account.home(layout.home)
        draft = home / "cluster.restored"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(copy / "cluster", draft, symlinks=True)
        draft.chmod(0o700)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                account.own(path)
        before = None
        if (home / "cluster").exists():
            before = _free(home / "cluster.before")
            (home / "cluster").rename(before)
            layout.secrets.replace(layout.home / f"secrets.{before.name}.json")
        draft.rename(home / "cluster")
        if home != layout.home and not (layout.home / "cluster").is_symlink():
            (layout.home / "cluster").symlink_to(home / "cluster")
        shutil.copy2(copy / "secrets.json", layout.secrets)
        layout.archive.unlink(missing_ok=True)
    except OSError as fault:
        raise cluster.directory_fault(layout.home, fault) from fault
    return before


def _put_back(layout: Layout, account: Account, before: Path | None) -> None:
    """Undo `_put`."""
    home = account.home(layout.home)
    shutil.rmtree(home / "cluster", ignore_errors=True)
    if before is not None:
        before.rename(home / "cluster")
        (layout.home / f"secrets.{before.name}.json").replace(layout.secrets)


def _removed(layout: Layout, account: Account) -> None:
    """Remove a scratch cluster that may lie outside its folder."""
    home = account.home(layout.home)
    if home != layout.home:
        shutil.rmtree(home, ignore_errors=True)


def _free(path: Path) -> Path:
    """The first of `path`, `path.1` … that is not there."""
    if not path.exists():
        return path
    return next(free for n in itertools.count(1) if not (free := path.with_name(f"{path.name}.{n}")).exists())
