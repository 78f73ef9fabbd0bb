"""Four eyes: what needs a second officer, who that may be, and what both sign."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.commands import Approval, Command, Move, Origin
from ledger.decide import Accepted, Replayed, decide, undo
from ledger.entries import command_of
from ledger.kinds import APPROVABLE, KINDS, PAYING
from ledger.replay import RULE, Divergence, Replay
from ledger.signing import approval_bytes, command_from, command_object, digest
from tests.ledger.approved import LIMIT, ORIGIN, approved, guarded, signature, terms, threshold
from tests.ledger.books import CNY, NOW, Book, command, out
from tests.ledger.refused import rejected
from tests.ledger.samples import BANK, GIVER, SAMPLES, enrolled, gift, prepared, spend


def _replayed(book: Book) -> Replay:
    replay = Replay()
    replay.state.regions = prepared().state.regions
    for leaf in book.leaves:
        replay.step(leaf)
    return replay


def test_below_the_threshold_one_officer_suffices() -> None:
    book = guarded()
    assert "approval" not in book.record(spend("f1", LIMIT - 1)).document


@pytest.mark.parametrize("asked", [LIMIT, LIMIT + 1])
def test_at_the_threshold_a_second_officer_is_needed(asked: int) -> None:
    book = guarded()
    refused = rejected(book.state, spend("f1", asked))
    assert refused.code == "APPROVAL_REQUIRED"
    assert refused.facts == {"organization": "o1", "asset": CNY, "threshold": str(LIMIT), "asked": str(asked)}


def test_two_parts_of_one_command_are_counted_together() -> None:
    book = guarded()
    moves = (Move("f1", out("vendors"), 60), Move("f2", out("staff"), 60, {"purpose": "edu"}))
    made = command("expense", fund=moves, custody=(Move("b1", BANK, 120),))
    assert rejected(book.state, made).facts["asked"] == "120"


def test_both_identities_and_signatures_stand_in_the_leaf_and_replay() -> None:
    book = guarded()
    book.record(enrolled("key-1"))
    made = approved(spend("f1", 500), "key-3", signed=True, initiator=True)
    document = book.record(made).document
    assert document["actor"] == "key-1"
    assert document["approval"] == {
        "approver": "key-3", "approverSignature": signature("approver", "key-3", made),
        "initiatorSignature": signature("initiator", "key-1", made),
    }  # fmt: skip
    assert command_of(document) == made
    assert _replayed(book).state.approvals == book.state.approvals


def test_an_altered_signature_is_a_broken_rule() -> None:
    book = guarded()
    book.record(approved(spend("f1", 500), "key-3", signed=True))
    document = orjson.loads(book.leaves[-1])
    first = document["approval"]["approverSignature"]
    document["approval"]["approverSignature"] = ("0" if first[0] != "0" else "1") + first[1:]
    book.leaves[-1] = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    with pytest.raises(Divergence) as caught:
        _replayed(book)
    assert caught.value.finding.category == RULE
    assert "key-3" in caught.value.finding.actual


def test_an_approval_that_was_taken_out_is_a_broken_rule() -> None:
    book = guarded()
    book.record(approved(spend("f1", 500)))
    document = orjson.loads(book.leaves[-1])
    del document["approval"]
    book.leaves[-1] = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    with pytest.raises(Divergence) as caught:
        _replayed(book)
    assert caught.value.finding.category == RULE


def _payouts() -> dict[str, Command]:
    """A command of each kind that can pay out, of 150 fen."""
    money = (Move("b1", BANK, 150),)
    fee = {"clause": "5.2", "base": "received", "rate": "5", "moment": "receipt"}
    goods = (Move("b1", BANK, 150), Move(out("custody", "GOODS:mask:LOT1/0"), "w1", 5))
    bought = (Move("f1", out("conversion"), 150), Move(out("conversion", "GOODS:mask:LOT1/0"), "g1", 5))
    return {
        "expense": spend("f1", 150),
        "disbursement": command("disbursement", fund=(Move("f1", out("beneficiaries:-"), 150),), custody=money),
        "transfer": command("transfer", fund=(Move("f1", "h1", 150),), custody=(Move("b1", "c1", 150),)),
        "bank_fee": command("bank_fee", fund=(Move("f1", out("fees"), 150),), custody=money),
        "platform_fee": command("platform_fee", fund=(Move("f1", out("fees"), 150),), custody=money),
        "fee_release": command("fee_release", fee, fund=(Move("f2", "f1", 150),)),
        "conversion": command("conversion", fund=bought, custody=goods),
    }


@pytest.mark.parametrize("kind", _payouts())
def test_whatever_pays_out_is_asked(kind: str) -> None:
    book = guarded()
    made = _payouts()[kind]
    assert rejected(book.state, made).code == "APPROVAL_REQUIRED"
    assert book.record(approved(made)).document["approval"] == {"approver": "key-2"}


def test_a_refund_and_a_corrected_gift_pay_out_too() -> None:
    book = guarded()
    at = book.record(gift("f1", 400)).position
    refund = command("refund", fund=(Move("f1", GIVER, 150, of=Origin(at, 0)),), custody=(Move("b1", BANK, 150),))
    assert rejected(book.state, refund).code == "APPROVAL_REQUIRED"
    corrected = command("correction", {"of": at, "reason": "mistaken"})
    assert rejected(book.state, corrected).facts["asked"] == "400"
    book.record(approved(corrected))


def test_money_that_stays_is_not_asked() -> None:
    book = guarded()
    book.record(command("allocation", fund=(Move("f1", "f2", 500),)))
    book.record(command("custody_move", custody=(Move("b1", "b2", 500),)))
    book.record(gift("f1", 500))


def test_the_terms_are_an_organizations_and_an_assets_own() -> None:
    book = guarded()
    use = (Move("g1", out("beneficiaries:-", "GOODS:mask:LOT1/0"), 10),)
    sent = (Move("w1", out("custody", "GOODS:mask:LOT1/0"), 10),)
    book.record(command("disbursement", fund=use, custody=sent))
    book.record(approved(command("transfer", fund=(Move("f1", "h1", 500),), custody=(Move("b1", "c1", 500),))))
    moves, custody = (
        (Move("h1", out("vendors", organization="o2"), 300),),
        (Move("c1", out("custody", organization="o2"), 300),),
    )
    book.record(command("expense", fund=moves, custody=custody, organization="o2"))


def test_what_was_seen_is_recorded_with_the_breach() -> None:
    book = guarded()
    document = book.record(spend("f1", 200, mode="observed")).document
    facts = {"organization": "o1", "asset": CNY, "threshold": str(LIMIT), "asked": "200"}
    assert document["breaches"] == [{"code": "APPROVAL_REQUIRED", "facts": facts}]
    _replayed(book)


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize(("approval", "code"), [
    (Approval("key-1"), "SELF_APPROVAL"),
    (Approval("key-9"), "NOT_AN_APPROVER"),
    (Approval("key-3"), "SIGNATURE_MISSING"),
    (Approval("key-3", "0" * 128), "SIGNATURE_INVALID"),
    (Approval("key-2", "0" * 128), "SIGNATURE_INVALID"),
    (Approval("key-2", None, "0" * 128), "SIGNATURE_INVALID"),
    (Approval("key-2", "0" * 127), "MALFORMED"),
    (Approval(""), "MALFORMED"),
])  # fmt: skip
def test_an_approval_that_is_none(approval: Approval, code: str) -> None:
    book = guarded()
    assert rejected(book.state, replace(spend("f1", 500), approval=approval)).code == code


def test_an_approver_of_another_organization_is_none_here() -> None:
    book = guarded()
    book.record(command("approver_named", {"approver": "key-8", "authority": "council"}, organization="o2"))
    refused = rejected(book.state, approved(spend("f1", 500), "key-8"))
    assert (refused.code, refused.facts["organization"]) == ("NOT_AN_APPROVER", "o1")


def test_a_dismissed_approver_is_none_any_more() -> None:
    book = guarded()
    book.record(command("approver_dismissed", {"approver": "key-2", "authority": "council"}))
    assert rejected(book.state, approved(spend("f1", 500))).code == "NOT_AN_APPROVER"


def test_neither_signature_passes_for_another() -> None:
    """The role, the signer, every field of the command and the journal are signed."""
    book = guarded()
    made = spend("f1", 500)
    for wrong in (
        signature("initiator", "key-3", made), signature("approver", "key-2", made, "key-3"),
        signature("approver", "key-3", replace(made, effective="2026-10-31")),
        signature("approver", "key-3", spend("f1", 500)), signature("approver", "key-3", made, "key-2"),
    ):  # fmt: skip
        refused = rejected(book.state, replace(made, approval=Approval("key-3", wrong)))
        assert refused.code == "SIGNATURE_INVALID"
    assert approval_bytes("other.test/book", "approver", "key-3", made) != approval_bytes(
        ORIGIN, "approver", "key-3", made
    )


def test_an_initiator_with_a_key_signs_too() -> None:
    book = guarded()
    book.record(enrolled("key-1"))
    made = spend("f1", 500)
    assert rejected(book.state, approved(made)).facts == {"signer": "key-1"}
    book.record(approved(made, initiator=True))


def test_a_revoked_key_signs_nothing_and_never_comes_back() -> None:
    book = guarded()
    book.record(command("key_revoked", {"holder": "key-3", "ground": "lost"}))
    made = spend("f1", 500)
    assert rejected(book.state, approved(made, "key-3", signed=True)).code == "SIGNATURE_INVALID"
    for holder in ("key-3", "key-2"):
        assert rejected(book.state, enrolled(holder, name="key-3")).code == "ALREADY_EXISTS"
    book.record(enrolled("key-3", name="another"))
    assert rejected(book.state, approved(made, "key-3", signed=True)).code == "SIGNATURE_INVALID"


def test_two_officers_do_not_share_a_key() -> None:
    assert rejected(guarded().state, enrolled("key-1", name="key-3")).code == "ALREADY_EXISTS"


def test_a_key_is_enrolled_by_who_has_it() -> None:
    book = guarded()
    made = enrolled("key-5")
    for change in ({"holder": "key-6"}, {"proof": "0" * 128}):
        assert rejected(book.state, replace(made, data={**made.data, **change})).code == "SIGNATURE_INVALID"
    assert rejected(book.state, replace(made, organization="o2")).code == "SIGNATURE_INVALID"


def test_nobody_names_itself() -> None:
    made = command("approver_named", {"approver": "key-1", "authority": "council"})
    assert rejected(guarded().state, made).code == "SELF_APPROVAL"


# ---------------------------------------------------------------- the threshold itself


@pytest.mark.parametrize("units", ["101", None, str(2**63 - 1)])
def test_raising_or_removing_needs_four_eyes(units: str | None) -> None:
    book = guarded()
    made = threshold(units)
    assert rejected(book.state, made).code == "APPROVAL_REQUIRED"
    book.record(approved(made))
    book.record(spend("f1", 100))
    _replayed(book)


@pytest.mark.parametrize("units", ["100", "99", "0"])
def test_lowering_does_not(units: str) -> None:
    book = guarded()
    book.record(threshold(units))
    assert rejected(book.state, spend("f1", 100)).code == "APPROVAL_REQUIRED"
    if units == "0":
        assert rejected(book.state, spend("f1", 1)).code == "APPROVAL_REQUIRED"


def test_a_threshold_is_not_observed() -> None:
    assert rejected(guarded().state, threshold(None, mode="observed")).code == "MALFORMED"


# ---------------------------------------------------------------- two phases


def _hold(amount: int) -> Command:
    moves = (Move("f1", out("vendors"), amount),)
    return command("hold", {"for": "expense"}, fund=moves, custody=(Move("b1", BANK, amount),))


def test_a_hold_is_approved_and_stands_for_its_payment() -> None:
    book = guarded()
    assert rejected(book.state, _hold(200)).code == "APPROVAL_REQUIRED"
    at = book.record(approved(_hold(200), "key-3", signed=True)).position
    made = spend("f1", 150, data={"hold": at})
    assert rejected(book.state, spend("f1", 201, data={"hold": at})).code == "HOLD_EXCEEDED"
    assert "approval" not in book.record(made).document
    _replayed(book)


def test_a_hold_from_before_the_threshold_is_no_approval() -> None:
    book = prepared()
    at = book.record(_hold(200)).position
    terms(book)
    assert rejected(book.state, spend("f1", 150, data={"hold": at})).code == "APPROVAL_REQUIRED"


# ---------------------------------------------------------------- forms


def test_only_what_is_asked_for_and_can_pay_carries_an_approval() -> None:
    book = prepared()
    samples = {kind: replace(sample(book), approval=Approval("key-2")) for kind, sample in SAMPLES.items()}
    terms(book)
    for kind, made in samples.items():
        if kind in APPROVABLE:
            accepted = decide(book.state, made, NOW)
            assert isinstance(accepted, Accepted)
            undo(book.state, accepted)
        else:
            assert rejected(book.state, made).facts["field"] == "approval"
    observed = replace(spend("f1", 500, mode="observed"), approval=Approval("key-2"))
    assert rejected(book.state, observed).code == "MALFORMED"


def test_every_kind_that_lets_held_money_go_is_in_the_table() -> None:
    assert {"disbursement", "expense", "transfer", "refund", "fee_release", "conversion", "correction"} <= PAYING
    assert not PAYING & {"donation", "allocation", "custody_move", "returned_payment", "income", "opening"}
    assert KINDS.keys() >= PAYING


def test_the_same_command_again_is_the_stored_entry_however_it_was_approved() -> None:
    book = guarded()
    made = spend("f1", 500)
    at = book.record(approved(made)).position
    for again in (made, approved(made), approved(made, "key-3", signed=True)):
        assert decide(book.state, again, NOW) == Replayed(at)


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_command_survives_being_written_and_read(kind: str) -> None:
    made = SAMPLES[kind](prepared())
    again = command_from(orjson.loads(orjson.dumps(command_object(made))))
    assert (again, digest(again)) == (replace(made, data=again.data, fund=again.fund, custody=again.custody,
                                              voucher=again.voucher), digest(made))  # fmt: skip
    assert command_object(again) == command_object(made)


@pytest.mark.parametrize("kind", sorted(APPROVABLE))
def test_what_was_signed_is_found_again_in_the_leaf(kind: str) -> None:
    book = prepared()
    made = SAMPLES[kind](book)
    document = book.record(made).document
    assert command_object(command_of(document)) == command_object(made)


def test_designated_units_that_touch_are_signed_as_the_leaf_names_them() -> None:
    book = guarded()
    lo = book.state.accounts["f1"].free[0][1]
    units = ((lo, lo + 50), (lo + 50, lo + 120), (lo + 200, lo + 280))
    made = command("expense", fund=(Move("f1", out("vendors"), 200, {}, units),), custody=(Move("b1", BANK, 200),))
    document = book.record(approved(made, "key-3", signed=True)).document
    assert digest(command_of(document)) == digest(made)
    _replayed(book)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=6), st.integers(0, 400))
def test_a_payment_is_asked_exactly_from_the_threshold_on(parts: list[int], limit: int) -> None:
    book = prepared()
    book.record(gift("f1", 5000))
    book.record(threshold(str(limit)))
    moves = tuple(Move("f1", out("vendors"), part) for part in parts)
    made = command("expense", fund=moves, custody=(Move("b1", BANK, sum(parts)),))
    if sum(parts) >= limit:
        assert rejected(book.state, made).code == "APPROVAL_REQUIRED"
    else:
        book.record(made)
