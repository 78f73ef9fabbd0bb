"""Personal data on its way out: for a stated reason, with an entry that tells of it before the answer.

The entry is sealed: one of its eight commitments binds who read what and why, the others are random, and
nothing says which.  That somebody read something at this moment is public; the rest is opened by a
decision.  No other path decrypts.
"""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db import lookups
from db.journal import Outcome
from ledger.commands import OBSERVED, Command
from ledger.kinds import SEALED_WIDTH
from resolvers.context import Context, Role
from resolvers.persons import keeper, number
from resolvers.policy import require
from resolvers.recording import Prepared, submit
from resolvers.refusals import Refusal, malformed

MOST = 100
"""Entries or commitments of one request; and persons of one answer are at most as many rows of the vault."""
MOST_PERSONS = 5_000
_REASON = 500
_SEALED_ACTOR = "sealed"


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """What lies behind a commitment of an entry.  The data is not shown."""

    commitment: bytes
    position: int
    data: Mapping[str, Any]

    def __repr__(self) -> str:
        """Show no data."""
        return f"Opened({self.position})"


async def reveal_personal_data(
    ctx: Context, *, reason: str, commitments: Sequence[bytes] = (), positions: Sequence[int] = ()
) -> tuple[int, list[Opened]]:
    """Reveal what lies behind commitments, or behind all of an entry's; answers the sealed entry's position too.

    An officer sees its own organization's.  Raises `COMMITMENT_NOT_FOUND` for what is not there, or not theirs.
    """
    require(ctx.principal, "reveal-personal-data", organization=ctx.principal.organization)
    _check(reason, commitments, positions)
    found = await _theirs(ctx, commitments, positions)
    wanted = [commitment for commitment, _ in found]
    outcome = await tell(ctx, "reveal-personal-data", wanted, reason)
    assert ctx.vault is not None, "the composition root gives every context that records a vault"
    revealed = await ctx.vault.reveal(keeper(ctx), number(ctx), wanted)
    opened = [
        Opened(commitment, position, revealed[commitment].data)
        for commitment, position in found
        if commitment in revealed
    ]
    return outcome.position, opened


def check_reason(reason: str) -> None:
    """Raise `MALFORMED` where no reason is stated."""
    if not 0 < len(reason.strip()) <= _REASON:
        raise malformed("reason", f"must be 1 to {_REASON} characters")


def _check(reason: str, commitments: Sequence[bytes], positions: Sequence[int]) -> None:
    check_reason(reason)
    if not 0 < len(commitments) + len(positions) <= MOST:
        raise malformed("commitments", f"and positions must together be 1 to {MOST}")


async def _theirs(ctx: Context, commitments: Sequence[bytes], positions: Sequence[int]) -> list[tuple[bytes, int]]:
    """The (commitment, position) pairs that this principal may open; raises `COMMITMENT_NOT_FOUND`."""
    rows = await lookups.owners(keeper(ctx), number(ctx), commitments, positions)
    mine = [
        (commitment, position)
        for commitment, position, organization in rows
        if ctx.principal.role is not Role.OFFICER or organization == ctx.principal.organization
    ]
    known = {commitment for commitment, _ in mine}
    for commitment in commitments:
        if commitment not in known:
            raise Refusal("COMMITMENT_NOT_FOUND", ("input", "commitments"), commitment=commitment.hex())
    held = {position for _, position in mine}
    for position in positions:
        if position not in held:
            raise Refusal("COMMITMENT_NOT_FOUND", ("input", "positions"), commitment=f"entry {position}")
    if len(mine) > MOST_PERSONS:
        raise malformed("positions", f"stand for more than {MOST_PERSONS} persons")
    return mine


async def tell(ctx: Context, act: str, wanted: Sequence[bytes], reason: str) -> Outcome:
    """Record that somebody reads what lies behind commitments, and why: a sealed entry, before the answer."""
    require(ctx.principal, act, organization=ctx.principal.organization)
    return await submit(ctx, _telling(ctx, act, wanted, reason))


def _telling(ctx: Context, name: str, wanted: Sequence[bytes], reason: str) -> Prepared:
    """The sealed entry: what binds the act among random commitments, in an order by chance."""
    assert ctx.vault is not None, "the composition root gives every context that records a vault"
    act = {
        "act": name, "actor": ctx.principal.key, "reason": reason.strip(),
        "commitments": [commitment.hex() for commitment in wanted],
    }  # fmt: skip
    real = ctx.vault.seal(number(ctx), act)
    all_of_them = [real.commitment.hex(), *(secrets.token_hex(32) for _ in range(SEALED_WIDTH - 1))]
    secrets.SystemRandom().shuffle(all_of_them)
    command = Command(
        id=str(uuid.uuid4()), kind="sealed", mode=OBSERVED, actor=_SEALED_ACTOR, effective=str(ctx.today()),
        data={"commitments": all_of_them},
    )  # fmt: skip
    return Prepared(command, real.companions)
