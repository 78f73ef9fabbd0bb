"""Receipts: that a leaf stands in a signed, witnessed tree, in one file that is checked offline (c2sp.org/tlog-proof).

    c2sp.org/tlog-proof@v1
    extra <base64 of the leaf>
    index 73894
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=      (inclusion proof, from the leaf upwards)
                                                      (an empty line, then the cosigned checkpoint)
    …

The specification leaves to the application what a leaf is and where it is had from: ours travels in the `extra` line.
It is believed only as far as its own hash leads to the root.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger import checkpoints, merkle
from ledger.checkpoints import CosignedCheckpoint
from ledger.errors import ReceiptError, RequestError
from ledger.notes import MAX_NOTE_BYTES, Verifier
from ledger.witnesses import unhash

VERSION: Final = "c2sp.org/tlog-proof@v1"
SUFFIX: Final = ".tlog-proof"
MAX_BYTES: Final = MAX_NOTE_BYTES + 131_072
"""A note, a leaf of 65,535 bytes in base64, and 63 hashes."""

_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A proof as read: nothing in it is to be believed before `verify` has returned."""

    index: int
    hashes: tuple[bytes, ...]
    note: str
    extra: bytes | None = None

    def __str__(self) -> str:
        """Return the file's text."""
        extra = [] if self.extra is None else [f"extra {b64encode(self.extra).decode()}"]
        lines = [VERSION, *extra, f"index {self.index}", *(b64encode(hashed).decode() for hashed in self.hashes), ""]
        return "\n".join(lines) + "\n" + self.note

    @classmethod
    def parse(cls, body: bytes) -> "Receipt":
        """Read a file; raises `ReceiptError` for anything that `str` would not print."""
        if len(body) > MAX_BYTES:
            raise ReceiptError(f"a receipt has at most {MAX_BYTES} bytes, this one {len(body)}")
        try:
            whole = body.decode()
        except UnicodeDecodeError:
            raise ReceiptError("a receipt is UTF-8") from None
        head, separator, note = whole.partition("\n\n")
        version, *lines = head.split("\n")
        if version != VERSION or not separator:
            raise ReceiptError(f"a receipt begins with `{VERSION}` and has an empty line before its checkpoint")
        extra = _extra(lines.pop(0)[len("extra ") :]) if lines and lines[0].startswith("extra ") else None
        match = _INDEX.fullmatch(lines[0]) if lines else None
        if match is None or int(match[1]) >= checkpoints.MAX_SIZE:
            raise ReceiptError("a receipt states the index of its entry")
        try:
            receipt = cls(int(match[1]), tuple(unhash(line) for line in lines[1:]), note, extra)
        except RequestError as error:
            raise ReceiptError(f"a proof line: {error}") from None
        if str(receipt) != whole:
            raise ReceiptError("the receipt is not written as it would be printed")
        return receipt

    def verify(self, keys: Sequence[Verifier], leaf: bytes | None = None) -> CosignedCheckpoint:
        """Return the checkpoint whose tree has the leaf (by default the one in `extra`) at `index`.

        `keys` are those of the log and of the witnesses that are believed.  Raises `NoteError` or `CheckpointError` for
        a checkpoint that its log did not sign, `ProofError` for a proof that does not lead to its root, and
        `ReceiptError` when there is no leaf, or two that differ.
        """
        found = self.extra if leaf is None else leaf
        if found is None:
            raise ReceiptError("the receipt does not hold the leaf that it is about")
        if self.extra is not None and found != self.extra:
            raise ReceiptError("the receipt is about another leaf than the one given")
        opened = checkpoints.open_cosigned(self.note, keys)
        checkpoint = opened.checkpoint
        merkle.verify_inclusion(self.index, checkpoint.size, merkle.leaf_hash(found), self.hashes, checkpoint.root)
        return opened


def build(index: int, note: str, node: merkle.NodeReader, leaf: bytes | None = None) -> Receipt:
    """Return the receipt of the leaf at `index` in the tree of `note`, whose nodes `node` reads."""
    size = checkpoints.Checkpoint.parse(note.partition("\n\n")[0] + "\n").size
    return Receipt(index, tuple(merkle.inclusion_proof(index, size, node)), note, leaf)


def _extra(encoded: str) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except (Base64Error, ValueError):
        raise ReceiptError("what follows `extra` is base64") from None
