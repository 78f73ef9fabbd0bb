"""Who asks, and what a use case may reach: handed down by the composition root, never global.

A use case's first line asks `resolvers.policy`; its writes go to `ctx.door` as commands.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from db.journal import Door, Journal
from ledger.draft import civil_day

Role = Literal["administrator", "officer", "supervisor", "auditor", "inspector", "public"]

Pool = Any
"""An asyncpg pool."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.  `organization` binds an officer, `region` (CODE@EDITION) a supervisor; `key` is the actor's key id."""

    role: Role
    key: str
    organization: str | None = None
    region: str | None = None


PUBLIC = Principal("public", "public")
"""Anybody: no token was given."""
SYSTEM = Principal("administrator", "system")
"""The operator at the command line of the machine that holds the data."""


@dataclass(frozen=True, slots=True)
class Context:
    """One request's reach: the journal's door, a pool of read-only connections, the vault, the clock.

    `vault` holds the key-encryption key (`db.vault.Vault`); `now` gives aware UTC moments; `language`
    is `en` or `zh`.
    """

    journal: Journal
    door: Door
    reader: Pool
    vault: Any
    now: Callable[[], datetime]
    principal: Principal = PUBLIC
    language: str = "en"

    def as_principal(self, principal: Principal, language: str = "en") -> "Context":
        """The same reach for another principal."""
        return replace(self, principal=principal, language=language)

    def today(self) -> str:
        """The date in the journal's civil zone (Asia/Shanghai), `YYYY-MM-DD`."""
        return civil_day(self.now()).isoformat()
