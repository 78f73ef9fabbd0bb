"""The log's signing key and the publisher's memory: two files in the data directory, never in the database.

    <data>/keys/log.key        the C2SP signer key, mode 0600
    <data>/keys/log.key.next   there only while the key is rotated; then the one that comes after it
    <data>/state/<journal>     the last size and root that were signed, mode 0600, made durable before each signature

Both are made together.  A key without its memory has been restored or tampered with: `LostStateError`.
"""

import contextlib
import fcntl
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from ledger.errors import LedgerError
from ledger.merkle import EMPTY_ROOT
from ledger.notes import Signer


class KeyFileError(Exception):
    """A file of keys or of the publisher's memory cannot be used; `path` says which, the message what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


class LostStateError(KeyFileError):
    """The key is there and what it last signed is not known."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "the last signed size is not known, so signing could contradict an earlier checkpoint. Restore the file, "
            "or ask your witnesses for the newest checkpoint and run `mingzhang keys adopt --head`",
        )


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
            write_private(self.key_path, Signer(origin, secrets.token_bytes(32)).secret() + "\n", fresh=True)
        return _read(self.key_path, origin)

    @property
    def next_path(self) -> Path:
        """Where the next key lies while the key is rotated."""
        return self.key_path.with_name(f"{self.key_path.name}.next")

    def signers(self, origin: str) -> list[Signer]:
        """The log's key, and the next one while it is rotated; raises `KeyFileError`."""
        found = [self.signer(origin)]
        if self.next_path.exists():
            found.append(_read(self.next_path, origin))
        return found

    def begin_rotation(self, origin: str) -> list[Signer]:
        """Make the next key, if there is none yet; returns both."""
        self.signer(origin)
        write_private(self.next_path, Signer(origin, secrets.token_bytes(32)).secret() + "\n", fresh=True)
        return self.signers(origin)

    def finish_rotation(self) -> None:
        """Put the next key in the place of the present one, which is gone then."""
        self.next_path.replace(self.key_path)
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


def _read(path: Path, origin: str) -> Signer:
    """A signer key of this origin."""
    try:
        signer = Signer.parse(path.read_text(encoding="ascii").removesuffix("\n"))
    except (LedgerError, OSError, UnicodeDecodeError) as fault:
        raise KeyFileError(path, "this is no readable signer key; restore it from your copy") from fault
    if signer.name != origin:
        sentence = f"this key signs for {signer.name}, the journal's origin is {origin}: use the same --origin"
        raise KeyFileError(path, sentence)
    return signer


def signing(signers: Sequence[Signer], names: Sequence[str], store: KeyStore) -> list[Signer]:
    """Those of our signers that the journal names; raises `KeyFileError` when it names others alone."""
    chosen = [s for s in signers if not {s.verifier.public.hex(), s.verifier.key_id.hex()}.isdisjoint(names)]
    if chosen or not names:
        return chosen or list(signers[:1])
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
