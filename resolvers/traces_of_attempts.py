"""Refused commands, seen by those who supervise: a list that says nothing, and what was sealed, for a stated reason.

Opening is a read of sealed data: a sealed entry tells of it before the answer, as of every other
(`resolvers/personal.py`).  What is opened comes with its salt, so that anybody can be shown that it is what the
journal committed to (`ledger/openings.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from db import attempts
from db.attempts import Trace
from resolvers import acts
from resolvers.context import Context, Role
from resolvers.persons import keeper, number
from resolvers.policy import require
from resolvers.recording import submit
from resolvers.refusals import Refusal, malformed

MOST: Final = 100


@dataclass(frozen=True, slots=True, repr=False)
class OpenedAttempt:
    """What lies behind a trace, with its salt.  Neither is shown."""

    commitment: bytes
    position: int
    salt: bytes
    data: Mapping[str, Any]

    def __repr__(self) -> str:
        """Show no data."""
        return f"OpenedAttempt({self.position})"


async def list_attempts(ctx: Context, *, before: int | None = None) -> list[Trace]:
    """The newest 100 traces in entries before a position: where they are, and nothing of what they say."""
    require(ctx.principal, "read-attempts")
    return await attempts.newest(keeper(ctx), number(ctx), before, MOST)


async def open_attempts(ctx: Context, *, commitments: Sequence[bytes], reason: str) -> tuple[int, list[OpenedAttempt]]:
    """Open traces for a stated reason; answers the position of the sealed entry that tells of it, too.

    A supervisor sees those of organizations of its area.  Raises `COMMITMENT_NOT_FOUND` for what is no trace.
    """
    require(ctx.principal, "open-attempts")
    why = acts.reasoned(reason)
    if not 0 < len(commitments) <= MOST:
        raise malformed("commitments", f"must be 1 to {MOST}")
    known = await attempts.known(keeper(ctx), number(ctx), commitments)
    for commitment in commitments:
        if commitment not in known:
            raise Refusal("COMMITMENT_NOT_FOUND", ("input", "commitments"), commitment=commitment.hex())
    outcome = await submit(ctx, acts.told(ctx, acts.OPEN_ATTEMPTS, list(known), reason=why))
    assert ctx.vault is not None, "the composition root gives every context that records a vault"
    revealed = await ctx.vault.reveal(keeper(ctx), number(ctx), known)
    found = [OpenedAttempt(name, known[name], one.salt, one.data) for name, one in sorted(revealed.items())]
    return outcome.position, await _theirs(ctx, found)


async def _theirs(ctx: Context, found: list[OpenedAttempt]) -> list[OpenedAttempt]:
    """What this principal may see of what was opened."""
    if ctx.principal.role is not Role.SUPERVISOR:
        return found
    if ctx.principal.region is None:
        return []
    names = {str(one.data["organization"]) for one in found}
    area = await attempts.within(keeper(ctx), number(ctx), names, ctx.principal.region)
    return [one for one in found if one.data["organization"] in area]
