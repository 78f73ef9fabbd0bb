"""Closed periods: what is refused, what is served late, and how books open again."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.commands import Command, Move
from ledger.rejections import Rejection
from tests.ledger.books import Book, command
from tests.ledger.samples import D, gift, prepared, spend


@pytest.fixture
def book() -> Book:
    """The books of o1 are closed through 30 June 2026."""
    made = prepared()
    made.record(close("2026-06-30"))
    return made


def close(through: str, **fields: Any) -> Command:  # noqa: ANN401 -- any field
    """A closing through a day."""
    return command("period_closed", {"through": through, "authority": "council"}, **fields)


def reopen(first: str) -> Command:
    """A reopening from a day on."""
    data = {"from": first, "authority": "civil-affairs", "ground": "audit", "evidence": D}
    return command("period_reopened", data)


def answer(book: Book, made: Command) -> str:
    """The code of the rejection, `late` or `accepted`."""
    try:
        document = book.record(made).document
    except Rejection as rejection:
        return rejection.code
    assert "breaches" not in document
    return "late" if document.get("priorPeriod") else "accepted"


@pytest.mark.parametrize(("mode", "on", "expected"), [
    ("instructed", "2026-06-30", "PERIOD_CLOSED"),
    ("instructed", "2026-07-01", "accepted"),
    ("observed", "2026-06-30", "late"),
    ("observed", "2026-07-01", "accepted"),
])  # fmt: skip
def test_the_effective_date_decides(book: Book, mode: str, on: str, expected: str) -> None:
    assert answer(book, gift("f1", 1, mode=mode, effective=on)) == expected
    assert answer(book, spend("f1", 1, mode=mode, effective=on)) == expected
    assert answer(book, command("custody_move", custody=(Move("b1", "b2", 1),), mode=mode, effective=on)) == expected


def test_what_is_late_keeps_its_date(book: Book) -> None:
    document = book.record(gift("f1", 1, mode="observed", effective="2026-03-01")).document
    assert (document["effective"], document["priorPeriod"]) == ("2026-03-01", "2026-06-30")


def test_facts_that_move_nothing_are_not_asked(book: Book) -> None:
    assert answer(book, command("account_frozen", {"account": "f1", "ground": "court"}, effective="2026-01-01")) == (
        "accepted"
    )


def test_an_open_period_serves_the_correction_of_a_closed_one(book: Book) -> None:
    wrong = book.record(gift("f1", 5, mode="observed", effective="2026-06-01")).position
    asked = {"of": wrong, "reason": "mistaken"}
    assert answer(book, command("correction", asked, effective="2026-06-02")) == "PERIOD_CLOSED"
    assert answer(book, command("correction", asked, effective="2026-07-02")) == "accepted"


@pytest.mark.parametrize("closed", ["o1", "o2"])
def test_both_sides_of_a_transfer_and_of_its_correction_are_asked(closed: str) -> None:
    book = prepared()
    moved = command("transfer", fund=(Move("f1", "h1", 5),), custody=(Move("b1", "c1", 5),), effective="2026-06-01")
    at = book.record(moved).position
    book.record(close("2026-06-30", organization=closed))
    again = command("transfer", fund=moved.fund, custody=moved.custody, effective="2026-06-01")
    assert answer(book, again) == "PERIOD_CLOSED"
    back = command("correction", {"of": at, "reason": "mistaken"}, effective="2026-06-01")
    assert answer(book, back) == "PERIOD_CLOSED"


@pytest.mark.parametrize(("made", "expected"), [
    (close("2026-06-30"), "PERIOD_CLOSED_BEFORE"),
    (close("2026-05-31"), "PERIOD_CLOSED_BEFORE"),
    (close("2026-11-24"), "PERIOD_NOT_OVER"),
    (close("2026-11-23"), "accepted"),
    (close("2026-01-31", organization="o2"), "accepted"),
    (reopen("2026-07-01"), "PERIOD_NOT_CLOSED"),
    (reopen("2026-06-30"), "accepted"),
    (reopen("0001-01-02"), "accepted"),
])  # fmt: skip
def test_books_close_forward_and_open_what_was_closed(book: Book, made: Command, expected: str) -> None:
    assert answer(book, made) == expected


def test_books_that_open_again_take_in_and_close_again(book: Book) -> None:
    book.record(reopen("2026-06-01"))
    assert book.state.periods["o1"] == "2026-05-31"
    assert answer(book, gift("f1", 1, effective="2026-06-01")) == "accepted"
    assert answer(book, gift("f1", 1, effective="2026-05-31")) == "PERIOD_CLOSED"
    assert answer(book, close("2026-06-30")) == "accepted"
    book.record(reopen("0001-01-02"))
    assert set(book.state.periods.values()) == {None}
    assert answer(book, gift("f1", 1, effective="2025-05-31")) == "accepted"


def test_no_paper_no_reopening(book: Book) -> None:
    data = {"from": "2026-06-01", "authority": "council", "ground": "mistaken"}
    assert answer(book, command("period_reopened", data)) == "MALFORMED"
