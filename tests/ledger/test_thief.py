"""What a thief would try, and an auditor ask: ways round a restriction, a fee cap, a limit or a name.

Each test is one attempt.  What cannot be refused (money that has moved) must stand in the entry.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ledger.commands import Command, Move, Origin
from ledger.intervals import size
from ledger.rejections import Rejection
from tests.ledger.books import CNY, GOODS, Book, command, out
from tests.ledger.samples import BANK, GIVER, D, gift, prepared, spend


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


# ---------------------------------------------------------------- out of a restriction


@pytest.mark.parametrize(
    ("source", "target", "ground", "expected"),
    [
        ("f2", "f1", {}, "RESTRICTION_VIOLATED"),
        ("f3", "f2", {}, "RESTRICTION_VIOLATED"),
        ("f2", "f3", {}, "accepted"),
        ("f1", "f4", {}, "accepted"),
        ("f4", "f1", {}, "RESTRICTION_VIOLATED"),
        ("f4", "f2", {"basis": "determination", "on": "2026-10-01"}, "accepted"),
        ("f4", "f2", {"basis": "determination", "on": "2026-11-02"}, "RESTRICTION_VIOLATED"),
        ("f4", "f1", {"basis": "donor-consent", "on": "2026-10-01", "reference": "x"}, "RESTRICTION_VIOLATED"),
        ("f2", "f1", {"basis": "determination", "on": "2026-10-01"}, "RESTRICTION_VIOLATED"),
        ("f2", "f1", {"basis": "donor-consent", "on": "2026-10-01"}, "MALFORMED"),
        ("f2", "f1", {"basis": "donor-consent", "on": "2026-10-01", "evidence": D}, "accepted"),
        ("f2", "f1", {"basis": "donor-consent", "on": "2026-11-02", "evidence": D}, "RESTRICTION_VIOLATED"),
        ("f2", "f1", {"basis": "time-passed", "on": "2026-10-01"}, "RESTRICTION_VIOLATED"),
    ],
)
def test_only_a_documented_ground_of_before_widens(
    book: Book, source: str, target: str, ground: dict[str, str], expected: str
) -> None:
    assert answer(book, allocate(source, target, ground=ground)) == expected


def test_time_has_passed_only_when_the_period_has_ended(book: Book) -> None:
    terms: dict[str, Any] = {"purposes": [], "categories": [], "until": "2026-06-30"}
    book.record(command("restriction_declared", terms | {"restriction": "spring"}))
    opened = {"account": "f7", "book": "fund", "class": "fund", "asset": CNY, "restriction": "spring"}
    book.record(command("account_opened", opened))
    book.record(gift("f7", 100, effective="2026-05-01"))
    assert answer(book, spend("f7", 1)) == "RESTRICTION_VIOLATED"
    assert (
        answer(book, allocate("f7", "f1", ground={"basis": "time-passed", "on": "2026-06-30"}))
        == "RESTRICTION_VIOLATED"
    )
    assert answer(book, allocate("f7", "f1", ground={"basis": "time-passed", "on": "2026-07-01"})) == "accepted"


def test_conversion_does_not_widen(book: Book) -> None:
    paid = (Move("f2", out("conversion"), 10), Move(out("conversion", GOODS), "g1", 10))
    custody = (Move("b1", BANK, 10), Move(out("custody", GOODS), "w1", 10))
    assert answer(book, command("conversion", fund=paid, custody=custody)) == "RESTRICTION_VIOLATED"


@pytest.mark.parametrize("got", [1, 1000])
def test_a_conversion_of_money_into_the_same_money_makes_and_loses_nothing(book: Book, got: int) -> None:
    moves = (Move("f1", out("conversion"), 10), Move(out("conversion"), "f2", got))
    custody = (Move("b1", BANK, 10), Move(BANK, "b2", got))
    assert answer(book, command("conversion", fund=moves, custody=custody)) == "SAME_ASSET"


def test_restricted_money_is_not_refunded_to_whoever(book: Book) -> None:
    custody = (Move("b1", BANK, 10),)
    unlinked = command("refund", fund=(Move("f2", GIVER, 10),), custody=custody)
    assert answer(book, unlinked) == "MALFORMED"
    assert answer(book, replace(unlinked, data={"original": "unknown"})) == "MALFORMED"
    given = Origin(book.record(gift("f2", 20)).position, 0)
    stranger = (Move("f2", out("donors:enterprise:bank"), 10, of=given),)
    assert answer(book, command("refund", fund=stranger, custody=custody)) == "RETURN_MISMATCH"
    other_way = (Move("f2", out("donors:natural:alipay"), 10, of=given),)
    assert answer(book, command("refund", fund=other_way, custody=custody)) == "accepted"
    assert answer(book, command("refund", fund=stranger, custody=custody, mode="observed")) == "accepted"
    assert answer(book, command("refund", fund=other_way, custody=custody)) == "RETURN_EXCEEDS"


def test_a_linked_refund_takes_no_other_donors_units(book: Book) -> None:
    old = book.state.accounts["f1"].free[0][1]
    given = Origin(book.record(gift("f1", 10)).position, 0)
    move = Move("f1", GIVER, 10, units=((old, old + 10),), of=given)
    assert answer(book, command("refund", fund=(move,), custody=(Move("b1", BANK, 10),))) == "UNITS_NOT_FREE"


def test_money_back_of_no_known_payment_is_observed_only(book: Book) -> None:
    moves, custody = (Move(out("vendors"), "f1", 10),), (Move(BANK, "b1", 10),)
    made = command("refund", {"original": "unknown"}, fund=moves, custody=custody)
    assert answer(book, made) == "MALFORMED"
    assert answer(book, replace(made, mode="observed")) == "accepted"


def test_undetermined_money_leaves_by_determination_only(book: Book) -> None:
    assert answer(book, spend("f4", 1)) == "RESTRICTION_VIOLATED"
    fee = command("bank_fee", fund=(Move("f4", out("fees"), 1),), custody=(Move("b1", BANK, 1),))
    assert answer(book, fee) == "FEE_CAP_EXCEEDED"
    data = {"clause": "1", "base": "received", "rate": "1", "moment": "receipt"}
    assert answer(book, command("fee_release", data, fund=(Move("f4", "f1", 1),))) == "FEE_CAP_EXCEEDED"
    transfer = command("transfer", fund=(Move("f4", "h1", 1),), custody=(Move("b1", "c1", 1),))
    assert answer(book, transfer) == "RESTRICTION_VIOLATED"
    observed = book.record(spend("f4", 1, mode="observed"))
    assert [b["code"] for b in observed.document["breaches"]] == ["RESTRICTION_VIOLATED"]


def test_management_cost_does_not_hide_in_restricted_money(book: Book) -> None:
    use = {"purpose": "edu", "cost": "management"}
    assert answer(book, spend("f2", 1, use)) == "RESTRICTION_VIOLATED"
    assert answer(book, spend("f1", 1, use)) == "accepted"


# ---------------------------------------------------------------- round a fee cap


def fee(amount: int) -> Command:
    """A fee out of f2, whose cap is half of what it received."""
    return command("bank_fee", fund=(Move("f2", out("fees"), amount),), custody=(Move("b1", BANK, amount),))


def test_fees_count_in_sum(book: Book) -> None:
    assert answer(book, fee(300)) == "accepted"
    assert answer(book, fee(201)) == "FEE_CAP_EXCEEDED"
    assert answer(book, fee(200)) == "accepted"
    assert answer(book, fee(1)) == "FEE_CAP_EXCEEDED"


def test_fees_in_one_command_count_in_sum(book: Book) -> None:
    moves = (Move("f2", out("fees"), 300), Move("f2", out("fees"), 201))
    made = command("bank_fee", fund=moves, custody=(Move("b1", BANK, 501),))
    assert answer(book, made) == "FEE_CAP_EXCEEDED"


def test_a_corrected_fee_may_be_asked_again(book: Book) -> None:
    at = book.record(fee(500)).position
    assert answer(book, fee(1)) == "FEE_CAP_EXCEEDED"
    book.record(command("correction", {"of": at, "reason": "mistaken"}))
    assert answer(book, fee(500)) == "accepted"


def test_a_corrected_gift_leaves_the_base_even_where_its_money_moved_on(book: Book) -> None:
    false = book.record(gift("f2", 100_000)).position
    book.record(allocate("f2", "f3", 101_000))
    book.record(command("correction", {"of": false, "reason": "mistaken"}))
    book.record(gift("f2", 1000))
    assert answer(book, fee(1001)) == "FEE_CAP_EXCEEDED"
    assert book.state.accounts["f2"].received == 2000


def test_giving_and_refunding_in_a_circle_builds_no_base(book: Book) -> None:
    for _ in range(3):
        given = Origin(book.record(gift("f2", 1000)).position, 0)
        refund = Move("f2", GIVER, 1000, of=given)
        book.record(command("refund", fund=(refund,), custody=(Move("b1", BANK, 1000),)))
    assert book.state.accounts["f2"].received == 1000
    assert answer(book, fee(501)) == "FEE_CAP_EXCEEDED"


def test_a_corrected_refund_is_in_the_base_again_and_no_more(book: Book) -> None:
    given = Origin(book.record(gift("f2", 100)).position, 0)
    refund = command("refund", fund=(Move("f2", GIVER, 100, of=given),), custody=(Move("b1", BANK, 100),))
    at = book.record(refund).position
    book.record(command("correction", {"of": at, "reason": "mistaken"}))
    assert book.state.accounts["f2"].received == 1100


def test_refunding_what_was_no_gift_builds_no_base(book: Book) -> None:
    book.record(command("transfer", fund=(Move("f1", "h1", 100),), custody=(Move("b1", "c1", 100),)))
    transfer = command("transfer", fund=(Move("h1", "f2", 100),), custody=(Move("c1", "b1", 100),), organization="o2")
    came = Origin(book.record(transfer).position, 0)
    refund = command("refund", fund=(Move("f2", GIVER, 100, of=came),), custody=(Move("b1", BANK, 100),))
    at = book.record(refund).position
    book.record(command("correction", {"of": at, "reason": "mistaken"}))
    assert book.state.accounts["f2"].received == 1000


def test_a_returned_fee_stays_counted(book: Book) -> None:
    at = book.record(fee(500)).position
    back = Move(out("fees"), "f2", 500, of=Origin(at, 0))
    book.record(command("returned_payment", fund=(back,), custody=(Move(BANK, "b1", 500),)))
    assert answer(book, fee(1)) == "FEE_CAP_EXCEEDED"
    assert answer(book, command("correction", {"of": at, "reason": "mistaken"})) == "NOT_REVERSIBLE"


def test_an_observed_fee_beyond_what_is_there_counts_and_is_corrected(book: Book) -> None:
    at = book.record(replace(fee(1200), mode="observed")).position
    assert book.state.accounts["f2"].fees == 1200
    book.record(command("correction", {"of": at, "reason": "mistaken"}))
    assert (book.state.accounts["f2"].fees, book.state.accounts["overdrawn/f2"].balance) == (0, 0)


# ---------------------------------------------------------------- the same money twice


def test_a_payment_comes_back_once(book: Book) -> None:
    at = book.record(spend("f1", 10)).position
    back = command(
        "returned_payment", fund=(Move(out("vendors"), "f1", 6, of=Origin(at, 0)),), custody=(Move(BANK, "b1", 6),)
    )
    assert answer(book, back) == "accepted"
    assert answer(book, replace(back, id=command("x").id)) == "RETURN_EXCEEDS"
    other = replace(
        back,
        id=command("x").id,
        fund=(Move(out("vendors"), "f2", 1, of=Origin(at, 0)),),
        custody=(Move(BANK, "b1", 1),),
    )
    assert answer(book, other) == "RETURN_MISMATCH"
    twice = tuple(Move(out("vendors"), "f1", 3, of=Origin(at, 0)) for _ in range(2))
    both = command("returned_payment", fund=twice, custody=(Move(BANK, "b1", 6),))
    assert answer(book, both) == "RETURN_EXCEEDS"


def test_a_returned_payment_is_no_receivable_of_its_correction(book: Book) -> None:
    at = book.record(spend("f1", 10)).position
    back = (Move(out("vendors"), "f1", 4, of=Origin(at, 0)),)
    book.record(command("returned_payment", fund=back, custody=(Move(BANK, "b1", 4),)))
    corrected = book.record(command("correction", {"of": at, "reason": "mistaken"})).document
    assert corrected["fund"][0]["amount"] == "6"
    assert "receivable" not in corrected
    assert corrected["custody"][0]["amount"] == "6"


def test_spent_money_is_named_as_receivable(book: Book) -> None:
    at = book.record(gift("f5", 100)).position
    book.record(command("import_closed", {"batch": "open-1"}))
    book.record(spend("f5", 130))
    corrected = book.record(command("correction", {"of": at, "reason": "mistaken"})).document
    assert corrected["receivable"] == [{"posting": 0, "account": "f5", "asset": CNY, "amount": "30"}]
    assert corrected["fund"][0]["amount"] == "70"


def test_a_correction_is_not_corrected_and_nothing_is_corrected_twice(book: Book) -> None:
    at = book.record(allocate("f1", "f2")).position
    made = command("correction", {"of": at, "reason": "mistaken"})
    correction = book.record(made).position
    assert answer(book, replace(made, id=command("x").id)) == "ALREADY_CORRECTED"
    assert answer(book, command("correction", {"of": correction, "reason": "mistaken"})) == "NOT_CORRECTABLE"
    theirs = book.record(allocate("f1", "f2")).position
    stranger = command("correction", {"of": theirs, "reason": "mistaken"}, organization="o2")
    assert answer(book, stranger) == "NOT_CORRECTABLE"


def test_after_a_full_reversal_every_unit_rests_where_it_did_with_its_old_place(book: Book) -> None:
    funds = ("f1", "f2", "f3", "g1")
    before = {name: places(book, name) for name in funds}
    paid = (Move("f1", out("conversion"), 70), Move(out("conversion", GOODS), "g1", 7))
    custody = (Move("b1", BANK, 70), Move(out("custody", GOODS), "w1", 7))
    made = [
        allocate("f1", "f2", 300), allocate("f2", "f3", 400), spend("f3", 250, {"purpose": "edu.school"}),
        command("conversion", fund=paid, custody=custody),
        spend("f1", 2000, mode="observed"),
    ]  # fmt: skip
    positions = [book.record(each).position for each in made]
    for position in reversed(positions):
        book.record(command("correction", {"of": position, "reason": "mistaken"}))
    assert {name: places(book, name) for name in funds} == before
    assert book.state.accounts["overdrawn/f1"].balance == 0


def places(book: Book, name: str) -> list[int]:
    """The places of an account's free units, one by one."""
    return [place + k for place, lo, hi in book.state.accounts[name].free for k in range(hi - lo)]


# ---------------------------------------------------------------- between the books, out of nothing


def test_a_hole_in_one_book_is_not_filled_from_the_other(book: Book) -> None:
    book.record(spend("f3", 1100, {"purpose": "edu.school"}, mode="observed"))
    cross = command("custody_move", custody=(Move("b1", "overdrawn/f3", 50),))
    assert answer(book, cross) == "NOT_FOR_THIS_KIND"
    book.record(spend("f1", 10, mode="observed"))
    over = command("custody_move", custody=(Move("b2", BANK, 5),), mode="observed")
    assert answer(book, over) == "NOT_FOR_THIS_KIND"
    short = replace(spend("f1", 5, mode="observed"), custody=(Move("b2", BANK, 5),))
    book.record(short)
    assert book.state.accounts["overdrawn/b2"].balance == -5
    assert answer(book, allocate("f1", "overdrawn/b2", 5)) == "NOT_FOR_THIS_KIND"
    assert answer(book, command("custody_move", custody=(Move("b1", "overdrawn/b2", 6),))) == "REPAYS_TOO_MUCH"
    assert answer(book, command("custody_move", custody=(Move("b1", "overdrawn/b2", 5),))) == "accepted"


def test_a_shortfall_takes_no_other_funds_units(book: Book) -> None:
    held = {name: size(book.state.accounts[name].free) for name in ("f1", "f2", "f4")}
    entry = book.record(spend("f3", 1100, {"purpose": "edu.school"}, mode="observed")).document
    assert [p["from"]["account"] for p in entry["fund"]] == ["f3", "overdrawn/f3"]
    assert [b["code"] for b in entry["breaches"]] == ["INSUFFICIENT_FUNDS"]
    assert {name: size(book.state.accounts[name].free) for name in held} == held
    assert answer(book, allocate("f2", "overdrawn/f3", 40)) == "accepted"
    assert answer(book, allocate("f4", "overdrawn/f3", 40)) == "RESTRICTION_VIOLATED"


def test_overdrawn_accounts_pay_nothing_themselves(book: Book) -> None:
    for source in ("overdrawn/f1", "overdrawn/b1", "overdrawn/nowhere", "overdrawn/overdrawn/f1", "overdrawn/" + GIVER):
        code = answer(book, allocate(source, "f1"))
        assert code in ("NOT_FOR_THIS_KIND", "ACCOUNT_NOT_FOUND")


def test_a_custody_account_pays_no_more_than_it_holds(book: Book) -> None:
    made = replace(spend("f1", 10), custody=(Move("b2", BANK, 10),))
    assert answer(book, made) == "INSUFFICIENT_FUNDS"


def test_moves_in_one_command_do_not_spend_the_same_units(book: Book) -> None:
    moves = (Move("f1", out("vendors"), 600), Move("f1", out("vendors"), 600))
    assert answer(book, command("expense", fund=moves, custody=(Move("b1", BANK, 1200),))) == "INSUFFICIENT_FUNDS"
    first = book.state.accounts["f1"].free[0][1]
    named = tuple(Move("f1", out("vendors"), 5, units=((first, first + 5),)) for _ in range(2))
    assert answer(book, command("expense", fund=named, custody=(Move("b1", BANK, 10),))) == "UNITS_NOT_FREE"


def test_a_lack_does_not_repay_itself(book: Book) -> None:
    book.record(spend("f3", 1100, {"purpose": "edu.school"}, mode="observed"))
    again = replace(allocate("f3", "overdrawn/f3", 40), mode="observed")
    assert answer(book, again) == "SAME_ACCOUNT"
    book.record(replace(spend("f1", 5, mode="observed"), custody=(Move("b2", BANK, 5),)))
    moved = command("custody_move", custody=(Move("b2", "overdrawn/b2", 5),), mode="observed")
    assert answer(book, moved) == "SAME_ACCOUNT"


def test_a_refund_that_was_all_shortfall_still_lowers_the_fee_base(book: Book) -> None:
    """The account that paid it had never been met by a posting."""
    book.record(command("account_opened", {"account": "f9", "book": "fund", "class": "fund", "asset": CNY}))
    back = command(
        "refund", {"original": "unknown"}, fund=(Move("f9", GIVER, 30),), custody=(Move("b1", BANK, 30),),
        mode="observed",
    )  # fmt: skip
    book.record(back)
    assert book.state.accounts["f9"].received == -30
