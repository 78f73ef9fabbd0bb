"""A server that lies, leads in circles, or holds anything anywhere: never fine, and never a fault of the verifier."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256

import pytest

from clients.auditor.ahead import Ahead
from clients.auditor.rows import TABLES
from clients.auditor.source import Page
from clients.auditor.verification import Options, verify
from clients.auditor.web import Web
from ledger import records
from tests.clients import books
from tests.clients.serving import TOKEN, Memory, application, served
from tests.clients.test_verification import clean, no_sleep, signed, verified


@pytest.fixture(scope="module")
def memory() -> Memory:
    """What the server of `address_of_any` serves: a test puts its book there."""
    return Memory(clean(), limit=50)


@pytest.fixture(scope="module")
def address_of_any(memory: Memory) -> Iterator[str]:
    """A server of whatever book is in `memory`."""
    with served(application(memory)) as found:
        yield found


def test_a_size_that_was_made_up_is_refused_at_once() -> None:
    book = clean().copy()
    book.note = signed(2**62, sha256(b"x").digest())
    memory = Memory(book)
    report = verified(memory)
    assert (report.verdict, report.exit) == ("broken", 1)
    assert report.first is not None
    assert report.first.position == len(book.leaves)
    assert len(memory.asked) < 40


@pytest.mark.parametrize("body", [b"", b'{"id":"x"}\n'])
def test_a_table_without_end_is_given_up(body: bytes) -> None:
    memory = Memory(clean())

    def page(table: str, after: str | None) -> Page:
        return Page(table, body, "again", 63) if table == "account" else Memory.page(memory, table, after)

    memory.page = page  # type: ignore[method-assign]  # a server that leads in a circle
    report = verified(memory)
    assert (report.verdict, report.exit) == ("unreachable", 3)


def test_values_that_no_column_has() -> None:
    values: list[object] = [None, True, 1.5, -1, 2**64, "", "\x00", [], {}, [[[]]] * 3, "9" * 5000]
    for value in values:
        book = clean().copy()
        for table in ("posting", "account", "command", "tile", "checkpoint", "record", "import_row", "head"):
            row = book.tables[table][0]
            for column in row:
                row[column] = value
        report = verified(Memory(book))
        assert report.exit in {1, 3, 5}, (value, report.as_text("en"))
        assert report.as_json("zh")


def test_the_versions_of_a_record_follow_each_other() -> None:
    """A beneficiary's leaf does not name it, so that only its content tells."""
    book = books.opened()
    for version in (1, 3):
        book.record("beneficiary", "b-1", version=version, organization="one", kind="person")
    report = verified(Memory(book.publish()))
    assert (report.verdict, report.exit) == ("rule-broken", 5)
    assert report.first is not None
    assert (report.first.field, report.first.expected, report.first.actual) == ("version", "2", "3")


def test_what_a_leaf_says_of_a_record_must_stand_in_the_record() -> None:
    """A leaf that calls an organization qualified, over a record that does not."""
    book = books.opened()
    content = {"noun": "organization", "id": "three", "version": 1, "name": "三", "kind": "foundation"}
    body, digest = records.encode(content)
    facts = {"type": "foundation", "status": [{"kind": "public-fundraising", "from": "2019-01-01"}]}
    position = book.do(
        "record_bound", by=None, noun="organization", record="three", version=1, digest=digest, facts=facts
    )
    row = {k: content[k] for k in ("noun", "id", "version")}
    book.tables["record"].append(row | {"position": position, "content": body.hex(), "digest": digest})
    for name, rows in records.rows(content, position).items():
        book.tables[name] += rows
    report = verified(Memory(book.publish()))
    assert (report.verdict, report.exit) == ("rule-broken", 5)
    assert report.first is not None
    assert (report.first.position, report.first.field) == (position, "data.facts")


@pytest.mark.parametrize("seed", range(40))
def test_any_spoilt_place_is_refused_and_nothing_breaks_down(seed: int) -> None:
    """Anything anywhere, replaced by anything: never fine, and never a fault of the verifier."""
    chance = random.Random(seed)
    book = clean().copy()
    if chance.random() < 0.3:
        position = chance.randrange(len(book.leaves))
        leaf = bytearray(book.leaves[position])
        for _ in range(chance.randint(1, 9)):
            leaf[chance.randrange(len(leaf))] = chance.randrange(256)
        if bytes(leaf) == book.leaves[position]:
            return
        book.leaves[position] = bytes(leaf[: chance.choice([len(leaf), len(leaf) // 2])])
    else:
        table = chance.choice(sorted(set(book.tables) - {"checkpoint"}))
        row = chance.choice(book.tables[table])
        column = chance.choice(sorted(row))
        others = [r[column] for r in book.tables[table] if r[column] != row[column]] + ["x", 10**9, None, [], -1]
        row[column] = chance.choice([value for value in others if value != row[column]])
    report = verified(Memory(book))
    assert report.exit in {1, 5}, report.as_text("en")
    assert report.as_text("zh")


@pytest.mark.parametrize("table", sorted(TABLES))
def test_over_http_a_wrong_row_of_any_table_is_found(table: str, memory: Memory, address_of_any: str) -> None:
    memory.book = clean().copy()
    row = memory.book.tables[table][-1]
    column = TABLES[table].columns[-1]
    row[column] = "00" if not isinstance(row[column], int) else row[column] + 1
    with closing(Ahead(Web(address_of_any, token=TOKEN))) as web:
        report = verify(web, "web", Options(sleep=no_sleep))
    assert report.exit in {1, 5}, report.as_text("en")
    assert table in {finding.source for finding in report.findings}
