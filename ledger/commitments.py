"""How a leaf names a person without saying anything about them (SPEC.md, section "Personal data and rosters").

A *commitment* is SHA-256(domain ‖ salt ‖ canonical data).  The salt is 32 fresh random bytes for every use, so that
neither equal persons nor guessable data (a citizen number is one of a small space) can be told from the outside; who
holds salt and data can show what was committed to, and who has destroyed them can not.

A *matching hash* finds the same citizen again without storing the number: HMAC-SHA256 under a key that lies outside
the database.  A plain hash would be reversed by trying every region, date and sequence.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from ledger.canonical import canonical
from ledger.errors import LedgerError
from ledger.identifiers import citizen_number as checked

COMMITMENT_DOMAIN: Final = b"mingzhang/commitment/v1\x00"
MATCHING_DOMAIN: Final = b"mingzhang/matching/v1\x00"
SALT_BYTES: Final = 32
KEY_BYTES: Final = 32


class SecretLengthError(LedgerError):
    """A salt or a key is not as long as it has to be; `what`, `expected` and `found` (bytes) say which."""

    def __init__(self, what: str, expected: int, found: int) -> None:
        super().__init__(f"a {what} has {expected} bytes, this one {found}")
        self.what = what
        self.expected = expected
        self.found = found


def commitment(salt: bytes, data: Mapping[str, Any]) -> bytes:
    """Return the 32 bytes that stand for `data` (an object of the leaf profile) in a leaf.

    Raises `SecretLengthError` for a salt that has not 32 bytes, `ProfileError` for data that has no canonical form.
    """
    if len(salt) != SALT_BYTES:
        raise SecretLengthError("salt", SALT_BYTES, len(salt))
    return sha256(COMMITMENT_DOMAIN + salt + canonical(dict(data))).digest()


def matching_hash(key: bytes, citizen_number: str) -> bytes:
    """Return the 32 bytes under which a citizen is found again: the same number and key give the same bytes.

    `citizen_number` has 18 characters (see `identifiers.read_citizen_number` for what people type).
    Raises `SecretLengthError` for a key that has not 32 bytes, `CitizenNumberError` for a number that is none.
    """
    if len(key) != KEY_BYTES:
        raise SecretLengthError("matching key", KEY_BYTES, len(key))
    return hmac.digest(key, MATCHING_DOMAIN + checked(citizen_number).encode("ascii"), "sha256")
