"""A walk by several processes finds what a walk by one finds: the same report, wherever the lie is."""

from __future__ import annotations

import json
import multiprocessing
import random
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from clients.auditor.reports import Report
from clients.auditor.source import Page
from clients.auditor.verification import Options, verify
from clients.auditor.walk import Pace
from ledger.stated import Stated
from tests.clients import forging
from tests.clients.books import Book, large, small
from tests.clients.forging import forged, places
from tests.clients.serving import Memory

ALONE = Pace(jobs=1, span=8)
TOGETHER = Pace(jobs=2, span=8)


def report_on(book: Book, pace: Pace, **options: object) -> dict[str, Any]:
    """The report on a book as served, as JSON."""
    return found(book, pace, **options).as_json("en")


def found(book: Book, pace: Pace, **options: object) -> Report:
    """The report on a book as served."""
    return verify(Memory(book), "memory", Options(sleep=lambda _: None, pace=pace, **options))  # type: ignore[arg-type]  # as given


@cache
def clean() -> Book:
    """A book of every kind."""
    return small()


@cache
def bigger() -> Book:
    """A book of three bundles."""
    return large(600)


@pytest.mark.parametrize("span", [1, 5, 8, 16, 40])
def test_an_honest_book_is_verified_alike(span: int) -> None:
    together = report_on(clean(), Pace(jobs=2, span=span))
    assert together["verdict"] == "verified"
    assert together == report_on(clean(), ALONE) == report_on(clean(), Pace(jobs=1))


def test_no_guess_of_an_honest_book_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind of entry is followed as it is decided: nothing is decided a second time."""
    again = []
    monkeypatch.setattr("clients.auditor.company.Company._begin_again", lambda _self: again.append(1))
    assert report_on(clean(), TOGETHER)["verdict"] == "verified"
    assert report_on(bigger(), Pace(jobs=3, span=32))["verdict"] == "verified"
    assert again == []


def nothing(*_: object) -> None:
    """Follow no leaf."""


def nowhere(*_: object) -> None:
    """Have no idea where a leaf leads to."""
    raise KeyError


@pytest.mark.parametrize("follow", [nothing, nowhere])
def test_wrong_guesses_and_none_cost_time_only(follow: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    honest = report_on(clean(), ALONE)
    monkeypatch.setattr(Stated, "follow", follow)
    assert report_on(clean(), TOGETHER) == honest


SPOILT: dict[str, Callable[[list[bytes]], None]] = {
    "changed": lambda leaves: leaves.__setitem__(300, leaves[300].replace(b"key-1", b"key-2")),
    "taken out": lambda leaves: leaves.__delitem__(300),
    "cut off": lambda leaves: leaves.__delitem__(slice(300, None)),
    "cut off at a bundle": lambda leaves: leaves.__delitem__(slice(256, None)),
    "exchanged": lambda leaves: leaves.__setitem__(slice(10, 401, 390), [leaves[400], leaves[10]]),
    "the last one": lambda leaves: leaves.__setitem__(599, leaves[599].replace(b"key-1", b"key-2")),
    "no JSON": lambda leaves: leaves.__setitem__(400, b"{"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_spoilt_leaves_are_found_alike(how: str) -> None:
    book = bigger().copy()
    SPOILT[how](book.leaves)
    alone, together = report_on(book, ALONE), report_on(book, Pace(jobs=2, span=64))
    assert together == alone
    assert alone["exit"] == 1


@pytest.mark.parametrize("seed", range(16))
def test_a_signed_forgery_anywhere_is_found_at_the_same_first_place(seed: int) -> None:
    """The state that a leaf states is believed by nobody: whatever it says, deciding finds it first where it stands."""
    chance = random.Random(seed)
    position = chance.randrange(len(clean().leaves))
    document = json.loads(clean().leaves[position])
    book = forged(clean(), position, forging.changed(document, chance.choice(list(places(document)))))
    assert report_on(book, TOGETHER) == report_on(book, ALONE)


def lie(document: dict[str, Any], amount: int) -> None:
    """More than there was, throughout an entry's own arithmetic."""
    for name in ("fund", "custody"):
        for posting in document.get(name, ()):
            posting["amount"] = str(int(posting["amount"]) + amount)
            posting["from"]["out"] = str(int(posting["from"]["out"]) + amount)
            posting["to"]["in"] = str(int(posting["to"]["in"]) + amount)
            for span in posting["from"].get("took", ())[-1:]:
                span[1] = str(int(span[1]) + amount)


@pytest.mark.parametrize("position", [17, 100, 255, 256, 257, 400, 598])
def test_a_lie_that_agrees_with_itself_is_found_where_it_stops_agreeing(position: int) -> None:
    document = json.loads(bigger().leaves[position])
    lie(document, 1)
    book = forged(bigger(), position, document)
    alone, together = report_on(book, ALONE), report_on(book, Pace(jobs=2, span=16))
    assert together == alone
    assert alone["exit"] in {1, 5}
    assert alone["first_divergence"]["position"] >= position


@pytest.mark.parametrize(("position", "before"), [(500, 20), (500, 499), (512, 511), (599, 0)])
def test_an_id_that_was_used_before_is_found_across_segments(position: int, before: int) -> None:
    document = json.loads(bigger().leaves[position])
    document["id"] = json.loads(bigger().leaves[before])["id"]
    book = forged(bigger(), position, document)
    alone, together = report_on(book, Pace(jobs=1, span=4096)), report_on(book, Pace(jobs=2, span=64))
    assert together["first_divergence"] == alone["first_divergence"]
    assert (alone["exit"], alone["first_divergence"]["position"]) == (5, position)
    assert report_on(book, ALONE) == alone


def test_rows_are_compared_alike() -> None:
    for table, at in (("entry", 300), ("posting", 700), ("slice", 100), ("leaf", 255), ("command", 9), ("account", 2)):
        book = bigger().copy()
        row = book.tables[table][at]
        name = [name for name in row if name not in {"book", "n", "posting", "id"}][-1]
        row[name] = forging.other(row[name])
        alone, together = report_on(book, ALONE), report_on(book, Pace(jobs=2, span=64))
        assert together == alone, table
        assert alone["first_divergence"]["source"] == table


def test_a_worker_that_dies_decides_nothing() -> None:
    class Deadly(Memory):
        def page(self, table: str, after: str | None) -> Page:
            """Kill whoever decides, before there is anything to decide."""
            if table == "slice":
                for child in multiprocessing.active_children():
                    child.kill()
            return super().page(table, after)

    report = verify(Deadly(bigger()), "memory", Options(sleep=lambda _: None, pace=Pace(jobs=2, span=16)))
    assert (report.exit, report.undecided and report.undecided[0]) == (3, "fault")


@pytest.mark.parametrize("how", SPOILT)
def test_bytes_chain_and_tree_alone_find_spoilt_leaves_alike(how: str) -> None:
    book = bigger().copy()
    SPOILT[how](book.leaves)
    alone = report_on(book, Pace(jobs=1, span=64, replay=False), projections=False)
    together = report_on(book, Pace(jobs=2, span=64, replay=False), projections=False)
    decided = report_on(book, ALONE, projections=False)
    assert together == alone
    assert (alone["exit"], alone["first_divergence"]["position"]) == (1, decided["first_divergence"]["position"])


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_broken_chain_under_a_signed_tree_is_found(jobs: int) -> None:
    document = json.loads(bigger().leaves[300])
    document["prev"] = "0" * 64
    book = forged(bigger(), 300, document)
    report = report_on(book, Pace(jobs=jobs, span=64, replay=False), projections=False)
    assert (report["exit"], report["first_divergence"]["position"]) == (1, 300)
    assert report["first_divergence"]["field"] == "prev"
    clear = report_on(bigger(), Pace(jobs=jobs, span=64, replay=False), projections=False)
    assert (clear["verdict"], clear["checked"]["entries"]) == ("partial", 600)
    assert "none was decided again" in clear["sentence"]
