"""ML-DSA-44 as notes use it: Wycheproof's signatures, right and wrong, and keys made from seeds."""

import json
from pathlib import Path

from ledger import mldsa
from ledger.errors import NoteError


def holds(public: bytes, message: bytes, signature: bytes, context: bytes | None) -> bool:
    """Tell whether the signature verifies."""
    try:
        mldsa.verify(public, signature, message, context)
    except NoteError:
        return False
    return True


def of(case: dict[str, str], name: str) -> bytes | None:
    """A field in hex, if it is there."""
    return bytes.fromhex(case[name]) if name in case else None


def test_what_others_signed(vectors: Path) -> None:
    suite = json.loads((vectors / "mldsa44/mldsa_44_verify_test.json").read_bytes())
    seen = {"valid": 0, "invalid": 0}
    for group in suite["testGroups"]:
        public = bytes.fromhex(group["publicKey"])
        for case in group["tests"]:
            message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
            verdict = holds(public, message, signature, of(case, "ctx"))
            assert verdict == (case["result"] == "valid"), (case["tcId"], case["comment"], case["flags"])
            seen[case["result"]] += 1
    assert sum(seen.values()) == suite["numberOfTests"] == 180


def test_keys_from_seeds(vectors: Path) -> None:
    """The public key is the vectors'; their signature verifies, and so does ours, which is another one."""
    suite = json.loads((vectors / "mldsa44/mldsa_44_sign_seed_test.json").read_bytes())
    seen = 0
    for group in suite["testGroups"]:
        seed = bytes.fromhex(group["privateSeed"])
        for case in group["tests"]:
            message, context = of(case, "msg"), of(case, "ctx")
            if case["result"] == "invalid" or message is None:
                continue  # a context or a key too long to be given here; or a case of the inner function alone
            public = bytes.fromhex(group["publicKey"])
            assert mldsa.public_of(seed) == public
            assert holds(public, message, bytes.fromhex(case["sig"]), context), case["tcId"]
            assert holds(public, message, mldsa.sign(seed, message, context), context)
            seen += 1
    assert seen == 74
