"""The one-file verifier on what is not the archive's own arithmetic: rotated keys, receipts, progress.

Everything is held against the other verifier, which has the same answer.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from clients.auditor import verify
from clients.auditor.archive import write
from clients.auditor.verification import Options
from clients.auditor.verification import verify as verify_by_replay
from ledger import merkle, notes, receipts
from ledger.merkle import leaf_hash
from tests.clients.books import SIGNER, Book, small
from tests.clients.histories import KEY, run
from tests.clients.serving import Memory
from tests.clients.test_key_history import NEXT, rotated, signed

FILE = Path(verify.__file__)


def both(book: Book, key: notes.Signer, path: Path) -> tuple[int, int]:
    """Both exit codes of a book, whose key is pinned: by replay, by the one file."""
    write(Memory(book), path, sleep=lambda _: None, force=True)
    vkey = str(key.verifier)
    theirs = verify_by_replay(Memory(book), "memory", Options(key=vkey, sleep=lambda _: None)).exit
    return theirs, verify.EXITS[verify.judged(verify.verify(str(path), vkey))[0]]


def test_a_key_is_followed_through_its_rotation(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    assert both(rotated(SIGNER, NEXT), SIGNER, path) == (0, 0)
    assert both(rotated(SIGNER, NEXT), NEXT, path) == (0, 0)


def test_a_strangers_rotation_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    assert both(rotated(NEXT), SIGNER, path) == (1, 1)
    assert both(rotated(), SIGNER, path) == (1, 1)
    retired = rotated(SIGNER, NEXT)
    retired.tables["checkpoint"].pop()
    signed(retired, SIGNER)
    assert both(retired, SIGNER, path) == (1, 1)


# --------------------------------------------------------------------------------------------------------- receipts


def receipt(book: Book, position: int) -> str:
    """The receipt of an entry, leaf and all."""
    hashes = [leaf_hash(leaf) for leaf in book.leaves]

    def node(level: int, index: int) -> bytes:
        return merkle.root(hashes[index << level : index + 1 << level])

    return str(receipts.build(position, book.note, node, book.leaves[position]))


def by_both(text: bytes, path: Path, *more: str) -> tuple[int, int]:
    """Both exit codes of a receipt."""
    path.write_bytes(text)
    theirs = run("receipt", "verify", path, "--key", KEY).exit_code
    return theirs, verify.main([str(path), "--key", KEY, *more])


def test_every_receipt_holds_in_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = small()
    for position in range(len(book.leaves)):
        text = receipt(book, position).encode()
        assert by_both(text, tmp_path / "r.tlog-proof", "--json") == (0, 0)
        found = json.loads(capsys.readouterr().out)
        assert (found["position"], found["leaf"]) == (position, book.leaves[position].decode())
        assert by_both(text, tmp_path / "receipt") == (0, 0)
        assert book.leaves[position].decode() in capsys.readouterr().out


@pytest.mark.parametrize("seed", range(20))
def test_a_spoilt_receipt_is_refused_alike(seed: int, tmp_path: Path) -> None:
    """A malformed one decides nothing (3), a false one is proven false (1); none holds."""
    chance, whole = random.Random(seed), receipt(small(), seed).encode()
    for _ in range(10):
        body = bytearray(whole)
        at = chance.randrange(len(body))
        how = chance.randrange(3)
        if how == 0:
            body[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            del body[at : at + chance.randrange(1, 80)]
        else:
            body[at:at] = chance.choice([b"\n", b" ", b"0", b"A", whole[:60]])
        theirs, ours = by_both(bytes(body), tmp_path / "r.tlog-proof")
        assert theirs == ours != 0, bytes(body)


def test_a_receipt_of_another_entry_or_tree(tmp_path: Path) -> None:
    book, path = small(), tmp_path / "r"
    text = receipt(book, 7)
    other = text.replace(b64encode(book.leaves[7]).decode(), b64encode(book.leaves[8]).decode())
    for wrong in (other, text.replace("index 7", "index 8"), text.replace("\n63\n", "\n62\n")):
        assert by_both(wrong.encode(), path) == (1, 1)
    for malformed in ("", "not a receipt", text.replace("index 7", "index 07"), text.replace("extra ", "extra  ")):
        assert by_both(malformed.encode(), tmp_path / "r.tlog-proof") == (3, 3)
    with pytest.raises(SystemExit) as stopped:
        verify.main([str(path)])
    assert stopped.value.code == 2
    assert verify.main([str(path), "--key", "x"]) == 3
    assert verify.main([str(tmp_path / "absent.tlog-proof"), "--key", KEY]) == 3


# --------------------------------------------------------------------------------------------------------- progress


def test_progress_is_for_terminals(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    write(Memory(small()), path, sleep=lambda _: None)
    ran = subprocess.run([sys.executable, str(FILE), str(path)], capture_output=True, check=True)
    assert (ran.returncode, ran.stderr) == (0, b"")
    steps: list[tuple[int, int]] = []
    verify.verify(str(path), progress=lambda done, total: steps.append((done, total)))
    assert steps == [(63, 63)]
