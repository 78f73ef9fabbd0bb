"""Balancing moves: at most so much, and no more than there is or than is lacking."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.commands import Command, Move
from ledger.entries import command_of
from tests.ledger.books import Book, command, out
from tests.ledger.refused import rejected
from tests.ledger.samples import BANK, gift, prepared, spend


@pytest.fixture
def book() -> Book:
    """A small world with 900 on `f1` and 1000 on the others."""
    return prepared()


def swept(source: str = "f1", target: str = "f2", amount: int = 5000, how: str = "from") -> Command:
    """An allocation of at most so much."""
    return command("allocation", fund=(Move(source, target, amount, balancing=how),))


def test_no_more_moves_than_there_is_and_the_leaf_says_both(book: Book) -> None:
    made = swept()
    (posting,) = book.record(made).document["fund"]
    assert (posting["amount"], posting["asked"], posting["balancing"]) == ("900", "5000", "from")
    assert command_of(book.document(book.state.head.size - 1)) == made, "the command is rebuilt as it was"
    facts = {"account": "f1", "target": "f2", "asked": "5000"}
    found = rejected(book.state, swept())
    assert (found.code, found.facts) == ("NOTHING_TO_MOVE", facts)


def test_as_much_as_was_asked_where_there_is_more(book: Book) -> None:
    (posting,) = book.record(swept(amount=7)).document["fund"]
    assert (posting["amount"], posting["asked"]) == ("7", "7")


def test_what_holds_keep_is_not_available(book: Book) -> None:
    moves = (Move("f1", out("vendors"), 600),)
    book.record(command("hold", {"for": "expense"}, fund=moves, custody=(Move("b1", BANK, 600),)))
    (posting,) = book.record(swept()).document["fund"]
    assert posting["amount"] == "300"


@pytest.mark.parametrize(("how", "amount", "moved"), [("to", 500, 100), ("to", 40, 40), ("both", 500, 100)])
def test_a_lack_is_made_up_for_and_no_more(book: Book, how: str, amount: int, moved: int) -> None:
    book.record(replace(spend("f3", 1100, {"purpose": "edu.school"}), mode="observed"))
    book.record(swept("f1", "overdrawn/f3", amount, how))
    assert book.state.accounts["overdrawn/f3"].balance == moved - 100


def test_both_takes_the_less_of_both(book: Book) -> None:
    book.record(replace(spend("f3", 3100, {"purpose": "edu.school"}), mode="observed"))
    (posting,) = book.record(swept("f1", "overdrawn/f3", 5000, "both")).document["fund"]
    assert posting["amount"] == "900"


def test_moves_of_one_entry_see_each_other(book: Book) -> None:
    moves = (Move("f1", "f2", 600, balancing="from"), Move("f1", "f3", 600, balancing="from"))
    found = book.record(command("allocation", fund=moves)).document["fund"]
    assert [posting["amount"] for posting in found] == ["600", "300"]


def test_custody_follows_the_fund_book(book: Book) -> None:
    fund = (Move("f1", out("vendors"), 5000, {"cost": "activity"}, balancing="from"),)
    custody = (Move("b1", BANK, 5000, balancing="from"),)
    document = book.record(command("expense", fund=fund, custody=custody)).document
    assert [document[name][0]["amount"] for name in ("fund", "custody")] == ["900", "900"]
    assert document["custody"][0]["asked"] == "5000"
    assert rejected(book.state, command("expense", fund=(Move("f2", out("vendors"), 7),), custody=custody)).code in {
        "BOOKS_DIFFER", "RESTRICTION_VIOLATED"
    }  # fmt: skip


def test_money_between_banks_balances_too(book: Book) -> None:
    have = book.state.accounts["b1"].balance
    moves = (Move("b1", "b2", 10**9, balancing="from"),)
    (posting,) = book.record(command("custody_move", custody=moves)).document["custody"]
    assert posting["amount"] == str(have)


def test_the_rules_judge_what_moves(book: Book) -> None:
    assert rejected(book.state, swept("f2", "f1")).code == "RESTRICTION_VIOLATED"
    assert rejected(book.state, swept("f1", "h1")).code == "NOT_THE_ORGANIZATIONS_ACCOUNT"
    fees = (Move("f2", out("fees"), 500, balancing="from"),)
    custody = (Move("b1", BANK, 500),)
    book.record(command("bank_fee", fund=fees, custody=custody))


@pytest.mark.parametrize("change", [
    {"balancing": "all"}, {"balancing": "to"}, {"units": ((0, 5000),)}, {"source": "overdrawn/f1"},
])  # fmt: skip
def test_what_cannot_balance_is_malformed(book: Book, change: dict[str, Any]) -> None:
    made = swept()
    assert rejected(book.state, replace(made, fund=(replace(made.fund[0], **change),))).code == "MALFORMED"


def test_a_hold_keeps_so_much(book: Book) -> None:
    moves = (Move("f1", "f2", 5, balancing="from"),)
    assert rejected(book.state, command("hold", {"for": "allocation"}, fund=moves)).code == "MALFORMED"


def test_the_same_id_with_another_limit_is_another_command(book: Book) -> None:
    made = swept(amount=7)
    book.record(made)
    plain = replace(made, fund=(replace(made.fund[0], balancing=None),))
    assert rejected(book.state, plain).code == "EXISTS_WITH_DIFFERENT_AMOUNT"
    book.record(gift("f1", 1))
