"""A small book at the real door: one organization, one fund account `f1`, one bank account `b1`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg

from db.journal import Door, Journal, open_journal
from db.pools import Database
from ledger import canonical
from ledger.commands import Command, Move
from ledger.replay import Replay

ORIGIN = "mingzhang.test/test"
DONORS = "outside/o1/donors:natural:bank/CNY/2"
WORLD = "outside/o1/custody/CNY/2"
VENDORS = "outside/o1/vendors/CNY/2"
FACTS = {"type": "social-organization", "status": [{"kind": "registered", "from": "2000-01-01"}]}


def utcnow() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def command(
    kind: str,
    data: dict[str, Any] | None = None,
    fund: Sequence[Move] = (),
    custody: Sequence[Move] = (),
    **other: str | None,
) -> Command:
    """A command of organization `o1`, dated 2026-01-01, with a random id unless one is given."""
    fields: dict[str, Any] = {
        "id": str(uuid4()), "mode": "instructed", "actor": "test", "effective": "2026-01-01", "organization": "o1"
    }  # fmt: skip
    return Command(kind=kind, data=data or {}, fund=tuple(fund), custody=tuple(custody), **fields | other)


def donation(units: int = 100, **other: str | None) -> Command:
    """A donation of `units` fen to `f1`, paid into `b1`."""
    return command("donation", {"channel": "bank"}, [Move(DONORS, "f1", units)], [Move(WORLD, "b1", units)], **other)


def expense(units: int, **other: str | None) -> Command:
    """An expense of `units` fen from `f1`, paid from `b1`."""
    return command("expense", {}, [Move("f1", VENDORS, units)], [Move("b1", WORLD, units)], **other)


async def found(door: Door, keeper: asyncpg.Connection) -> None:
    """Open the journal and its few accounts, unless they are there."""
    if await keeper.fetchval("select size from head where journal = $1", door.journal.id):
        return
    origin = {"origin": door.journal.origin, "specification": "1", "zone": "Asia/Shanghai", "keys": []}
    await door.append(command("journal_opened", origin, organization=None))
    bound = {"noun": "organization", "record": "o1", "version": 1, "digest": "0" * 64, "facts": FACTS}
    await door.append(command("record_bound", bound, organization=None))
    await keeper.execute(
        "insert into organization (journal, id, version, position, name, kind, identifiers) "
        "values ($1, 'o1', 1, 1, 'test', 'social-organization', '{}')",
        door.journal.id,
    )
    await keeper.execute(
        "insert into organization_status (journal, organization, n, kind, valid_from) "
        "values ($1, 'o1', 0, 'registered', '2000-01-01')",
        door.journal.id,
    )
    for name, book, klass in (("f1", "fund", "fund"), ("b1", "custody", "bank")):
        terms = {"account": name, "book": book, "class": klass, "asset": "CNY/2"}
        await door.append(command("account_opened", terms))


@asynccontextmanager
async def opened(database: Database, *, found_it: bool = True) -> AsyncIterator[Door]:
    """A door on the test journal of a database."""
    async with database.pool("door", most=4) as pool:
        journal: Journal = await open_journal(pool, "test", ORIGIN)
        door = Door(pool, journal, utcnow)
        if found_it:
            keeper = await asyncpg.connect(database.keeper)
            try:
                await found(door, keeper)
            finally:
                await keeper.close()
        try:
            yield door
        finally:
            await door.close()


async def replayed(database: Database) -> Replay:
    """Replay the stored leaves and compare head, tree and accounts with what PostgreSQL holds."""
    keeper = await asyncpg.connect(database.keeper)
    try:
        leaves = await keeper.fetch("select leaf, hash from leaf order by position")
        entries: dict[int, dict[str, Any]] = {}
        replay = Replay(entries)
        for row in leaves:
            entries[replay.size] = canonical.decode(row["leaf"])
            replay.step(row["leaf"])
        head = await keeper.fetchrow("select size, root, last from head")
        stored = await keeper.fetch("select id, seq, total_in, total_out, free from account order by id")
    finally:
        await keeper.close()
    assert head is not None
    assert (head["size"], head["root"]) == (replay.size, replay.frontier.root())
    assert head["last"].hex() == replay.state.head.prev
    known = [
        (a.id, a.seq, a.total_in, a.total_out, [v for span in a.free for v in span])
        for a in sorted(replay.state.accounts.values(), key=lambda a: a.id)
    ]
    assert [tuple(row.values()) for row in stored] == known
    return replay
