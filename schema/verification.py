"""The operator's own background replay: when it last came to its end, and what it found."""

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from resolvers import verification
from resolvers.context import Context
from schema.scalars import BigInt

_WHAT = strawberry.argument(description="What to replay.")

Info = strawberry.Info[Context, None]


@strawberry.enum
class Verdict(Enum):
    """Verified; or the journal itself is inconsistent; or what is served of it differs from it."""

    VERIFIED = "VERIFIED"
    INCONSISTENT = "INCONSISTENT"
    DIFFERS = "DIFFERS"


@strawberry.type
class VerificationFinding:
    """Something that a replay found wrong."""

    category: str
    """What sort of thing: inconsistent, rule, served, unknown."""
    position: BigInt | None
    """The entry it belongs to, if it belongs to one."""
    field: str
    """What differs."""
    expected: str
    """What it should be."""
    actual: str
    """What it is."""
    source: str
    """Where: leaf, or the table that is served."""


@strawberry.type
class Verification:
    """A completed replay. It is the operator's word: whoever needs more runs `mingzhang-audit`."""

    size: BigInt
    """How many entries it covered."""
    finished: datetime
    """When it came to its end."""
    age_seconds: int
    """How long ago that was."""
    verdict: Verdict
    """What it came to."""
    finding_count: int
    """How many findings were kept, at most 100."""
    findings: list[VerificationFinding]
    """The findings; for administrators, auditors and inspectors."""
    running: bool
    """Whether another replay is under way in this process."""


@strawberry.input
class StartVerificationInput:
    """What to replay; `{}` is this server's journal."""

    journal: str | None = None
    """The journal's name, for callers who would not start another one's replay by mistake."""


@strawberry.type
class StartVerificationPayload:
    """Whether a replay was started."""

    started: bool
    """False if one was under way already."""


@strawberry.type
class VerificationQueries:
    """Replays."""

    @strawberry.field
    async def verify_ledger(self, info: Info) -> Verification | None:
        """The last completed background replay, with its position and age; null before the first."""
        found = await verification.last_verification(info.context)
        if found is None:
            return None
        return Verification(
            size=BigInt(found.size),
            finished=found.finished,
            age_seconds=found.age,
            verdict=Verdict(found.verdict),
            finding_count=found.count,
            findings=[VerificationFinding(**item) for item in found.findings],
            running=found.running,
        )


@strawberry.type
class VerificationMutations:
    """Replays."""

    @strawberry.field
    async def start_verification(
        self,
        info: Info,
        input: Annotated[StartVerificationInput, _WHAT],  # noqa: A002 - the contract's convention
    ) -> StartVerificationPayload:
        """Start a replay in the background; administrators and auditors may."""
        started = verification.start_verification(info.context, input.journal)
        return StartVerificationPayload(started=started)
