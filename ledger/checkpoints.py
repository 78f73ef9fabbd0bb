"""The signed head of a journal: origin, size, root (c2sp.org/tlog-checkpoint).

    example.org/journals/main
    2
    cFwdM8ftTHQGxcgVUbFA3sEzpuLW+JyMlkkhWVA1pnk=

Ours have no extension lines: monitors cannot audit them.  The log signs with an Ed25519 key whose name is the origin,
and beside it, if it has one, with an ML-DSA-44 key of the same name; witnesses add cosignatures under their own names.
A checkpoint binds its log for ever: two of them that are not consistent are proof of a fork, whoever holds them.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger import merkle, notes
from ledger.errors import CheckpointError

MAX_SIZE: Final = 2**63 - 1
LOG_KINDS: Final = frozenset({notes.ED25519, notes.MLDSA44})
"""The kinds of key that a log signs with."""
WITNESS_KINDS: Final = frozenset({notes.COSIGNATURE_V1, notes.MLDSA44})
"""The kinds of key that a witness cosigns with."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the log `origin`: `size` leaves whose tree has the 32-byte `root`."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Raise `CheckpointError` for an origin, size or root that no checkpoint can state."""
        if not self.origin or "\n" in self.origin:
            raise CheckpointError("an origin is one line that is not empty")
        if not 0 <= self.size <= MAX_SIZE:
            raise CheckpointError(f"{self.size} is not the size of a tree")
        if len(self.root) != merkle.HASH_BYTES:
            raise CheckpointError(f"a root has {merkle.HASH_BYTES} bytes, not {len(self.root)}")
        if self.size == 0 and self.root != merkle.EMPTY_ROOT:
            raise CheckpointError("the empty tree has one root, and this is another")

    def __str__(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a checkpoint's text; raises `CheckpointError` unless it is what `str` would print."""
        lines = text.split("\n")
        if len(lines) != len(("origin", "size", "root", "")):
            raise CheckpointError("a checkpoint has three lines, and ours no extension lines")
        origin, size, root, _ = lines
        try:
            checkpoint = cls(origin, int(size), b64decode(root, validate=True))
        except (Base64Error, ValueError):
            raise CheckpointError("a checkpoint's size is a decimal number and its root is base64") from None
        if str(checkpoint) != text:
            raise CheckpointError("the checkpoint is not written as it would be printed")
        return checkpoint


@dataclass(frozen=True, slots=True)
class CosignedCheckpoint:
    """A checkpoint that its log signed, and the known witnesses who cosigned it with their POSIX times."""

    checkpoint: Checkpoint
    cosignatures: tuple[notes.Verified, ...]


def sign(checkpoint: Checkpoint, *signers: notes.Signer, time: int | None = None) -> str:
    """Return the signed note of a checkpoint; every signer bears the origin's name: plain Ed25519, or ML-DSA-44.

    Two signers of a kind are given while a key is being replaced by another; one of ML-DSA-44 needs the time.
    """
    if any(signer.name != checkpoint.origin or signer.kind not in LOG_KINDS for signer in signers):
        raise CheckpointError("a log signs under its origin")
    return notes.sign(str(checkpoint), *signers, time=time)


def cosign(note: bytes | str, log: Sequence[notes.Verifier], witness: notes.Signer, time: int) -> notes.Signature:
    """Return a witness's signature line for a checkpoint that its log signed, as of `time` (POSIX seconds).

    The caller has proven consistency with what the witness signed before, and has stored that it signs this.
    """
    return witness.sign(str(open_checkpoint(note, log)), time)


def open_checkpoint(note: bytes | str, verifiers: Sequence[notes.Verifier]) -> Checkpoint:
    """Return the checkpoint in `note`, signed by its log; see `open_cosigned`."""
    return open_cosigned(note, verifiers).checkpoint


def open_cosigned(note: bytes | str, verifiers: Sequence[notes.Verifier]) -> CosignedCheckpoint:
    """Return the checkpoint in `note` and the known witnesses who cosigned it.

    Raises `NoteError` for a malformed note, for no known signature, and for a false one under a known name;
    `CheckpointError` for a text that is no checkpoint, and when no known key of the log itself signed it: a witness's
    word that it saw a checkpoint does not make it the log's.
    """
    opened = notes.open_note(note, verifiers)
    checkpoint = Checkpoint.parse(opened.text)
    if not any(_is_logs(verified, checkpoint) for verified in opened.verified):
        raise CheckpointError(f"no known key of {checkpoint.origin!r} signed the checkpoint")
    witnesses = tuple(found for found in opened.verified if found.time is not None and not _is_logs(found, checkpoint))
    return CosignedCheckpoint(checkpoint, witnesses)


def add_cosignatures(note: bytes | str, cosignatures: Sequence[notes.Signature]) -> str:
    """Return the note with further signature lines; a line that it already has is not repeated."""
    parsed = notes.Note.parse(note)
    if not cosignatures:
        return str(parsed)
    fresh = [line for line in dict.fromkeys(cosignatures) if line not in parsed.signatures]
    return str(notes.Note(parsed.text, (*parsed.signatures, *fresh)))


def _is_logs(verified: notes.Verified, checkpoint: Checkpoint) -> bool:
    return verified.verifier.kind in LOG_KINDS and verified.verifier.name == checkpoint.origin
