"""Ed25519 as notes use it: RFC 8032's own vectors, and Wycheproof's attempts to get round a verifier."""

import json
from pathlib import Path

from ledger import notes
from ledger.errors import NoteError


def holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the signature verifies; messages here are not note texts, so the check below the note is asked."""
    try:
        notes.verify_ed25519(public, signature, message)
    except NoteError:
        return False
    return True


def test_rfc_8032(vectors: Path) -> None:
    cases = json.loads((vectors / "rfc8032/ed25519.json").read_bytes())["tests"]
    for case in cases:
        seed, public, message, signature = (bytes.fromhex(case[name]) for name in ("sk", "pk", "msg", "sig"))
        assert notes.Signer("key", seed).verifier.public == public
        assert notes.sign_ed25519(seed, message) == signature
        assert holds(public, message, signature)
        assert not holds(public, message + b"x", signature)
    assert len(cases) == 3


def test_wycheproof(vectors: Path) -> None:
    suite = json.loads((vectors / "wycheproof/ed25519_test.json").read_bytes())
    seen = {"valid": 0, "invalid": 0}
    for group in suite["testGroups"]:
        public = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            verdict = holds(public, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
            assert verdict == (case["result"] == "valid"), (case["tcId"], case["comment"], case["flags"])
            seen[case["result"]] += 1
    assert seen == {"valid": 88, "invalid": 63}
