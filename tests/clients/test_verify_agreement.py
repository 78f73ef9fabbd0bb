"""Two verifiers that share no line give the same answer: over spoilt bytes, spoilt columns and signed forgeries."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

import pytest

from clients.auditor.archive import write
from clients.auditor.rows import TABLES
from tests.clients import forging
from tests.clients.books import Book, large, small
from tests.clients.forging import Place, by_one_file, by_replay, forged, places, put_together
from tests.clients.serving import Memory
from tests.clients.test_tampering import COLUMNS, other

BITS = range(24)
"""Rounds of spoilt bytes: ten each."""


@cache
def clean() -> Book:
    """The book that every forgery begins with."""
    return small()


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The pieces of the clean book's archive."""
    path = tmp_path_factory.mktemp("agreement") / "clean.zip"
    write(Memory(clean()), path, sleep=lambda _: None)
    return forging.pieces(path)


def both(path: Path) -> tuple[int, int]:
    """Both exit codes: by replay, by the one file."""
    return by_replay(path).exit, by_one_file(path)[0]


def test_both_find_the_clean_archive_in_order(members: dict[str, bytes], tmp_path: Path) -> None:
    assert both(put_together(members, tmp_path / "a.zip")) == (0, 0)


# ---------------------------------------------------------------------------------------------------- spoilt bytes

# The manifest states beside the tables' sizes a version and the head's size, which only the one file reads.
STRICTER = {"manifest.json": {(0, 3)}}


@pytest.mark.parametrize("seed", BITS)
def test_a_spoilt_byte_of_any_member(seed: int, members: dict[str, bytes], tmp_path: Path) -> None:
    chance = random.Random(seed)
    for _ in range(10):
        name = chance.choice(sorted(members))
        body = bytearray(members[name])
        at = chance.randrange(len(body))
        body[at] ^= 1 << chance.randrange(8) if chance.random() < 0.5 else chance.randrange(1, 256)
        codes = both(put_together(members | {name: bytes(body)}, tmp_path / "a.zip"))
        assert codes[0] == codes[1] or codes in STRICTER.get(name, ()), (name, at, bytes(body[at - 20 : at + 20]))


@pytest.mark.parametrize("seed", range(10))
def test_a_spoilt_byte_of_a_bundle_or_tile(seed: int, members: dict[str, bytes], tmp_path: Path) -> None:
    """Never fine, and at the same position."""
    chance = random.Random(seed)
    for name in ("tile/entries/000.p/63", "tile/0/000.p/63"):
        for _ in range(5):
            body = bytearray(members[name])
            body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
            path = put_together(members | {name: bytes(body)}, tmp_path / "a.zip")
            report, (code, first) = by_replay(path), by_one_file(path)
            assert (report.exit, code) == (1, 1)
            assert report.first is not None
            assert first is not None
            assert (first.position, first.source) == (report.first.position, report.first.source)


SAME = {
    ("key", "cut"), ("manifest.json", "cut"), ("tile/0/000.p/63", "doubled"), ("tile/entries/000.p/63", "doubled"),
    ("tile/entries/000.p/63", "longer"),
}  # fmt: skip
"""A last newline is not missed; a server may give more of a tile or bundle than was asked for."""


@pytest.mark.parametrize("name", ["checkpoint", "key", "tile/entries/000.p/63", "tile/0/000.p/63", "manifest.json"])
@pytest.mark.parametrize("how", ["missing", "empty", "cut", "longer", "doubled"])
def test_a_member_cut_or_grown(name: str, how: str, members: dict[str, bytes], tmp_path: Path) -> None:
    body = members[name]
    spoilt = {"empty": b"", "cut": body[:-1], "longer": body + b"x", "doubled": body + body}
    kept = {other: value for other, value in members.items() if other != name}
    codes = both(put_together(kept if how == "missing" else kept | {name: spoilt[how]}, tmp_path / "a.zip"))
    assert codes[0] == codes[1]
    assert (codes[0] == 0) == ((name, how) in SAME)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_table_missing_cut_emptied_or_spoilt(table: str, members: dict[str, bytes], tmp_path: Path) -> None:
    name = f"projections/{table}.jsonl"
    lines = members[name].splitlines(keepends=True)
    spoilt = {
        "empty": b"", "cut": members[name][:-1], "no row": members[name] + b"[]\n", "blank": members[name] + b"\n",
        "twice": members[name] + lines[-1], "carriage": members[name].replace(b", ", b",\r", 1),
        "infinite": members[name] + b'{"position":Infinity}\n', "float": members[name] + b'{"position":1.0}\n',
    }  # fmt: skip
    for how, body in spoilt.items():
        codes = both(put_together(members | {name: body}, tmp_path / "a.zip"))
        assert codes[0] == codes[1], (how, codes)
        assert codes[0] != 0 or (table, how) == ("checkpoint", "twice")  # the same signed head, said twice
    kept = {other: value for other, value in members.items() if other != name}
    assert both(put_together(kept, tmp_path / "a.zip")) == (3, 3)
    manifest = json.loads(members["manifest.json"])
    del manifest["sizes"][table]
    assert both(put_together(kept | {"manifest.json": json.dumps(manifest).encode()}, tmp_path / "a.zip")) == (5, 5)


# ---------------------------------------------------------------------------------------------------- spoilt columns


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_changed_column(table: str, column: str, members: dict[str, bytes], tmp_path: Path) -> None:
    """The same class; and, but for keys that were changed into another row's, the same finding."""
    name = f"projections/{table}.jsonl"
    rows = [json.loads(line) for line in members[name].splitlines()]
    row = rows[len(rows) // 2]
    row[column] = other(row[column])
    body = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
    path = put_together(members | {name: body}, tmp_path / "a.zip")
    report, (code, first) = by_replay(path), by_one_file(path)
    assert report.exit == code != 0
    assert first is not None
    assert first.source == table
    if column not in {"position", *TABLES[table].key} and table not in {
        "tile",
        "record",
        "checkpoint",
        "reference_list",
    }:
        assert report.first is not None
        assert (first.field, first.expected, first.actual) == (
            report.first.field, report.first.expected, report.first.actual
        )  # fmt: skip


def test_columns_that_are_no_more_or_unknown(members: dict[str, bytes], tmp_path: Path) -> None:
    name = "projections/account.jsonl"
    body = members[name].replace(b'"fees"', b'"fares"', 1)
    assert both(put_together(members | {name: body}, tmp_path / "a.zip")) == (5, 5)
    body = members[name].replace(b'"fees"', b'"new": 1, "fees"', 1)
    assert both(put_together(members | {name: body}, tmp_path / "a.zip")) == (3, 3)


# ---------------------------------------------------------------------------------------------------- signed forgeries

NOT_JUDGED = {
    "effective": "whether the organization was registered on that day is policy",
    "use": "whether a use satisfies a restriction is policy",
    "breaches": "which rules an observed entry breaks is what the ladder of rules finds",
    "data": "the values of facts (codes, dates, shares, regions, restrictions) are not judged",
}
"""Where the one file may find nothing, though the replay refuses: the first step of the place, and why."""


def explained(document: Place, at: Place, theirs: int, ours: int, mode: str) -> bool:
    """Whether two different answers about a forgery are as they should be."""
    if ours == 0:
        return any(step in NOT_JUDGED for step in at)
    if theirs == 1 and document[0] in {"journal_opened", "reference_loaded"}:
        return True  # the replay names the reference lists too, since it loads none after an entry that is refused
    if theirs == 1 and document[0] == "record_bound":
        return True  # and goes on with the forged standing, to entries that it would have decided otherwise
    # A shortfall stands in two postings, which the replay takes for one move: their accounts are not asked twice.
    return theirs == 1 and ours == 5 and mode == "observed" and at[-1] == "account"


@pytest.mark.parametrize("position", range(len(small().leaves)))
def test_a_signed_forgery_of_any_field(position: int, tmp_path: Path) -> None:
    """A third of all fields of every entry; the chain, the tree, the rows and the signature are made to fit each."""
    document = json.loads(clean().leaves[position])
    for at in list(places(document))[position % 3 :: 3]:
        book = forged(clean(), position, forging.changed(document, at))
        memory = Memory(book, limit=5000)
        write(memory, tmp_path / "a.zip", force=True, sleep=lambda _: None)
        theirs, ours = both(tmp_path / "a.zip")
        assert theirs == ours or explained((document["type"],), at, theirs, ours, document["mode"]), (at, theirs, ours)


@pytest.mark.parametrize("position", [24, 25, 26, 32, 33, 36, 38])
def test_a_forged_amount_throughout(position: int, tmp_path: Path) -> None:
    """One unit more in every amount and total of an entry: the arithmetic still sees it, in the entry or the next."""
    document = json.loads(clean().leaves[position])
    for book in ("fund", "custody"):
        for posting in document.get(book, ()):
            posting["amount"] = str(int(posting["amount"]) + 1)
            posting["from"]["out"] = str(int(posting["from"]["out"]) + 1)
            posting["to"]["in"] = str(int(posting["to"]["in"]) + 1)
            for span in posting["from"].get("took", ())[-1:]:
                span[1] = str(int(span[1]) + 1)
    write(Memory(forged(clean(), position, document)), tmp_path / "a.zip", sleep=lambda _: None)
    theirs, ours = both(tmp_path / "a.zip")
    assert theirs in {1, 5}
    assert ours in {1, 5}


def test_tables_that_are_older_or_newer_than_the_head(tmp_path: Path) -> None:
    """An archive made in a hurry: the changing tables at their own size, entries that no head covers."""
    book = large(300)
    write(Memory(book), tmp_path / "a.zip", sleep=lambda _: None)
    members = forging.pieces(tmp_path / "a.zip")
    note, sizes = book.note, json.loads(members["manifest.json"])["sizes"]
    book.do("sealed", by=None, commitments=[f"{n:064x}" for n in range(8)])
    book.publish()
    write(Memory(book), tmp_path / "b.zip", sleep=lambda _: None)
    newer = forging.pieces(tmp_path / "b.zip")
    late = {name: members[f"projections/{name}.jsonl"] for name in ("head", "account", "tile", "import_batch")}
    manifest = json.loads(newer["manifest.json"])
    mutable = {name: size for name, size in sizes.items() if name in by_size()}
    manifest["sizes"] |= mutable
    mixed = newer | {f"projections/{name}.jsonl": body for name, body in late.items()}
    mixed |= {"manifest.json": json.dumps(manifest).encode()}
    assert both(put_together(mixed, tmp_path / "c.zip")) == (0, 0)
    mixed["projections/account.jsonl"] = mixed["projections/account.jsonl"].replace(b'"seq": ', b'"seq": 1', 1)
    assert both(put_together(mixed, tmp_path / "c.zip")) == (5, 5)
    assert both(put_together(members | {"checkpoint": newer["checkpoint"]}, tmp_path / "c.zip")) == (1, 1)
    assert note.encode() == members["checkpoint"]


def by_size() -> tuple[str, ...]:
    """The tables that are read in one snapshot."""
    from clients.auditor.snapshots import MUTABLE  # noqa: PLC0415 -- named here alone

    return MUTABLE
