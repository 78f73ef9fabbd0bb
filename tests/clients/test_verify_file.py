"""The one-file verifier: alone in an interpreter, beside the ledger part by part, and against hostile archives."""

from __future__ import annotations

import ast
import json
import struct
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clients.auditor import reports, rows, verify
from clients.auditor.archive import write
from clients.auditor.snapshots import MUTABLE
from ledger import canonical, kinds, merkle, notes, projections, tiles
from ledger.errors import NoteError, ProfileError
from tests.clients.books import SIGNER, large, small
from tests.clients.serving import Memory
from tests.ledger.books import Book
from tests.ledger.test_canonical import DOCUMENTS

FILE = Path(verify.__file__)
SPOKEN = ("verified", "broken", "forked", "unreachable", "rule-broken")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a book in which every kind of entry and every table occurs."""
    path = tmp_path_factory.mktemp("archive") / "a.zip"
    write(Memory(small()), path, sleep=lambda _: None)
    return path


def alone(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the file in an interpreter that sees no installed package, no environment and no checkout."""
    command = [sys.executable, "-I", "-S", "-W", "error", str(FILE), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


# ---------------------------------------------------------------------------------------------------- alone


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(FILE.read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names
    assert not imported & {"socket", "urllib", "http", "subprocess", "os"}


def test_it_verifies_alone(archive: Path) -> None:
    done = alone(archive)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Verified: all 63 entries add up, and 328 rows of 37 tables are as they say.")
    assert "Not judged here: whether entries were allowed (restrictions, qualifications" in done.stdout
    assert "trust on first use" in done.stdout
    chinese = alone(archive, "--lang", "zh", "--key", SIGNER.verifier)
    assert chinese.stdout.startswith("核验通过")
    assert "首次使用" not in chinese.stdout


def test_its_json_has_the_schema_of_the_other_verifier(archive: Path) -> None:
    done = alone(archive, "--json", "--key", SIGNER.verifier)
    report = json.loads(done.stdout)
    like = reports.Report("source").as_json("en")
    assert [name for name in report if name in like] == list(like)
    assert report["witnesses"] is None
    assert (report["schema"], report["ok"], report["verdict"]) == (reports.SCHEMA, True, "verified")
    assert [list(report[name]) for name in ("key", "checkpoint", "checked")] == [
        list(like[name]) for name in ("key", "checkpoint", "checked")
    ]
    assert report["key"] == {"vkey": str(SIGNER.verifier), "trust": "pinned"}
    assert report["checked"] == {"entries": 63, "from": 0, "to": 62, "rows": 328, "tables": 37}
    assert {word: verify.EXITS[word] for word in SPOKEN} == {word: reports.EXITS[word] for word in SPOKEN}


def test_a_spoilt_figure_is_named(archive: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.zip"
    lines = member(archive, "projections/account.jsonl").splitlines(keepends=True)
    changed = [line.replace(b'"total_in": 57000', b'"total_in": 57001') for line in lines]
    assert changed != lines
    packed(archive, spoilt, {"projections/account.jsonl": b"".join(changed)})
    done = alone(spoilt, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["exit"], report["verdict"]) == (5, 5, "rule-broken")
    assert report["first_divergence"] == {
        "position": 7, "field": "total_in", "expected": "57000", "actual": "57001", "source": "account"
    }  # fmt: skip
    assert "Position 7: total_in of account should be 57000 and is 57001." in alone(spoilt).stdout


def test_usage() -> None:
    assert alone().returncode == 2
    assert alone("a", "b").returncode == 2
    assert alone("/nowhere/at/all.zip").returncode == 3
    assert alone("/").returncode == 3


def test_another_key_is_pinned(archive: Path) -> None:
    other = notes.Signer(SIGNER.name, bytes(32)).verifier
    done = alone(archive, "--key", other, "--json")
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (1, "broken")
    assert {"signature"} == {finding["field"] for finding in json.loads(done.stdout)["findings"]}
    assert alone(archive, "--key", "nonsense").returncode == 3


def test_every_sentence_is_there_in_both_languages() -> None:
    assert verify.SENTENCES["en"].keys() == verify.SENTENCES["zh"].keys()
    for code, english in verify.SENTENCES["en"].items():
        assert set(places(english)) == set(places(verify.SENTENCES["zh"][code])), code
    codes = {
        node.args[0].value
        for node in ast.walk(ast.parse(FILE.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "UndecidedError"
        if isinstance(node.args[0], ast.Constant)
    }
    assert codes <= verify.SENTENCES["en"].keys()


def places(sentence: str) -> list[str]:
    """The facts that a sentence has a place for."""
    return [part.split("}")[0] for part in sentence.split("{")[1:]]


# ---------------------------------------------------------------------------------------------------- part by part


def test_both_know_the_same_kinds_and_tables() -> None:
    assert verify.KINDS.keys() == kinds.KINDS.keys()
    for name, kind in kinds.KINDS.items():
        here, facts = verify.KINDS[name], kind.data.names()
        assert here.required == {field for field, needed in facts if needed}, name
        assert here.optional == {field for field, needed in facts if not needed}, name
        assert here.organization == kind.organization
        if name != "correction":
            assert (here.fund, here.custody) == (bool(kind.fund), bool(kind.custody)), name
    assert verify.MOVING == kinds.CORRECTABLE
    assert verify.INCOME == kinds.INCOME_KINDS
    assert verify.FEES == kinds.FEE_KINDS
    assert verify.CHANGING == MUTABLE
    assert {name: (table.key, table.category) for name, table in verify.TABLES.items()} == {
        name: (table.key, table.category) for name, table in rows.TABLES.items()
    }


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40), st.integers(0, 8 * 96 - 1))
@example(bytes(32), b"", 0)
def test_ed25519_agrees_with_cryptography(seed: bytes, message: bytes, at: int) -> None:
    signature = notes.sign_ed25519(seed, message)
    public = notes.Signer("key", seed).verifier.public
    verify.verify_ed25519(public, signature, message)
    spoilt = bytearray(public + signature)
    spoilt[at // 8] ^= 1 << at % 8
    key, line = bytes(spoilt[:32]), bytes(spoilt[32:])
    with pytest.raises(NoteError):
        notes.verify_ed25519(key, line, message)
    with pytest.raises(ValueError, match=r"."):
        verify.verify_ed25519(key, line, message)


def test_a_signature_has_one_form() -> None:
    """S + order verifies in the equation alone, and gives the same signature a second spelling."""
    signature = notes.sign_ed25519(bytes(32), b"")
    public = notes.Signer("key", bytes(32)).verifier.public
    larger = int.from_bytes(signature[32:], "little") + verify.ORDER
    with pytest.raises(ValueError, match="one form"):
        verify.verify_ed25519(public, signature[:32] + larger.to_bytes(32, "little"), b"")
    for point in (verify.P + 1, 1 | 1 << 255, 2):  # y beyond p; x = 0 with a sign; not on the curve
        with pytest.raises(ValueError, match="point"):
            verify.decoded_point(point.to_bytes(32, "little"))


@settings(max_examples=100)
@given(st.binary(max_size=40) | st.text('{}[]",:0123456789.eE-+ntrufalse\\ \n', max_size=30).map(str.encode))
@example(b'{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}")
@example(b'{"a":' + b"[" * 31 + b"]" * 31 + b"}")
@example(b'{"a":' + b"[" * 32 + b"]" * 32 + b"}")
@example(b'{"a":9007199254740991,"b":-9007199254740992}')
@example(b'{"a":"n\xcc\x83"}')
@example(b'{"a":"\\ud800"}')
@example(b'{"a":1}\xff')
@example(b"\xff\xfe{\x00}\x00")
def test_leaves_are_read_as_the_ledger_reads_them(leaf: bytes) -> None:
    same_reading(leaf)


@settings(max_examples=60)
@given(DOCUMENTS, st.data())
def test_written_leaves_with_a_flipped_bit(document: dict[str, Any], data: st.DataObject) -> None:
    leaf = bytearray(canonical.encode(document))
    same_reading(bytes(leaf))
    at = data.draw(st.integers(0, 8 * len(leaf) - 1))
    leaf[at // 8] ^= 1 << at % 8
    same_reading(bytes(leaf))


def same_reading(leaf: bytes) -> None:
    """Both readers read the same, or both refuse."""
    try:
        expected = canonical.decode(leaf)
    except ProfileError:
        with pytest.raises(ValueError, match=r"."):
            verify.read_leaf(leaf)
    else:
        assert verify.read_leaf(leaf) == expected


def test_the_tables_of_unicode_are_the_same() -> None:
    assert unicodedata.ucd_3_2_0.unidata_version == "3.2.0"


def test_the_tree_and_its_tiles() -> None:
    hashes = [merkle.leaf_hash(bytes([n % 256, n // 256])) for n in range(700)]
    tree = verify.Tree()
    for size, new in enumerate(hashes):
        if size % 37 == 0:
            frontier = merkle.Frontier().extend(hashes[:size])
            assert (tree.root(size), tuple(tree.edge(size))) == (frontier.root(), frontier.nodes)
        tree.append(new)
    assert tree.root(511) == merkle.root(hashes[:511])
    for size in (0, 1, 255, 256, 257, 70_000, 2**24 + 1):
        wanted = [str(tile) for tile in tiles.tiles_at(size)] if size < 10**6 else None
        made = [
            verify.tile_path(str(level), index, width)
            for level in range(4)
            for index, width in (verify.tiles_at(level, size) if wanted is not None else ())
        ]
        assert wanted is None or made == wanted
    assert verify.tile_path("entries", 1_234_067, 8) == "tile/entries/x001/x234/067.p/8"


@pytest.mark.parametrize("seed", range(12))
def test_random_books_add_up_to_the_same_accounts_and_slices(seed: int) -> None:
    """What corrections, returns, shortfalls, conversions and designated units leave behind, worked out twice."""
    book = Book(seed, watched=False)
    for _ in range(120):
        book.step()
    documents = [verify.read_leaf(leaf) for leaf in book.leaves]
    twin = verify.Book(documents.__getitem__)
    for position, document in enumerate(documents):
        twin.enter(position, document)
        wanted = projections.rows(document)
        assert verify.slice_rows(document) == wanted["slice"]
        assert [verify.entry_row(document)] == wanted["entry"]
        assert verify.posting_rows(document) == sorted(wanted["posting"], key=lambda row: (row["book"], row["n"]))
    assert {name: account.row() for name, account in twin.accounts.items()} == {
        name: projections.account_row(account) for name, account in book.state.accounts.items()
    }
    assert {total for _, total in twin.sums()} == {0}


# ---------------------------------------------------------------------------------------------------- hostile files


def member(path: Path, name: str) -> bytes:
    """The bytes of a member."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def packed(source: Path, target: Path, change: dict[str, bytes | None]) -> None:
    """Write an archive again with some members changed, added or (None) left out."""
    with zipfile.ZipFile(source) as old:
        members: dict[str, bytes | None] = {info.filename: old.read(info) for info in old.infolist()}
    with zipfile.ZipFile(target, "w") as new:
        for name, body in (members | change).items():
            if body is not None:
                new.writestr(name, body)


def answer(path: Path) -> tuple[int, str]:
    """The exit code and the whole text, which is never a traceback."""
    report = verify.verify(str(path))
    text = verify.as_text(report, "en")
    json.dumps(verify.as_json(report, "zh"))
    return verify.EXITS[verify.judged(report)[0]], text


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../../etc/passwd", "not the name of a member"), ("/etc/passwd", "not the name of a member"),
        ("tile/../key", "not the name of a member"), ("tile\\0\\000", "not the name of a member"),
        ("README", "not the name of a member"), ("tile/0/000.p/3/", "not the name of a member"),
        ("projections/\u8d26.jsonl", "not the name of a member"), ("key\n", "not the name of a member"),
    ],
)  # fmt: skip
def test_a_name_that_no_archive_has(archive: Path, tmp_path: Path, name: str, why: str) -> None:
    packed(archive, tmp_path / "b.zip", {name: b"x"})
    code, text = answer(tmp_path / "b.zip")
    assert code == 3
    assert why in text


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice(archive: Path, tmp_path: Path) -> None:
    packed(archive, tmp_path / "b.zip", {})
    with zipfile.ZipFile(tmp_path / "b.zip", "a") as again:
        again.writestr("checkpoint", b"another")
    assert answer(tmp_path / "b.zip")[0] == 3
    assert "two members have this name" in answer(tmp_path / "b.zip")[1]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9, 0.999])
def test_a_truncated_file(archive: Path, tmp_path: Path, share: float) -> None:
    whole = archive.read_bytes()
    (tmp_path / "b.zip").write_bytes(whole[: int(len(whole) * share)])
    code, text = answer(tmp_path / "b.zip")
    assert code == 3
    assert "not an archive that can be read" in text


@pytest.mark.parametrize("name", ["checkpoint", "key", "tile/entries/000.p/63", "tile/0/000.p/63", "manifest.json"])
def test_a_bomb_is_not_unpacked(archive: Path, tmp_path: Path, name: str) -> None:
    packed(archive, tmp_path / "b.zip", {name: None})
    with zipfile.ZipFile(tmp_path / "b.zip", "a", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr(name, bytes(20_000_000))
    code, text = answer(tmp_path / "b.zip")
    assert code == 3
    assert "larger than anything" in text


@pytest.mark.parametrize("table", ["leaf", "account", "command", "checkpoint", "record"])
def test_a_table_without_end_is_not_read_to_it(
    archive: Path, tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that belong nowhere are a finding each, and then no longer read; one without a newline is no row."""
    monkeypatch.setattr(verify, "MOST_WRONG", 100)
    name = f"projections/{table}.jsonl"
    line = b'{"position": 10000000, "id": "x", "size": 0}\n'
    packed(archive, tmp_path / "b.zip", {name: member(archive, name) + line * 5000})
    code, _ = answer(tmp_path / "b.zip")
    assert code in {1, 5}
    assert verify.verify(str(tmp_path / "b.zip")).rows < 1000
    monkeypatch.setattr(verify, "MOST_LINE", 10_000)
    packed(archive, tmp_path / "b.zip", {name: member(archive, name) + b" " * 100_000})
    assert answer(tmp_path / "b.zip")[0] == 3


def test_a_length_that_lies(archive: Path, tmp_path: Path) -> None:
    """The directory says that a member is short; what is beyond is never unpacked, and its checksum is wrong."""
    packed(archive, tmp_path / "b.zip", {})
    body = bytearray((tmp_path / "b.zip").read_bytes())
    at = body.rindex(b"projections/leaf.jsonl") - 46
    assert body[at : at + 4] == b"PK\x01\x02"
    body[at + 24 : at + 28] = struct.pack("<I", 10)
    (tmp_path / "b.zip").write_bytes(body)
    assert answer(tmp_path / "b.zip")[0] == 3


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 3), (b"{", 3), (b"[]", 3), (b"null", 3), (b"\xff", 3), (b'{"schema":"other/9","sizes":{}}', 3),
        (b'{"schema":"mingzhang-archive/1","size":63,"sizes":[]}', 5),
        (b'{"schema":"mingzhang-archive/1","size":63,"sizes":3}', 3),
        (b'{"schema":"mingzhang-archive/1","sizes":{},"version":2}', 3), (b"[" * 100_000, 3),
    ],
)  # fmt: skip
def test_a_spoilt_manifest(archive: Path, tmp_path: Path, body: bytes, code: int) -> None:
    packed(archive, tmp_path / "b.zip", {"manifest.json": body})
    assert answer(tmp_path / "b.zip")[0] == code


def test_a_longer_journal_with_several_tiles(tmp_path: Path) -> None:
    write(Memory(large(600)), tmp_path / "a.zip", sleep=lambda _: None)
    code, text = answer(tmp_path / "a.zip")
    assert (code, "all 600 entries" in text) == (0, True), text
    packed(tmp_path / "a.zip", tmp_path / "b.zip", {"tile/entries/001": None})
    code, text = answer(tmp_path / "b.zip")
    assert (code, "Position 256: leaf of leaf should be present and is missing" in text) == (1, True)
    body = member(tmp_path / "a.zip", "tile/1/000.p/2")
    packed(tmp_path / "a.zip", tmp_path / "b.zip", {"tile/1/000.p/2": body[:40] + b"x" + body[41:]})
    code, text = answer(tmp_path / "b.zip")
    assert (code, "tile/1/000.p/2 hash 1 of tile" in text) == (1, True)
