"""Two phases: what a hold keeps, who pays it, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ledger.commands import Command, Move
from ledger.decide import Accepted, Replayed, decide, undo
from ledger.intervals import size
from ledger.rejections import Rejection
from tests.ledger.books import CNY, GOODS, NOW, Book, command, out
from tests.ledger.samples import BANK, GIVER, gift, spend

VENDORS = out("vendors")


@pytest.fixture
def book() -> Book:
    """f1 holds [0, 100), all of it in b1."""
    made = Book(0, watched=False)
    made.record(gift("f1", 100))
    return made


def answer(book: Book, made: Command, now: datetime = NOW) -> str:
    """The code of the rejection, the breaches of what is recorded, or `accepted`."""
    try:
        found = decide(book.state, made, now)
    except Rejection as rejection:
        return rejection.code
    assert isinstance(found, Accepted)
    return " ".join(breach["code"] for breach in found.document.get("breaches", ())) or "accepted"


def hold(amount: int, units: tuple[tuple[int, int], ...] | None = None, **data: Any) -> Command:  # noqa: ANN401 -- any fact
    """A hold of f1 for vendors."""
    fund = (Move("f1", VENDORS, amount, units=units),)
    return command("hold", {"for": "expense", **data}, fund=fund, custody=(Move("b1", BANK, amount),))


def pays(at: int, amount: int, **change: Any) -> Command:  # noqa: ANN401 -- any field
    """The payment of a hold."""
    return replace(spend("f1", amount, data={"hold": at}), **change)


def reserved(book: Book) -> tuple[int, int]:
    """What holds keep of f1 and of b1."""
    return book.state.accounts["f1"].reserved, book.state.accounts["b1"].reserved


def pinned(book: Book) -> list[tuple[int, int]]:
    """The very units of f1 that holds keep."""
    return list(book.state.accounts["f1"].pinned)


def test_a_hold_moves_nothing_and_counts_against_the_limit(book: Book) -> None:
    before = book.state.accounts["f1"].seq
    document = book.record(hold(70)).document
    assert "fund" not in document
    assert document["holds"]["fund"] == [{"from": "f1", "to": VENDORS, "amount": "70"}]
    assert (book.state.accounts["f1"].seq, book.state.accounts["f1"].balance, reserved(book)) == (before, 100, (70, 70))
    assert answer(book, spend("f1", 31)) == "INSUFFICIENT_FUNDS"
    assert answer(book, hold(31)) == "INSUFFICIENT_FUNDS"
    assert answer(book, command("custody_move", custody=(Move("b1", "b2", 31),))) == "INSUFFICIENT_FUNDS"
    assert answer(book, spend("f1", 30)) == "accepted"


@pytest.mark.parametrize("paid", [70, 25])
def test_it_is_paid_once_whole_or_in_part_and_the_rest_is_free(book: Book, paid: int) -> None:
    at = book.record(hold(70)).position
    document = book.record(pays(at, paid)).document
    assert document["fund"][0]["from"]["took"] == [["0", str(paid)]]
    assert reserved(book) == (0, 0)
    assert answer(book, pays(at, 1)) == "HOLD_RESOLVED"
    assert answer(book, command("void", {"hold": at})) == "HOLD_RESOLVED"
    assert answer(book, spend("f1", 100 - paid)) == "accepted"


def test_units_that_are_named_are_kept(book: Book) -> None:
    at = book.record(hold(20, ((10, 20), (0, 10)))).position
    assert pinned(book) == [(0, 20)]
    assert book.record(spend("f1", 30)).document["fund"][0]["from"]["took"] == [["20", "50"]]
    named = command("expense", fund=(Move("f1", VENDORS, 5, units=((15, 20),)),), custody=(Move("b1", BANK, 5),))
    assert answer(book, named) == "UNITS_NOT_FREE"
    side = book.record(pays(at, 15)).document["fund"][0]["from"]
    assert (side["took"], "named" in side) == ([["10", "20"], ["0", "5"]], False)
    assert pinned(book) == []
    assert book.record(spend("f1", 10)).document["fund"][0]["from"]["took"] == [["5", "10"], ["50", "55"]]


def test_who_takes_by_name_leaves_what_is_reserved(book: Book) -> None:
    book.record(hold(70))
    named = command("expense", fund=(Move("f1", VENDORS, 31, units=((0, 31),)),), custody=(Move("b1", BANK, 31),))
    assert answer(book, named) == "RESERVED"
    assert answer(book, replace(named, mode="observed")) == "RESERVED"
    gift_entry = 13
    while book.document(gift_entry)["type"] != "donation":
        gift_entry += 1
    assert answer(book, command("correction", {"of": gift_entry, "reason": "mistaken"})) == "RESERVED"


def test_what_was_seen_to_go_takes_nothing_that_is_kept(book: Book) -> None:
    at = book.record(hold(70)).position
    assert answer(book, spend("f1", 40, mode="observed")) == "INSUFFICIENT_FUNDS INSUFFICIENT_FUNDS"  # and b1
    assert book.state.accounts["overdrawn/f1"].balance == -10
    assert size(book.state.accounts["f1"].free) == 70
    assert answer(book, pays(at, 70)) == "accepted"


def test_a_hold_meets_every_rule_of_its_payment_and_the_payment_again(book: Book) -> None:
    book.record(gift("f2", 10))
    elsewhere = (Move("f2", VENDORS, 5, {"purpose": "health"}),)
    assert answer(book, replace(hold(5), fund=elsewhere)) == "RESTRICTION_VIOLATED"
    assert answer(book, replace(hold(5), custody=())) == "BOOKS_DIFFER"
    assert answer(book, replace(hold(5), fund=(Move("f1", GIVER, 5),))) == "NOT_FOR_THIS_KIND"
    assert answer(book, replace(hold(5), fund=(Move("f1", out("vendors", GOODS), 5),))) == "ASSET_MISMATCH"
    assert answer(book, replace(hold(5), mode="observed")) == "MALFORMED"
    assert answer(book, command("hold", {"for": "donation"}, fund=(Move(GIVER, "f1", 5),))) == "MALFORMED"
    at = book.record(hold(5)).position
    book.record(command("account_frozen", {"account": "f1", "ground": "court"}))
    assert answer(book, pays(at, 5)) == "ACCOUNT_FROZEN"
    assert answer(book, command("void", {"hold": at})) == "accepted"


@pytest.mark.parametrize(("made", "expected"), [
    (pays(0, 5), "NOT_A_HOLD"),
    (pays(10**6, 5), "ENTRY_NOT_FOUND"),
    (pays(16, 6), "HOLD_EXCEEDED"),
    (pays(16, 5, kind="disbursement"), "HOLD_MISMATCH"),
    (pays(16, 5, fund=(Move("f1", out("staff"), 5),)), "HOLD_MISMATCH"),
    (pays(16, 5, fund=(Move("f1", VENDORS, 5, {"cost": "activity"}),)), "HOLD_MISMATCH"),
    (pays(16, 4, fund=(Move("f1", VENDORS, 2), Move("f1", VENDORS, 2))), "HOLD_MISMATCH"),
    (pays(16, 5, custody=(Move("b2", BANK, 5),)), "HOLD_MISMATCH"),
    (pays(16, 5, fund=(Move("f1", VENDORS, 5, units=((0, 5),)),)), "MALFORMED"),
    (command("void", {"hold": 16}, organization="o2"), "NOT_A_HOLD"),
    (command("expire", {"hold": 16}), "HOLD_NOT_EXPIRED"),
    (command("void", {"hold": 16}, mode="observed"), "accepted"),
    (pays(16, 5, mode="observed"), "accepted"),
])  # fmt: skip
def test_what_resolves_a_hold(book: Book, made: Command, expected: str) -> None:
    position = book.record(hold(5)).position
    fixed = replace(made, data={**made.data, "hold": position}) if made.data["hold"] == 16 else made
    assert answer(book, fixed) == expected


def test_the_ledgers_clock_ends_a_hold(book: Book) -> None:
    end = NOW + timedelta(seconds=10)
    until = end.isoformat(timespec="microseconds").replace("+00:00", "Z")
    at = book.record(hold(70, until=until)).position
    assert answer(book, command("expire", {"hold": at}), end - timedelta(microseconds=1)) == "HOLD_NOT_EXPIRED"
    assert answer(book, pays(at, 70), end) == "HOLD_EXPIRED"
    assert answer(book, command("void", {"hold": at}), end) == "HOLD_EXPIRED"
    assert answer(book, spend("f1", 40), end) == "INSUFFICIENT_FUNDS"
    assert answer(book, command("expire", {"hold": at}), end) == "accepted"
    assert answer(book, spend("f1", 40), end) == "accepted"
    assert answer(book, hold(1, until=until), end) == "HOLD_EXPIRED"
    assert answer(book, hold(1, until="2026-11-24T02:00:10Z")) == "MALFORMED"


def test_sent_again_it_is_the_stored_hold(book: Book) -> None:
    made = hold(20, ((10, 20), (0, 10)))
    at = book.record(made).position
    assert decide(book.state, made, NOW) == Replayed(at)
    assert answer(book, replace(made, fund=(replace(made.fund[0], amount=21, units=None),))) == (
        "EXISTS_WITH_DIFFERENT_AMOUNT"
    )


def test_what_is_taken_back_leaves_no_trace(book: Book) -> None:
    at = book.record(hold(20, ((10, 30),))).position
    for made in (hold(5), pays(at, 7), command("void", {"hold": at})):
        found = decide(book.state, made, NOW)
        assert isinstance(found, Accepted)
        undo(book.state, found)
        assert (reserved(book), pinned(book)) == ((20, 20), [(10, 30)])
        assert at not in book.state.resolved


def test_goods_are_reserved_too(book: Book) -> None:
    given = command("gift_in_kind", {"channel": "private"}, fund=(Move(out("donors:natural:private", GOODS), "g1", 9),),
                    custody=(Move(out("custody", GOODS), "w1", 9),))  # fmt: skip
    book.record(given)
    fund = (Move("g1", out("beneficiaries:-", GOODS), 6),)
    book.record(command("hold", {"for": "disbursement"}, fund=fund, custody=(Move("w1", out("custody", GOODS), 6),)))
    sold = (Move("g1", out("conversion", GOODS), 4), Move(out("conversion", CNY), "f1", 4))
    custody = (Move("w1", out("custody", GOODS), 4), Move(BANK, "b1", 4))
    assert answer(book, command("conversion", fund=sold, custody=custody)) == "INSUFFICIENT_FUNDS"
