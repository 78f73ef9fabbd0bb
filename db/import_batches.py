"""Point reads of an import: what came before, which rows are in, which decisions wait."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from db import statements
from db.journal import Companion

_SQL = statements.load("imports")

Pool = Any
"""An asyncpg pool of the reader's role."""


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch of the journal: digests in hex, `total` in minor units, positions of its two ends."""

    id: str
    file_digest: str
    rows_digest: str
    rows: int
    total: int
    opened: int
    closed: int | None


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A donation that awaits, or had, a decision; `closed` is where its batch ended, None while it is open."""

    position: int
    batch: str
    row_number: int
    reason: str
    resolved: int | None
    organization: str
    asset: str
    closed: int | None


@dataclass(frozen=True, slots=True)
class Landed:
    """Units [lo, hi) of a donation on the undetermined account's axis."""

    posting: int
    account: str
    asset: str
    lo: int
    hi: int


async def batches_of_rows(
    pool: Pool, journal: int, organization: str, digests: Iterable[str]
) -> dict[str, StoredBatch]:
    """The batches in which these rows came before, by rows digest."""
    wanted = [bytes.fromhex(digest) for digest in digests]
    found = (
        StoredBatch(
            row["id"], row["file_digest"].hex(), row["rows_digest"].hex(), row["row_count"], row["total"],
            row["opened"], row["closed"],
        )
        for row in await pool.fetch(_SQL.batches_of_rows, journal, organization, wanted)
    )  # fmt: skip
    return {batch.rows_digest: batch for batch in found}


async def rows_recorded(pool: Pool, journal: int, batch: str) -> dict[int, int]:
    """Row number → position, of the rows of a batch that are entries."""
    return {row["row_number"]: row["position"] for row in await pool.fetch(_SQL.rows_recorded, journal, batch)}


async def decision(pool: Pool, journal: int, position: int) -> StoredDecision | None:
    """The decision on the donation at a position, or None."""
    row = await pool.fetchrow(_SQL.decision, journal, position)
    return None if row is None else StoredDecision(*row.values())


async def landed_undetermined(pool: Pool, journal: int, position: int) -> list[Landed]:
    """Where a donation's undetermined units lie."""
    return [Landed(*row.values()) for row in await pool.fetch(_SQL.landed_undetermined, journal, position)]


async def commands_known(pool: Pool, journal: int, ids: Iterable[str]) -> dict[str, int]:
    """Command id → position, of those that have become entries."""
    rows = await pool.fetch(_SQL.commands_known, journal, [UUID(each) for each in ids])
    return {str(row["id"]): row["position"] for row in rows}


async def organizations_identified(pool: Pool, journal: int, identifiers: Iterable[str]) -> dict[str, str]:
    """Identifier of another scheme → the organization that has it, the earliest recorded."""
    rows = await pool.fetch(_SQL.organizations_identified, journal, list(identifiers))
    return {row["identifier"]: row["id"] for row in reversed(rows)}


async def records_there(pool: Pool, journal: int, noun: str, ids: Iterable[str]) -> set[str]:
    """Which of these records are there."""
    return {row["id"] for row in await pool.fetch(_SQL.records_there, journal, noun, list(ids))}


def row_companion(batch: str, number: int, content: bytes, digest: bytes) -> Companion:
    """What a source row said, to be stored with its entry."""
    return Companion("import_rows", "insert", (batch, number, content, digest))


def decision_companion(batch: str, number: int, reason: str, suggestion: list[dict[str, Any]]) -> Companion:
    """A decision that its entry awaits."""
    said = orjson.dumps(suggestion).decode() if suggestion else None
    return Companion("imports", "await_decision", (batch, number, reason, said))


def resolution_companion(position: int) -> Companion:
    """The decision on the donation at a position, settled by the entry that this goes with."""
    return Companion("imports", "resolve_decision", (position,))
