"""Sealed acts: what would warn a suspect or expose a person is told to the journal at once, and to nobody else.

An act is sealed in the vault; its commitment stands among random ones in an entry of fixed size, in an order by chance.
That something was done at this moment is public; by whom, to whom and why is opened by a decision.
"""

import secrets
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from db import erasures
from db.journal import Companion
from ledger.commands import OBSERVED, Command
from ledger.kinds import SEALED_WIDTH
from resolvers.context import Context
from resolvers.persons import keeper, number
from resolvers.recording import Prepared
from resolvers.refusals import malformed

REVEAL: Final = "reveal-personal-data"
READ_LOG: Final = "read-access-log"
OPEN_ATTEMPTS: Final = "open-attempts"
PLACE_CASE_HOLD: Final = "place-case-hold"
LIFT_CASE_HOLD: Final = "lift-case-hold"
PROVE_LINE: Final = "prove-roster-line"
RESTRICT: Final = "restrict-personal-data"

_ACTOR: Final = "sealed"
_REASON: Final = 500
_PART: Final = 700
"""Commitments of one part of an act, so that it stays below what the vault takes; an entry has room for eight parts."""
_PAGE: Final = 500


@dataclass(frozen=True, slots=True, repr=False)
class Act:
    """One act: the sealed entry that tells of it, when, and what it was.  The data is not shown."""

    position: int
    at: datetime
    commitment: bytes
    data: Mapping[str, Any]

    def __repr__(self) -> str:
        """Show no data."""
        return f"Act({self.position})"


def reasoned(reason: str) -> str:
    """The reason of an act without its margins; raises `MALFORMED` for none, or too long a one."""
    stripped = reason.strip()
    if not 0 < len(stripped) <= _REASON or "\0" in stripped:
        raise malformed("reason", f"must be 1 to {_REASON} characters, and no U+0000")
    return stripped


def told(
    ctx: Context, act: str, commitments: Sequence[bytes] = (), companions: Sequence[Companion] = (), **facts: object
) -> Prepared:
    """The sealed entry that tells of an act by this principal on these commitments."""
    assert ctx.vault is not None, "the composition root gives every context that records a vault"
    head = {"act": act, "actor": ctx.principal.key, **facts}
    starts = range(0, max(1, len(commitments)), _PART)
    parts = [[one.hex() for one in commitments[start : start + _PART]] for start in starts]
    real = [ctx.vault.seal(number(ctx), {**head, "commitments": part}) for part in parts]
    all_of_them = [one.commitment.hex() for one in real]
    all_of_them += [secrets.token_hex(32) for _ in range(SEALED_WIDTH - len(real))]
    secrets.SystemRandom().shuffle(all_of_them)
    command = Command(
        id=str(uuid.uuid4()), kind="sealed", mode=OBSERVED, actor=_ACTOR, effective=str(ctx.today()),
        data={"commitments": all_of_them},
    )  # fmt: skip
    return Prepared(command, (*(row for one in real for row in one.companions), *companions))


async def opened(ctx: Context, *, before: int = erasures.END) -> AsyncIterator[Act]:
    """Every act that the vault holds, before a position, the newest first; the caller has asked the policy."""
    assert ctx.vault is not None, "as above"
    while True:
        found = await erasures.acts(keeper(ctx), number(ctx), before=before, most=_PAGE)
        revealed = await ctx.vault.reveal(keeper(ctx), number(ctx), [one.commitment for one in found])
        whole = len(found) < _PAGE
        # A page may end inside an entry: what it has of that one comes again with the next.
        last = -1 if whole or not found else found[-1].position
        for one in found:
            if one.commitment in revealed and one.position != last:
                yield Act(one.position, one.at, one.commitment, revealed[one.commitment].data)
        if whole:
            return
        before = last + 1
