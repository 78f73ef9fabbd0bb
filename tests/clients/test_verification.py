"""Verdicts: verified, broken, forked, cannot decide, in part; over memory and HTTP, alone and while the book grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from hashlib import sha256

import orjson
import pytest

from clients.auditor.ahead import Ahead
from clients.auditor.errors import UndecidableError
from clients.auditor.reports import Report
from clients.auditor.source import Page
from clients.auditor.verification import Options, verify
from clients.auditor.web import Web
from ledger import checkpoints, notes
from ledger.merkle import root
from tests.clients import books
from tests.clients.books import ORIGIN, SIGNER, Book, large, small
from tests.clients.serving import TOKEN, Memory, application, served


def no_sleep(_seconds: float) -> None:
    """Wait for nothing."""


def verified(memory: Memory, **options: object) -> Report:
    """The report on a book as served."""
    return verify(memory, "memory", Options(sleep=no_sleep, **options))  # type: ignore[arg-type]  # as given


@cache
def clean() -> Book:
    """The book that every test copies."""
    return small()


@cache
def bigger() -> Book:
    """A book of more than two bundles, so that its tree has a tile at level 1."""
    return large(600)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server of the clean book."""
    with served(application(Memory(clean()))) as found:
        yield found


def signed(size: int, head: bytes, signer: notes.Signer = SIGNER) -> str:
    """A signed head."""
    return checkpoints.sign(checkpoints.Checkpoint(ORIGIN, size, head), signer)


# ------------------------------------------------------------------------------------------- verified


def test_a_pinned_key_needs_no_trust() -> None:
    report = verified(Memory(clean()), key=clean().key)
    assert (report.exit, report.pinned, report.notes) == (0, True, [])


def test_without_a_pinned_key_the_report_says_so() -> None:
    assert [code for code, _ in verified(Memory(clean())).notes] == ["note_first_use"]


def test_over_http_the_report_is_the_same(address: str) -> None:
    with closing(Web(address, token=TOKEN)) as web:
        over_http = verify(web, "memory").as_json("en")
    with closing(Ahead(Web(address, token=TOKEN))) as ahead:
        assert verify(ahead, "memory").as_json("en") == over_http
    assert over_http == verified(Memory(clean())).as_json("en")
    assert over_http["checked"] == {
        "entries": 63, "from": 0, "to": 62, "rows": 328, "tables": 37
    }  # fmt: skip


def test_two_levels_of_tiles() -> None:
    assert verified(Memory(bigger())).exit == 0


@pytest.mark.parametrize(("level", "number", "at"), [(0, 0, 60), (0, 1, 60), (0, 2, 3), (1, 0, 33)])
def test_a_wrong_tile_is_named_by_the_first_position_that_it_covers(level: int, number: int, at: int) -> None:
    book = bigger().copy()
    row = next(r for r in book.tables["tile"] if (r["level"], r["number"]) == (level, number))
    nodes = bytearray.fromhex(row["nodes"])
    nodes[at] ^= 1
    row["nodes"] = nodes.hex()
    report = verified(Memory(book))
    assert report.exit == 1
    assert report.first is not None
    assert report.first.source == "tile"
    assert report.first.position == (number * 256 + at // 32) * 256**level


@pytest.mark.parametrize(
    ("change", "position", "field"),
    [
        (lambda leaves: leaves.__setitem__(300, leaves[300].replace(b"key-1", b"key-2")), 300, "leaf hash"),
        (lambda leaves: leaves.__delitem__(300), 300, "seq"),
        (lambda leaves: leaves.__delitem__(slice(300, None)), 300, "leaf"),
        (lambda leaves: leaves.__delitem__(slice(256, None)), 256, "leaf"),
        (lambda leaves: leaves.__setitem__(slice(10, 401, 390), [leaves[400], leaves[10]]), 10, "seq"),
    ],
)
def test_a_wrong_leaf_is_named_and_nothing_that_only_follows_from_it(
    change: Callable[[list[bytes]], None], position: int, field: str
) -> None:
    book = bigger().copy()
    change(book.leaves)
    report = verified(Memory(book))
    assert (report.verdict, report.exit) == ("broken", 1)
    assert report.first is not None
    assert (report.first.position, report.first.field, report.first.source) == (position, field, "leaf")
    assert not {"tile", "checkpoint"} & {finding.source for finding in report.findings}


def test_earlier_entries_are_read_again_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.auditor.segments.MOST_CACHED", 2)
    assert verified(Memory(clean())).exit == 0


def test_without_the_tables_it_is_verified_in_part() -> None:
    report = verified(Memory(clean()), projections=False)
    assert (report.verdict, report.exit, report.rows) == ("partial", 6, 0)


def test_a_book_that_grows_between_leaves_and_tables() -> None:
    growing = small()

    class Growing(Memory):
        def page(self, table: str, after: str | None) -> Page:
            """Record two more gifts, and publish, when the head is asked for the first time."""
            if table == "head" and not hasattr(self, "grown"):
                self.grown = True
                gift(self.book, 2)
            return super().page(table, after)

    report = verified(Growing(growing))
    assert (report.exit, report.entries) == (0, 65), report.as_text("en")


def gift(book: Book, count: int, *, publish: bool = True) -> None:
    """Record some gifts."""
    for _ in range(count):
        book.do("donation", channel="bank", fund=books.moves(books.out("donors:natural:bank"), "general", 5),
                custody=books.moves(books.out("custody"), "bank", 5))  # fmt: skip
    if publish:
        book.publish()
    else:
        book.settle()


def test_entries_that_stay_unsigned_are_checked_and_named() -> None:
    book = small()
    gift(book, 2, publish=False)
    report = verified(Memory(book))
    assert (report.exit, report.entries) == (5, 65), report.as_text("en")
    assert ("note_tail", {"position": 63}) in report.notes
    assert [(f.position, f.field, f.source) for f in report.findings] == [(63, "size", "checkpoint")]


def test_entries_without_any_signed_head_are_named() -> None:
    class Unsigned(Memory):
        def checkpoint(self) -> bytes:
            """No head is there."""
            raise UndecidableError("not_there", what="checkpoint", address="here")

    report = verified(Unsigned(clean()))
    assert (report.verdict, report.exit) == ("broken", 1)
    assert [(f.position, f.field, f.source) for f in report.findings] == [(62, "note", "checkpoint")]


# ------------------------------------------------------------------------------------------- broken, forked


def test_an_empty_journal_is_not_fine() -> None:
    book = clean().copy()
    book.note = signed(0, root([]))
    report = verified(Memory(book))
    assert (report.verdict, report.exit) == ("broken", 1)


def test_a_head_signed_by_another_key() -> None:
    book = clean().copy()
    other = notes.Signer(ORIGIN, sha256(b"another").digest())
    book.note = signed(63, root([b"x" * 32] * 63), other)
    report = verified(Memory(book), key=book.key)
    assert (report.verdict, report.exit) == ("broken", 1)
    assert any(f.field == "signature" for f in report.findings)


def test_another_history_of_the_same_size_under_the_same_key_is_a_fork() -> None:
    book = clean().copy()
    book.note = signed(63, sha256(b"another history").digest())
    book.tables["checkpoint"][-1] |= {"root": sha256(b"another history").hexdigest(), "note": book.note}
    report = verified(Memory(book))
    assert (report.verdict, report.exit) == ("forked", 1), report.as_text("en")


def test_an_earlier_signed_head_that_is_no_beginning_is_a_fork() -> None:
    book = clean().copy()
    book.tables["checkpoint"][0] = {
        "size": 62, "root": sha256(b"x").hexdigest(), "note": signed(62, sha256(b"x").digest())
    }  # fmt: skip
    report = verified(Memory(book))
    assert (report.verdict, report.exit) == ("forked", 1)
    assert report.first is not None
    assert report.first.position == 61


def test_a_head_that_was_kept_must_be_a_beginning() -> None:
    kept = clean().tables["checkpoint"][0]["note"].encode()
    assert verified(Memory(clean()), known=kept).exit == 0
    rolled_back = opened_again()
    report = verified(Memory(rolled_back), known=kept)
    assert (report.verdict, report.exit) == ("broken", 1)
    other = signed(62, sha256(b"another history").digest()).encode()
    assert verified(Memory(clean()), known=other).verdict == "forked"


def opened_again() -> Book:
    """An old backup: the beginning alone, signed."""
    return books.opened().publish()


def test_history_rewritten_and_signed_anew_is_caught_by_the_kept_head() -> None:
    """Everything agrees with everything, except with what an auditor kept."""
    kept = opened_again().note.encode()
    rewritten = books.opened(Book(count=1)).publish()
    assert verified(Memory(rewritten)).exit == 0
    assert verified(Memory(rewritten), known=kept).verdict == "forked"


def test_an_entry_that_may_not_stand_is_a_broken_rule() -> None:
    """A server that writes what its own rules forbid, and signs it: 一笔超额支出."""
    book = books.opened()
    leaf = orjson.loads(book.leaves[-1])
    leaf |= {"seq": len(book.leaves), "prev": book.state.head.prev, "id": "00000000-0000-7000-8000-999999999999"}
    leaf["data"]["account"] = "never-opened-before"
    leaf["data"]["restriction"] = "unknown"
    leaf["at"] = "2020-02-01T01:00:00.000000Z"
    body = orjson.dumps(leaf, option=orjson.OPT_SORT_KEYS)
    book.leaves.append(body)
    hashed = sha256(b"\0" + body).digest()
    book.frontier = book.frontier.append(hashed)
    book.tables["leaf"].append({"position": len(book.leaves) - 1, "hash": hashed.hex()})
    book.publish()
    report = verified(Memory(book))
    assert (report.verdict, report.exit) == ("rule-broken", 5), report.as_text("en")
    assert report.first is not None
    assert (report.first.position, report.first.source) == (len(book.leaves) - 1, "leaf")


def test_a_kind_that_is_unknown_is_never_called_fine() -> None:
    book = books.opened()
    leaf = orjson.loads(book.leaves[-1])
    leaf |= {"seq": len(book.leaves), "prev": book.state.head.prev, "type": "invented"}
    body = orjson.dumps(leaf, option=orjson.OPT_SORT_KEYS)
    book.leaves.append(body)
    hashed = sha256(b"\0" + body).digest()
    book.note = signed(len(book.leaves), book.frontier.append(hashed).root())
    book.tables["leaf"].append({"position": len(book.leaves) - 1, "hash": hashed.hex()})
    book.settle()
    report = verified(Memory(book), projections=False)
    assert (report.verdict, report.exit) == ("unreachable", 3), report.as_text("en")


# ------------------------------------------------------------------------------------------- cannot decide


@pytest.mark.parametrize(
    ("token", "code"), [(None, "token_missing"), ("mz_wrong", "token_refused")]
)  # fmt: skip
def test_a_token_is_asked_for(address: str, token: str | None, code: str) -> None:
    with closing(Web(address, token=token)) as web:
        report = verify(web, "web")
    assert (report.verdict, report.exit) == ("unreachable", 3)
    assert report.undecided is not None
    assert report.undecided[0] == code


def test_a_journal_that_is_not_there(address: str) -> None:
    with closing(Web(address, "nowhere", TOKEN)) as web:
        report = verify(web, "web")
    assert report.undecided is not None
    assert (report.exit, report.undecided[0]) == (3, "not_there")


def test_nobody_listens() -> None:
    report = verify(Web("http://127.0.0.1:9", sleep=no_sleep), "web")
    assert report.undecided is not None
    assert (report.exit, report.undecided[0]) == (3, "unreachable")


@pytest.mark.parametrize("address", ["ftp://x", "http://", "//"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(UndecidableError):
        Web(address)


def _listing(tables: list[str]) -> Callable[[], list[str]]:
    return lambda: tables


def test_a_table_that_is_not_served_is_not_fine() -> None:
    memory = Memory(clean())
    memory.tables = _listing(["leaf", "entry"])  # type: ignore[method-assign]  # another server
    assert verified(memory).exit in {3, 5}


def test_a_table_that_is_unknown_here_is_not_vouched_for() -> None:
    memory = Memory(clean())
    memory.tables = _listing([*Memory(clean()).tables(), "shadow"])  # type: ignore[method-assign]  # a newer server
    report = verified(memory)
    assert (report.verdict, report.exit) == ("unreachable", 3)


def test_a_column_that_is_unknown_here_is_not_vouched_for() -> None:
    book = clean().copy()
    for row in book.tables["account"]:
        row["shadow"] = 1
    report = verified(Memory(book))
    assert (report.verdict, report.exit) == ("unreachable", 3)


@pytest.mark.parametrize("body", [b"{", b'{"a": 1}', b"[1]\n", b"<html></html>\n", b"\xff\n"])
def test_rows_that_are_no_json_lines(body: bytes) -> None:
    memory = Memory(clean())

    def page(table: str, after: str | None) -> Page:
        return Page(table, body, None, 63) if table == "account" else Memory.page(memory, table, after)

    memory.page = page  # type: ignore[method-assign]  # a server that fails
    report = verified(memory)
    assert (report.verdict, report.exit) == ("unreachable", 3), report.as_text("en")
