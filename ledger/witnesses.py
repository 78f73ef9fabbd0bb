"""What a witness signs and what it refuses (c2sp.org/tlog-witness): the rules, without a socket, a file or a clock.

A log that has a new checkpoint sends it with a proof that it continues the one the witness signed last:

    old 20852014
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
                                                      (an empty line, then the signed note)
    example.com/behind-the-sofa
    20852163
    …

`decide` answers it.  What it wants remembered must be durable before the answer is sent, and the state that it decided
from must still be the state by then: two heads for one size would make the witness part of a fork.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final

from ledger import checkpoints, merkle, notes
from ledger.errors import EvidenceError, NoteError, ProofError, RequestError
from ledger.notes import Note, Signature, Signer, Verifier

MAX_PROOF: Final = 63
MAX_REQUEST_BYTES: Final = 262_144
"""Of a request: 63 hashes, and a note with sixteen post-quantum signatures of 5,000 bytes each, in base64."""
SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


class Status(IntEnum):
    """The HTTP statuses that a witness answers with."""

    OK = 200
    BAD_REQUEST = 400
    FORBIDDEN = 403
    NOT_FOUND = 404
    CONFLICT = 409
    UNPROCESSABLE = 422


Logs = Mapping[str, Sequence[Verifier]]
"""The keys of every log that a witness follows, by origin."""


@dataclass(frozen=True, slots=True)
class Request:
    """A checkpoint's note, the size that the sender believes to be the witness's last, and the proof from there."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def __str__(self) -> str:
        """Return the request's body."""
        lines = [f"old {self.old}", *(b64encode(hashed).decode() for hashed in self.proof), ""]
        return "\n".join(lines) + "\n" + self.note

    @classmethod
    def parse(cls, body: bytes) -> "Request":
        """Read a request's body; raises `RequestError` for anything that `str` would not print."""
        if len(body) > MAX_REQUEST_BYTES:
            raise RequestError(f"a request has at most {MAX_REQUEST_BYTES} bytes, this one {len(body)}")
        try:
            head, separator, note = body.decode().partition("\n\n")
        except UnicodeDecodeError:
            raise RequestError("a request is UTF-8") from None
        old, *proof = head.split("\n")
        match = _OLD.fullmatch(old)
        if not separator or match is None or int(match[1]) > checkpoints.MAX_SIZE:
            raise RequestError("a request begins with `old SIZE`, proof lines and an empty line")
        if len(proof) > MAX_PROOF:
            raise RequestError(f"a proof has at most {MAX_PROOF} hashes, this one {len(proof)}")
        return cls(int(match[1]), tuple(unhash(line) for line in proof), note)


@dataclass(frozen=True, slots=True)
class Head:
    """What a note states of a tree, extension lines left aside: unlike a `Checkpoint`, ours or not, true or not."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Read a checkpoint's text (c2sp.org/tlog-checkpoint), which may have extension lines; `RequestError`."""
        lines = text.split("\n")
        if len(lines) < len(("origin", "size", "root", "")) or not all(lines[:-1]) or lines[-1]:
            raise RequestError("a checkpoint has an origin, a size and a root, and no empty line")
        origin, size, root = lines[:3]
        if not _SIZE.fullmatch(size) or int(size) > checkpoints.MAX_SIZE:
            raise RequestError("a checkpoint's size is a decimal number")
        return cls(origin, int(size), unhash(root))


@dataclass(frozen=True, slots=True)
class Latest:
    """What a witness cosigned last of a log: size, root, when (POSIX seconds), and the cosigned note itself."""

    size: int
    root: bytes
    time: int
    note: str

    @classmethod
    def parse(cls, note: str, witness: Verifier) -> "Latest":
        """Read the note that was kept; raises `EvidenceError` unless the witness itself cosigned it."""
        opened = notes.open_note(note, [witness])
        head = Head.parse(opened.text)
        assert opened.verified[0].time is not None, "a witness's key is a cosigning one"
        return cls(head.size, head.root, opened.verified[0].time, note)


@dataclass(frozen=True, slots=True)
class Decision:
    """An HTTP answer; `latest`, if there is one, is to be made durable before it is sent."""

    status: Status
    body: str
    media_type: str = TEXT_TYPE
    latest: Latest | None = None


def head_of(request: Request) -> Head:
    """What a request's checkpoint states, whatever stands below it; raises `RequestError` for what is none."""
    return Head.parse(request.note.rpartition("\n\n")[0] + "\n")


def origin_hash(origin: str) -> str:
    """The name under which monitors read a log's cosigned checkpoint: SHA-256 in lower-case hex."""
    return sha256(origin.encode()).hexdigest()


def decide(
    request: Request, logs: Logs, latest: Latest | None, witness: Signer, time: int, *, beside: Sequence[Signer] = ()
) -> Decision:
    """Answer a request, given what was cosigned last of its log (None: nothing) and the time in POSIX seconds.

    Further keys of the same witness sign `beside` its first: an ML-DSA-44 one, say.

    Refuses in the order of the specification: 400 malformed, 404 unknown origin, 403 not signed by the log, 400 for an
    old size beyond the checkpoint, 409 for another old size than ours, 422 for a proof that does not hold.
    """
    try:
        head = head_of(request)
    except EvidenceError as error:
        return _refused(Status.BAD_REQUEST, str(error))
    keys = logs.get(head.origin)
    if keys is None:
        return _refused(Status.NOT_FOUND, f"unknown log: {head.origin}")
    try:
        note = Note.parse(request.note)
        believed = _believed(note, keys)
    except NoteError as error:
        return _refused(Status.FORBIDDEN, f"invalid signature: {error}")
    if request.old > head.size:
        return _refused(Status.BAD_REQUEST, f"the old size {request.old} is beyond the checkpoint's {head.size}")
    size = 0 if latest is None else latest.size
    if request.old != size:
        return Decision(Status.CONFLICT, f"{size}\n", SIZE_TYPE)
    try:
        _check_consistency(request, head, latest)
    except ProofError as error:
        return _refused(Status.UNPROCESSABLE, f"invalid consistency proof: {error}")
    # A clock that was set back does not make an earlier statement about a later tree.
    moment = max(1, time, 0 if latest is None else latest.time)
    made = [signer.sign(note.text, moment) for signer in (witness, *beside)]
    kept = str(Note(note.text, (*believed, *made)))
    return Decision(Status.OK, "".join(f"{line}\n" for line in made), latest=Latest(head.size, head.root, moment, kept))


def cosignatures(note: str, answer: str, known: Sequence[Verifier]) -> list[Signature]:
    """The lines of a witness's answer that known keys made over the note; others are ignored, as they must be.

    Raises `RequestError` for an answer that is not signature lines, or that holds none of a known key, and `NoteError`
    for one that a known key did not make though it bears its name.
    """
    text = Note.parse(note).text
    if not answer.endswith("\n") or len(answer) > MAX_REQUEST_BYTES:
        raise RequestError("a witness answers with signature lines")
    found = []
    for line in answer[:-1].split("\n"):
        signature = Signature.parse(line)
        for verifier in known:
            if (verifier.name, verifier.key_id) == (signature.name, signature.key_id):
                if not verifier.verify(text, signature):
                    raise RequestError("a witness's cosignature states its time")
                found.append(signature)
    if not found:
        raise RequestError("the witness's answer has no signature by a known key")
    return found


def stated_size(body: str) -> int:
    """The size that a witness states in its answer 409; raises `RequestError`."""
    if not body.endswith("\n") or not _SIZE.fullmatch(body[:-1]) or int(body) > checkpoints.MAX_SIZE:
        raise RequestError("a witness states its size as a decimal number and a newline")
    return int(body)


def unhash(line: str) -> bytes:
    """Read a hash in base64, in the one form that is printed; raises `RequestError`."""
    try:
        raw = b64decode(line, validate=True)
    except (Base64Error, ValueError):
        raise RequestError("a hash is written in base64") from None
    if len(raw) != merkle.HASH_BYTES or b64encode(raw).decode() != line:
        raise RequestError(f"a hash is {merkle.HASH_BYTES} bytes in canonical base64")
    return raw


def _believed(note: Note, keys: Sequence[Verifier]) -> list[Signature]:
    """The signatures by the log's own keys; raises `NoteError` when there is none, or a false one."""
    found: dict[Verifier, Signature] = {}
    for signature in note.signatures:
        for key in keys:
            if (key.name, key.key_id) == (signature.name, signature.key_id):
                key.verify(note.text, signature)
                found.setdefault(key, signature)
    if not found:
        raise NoteError("no key of the log signed the checkpoint")
    return list(found.values())


def _check_consistency(request: Request, head: Head, latest: Latest | None) -> None:
    if head.size == 0 and head.root != merkle.EMPTY_ROOT:
        raise ProofError("the empty tree has another root")
    if request.old == 0 or latest is None:
        if request.proof:
            raise ProofError("nothing is to be proven from the empty tree")
        return
    merkle.verify_consistency(request.old, head.size, latest.root, head.root, request.proof)


def _refused(status: Status, why: str) -> Decision:
    return Decision(status, why + "\n")
