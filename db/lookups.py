"""Point reads that use cases make before they compose a command, as plain values.

They run on the reader's pool, outside the door's transaction: what they find is a courtesy to the
caller (a clear no, early); what must hold is decided behind the lock, or by a constraint.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db import statements
from ledger import canonical

_SQL = statements.load("lookups")

Pool = Any
"""An asyncpg pool of the reader's role."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an entry stands: its position, the ledger's clock, its leaf hash, and how far it is secured."""

    position: int
    at: datetime
    leaf_hash: bytes
    state: str


async def stored_entry(pool: Pool, journal: int, command: str) -> tuple[int, dict[str, Any]] | None:
    """Position and document of the entry that a command id became, or None."""
    row = await pool.fetchrow(_SQL.stored_entry, journal, UUID(command))
    return None if row is None else (row["position"], canonical.decode(row["leaf"]))


async def document_at(pool: Pool, journal: int, position: int) -> dict[str, Any] | None:
    """The document at a position, or None."""
    leaf = await pool.fetchval(_SQL.leaf_at, journal, position)
    return None if leaf is None else canonical.decode(leaf)


async def receipts(pool: Pool, journal: int, positions: Iterable[int]) -> dict[int, Receipt]:
    """The receipts of entries by position."""
    rows = await pool.fetch(_SQL.receipts, journal, list(positions))
    return {row["position"]: Receipt(row["position"], row["at"], row["hash"], row["state"]) for row in rows}


async def assets(pool: Pool, journal: int, accounts: Iterable[str]) -> dict[str, str]:
    """The asset of every account that exists."""
    rows = await pool.fetch(_SQL.assets, journal, list(accounts))
    return {row["id"]: row["asset"] for row in rows}


async def record_there(pool: Pool, journal: int, noun: str, record: str) -> bool:
    """Whether a record of this noun is there."""
    return bool(await pool.fetchval(_SQL.record_there, journal, noun, record))


async def projects(pool: Pool, journal: int, organization: str, names: Iterable[str]) -> set[str]:
    """Which of these projects the organization has."""
    rows = await pool.fetch(_SQL.projects, journal, organization, list(names))
    return {row["id"] for row in rows}


async def regions(pool: Pool, names: Iterable[str]) -> set[str]:
    """Which of these regions (`CODE@EDITION`) are in a loaded list."""
    wanted = list(names)
    rows = await pool.fetch(_SQL.regions, wanted, [name.partition("@")[0] for name in wanted])
    return {row["region"] for row in rows}


async def purposes(pool: Pool, codes: Iterable[str]) -> set[str] | None:
    """Which of these codes a loaded list of focus areas has; None when no list is loaded yet."""
    row = await pool.fetchrow(_SQL.purposes, list(codes))
    return set(row["known"]) if row["loaded"] else None


async def posting(pool: Pool, journal: int, position: int, n: int) -> tuple[str, str, str, int] | None:
    """From account, to account, asset and amount of one fund posting, or None."""
    row = await pool.fetchrow(_SQL.posting, journal, position, n)
    return None if row is None else (row["from_account"], row["to_account"], row["asset"], row["amount"])


async def use_of(pool: Pool, journal: int, position: int, n: int) -> dict[str, str]:
    """What one fund posting was spent on: only what is said."""
    row = await pool.fetchrow(_SQL.use_of, journal, position, n)
    return {} if row is None else {name: value for name, value in row.items() if value is not None}


async def valued(pool: Pool, journal: int, assets: Iterable[str]) -> set[str]:
    """Which of these goods have a lot that was declared with a value."""
    return {row["asset"] for row in await pool.fetch(_SQL.valued, journal, list(assets))}


async def record_at(pool: Pool, journal: int, position: int) -> bytes | None:
    """The canonical content of the record that an entry bound, or None."""
    content: bytes | None = await pool.fetchval(_SQL.record_at, journal, position)
    return content


async def uscc_holder(pool: Pool, journal: int, uscc: str) -> str | None:
    """Which organization has a unified social credit code."""
    holder: str | None = await pool.fetchval(_SQL.uscc_holder, journal, uscc)
    return holder


async def editions(pool: Pool, journal: int, name: str) -> list[str]:
    """The loaded editions of a list, the oldest first."""
    return [row["edition"] for row in await pool.fetch(_SQL.editions, journal, name)]


async def reference_content(pool: Pool, journal: int, name: str, edition: str) -> bytes | None:
    """One edition of a list as it was loaded, or None."""
    content: bytes | None = await pool.fetchval(_SQL.reference_content, journal, name, edition)
    return content


async def commitments(keeper: Pool, journal: int, position: int) -> list[bytes]:
    """The commitments of an entry behind which the vault holds something; `keeper` is of the door's role."""
    return [row["commitment"] for row in await keeper.fetch(_SQL.commitments, journal, position)]


async def owners(
    keeper: Pool, journal: int, commitments: Iterable[bytes], positions: Iterable[int]
) -> list[tuple[bytes, int, str | None]]:
    """(commitment, position, organization) of what lies in the vault under these names; as the door."""
    rows = await keeper.fetch(_SQL.owners, journal, list(commitments), list(positions))
    return [(row["commitment"], row["position"], row["organization"]) for row in rows]


async def entry_at(pool: Pool, journal: int, position: int) -> tuple[str, str | None] | None:
    """Kind and organization of the entry at a position, or None."""
    row = await pool.fetchrow(_SQL.entry_at, journal, position)
    return None if row is None else (row["kind"], row["organization"])


async def effectives(pool: Pool, journal: int, commands: Iterable[str]) -> dict[str, str]:
    """The value date (ISO text) of every command that was accepted."""
    rows = await pool.fetch(_SQL.effectives, journal, [UUID(command) for command in commands])
    return {str(row["id"]): row["effective"].isoformat() for row in rows}


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold that nothing has resolved; `until` is its end by the ledger's clock, if it has one."""

    position: int
    organization: str
    until: datetime | None


async def open_holds(pool: Pool, journal: int, after: int) -> list[OpenHold]:
    """The holds after a position that are open, in their order."""
    return [OpenHold(*row) for row in await pool.fetch(_SQL.open_holds, journal, after)]
