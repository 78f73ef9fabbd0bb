"""Terms and holds before both verifiers: what stands is verified, what may not stand is named by both."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from clients.auditor import verify
from ledger.accounts import Account
from ledger.commands import OBSERVED
from ledger.projections import account_row, rows
from ledger.replay import Divergence, Replay
from tests.clients.books import CNY, Book, moves, opened, out
from tests.ledger import books

Document = dict[str, Any]


@cache
def told() -> Book:
    """Accounts frozen and closed, a closed period, holds that are paid, voided and expired."""
    book, outside = opened(), out("custody")
    book.do("donation", channel="bank", fund=moves(out("donors:natural:bank"), "general", 900),
            custody=moves(outside, "bank", 900))  # fmt: skip
    book.do("account_opened", account="spare", book="fund", class_="fund", asset=CNY)
    book.do("account_frozen", account="spare", ground="audit")
    book.do("account_unfrozen", account="spare", ground="lifted")
    book.do("account_closed", account="spare")
    book.do("period_closed", through="2020-01-30", authority="council")
    book.do("expense", mode=OBSERVED, effective="2020-01-30", fund=moves("general", out("staff"), 1),
            custody=moves("bank", outside, 1))  # fmt: skip
    book.do("period_reopened", from_="2019-01-01", authority="court", ground="audit", reference="A-1")
    book.do("void", hold=_hold(book))
    book.do("expense", hold=_hold(book), fund=moves("general", out("vendors"), 60), custody=moves("bank", outside, 60))
    at = _hold(book, until="2020-01-31T01:00:35.000000Z")
    while book.count < 40:
        book.do("sealed", by=None, commitments=[f"{n:064x}" for n in range(8)])
    book.do("expire", hold=at)
    book.do("account_frozen", account="general", ground="court", reference="c-1")
    book.do("expense", mode=OBSERVED, fund=moves("general", out("staff"), 3), custody=moves("bank", outside, 3))
    return book


def _hold(book: Book, **data: str) -> int:
    """The position of a hold of 100."""
    fund, custody = moves("general", out("vendors"), 100), moves("bank", out("custody"), 100)
    return book.do("hold", for_="expense", fund=fund, custody=custody, **data)


ALWAYS = {"entry", "command", "posting", "slice"}
"""Rows that every entry gives."""


def documents() -> list[Document]:
    """The leaves, decoded."""
    return [json.loads(leaf) for leaf in told().leaves]


def first_wrong(found: list[Document]) -> int | None:
    """The position at which the file of one page stops, or None."""
    book = verify.Book(lambda position: found[position])
    for position, document in enumerate(found):
        try:
            book.enter(position, document)
        except verify.WrongError:
            return position
    return None


def test_the_book_has_what_it_is_about() -> None:
    kinds = {document["type"] for document in documents()}
    assert kinds >= {
        "account_frozen", "account_unfrozen", "account_closed", "period_closed", "period_reopened", "hold", "void",
        "expire",
    }  # fmt: skip


def test_both_verify_it_and_show_the_same_rows() -> None:
    found, replay = documents(), Replay()
    replay.state.regions = told().state.regions
    for leaf in told().leaves:
        replay.step(leaf)
    assert first_wrong(found) is None
    _same(found, replay.state.accounts)


def _same(found: list[Document], accounts: dict[str, Account]) -> None:
    book = verify.Book(lambda position: found[position])
    for position, document in enumerate(found):
        book.enter(position, document)
        assert [verify.entry_row(document)] == rows(document)["entry"]
        found_rows: dict[str, list[Any]] = {}
        for table, row in verify.fact_rows(document):
            found_rows.setdefault(table, []).append(row)
        found_rows.pop("reference_list", None)
        own = {name: made for name, made in rows(document).items() if name not in ALWAYS}
        assert found_rows == own
    for name, account in accounts.items():
        assert book.accounts[name].row() == account_row(account)


@pytest.mark.parametrize("seed", range(6))
def test_random_books_lead_both_to_the_same_accounts(seed: int) -> None:
    book = books.Book(seed)
    for _ in range(60):
        book.step()
    _same([json.loads(leaf) for leaf in book.leaves], book.state.accounts)


def _of(kind: str, change: Callable[[Document], object], *, last: bool = False) -> Callable[[list[Document]], int]:
    def spoil(found: list[Document]) -> int:
        at = [n for n, document in enumerate(found) if document["type"] == kind][-1 if last else 0]
        change(found[at])
        return at

    return spoil


FORGERIES: dict[str, Callable[[list[Document]], int]] = {
    "a frozen account frozen": _of("account_unfrozen", lambda d: d.update(type="account_frozen")),
    "a full account closed": _of("account_closed", lambda d: d["data"].update(account="general")),
    "a status of nothing": _of("account_closed", lambda d: d["data"].update(account="nowhere")),
    "another's account": _of("account_closed", lambda d: d.update(organization="two")),
    "a breach left out": _of("expense", lambda d: d.pop("breaches"), last=True),
    "asked where it was seen": _of("expense", lambda d: d.update(mode="instructed"), last=True),
    "a period before its end": _of("period_closed", lambda d: d["data"].update(through="2020-01-31")),
    "a period that was open": _of("period_reopened", lambda d: d["data"].update({"from": "2020-01-31"})),
    "late and not marked": _of("expense", lambda d: d.pop("priorPeriod")),
    "late and asked": _of("expense", lambda d: d.update(mode="instructed")),
    "a hold of more than there is": _of("hold", lambda d: d["holds"]["fund"][0].update(amount="9000")),
    "a hold of what happened": _of("hold", lambda d: d.update(mode="observed")),
    "a hold that is over": _of("hold", lambda d: d["data"].update(until="2020-01-31T01:00:05.000000Z")),
    "an end too early": _of("expire", lambda d: d["data"].update(hold=20)),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_what_may_not_stand_is_named_by_both(name: str) -> None:
    found = documents()
    at = FORGERIES[name](found)
    wrong = first_wrong(found)
    assert wrong is not None
    assert wrong >= at
    replay = Replay()
    replay.state.regions = told().state.regions
    with pytest.raises(Divergence):
        _replay(replay, found)


def _replay(replay: Replay, found: list[Document]) -> None:
    for document in found:
        replay.step(json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
