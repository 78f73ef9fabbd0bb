"""An administrator who rewrites history as a whole: cuts the end, restores a backup, writes another book.

What signatures alone can prove, they prove.  What they cannot (a consistent older or other history under
the log's own key) is proven by a signed head that an auditor kept, from `/checkpoint` or an archive.
"""

from __future__ import annotations

import asyncio
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.auditor import archive
from clients.auditor.verification import Options, verify
from resolvers import verification
from resolvers.checkpoints import ForkRiskError
from tests.simulation.attacked import Attacked, Saved, attacked
from tests.simulation.whole_book import write_book, write_more

MORE = 7


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """The whole book, published."""
    with attacked(tmp_path_factory.mktemp("histories") / "data") as made:
        made.run(write_book(made.context))
        made.run(made.publish())
        yield made


@pytest.fixture(scope="module")
def before(book: Attacked) -> Saved:
    """A backup of it."""
    return book.run(book.saved())


@pytest.fixture(scope="module")
def kept(book: Attacked, before: Saved) -> bytes:
    """A head that an auditor kept, signed after the backup was made and more was recorded."""
    assert before["leaf"]
    book.run(write_more(book.context, MORE))
    return book.run(book.publish())


@pytest.fixture(scope="module")
def after(book: Attacked, kept: bytes) -> Saved:
    """The book as it stands after that."""
    assert kept
    return book.run(book.saved())


@pytest.fixture
def size(book: Attacked, after: Saved) -> Iterator[int]:
    """How many entries there are; whatever a test does is undone after it."""
    yield len(after["leaf"])
    book.run(book.put(after))
    assert book.verified().exit == 0


def test_the_last_leaves_are_cut_off(book: Attacked, size: int) -> None:
    book.run(book.cut("leaf", f"position >= {size - 3}"))
    report = book.verified()
    assert (report.verdict, report.exit) == ("broken", 1)
    assert report.first is not None
    assert (report.first.position, report.first.source) == (size - 3, "leaf")


def test_the_end_is_cut_off_everywhere_but_in_the_signed_head(
    book: Attacked, before: Saved, after: Saved, size: int
) -> None:
    """Head, tiles, accounts and every projection agree on the shorter journal; the signature covers the longer."""
    book.run(book.put({**before, "checkpoint": after["checkpoint"]}))
    report = book.verified()
    assert (report.verdict, report.exit) == ("broken", 1)
    assert report.first is not None
    assert (report.first.position, report.first.actual) == (size - MORE, "missing")


def test_the_newest_signed_head_is_taken_away(book: Attacked, before: Saved, after: Saved, size: int) -> None:
    """The publisher signs within a second: entries that stay unsigned, with an older head before them, are named."""
    book.run(book.put({**after, "checkpoint": before["checkpoint"]}))
    report = book.verified()
    assert report.exit == 5
    assert report.first is not None
    assert (report.first.position, report.first.field, report.first.source) == (size - MORE, "size", "checkpoint")


def test_an_older_signed_head_that_nobody_kept_leaves_no_trace(book: Attacked, after: Saved, kept: bytes) -> None:
    """Nothing can be said about what nobody kept: the newer head, which contains its tree, still stands."""
    newest = [row for row in after["checkpoint"] if f",{len(after['leaf'])}," in row]
    assert len(newest) == 1
    assert len(after["checkpoint"]) == 2
    book.run(book.put({**after, "checkpoint": newest}))
    assert book.verified(kept).exit == 0


def test_a_backup_is_restored(book: Attacked, before: Saved, size: int, kept: bytes) -> None:
    """By itself an older state is a true one; against the head that an auditor kept it is broken."""
    book.run(book.put(before))
    assert book.verified().exit == 0
    report = book.verified(kept)
    assert (report.verdict, report.exit) == ("broken", 1)
    assert report.first is not None
    assert (report.first.position, report.first.field) == (size - MORE, "size")


def test_over_a_restored_backup_the_publisher_signs_no_second_history(book: Attacked, before: Saved, size: int) -> None:
    assert size
    book.run(book.put(before))
    book.platform.publisher.size = 0  # as after a restart
    with pytest.raises(ForkRiskError, match="entries are missing"):
        book.run(book.publish())


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory, book: Attacked) -> Iterator[Attacked]:
    """Another book, in which the first gift is one fen less, under the stolen key of the log."""
    data = tmp_path_factory.mktemp("twin") / "data"
    keys = book.platform.publisher.store.key_path
    with attacked(data) as made:
        theirs = made.platform.publisher.store.key_path
        assert theirs.read_text() != keys.read_text()
    shutil.rmtree(data)
    (data / "keys").mkdir(parents=True, mode=0o700)
    shutil.copy(keys, data / "keys" / keys.name)
    state = book.platform.publisher.store.state_path
    (data / "state").mkdir(mode=0o700)
    (data / "state" / state.name).write_text('{"origin":"mingzhang.local/main","size":0,"root":"' + EMPTY + '"}\n')
    with attacked(data) as made:
        made.run(write_book(made.context, first=49_999))
        made.run(write_more(made.context, MORE))
        made.run(made.publish())
        yield made


EMPTY = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
"""SHA-256 of nothing: the root of a tree without leaves."""


def test_another_history_that_he_cannot_sign(book: Attacked, twin: Attacked, after: Saved, size: int) -> None:
    """Every leaf chained anew, head, tiles and projections with them: the signed head is of other entries."""
    forged = twin.run(twin.saved())
    assert len(forged["leaf"]) == size
    book.run(book.put({**forged, "checkpoint": after["checkpoint"]}))
    report = book.verified()
    assert (report.verdict, report.exit) == ("forked", 1)
    assert {finding.field for finding in report.findings} == {"root", "note"}


def test_another_history_under_the_stolen_key(twin: Attacked, kept: bytes, size: int) -> None:
    """By itself nothing is wrong with it; a head that was kept earlier proves the fork, by two signatures."""
    alone = twin.verified()
    assert (alone.exit, alone.entries) == (0, size)
    report = twin.verified(kept)
    assert (report.verdict, report.exit) == ("forked", 1)
    assert report.first is not None
    assert (report.first.position, report.first.field) == (size - 1, "root")


def test_a_kept_archive_proves_the_fork_as_well(book: Attacked, twin: Attacked, tmp_path: Path, size: int) -> None:
    path, note = tmp_path / "kept.mza", tmp_path / "note"
    book.run(asyncio.to_thread(archive.write, book.inside, path))
    opened = archive.Archive(path)
    try:
        report = verify(opened, "archive", Options(key=book.key))
    finally:
        opened.close()
    assert (report.exit, report.entries) == (0, size)
    with zipfile.ZipFile(path) as file:
        note.write_bytes(file.read("checkpoint"))
    code, found = twin.commanded("--known", str(note))
    assert (code, found["verdict"]) == (1, "forked")


def test_what_is_in_the_vault_is_for_the_operators_check_to_see(book: Attacked, size: int) -> None:
    """The server serves no personal data, and leaves hold commitments alone: no auditor sees that a row is gone.

    The operator's own check does, which `mingzhang check` and `startVerification` run.
    """
    assert size
    ctx = book.context
    book.run(book.cut("personal", "true"))
    assert book.verified().exit == 0
    done = book.run(verification.replayed(ctx.reader, ctx.journal.id, ctx.now, vault=ctx))
    assert done.verdict == "DIFFERS"
    assert {(one["source"], one["actual"]) for one in done.findings} >= {("vault", "missing")}
