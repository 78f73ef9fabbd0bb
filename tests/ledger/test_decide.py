"""The state machine at its edges: the clock, papers, repeats, and entries that a journal only lends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from ledger import canonical
from ledger.commands import Move, Origin
from ledger.decide import Accepted, Replayed, decide, undo
from ledger.entries import clock_of, clock_text, command_of
from ledger.rejections import Rejection
from tests.ledger.books import NOW, Book, command, out
from tests.ledger.samples import BANK, GIVER, D, gift, prepared, spend


@pytest.fixture
def book() -> Book:
    """The samples' world."""
    return prepared()


def test_the_clock_never_stands_nor_turns_back(book: Book) -> None:
    first = decide(book.state, gift("f1", 1), NOW)
    second = decide(book.state, gift("f1", 1), NOW - timedelta(days=9))
    later = decide(book.state, gift("f1", 1), NOW + timedelta(seconds=1))
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert isinstance(later, Accepted)
    at = [clock_of(entry.document["at"]) for entry in (first, second, later)]
    assert at[1] - at[0] == timedelta(microseconds=1)
    assert at[2] == NOW + timedelta(seconds=1)


def test_the_civil_day_begins_eight_hours_before_that_of_utc(book: Book) -> None:
    evening = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert isinstance(decide(book.state, gift("f1", 1, effective="2026-12-01"), evening), Accepted)
    with pytest.raises(Rejection) as caught:
        decide(prepared().state, gift("f1", 1, effective="2026-12-01"), evening - timedelta(microseconds=1))
    assert caught.value.facts == {"asked": "2026-12-01", "today": "2026-11-30"}


@pytest.mark.parametrize(
    "text", ["2026-11-24T02:00:00Z", "2026-11-24 02:00:00.000000Z", "2026-11-24T02:00:00.000000+00:00"]
)
def test_a_moment_has_one_text(text: str) -> None:
    assert clock_text(clock_of("2026-11-24T02:00:00.000000Z")) == "2026-11-24T02:00:00.000000Z"
    with pytest.raises(ValueError, match="2026"):
        clock_of(text)


def test_papers_stand_in_the_leaf_and_come_back(book: Book) -> None:
    voucher = {"book": "J", "period": "2026-11", "number": "17"}
    made = gift("f1", 1, document_date="2026-10-31", voucher=voucher)
    accepted = book.record(made)
    document = canonical.decode(accepted.leaf)
    assert (document["documentDate"], document["voucher"]) == ("2026-10-31", voucher)
    assert command_of(document) == made
    with pytest.raises(Rejection) as caught:
        decide(book.state, replace(made, voucher=voucher | {"number": "18"}), NOW)
    assert caught.value.facts["field"] == "voucher"


def test_the_same_command_again_is_its_entry(book: Book) -> None:
    position = book.state.accounts["f1"].free[0][1]
    move = Move("f1", out("vendors"), 6, {}, ((position, position + 2), (position + 2, position + 6)))
    made = command("expense", {"source": "a"}, fund=(move,), custody=(Move("b1", BANK, 6),))
    at = book.record(made).position
    same = replace(made, fund=(replace(move, units=((position, position + 6),), use=None),), actor="key-9")
    for again in (made, same):
        assert decide(book.state, again, NOW) == Replayed(at)
    assert book.state.head.size == at + 1


def test_a_person_is_compared_in_the_vault(book: Book) -> None:
    made = gift("f1", 1, {"party": D})
    at = book.record(made).position
    assert decide(book.state, replace(made, data={**made.data, "party": "e" * 64}), NOW) == Replayed(at)


def test_lists_are_compared_as_leaves_hold_them(book: Book) -> None:
    made = command("restriction_declared", {"restriction": "r7", "purposes": ("a", "b"), "categories": ()})
    at = book.record(made).position
    assert decide(
        book.state, replace(made, data={**made.data, "purposes": ["a", "b"], "categories": []}), NOW
    ) == Replayed(at)


def test_one_move_more_or_less_is_another_command(book: Book) -> None:
    made = spend("f1", 2)
    book.record(made)
    split = replace(made, fund=made.fund * 2)
    custody = replace(made, fund=(*made.fund, *made.custody), custody=())
    for other, code in ((split, "EXISTS_WITH_DIFFERENT_ACCOUNT"), (custody, "EXISTS_WITH_DIFFERENT_ACCOUNT")):
        with pytest.raises(Rejection) as caught:
            decide(book.state, other, NOW)
        assert caught.value.code == code


@pytest.mark.parametrize("of", [Origin(3, 0), 3, Origin(-1, 0), Origin(0, -1)])
def test_only_what_brings_money_back_has_a_link(book: Book, of: Origin) -> None:
    for made in (spend("f1", 1), command("refund", fund=(Move("f1", GIVER, 1),), custody=(Move("b1", BANK, 1),))):
        linked = replace(made, fund=(replace(made.fund[0], of=of),))
        with pytest.raises(Rejection) as caught:
            decide(book.state, linked, NOW)
        assert caught.value.code == ("MALFORMED" if made.kind == "expense" or of != Origin(3, 0) else "RETURN_MISMATCH")


def test_entries_may_be_lent_and_are_then_not_kept(book: Book) -> None:
    """A verifier that streams lends entries of earlier positions from a file."""
    lent = MappingProxyType(dict(book.state.entries))
    book.state.entries = lent
    accepted = decide(book.state, spend("f1", 1), NOW)
    assert isinstance(accepted, Accepted)
    assert accepted.position not in lent
    undo(book.state, accepted)
    assert book.state.head.size == accepted.position


def test_a_commitment_may_be_bound_without_a_record(book: Book) -> None:
    bound = command("record_bound", {"noun": "plan", "digest": D}, organization=None)
    versions = dict(book.state.versions)
    book.record(bound)
    assert book.state.versions == versions


def test_a_netted_custody_side_that_cannot_follow_in_part_is_refused(book: Book) -> None:
    """Ten out and four in were one bank line of six; the four were spent, so ten would have to come back."""
    moves = (Move("f5", GIVER, 10), Move(out("vendors"), "f5", 4))
    made = command("refund", {"original": "unknown"}, fund=moves, custody=(Move("b1", BANK, 6),), mode="observed")
    at = book.record(made).position
    held = book.state.accounts["f5"].balance
    book.record(spend("f5", held, mode="observed"))
    with pytest.raises(Rejection) as caught:
        decide(book.state, command("correction", {"of": at, "reason": "mistaken"}), NOW)
    assert caught.value.code == "NOT_REVERSIBLE"
