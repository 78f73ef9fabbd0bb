"""Signed notes: the cases of Go's sumdb/note, and the byte-exact signing vector."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from ledger import notes
from ledger.errors import NoteError


@pytest.fixture
def cases(vectors: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((vectors / "signed-note/signed-note-vectors.json").read_bytes())
    return loaded


def test_signing_gives_the_published_bytes(cases: dict[str, Any]) -> None:
    signer = notes.Signer.parse(cases["skey"])
    assert signer.secret() == cases["skey"]
    assert notes.sign(cases["text"], signer) == cases["signed"]


def test_opening(cases: dict[str, Any]) -> None:
    outcomes = {"ok": 0, "err": 0}
    for case in cases["tests"]:
        verifiers = [notes.Verifier.parse(vkey) for vkey in case["vkeys"]]
        assert [str(verifier) for verifier in verifiers] == case["vkeys"]
        try:
            opened = notes.open_note(b64decode(case["note_b64"]), verifiers)
        except NoteError:
            outcome = "err"
        else:
            outcome = "ok"
            assert (opened.text, len(opened.verified)) == (cases["text"], case["verified"]), case["desc"]
        assert outcome == case["want"], case["desc"]
        outcomes[outcome] += 1
    assert outcomes == {"ok": 2, "err": 11}


def test_the_specifications_own_examples() -> None:
    """Written out in c2sp.org/signed-note and c2sp.org/tlog-cosignature."""
    verifier = notes.Verifier.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    note = (
        "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg"
        "1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    )
    assert notes.open_note(note, [verifier]).text == "This is an example message.\n"
    line = (
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5"
        "nNo0xUe+mbIUBkBIfZ+qnA=="
    )
    cosignature = notes.Signature.parse(line)
    assert str(cosignature) == line
    assert int.from_bytes(cosignature.value[:8], "big") == 1679315147
