"""The one-file verifier on the vectors that the ledger is tested with: its own Ed25519, notes, tiles and JSON."""

import json
from base64 import b64decode
from pathlib import Path

import pytest

from clients.auditor import verify
from ledger import canonical
from ledger.errors import ProfileError
from tests.vectors.test_tiles import ORIGIN, SIZE, VKEY


def holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether the signature verifies."""
    try:
        verify.verify_ed25519(public, signature, message)
    except ValueError:
        return False
    return True


def test_rfc_8032(vectors: Path) -> None:
    cases = json.loads((vectors / "rfc8032/ed25519.json").read_bytes())["tests"]
    for case in cases:
        public, message, signature = (bytes.fromhex(case[name]) for name in ("pk", "msg", "sig"))
        assert holds(public, signature, message)
        assert not holds(public, signature, message + b"x")
    assert len(cases) == 3


def test_wycheproof(vectors: Path) -> None:
    suite = json.loads((vectors / "wycheproof/ed25519_test.json").read_bytes())
    seen = {"valid": 0, "invalid": 0}
    for group in suite["testGroups"]:
        public = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            verdict = holds(public, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            assert verdict == (case["result"] == "valid"), (case["tcId"], case["comment"], case["flags"])
            seen[case["result"]] += 1
    assert seen == {"valid": 88, "invalid": 63}


def test_opening_notes(vectors: Path) -> None:
    cases = json.loads((vectors / "signed-note/signed-note-vectors.json").read_bytes())
    outcomes = {"ok": 0, "err": 0}
    for case in cases["tests"]:
        keys = [verify.read_key(vkey) for vkey in case["vkeys"]]
        try:
            text, signed = verify.open_note(b64decode(case["note_b64"]), keys)
        except ValueError:
            outcome = "err"
        else:
            outcome = "ok"
            assert (text, len(signed)) == (cases["text"], case["verified"]), case["desc"]
        assert outcome == case["want"], case["desc"]
        outcomes[outcome] += 1
    assert outcomes == {"ok": 2, "err": 11}


def test_the_specifications_own_note() -> None:
    """Written out in c2sp.org/signed-note."""
    key = verify.read_key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    note = (
        "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg"
        "1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    )
    assert verify.open_note(note.encode(), [key]) == ("This is an example message.\n", [key])


def test_a_log_of_tessera(vectors: Path) -> None:
    """16 checkpoints, every partial tile and every bundle of a real log, recomputed from its leaves."""
    log = vectors / "tlog-tiles-tessera/testdata/log"
    key = verify.read_key(VKEY)
    leaves = verify.read_bundle((log / verify.tile_path("entries", 0, SIZE)).read_bytes())
    tree = verify.Tree()
    for size in range(SIZE + 1):
        head = verify.read_head((log / f"checkpoint.{size}").read_bytes(), key)
        assert (head.origin, head.size, head.root, head.problem) == (ORIGIN, size, tree.root(size), None)
        if size:
            assert (log / verify.tile_path("0", 0, size)).read_bytes() == tree.tile(0, 0)
            assert verify.read_bundle((log / verify.tile_path("entries", 0, size)).read_bytes()) == leaves[:size]
        if size < SIZE:
            tree.append(verify.leaf_hash(leaves[size]))
    assert [tree.root(size) for size in range(SIZE)] == [
        verify.read_head((log / f"checkpoint.{size}").read_bytes(), key).root for size in range(SIZE)
    ]


@pytest.mark.parametrize("side", ["input", "output"])
def test_json_vectors_are_read_or_refused_as_the_ledger_does(vectors: Path, side: str) -> None:
    names = []
    for path in sorted((vectors / "jcs-rfc8785/testdata" / side).iterdir()):
        leaf = path.read_bytes()
        try:
            expected = canonical.decode(leaf)
        except ProfileError:
            with pytest.raises(ValueError, match=r"."):
                verify.read_leaf(leaf)
        else:
            assert verify.read_leaf(leaf) == expected
        names.append(path.name)
    assert len(names) == 6
