"""What a use case is given: who asks, of which journal, and what it may use.

`Context` is built by the composition root for each request; use cases take it
as their first argument and reach for nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from db.answers import Reader
from db.plans import Journal

if TYPE_CHECKING:  # reads start without the door and the ledger behind it
    from db.journal import Door
    from db.vault import Vault

CIVIL = ZoneInfo("Asia/Shanghai")
"""The journal's civil zone, in which days begin and end (LEDGER.md, section 1)."""


class Role(Enum):
    """What a principal is to the platform; a token has exactly one."""

    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    INSPECTOR = "inspector"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: an officer has an organization, a supervisor a region (`code@edition`); `key` is the actor's key id.

    `scopes` are the actions that its token may do, of those that its role may; None is all of them.
    """

    role: Role = Role.PUBLIC
    organization: str | None = None
    region: str | None = None
    token: str | None = None
    key: str = "public"
    scopes: frozenset[str] | None = None


PUBLIC = Principal()
"""Who brings no token."""
SYSTEM = Principal(Role.ADMINISTRATOR, key="system")
"""The operator at the command line of the machine that holds the data."""


@dataclass(frozen=True, slots=True)
class Context:
    """One request's means: reads, the door, the vault, and the clock.

    `keeper` is a pool of the door's role, for what only that role may see or write outside the journal: the
    vault's rows and API tokens.  `verifier` runs replays in the background (`resolvers/verification.py`);
    `eraser` opens a connection of the eraser's role; `forget` drops a token that this process remembers.  `attempts`
    keeps traces of refused commands (`resolvers/attempts.py`).  `language` is that of messages, `en` or `zh`;
    `auditors` are the verifier keys of auditors that the operator pinned.
    """

    principal: Principal
    journal: Journal
    reader: Reader
    now: Callable[[], datetime]
    door: "Door | None" = None
    vault: "Vault | None" = None
    keeper: Any = None
    verifier: Any = None
    eraser: Any = None
    forget: Callable[[UUID], None] = lambda _token: None
    attempts: Any = None
    language: str = "en"
    auditors: tuple[str, ...] = ()

    def journal_origin(self) -> str:
        """The journal's name for the world."""
        assert self.door is not None, "the composition root gives every context that records a door"
        return self.door.journal.origin

    def as_principal(self, principal: Principal, language: str = "en") -> "Context":
        """The same means for another principal."""
        return replace(self, principal=principal, language=language)

    def today(self) -> date:
        """The civil date in the journal's zone."""
        return self.now().astimezone(CIVIL).date()
