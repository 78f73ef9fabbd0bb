"""Memoranda, changes, agreements and holds with facts: what is open, used and kept, beside a slow count of it."""

from __future__ import annotations

import copy
import random
from dataclasses import replace
from typing import Any

import pytest

from ledger.commands import Command, Move
from ledger.decide import Accepted, Replayed, decide, undo
from ledger.draft import Draft
from ledger.memoranda import open_units
from ledger.rejections import Rejection
from ledger.state import State
from ledger.stated import MAPPED, Stated, copied, part_of
from tests.ledger.books import CNY, NOW, Book, command, out
from tests.ledger.refused import rejected
from tests.ledger.samples import prepared
from tests.ledger.unmoved_samples import (
    BANK,
    SALE,
    SAMPLES,
    D,
    agreed,
    at,
    changed,
    fee,
    given,
    hours,
    memo,
    promised,
    relying,
    settled,
    settling,
    withdrawing,
)


def left(book: Book, memorandum: str) -> int:
    """What of a promise is open."""
    return open_units(Draft(book.state, memo("pledge", "any"), NOW), memorandum)


def closing(memorandum: str, ground: str, **data: str) -> Command:
    """The end of a memorandum."""
    return command("memorandum_closed", {"memorandum": memorandum, "ground": ground} | data)


def test_a_corrected_payment_settles_nothing_any_more() -> None:
    book = prepared()
    name, gift = settled(book)
    assert left(book, name) == 20
    book.record(command("correction", {"of": gift, "reason": "mistaken"}))
    assert left(book, name) == 50
    assert rejected(book.state, settling(name, gift, 30)).code == "PAYMENT_MISMATCH"


def test_a_withdrawn_settlement_frees_the_payment_for_another_promise() -> None:
    book = prepared()
    name, gift = settled(book)
    book.record(withdrawing(name, gift))
    assert left(book, name) == 50
    other = promised(book, "pledge")
    book.record(settling(other, gift, 30))
    assert rejected(book.state, withdrawing(name, gift)).code == "NOT_SETTLED"


@pytest.mark.parametrize("seed", range(4))
def test_what_is_open_is_what_a_slow_count_says(seed: int) -> None:
    """Random settlements, withdrawals and corrections of four pledges; the count goes through all entries."""
    book, chance = prepared(), random.Random(seed)
    names = [promised(book, "pledge") for _ in range(4)]
    gifts = [given(book, 9) for _ in range(12)]
    for _ in range(60):
        name, gift = chance.choice(names), chance.choice(gifts)
        made = chance.choice([
            settling(name, gift, chance.randint(1, 9)), withdrawing(name, gift),
            command("correction", {"of": gift, "reason": "mistaken"}),
        ])  # fmt: skip
        try:
            book.record(made)
        except Rejection:
            continue
        for each in names:
            assert left(book, each) == slow_count(book, each)
            assert 0 <= left(book, each) <= 50


def slow_count(book: Book, memorandum: str) -> int:
    """The amount less what payments settle that nobody corrected, by walking over everything."""
    parts: dict[int, int] = {}
    corrected = set()
    for document in book.state.entries.values():
        data = document["data"]
        if document["type"] == "correction":
            corrected.add(data["of"])
        if data.get("memorandum") == memorandum and document["type"] == "memorandum_settled":
            parts[data["payment"]] = int(data["amount"])
        if data.get("memorandum") == memorandum and document["type"] == "settlement_withdrawn":
            del parts[data["payment"]]
    return 50 - sum(units for payment, units in parts.items() if payment not in corrected)


def test_a_pledge_is_no_income_and_in_no_balance() -> None:
    book = prepared()
    before = copy.deepcopy(book.state.accounts)
    for kind in ("pledge", "commitment", "payable"):
        accepted = book.record(SAMPLES[kind](book))
        assert "fund" not in accepted.document
    assert book.state.accounts == before


def test_a_claim_that_is_withdrawn_can_be_made_by_another() -> None:
    book = prepared()
    book.record(command("assisted_sale", {"memorandum": "s-1"} | SALE))
    other = command("assisted_sale", {"memorandum": "s-2"} | SALE, organization="o2")
    refused = rejected(book.state, other)
    assert refused.facts == {"sale": "order-77", "seller": SALE["seller"], "organization": "o1", "memorandum": "s-1"}
    assert rejected(book.state, closing("s-1", "cancelled")).code == "MEMORANDUM_MISMATCH"
    book.record(closing("s-1", "withdrawn"))
    book.record(other)


def test_hours_that_were_mistaken_leave_the_day_free() -> None:
    book = prepared()
    book.record(hours(1440))
    assert rejected(book.state, hours(1, "h-2")).code == "TOO_MANY_MINUTES"
    book.record(replace(hours(1, "h-3"), effective="2026-11-02"))
    book.record(closing("h-1", "mistaken"))
    book.record(hours(1440, "h-4"))


@pytest.mark.parametrize("data", [
    {"minutes": 1441}, {"minutes": 0}, {"roster": {"count": 5, "total": "9", "root": D}},
    {"party": D, "roster": {"count": 5, "total": "60", "root": D}},
])  # fmt: skip
def test_hours_have_one_form(data: dict[str, Any]) -> None:
    made = hours(60, **{name: value for name, value in data.items() if name != "minutes"})
    changed_ = replace(made, data={**made.data, **data})
    assert rejected(prepared().state, changed_).code == "MALFORMED"


def test_a_change_covers_its_amount_again_when_what_relied_on_it_is_corrected() -> None:
    book = prepared()
    change = changed(book, 20)
    moved = at(book, relying(change, 20))
    assert rejected(book.state, relying(change, 1)).facts == {"entry": change, "left": "0", "asked": "1"}
    book.record(command("correction", {"of": moved, "reason": "mistaken"}))
    book.record(relying(change, 20))


def test_money_goes_only_where_the_change_lets_it_go() -> None:
    book = prepared()
    data = {"restriction": "r8", "purposes": ["health"], "categories": []}
    book.record(command("restriction_declared", data))
    for account, restriction in (("f8", "r8"), ("f7", None)):
        opened = {"account": account, "book": "fund", "class": "fund", "asset": CNY}
        book.record(command("account_opened", opened | ({"restriction": restriction} if restriction else {})))
    change = changed(book, 20, to="r8")
    assert rejected(book.state, relying(change, 1)).facts["dimension"] == "restriction"
    assert rejected(book.state, relying(change, 1, "f3", "f8")).facts["dimension"] == "change"
    book.record(relying(change, 5, "f2", "f8"))
    late = changed(book, 20, effective="2026-11-02")
    refused = rejected(book.state, relying(late, 1))
    assert refused.facts == {
        "account": "f2",
        "dimension": "change",
        "allowed": "from 2026-11-02",
        "asked": "2026-11-01",
    }
    seen = book.record(relying(late, 21, mode="observed")).document
    assert {breach["code"] for breach in seen["breaches"]} == {"RESTRICTION_VIOLATED", "CHANGE_EXCEEDED"}


def test_a_ground_and_a_change_are_one_of_both() -> None:
    book = prepared()
    made = relying(changed(book), 1)
    ground = {"basis": "filing", "on": "2026-10-01", "reference": "x"}
    assert rejected(book.state, replace(made, data={**made.data, "ground": ground})).code == "MALFORMED"


def test_fees_of_an_agreement_stay_within_its_rate_and_come_back_with_a_correction() -> None:
    book = prepared()
    name = agreed(book)
    first = at(book, fee(name, 50))
    assert rejected(book.state, fee(name, 1)).facts == {"agreement": name, "account": "f2", "total": "51", "cap": "50"}
    book.record(command("correction", {"of": first, "reason": "mistaken"}))
    book.record(fee(name, 50))


def held(facts: dict[str, Any] | None) -> Command:
    """A hold for a disbursement to somebody."""
    moves = (Move("f1", out("beneficiaries:-"), 5),)
    data: dict[str, Any] = {"for": "disbursement"} | ({} if facts is None else {"facts": facts})
    return command("hold", data, fund=moves, custody=(Move("b1", BANK, 5),))


def paying(hold: int, **data: Any) -> Command:  # noqa: ANN401 -- any fact
    """The payment of a hold."""
    moves = (Move("f1", out("beneficiaries:-"), 5),)
    return command("disbursement", {"hold": hold} | data, fund=moves, custody=(Move("b1", BANK, 5),))


def test_a_hold_that_names_a_person_is_paid_to_that_person() -> None:
    book = prepared()
    hold = at(book, held({"party": D}))
    for wrong in ({}, {"party": "e" * 64}, {"party": D, "roster": {"count": 5, "total": "5", "root": D}}):
        assert rejected(book.state, paying(hold, **wrong)).facts == {
            "entry": hold, "field": "data.roster" if "roster" in wrong else "data.party"
        }  # fmt: skip
    book.record(paying(hold, party=D))


def test_a_hold_without_facts_leaves_them_to_its_payment() -> None:
    book = prepared()
    book.record(paying(at(book, held(None)), party=D))


def test_a_hold_sent_again_may_have_another_salt() -> None:
    book = prepared()
    made = held({"party": D})
    first = book.record(made)
    again = decide(book.state, replace(made, data={"for": "disbursement", "facts": {"party": "e" * 64}}), NOW)
    assert again == Replayed(first.position)


def test_what_is_undone_leaves_no_trace() -> None:
    book = prepared()
    for make in SAMPLES.values():
        made = make(book)
        before = copy.deepcopy(book.state)
        accepted = decide(book.state, made, NOW)
        assert isinstance(accepted, Accepted)
        undo(book.state, accepted)
        assert book.state == before
        book.record(made)


def test_leaves_state_what_decisions_make_of_memoranda() -> None:
    book = prepared()
    start = copied(book.state, dict(book.state.entries))
    start.regions = book.state.regions
    first = book.state.head.size
    for make in SAMPLES.values():
        book.record(make(book))
    change = changed(book)
    moved = at(book, relying(change, 3))
    book.record(command("correction", {"of": moved, "reason": "mistaken"}))
    stated = Stated(start)
    for position in range(first, book.state.head.size):
        document = book.document(position)
        stated.follow(document)
        assert isinstance(start.entries, dict)
        start.entries[position] = document
    for name in MAPPED:
        assert part_of(stated.state, name) == part_of(book.state, name), name
    assert isinstance(stated.state, State)
