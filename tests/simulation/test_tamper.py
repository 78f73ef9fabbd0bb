"""The administrator reaches every column, leaves the fences as they were, and can take everything back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from db import catalog
from db.pools import Database
from tests.simulation.tamper import (
    Column,
    Plan,
    Table,
    apply,
    other_values,
    some_values,
    survey,
    tables,
    undo,
    unfenced,
)

LITERAL = {
    "bytea": "sha256($1::text::bytea)",
    "bigint": "$1::bigint",
    "integer": "$1::integer",
    "text": "'t' || $1",
    "uuid": "md5($1)::uuid",
    "json": "json_build_object('n', $1)",
    "date": "date '2020-01-01' + $1::integer",
    "timestamp with time zone": "timestamptz '2020-01-01 00:00:00+00' + make_interval(secs => $1::integer)",
    "text[]": "array['t' || $1]",
    "bigint[]": "array[$1::bigint]",
    "bytea[]": "array[sha256($1::text::bytea)]",
}


@pytest.fixture
async def superuser(fresh_database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A superuser in a database with three made-up rows in every watched table: all set, all set, nulls."""
    conn = await asyncpg.connect(fresh_database.keeper)
    await conn.execute("insert into journal select n, 'j' || n, 'test/' || n from generate_series(1, 3) as n")
    for table in await tables(conn):
        for n in (1, 2, 3):
            await conn.execute(
                f"insert into {table.name} select {', '.join(_made_up(c, table, bare=n == 3) for c in table.columns)}"
                " from (select $1::text) as made",
                str(n),
            )
    yield conn
    await conn.close()


def _made_up(column: Column, table: Table, *, bare: bool) -> str:
    if column.name == "journal":
        return "$1::integer" if table.key == ("journal",) else "1"
    if bare and column.nullable:
        return "null"
    if column.literals:
        return f"'{column.literals[0]}'"
    larger = column.name in {"hi", "landed_hi"}
    return LITERAL[column.type] + (" + 1" if larger else "")


@pytest.fixture
async def plan(superuser: asyncpg.Connection) -> Plan:
    """Everything that can be changed."""
    return await survey(superuser, seed=1)


async def test_every_column_of_every_watched_table_is_reached(superuser: asyncpg.Connection, plan: Plan) -> None:
    assert plan.unreached == ()
    changed = {(change.table, change.column) for change in plan.changes if change.kind == "change"}
    watched = await tables(superuser)
    assert changed == {(table.name, column.name) for table in watched for column in table.columns}
    assert {table.name for table in watched} >= {"leaf", "record", "posting", "account", "head", "tile"}
    for kind in ("null", "fill"):
        reached = {(change.table, change.column) for change in plan.changes if change.kind == kind}
        assert reached == {
            (table.name, column.name) for table in watched for column in table.columns if column.nullable
        }
    for kind in ("delete", "insert", "reorder"):
        assert {change.table for change in plan.changes if change.kind == kind} >= {
            table.name
            for table in watched
            if table.name != "head" and (kind != "reorder" or len(table.columns) > len(table.key))
        }
    assert len({change.name for change in plan.changes}) == len(plan.changes)


async def test_every_change_is_made_and_taken_back(superuser: asyncpg.Connection, plan: Plan) -> None:
    async def print_of(table: str) -> list[str]:
        return [row["t"] for row in await superuser.fetch(f"select t::text from {table} as t order by 1")]

    for change in plan.changes:
        before = await print_of(change.table)
        await apply(superuser, change)
        after = await print_of(change.table)
        assert sorted([*before, *change.after]) == sorted([*after, *change.before])
        assert after != before
        await undo(superuser, change)
        assert await print_of(change.table) == before
    assert await catalog.audit(superuser) == []


async def test_the_fences_stand_again(superuser: asyncpg.Connection) -> None:
    async with superuser.transaction(), unfenced(superuser, "leaf"):
        assert await superuser.execute("delete from leaf") == "DELETE 3"
    assert await catalog.audit(superuser) == []
    with pytest.raises(asyncpg.RestrictViolationError):
        await superuser.execute("delete from record")


async def test_the_same_seed_draws_the_same_rows(superuser: asyncpg.Connection, plan: Plan) -> None:
    assert await survey(superuser, seed=1) == plan


def test_a_type_that_nobody_thought_of_is_not_passed_over() -> None:
    for values in (other_values, some_values):
        with pytest.raises(KeyError):
            values(Column("a", "tsvector", nullable=True, literals=()))
