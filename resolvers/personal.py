"""Personal data on its way out: for a stated reason, with an entry that tells of it before the answer.

The entry is sealed: one of its eight commitments binds who read what and why, the others are random, and
nothing says which.  That somebody read something at this moment is public; the rest is opened by a
decision.  No other path decrypts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db import erasures, lookups
from resolvers import acts
from resolvers.context import Context, Role
from resolvers.persons import keeper, number
from resolvers.policy import require
from resolvers.recording import submit
from resolvers.refusals import Refusal, malformed

MOST = 100
"""Entries or commitments of one request; and persons of one answer are at most as many rows of the vault."""
MOST_PERSONS = 5_000


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

    An officer sees its own organization's.  Raises `COMMITMENT_NOT_FOUND` for what is not there, or not theirs, and
    `STORAGE_ONLY` for an officer where somebody who asked to be forgotten is kept by law; of whole entries such persons
    are left out.
    """
    require(ctx.principal, "reveal-personal-data", organization=ctx.principal.organization)
    why = acts.reasoned(reason)
    _check(commitments, positions)
    found = await _theirs(ctx, commitments, positions)
    wanted = [commitment for commitment, _ in found]
    outcome = await submit(ctx, acts.told(ctx, acts.REVEAL, wanted, reason=why))
    assert ctx.vault is not None, "the composition root gives every context that records a vault"
    revealed = await ctx.vault.reveal(keeper(ctx), number(ctx), wanted)
    opened = [
        Opened(commitment, position, revealed[commitment].data)
        for commitment, position in found
        if commitment in revealed
    ]
    return outcome.position, opened


def _check(commitments: Sequence[bytes], positions: Sequence[int]) -> None:
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
    return mine if ctx.principal.role is not Role.OFFICER else await _usable(ctx, mine, commitments)


async def _usable(ctx: Context, mine: Sequence[tuple[bytes, int]], asked: Sequence[bytes]) -> list[tuple[bytes, int]]:
    """What may be more than stored; raises `STORAGE_ONLY` for what was asked for by its commitment."""
    marks = await erasures.marks(keeper(ctx), number(ctx), [commitment for commitment, _ in mine])
    stored = {mark.commitment for mark in marks if mark.mark == erasures.STORAGE_ONLY}
    for commitment in asked:
        if commitment in stored:
            raise Refusal("STORAGE_ONLY", ("input", "commitments"), commitment=commitment.hex())
    return [(commitment, position) for commitment, position in mine if commitment not in stored]


@dataclass(frozen=True, slots=True, repr=False)
class Access:
    """One reading of personal data, or of this log: which sealed entry tells of it, who, of what, and why."""

    position: int
    at: datetime
    act: str
    actor: str
    reason: str
    commitments: tuple[bytes, ...]

    def __repr__(self) -> str:
        """Show no reason: people write names into it."""
        return f"Access({self.position})"


async def read_access_log(
    ctx: Context, *, reason: str, before: int | None = None, first: int = MOST
) -> tuple[int, list[Access]]:
    """Who read whose personal data, and why: the newest readings before a position; and the sealed entry of this one.

    Whoever reads the log is in it.
    """
    require(ctx.principal, "read-access-log")
    why = acts.reasoned(reason)
    if not 0 < first <= MOST:
        raise malformed("first", f"must be 1 to {MOST}")
    outcome = await submit(ctx, acts.told(ctx, acts.READ_LOG, reason=why))
    found: dict[int, Access] = {}
    async for act in acts.opened(ctx, before=outcome.position if before is None else before):
        if act.data.get("act") not in (acts.REVEAL, acts.READ_LOG, acts.OPEN_ATTEMPTS, acts.PROVE_LINE):
            continue
        if act.position not in found and len(found) == first:
            break
        more = tuple(bytes.fromhex(name) for name in act.data["commitments"])
        known = found[act.position].commitments if act.position in found else ()
        said = act.data
        found[act.position] = Access(act.position, act.at, said["act"], said["actor"], said["reason"], known + more)
    return outcome.position, list(found.values())
