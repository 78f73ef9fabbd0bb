"""A small book to append to: one organization, some funds and banks, and gifts without end."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from db.journal import Door
from ledger.commands import Command, Move

FUNDS = 50
WORLD = "outside/o1/custody/CNY/2"
DONORS = "outside/o1/donors:natural:bank/CNY/2"


def version_7() -> Iterator[str]:
    """UUIDs of version 7 as our clients make them: the clock first, so that neighbours in time are neighbours."""
    for n in count():
        at = time.time_ns() // 1_000_000
        yield str(UUID(int=at << 80 | 7 << 76 | (n & 0xFFF) << 64 | 2 << 62 | random.getrandbits(62)))


def version_4() -> Iterator[str]:
    """Random UUIDs."""
    while True:
        yield str(uuid4())


def command(
    kind: str, data: dict[str, Any] | None = None, *moves: tuple[Move, ...], org: str | None = "o1", name: str = ""
) -> Command:
    """A command of the benchmark's small book."""
    fund, custody = (*moves, (), ())[:2]
    return Command(name or str(uuid4()), kind, "instructed", "bench", "2026-01-01", org, data or {}, fund, custody)


def entries(ids: Iterator[str], seed: int = 1) -> Iterator[Command]:
    """Ordinary entries without end: of four, two gifts, an allocation of one and a payment of another."""
    chance = random.Random(seed)
    for n, name in enumerate(ids):
        fund, bank, units = f"f{n // 4 % FUNDS}", f"b{n // 4 % FUNDS}", chance.randint(2, 100_000)
        if n % 4 < 2:
            paid = (Move(WORLD, bank, 200_000),)
            yield command("donation", {"channel": "bank"}, (Move(DONORS, fund, 200_000),), paid, name=name)
        elif n % 4 == 2:
            yield command("allocation", {}, (Move(fund, "project", units),), name=name)
        else:
            payee = "outside/o1/beneficiaries:project/CNY/2"
            yield command("disbursement", {}, (Move(fund, payee, units),), (Move(bank, WORLD, units),), name=name)


async def prepare(door: Door, pool: asyncpg.Pool) -> None:
    """Open the journal with one organization, its funds and its banks."""
    origin = {"origin": door.journal.origin, "specification": "1", "zone": "Asia/Shanghai", "keys": []}
    await door.append(command("journal_opened", origin, org=None))
    facts = {"type": "enterprise"}
    bound = {"noun": "organization", "record": "o1", "version": 1, "digest": "0" * 64, "facts": facts}
    await door.append(command("record_bound", bound, org=None))
    await pool.execute(
        "insert into organization (journal, id, version, position, name, kind, identifiers) "
        "values ($1, 'o1', 1, 1, 'bench', 'enterprise', '{}')",
        door.journal.id,
    )
    names = [("project", "fund", "fund")]
    for n in range(FUNDS):
        names += [(f"f{n}", "fund", "fund"), (f"b{n}", "custody", "bank")]
    opened = [{"account": name, "book": book, "class": klass, "asset": "CNY/2"} for name, book, klass in names]
    await door.append_linked([(command("account_opened", terms), ()) for terms in opened])
