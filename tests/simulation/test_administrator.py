"""An administrator who rewrites whatever he likes: each change of each column is named by a real verification.

One book fills every column of every table that a verifier watches; the changes come from the catalog
(`tamper.py`), so that a new column cannot be forgotten.  For each: made as superuser, found by
`clients/auditor` against the real server application in process, and taken back.  Once for each table of evidence and
some others (`MINGZHANG_LONG=1`: for every table) the same is done by the real command line over HTTP.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import asyncpg
import orjson
import pytest

from clients.auditor.reports import Report
from clients.auditor.rows import TABLES
from db import projections
from tests.simulation.attacked import Attacked, attacked
from tests.simulation.tamper import Change, Plan, apply, survey, tables, undo
from tests.simulation.whole_book import write_book

SEED = 20200131
FOUND = frozenset({1, 5})
"""Exit codes of evidence that was altered, and of a served figure that is wrong."""
EVIDENCE = frozenset({"leaf", "record", "reference_list", "import_row", "checkpoint", "tile"})

COMMANDED = EVIDENCE | {"account", "head", "organization", "posting"}
"""Tables of which a change is found by the command line, too, in any mode."""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """The whole book, published."""
    with attacked(tmp_path_factory.mktemp("administrator") / "data") as made:
        made.run(write_book(made.context))
        made.run(made.publish())
        yield made


@pytest.fixture(scope="module")
def plan(book: Attacked) -> Plan:
    """Everything that can be changed in it."""
    return book.run(survey(book.superuser, seed=SEED))


def test_the_book_fills_every_column_and_verifies(book: Attacked, plan: Plan) -> None:
    report = book.verified()
    assert (report.verdict, report.exit, report.findings) == ("verified", 0, []), report.as_text("en")
    assert plan.unreached == ()
    watched = book.run(tables(book.superuser))
    assert {table.name for table in watched} == TABLES.keys() == projections.KEYS.keys()
    columns = {(table.name, column.name) for table in watched for column in table.columns}
    assert {(change.table, change.column) for change in plan.changes if change.kind == "change"} == columns
    served = {(table.name, column) for table in TABLES.values() for column in table.columns}
    assert served == {(table, column) for table, column in columns if column != "journal"} - {("leaf", "leaf")}


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_change_of_a_table_is_named(book: Attacked, plan: Plan, table: str) -> None:
    missed: list[str] = []
    changes = [change for change in plan.changes if change.table == table]
    assert {change.kind for change in changes} >= {"change", "delete"}
    for change in changes:
        book.run(apply(book.superuser, change))
        report = book.verified()
        if why := book.run(complaint(book.superuser, change, report)):
            missed.append(f"{change.name}: {why}")
        book.run(undo(book.superuser, change))
    assert not missed, "\n".join(missed)
    assert book.verified().exit == 0
    if table in COMMANDED or os.environ.get("MINGZHANG_LONG"):
        _over_http(book, changes)
        assert book.verified().exit == 0


def _over_http(book: Attacked, changes: list[Change]) -> None:
    """One of the changes again, over HTTP by the command line, which must find the same."""
    change = [change for change in changes if change.kind == "change"][-1]
    book.run(apply(book.superuser, change))
    inside = book.verified().as_json("en")
    code, report = book.commanded()
    book.run(undo(book.superuser, change))
    assert code == report["exit"] == inside["exit"]
    for same in ("verdict", "sentence", "first_divergence", "findings"):
        assert report[same] == inside[same], change.name


async def complaint(conn: asyncpg.Connection, change: Change, report: Report) -> str | None:
    """Say what is wanting in a report on a change, or None: exit code, table, position and field of the first finding.

    A changed leaf is named by what is wrong with it, a tile by its path, a checkpoint by its head or its note.
    """
    first = report.first
    if report.exit not in FOUND or first is None or first.position is None:
        return f"exit {report.exit}: {report.as_text('en')}"
    if (report.exit == 1) != (change.table in EVIDENCE) and not (change.table == "tile" and change.kind == "insert"):
        return f"{report.verdict} is not what was done"
    if first.source != change.table:
        return f"{first.source} is named first: {report.as_text('en')}"
    named = first.field.split(" ")[0]
    if change.table not in {"leaf", "tile", "checkpoint"} and named not in _fields(change):
        return f"{first.field} is named first"
    places = [_position(orjson.loads(row)) for row in await _rows(conn, change)]
    if None not in places and first.position not in places:
        return f"position {first.position} is named, not one of {places}"
    return None


def _fields(change: Change) -> set[str]:
    """What the first finding may name: the column; the row where it is gone, new, or under another key."""
    table = TABLES[change.table]
    if change.column in {None, "journal", *table.key}:
        gone = {"content"} if change.table == "reference_list" else set()
        return {"row", *table.columns} if change.kind == "reorder" else {"row", *gone, *table.key}
    return {str(change.column)}


async def _rows(conn: asyncpg.Connection, change: Change) -> list[str]:
    """The changed rows, before (or, if new, after) the change, as JSON."""
    statement = f"select to_jsonb($1::text::public.{change.table})::text"
    return [await conn.fetchval(statement, row) for row in change.before or change.after]


def _position(row: dict[str, Any]) -> int | None:
    """The position that a row is about, if it says so itself."""
    if "frontier" in row or "note" in row:
        return max(0, int(row["size"]) - 1)
    found = row.get("position", row.get("opened"))
    return found if isinstance(found, int) else None


def test_after_everything_was_taken_back_the_command_line_verifies(book: Attacked) -> None:
    code, report = book.commanded()
    assert (code, report["verdict"], report["finding_count"]) == (0, "verified", 0)
    assert report["checked"]["tables"] == len(TABLES)


def test_a_missing_head_of_all_is_no_reason_to_stop(book: Attacked, plan: Plan) -> None:
    """The head's row is gone, and the signed one too: both are named rather than "cannot decide"."""
    wanted = {"head.row-delete", "checkpoint.row-delete"}
    for change in plan.changes:
        if change.name in wanted:
            book.run(apply(book.superuser, change))
            report = book.verified()
            book.run(undo(book.superuser, change))
            assert report.exit in FOUND, report.as_text("en")
