"""The database's roles: who may write evidence, who may read, who may erase.

Roles belong to a whole server, migrations to one database, so roles are made before the first migration runs.
With the embedded server each role logs in by itself, with a password of the data directory's secrets. With
DATABASE_URL one login is a member of all of them and each pool takes its role when it connects.

    migrator      owns the schema; runs migrations
    partitioner   makes, attaches and seals partitions
    door          appends to the journal (db/journal.py alone)
    reader        serves queries
    eraser        deletes from the vault
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Literal, get_args

import asyncpg

from db import statements

Role = Literal["migrator", "partitioner", "door", "reader", "eraser"]
ROLES: tuple[Role, ...] = get_args(Role)

_SQL = statements.load("roles")
_SCRAM_ROUNDS = 4096
_ATTEMPTS = 20
_OTHERS_AT_WORK = (asyncpg.UniqueViolationError, asyncpg.DuplicateObjectError, asyncpg.InternalServerError)
"""What PostgreSQL says when two databases of a server change roles at once (the last: "tuple concurrently updated")."""


class RolesError(Exception):
    """The login may not make or take the roles; `commands` is what an administrator has to run."""

    def __init__(self, login: str, commands: str, reason: str) -> None:
        super().__init__(f"{login} may not make or take the roles ({reason}). As an administrator, run: {commands}")
        self.login = login
        self.commands = commands
        self.reason = reason


def role_name(role: Role) -> str:
    """Return the role's name in PostgreSQL, `mingzhang_<role>`."""
    return f"mingzhang_{role}"


async def ensure_roles(conn: asyncpg.Connection, passwords: Mapping[Role, str] | None = None) -> None:
    """Make the roles that are missing, and give the migrator this database's `public` schema; repeatable.

    With `passwords` (embedded; `conn` is a superuser) every role may log in, with its password. Without, none may,
    and the connection's login becomes a member of each. Raises `RolesError` when the login may do neither.
    """
    advice = await conn.fetchrow(_SQL.advice, [role_name(role) for role in ROLES])
    assert advice is not None, "an aggregate has one row"
    for attempt in range(_ATTEMPTS):
        try:
            async with conn.transaction():
                # Several processes may do this at once, and `create role` knows no `if not exists`.
                await conn.execute(_SQL.lock_roles)
                await _make_roles(conn, passwords)
                await conn.execute(_SQL.hand_over_schema)
        except asyncpg.InsufficientPrivilegeError as fault:
            raise RolesError(advice["login"], advice["commands"], str(fault)) from fault
        except _OTHERS_AT_WORK:
            # An advisory lock is of one database, roles are of the server: another database was quicker.
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return


async def _make_roles(conn: asyncpg.Connection, passwords: Mapping[Role, str] | None) -> None:
    """Make or correct each role."""
    for role in ROLES:
        verifier = scram_verifier(passwords[role]) if passwords else None
        # The server quotes the names and gives back whole commands, or none when there is nothing to do.
        for row in await conn.fetch(_SQL.role_commands, role_name(role), verifier):
            await conn.execute(row["command"])


def scram_verifier(password: str, *, salt: bytes | None = None) -> str:
    """Return what PostgreSQL stores instead of the password (RFC 5803), so that no log can ever show it."""
    salt = secrets.token_bytes(16) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, _SCRAM_ROUNDS)
    stored_key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    encoded_salt, stored, server = (base64.b64encode(part).decode() for part in (salt, stored_key, server_key))
    return f"SCRAM-SHA-256${_SCRAM_ROUNDS}:{encoded_salt}${stored}:{server}"
