"""Snapshots and attestations in an archive: both verifiers agree on right ones, and name what is wrong with others."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from clients.auditor import verify
from clients.auditor.sealing import Sealing
from ledger.attestations import attest
from ledger.merkle import leaf_hash, root
from ledger.notes import Signer
from ledger.replay import INCONSISTENT, RULE
from ledger.snapshots import Balances
from tests.ledger.books import Book, command

AUDITOR = Signer("audit.example/firm", bytes(range(32)))


def sealed_book(change: dict[str, Any] | None = None, said: dict[str, Any] | None = None) -> Book:
    """A random book with three snapshots and an attestation; the last snapshot and the attestation may be changed."""
    book = Book(7, watched=False)
    for n in range(3):
        for _ in range(25):
            book.step()
        balances = Balances()
        balances.step(0, book.state.accounts.values())
        [data] = balances.facts(book.state.head.size - 1)
        book.step()
        data = copy.deepcopy(data)
        if n == 2 and change:
            data["assets"][0] |= change
        book.record(command("snapshot", data, organization=None))
    hashes = [leaf_hash(leaf) for leaf in book.leaves]
    facts = {"origin": "mingzhang.test/book", "size": len(hashes), "root": root(hashes).hex(), "verdict": "verified",
             "report": "0" * 64}  # fmt: skip
    book.record(command("attestation", attest(AUDITOR, facts | (said or {})), organization=None))
    return book


def found(book: Book) -> list[tuple[str, int | None, str]]:
    """What the comfortable verifier says of these entries."""
    sealing = Sealing(book.leaves.__getitem__)
    for position in range(len(book.leaves)):
        sealing.take(position, book.document(position))
    hashes = b"".join(leaf_hash(leaf) for leaf in book.leaves)
    return [(f.category, f.position, f.field) for f in sealing.findings("mingzhang.test/book", hashes)]


def twin(book: Book) -> str | None:
    """What the verifier of one file says of the first entry that does not stand."""
    documents = [verify.read_leaf(leaf) for leaf in book.leaves]
    asked = {d["data"]["through"] for d in documents if d["type"] == "snapshot"}
    reader = verify.Book(documents.__getitem__, lambda: asked)
    reader.origin = "mingzhang.test/book"
    for position, document in enumerate(documents):
        try:
            reader.enter(position, document)
        except verify.WrongError as error:
            return f"{position} {error.category} {error.field}"
    return None


def test_right_ones_stand() -> None:
    book = sealed_book()
    assert found(book) == []
    assert twin(book) is None


@pytest.mark.parametrize(
    ("field", "value"), [("root", "0" * 64), ("accounts", 1), ("held", "7777"), ("asset", "AAA/0")]
)
def test_a_wrong_snapshot_is_named(field: str, value: object) -> None:
    book = sealed_book({field: value})
    position = len(book.leaves) - 2
    assert found(book) == [(RULE, position, f"data.assets.0.{field}")]
    assert twin(book) == f"{position} {RULE} data.assets.0.{field}"


def test_totals_that_cancel_wrongly_are_named() -> None:
    book = sealed_book({"in": "5", "out": "5"})
    position = len(book.leaves) - 2
    assert found(book) == [(RULE, position, "data.assets.0.in")]
    assert twin(book) == f"{position} {RULE} data.assets.0.in"


@pytest.mark.parametrize(("field", "value"), [("root", "11" * 32), ("origin", "mingzhang.test/other")])
def test_a_word_about_another_head_is_named(field: str, value: str) -> None:
    book = sealed_book(said={field: value})
    assert found(book) == [(INCONSISTENT, len(book.leaves) - 1, f"data.{field}")]
