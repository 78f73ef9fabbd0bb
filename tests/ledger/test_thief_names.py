"""What a thief would try with names, dates, imports and ids.

Each test is one attempt.  What cannot be refused (money that has moved) must stand in the entry.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.accounts import implied
from ledger.commands import Command, Move
from ledger.decide import Accepted, decide, undo
from ledger.rejections import Rejection
from tests.ledger.books import CNY, NOW, Book, command, out
from tests.ledger.samples import D, prepared, spend


@pytest.fixture
def book() -> Book:
    """f1 unrestricted, f2 for `edu` (fee cap 50 %), f3 for `edu.school` (none), f4 undetermined: 1000 each."""
    return prepared()


def answer(book: Book, made: Command) -> str:
    """The code of the rejection, or `accepted`."""
    try:
        book.record(made)
    except Rejection as rejection:
        return rejection.code
    return "accepted"


def allocate(source: str, target: str, amount: int = 10, *, ground: dict[str, str] | None = None) -> Command:
    """An allocation, with a ground if one is given."""
    return command("allocation", {"ground": ground} if ground else {}, fund=(Move(source, target, amount),))


@pytest.mark.parametrize(
    ("account", "known"),
    [
        ("outside/o1/donors:natural:bank/CNY/2", True),
        ("outside/o1/donors:zhang-san:bank/CNY/2", False),
        ("outside/o1/donors/CNY/2", False),
        ("outside/o1/vendors:zhang-san/CNY/2", False),
        ("outside/o1/beneficiaries:p-1/CNY/2", True),
        ("outside/o1/beneficiaries:-/CNY/2", True),
        ("outside/o1/beneficiaries/CNY/2", False),
        ("outside/o1/payers:interest/CNY/2", True),
        ("outside/o1/payers:zhang/CNY/2", False),
        ("outside/o1/vendors/CNY", False),
        ("outside/o1/vendors/张三", False),
        ("outside/o1/friends/CNY/2", False),
        ("outside/O1/vendors/CNY/2", False),
    ],
)
def test_an_outside_account_names_a_class_and_never_a_person(account: str, known: object) -> None:
    assert (implied(account, 1) is not None) is known


def test_an_organization_without_terms_escapes_no_rule(book: Book) -> None:
    bare = {"noun": "organization", "record": "o3", "version": 1, "digest": D}
    assert answer(book, command("record_bound", bare, organization=None)) == "MALFORMED"


def test_registration_is_asked_of_the_receiver_too(book: Book) -> None:
    ended = {
        "type": "social-organization",
        "status": [{"kind": "registered", "from": "2000-01-01", "until": "2026-01-01"}],
    }
    record = {"noun": "organization", "record": "o2", "version": 2, "digest": D, "facts": ended}
    book.record(command("record_bound", record, organization=None))
    made = command("transfer", fund=(Move("f1", "h1", 1),), custody=(Move("b1", "c1", 1),))
    assert answer(book, made) == "NOT_REGISTERED"
    assert answer(book, replace(made, effective="2026-01-01")) == "accepted"


def test_imported_money_rests_until_its_batch_is_closed(book: Book) -> None:
    assert answer(book, allocate("f5", "f1")) == "BATCH_OPEN"
    inside = spend("f5", 1, data={"batch": "open-1"})
    assert answer(book, inside) == "BATCH_OPEN", "an instructed command is not the import"
    observed = book.record(replace(inside, mode="observed")).document
    assert "breaches" not in observed, "the import itself goes on"
    other = book.record(spend("f5", 1, mode="observed")).document
    assert [b["code"] for b in other["breaches"]] == ["BATCH_OPEN"]
    book.record(command("import_closed", {"batch": "open-1"}))
    assert answer(book, allocate("f5", "f1")) == "accepted"
    assert answer(book, command("import_closed", {"batch": "open-1"})) == "BATCH_CLOSED"
    assert answer(book, command("import_closed", {"batch": "closed-1"}, organization="o2")) == "BATCH_NOT_FOUND"


def test_evidence_and_deliveries_are_named_once(book: Book) -> None:
    facts = {"evidence": "e-1", "subject": 1, "digest": D, "size": 1, "mediaType": "image/png"}
    first = command("evidence_attached", facts)
    accepted = book.record(first)
    assert answer(book, replace(first, id=command("x").id)) == "ALREADY_EXISTS"
    undo(book.state, accepted)
    assert isinstance(decide(book.state, first, NOW), Accepted)


def test_an_opened_account_is_among_the_touched(book: Book) -> None:
    opened = command("account_opened", {"account": "f9", "book": "fund", "class": "fund", "asset": CNY})
    assert book.record(opened).touched == ("f9",)


def test_a_stolen_id_tells_its_position_and_changes_nothing(book: Book) -> None:
    made = spend("f1", 10)
    at = book.record(made).position
    with pytest.raises(Rejection) as caught:
        decide(book.state, replace(made, fund=(Move("f1", out("staff"), 10),)), NOW)
    assert caught.value.facts["position"] == at
