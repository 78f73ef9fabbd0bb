"""An adversarial administrator: every column of every table that a verifier must watch, changed behind its back.

    plan = await survey(superuser, seed=7)           # read from the catalog: a new column cannot be forgotten
    assert not plan.unreached                        # the book under attack fills every column
    for change in plan.changes:
        await apply(superuser, change)               # triggers bypassed, and up again afterwards
        ...                                          # a verifier must name a finding
        await undo(superuser, change)

A change takes rows out of a table and puts others in; undoing it is the same the other way round. Tables are those
whose comment begins with `evidence`, `projection` or `lookup` (which have no journal). For every column a row is drawn
by the seed, and its value is changed as little as its type allows: a bit flipped, one more, a microsecond later, a
character, an element; also null to value and value to null. Besides: a row deleted, a row inserted, two rows that
exchange their keys.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import asyncpg

Kind = Literal["change", "null", "fill", "delete", "insert", "reorder"]

CLASSES = ("evidence", "projection", "lookup")
MOST_TRIED = 100
"""Rows that are tried for one change before it counts as impossible."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a watched table; `literals` are the words that a check constraint of it allows."""

    name: str
    type: str
    nullable: bool
    literals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A watched table, its columns in order and its primary key."""

    name: str
    kind: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Rows of a table, each as PostgreSQL prints it, that give way to others."""

    table: str
    column: str | None
    kind: Kind
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def name(self) -> str:
        """Say what is changed, as the name of a test."""
        return f"{self.table}.{self.column or 'row'}-{self.kind}"


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes to try, and the columns and tables for which the book had no row to change."""

    changes: tuple[Change, ...]
    unreached: tuple[str, ...]


async def survey(conn: asyncpg.Connection, *, seed: int, journal: int = 1) -> Plan:
    """Return what can be changed in a journal: all columns of all watched tables. `conn` is a superuser's.

    Every change has been tried in a transaction that was rolled back, so that constraints do not refuse it later.
    """
    changes: list[Change] = []
    unreached: list[str] = []
    for table in await tables(conn):
        rows = await _rows(conn, table, journal, seed)
        if not rows:
            unreached.append(table.name)
            continue
        for column in table.columns:
            found = [change async for change in _column_changes(conn, table, column, journal, seed)]
            changes += found
            if not found:
                unreached.append(f"{table.name}.{column.name}")
        changes += [change async for change in _row_changes(conn, table, rows[:2])]
    return Plan(tuple(changes), tuple(unreached))


async def tables(conn: asyncpg.Connection) -> list[Table]:
    """Return the watched tables from the catalog, partitions under their parent."""
    found = await conn.fetch(
        "select oid, relname, split_part(obj_description(oid, 'pg_class'), ':', 1) as kind from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition"
        " and split_part(obj_description(oid, 'pg_class'), ':', 1) = any($1) order by relname",
        list(CLASSES),
    )
    return [Table(row["relname"], row["kind"], *await _columns_and_key(conn, row["oid"])) for row in found]


async def _columns_and_key(conn: asyncpg.Connection, oid: int) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    columns = await conn.fetch(
        "select attname, format_type(atttypid, atttypmod) as type, not attnotnull as nullable, array("
        "   select pg_get_constraintdef(c.oid) from pg_constraint c"
        "   where c.conrelid = attrelid and c.contype = 'c' and c.conkey = array[attnum]) as checks"
        " from pg_attribute where attrelid = $1 and attnum > 0 and not attisdropped order by attnum",
        oid,
    )
    key = await conn.fetch(
        "select attname from pg_constraint c, unnest(c.conkey) with ordinality k (attnum, n), pg_attribute a"
        " where c.conrelid = $1 and c.contype = 'p' and a.attrelid = $1 and a.attnum = k.attnum order by k.n",
        oid,
    )
    return (
        tuple(
            Column(
                row["attname"], row["type"], row["nullable"], tuple(re.findall(r"'(\w+)'::text", str(row["checks"])))
            )
            for row in columns
        ),
        tuple(row["attname"] for row in key),
    )


async def apply(conn: asyncpg.Connection, change: Change) -> None:
    """Make the change as a superuser, behind the back of every trigger; the fences stand again afterwards."""
    async with conn.transaction(), unfenced(conn, change.table):
        await _exchange(conn, change.table, change.before, change.after)


async def undo(conn: asyncpg.Connection, change: Change) -> None:
    """Unmake the change: the table holds again what it held, value by value."""
    async with conn.transaction(), unfenced(conn, change.table):
        await _exchange(conn, change.table, change.after, change.before)


@asynccontextmanager
async def unfenced(conn: asyncpg.Connection, table: str) -> AsyncIterator[None]:
    """Inside, no trigger of the table fires and no foreign key is checked; for a superuser in a transaction.

    This is what the guard of the schema cannot prevent, and why only a verifier is a guarantee.
    """
    fences = await conn.fetch(
        "select format('%s trigger %I', tgrelid::regclass, tgname) as fence,"
        " format('alter table %s disable trigger %I', tgrelid::regclass, tgname) as down,"
        " format('alter table %s enable always trigger %I', tgrelid::regclass, tgname) as up"
        " from pg_trigger where not tgisinternal and tgrelid in ("
        "   select ('public.' || quote_ident($1))::regclass union all"
        "   select inhrelid from pg_inherits where inhparent = ('public.' || quote_ident($1))::regclass)"
        " order by tgparentid, 1",
        table,
    )
    guarded = await conn.fetchval("select exists (select from pg_event_trigger where evtname = 'guard_ddl')")
    if guarded:
        await conn.execute("alter event trigger guard_ddl disable")
    await conn.execute("set local session_replication_role = replica")
    for row in fences:
        await conn.execute(row["down"])
    yield
    for row in fences:
        await conn.execute(row["up"])
    await conn.execute("set local session_replication_role = origin")
    if guarded:
        await conn.execute("alter event trigger guard_ddl enable always")


async def _exchange(conn: asyncpg.Connection, table: str, out: Sequence[str], into: Sequence[str]) -> None:
    """Take rows out and put rows in."""
    for row in out:
        # By its text: rows with a column of type json have no equality.
        done = await conn.execute(f"delete from public.{table} as t where t::text = $1", row)
        assert done == "DELETE 1", f"{table} does not hold the row {row}: {done}"
    for row in into:
        await conn.execute(f"insert into public.{table} select ($1::text::public.{table}).*", row)


async def _rows(conn: asyncpg.Connection, table: Table, journal: int, seed: int, condition: str = "true") -> list[str]:
    """Return some rows of a journal, drawn by the seed; of a lookup table, of all."""
    keyed = "journal = $1" if table.key[0] == "journal" else "$1::integer is not null"
    found = await conn.fetch(
        f"select t::text as row from public.{table.name} as t where {keyed} and {condition}"
        f" order by md5(t::text || $2::text) limit {MOST_TRIED}",
        journal,
        str(seed),
    )
    return [row["row"] for row in found]


async def _column_changes(
    conn: asyncpg.Connection, table: Table, column: Column, journal: int, seed: int
) -> AsyncIterator[Change]:
    """Yield the changes of one column: another value; null and back where the column allows it."""
    filled = await _rows(conn, table, journal, seed, f'"{column.name}" is not null')
    wanted: list[tuple[Kind, list[str], list[str]]] = [("change", filled, other_values(column))]
    if column.nullable:
        empty = await _rows(conn, table, journal, seed, f'"{column.name}" is null')
        wanted += [("null", filled, ["null"]), ("fill", empty, some_values(column))]
    for kind, rows, values in wanted:
        for row in rows:  # the first that the table's constraints let us change
            if change := await _first(conn, table, column, kind, row, values):
                yield change
                break


async def _row_changes(conn: asyncpg.Connection, table: Table, rows: list[str]) -> AsyncIterator[Change]:
    """Yield the changes of whole rows: one gone, one more, two exchanged."""
    yield Change(table.name, None, "delete", (rows[0],), ())
    if inserted := await _inserted(conn, table, rows[0]):
        yield inserted
    if len(rows) == 2:
        crossed = [await _with_key_of(conn, table, rows[0], rows[1]), await _with_key_of(conn, table, rows[1], rows[0])]
        exchange = Change(table.name, None, "reorder", tuple(rows), tuple(crossed))
        if sorted(crossed) != sorted(rows) and await _possible(conn, exchange):
            yield exchange


async def _inserted(conn: asyncpg.Connection, table: Table, row: str) -> Change | None:
    """Return one more row of the same journal: another's with another key, and, if need be, other unique values."""
    unique = await _unique_columns(conn, table)
    by_name = {column.name: column for column in table.columns}
    besides = {name: other_values(by_name[name])[0] for name in unique}
    for name in reversed(table.key):
        if name == "journal":
            break  # this journal would not show it
        for value in other_values(by_name[name]):
            for others in ({}, besides):
                after = await _with(conn, table, row, {**others, name: value})
                change = Change(table.name, None, "insert", (), (after,))
                if await _possible(conn, change):
                    return change
    return None


async def _unique_columns(conn: asyncpg.Connection, table: Table) -> set[str]:
    """Return the columns of unique indexes other than the primary key, those of the key left out."""
    found = await conn.fetch(
        "select attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)"
        " where i.indrelid = ('public.' || $1)::regclass and i.indisunique and not i.indisprimary",
        table.name,
    )
    return {row["attname"] for row in found} - set(table.key) - {"organization"}


async def _first(
    conn: asyncpg.Connection, table: Table, column: Column, kind: Kind, row: str, values: Iterable[str]
) -> Change | None:
    """Return the first change to one of the values that the table's constraints allow."""
    for value in values:
        after = await _with(conn, table, row, {column.name: value})
        change = Change(table.name, column.name, kind, (row,), (after,))
        if after != row and await _possible(conn, change):
            return change
    return None


async def _with(conn: asyncpg.Connection, table: Table, row: str, values: Mapping[str, str]) -> str:
    """Return a row with other values, each an expression, in some columns."""
    listed = ", ".join(values.get(each.name, f'r."{each.name}"') for each in table.columns)
    found: str = await conn.fetchval(
        f"select row({listed})::public.{table.name}::text from (select ($1::text::public.{table.name}).*) as r", row
    )
    return found


async def _with_key_of(conn: asyncpg.Connection, table: Table, row: str, other: str) -> str:
    """Return a row under another row's key."""
    listed = ", ".join(f'{"o" if each.name in table.key else "r"}."{each.name}"' for each in table.columns)
    found: str = await conn.fetchval(
        f"select row({listed})::public.{table.name}::text from (select ($1::text::public.{table.name}).*) as r,"
        f" (select ($2::text::public.{table.name}).*) as o",
        row,
        other,
    )
    return found


async def _possible(conn: asyncpg.Connection, change: Change) -> bool:
    """Try the change, and leave no trace of it."""
    trial = conn.transaction()
    await trial.start()
    try:
        async with conn.transaction(), unfenced(conn, change.table):
            await _exchange(conn, change.table, change.before, change.after)
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError):
        return False
    finally:
        await trial.rollback()
    return True


def other_values(column: Column) -> list[str]:
    """Return expressions for another value of a column of the row `r`, the smallest step first."""
    old = f'r."{column.name}"'
    text_steps = [
        f"overlay({old} placing case when left({old}, 1) = 'x' then 'y' else 'x' end from 1 for 1)",
        f"{old} || 'x'",
    ]
    steps = {
        "bytea": [
            (
                f"case when {old} = '' then '\\x00' else set_byte({old}, octet_length({old}) - 1,"
                f" get_byte({old}, octet_length({old}) - 1) # 1) end"
            ),
            f"set_byte({old}, 0, get_byte({old}, 0) # 1)",
        ],
        "bigint": [f"{old} + 1", f"{old} - 1", f"{old} + 1000", f"{old} + 100000"],
        "integer": [f"{old} + 1", f"{old} - 1", f"{old} + 1000"],
        "text": text_steps,
        "uuid": [
            f"overlay({old}::text placing case when right({old}::text, 1) = '0' then '1' else '0' end from 36)::uuid"
        ],
        "date": [f"{old} + 1", f"{old} - 1"],
        "timestamp with time zone": [f"{old} + interval '1 microsecond'"],
        "boolean": [f"not {old}"],
        "text[]": [f"case when {old} = '{{}}' then '{{x}}' else array[{old}[1] || 'x'] || {old}[2:] end"],
        "bigint[]": [f"case when {old} = '{{}}' then '{{0,0,1}}' else array[{old}[1] + 1] || {old}[2:] end"],
        "bytea[]": [
            (
                f"case when {old} = '{{}}' then array['\\x00'::bytea]"
                f" else array[set_byte({old}[1], 0, get_byte({old}[1], 0) # 1)] || {old}[2:] end"
            )
        ],
        "json": [f"({old}::text || ' ')::json", f"json_build_array({old})"],
        "jsonb": [f"jsonb_build_array({old})"],
    }
    return [*steps[column.type], *(f"'{word}'" for word in column.literals)]


def some_values(column: Column) -> list[str]:
    """Return expressions for some value of a column that is null."""
    values = {
        "bytea": "'\\x00'::bytea",
        "bigint": "0",
        "integer": "0",
        "text": "'x'",
        "uuid": "'018f0000-0000-7000-8000-000000000000'::uuid",
        "date": "'2020-01-01'::date",
        "timestamp with time zone": "'2020-01-01 00:00:00+00'::timestamptz",
        "boolean": "true",
        "text[]": "'{x}'::text[]",
        "bigint[]": "'{1}'::bigint[]",
        "bytea[]": "array['\\x00'::bytea]",
        "json": "'{}'::json",
        "jsonb": "'{}'::jsonb",
    }
    return [values[column.type], *(f"'{word}'" for word in column.literals)]
