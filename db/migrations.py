"""Run the numbered migrations `db/migrations/0001_tables.sql`, `0002_fences.sql` and so on.

Each file runs once, in one transaction together with its line in the table `migration`, under an advisory lock, so
that any number of processes may start at once. A file that has run is never edited: its SHA-256 is kept (over LF line
ends) and compared at every start. There is no way down; a mistake is corrected by the next number.

MigrationError
├── MisnumberedError         the folder: a name without number, a gap, a number twice
├── AlteredMigrationError    a file that has run was edited or renamed
├── NewerDatabaseError       the database has seen migrations that this program does not know
└── FailedMigrationError     PostgreSQL refused; nothing of that file remains
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from db import statements
from db.roles import Role, ensure_roles

MIGRATIONS = Path(__file__).parent / "migrations"

_SQL = statements.load("migrations")
_NAME = re.compile(r"(\d{4})_([a-z][a-z0-9_]*)\.sql")


class MigrationError(Exception):
    """The database cannot be brought to this program's version."""


class MisnumberedError(MigrationError):
    """The folder of migrations is not 0001, 0002, … without gaps."""

    def __init__(self, folder: Path, file: str, reason: str) -> None:
        super().__init__(f"{folder / file}: {reason}; migrations are named 0001_name.sql, 0002_name.sql, …")
        self.file = file
        self.reason = reason


class AlteredMigrationError(MigrationError):
    """A migration that has run here is not what its file says now."""

    def __init__(self, applied: str, file: str) -> None:
        super().__init__(
            f"migration {applied} ran in this database, and {file} differs from what ran. "
            "Restore the file as it was, and put the change into a new number."
        )
        self.applied = applied
        self.file = file


class NewerDatabaseError(MigrationError):
    """The database has seen migrations that this program does not have."""

    def __init__(self, unknown: list[str]) -> None:
        super().__init__(
            f"this database has seen {', '.join(unknown)}, unknown to this program. "
            "Run a program at least as new as the one that wrote the database."
        )
        self.unknown = unknown


class FailedMigrationError(MigrationError):
    """PostgreSQL refused a migration; nothing of it remains."""

    def __init__(self, name: str, reason: str, line: int | None = None) -> None:
        where = f"{name}, line {line}" if line else name
        super().__init__(f"migration {where}: {reason}. Nothing of it was kept.")
        self.name = name
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of the folder; `name` is `0001_tables`."""

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> bytes:
        """The hash of the text, whose line ends are LF."""
        return hashlib.sha256(self.text.encode()).digest()


async def prepare(dsn: str, passwords: Mapping[Role, str] | None = None, *, folder: Path = MIGRATIONS) -> list[str]:
    """Make roles and schema ready: `ensure_roles`, then `migrate`; returns what ran. Repeatable, by many at once."""
    async with _connection(dsn) as conn:
        await ensure_roles(conn, passwords)
        return await _migrate(conn, folder)


async def migrate(dsn: str, *, folder: Path = MIGRATIONS) -> list[str]:
    """Run the migrations that this database has not seen; return their names. Raises a `MigrationError`."""
    async with _connection(dsn) as conn:
        return await _migrate(conn, folder)


def read_folder(folder: Path = MIGRATIONS) -> list[Migration]:
    """Return the migrations of a folder in their order; raises `MisnumberedError`."""
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if match is None:
            raise MisnumberedError(folder, path.name, "its name has no number or no words")
        if int(match[1]) != len(found) + 1:
            raise MisnumberedError(folder, path.name, f"number {len(found) + 1:04} was expected here")
        # Read as text, so that a checkout with CRLF line ends hashes the same.
        found.append(Migration(int(match[1]), path.stem, path.read_text(encoding="utf-8")))
    return found


async def _migrate(conn: asyncpg.Connection, folder: Path) -> list[str]:
    """Compare, then run what is missing, alone."""
    files = read_folder(folder)
    await conn.execute(_SQL.lock)
    try:
        if not await conn.fetchval(_SQL.has_table):
            async with conn.transaction():
                await conn.execute(_SQL.create_table)
                await conn.execute(_SQL.describe_table)
        applied = await conn.fetch(_SQL.applied)
        _compare(files, {row["number"]: (row["name"], row["sha256"]) for row in applied})
        for migration in files[len(applied) :]:
            await _run(conn, migration)
    finally:
        await conn.execute(_SQL.unlock)
    return [migration.name for migration in files[len(applied) :]]


def _compare(files: list[Migration], applied: Mapping[int, tuple[str, bytes]]) -> None:
    """Refuse a past that the files do not tell."""
    unknown = [name for number, (name, _) in applied.items() if number > len(files)]
    if unknown:
        raise NewerDatabaseError(unknown)
    for migration in files:
        name, sha256 = applied.get(migration.number, (migration.name, migration.sha256))
        if (name, sha256) != (migration.name, migration.sha256):
            raise AlteredMigrationError(name, migration.name)


async def _run(conn: asyncpg.Connection, migration: Migration) -> None:
    """Run one migration and note it, in one transaction."""
    try:
        async with conn.transaction():
            before = await conn.fetchval(_SQL.transaction)
            await conn.execute(migration.text)
            if not conn.is_in_transaction() or await conn.fetchval(_SQL.transaction) != before:
                raise FailedMigrationError(migration.name, "it ends the transaction by itself, so parts of it are kept")
            # A migration may act as another role; the register is ours.
            await conn.execute(_SQL.reset_role)
            await conn.execute(_SQL.record, migration.number, migration.name, migration.sha256)
    except asyncpg.PostgresError as fault:
        raise FailedMigrationError(migration.name, str(fault), _line(migration.text, fault)) from fault


def _line(text: str, fault: asyncpg.PostgresError) -> int | None:
    """Return the line that PostgreSQL points at, if it does."""
    position = getattr(fault, "position", None)
    return text.count("\n", 0, int(position) - 1) + 1 if position else None


@asynccontextmanager
async def _connection(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that is closed whatever happens."""
    conn = await asyncpg.connect(dsn, server_settings={"application_name": "mingzhang migrate"})
    try:
        yield conn
    finally:
        await conn.close()
