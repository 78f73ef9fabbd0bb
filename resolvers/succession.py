"""The way out of a fork risk that cannot be mended: a new origin, whose first entry names the old one's final head.

A log that signed entries which are lost for good can sign nothing more: whatever it signs contradicts what it signed.
So its origin ends.  The books go on under a new origin, with a new key, in a new data directory; the first entry says
`after: {origin, size, root}`, the largest head that the old one ever signed.  Who kept heads of the old origin can then
tell whether the operator named the truth: a kept head that is larger, or another one of that size, proves otherwise.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from db import trees
from ledger.checkpoints import open_checkpoint
from ledger.notes import Verifier
from resolvers.keys import KeyStore, Last, LostStateError


class SuccessionError(Exception):
    """A journal cannot begin after this head; the message says why, and what to do."""


def final_head(old: KeyStore | None, note: bytes | None, keys: Sequence[Verifier] = ()) -> Last:
    """The final head of an old origin: the larger of what its publisher remembers and of a signed note.

    The note is signed by the old log's key: one of `keys`, or the one in `old`.  Raises `SuccessionError` when neither
    is there or when they contradict each other, `EvidenceError` for a note that the log did not sign, and
    `KeyFileError` for files that cannot be read.
    """
    known = list(keys)
    remembered: Last | None = None
    if old is not None:
        if not old.key_path.exists():
            raise SuccessionError(f"{old.key_path} is not there: name the old installation's data directory")
        known += [signer.verifier for signer in old.signers(old.origin)]
        try:
            remembered = old.last()
        except LostStateError:
            remembered = None
    found = [] if remembered is None or not remembered.size else [remembered]
    if note is not None:
        head = open_checkpoint(note, known)
        found.append(Last(head.origin, head.size, head.root))
    if not found:
        raise SuccessionError(
            "the old origin's last signed head is not known here: give the newest one that a witness or an auditor kept"
        )
    largest = max(found, key=lambda last: last.size)
    if any(last.size == largest.size and last.root != largest.root for last in found):
        raise SuccessionError(f"two signed heads of {largest.size} entries contradict each other: a fork already")
    if not largest.size:
        raise SuccessionError("the old origin signed nothing, so that nothing is to be succeeded")
    return largest


def named(last: Last) -> dict[str, Any]:
    """The head as the first entry names it."""
    return {"origin": last.origin, "size": last.size, "root": last.root.hex()}


async def check_opened(pool: trees.Session, journal: int, after: Last) -> None:
    """Raise `SuccessionError` unless a journal that is there already was opened after this very head."""
    first = await trees.leaf(pool, journal, 0)
    assert first is not None, "a journal that is not empty has a first entry"
    found = orjson.loads(first[0])["data"].get("after")
    if found != named(after):
        raise SuccessionError("this data directory holds another journal already: name an empty one with --data")
