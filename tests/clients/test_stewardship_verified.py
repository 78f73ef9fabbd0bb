"""Money that is not free before both verifiers: what stands is verified, what may not stand is named by both."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from clients.auditor import verify
from ledger.projections import account_row, rows
from ledger.replay import Divergence, Replay
from ledger.state import Head, State
from ledger.stated import Stated
from tests.clients.book_kinds import stewarded
from tests.clients.books import Book
from tests.clients.test_terms_verified import first_wrong

Document = dict[str, Any]
BOOK: Book = stewarded()


def documents() -> list[Document]:
    """The leaves, decoded."""
    return [json.loads(leaf) for leaf in BOOK.leaves]


def replay() -> Replay:
    """A replay that knows the regions."""
    found = Replay()
    found.state.regions = BOOK.state.regions
    return found


def test_both_verify_it_and_show_the_same_rows() -> None:
    found, walk = documents(), replay()
    book = verify.Book(lambda position: found[position])
    for position, document in enumerate(found):
        walk.step(BOOK.leaves[position])
        book.enter(position, document)
        fact = verify.fact_row(document)
        assert fact is None or fact[0] == "reference_list" or rows(document)[fact[0]] == [fact[1]]
        assert verify.slice_rows(document) == rows(document)["slice"]
    for name, account in walk.state.accounts.items():
        assert book.accounts[name].row() == account_row(account)
    marked = {name for name, account in walk.state.accounts.items() if account.government is not None}
    assert marked == {"general", "other"}
    assert walk.state.accounts["passing"].recipient == "two-fund"


def test_what_leaves_state_by_their_own_word_is_what_deciding_them_gives() -> None:
    entries: dict[int, Document] = {}
    guess, walk = Stated(State(entries=entries)), replay()
    guess.state.regions = BOOK.state.regions
    for position, document in enumerate(documents()):
        guess.follow(document, Head(position, document["prev"]))
        entries[position] = document
        walk.step(BOOK.leaves[position])
        assert guess.state.accounts == walk.state.accounts, (position, document["type"])
    assert guess.state.lots == walk.state.lots
    assert guess.state.returned == walk.state.returned


def _last(kind: str, change: Callable[[Document], object]) -> Callable[[list[Document]], int]:
    def spoil(found: list[Document]) -> int:
        at = [n for n, document in enumerate(found) if document["type"] == kind][-1]
        change(found[at])
        return at

    return spoil


def _took(posting: int, *span: str) -> Callable[[Document], object]:
    return lambda document: document["fund"][posting]["from"].update(took=[list(span)])


FORGERIES: dict[str, Callable[[list[Document]], int]] = {
    "another's account in a purchase": _last("purchase", lambda d: d.update(organization="two")),
    "an advance repaid twice": _last("advance_repayment", _took(1, "10", "70")),
    "an advance repaid by nobody": _last("advance_repayment", lambda d: d["fund"].pop(0)),
    "principal of another posting": _last("loan_repayment", lambda d: d["fund"][0]["from"]["of"].update(posting=1)),
    "principal that came back": _last("loan_repayment", _took(0, "20", "110")),
    "a loss of what came back": _last("loss", lambda d: d["fund"][0].update(amount="2")),
    "goods declared twice": _last("goods_noted", lambda d: d.update(type="goods_declared", data={
        "asset": "GOODS:n95-mask:LOT7/0"
    })),
    "a vote that is not said": _last("investment", lambda d: d["data"].pop("resolution")),
}  # fmt: skip


def _replay(walk: Replay, found: list[Document]) -> None:
    for document in found:
        walk.step(json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())


@pytest.mark.parametrize("name", FORGERIES)
def test_what_may_not_stand_is_named_by_both(name: str) -> None:
    found = documents()
    at = FORGERIES[name](found)
    wrong = first_wrong(found)
    assert wrong is not None
    assert wrong >= at
    walk = replay()
    with pytest.raises(Divergence):
        _replay(walk, found)
