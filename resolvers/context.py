"""What a use case is given: who asks, of which journal, and what it may use.

`Context` is built by the composition root for each request; use cases take it
as their first argument and reach for nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from db.answers import Reader
from db.plans import Journal

if TYPE_CHECKING:  # reads start without the door and the ledger behind it
    from db.journal import Door

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
    """Who asks: an officer has an organization, a supervisor a region (`code@edition`)."""

    role: Role = Role.PUBLIC
    organization: str | None = None
    region: str | None = None
    token: str | None = None


PUBLIC = Principal()
"""Who brings no token."""


@dataclass(frozen=True, slots=True)
class Context:
    """One request's means: reads, the door, the vault, and the clock."""

    principal: Principal
    journal: Journal
    reader: Reader
    now: Callable[[], datetime]
    door: "Door | None" = None
    vault: object = None

    def today(self) -> date:
        """The civil date in the journal's zone."""
        return self.now().astimezone(CIVIL).date()
