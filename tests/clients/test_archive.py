"""An archive says what its server said, offline; it is written whole or not at all, the same bytes every time."""

from __future__ import annotations

import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from clients.auditor.archive import Archive, write
from clients.auditor.errors import ArchiveExistsError, UndecidableError
from clients.auditor.reports import Report
from clients.auditor.rows import TABLES
from clients.auditor.source import Page
from clients.auditor.verification import Options, verify
from tests.clients.books import Book, large, small
from tests.clients.serving import Memory
from tests.clients.test_verification import gift


def no_sleep(_seconds: float) -> None:
    """Wait for nothing."""


def of_archive(path: Path) -> Report:
    """The report on an archive."""
    with closing(Archive(path)) as archive:
        return verify(archive, "source", Options(sleep=no_sleep))


def of_memory(book: Book) -> Report:
    """The report on the book itself."""
    return verify(Memory(book), "source", Options(sleep=no_sleep))


def test_an_archive_verifies_as_its_server_does(tmp_path: Path) -> None:
    book = large(600)
    assert write(Memory(book), tmp_path / "a.zip", sleep=no_sleep) == 600
    assert of_archive(tmp_path / "a.zip").as_json("zh") == of_memory(book).as_json("zh")


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_spoilt_server_gives_an_archive_with_the_same_verdict(table: str, tmp_path: Path) -> None:
    book = small()
    book.tables[table].pop()
    write(Memory(book), tmp_path / "a.zip", sleep=no_sleep)
    over_file, over_memory = of_archive(tmp_path / "a.zip"), of_memory(book)
    assert (over_file.exit, over_file.first) == (over_memory.exit, over_memory.first)
    assert over_file.exit in {1, 5}


def test_leaves_cut_off_in_an_archive(tmp_path: Path) -> None:
    book = small()
    book.leaves.pop()
    write(Memory(book), tmp_path / "a.zip", sleep=no_sleep)
    report = of_archive(tmp_path / "a.zip")
    assert (report.verdict, report.exit) == ("broken", 1)


def test_the_same_journal_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        write(Memory(small(), limit=3 if name == "a.zip" else 100), tmp_path / name, sleep=no_sleep)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_text("mine")
    with pytest.raises(ArchiveExistsError):
        write(Memory(small()), path, sleep=no_sleep)
    assert path.read_text() == "mine"
    write(Memory(small()), path, force=True, sleep=no_sleep)
    assert of_archive(path).exit == 0
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_behind_when_the_server_goes_away(tmp_path: Path) -> None:
    class Leaving(Memory):
        def resource(self, path: str) -> bytes | None:
            """Stop in the middle."""
            raise UndecidableError("unreachable", address=path, why="gone")

    with pytest.raises(UndecidableError):
        write(Leaving(small()), tmp_path / "a.zip", sleep=no_sleep)
    assert not list(tmp_path.iterdir())


def test_a_journal_that_grows_while_it_is_written(tmp_path: Path) -> None:
    class Growing(Memory):
        def resource(self, path: str) -> bytes | None:
            """Record one more gift at the first tile."""
            if not hasattr(self, "grown"):
                self.grown = True
                gift(self.book, 3)
            return super().resource(path)

    write(Growing(small()), tmp_path / "a.zip", sleep=no_sleep)
    report = of_archive(tmp_path / "a.zip")
    assert (report.exit, report.entries) == (0, 63), report.as_text("en")


def test_tables_that_are_older_than_the_head(tmp_path: Path) -> None:
    """The head was signed after the changing tables were read: they are compared at their own size."""

    class Growing(Memory):
        def page(self, table: str, after: str | None) -> Page:
            """Record one more gift after the last changing table."""
            page = super().page(table, after)
            if table == "beneficiary_category" and not hasattr(self, "grown"):
                self.grown = True
                gift(self.book, 3)
            return page

    write(Growing(small()), tmp_path / "a.zip", sleep=no_sleep)
    report = of_archive(tmp_path / "a.zip")
    assert (report.exit, report.entries) == (0, 66), report.as_text("en")


def rewritten(path: Path, change: dict[str, bytes | None]) -> None:
    """Write an archive again with some members changed or left out."""
    with zipfile.ZipFile(path) as old:
        members = {info.filename: old.read(info) for info in old.infolist()}
    members |= {name: body for name, body in change.items() if body is not None}
    with zipfile.ZipFile(path, "w") as new:
        for name, body in members.items():
            if change.get(name, b"") is not None:
                new.writestr(name, body)


@pytest.mark.parametrize(
    "change",
    [
        {"manifest.json": b"{"}, {"manifest.json": None}, {"manifest.json": b'{"schema":"other/9","sizes":{}}'},
        {"checkpoint": None}, {"key": None}, {"key": b"no key"}, {"checkpoint": b"\xff"},
        {"projections/account.jsonl": None}, {"projections/account.jsonl": b"{"},
    ],
)  # fmt: skip
def test_what_is_no_archive_gives_no_verdict(change: dict[str, bytes | None], tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write(Memory(small()), path, sleep=no_sleep)
    rewritten(path, change)
    try:
        assert of_archive(path).exit == 3
    except UndecidableError as error:
        assert error.code in {"bad_archive", "unknown_version"}  # noqa: PT017 -- either way of saying so


@pytest.mark.parametrize("body", [b"", b"PK", b"not a zip", bytes(2000)])
def test_what_is_no_zip(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(body)
    with pytest.raises(UndecidableError) as caught:
        Archive(path)
    assert caught.value.code == "bad_archive"


def test_a_spoilt_byte_of_any_member_is_never_fine(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write(Memory(small()), path, sleep=no_sleep)
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        starts = [(i.header_offset + 30 + len(i.filename), i.compress_size) for i in archive.infolist()]
    for start, length in starts:
        at = start + length // 2
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            assert of_archive(path).exit != 0, at
        except UndecidableError as error:
            assert error.code == "bad_archive"  # noqa: PT017 -- either way of saying so
