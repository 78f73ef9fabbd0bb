"""Frozen and closed accounts: what may still move, and how the status comes and goes."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.commands import Command, Move
from ledger.rejections import Rejection
from tests.ledger.books import CNY, Book, command, out
from tests.ledger.samples import gift, prepared, spend


@pytest.fixture
def book() -> Book:
    """f1 to f4 hold 1000 each; `empty` holds nothing."""
    made = prepared()
    made.record(command("account_opened", {"account": "empty", "book": "fund", "class": "fund", "asset": CNY}))
    return made


def answer(book: Book, made: Command) -> str:
    """The code of the rejection, or the breaches of what is recorded."""
    try:
        document = book.record(made).document
    except Rejection as rejection:
        return rejection.code
    return " ".join(breach["code"] for breach in document.get("breaches", ())) or "accepted"


def change(kind: str, account: str, **fields: Any) -> Command:  # noqa: ANN401 -- any field
    """A change of status."""
    ground = {"account_frozen": {"ground": "court"}, "account_unfrozen": {"ground": "lifted"}}.get(kind, {})
    return command(kind, {"account": account, **ground}, **fields)


def test_nothing_leaves_a_frozen_account_and_money_still_arrives(book: Book) -> None:
    book.record(change("account_frozen", "f1"))
    assert answer(book, spend("f1", 1)) == "ACCOUNT_FROZEN"
    assert answer(book, command("allocation", fund=(Move("f1", "f2", 1),))) == "ACCOUNT_FROZEN"
    assert answer(book, gift("f1", 1)) == "accepted"
    assert answer(book, command("allocation", fund=(Move("f2", "f1", 1),))) == "RESTRICTION_VIOLATED"
    book.record(change("account_unfrozen", "f1"))
    assert answer(book, spend("f1", 1)) == "accepted"


def test_where_money_lies_is_frozen_too(book: Book) -> None:
    book.record(change("account_frozen", "b1"))
    assert answer(book, spend("f1", 1)) == "ACCOUNT_FROZEN"
    assert answer(book, command("custody_move", custody=(Move("b1", "b2", 1),))) == "ACCOUNT_FROZEN"
    assert answer(book, gift("f1", 1)) == "accepted"


def test_what_was_seen_to_leave_is_recorded_with_the_breach(book: Book) -> None:
    book.record(change("account_frozen", "f1"))
    assert answer(book, spend("f1", 1, mode="observed")) == "ACCOUNT_FROZEN"
    assert answer(book, spend("f1", 5000, mode="observed")) == "ACCOUNT_FROZEN INSUFFICIENT_FUNDS INSUFFICIENT_FUNDS"


@pytest.mark.parametrize(("before", "asked", "expected"), [
    ([], "account_unfrozen", "STATUS_MISMATCH"),
    (["account_frozen"], "account_frozen", "STATUS_MISMATCH"),
    (["account_frozen"], "account_closed", "STATUS_MISMATCH"),
    (["account_frozen", "account_unfrozen"], "account_closed", "accepted"),
    (["account_closed"], "account_closed", "STATUS_MISMATCH"),
    (["account_closed"], "account_frozen", "STATUS_MISMATCH"),
    (["account_closed"], "account_unfrozen", "STATUS_MISMATCH"),
])  # fmt: skip
def test_a_status_comes_from_another_one(book: Book, before: list[str], asked: str, expected: str) -> None:
    for kind in before:
        book.record(change(kind, "empty"))
    assert answer(book, change(asked, "empty")) == expected


def test_an_account_is_closed_empty_with_its_shortfall(book: Book) -> None:
    assert answer(book, change("account_closed", "f1")) == "BALANCE_NOT_ZERO"
    assert answer(book, spend("empty", 5, mode="observed")) == "INSUFFICIENT_FUNDS"
    assert book.state.accounts["empty"].balance == 0
    assert answer(book, change("account_closed", "empty")) == "BALANCE_NOT_ZERO"
    book.record(command("allocation", fund=(Move("f1", "overdrawn/empty", 5),)))
    assert answer(book, change("account_closed", "empty")) == "accepted"
    assert answer(book, gift("empty", 1)) == "ACCOUNT_CLOSED"
    assert answer(book, spend("empty", 1)) == "ACCOUNT_CLOSED"
    assert answer(book, gift("empty", 1, mode="observed")) == "ACCOUNT_CLOSED"


def test_a_correction_is_asked_only_of_the_accounts_that_it_touches(book: Book) -> None:
    given = book.record(gift("empty", 10)).position
    passed = book.record(command("allocation", fund=(Move("empty", "f1", 10),))).position
    book.record(change("account_closed", "empty"))
    wrong = {"reason": "mistaken"}
    assert answer(book, command("correction", wrong | {"of": passed})) == "ACCOUNT_CLOSED"
    gone = book.record(command("correction", wrong | {"of": given})).document
    assert gone["receivable"][0]["amount"] == "10"
    assert answer(book, command("correction", wrong | {"of": passed}, mode="observed")) == "ACCOUNT_CLOSED"


def test_a_correction_takes_nothing_out_of_a_frozen_account(book: Book) -> None:
    given = book.record(gift("f1", 10)).position
    book.record(change("account_frozen", "f1"))
    assert answer(book, command("correction", {"of": given, "reason": "mistaken"})) == "ACCOUNT_FROZEN"


def test_another_organization_closes_nothing_here(book: Book) -> None:
    assert answer(book, change("account_closed", "empty", organization="o2")) == "NOT_THE_ORGANIZATIONS_ACCOUNT"
    assert answer(book, change("account_closed", "missing")) == "ACCOUNT_NOT_FOUND"
    assert answer(book, change("account_closed", out("vendors"))) == "MALFORMED"


def test_a_transfer_asks_the_account_that_receives(book: Book) -> None:
    book.record(change("account_closed", "h1", organization="o2"))
    made = command("transfer", fund=(Move("f1", "h1", 5),), custody=(Move("b1", "c1", 5),))
    assert answer(book, made) == "ACCOUNT_CLOSED"
