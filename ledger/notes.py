"""Text signed by keys that have names: the C2SP signed note (c2sp.org/signed-note, c2sp.org/tlog-cosignature).

A note is a text, an empty line, and one line for each signature: em dash, key name, base64 of key ID and signature.
Three kinds of key are known: 0x01 signs the text itself with Ed25519 (RFC 8032); 0x04 signs the text and the moment of
signing, which is what a witness does (`cosignature/v1`); 0x06 signs the head that the text states, the moment and the
signer's own name with ML-DSA-44 (`ledger.mldsa`), as a log or a witness.  Key bytes and moments are arguments.

A verifier ignores signatures of keys it does not know, and refuses the whole note when a key that it does know did
not make the signature bearing its name.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger import mldsa
from ledger.errors import NoteError

ED25519: Final = 0x01
COSIGNATURE_V1: Final = 0x04
MLDSA44: Final = 0x06

MAX_NOTE_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100
MAX_TIME: Final = 2**63 - 1

_KEY_ID_BYTES: Final = 4
_SEED_BYTES: Final = 32
_KEY_BYTES: Final = {ED25519: 32, COSIGNATURE_V1: 32, MLDSA44: mldsa.KEY_BYTES}
_SIGNATURE_BYTES: Final = {ED25519: 64, COSIGNATURE_V1: 64, MLDSA44: mldsa.SIGNATURE_BYTES}
_TIME_BYTES: Final = 8
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f]")
_LINE: Final = re.compile("— ([^ ]+) ([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who says to have signed, and the bytes (for a cosignature, the time and the signature)."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        """Return the line as it stands in a note, without its newline."""
        return f"— {self.name} {_base64(self.key_id + self.value)}"

    @classmethod
    def parse(cls, line: str) -> "Signature":
        """Read a line; raises `NoteError` unless it is what `str` would print."""
        match = _LINE.fullmatch(line)
        if match is None:
            raise NoteError(f"not a signature line: {line[:80]!r}")
        name, encoded = match.groups()
        check_name(name)
        value = _unbase64(encoded)
        if len(value) <= _KEY_ID_BYTES:
            raise NoteError(f"a signature by {name!r} has no bytes after its key ID")
        return cls(name, value[:_KEY_ID_BYTES], value[_KEY_ID_BYTES:])


@dataclass(frozen=True, slots=True)
class Note:
    """A note as read: nothing in it is to be believed before `open_note` has returned."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        """Return the note as it is stored and sent."""
        return self.text + "\n" + "".join(f"{signature}\n" for signature in self.signatures)

    @classmethod
    def parse(cls, note: bytes | str) -> "Note":
        """Read a note; raises `NoteError` for anything that `str` would not print."""
        whole = _decode(note)
        text, separator, lines = whole.rpartition("\n\n")
        if not separator or not lines.endswith("\n"):
            raise NoteError("a note is a text, an empty line and signature lines, each ended by a newline")
        split = lines[:-1].split("\n")
        if len(split) > MAX_SIGNATURES:
            raise NoteError(f"a note has at most {MAX_SIGNATURES} signatures, this one {len(split)}")
        parsed = cls(text + "\n", tuple(Signature.parse(line) for line in split))
        if str(parsed) != whole:
            raise NoteError("the note is not written as it would be printed")
        return parsed


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under a name: of `kind` `ED25519` or `COSIGNATURE_V1` (32 bytes) or `MLDSA44` (1,312 bytes)."""

    name: str
    public: bytes
    kind: int = ED25519
    key_id: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Compute the key ID; raises `NoteError` for a name or key that no note can carry."""
        check_name(self.name)
        if self.kind not in _KEY_BYTES:
            raise NoteError(f"key {self.name!r} has signature type {self.kind:#04x}, which is not known here")
        if len(self.public) != _KEY_BYTES[self.kind]:
            raise NoteError(f"key {self.name!r} is not {_KEY_BYTES[self.kind]} bytes long")
        object.__setattr__(self, "key_id", key_id(self.name, self.kind, self.public))

    def __str__(self) -> str:
        """Return the verifier key (vkey): name, key ID and key, joined by plus signs."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        """Read a verifier key; raises `NoteError` unless it is what `str` would print."""
        kind, material = _parse_key(vkey, prefix="")
        verifier = cls(vkey.split("+", 1)[0], material, kind)
        if str(verifier) != vkey:
            raise NoteError("the verifier key's ID is not that of its name and key")
        return verifier

    def verify(self, text: str, signature: Signature) -> int | None:
        """Return the moment of signing (POSIX seconds) of a cosignature, or `None` for a plain signature.

        Raises `NoteError` unless this key made `signature` over `text`.
        """
        if (signature.name, signature.key_id) != (self.name, self.key_id):
            raise NoteError(f"the signature is by {signature.name!r}, not by {self.name!r}")
        time, raw = _split_time(self.kind, signature)
        try:
            if time is not None and self.kind == MLDSA44:
                mldsa.verify(self.public, raw, mldsa.message(self.name, time, text))
            else:
                verify_ed25519(self.public, raw, _message(text, time))
        except NoteError:
            raise NoteError(f"the signature that bears the name of {self.name!r} is not by that key") from None
        return time


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key under a name; `seed` is the 32 secret bytes of either algorithm, never printed by `repr`."""

    name: str
    seed: bytes = field(repr=False)
    kind: int = ED25519

    def __post_init__(self) -> None:
        """Raise `NoteError` for a name or key that no note can carry."""
        if len(self.seed) != _SEED_BYTES:
            raise NoteError(f"the private key of {self.name!r} is not {_SEED_BYTES} bytes long")
        _ = self.verifier

    @property
    def verifier(self) -> Verifier:
        """The public half, to be given away."""
        if self.kind == MLDSA44:
            return Verifier(self.name, mldsa.public_of(self.seed), self.kind)
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return Verifier(self.name, public, self.kind)

    def secret(self) -> str:
        """Return the signer key as `PRIVATE+KEY+name+id+key`: whoever reads it can sign."""
        return f"PRIVATE+KEY+{self.name}+{self.verifier.key_id.hex()}+{_base64(bytes([self.kind]) + self.seed)}"

    @classmethod
    def parse(cls, skey: str) -> "Signer":
        """Read a signer key; raises `NoteError` (which never repeats the key) unless `secret` would print it."""
        prefix = "PRIVATE+KEY+"
        kind, seed = _parse_key(skey, prefix)
        signer = cls(skey.removeprefix(prefix).split("+", 1)[0], seed, kind)
        if signer.secret() != skey:
            raise NoteError("the signer key's ID is not that of its name and key")
        return signer

    def sign(self, text: str, time: int | None = None) -> Signature:
        """Sign `text`; an `ED25519` key has no moment, the others need it (POSIX seconds).

        A signature of an `MLDSA44` key is another each time (FIPS 204, hedged), and its text states a head.
        """
        check_text(text)
        if (time is None) != (self.kind == ED25519):
            raise NoteError("a cosignature has a time, a plain signature has none")
        if time is not None and not 0 <= time <= MAX_TIME:
            raise NoteError(f"{time} is not a POSIX time of a cosignature")
        stamp = b"" if time is None else time.to_bytes(_TIME_BYTES, "big")
        if time is not None and self.kind == MLDSA44:
            raw = mldsa.sign(self.seed, mldsa.message(self.name, time, text))
        else:
            raw = sign_ed25519(self.seed, _message(text, time))
        return Signature(self.name, self.verifier.key_id, stamp + raw)


@dataclass(frozen=True, slots=True)
class Verified:
    """A known key that signed, and when, if it says so (POSIX seconds)."""

    verifier: Verifier
    time: int | None


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A text that at least one known key signed; each such key stands once in `verified`."""

    text: str
    verified: tuple[Verified, ...]


def sign(text: str, *signers: Signer, existing: Iterable[Signature] = (), time: int | None = None) -> str:
    """Return the note of `text` signed by these keys, after the signatures that it already has.

    Plain keys need no `time`; the others do (POSIX seconds).
    """
    check_text(text)
    made = (signer.sign(text, None if signer.kind == ED25519 else time) for signer in signers)
    signatures = (*existing, *made)
    if not signatures:
        raise NoteError("a note has at least one signature")
    note = Note(text, signatures)
    # What is printed here is read elsewhere by the same rules, limits included.
    return str(Note.parse(str(note)))


def open_note(note: bytes | str, verifiers: Sequence[Verifier]) -> OpenedNote:
    """Return the text and who signed it; raises `NoteError` unless a known key did, and every known key that is named.

    When a key signed more than once, each signature must hold, and the first counts.
    """
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    if len(known) != len(set(verifiers)):
        raise NoteError("two different verifier keys have the same name and key ID")
    parsed = Note.parse(note)
    verified: dict[Verifier, Verified] = {}
    for signature in parsed.signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is not None:
            time = verifier.verify(parsed.text, signature)
            verified.setdefault(verifier, Verified(verifier, time))
    if not verified:
        raise NoteError("no known key signed the note")
    return OpenedNote(parsed.text, tuple(verified.values()))


def sign_ed25519(seed: bytes, message: bytes) -> bytes:
    """Return the 64-byte RFC 8032 signature of `message` by the 32-byte secret `seed`."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def verify_ed25519(public: bytes, signature: bytes, message: bytes) -> None:
    """Raise `NoteError` unless the 32-byte key `public` made `signature` over `message` (RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise NoteError("the signature is not by that key") from None


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Return SHA-256(name ‖ newline ‖ type ‖ key), its first four bytes."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:_KEY_ID_BYTES]


def check_name(name: str) -> None:
    """Raise `NoteError` unless `name` can name a key: not empty, no space of any kind, no plus, no control."""
    if not name or "+" in name or any(c.isspace() or c < " " for c in name):
        raise NoteError(f"{name[:80]!r} cannot name a key")
    _encode(name)


def check_text(text: str) -> None:
    """Raise `NoteError` unless `text` can be signed: ended by a newline, no other control character."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("a note's text ends with a newline and has no other control character")
    _encode(text)


def _decode(note: bytes | str) -> str:
    raw = _encode(note) if isinstance(note, str) else note
    if len(raw) > MAX_NOTE_BYTES:
        raise NoteError(f"a note has at most {MAX_NOTE_BYTES} bytes, this one {len(raw)}")
    try:
        whole = raw.decode()
    except UnicodeDecodeError as error:
        raise NoteError(f"a note is UTF-8: {error}") from None
    if _CONTROL.search(whole):
        raise NoteError("a note has no control character but the newline")
    return whole


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise NoteError("text contains a surrogate, which no UTF-8 can carry") from None


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")


def _unbase64(encoded: str) -> bytes:
    """Decode base64 in its one canonical form; two spellings of one signature would make notes malleable."""
    try:
        raw = b64decode(encoded, validate=True)
    except (Base64Error, ValueError):
        raise NoteError("not base64") from None
    if _base64(raw) != encoded:
        raise NoteError("not canonical base64")
    return raw


def _parse_key(text: str, prefix: str) -> tuple[int, bytes]:
    """Split `prefix name+id+base64` and return the type and the key; never repeats what it was given."""
    parts = text.removeprefix(prefix).split("+", 2)
    if not text.startswith(prefix) or len(parts) != len(("name", "id", "key")):
        raise NoteError("a key is written name+id+base64")
    raw = _unbase64(parts[2])
    if not raw:
        raise NoteError("a key has a type byte")
    return raw[0], raw[1:]


def _split_time(kind: int, signature: Signature) -> tuple[int | None, bytes]:
    """Return the moment that a signature carries, and the signature itself."""
    stamp = 0 if kind == ED25519 else _TIME_BYTES
    if len(signature.value) != stamp + _SIGNATURE_BYTES[kind]:
        raise NoteError(f"a signature by {signature.name!r} has {len(signature.value)} bytes")
    if not stamp:
        return None, signature.value
    time = int.from_bytes(signature.value[:stamp], "big")
    if time > MAX_TIME:
        raise NoteError(f"a cosignature by {signature.name!r} is later than any time")
    return time, signature.value[stamp:]


def _message(text: str, time: int | None) -> bytes:
    """Return what Ed25519 signs: the text, with header and moment before it for a cosignature."""
    return text.encode() if time is None else f"cosignature/v1\ntime {time}\n{text}".encode()
