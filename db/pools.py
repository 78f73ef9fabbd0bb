"""Connections per role, and what a server must be before we trust it with a journal.

A `Database` says how each role logs in: `Database.embedded(server)` or `Database.at(url)`. With a URL there is one
login, which takes its role at connect (as the session's default, so that even `reset role` returns to it).

UnfitDatabaseError   the server at DATABASE_URL cannot be trusted with a journal; all its `problems` at once
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

from db import migrations, statements
from db.binaries import OLDEST_MAJOR
from db.cluster import DATABASE
from db.embedded import Server
from db.roles import ROLES, Role, role_name
from db.tracing import Tracer, traced

_SQL = statements.load("clusters")
_log = logging.getLogger(__name__)


class UnfitDatabaseError(Exception):
    """The server cannot be trusted with a journal, for the reasons in `problems`."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(f"the database at DATABASE_URL is unfit: {'; '.join(problems)}.")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Database:
    """How to reach one database: as its keeper (who makes roles and migrates), and as each role.

    The addresses hold passwords, and are therefore not shown.
    """

    keeper: str
    logins: Mapping[Role, str]
    passwords: Mapping[Role, str] | None
    shared_login: bool

    def __repr__(self) -> str:
        """Show no password."""
        return f"Database(shared_login={self.shared_login})"

    @classmethod
    def embedded(cls, server: Server, name: str = DATABASE) -> Database:
        """Return a database of the embedded server, where each role logs in by itself."""
        logins = {role: server.dsn(role, name) for role in ROLES}
        return cls(server.dsn("superuser", name), logins, server.role_passwords(), shared_login=False)

    @classmethod
    def at(cls, url: str) -> Database:
        """Return the database at an address, whose one login takes every role."""
        return cls(url, dict.fromkeys(ROLES, url), None, shared_login=True)

    async def prepare(self) -> list[str]:
        """Make roles and tables ready, repeatable; returns the migrations that ran.

        Raises `UnfitDatabaseError` (a foreign server only), `roles.RolesError` or a `migrations.MigrationError`.
        """
        if self.shared_login:
            await self.check()
        return await migrations.prepare(self.keeper, self.passwords)

    async def check(self, *, forgive: frozenset[str] = frozenset()) -> None:
        """Refuse a server that is too old, not UTF-8, not durable, or whose login is a superuser.

        What `forgive` names ("superuser", "durability") is only warned about, loudly: a test server may be so.
        """
        conn = await asyncpg.connect(self.keeper, server_settings={"application_name": "mingzhang check"})
        try:
            facts = await conn.fetchrow(_SQL.fitness)
        finally:
            await conn.close()
        assert facts is not None, "every session has a login and a database"
        problems = _problems(facts)
        for kind, problem in problems:
            if kind in forgive:
                _log.warning("the database is unfit for a real journal: %s", problem)
        unforgiven = tuple(problem for kind, problem in problems if kind not in forgive)
        if unforgiven:
            raise UnfitDatabaseError(unforgiven)

    def pool(
        self,
        role: Role,
        *,
        least: int = 1,
        most: int = 8,
        statement_timeout: float = 30.0,
        lock_timeout: float = 10.0,
        statement_cache: int = 256,
        tracer: Tracer | None = None,
    ) -> asyncpg.Pool:
        """Return a pool of connections as `role`, to be opened with `async with` or `await`.

        Timeouts are in seconds. `statement_cache=0` suits PgBouncer's transaction mode; `tracer` is
        told of every statement, by name. Session state does not
        survive: settings, locks and temporary tables must be local to a transaction, since on release only an open
        transaction is rolled back (asyncpg's own reset costs a round trip per use).
        """
        return asyncpg.create_pool(
            self.logins[role],
            min_size=least,
            max_size=most,
            reset=_keep_session,
            init=traced(tracer),
            statement_cache_size=statement_cache,
            command_timeout=statement_timeout + 5,
            timeout=10,
            server_settings=self._settings(role, statement_timeout, lock_timeout),
        )

    async def connect(self, role: Role) -> asyncpg.Connection:
        """Open one connection as `role` (for LISTEN, or a long copy), without a statement timeout."""
        return await asyncpg.connect(self.logins[role], timeout=10, server_settings=self._settings(role, 0, 0))

    def _settings(self, role: Role, statement_timeout: float, lock_timeout: float) -> dict[str, str]:
        """What every session of the role starts with."""
        taken = {"role": role_name(role)} if self.shared_login else {}
        return {
            "application_name": f"mingzhang {role}",
            "jit": "off",
            "timezone": "UTC",
            "statement_timeout": f"{round(statement_timeout * 1000)}",
            "lock_timeout": f"{round(lock_timeout * 1000)}",
            "idle_in_transaction_session_timeout": "60000",
            **taken,
        }


async def _keep_session(_conn: asyncpg.Connection) -> None:
    """Leave the session as it is: all its state is transaction-local."""


def _problems(facts: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return (kind, sentence) for everything that makes a server unfit."""
    major, encoding, login = facts["major"], facts["encoding"], facts["login"]
    assert isinstance(major, int), "declared so in clusters.sql"
    rules = (
        ("version", major < OLDEST_MAJOR, f"PostgreSQL {major} is older than {OLDEST_MAJOR}"),
        ("encoding", encoding != "UTF8", f"its encoding is {encoding}, not UTF8: create it with `encoding 'UTF8'`"),
        ("durability", not facts["fsync"], "`fsync` is off: a power cut would lose acknowledged entries"),
        ("durability", not facts["full_page_writes"], "`full_page_writes` is off: a crash could tear pages"),
        ("superuser", bool(facts["superuser"]), f"{login} is a superuser, whom no fence holds: use an ordinary login"),
    )
    return [(kind, problem) for kind, broken, problem in rules if broken]
