"""Closing and reopening periods."""

from datetime import date
from typing import Any

import strawberry

from resolvers import periods
from resolvers.periods import Closing, Reopening
from schema.mutations.codes import ReopenGround
from schema.mutations.inputs import EntryHead
from schema.mutations.payloads import mutation, payload
from schema.scalars import Hex


@strawberry.input
class PeriodInput(EntryHead):
    """By whom a period is closed or reopened, and the paper that says so."""

    authority: str
    """A code of who decided it, such as `council` or `auditor`; never a person."""
    evidence: Hex | None = None
    """SHA-256 of the paper."""
    reference: str | None = None
    """The number of the paper."""

    def decided(self) -> dict[str, Any]:
        """The head, the authority and the paper."""
        evidence = self.evidence.hex() if self.evidence is not None else None
        return self.head() | {"authority": self.authority, "evidence": evidence, "reference": self.reference}


@strawberry.input
class ClosePeriodInput(PeriodInput):
    """Books to close through a day."""

    through: date
    """The last day that is closed."""

    def request(self) -> Closing:
        """The use case's request."""
        return Closing(**self.decided(), through=self.through.isoformat())


@strawberry.input
class ReopenPeriodInput(PeriodInput):
    """Books to open again from a day on; a paper is named."""

    first: date
    """The first day that is open again."""
    ground: ReopenGround
    """Why."""

    def request(self) -> Reopening:
        """The use case's request."""
        return Reopening(**self.decided(), first=self.first.isoformat(), ground=self.ground.value)


@strawberry.type
class PeriodMutations:
    """Closing and reopening periods."""

    close_period = mutation(periods.close_period, ClosePeriodInput, payload("ClosePeriodPayload"))
    """Close an organization's books through a day (结账)."""
    reopen_period = mutation(periods.reopen_period, ReopenPeriodInput, payload("ReopenPeriodPayload"))
    """Open an organization's books again from a day on (反结账)."""
