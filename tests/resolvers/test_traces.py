"""Traces in SQL against the same arithmetic over all slices in memory, on random books."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import astuple
from typing import Any

import asyncpg
import pytest

from db import flows as recorded
from db.pools import Database
from ledger import flows
from ledger.flows import Slice, Slices
from ledger.kinds import KINDS
from tests.ledger.books import Book

MOST = 100_000
COLUMNS = ("journal", "position", "posting", "n", "source", "lo", "hi", "target", "landed", "landed_hi")


@pytest.fixture
async def conn(fresh_database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A superuser of a database with one journal."""
    made = await asyncpg.connect(fresh_database.keeper)
    await made.execute("insert into journal (id, name, origin) values (1, 'main', 'mingzhang.test/main')")
    yield made
    await made.close()


def book(seed: int, steps: int = 150) -> list[Slice]:
    """The slices of a random book: designations, returns, corrections and conversions included."""
    made = Book(seed, watched=False)
    for _ in range(steps):
        made.step()
    return made.slices


def pieces(flow: flows.Flow) -> list[tuple[Any, ...]]:
    """A trace's ends as values to compare."""
    return [astuple(piece) for piece in flow.ends]


@pytest.mark.parametrize("seed", range(6), ids=lambda seed: f"seed{seed}")
async def test_both_ways_and_as_of(conn: asyncpg.Connection, seed: int) -> None:
    everything = book(seed)
    await conn.copy_records_to_table("slice", columns=COLUMNS, records=[(1, *astuple(item)) for item in everything])
    last = max(item.position for item in everything)
    for position in sorted({item.position for item in everything}):
        own = [item for item in everything if item.position == position]
        for until in {last, (position + last) // 2}:
            whole = Slices(everything, as_of=until)
            starts = [item for item in own if flows.is_outside(item.source)]
            if starts:
                found = set(await recorded.forward(conn, 1, position, None, until, MOST))
                wanted = flows.forward(starts, whole)
                assert pieces(flows.forward(starts, Slices(found, as_of=until))) == pieces(wanted)
                assert wanted.total == sum(item.hi - item.lo for item in starts)
            paid = [item for item in own if item.target.startswith("posting/")]
            if paid:
                found = set(await recorded.backward(conn, 1, position, None, until, MOST))
                wanted = flows.backward(paid, whole)
                assert pieces(flows.backward(paid, Slices(found, as_of=until))) == pieces(wanted)


async def test_a_limit_ends_the_recursion(conn: asyncpg.Connection) -> None:
    chain = [(1, n, 0, 0, f"a{n}" if n else "outside/o/donors/CNY/2", 0, 10, f"a{n + 1}", 0, 10) for n in range(500)]
    await conn.copy_records_to_table("slice", columns=COLUMNS, records=chain)
    assert len(await recorded.forward(conn, 1, 0, None, 499, 20)) == 20
    assert len(await recorded.backward(conn, 1, 499, None, 499, MOST)) == 500


def test_every_kind_that_returns_money_is_a_kind() -> None:
    from resolvers.traces import RETURNS  # noqa: PLC0415 - the rule beside its test

    assert set(KINDS) >= RETURNS
