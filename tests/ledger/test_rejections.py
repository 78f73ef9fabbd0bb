"""Every named no is provoked once, with all its facts; and of two faults the earlier code is answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from ledger.accounts import implied
from ledger.assets import MAX_UNITS
from ledger.commands import Command, Move, Origin
from ledger.decide import Accepted, decide
from ledger.kinds import KINDS
from ledger.rejections import BREACHES, CODES, LATE, Rejection, sentence
from ledger.state import State
from tests.ledger.books import CNY, GOODS, NOW, Book, command, out
from tests.ledger.samples import BANK, GIVER, SAMPLES, D, batch_data, gift, paid, prepared, spend

Case = Callable[[Book], Command]


def rejected(state: State, made: Command) -> Rejection:
    """The rejection that the command meets."""
    with pytest.raises(Rejection) as caught:
        decide(state, made, NOW)
    return caught.value


# ---------------------------------------------------------------- one case for each code


def _again(change: Callable[[Command], Command]) -> Case:
    """A payment once more, changed."""

    def case(book: Book) -> Command:
        made = spend("f1", 10, {"cost": "activity"}, data={"source": "a"})
        book.record(made)
        return change(made)

    return case


def _moved(**change: Any) -> Callable[[Command], Command]:  # noqa: ANN401 -- any field
    return lambda made: replace(made, fund=(replace(made.fund[0], **change),))


def _corrected_before(book: Book) -> Command:
    made = command("correction", {"of": paid(book), "reason": "mistaken"})
    book.record(made)
    return replace(made, id=command("x").id)


def _bought_and_used(book: Book) -> Command:
    at = book.record(SAMPLES["conversion"](book)).position
    use = (Move("g1", out("beneficiaries:-", GOODS), 13),)
    book.record(command("disbursement", fund=use, custody=(Move("w1", out("custody", GOODS), 13),)))
    return command("correction", {"of": at, "reason": "mistaken"})


def _refund_of(entry: int, posting: int, amount: int = 1) -> Command:
    move = Move("f1", GIVER, amount, of=Origin(entry, posting))
    return command("refund", fund=(move,), custody=(Move("b1", BANK, amount),))


def _closed_before(book: Book) -> Command:
    opened = {"account": "f8", "book": "fund", "class": "fund", "asset": CNY}
    book.record(command("account_opened", opened))
    book.record(command("account_closed", {"account": "f8"}))
    return gift("f8", 1)


def _frozen_before(book: Book) -> Command:
    book.record(command("account_frozen", {"account": "f1", "ground": "court"}))
    return spend("f1", 1)


def _period_again(book: Book) -> Command:
    book.record(command("period_closed", {"through": "2026-06-30", "authority": "council"}))
    return command("period_closed", {"through": "2026-06-30", "authority": "council"})


def _late(book: Book) -> Command:
    _period_again(book)
    return gift("f1", 1, effective="2026-06-30")


def _hold(book: Book, amount: int = 5, **data: str) -> int:
    """The position of a hold of some of `f1` for vendors."""
    fund = (Move("f1", out("vendors"), amount),)
    made = command("hold", {"for": "expense", **data}, fund=fund, custody=(Move("b1", BANK, amount),))
    return book.record(made).position


def _pays(hold: int, move: Move) -> Command:
    return command("expense", {"hold": hold}, fund=(move,), custody=(Move("b1", BANK, move.amount),))


def _resolved_before(book: Book) -> Command:
    at = _hold(book)
    book.record(command("void", {"hold": at}))
    return _pays(at, Move("f1", out("vendors"), 5))


def _over(book: Book) -> Command:
    at = _hold(book, until="2026-11-24T02:00:00.000100Z")
    for _ in range(100):
        book.record(gift("f2", 1))
    return _pays(at, Move("f1", out("vendors"), 5))


def _kept(book: Book) -> Command:
    _hold(book, 890)  # of 900
    first = book.state.accounts["f1"].free[0][1]
    moves = (Move("f1", out("vendors"), 20, units=((first, first + 20),)),)
    return command("expense", fund=moves, custody=(Move("b1", BANK, 20),))


def _scattered(book: Book) -> Command:
    """The oldest 600 units of `f1` lie apart from each other."""
    decide(book.state, gift("f1", 2000), NOW)
    first = book.state.accounts["f1"].free[0][1]
    for half in (first, first + 600):
        moves = [Move("f1", "f2", 10, units=_every_second(half + 20 * n, 10)) for n in range(30)]
        decide(book.state, command("allocation", fund=tuple(moves)), NOW)
    return command("allocation", fund=(Move("f1", "f2", 900),))


def _every_second(start: int, count: int) -> tuple[tuple[int, int], ...]:
    return tuple((start + 2 * n, start + 2 * n + 1) for n in range(count))


def _large(book: Book) -> Command:
    """As many moves as there may be, with the longest names, codes and numbers."""
    names = [f"{n:02}" + "a" * 62 for n in range(64)]
    for name in names:
        opened = {"account": name, "book": "fund", "class": "fund", "asset": CNY}
        decide(book.state, command("account_opened", opened), NOW)
        decide(book.state, gift(name, 10**17), NOW)
    use = {"purpose": "e" * 64, "project": "p" * 64, "category": "c" * 64, "region": "420100@201904"}
    payee = out("beneficiaries:" + "p" * 64)
    moves = [Move(name, payee, 8, use, _every_second(10**16, 8)) for name in names]
    return command("disbursement", fund=tuple(moves), custody=(Move("b1", BANK, 8),) * len(moves))


CASES: dict[str, Case] = {
    "MALFORMED": lambda _: spend("f1", 0),
    "EXISTS_WITH_DIFFERENT_KIND": _again(lambda m: replace(m, kind="disbursement")),
    "EXISTS_WITH_DIFFERENT_MODE": _again(lambda m: replace(m, mode="observed")),
    "EXISTS_WITH_DIFFERENT_ORGANIZATION": _again(lambda m: replace(m, organization="o2")),
    "EXISTS_WITH_DIFFERENT_EFFECTIVE": _again(lambda m: replace(m, effective="2026-11-02")),
    "EXISTS_WITH_DIFFERENT_ACCOUNT": _again(_moved(source="f2")),
    "EXISTS_WITH_DIFFERENT_AMOUNT": _again(_moved(amount=11)),
    "EXISTS_WITH_DIFFERENT_USE": _again(_moved(use=None)),
    "EXISTS_WITH_DIFFERENT_UNITS": _again(_moved(units=((0, 10),))),
    "EXISTS_WITH_DIFFERENT_DATA": _again(lambda m: replace(m, data={"source": "b"})),
    "JOURNAL_NOT_OPEN": lambda _: gift("f1", 1),  # asked of an empty state, see below
    "JOURNAL_ALREADY_OPEN": lambda book: command("journal_opened", book.document(0)["data"], organization=None),
    "ORGANIZATION_NOT_FOUND": lambda _: gift("f1", 1, organization="o9"),
    "RESTRICTION_NOT_FOUND": lambda _: command(
        "account_opened", {"account": "x", "book": "fund", "class": "fund", "asset": CNY, "restriction": "r0"}
    ),
    "REGION_NOT_FOUND": lambda _: spend("f1", 1, {"region": "999999@201904"}),
    "ACCOUNT_NOT_FOUND": lambda _: gift("nowhere", 1),
    "ENTRY_NOT_FOUND": lambda _: command("correction", {"of": 10**6, "reason": "mistaken"}),
    "BATCH_NOT_FOUND": lambda _: gift("f1", 1, {"batch": "none"}),
    "ALREADY_EXISTS": lambda _: command(
        "account_opened", {"account": "f1", "book": "fund", "class": "fund", "asset": CNY}
    ),
    "VERSION_CONFLICT": lambda _: command(
        "record_bound", {"noun": "project", "digest": D, "record": "p", "version": 3}, organization=None
    ),
    "SAME_ACCOUNT": lambda _: command("allocation", fund=(Move("f1", "f1", 1),)),
    "ASSET_MISMATCH": lambda _: command("allocation", fund=(Move("f1", "g1", 1),)),
    "NOT_FOR_THIS_KIND": lambda _: command("allocation", fund=(Move("f1", out("vendors"), 1),)),
    "NOT_THE_ORGANIZATIONS_ACCOUNT": lambda _: command("allocation", fund=(Move("f1", "h1", 1),)),
    "SAME_ASSET": lambda _: command(
        "conversion", fund=(Move("f1", out("conversion"), 1), Move(out("conversion"), "f2", 1))
    ),
    "BOOKS_DIFFER": lambda _: replace(gift("f1", 2), custody=(Move(BANK, "b1", 1),)),
    "RETURN_MISMATCH": lambda book: _refund_of(paid(book), 0),
    "NOT_CORRECTABLE": lambda _: command("correction", {"of": 0, "reason": "mistaken"}),
    "ALREADY_CORRECTED": _corrected_before,
    "IMPORTED_BEFORE": lambda _: command("import_opened", batch_data("b-2", "1" * 64)),
    "BATCH_CLOSED": lambda _: gift("f1", 1, {"batch": "closed-1"}),
    "ROSTER_TOO_SMALL": lambda _: command(
        "disbursement", {"roster": {"count": 4, "total": "1", "root": D}},
        fund=(Move("f1", out("beneficiaries:-"), 1),), custody=(Move("b1", BANK, 1),),
    ),
    "EFFECTIVE_IN_FUTURE": lambda _: gift("f1", 1, effective="2026-11-25"),
    "STATUS_MISMATCH": lambda _: command("account_unfrozen", {"account": "f1", "ground": "lifted"}),
    "BALANCE_NOT_ZERO": lambda _: command("account_closed", {"account": "f1"}),
    "NOT_A_HOLD": lambda _: command("void", {"hold": 0}),
    "HOLD_MISMATCH": lambda book: _pays(_hold(book), Move("f1", out("staff"), 4)),
    "HOLD_EXCEEDED": lambda book: _pays(_hold(book), Move("f1", out("vendors"), 6)),
    "HOLD_RESOLVED": _resolved_before,
    "HOLD_EXPIRED": _over,
    "HOLD_NOT_EXPIRED": lambda book: command("expire", {"hold": _hold(book)}),
    "PERIOD_NOT_CLOSED": lambda _: command(
        "period_reopened", {"from": "2026-06-01", "authority": "council", "ground": "audit", "evidence": D}
    ),
    "PERIOD_CLOSED_BEFORE": _period_again,
    "PERIOD_NOT_OVER": lambda _: command("period_closed", {"through": "2026-11-24", "authority": "council"}),
    "PERIOD_CLOSED": _late,
    "ACCOUNT_CLOSED": _closed_before,
    "ACCOUNT_FROZEN": _frozen_before,
    "NOT_REGISTERED": lambda _: gift("f1", 1, effective="1999-12-31"),
    "NOT_QUALIFIED": lambda _: gift("f1", 1, {"channel": "public-offline"}, effective="2016-08-31"),
    "BATCH_OPEN": lambda _: spend("f5", 1),
    "RESTRICTION_VIOLATED": lambda _: spend("f2", 1, {"purpose": "health"}),
    "FEE_CAP_EXCEEDED": lambda _: command(
        "bank_fee", fund=(Move("f2", out("fees"), 501),), custody=(Move("b1", BANK, 501),)
    ),
    "INSUFFICIENT_FUNDS": lambda _: spend("f1", 1001),
    "UNITS_NOT_FREE": lambda _: command("allocation", fund=(Move("f1", "f2", 5, units=((0, 5),)),)),
    "RETURN_EXCEEDS": lambda book: _refund_of(book.record(gift("f1", 5)).position, 0, 6),
    "RESERVED": _kept,
    "NOT_REVERSIBLE": _bought_and_used,
    "REPAYS_TOO_MUCH": lambda _: command("allocation", fund=(Move("f1", "overdrawn/f2", 1),)),
    "OVERFLOW": lambda _: gift("f1", MAX_UNITS),
    "TOO_MANY_SLICES": _scattered,
    "LEAF_TOO_LARGE": _large,
}  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_provoked(code: str) -> None:
    book = prepared()
    made = CASES[code](book)
    state = State(entries={}) if code == "JOURNAL_NOT_OPEN" else book.state
    refused = rejected(state, made)
    assert refused.code == code, refused.facts
    for language in ("en", "zh"):
        text = sentence(code, refused.facts, language)
        assert not re.search(r"{\w+}", text), text
    placeholders = set(re.findall(r"{(\w+)}", CODES[code][0]))
    assert placeholders == set(re.findall(r"{(\w+)}", CODES[code][1])) == set(refused.facts)


def test_every_case_has_its_code() -> None:
    assert CASES.keys() == CODES.keys()


@pytest.mark.parametrize("code", CODES)
def test_an_observed_command_declares_breaches_and_nothing_else(code: str) -> None:
    book = prepared()
    made = replace(CASES[code](book), mode="observed")
    state = State(entries={}) if code == "JOURNAL_NOT_OPEN" else book.state
    if code in BREACHES:
        accepted = decide(state, made, NOW)
        assert isinstance(accepted, Accepted)
        assert code in {breach["code"] for breach in accepted.document["breaches"]}
    elif code in LATE:
        accepted = decide(state, made, NOW)
        assert isinstance(accepted, Accepted)
        assert accepted.document["priorPeriod"] is True
        assert "breaches" not in accepted.document
    elif code == "EXISTS_WITH_DIFFERENT_KIND":
        assert rejected(state, made).code == code
    elif code.startswith("EXISTS_WITH"):
        assert rejected(state, made).code == "EXISTS_WITH_DIFFERENT_MODE"
    else:
        assert rejected(state, made).code == code


def test_an_unknown_code_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        Rejection("NO_SUCH_CODE")


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_kind_has_an_acceptable_sample(kind: str) -> None:
    book = prepared()
    made = SAMPLES[kind](book)
    assert book.record(made).document["type"] == kind
    assert SAMPLES.keys() | {"journal_opened"} == KINDS.keys()


# ---------------------------------------------------------------- precedence: pairs of faults

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
        _closed_before(book)
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
    ("ALREADY_CORRECTED", "of", lambda book, made: _fact(of=_corrected_before(book).data["of"])(book, made)),
    ("EFFECTIVE_IN_FUTURE", "effective", _field(effective="2027-01-01")),
    ("NOT_REVERSIBLE", "of", lambda book, made: _fact(of=_bought_and_used(book).data["of"])(book, made)),
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
    (lambda book: _refund_of(book.record(gift("f1", 5)).position, 0), REFUND),
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
        "ACCOUNT": _moved(source="f2"),
        "AMOUNT": _moved(amount=11),
        "USE": _moved(use=None),
        "UNITS": lambda m: _moved(units=((0, m.fund[0].amount),))(m),
        "DATA": lambda m: replace(m, document_date="2026-10-01"),
    }
    book = prepared()
    made = spend("f1", 10, {"cost": "activity"}, data={"source": "a"})
    book.record(made)
    for code in (earlier, later):
        made = changes[code.removeprefix("EXISTS_WITH_DIFFERENT_")](made)
    assert rejected(book.state, made).code == earlier
