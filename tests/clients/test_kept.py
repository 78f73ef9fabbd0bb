"""A verification goes on where it was killed, and decides nothing twice, unless the journal was changed."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clients.auditor import kept
from clients.auditor.reports import Report
from clients.auditor.verification import Options, verify
from clients.auditor.walk import Pace
from ledger import canonical
from tests.clients.books import Book, large
from tests.clients.forging import forged
from tests.clients.histories import KEY, run
from tests.clients.serving import TOKEN, Memory, application, served
from tests.clients.test_crew import lie
from tests.clients.test_verification import gift


class Killed(Memory):
    """A source at which the auditor presses Ctrl-C after some bundles."""

    left = 10**9

    def resource(self, path: str) -> bytes | None:
        """Count bundles down."""
        if path.startswith("tile/entries"):
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
        return super().resource(path)


def again(source: Memory, folder: Path, jobs: int = 1) -> Report:
    """Verify with the state kept in a folder."""
    return verify(source, "memory", Options(sleep=lambda _: None, kept=folder, pace=Pace(jobs=jobs, span=64)))


def bundles(source: Memory) -> list[str]:
    """The bundles that were asked for."""
    return [path for path in source.asked if path.startswith("tile/entries")]


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every step."""
    monkeypatch.setattr("clients.auditor.verification.SAVE_EVERY", 0)


@pytest.fixture
def book() -> Book:
    """A book of three bundles."""
    return large(600)


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_was_killed_goes_on_where_it_was(jobs: int, book: Book, tmp_path: Path) -> None:
    source = Killed(book)
    source.left = 2
    with pytest.raises(KeyboardInterrupt):
        again(source, tmp_path, jobs)
    whole = verify(Memory(book), "memory", Options(sleep=lambda _: None))
    source = Killed(book)
    report = again(source, tmp_path, jobs)
    assert (report.exit, report.entries, report.rows) == (0, 600, whole.rows)
    assert report.since >= 64
    assert len(bundles(source)) < 3 or jobs == 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_only_what_is_new_is_decided(jobs: int, book: Book, tmp_path: Path) -> None:
    assert again(Memory(book), tmp_path, jobs).since == 0
    gift(book, 40)
    source = Memory(book)
    report = again(source, tmp_path, jobs)
    assert (report.exit, report.since, report.entries) == (0, 600, 640)
    assert report.as_json("en")["checked"]["from"] == 600
    assert {path.split(".p/")[0] for path in bundles(source)} == {"tile/entries/002"}
    assert again(Memory(book), tmp_path).exit == 0


def test_a_changed_journal_is_never_taken_for_the_one_before(book: Book, tmp_path: Path) -> None:
    """A rewritten and signed history is decided from its first entry, and found where it lies."""
    again(Memory(book), tmp_path)
    document = canonical.decode(book.leaves[300])
    lie(document, 1)
    alone = verify(Memory(forged(book, 300, document)), "memory", Options(sleep=lambda _: None))
    report = again(Memory(forged(book, 300, document)), tmp_path)
    assert (report.since, report.exit) == (0, alone.exit)
    assert report.first == alone.first
    spoilt = book.copy()
    spoilt.leaves[599] = spoilt.leaves[599].replace(b"key-1", b"key-2")
    gift(book, 1)
    assert again(Memory(book), tmp_path).exit == 0


def test_what_lies_after_the_kept_state_is_judged_from_it(book: Book, tmp_path: Path) -> None:
    again(Memory(book), tmp_path)
    gift(book, 20)
    document = canonical.decode(book.leaves[610])
    lie(document, 1)
    changed = forged(book, 610, document)
    alone = verify(Memory(changed), "memory", Options(sleep=lambda _: None))
    report = again(Memory(changed), tmp_path)
    assert (report.since, report.exit, report.first) == (600, alone.exit, alone.first)
    document = canonical.decode(book.leaves[611])
    document["id"] = canonical.decode(book.leaves[20])["id"]
    report = again(Memory(forged(book, 611, document)), tmp_path)
    assert report.first is not None
    assert (report.since, report.exit, report.first.position) == (600, 5, 611)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda body: body[: len(body) // 2],
        lambda body: body.replace(kept._code().encode(), b"0" * 64),
        lambda body: body.replace(b"mingzhang.test/main", b"mingzhang.test/mine"),
        lambda _: pickle.dumps(os.system),
        lambda _: pickle.dumps({"code": 1}),
    ],
)
def test_a_state_that_is_not_ours_is_not_believed(spoil: Callable[[bytes], bytes], book: Book, tmp_path: Path) -> None:
    again(Memory(book), tmp_path)
    path = tmp_path / kept.FILE
    path.write_bytes(spoil(path.read_bytes()))
    report = again(Memory(book), tmp_path)
    assert (report.exit, report.since) == (0, 0)


def test_a_file_that_would_act_does_not(tmp_path: Path) -> None:
    class Acting:
        def __reduce__(self) -> tuple[Any, ...]:
            """Make a file when read."""
            return os.mkdir, (str(tmp_path / "made"),)

    (tmp_path / kept.FILE).write_bytes(pickle.dumps({"code": Acting()}))
    assert again(Memory(large(300)), tmp_path).since == 0
    assert not (tmp_path / "made").exists()


def test_from_the_command_line(tmp_path: Path) -> None:
    book = large(300)
    with served(application(Memory(book))) as address:
        pins = ("--token", TOKEN, "--pins", tmp_path)
        assert (
            run("init", address, *pins, "--trust-first-use").exit_code == 0
            or run("init", address, *pins, "--fingerprint", KEY).exit_code == 0
        )
        assert run("verify", address, *pins, "--since-pin").exit_code == 0
        gift(book, 3)
        told = run("verify", address, *pins, "--since-pin")
        assert (told.exit_code, "Entries before 300 were decided" in told.stdout) == (0, True)
        told = run("verify", address, *pins, "--since-pin", "--full")
        assert (told.exit_code, "Entries before" in told.stdout) == (0, False)
        told = run("verify", address, *pins, "--bytes", "--jobs", 1)
        assert (told.exit_code, "none was decided again" in told.stdout) == (6, True)
