"""The primitives that we never write ourselves, on the vectors that catch those who do: AEADs, HKDF, HMAC, ML-DSA-44.

The vault seals with AES-256-GCM and matches by HMAC-SHA-256; heads may be signed with ML-DSA-44.  AES-GCM-SIV and HKDF
are run too, so that a change of library or of choice meets the same attempts.
"""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Case = dict[str, Any]


def cases(path: Path) -> Iterator[Case]:
    """Every case of a file, with what its group says of all of them; the file states how many there are."""
    suite = json.loads(path.read_bytes())
    found = [{**group, **case} for group in suite["testGroups"] for case in group["tests"]]
    assert len(found) == suite["numberOfTests"]
    yield from found


def octets(case: Case, name: str) -> bytes:
    """A field in hex."""
    return bytes.fromhex(case[name])


def judged(path: Path, holds: Callable[[Case], bool]) -> dict[str, int]:
    """Every case is accepted or refused as its file says; how many of each."""
    seen: Counter[str] = Counter()
    for case in cases(path):
        assert holds(case) == (case["result"] == "valid"), (path.name, case["tcId"], case["comment"])
        seen[case["result"]] += 1
    return dict(seen)


@pytest.mark.parametrize(
    ("name", "kind", "counts"),
    [("aes_gcm", AESGCM, {"valid": 229, "invalid": 87}), ("aes_gcm_siv", AESGCMSIV, {"valid": 136, "invalid": 66})],
)
def test_authenticated_encryption(vectors: Path, name: str, kind: type, counts: dict[str, int]) -> None:
    def holds(case: Case) -> bool:
        nonce, plain, bound = octets(case, "iv"), octets(case, "msg"), octets(case, "aad")
        sealed = octets(case, "ct") + octets(case, "tag")
        try:
            cipher = kind(octets(case, "key"))
            opened: bytes = cipher.decrypt(nonce, sealed, bound)
        except (InvalidTag, ValueError):
            return False
        assert cipher.encrypt(nonce, plain, bound) == sealed
        return opened == plain

    try:
        kind(bytes(32))
    except UnsupportedAlgorithm:
        pytest.skip(f"this build of cryptography has no {kind.__name__}")
    seen = judged(vectors / f"wycheproof/{name}_test.json", lambda c: holds(c) or refused_for_its_nonce(c, kind))
    assert seen == counts


def refused_for_its_nonce(case: Case, kind: type) -> bool:
    """Whether the library refuses a nonce of under 8 or over 128 bytes that the algorithm would take: ours have 12."""
    nonce = octets(case, "iv")
    if 8 <= len(nonce) <= 128 or case["result"] != "valid":
        return False
    with pytest.raises(ValueError, match="once"):
        kind(octets(case, "key")).encrypt(nonce, octets(case, "msg"), octets(case, "aad"))
    return True


def test_hkdf(vectors: Path) -> None:
    def holds(case: Case) -> bool:
        try:
            kdf = HKDF(SHA256(), case["size"], octets(case, "salt"), octets(case, "info"))
        except ValueError:
            return False
        return kdf.derive(octets(case, "ikm")) == octets(case, "okm")

    assert judged(vectors / "wycheproof/hkdf_sha256_test.json", holds) == {"valid": 83, "invalid": 3}


def test_hmac(vectors: Path) -> None:
    def holds(case: Case) -> bool:
        tag = hmac.digest(octets(case, "key"), octets(case, "msg"), "sha256")[: case["tagSize"] // 8]
        return hmac.compare_digest(tag, octets(case, "tag"))

    assert judged(vectors / "wycheproof/hmac_sha256_test.json", holds) == {"valid": 66, "invalid": 108}


@pytest.fixture
def mldsa() -> None:
    """Skip where the library was built without ML-DSA-44."""
    try:
        MLDSA44PrivateKey.from_seed_bytes(bytes(32))
    except UnsupportedAlgorithm:
        pytest.skip("this build of cryptography has no ML-DSA-44")


@pytest.mark.usefixtures("mldsa")
def test_mldsa44_verification(vectors: Path) -> None:
    def holds(case: Case) -> bool:
        try:
            key = MLDSA44PublicKey.from_public_bytes(octets(case, "publicKey"))
            key.verify(octets(case, "sig"), octets(case, "msg"), octets(case, "ctx") if "ctx" in case else None)
        except (InvalidSignature, ValueError):
            return False
        return True

    assert judged(vectors / "mldsa44/mldsa_44_verify_test.json", holds) == {"valid": 77, "invalid": 103}


@pytest.mark.usefixtures("mldsa")
def test_mldsa44_keys_and_signatures(vectors: Path) -> None:
    """A seed gives the published key, which verifies the published signature and ours (signing is randomized here)."""

    def holds(case: Case) -> bool:
        context = octets(case, "ctx") if "ctx" in case else None
        try:
            secret = MLDSA44PrivateKey.from_seed_bytes(octets(case, "privateSeed"))
            if "msg" not in case:  # the case states only the digest that is signed
                mine = secret.sign_mu(octets(case, "mu"))
                return len(mine) == len(octets(case, "sig"))
            mine = secret.sign(octets(case, "msg"), context)
        except ValueError:
            return False
        public = secret.public_key()
        assert public.public_bytes_raw() == octets(case, "publicKey")
        public.verify(mine, octets(case, "msg"), context)
        public.verify(octets(case, "sig"), octets(case, "msg"), context)
        return True

    assert judged(vectors / "mldsa44/mldsa_44_sign_seed_test.json", holds) == {"valid": 82, "invalid": 4}
