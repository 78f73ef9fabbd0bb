"""Goods by lot, and rates of exchange between assets of other scales."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.commands import Command, Move
from ledger.flows import Slices, forward
from ledger.lots import Lot
from ledger.projections import slices
from ledger.rejections import Rejection
from tests.ledger.books import CNY, GOODS, Book, command, out
from tests.ledger.samples import BANK, gift, lose, lot, prepared
from tests.ledger.test_stewardship import account, breaches, no

USD = "USD/2"
JPY = "JPY/0"


@pytest.fixture
def book() -> Book:
    """A small world with money and goods in it."""
    return prepared()


# ---------------------------------------------------------------- goods by lot


def deliver(amount: int = 1, **fields: Any) -> Command:  # noqa: ANN401 -- any field
    """Masks for people."""
    moves = (Move("g1", out("beneficiaries:-", GOODS), amount),)
    return command("disbursement", fund=moves, custody=(Move("w1", out("custody", GOODS), amount),), **fields)


def test_a_lot_is_declared_once(book: Book) -> None:
    book.record(lot())
    assert no(book, lot(expires="2030-01-01")) == ("ALREADY_EXISTS", {"what": "lot", "id": GOODS})
    assert no(book, replace(lot(), organization="o2"))[0] == "ALREADY_EXISTS"
    for asset in ("GOODS:mask/0", CNY):
        assert no(book, lot(asset=asset))[0] == "MALFORMED"
    value = lot().data["valuation"]
    for change in ({"quantity": "0"}, {"asset": GOODS}):
        made = lot(asset="GOODS:mask:LOT2/0", valuation=value | change)
        assert no(book, made)[0] == "MALFORMED"
    assert no(book, command("goods_noted", {"asset": CNY, "quantity": "1", "why": "used"}))[0] == "MALFORMED"


def test_expired_goods_are_lost_and_not_handed_out(book: Book) -> None:
    assert no(book, lose("g1", 1, "expired"))[0] == "LOT_NOT_EXPIRED"
    book.record(lot(expires="2026-10-31"))
    book.record(deliver(effective="2026-10-31"))
    facts = {"asset": GOODS, "expired": "2026-10-31", "asked": "2026-11-01"}
    assert no(book, deliver()) == ("LOT_EXPIRED", facts)
    sale = (Move("g1", out("conversion", GOODS), 1), Move(out("conversion"), "f1", 1))
    assert no(book, command("conversion", fund=sale, custody=(
        Move("w1", out("custody", GOODS), 1), Move(BANK, "b1", 1)
    )))[0] == "LOT_EXPIRED"  # fmt: skip
    assert breaches(book, deliver()) == ["LOT_EXPIRED"]
    assert no(book, replace(lose("g1", 1, "expired"), effective="2026-10-31"))[0] == "LOT_NOT_EXPIRED"
    book.record(lose("g1", 1, "expired"))


def test_goods_without_a_value_are_no_income(book: Book) -> None:
    giver, custody = out("donors:natural:bank", GOODS), (Move(out("custody", GOODS), "w1", 1),)
    made = command("gift_in_kind", {"channel": "private"}, fund=(Move(giver, "g1", 1),), custody=custody)
    book.record(made)
    book.record(command("goods_declared", {"asset": GOODS}))
    made = replace(made, id=command("x").id)
    assert no(book, made) == ("NOT_VALUED", {"asset": GOODS})
    valued = {"basis": "market", "value": "5", "asset": CNY, "on": "2026-10-01"}
    book.record(replace(made, data={"channel": "private", "valuation": valued}))


@given(st.integers(0, 10**12), st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
def test_the_value_of_a_lot_follows_its_pieces(value: int, parts: list[int]) -> None:
    goods = Lot("GOODS:mask:L/0", "o1", 1, value=value, quantity=sum(parts))
    at, worth = 0, []
    for part in parts:
        found = goods.worth(at, at + part)
        assert found is not None
        worth.append(found)
        assert abs(found - value * part / sum(parts)) <= 1
        at += part
    assert sum(worth) == value
    assert Lot("GOODS:mask:L/0", "o1", 1).worth(0, 1) is None


# ---------------------------------------------------------------- exchange


def exchange(paid: tuple[str, str, int], bought: tuple[str, str, int], rate: str | None = None) -> Command:
    """So much of one currency for so much of another, each (account, asset, units)."""
    (source, one, give), (target, other, get) = paid, bought
    places = {CNY: "b1", USD: "bu", JPY: "bj"}
    fund = (Move(source, out("conversion", one), give), Move(out("conversion", other), target, get))
    custody = (Move(places[one], out("custody", one), give), Move(out("custody", other), places[other], get))
    data = {} if rate is None else {"rate": {"value": rate, "source": "bank-of-china", "on": "2026-11-01"}}
    return command("conversion", data, fund=fund, custody=custody)


def foreign(book: Book) -> None:
    """Accounts of other scales."""
    for name, bank, asset in (("fu", "bu", USD), ("fj", "bj", JPY)):
        book.record(command("account_opened", {"account": name, "book": "fund", "class": "fund", "asset": asset}))
        book.record(command("account_opened", {"account": bank, "book": "custody", "class": "bank", "asset": asset}))


@pytest.mark.parametrize(("paid", "bought", "rate"), [
    (("f1", CNY, 700), ("fu", USD, 98), "0.1404"), (("f1", CNY, 100), ("fj", JPY, 21), "21.05"),
    (("f1", CNY, 100), ("fj", JPY, 21), "20.6"), (("f1", CNY, 712), ("fu", USD, 100), "0.140449"),
])  # fmt: skip
def test_a_rate_is_documented_and_holds_between_scales(
    book: Book, paid: tuple[str, str, int], bought: tuple[str, str, int], rate: str
) -> None:
    foreign(book)
    name, asset, units = bought
    for off in (-2, 2):
        assert no(book, exchange(paid, (name, asset, units + off), rate))[0] == "RATE_MISMATCH"
    book.record(exchange(paid, bought, rate))
    assert account(book, name).balance == units


def test_traces_tile_through_currencies_of_other_scales(book: Book) -> None:
    foreign(book)
    gave = book.record(gift("f5", 333)).position
    book.record(command("import_closed", {"batch": "open-1"}))
    book.record(exchange(("f5", CNY, 401), ("fu", USD, 57)))
    book.record(exchange(("fu", USD, 41), ("fj", JPY, 61)))
    book.record(exchange(("fj", JPY, 33), ("f1", CNY, 158)))
    known = Slices(item for document in book.state.entries.values() for item in slices(document))
    flow = forward(slices(book.document(gave)), known)
    assert flow.total == 333
    assert {end.axis for end in flow.ends} >= {"fu", "fj", "f1"}
    with pytest.raises(Rejection):
        book.record(exchange(("f1", CNY, 1), ("f5", CNY, 1)))
