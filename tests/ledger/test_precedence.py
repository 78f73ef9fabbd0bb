"""Of two faults the earlier code is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from ledger.accounts import implied
from ledger.assets import MAX_UNITS
from ledger.commands import Approval, Command, Move, Origin
from ledger.rejections import CODES
from tests.ledger.approved import terms, threshold
from tests.ledger.books import CNY, Book, command, out
from tests.ledger.refused import (
    Case,
    bought_and_used,
    closed_before,
    corrected_before,
    moved,
    refund_of,
    rejected,
)
from tests.ledger.samples import BANK, GIVER, D, gift, paid, prepared, spend

Fault = tuple[str, str, Callable[[Book, Command], Command]]
"""A code, the part of the command that it spoils (two of one part exclude each other), and how."""


def _field(**change: Any) -> Callable[[Book, Command], Command]:  # noqa: ANN401 -- any field
    return lambda _, made: replace(made, **change)


def _fact(**change: Any) -> Callable[[Book, Command], Command]:  # noqa: ANN401 -- any field
    return lambda _, made: replace(made, data={**made.data, **change})


def _plus(*fund: Move, custody: tuple[Move, ...] = ()) -> Callable[[Book, Command], Command]:
    return lambda _, made: replace(made, fund=(*made.fund, *fund), custody=(*made.custody, *custody))


def _out(source: str, target: str = out("vendors"), amount: int = 1, **more: Any) -> Callable[[Book, Command], Command]:  # noqa: ANN401 -- any field
    return _plus(Move(source, target, amount, **more), custody=(Move("b1", BANK, amount),))


def _used_id(book: Book, made: Command) -> Command:
    book.record(gift("f1", 1, id=made.id))
    return made


def overflowing(book: Book, made: Command) -> Command:
    """The payee has been paid all that a total can hold."""
    account = implied(out("vendors"), 1)
    assert account is not None
    account.seq, account.total_in = 1, MAX_UNITS
    book.state.accounts[account.id] = account
    return made


def _returning_too_much(book: Book, made: Command) -> Command:
    of = Origin(book.record(gift("f1", 5)).position, 0)
    return _out("f1", GIVER, 6, of=of)(book, made)


def _in_a_closed_period(book: Book, made: Command) -> Command:
    if "o1" not in book.state.periods:
        book.record(command("period_closed", {"through": "2026-10-31", "authority": "council"}))
    return replace(made, effective="2026-10-15")


def _shut(book: Book, made: Command) -> Command:
    if "f8" not in book.state.accounts:
        closed_before(book)
    return _out("f8")(book, made)


def _iced(book: Book, made: Command) -> Command:
    if book.state.accounts["f4"].status == "open":
        book.record(command("account_frozen", {"account": "f4", "ground": "court"}))
    return _out("f4")(book, made)


def _empty_account(book: Book) -> Command:
    book.record(command("account_opened", {"account": "f9", "book": "fund", "class": "fund", "asset": CNY}))
    return command("account_closed", {"account": "f9"})


def _iced_account(book: Book, made: Command) -> Command:
    """Every account that may be named is frozen already."""
    for account in ("f1", "f9"):
        if book.state.accounts[account].status == "open":
            book.record(command("account_frozen", {"account": account, "ground": "court"}))
    return made


def _above_the_threshold(book: Book, made: Command) -> Command:
    """Whatever it is, it needs a second officer."""
    if terms(book).state.approvals["o1", "threshold", CNY] != "0":
        book.record(threshold("0"))
    return made


def _approved_by(name: str, signature: str | None = None) -> Callable[[Book, Command], Command]:
    def spoil(book: Book, made: Command) -> Command:
        terms(book)
        return replace(made, approval=Approval(name, signature))

    return spoil


EXPENSE: list[Fault] = [
    ("MALFORMED", "voucher", _field(voucher={"book": "1"})),
    ("EXISTS_WITH_DIFFERENT_KIND", "id", _used_id),
    ("ORGANIZATION_NOT_FOUND", "organization", _field(organization="o9")),
    ("REGION_NOT_FOUND", "", _out("f1", use={"region": "1" * 6 + "@201904"})),
    ("ACCOUNT_NOT_FOUND", "", _out("nowhere")),
    ("BATCH_NOT_FOUND", "batch", _fact(batch="none")),
    ("SAME_ACCOUNT", "", _plus(Move("f1", "f1", 1))),
    ("ASSET_MISMATCH", "", _out("f1", out("vendors", "USD/2"))),
    ("NOT_FOR_THIS_KIND", "", _out("f1", GIVER)),
    ("NOT_THE_ORGANIZATIONS_ACCOUNT", "", _out("h1")),
    ("BOOKS_DIFFER", "", _plus(custody=(Move("b1", BANK, 1),))),
    ("BATCH_CLOSED", "batch", _fact(batch="closed-1")),
    ("EFFECTIVE_IN_FUTURE", "effective", _field(effective="2027-01-01")),
    ("PERIOD_CLOSED", "effective", _in_a_closed_period),
    ("ACCOUNT_CLOSED", "", _shut),
    ("ACCOUNT_FROZEN", "", _iced),
    ("NOT_REGISTERED", "effective", _field(effective="1999-01-01")),
    ("BATCH_OPEN", "", _out("f5")),
    ("RESTRICTION_VIOLATED", "", _out("f3", use={"purpose": "health"})),
    ("INSUFFICIENT_FUNDS", "late", _out("f1", amount=2000)),
    ("UNITS_NOT_FREE", "late", _out("f1", units=((10**6, 10**6 + 1),))),
    ("OVERFLOW", "late", overflowing),
    ("APPROVAL_REQUIRED", "approval", _above_the_threshold),
    ("SELF_APPROVAL", "approval", _approved_by("key-1")),
    ("NOT_AN_APPROVER", "approval", _approved_by("key-9")),
    ("SIGNATURE_MISSING", "approval", _approved_by("key-3")),
    ("SIGNATURE_INVALID", "approval", _approved_by("key-2", "0" * 128)),
]  # fmt: skip
DISBURSEMENT: list[Fault] = [
    ("BOOKS_DIFFER", "", _plus(custody=(Move("b1", BANK, 1),))),
    ("BATCH_CLOSED", "batch", _fact(batch="closed-1")),
    ("ROSTER_TOO_SMALL", "roster", _fact(roster={"count": 4, "total": "1", "root": D})),
    ("EFFECTIVE_IN_FUTURE", "effective", _field(effective="2027-01-01")),
]
DONATION: list[Fault] = [
    ("NOT_FOR_THIS_KIND", "", _plus(Move(out("opening"), "f1", 1), custody=(Move(BANK, "b1", 1),))),
    ("BATCH_CLOSED", "batch", _fact(batch="closed-1")),
    ("NOT_REGISTERED", "effective", _field(effective="1999-01-01")),
    ("NOT_QUALIFIED", "qualified", lambda _, m: replace(m, data={**m.data, "channel": "public-online"},
                                                        effective=min(m.effective, "2016-01-01"))),
    ("OVERFLOW", "", _plus(Move(GIVER, "f1", MAX_UNITS), custody=(Move(BANK, "b1", MAX_UNITS),))),
]  # fmt: skip
REFUND: list[Fault] = [
    ("MALFORMED", "original", _fact(original="unknown")),
    ("ENTRY_NOT_FOUND", "", _out("f1", GIVER, of=Origin(10**6, 0))),
    ("RETURN_MISMATCH", "", _out("f1", GIVER, of=Origin(0, 0))),
    ("EFFECTIVE_IN_FUTURE", "effective", _field(effective="2027-01-01")),
    ("NOT_REGISTERED", "effective", _field(effective="1999-01-01")),
    ("RETURN_EXCEEDS", "late", _returning_too_much),
]  # fmt: skip
CORRECTION: list[Fault] = [
    ("ENTRY_NOT_FOUND", "of", _fact(of=10**6)),
    ("NOT_CORRECTABLE", "of", _fact(of=0)),
    ("ALREADY_CORRECTED", "of", lambda book, made: _fact(of=corrected_before(book).data["of"])(book, made)),
    ("EFFECTIVE_IN_FUTURE", "effective", _field(effective="2027-01-01")),
    ("NOT_REVERSIBLE", "of", lambda book, made: _fact(of=bought_and_used(book).data["of"])(book, made)),
]
CLOSING: list[Fault] = [
    ("ACCOUNT_NOT_FOUND", "account", _fact(account="nowhere")),
    ("NOT_THE_ORGANIZATIONS_ACCOUNT", "", _field(organization="o2")),
    ("STATUS_MISMATCH", "", _iced_account),
    ("BALANCE_NOT_ZERO", "account", _fact(account="f1")),
    ("EFFECTIVE_IN_FUTURE", "effective", _field(effective="2027-01-01")),
]
FEE: list[Fault] = [
    ("NOT_REGISTERED", "effective", _field(effective="1999-01-01")),
    ("BATCH_OPEN", "", _out("f5", out("fees"))),
    ("FEE_CAP_EXCEEDED", "", _out("f2", out("fees"), 600)),
    ("INSUFFICIENT_FUNDS", "", _out("f1", out("fees"), 2000)),
]
BASES: list[tuple[Case, list[Fault]]] = [
    (lambda _: spend("f1", 1), EXPENSE),
    (lambda _: replace(spend("f1", 1), kind="disbursement"), DISBURSEMENT),
    (lambda _: gift("f1", 1), DONATION),
    (lambda book: refund_of(book.record(gift("f1", 5)).position, 0), REFUND),
    (lambda book: command("correction", {"of": paid(book), "reason": "mistaken"}), CORRECTION),
    (_empty_account, CLOSING),
    (lambda _: command("bank_fee", fund=(Move("f1", out("fees"), 1),), custody=(Move("b1", BANK, 1),)), FEE),
]  # fmt: skip


def pairs() -> list[Any]:
    """Every two faults of one base that can be had at once, in both orders."""
    found = []
    for base, faults in BASES:
        for a, b in permutations(faults, 2):
            if a[1] and a[1] == b[1]:
                continue
            found.append(pytest.param(base, a, b, id=f"{a[0]}+{b[0]}"))
    return found


@pytest.mark.parametrize(("base", "a", "b"), pairs())
def test_of_two_faults_the_earlier_code_is_answered(base: Case, a: Fault, b: Fault) -> None:
    book = prepared()
    made = base(book)
    for _, _, spoil in (a, b):
        made = spoil(book, made)
    order = list(CODES)
    expected = min(a[0], b[0], key=order.index)
    assert rejected(book.state, made).code == expected


@pytest.mark.parametrize(("earlier", "later"), [
    (a, b) for n, a in enumerate(list(CODES)[1:10]) for b in list(CODES)[n + 2 : 10]
])  # fmt: skip
def test_a_repeated_id_names_the_first_difference(earlier: str, later: str) -> None:
    changes: dict[str, Callable[[Command], Command]] = {
        "KIND": lambda m: replace(m, kind="disbursement"),
        "MODE": lambda m: replace(m, mode="observed"),
        "ORGANIZATION": lambda m: replace(m, organization="o2"),
        "EFFECTIVE": lambda m: replace(m, effective="2026-11-02"),
        "ACCOUNT": moved(source="f2"),
        "AMOUNT": moved(amount=11),
        "USE": moved(use=None),
        "UNITS": lambda m: moved(units=((0, m.fund[0].amount),))(m),
        "DATA": lambda m: replace(m, document_date="2026-10-01"),
    }
    book = prepared()
    made = spend("f1", 10, {"cost": "activity"}, data={"source": "a"})
    book.record(made)
    for code in (earlier, later):
        made = changes[code.removeprefix("EXISTS_WITH_DIFFERENT_")](made)
    assert rejected(book.state, made).code == earlier
