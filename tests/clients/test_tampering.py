"""Every column of every row, every leaf, tile and note: changed, deleted or added, it is found and named."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from clients.auditor.reports import Report
from clients.auditor.rows import TABLES
from clients.auditor.verification import Options, verify
from ledger import references
from tests.clients.books import Book, small
from tests.clients.serving import Memory


@cache
def clean() -> Book:
    """The book that every test spoils a copy of."""
    return small()


def verified(book: Book) -> Report:
    """The report on a book as served."""
    return verify(Memory(book), "memory", Options(sleep=lambda _: None))


def other(value: object) -> object:
    """Another value of the same type, as an administrator would write it into the column."""
    if isinstance(value, int):
        return value + 1
    if isinstance(value, list):
        return [other(value[0]), *value[1:]] if value else ["x"]
    if value is None:
        return "x"
    text = str(value)
    return ("1" if text[0] != "1" else "2") + text[1:]


def expected_position(table: str, row: dict[str, Any]) -> int:
    """The position that a wrong column of a row is reported at."""
    if table in {"head", "checkpoint"}:
        return int(row["size"]) - 1
    if table == "tile":
        return 0
    if table == "import_batch":
        return int(row["opened"])
    if table.startswith(("organization", "beneficiary")):
        name = row.get("id", row.get("organization") if "status" in table else row.get("beneficiary"))
        return max(int(r["position"]) for r in clean().tables["record"] if r["id"] == name)
    if "edition" in row and "position" not in row:
        return int(next(r["position"] for r in clean().tables["reference_list"] if r["name"] == LISTS[table]))
    return int(row["position"])


LISTS = {table: name for name, tables in references.TABLES.items() for table in tables}
COLUMNS = [(table.name, column) for table in TABLES.values() for column in table.columns]


def test_the_clean_book_verifies() -> None:
    report = verified(clean().copy())
    assert (report.verdict, report.exit, report.findings) == ("verified", 0, [])
    assert report.entries == len(clean().leaves)
    assert all(clean().tables[name] for name in TABLES), "every table occurs in the book"


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_changed_column_is_named(table: str, column: str) -> None:
    for n in (0, len(clean().tables[table]) // 2, len(clean().tables[table]) - 1):
        book = clean().copy()
        row = book.tables[table][n]
        row[column] = other(row[column])
        report = verified(book)
        first = report.first
        assert report.exit in {1, 5}, (n, report.as_text("en"))
        assert first is not None
        assert (first.source, first.position is not None) == (table, True), (n, report.findings)
        named = first.field.split(" ")[0]
        if table == "checkpoint":  # its columns repeat what the note says
            assert named in {column, "note", "row"}
        elif table == "tile":  # the first resource that is made of it
            assert named.startswith("tile/")
        elif column in TABLES[table].key:  # a key that is another row's makes two wrong rows
            assert named in {*TABLES[table].columns, "row"}
        else:
            assert named == column, (n, report.findings)
        if column not in {"position", *TABLES[table].key}:
            assert first.position == expected_position(table, clean().tables[table][n])


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_deleted_row_is_named(table: str) -> None:
    for n in range(0, len(clean().tables[table]), 3):
        book = clean().copy()
        if table == "checkpoint" and n == 0:
            continue  # an earlier head that nobody kept leaves no trace (pins and witnesses do keep it)
        gone = book.tables[table].pop(n)
        report = verified(book)
        assert report.exit in {1, 5}, (gone, report.as_text("en"))
        assert report.first is not None
        assert report.first.source == table


@pytest.mark.parametrize("table", sorted(TABLES))
def test_an_added_row_is_named(table: str) -> None:
    book = clean().copy()
    row = dict(book.tables[table][-1])
    for column in TABLES[table].key or ("size",):
        row[column] = row[column] + 10**6 if isinstance(row[column], int) else f"{row[column]}x"
    book.tables[table].append(row)
    report = verified(book)
    assert report.exit in {1, 5}
    assert table in {finding.source for finding in report.findings}


def flip(data: bytes, at: int) -> bytes:
    """The bytes with one bit turned."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("position", range(len(small().leaves)))
def test_a_byte_of_any_leaf_is_found_at_its_position(position: int) -> None:
    leaf = clean().leaves[position]
    for at in range(0, len(leaf), max(1, len(leaf) // 5)):
        book = clean().copy()
        book.leaves[position] = flip(leaf, at)
        report = verified(book)
        assert (report.verdict, report.exit) == ("broken", 1), at
        assert report.first is not None
        assert report.first.position == position
        assert report.first.field
        assert not {"entry", "posting", "slice"} & {finding.source for finding in report.findings}


@pytest.mark.parametrize("at", range(0, len(small().note.encode()), 3))
def test_a_byte_of_the_checkpoint_is_found(at: int) -> None:
    book = clean().copy()
    book.note = flip(clean().note.encode(), at).decode("utf-8", "replace")
    report = verified(book)
    assert report.exit in {1, 3}
    assert report.verdict in {"broken", "unreachable"}


def spoil(name: str) -> Callable[[Callable[[Book], object]], Callable[[Book], object]]:
    """Register a way to spoil a book."""

    def keep(function: Callable[[Book], object]) -> Callable[[Book], object]:
        SPOILT[name] = function
        return function

    return keep


SPOILT: dict[str, Callable[[Book], object]] = {}


@spoil("last leaf cut off")
def _cut(book: Book) -> None:
    book.leaves.pop()


@spoil("a leaf taken out of the middle")
def _taken(book: Book) -> None:
    del book.leaves[5]


@spoil("two leaves swapped")
def _swapped(book: Book) -> None:
    book.leaves[5], book.leaves[6] = book.leaves[6], book.leaves[5]


@spoil("no leaf left")
def _emptied(book: Book) -> None:
    book.leaves.clear()


@pytest.mark.parametrize(("name", "position"), [
    ("last leaf cut off", len(small().leaves) - 1), ("a leaf taken out of the middle", 5), ("two leaves swapped", 5),
    ("no leaf left", 0),
])  # fmt: skip
def test_leaves_that_are_missing_or_moved(name: str, position: int) -> None:
    book = clean().copy()
    SPOILT[name](book)
    report = verified(book)
    assert (report.verdict, report.exit) == ("broken", 1)
    assert report.first is not None
    assert (report.first.position, report.first.source) == (position, "leaf")
