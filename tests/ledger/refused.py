"""A command for every named no, and the book in which it meets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger.assets import MAX_UNITS
from ledger.commands import Command, Move, Origin
from ledger.decide import decide
from ledger.rejections import Rejection
from ledger.state import State
from tests.ledger.approved import approved, terms
from tests.ledger.books import CNY, GOODS, NOW, Book, command, out
from tests.ledger.samples import (
    BANK,
    GIVER,
    SAMPLES,
    D,
    agency,
    batch_data,
    gift,
    lose,
    lot,
    paid,
    pass_on,
    place,
    spend,
)
from tests.ledger.unmoved_samples import CASES as UNMOVED

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


def moved(**change: Any) -> Callable[[Command], Command]:  # noqa: ANN401 -- any field
    return lambda made: replace(made, fund=(replace(made.fund[0], **change),))


def changed_data(made: Command, **data: Any) -> Command:  # noqa: ANN401 -- any field
    return replace(made, data={**made.data, **data})


def corrected_before(book: Book) -> Command:
    made = command("correction", {"of": paid(book), "reason": "mistaken"})
    book.record(made)
    return replace(made, id=command("x").id)


def bought_and_used(book: Book) -> Command:
    at = book.record(SAMPLES["conversion"](book)).position
    use = (Move("g1", out("beneficiaries:-", GOODS), 13),)
    book.record(command("disbursement", fund=use, custody=(Move("w1", out("custody", GOODS), 13),)))
    return command("correction", {"of": at, "reason": "mistaken"})


def refund_of(entry: int, posting: int, amount: int = 1) -> Command:
    move = Move("f1", GIVER, amount, of=Origin(entry, posting))
    return command("refund", fund=(move,), custody=(Move("b1", BANK, amount),))


def closed_before(book: Book) -> Command:
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


def under_terms(make: Callable[[], Command]) -> Case:
    """A command that comes when a second officer is needed."""

    def case(book: Book) -> Command:
        terms(book)
        return make()

    return case


def _expired(book: Book) -> Command:
    book.record(lot(expires="2026-10-31"))
    moves = (Move("g1", out("beneficiaries:-", GOODS), 1),)
    return command("disbursement", fund=moves, custody=(Move("w1", out("custody", GOODS), 1),))


def _without_value(book: Book) -> Command:
    book.record(command("goods_declared", {"asset": GOODS}))
    giver, custody = out("donors:natural:bank", GOODS), (Move(out("custody", GOODS), "w1", 1),)
    return command("gift_in_kind", {"channel": "private"}, fund=(Move(giver, "g1", 1),), custody=custody)


CASES: dict[str, Case] = {
    "MALFORMED": lambda _: spend("f1", 0),
    "EXISTS_WITH_DIFFERENT_KIND": _again(lambda m: replace(m, kind="disbursement")),
    "EXISTS_WITH_DIFFERENT_MODE": _again(lambda m: replace(m, mode="observed")),
    "EXISTS_WITH_DIFFERENT_ORGANIZATION": _again(lambda m: replace(m, organization="o2")),
    "EXISTS_WITH_DIFFERENT_EFFECTIVE": _again(lambda m: replace(m, effective="2026-11-02")),
    "EXISTS_WITH_DIFFERENT_ACCOUNT": _again(moved(source="f2")),
    "EXISTS_WITH_DIFFERENT_AMOUNT": _again(moved(amount=11)),
    "EXISTS_WITH_DIFFERENT_USE": _again(moved(use=None)),
    "EXISTS_WITH_DIFFERENT_UNITS": _again(moved(units=((0, 10),))),
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
    "NOTHING_TO_MOVE": lambda _: command("allocation", fund=(Move("f1", "overdrawn/f2", 1, balancing="to"),)),
    "SAME_ACCOUNT": lambda _: command("allocation", fund=(Move("f1", "f1", 1),)),
    "ASSET_MISMATCH": lambda _: command("allocation", fund=(Move("f1", "g1", 1),)),
    "NOT_FOR_THIS_KIND": lambda _: command("allocation", fund=(Move("f1", out("vendors"), 1),)),
    "NOT_THE_ORGANIZATIONS_ACCOUNT": lambda _: command("allocation", fund=(Move("f1", "h1", 1),)),
    "SAME_ASSET": lambda _: command(
        "conversion", fund=(Move("f1", out("conversion"), 1), Move(out("conversion"), "f2", 1))
    ),
    "RATE_MISMATCH": lambda _: command(
        "conversion", {"rate": {"value": "7.10", "source": "bank-of-china", "on": "2026-11-01"}},
        fund=(Move("f1", out("conversion"), 100), Move(out("conversion", GOODS), "g1", 10)),
        custody=(Move("b1", BANK, 100), Move(out("custody", GOODS), "w1", 10)),
    ),
    "BOOKS_DIFFER": lambda _: replace(gift("f1", 2), custody=(Move(BANK, "b1", 1),)),
    "RETURN_MISMATCH": lambda book: refund_of(paid(book), 0),
    "NOT_CORRECTABLE": lambda _: command("correction", {"of": 0, "reason": "mistaken"}),
    "ALREADY_CORRECTED": corrected_before,
    "IMPORTED_BEFORE": lambda _: command("import_opened", batch_data("b-2", "1" * 64)),
    "BATCH_CLOSED": lambda _: gift("f1", 1, {"batch": "closed-1"}),
    "ROSTER_TOO_SMALL": lambda _: command(
        "disbursement", {"roster": {"count": 4, "total": "1", "root": D}},
        fund=(Move("f1", out("beneficiaries:-"), 1),), custody=(Move("b1", BANK, 1),),
    ),
    "EFFECTIVE_IN_FUTURE": lambda _: gift("f1", 1, effective="2026-11-25"),
    "LOT_NOT_EXPIRED": lambda _: lose("g1", 1, "expired"),
    "STATUS_MISMATCH": lambda _: command("account_unfrozen", {"account": "f1", "ground": "lifted"}),
    "BALANCE_NOT_ZERO": lambda _: command("account_closed", {"account": "f1"}),
    "NOT_A_HOLD": lambda _: command("void", {"hold": 0}),
    "HOLD_MISMATCH": lambda book: _pays(_hold(book), Move("f1", out("staff"), 4)),
    "HOLD_EXCEEDED": lambda book: _pays(_hold(book), Move("f1", out("vendors"), 6)),
    "HOLD_RESOLVED": _resolved_before,
    "HOLD_EXPIRED": _over,
    "HOLD_NOT_EXPIRED": lambda book: command("expire", {"hold": _hold(book)}),
    "KEY_NOT_ENROLLED": lambda _: command("key_revoked", {"holder": "key-9", "ground": "lost"}),
    "PERIOD_NOT_CLOSED": lambda _: command(
        "period_reopened", {"from": "2026-06-01", "authority": "council", "ground": "audit", "evidence": D}
    ),
    "PERIOD_CLOSED_BEFORE": _period_again,
    "SNAPSHOT_OUT_OF_PLACE": lambda book: changed_data(SAMPLES["snapshot"](book), through=10**6),
    "PERIOD_NOT_OVER": lambda _: command("period_closed", {"through": "2026-11-24", "authority": "council"}),
    "PERIOD_CLOSED": _late,
    "ACCOUNT_CLOSED": closed_before,
    "ACCOUNT_FROZEN": _frozen_before,
    "NOT_REGISTERED": lambda _: gift("f1", 1, effective="1999-12-31"),
    "NOT_QUALIFIED": lambda _: gift("f1", 1, {"channel": "public-offline"}, effective="2016-08-31"),
    "BATCH_OPEN": lambda _: spend("f5", 1),
    "RECIPIENT_MISMATCH": lambda book: pass_on(agency(book), out("vendors")),
    "VOTE_TOO_SMALL": lambda _: place("investment", votes=7),
    "INVESTMENT_BARRED": lambda _: place("investment", "f2"),
    "LOT_EXPIRED": _expired,
    "NOT_VALUED": _without_value,
    "RESTRICTION_VIOLATED": lambda _: spend("f2", 1, {"purpose": "health"}),
    "FEE_CAP_EXCEEDED": lambda _: command(
        "bank_fee", fund=(Move("f2", out("fees"), 501),), custody=(Move("b1", BANK, 501),)
    ),
    "INSUFFICIENT_FUNDS": lambda _: spend("f1", 1001),
    "UNITS_NOT_FREE": lambda _: command("allocation", fund=(Move("f1", "f2", 5, units=((0, 5),)),)),
    "RETURN_EXCEEDS": lambda book: refund_of(book.record(gift("f1", 5)).position, 0, 6),
    "RESERVED": _kept,
    "NOT_REVERSIBLE": bought_and_used,
    "REPAYS_TOO_MUCH": lambda _: command("allocation", fund=(Move("f1", "overdrawn/f2", 1),)),
    "OVERFLOW": lambda _: gift("f1", MAX_UNITS),
    "APPROVAL_REQUIRED": under_terms(lambda: spend("f1", 100)),
    "SELF_APPROVAL": under_terms(lambda: approved(spend("f1", 100), "key-1")),
    "NOT_AN_APPROVER": under_terms(lambda: approved(spend("f1", 100), "key-9")),
    "SIGNATURE_MISSING": under_terms(lambda: approved(spend("f1", 100), "key-3")),
    "SIGNATURE_INVALID": under_terms(lambda: approved(spend("f1", 100), "key-2", signed=True)),
    "TOO_MANY_SLICES": _scattered,
    "LEAF_TOO_LARGE": _large,
    **UNMOVED,
}  # fmt: skip
