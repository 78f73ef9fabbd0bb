"""The log archive: every finished segment of PostgreSQL's write-ahead log, copied out of the cluster as it is written.

A backup and the archive since then bring the database to any moment in between (`db.restoring`).  A segment counts as
archived once it is whole and durable under its own name; one that is there already must be the same, byte by byte.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Final, Literal

from db import cluster
from db.account import choose_account
from db.binaries import find_bindir
from db.cluster import Layout
from db.embedded_errors import DirectoryError

SECONDS: Final = 60
"""After so long a segment that has anything in it is archived, whole or not: what a lost disk can cost at most."""


def begin(data: Path, folder: Path, *, force: Literal["drop"] | None = None) -> Path:
    """Archive into `folder` from PostgreSQL's next start on; returns the folder. Raises `DirectoryError`."""
    layout, place = Layout.make(data), folder.expanduser().absolute()
    if "\n" in str(place):
        raise DirectoryError(place, "its name holds a line break")
    account = choose_account(find_bindir(), force=force)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not account.reaches(place):
            raise DirectoryError(place, "PostgreSQL runs as `nobody` here, and a folder above it is closed to it")
        account.own(place)
    except OSError as fault:
        raise cluster.directory_fault(place, fault) from fault
    cluster.write_private(layout.archive, f"{place}\n")
    return place


def end(data: Path) -> None:
    """Archive no more, from PostgreSQL's next start on; what is archived stays."""
    Layout.make(data).archive.unlink(missing_ok=True)


def folder_of(layout: Layout) -> Path | None:
    """The folder that the log is archived in, if it is."""
    try:
        return Path(layout.archive.read_text(encoding="utf-8").rstrip("\n"))
    except FileNotFoundError:
        return None


def settings(layout: Layout) -> dict[str, str]:
    """PostgreSQL's settings of a cluster whose log is archived; none if it is not."""
    folder = folder_of(layout)
    if folder is None:
        return {}
    return {"archive_mode": "on", "archive_timeout": str(SECONDS), "archive_command": _keeping(folder)}


def fetching(folder: Path) -> str:
    """The `restore_command` that reads from an archive.

    A segment that is not there ends recovery; one that cannot be read, or a folder that cannot, stops it (PostgreSQL
    gives up on codes above 125), since a database that lost its tail must not pass for one that was brought to its end.
    """
    there = _quoted(folder)
    absent = f"elif test -x {there}; then exit 1; else exit 126; fi"
    return f'if test -f {there}/%f; then cp {there}/%f "%p" || exit 126; {absent}'


def _keeping(folder: Path) -> str:
    """The `archive_command`: PostgreSQL calls it again until it succeeds, and keeps the segment until then."""
    there = _quoted(folder)
    copied = f'cp "%p" {there}/.%f.new && sync {there}/.%f.new && mv {there}/.%f.new {there}/%f'
    return f'if test -f {there}/%f; then cmp -s "%p" {there}/%f; else {copied}; fi'


def _quoted(folder: Path) -> str:
    """A folder in a command of PostgreSQL's, where `%` begins a placeholder."""
    return shlex.quote(os.fspath(folder)).replace("%", "%%")
