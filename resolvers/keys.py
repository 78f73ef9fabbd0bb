"""The log's signing keys and the publisher's memory: files in the data directory, never in the database.

    <data>/keys/log.key           the C2SP signer key (Ed25519), mode 0600
    <data>/keys/log.mldsa44.key   a post-quantum key of the same name that signs beside it, if there is one
    <data>/keys/….key.next        there only while keys are rotated; then the one that comes after it
    <data>/state/<journal>        the last size and root that were signed, mode 0600, made durable before each signature

Key and memory are made together.  A key without its memory has been restored or tampered with: `LostStateError`.  A key
that others on this machine can read is refused: whoever read it can sign a second history.

KeyFileError
├── LostStateError   the key is there, and what it last signed is not known
└── TooOpenError     others could read the file, or put another in its place
"""

import contextlib
import fcntl
import os
import secrets
import stat
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson

from ledger import mldsa
from ledger.errors import LedgerError
from ledger.merkle import EMPTY_ROOT
from ledger.notes import ED25519, MLDSA44, Signer


class KeyFileError(Exception):
    """A file of keys or of the publisher's memory cannot be used; `path` says which, the message what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


class LostStateError(KeyFileError):
    """The key is there and what it last signed is not known."""

    def __init__(self, path: Path, silent: Sequence[str] = ()) -> None:
        waits = f" It is made anew by itself once these witnesses answer: {', '.join(silent)}." if silent else ""
        super().__init__(
            path,
            "the last signed size is not known, so signing could contradict an earlier checkpoint. Restore the file, "
            f"or ask your witnesses for the newest checkpoint and run `mingzhang keys adopt --head`.{waits}",
        )


class TooOpenError(KeyFileError):
    """Others on this machine could read a key, or replace it; `mode` are its permission bits."""

    def __init__(self, path: Path, mode: int, wanted: int) -> None:
        super().__init__(
            path,
            f"others on this machine can read or replace it (mode {mode:04o}): run `chmod {wanted:o} {path}`, and "
            "rotate the key (`mingzhang keys rotate`) if anybody may have read it",
        )
        self.mode = mode


@dataclass(frozen=True, slots=True)
class Last:
    """What was signed last: `size` entries with the 32-byte `root`."""

    origin: str
    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class KeyStore:
    """The files below one data directory, for one journal."""

    data: Path
    journal: str

    @property
    def key_path(self) -> Path:
        """Where the signing key lies."""
        return self.data / "keys" / ("log.key" if self.journal == "main" else f"{self.journal}.key")

    @property
    def state_path(self) -> Path:
        """Where the last signed head is remembered."""
        return self.data / "state" / f"{self.journal}.json"

    def signer(self, origin: str) -> Signer:
        """The log's key, made at first with an empty memory beside it; raises `KeyFileError`."""
        if not self.key_path.exists():
            write_private(self.state_path, _encoded(Last(origin)), fresh=True)
            _make(self.key_path, Signer(origin, secrets.token_bytes(32)))
        return _read(self.key_path, origin)

    @property
    def origin(self) -> str:
        """The origin that the key signs for; raises `KeyFileError`."""
        return _parsed(self.key_path).name

    @property
    def next_path(self) -> Path:
        """Where the next key lies while the key is rotated."""
        return _next(self.key_path)

    @property
    def mldsa44_path(self) -> Path:
        """Where a post-quantum key lies, if there is one."""
        return self.key_path.with_name(self.key_path.name.removesuffix(".key") + ".mldsa44.key")

    def signers(self, origin: str) -> list[Signer]:
        """The log's key, a post-quantum one beside it, and those that come next while keys are rotated.

        Raises `KeyFileError`.
        """
        self.signer(origin)
        found = []
        for kind, path in ((ED25519, self.key_path), (MLDSA44, self.mldsa44_path)):
            found += [_read(place, origin, kind) for place in (path, _next(path)) if place.exists()]
        return found

    def add_mldsa44(self, origin: str) -> list[Signer]:
        """Make a post-quantum key, if there is none yet; returns all."""
        self.signer(origin)
        if not mldsa.available():
            raise KeyFileError(self.mldsa44_path, "this machine's cryptography library has no ML-DSA-44")
        _make(self.mldsa44_path, Signer(origin, secrets.token_bytes(32), MLDSA44))
        return self.signers(origin)

    def begin_rotation(self, origin: str) -> list[Signer]:
        """Make the next keys, if there are none yet; returns all."""
        self.signer(origin)
        for kind, path in ((ED25519, self.key_path), (MLDSA44, self.mldsa44_path)):
            if path.exists():
                _make(_next(path), Signer(origin, secrets.token_bytes(32), kind))
        return self.signers(origin)

    def finish_rotation(self) -> None:
        """Put the next keys in the place of the present ones, which are gone then."""
        for path in (self.mldsa44_path, self.key_path):
            if _next(path).exists():
                _next(path).replace(path)
        _make_last(self.key_path.parent)

    def last(self) -> Last:
        """What was signed last; raises `LostStateError`, or `KeyFileError` for an unreadable file."""
        try:
            found = orjson.loads(self.state_path.read_bytes())
            return Last(found["origin"], found["size"], b64decode(found["root"], validate=True))
        except FileNotFoundError:
            raise LostStateError(self.state_path) from None
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise KeyFileError(self.state_path, "this file cannot be read; restore it from your copy") from fault

    def remember(self, last: Last) -> None:
        """Make durable what is about to be signed; raises `KeyFileError` when another process signed more meanwhile."""
        with self.state_path.with_suffix(".lock").open("ab") as file:
            # A publisher whose database session died may still be running while the next one signs already.
            fcntl.flock(file, fcntl.LOCK_EX)
            if self.last().size > last.size:
                raise KeyFileError(self.state_path, f"another process has signed more than {last.size} entries")
            self.adopt(last)

    def adopt(self, last: Last) -> None:
        """Make durable what an operator says was signed last, whatever was known before."""
        write_private(self.state_path, _encoded(last))


def _next(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


def _make(path: Path, signer: Signer) -> None:
    write_private(path, signer.secret() + "\n", fresh=True)


def _read(path: Path, origin: str, kind: int = ED25519) -> Signer:
    """A signer key of this origin that nobody else can read."""
    signer = _parsed(path)
    if signer.name != origin:
        sentence = f"this key signs for {signer.name}, the journal's origin is {origin}: use the same --origin"
        raise KeyFileError(path, sentence)
    if signer.kind != kind:
        raise KeyFileError(path, "this key is of another kind than its file's name says")
    return signer


def _parsed(path: Path) -> Signer:
    try:
        _closed(path.parent, 0o022, 0o700)
        _closed(path, 0o077, 0o600)
        return Signer.parse(path.read_text(encoding="ascii").removesuffix("\n"))
    except (LedgerError, OSError, UnicodeDecodeError) as fault:
        raise KeyFileError(path, "this is no readable signer key; restore it from your copy") from fault


def _closed(path: Path, forbidden: int, wanted: int) -> None:
    """Raise `TooOpenError` when others have these permissions, where a system has such."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & forbidden:
        raise TooOpenError(path, mode, wanted)


def names_of(signer: Signer) -> set[str]:
    """The names by which a journal's entries may know a key: in full, by its ID, and by SHA-256 of its bytes."""
    public = signer.verifier.public
    return {public.hex(), signer.verifier.key_id.hex(), sha256(public).hexdigest()}


def signing(signers: Sequence[Signer], names: Sequence[str], store: KeyStore) -> list[Signer]:
    """Those of our signers that the journal names; raises `KeyFileError` when it names others alone."""
    chosen = [signer for signer in signers if not names_of(signer).isdisjoint(names)]
    if any(signer.kind == ED25519 for signer in chosen):
        return chosen
    if not names:
        return [signer for signer in signers if signer.kind == ED25519][:1]
    raise KeyFileError(
        store.key_path,
        f"the journal is signed by {', '.join(n[:16] for n in names)}…, and this is another key: restore",
    )


def _encoded(last: Last) -> str:
    return orjson.dumps(
        {"origin": last.origin, "size": last.size, "root": b64encode(last.root).decode()},
        option=orjson.OPT_APPEND_NEWLINE,
    ).decode()


def write_private(path: Path, text: str, *, fresh: bool = False) -> None:
    """Write a file that only we can read, whole or not at all, and make it last; `fresh` never replaces another."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if fresh:
        # Two processes may start at once: the first one's file stands.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    else:
        draft.replace(path)
    _make_last(path.parent)


def _make_last(path: Path) -> None:
    """Make the names in a folder survive a power cut."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
