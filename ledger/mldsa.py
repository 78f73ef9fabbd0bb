r"""ML-DSA-44 (FIPS 204) and what it signs of a tree (c2sp.org/tlog-cosignature, signature type 0x06).

    "subtree/v1\n\0" ‖ length, cosigner's name ‖ time ‖ length, origin ‖ start = 0 ‖ end = size ‖ root

The message commits to the signer's own name, so that one key cannot speak for two; times and sizes have eight bytes,
the highest first.  A key is its 32-byte seed.  `cryptography` may be built without the algorithm: `available` says so.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from ledger.errors import NoteError

KEY_BYTES: Final = 1312
SIGNATURE_BYTES: Final = 2420

_LABEL: Final = b"subtree/v1\n\x00"
_MOST_NAME: Final = 255
_MOST: Final = 2**63 - 1
_ROOT_BYTES: Final = 32
_LINES: Final = 3


def available() -> bool:
    """Whether this machine's library can sign and verify."""
    try:
        MLDSA44PrivateKey.from_seed_bytes(bytes(32))
    except UnsupportedAlgorithm:
        return False
    return True


def message(name: str, time: int, text: str) -> bytes:
    """What the key `name` signs of the head that a checkpoint's text states; extension lines are not signed.

    Raises `NoteError` for a text that states no head.
    """
    origin, size, root = _head(text)
    parts = [_LABEL, _short(name), time.to_bytes(8, "big"), _short(origin), bytes(8), size.to_bytes(8, "big"), root]
    return b"".join(parts)


def public_of(seed: bytes) -> bytes:
    """The 1,312-byte public key of a 32-byte seed."""
    return _private(seed).public_key().public_bytes_raw()


def sign(seed: bytes, signed: bytes, context: bytes | None = None) -> bytes:
    """A signature of 2,420 bytes; another one each time."""
    return _private(seed).sign(signed, context)


def verify(public: bytes, signature: bytes, signed: bytes, context: bytes | None = None) -> None:
    """Raise `NoteError` unless the key `public` made `signature` over `signed`."""
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, signed, context)
    except (InvalidSignature, ValueError):
        raise NoteError("the signature is not by that key") from None
    except UnsupportedAlgorithm:
        raise NoteError("this machine's library has no ML-DSA-44, so that the signature cannot be checked") from None


def _private(seed: bytes) -> MLDSA44PrivateKey:
    try:
        return MLDSA44PrivateKey.from_seed_bytes(seed)
    except UnsupportedAlgorithm:
        raise NoteError("this machine's library has no ML-DSA-44: leave such keys out") from None


def _head(text: str) -> tuple[str, int, bytes]:
    """Origin, size and root; the first three lines."""
    lines = text.split("\n")
    try:
        origin, size, root = lines[:_LINES]
        number, hashed = int(size), b64decode(root, validate=True)
    except (Base64Error, ValueError):
        raise NoteError("such a key signs a checkpoint, and this is none") from None
    if not origin or str(number) != size or not 0 <= number <= _MOST or len(hashed) != _ROOT_BYTES:
        raise NoteError("such a key signs a checkpoint, and this is none")
    return origin, number, hashed


def _short(text: str) -> bytes:
    raw = text.encode()
    if not 1 <= len(raw) <= _MOST_NAME:
        raise NoteError(f"a name that is signed has 1 to {_MOST_NAME} bytes")
    return bytes([len(raw)]) + raw
