"""Forgetting a person: an entry first, then the vault, and never while the law wants the books to be complete.

The entry names every commitment behind which something lay, so that a verifier knows *erased* from *missing*.  If the
power goes between entry and vault, `erase_again` ends the work at the next start; it also ends it for a vault that was
restored from a backup older than the erasure.

What keeps a person's data is in `resolvers/retention.py`.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from db import erasures, vault
from ledger.commands import INSTRUCTED, Command
from ledger.kinds import MOST_ERASED
from resolvers import retention
from resolvers.context import Context
from resolvers.persons import keeper, number
from resolvers.policy import require
from resolvers.recording import Prepared, submit
from resolvers.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Erased:
    """The entries that tell of an erasure, and how many commitments can no longer be opened."""

    positions: tuple[int, ...]
    commitments: int


async def erase_person(ctx: Context, *, commitment: bytes, ground: str) -> Erased:
    """Forget the person behind a commitment: all that lies in the vault of them.

    Raises `COMMITMENT_NOT_FOUND` or `RETENTION` (then their data may be stored and nothing else, PIPL 47).
    """
    require(ctx.principal, "erase-personal-data")
    positions: list[int] = []
    count = 0
    while True:
        found = await erasures.behind(keeper(ctx), number(ctx), commitment)
        if not found:
            if positions:
                return Erased(tuple(positions), count)  # another process ended it
            raise Refusal("COMMITMENT_NOT_FOUND", ("input", "commitment"), commitment=commitment.hex())
        if kept := await retention.keeping(ctx, found):
            await retention.stored_only(ctx, found, kept, ground)
            raise Refusal("RETENTION", ("input", "commitment"), basis=kept.basis, until=kept.until)
        told = sorted(one.commitment for one in found)
        positions += await _tell(ctx, told, ground)
        if await _erase(ctx, found[0].person, told):
            return Erased(tuple(positions), len(told))
        count = len(told)  # more was sealed meanwhile: it is told of, too


async def _tell(ctx: Context, commitments: Sequence[bytes], ground: str) -> list[int]:
    """Append the entries that say what is erased; returns their positions."""
    positions = []
    for start in range(0, len(commitments), MOST_ERASED):
        some = [one.hex() for one in commitments[start : start + MOST_ERASED]]
        command = Command(
            id=str(uuid.uuid4()), kind="personal_data_erased", mode=INSTRUCTED, actor=ctx.principal.key,
            effective=str(ctx.today()), data={"commitments": some, "ground": ground},
        )  # fmt: skip
        positions.append((await submit(ctx, Prepared(command))).position)
    return positions


async def _erase(ctx: Context, person: uuid.UUID, told: Sequence[bytes]) -> bool:
    """Destroy what was told of; false (and nothing done) when there is more."""
    assert ctx.eraser is not None, "the composition root gives every context that erases an eraser"
    conn = await ctx.eraser()
    try:
        async with conn.transaction():
            _all_told_of(await vault.erase(conn, number(ctx), person), told)
    except _MoreError:
        return False
    except vault.PersonUnknownError:
        return True
    finally:
        await conn.close()
    return True


def _all_told_of(gone: Iterable[bytes], told: Iterable[bytes]) -> None:
    if not set(gone) <= set(told):
        raise _MoreError


class _MoreError(Exception):
    """Something was sealed between the entry and the erasure."""


async def erase_again(ctx: Context, lost: Mapping[bytes, str] | None = None) -> int:
    """Erase what an erasure's entry names and the vault still holds; returns how many persons that were.

    `lost` has the commitments (and the grounds) that a newer mirror's entries name.  Those that no entry of this
    database names any more are told of again, so that they are erased with an entry, and not missing.
    """
    require(ctx.principal, "erase-personal-data")
    named = await erasures.erased(ctx.reader, number(ctx))
    again: dict[str, list[bytes]] = {}
    for commitment, ground in sorted((lost or {}).items()):
        if commitment not in named:
            again.setdefault(ground, []).append(commitment)
    for ground, commitments in again.items():
        await _tell(ctx, commitments, ground)
    persons = await erasures.still_there(keeper(ctx), number(ctx), sorted({*named, *(lost or {})}))
    for person, behind in persons.items():
        await _forget(ctx, person, behind, named | set(lost or {}))
    return len(persons)


async def _forget(ctx: Context, person: uuid.UUID, behind: Sequence[bytes], named: Collection[bytes]) -> None:
    """Erase somebody whose erasure stands in the journal; what it did not tell of yet is told of first."""
    told = sorted(behind)
    if more := [one for one in told if one not in named]:
        await _tell(ctx, more, "request")
    await _erase(ctx, person, told)
