"""What an auditor keeps of a journal: its key, and every head that was verified, append-only.

    <folder>/<hash>/key           the log's verifier key, as it was pinned; <hash> is SHA-256 of the origin
    <folder>/<hash>/followers     the keys that followed it, one a line, each vouched for by the ones before
    <folder>/<hash>/heads.jsonl   one line for each head: size, root, when it was verified, the signed note
    <folder>/<hash>/forks/        evidence of two heads that cannot both be true: both signed notes, and the proof

Nothing is ever taken out.  A head is added once it was verified, so that an interrupted run leaves the pin untouched.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson

from clients.auditor.errors import UndecidableError
from clients.auditor.standing import moment
from clients.auditor.witnessing import write_whole
from ledger.checkpoints import Checkpoint, open_checkpoint
from ledger.errors import EvidenceError, NoteError
from ledger.forks import Pair
from ledger.notes import Verifier
from ledger.witnesses import origin_hash


def default_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where this system keeps a user's data."""
    home = Path(environment.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 -- expands `~` without raising
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "mingzhang-audit"
    return Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "mingzhang-audit"


def fingerprints(key: Verifier) -> set[str]:
    """The texts by which a key may be pinned: the whole vkey, or SHA-256 of the vkey or of the 32 bytes, in hex."""
    return {str(key), sha256(str(key).encode()).hexdigest(), sha256(key.public).hexdigest()}


@dataclass(frozen=True, slots=True)
class Pin:
    """The pin of one journal."""

    folder: Path
    key: Verifier

    @classmethod
    def of(cls, folder: Path, origin: str) -> "Pin":
        """The pin of an origin; raises `UndecidableError` when there is none, or none that can be read."""
        place = folder / origin_hash(origin)
        try:
            key = Verifier.parse((place / "key").read_text("utf-8").strip())
        except FileNotFoundError:
            raise UndecidableError("no_pin", origin=origin, path=folder) from None
        except (OSError, UnicodeDecodeError, NoteError) as error:
            raise UndecidableError("bad_pin", path=place / "key", why=error) from None
        return cls(place, key)

    @classmethod
    def make(cls, folder: Path, key: Verifier) -> "Pin":
        """Pin a key; raises `UndecidableError` when another one is pinned for its origin."""
        place = folder / origin_hash(key.name)
        write_whole(place / "key", f"{key}\n", fresh=True)
        pin = cls.of(folder, key.name)
        if pin.key != key:
            raise UndecidableError("other_pin", path=place / "key", key=pin.key)
        return pin

    @property
    def keys(self) -> list[Verifier]:
        """The pinned key and those that followed it; raises `UndecidableError` for a file that was altered."""
        path = self.folder / "followers"
        try:
            return [self.key, *(Verifier.parse(line) for line in path.read_text("utf-8").splitlines())]
        except FileNotFoundError:
            return [self.key]
        except (OSError, UnicodeDecodeError, NoteError) as error:
            raise UndecidableError("bad_pin", path=path, why=error) from None

    def follow(self, keys: Sequence[Verifier]) -> None:
        """Believe keys that followed, as a verified journal says; none is ever taken out."""
        known = self.keys
        if fresh := [key for key in dict.fromkeys(keys) if key not in known]:
            write_whole(self.folder / "followers", "".join(f"{key}\n" for key in [*known[1:], *fresh]))

    def heads(self) -> list[bytes]:
        """The notes of every head, oldest first; raises `UndecidableError` for a file that was altered."""
        path = self.folder / "heads.jsonl"
        try:
            lines = path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        notes, keys = list[bytes](), self.keys
        for number, line in enumerate(lines, 1):
            try:
                note = str(orjson.loads(line)["note"]).encode()
                open_checkpoint(note, keys)
            except (orjson.JSONDecodeError, KeyError, TypeError, EvidenceError) as error:
                if number == len(lines):
                    break  # the last line of a run that was killed: the head before it still holds
                raise UndecidableError("bad_pin", path=f"{path}:{number}", why=error) from None
            notes.append(note)
        return notes

    def last(self) -> bytes | None:
        """The note of the newest head, or None."""
        heads = self.heads()
        return heads[-1] if heads else None

    def add(self, note: bytes, time: float) -> bool:
        """Keep a verified head, durably, unless it is the one kept last; whether it was new."""
        last, keys = self.last(), self.keys
        head = open_checkpoint(note, keys)
        if last is not None and open_checkpoint(last, keys) == head:
            return False
        line = {"size": head.size, "root": head.root.hex(), "at": moment(int(time)), "note": note.decode()}
        path = self.folder / "heads.jsonl"
        cut = path.exists() and not path.read_bytes().endswith(b"\n")
        with path.open("ab") as file:
            os.fchmod(file.fileno(), 0o600)
            # What a killed run left of a line is closed off, and stays where it is.
            file.write((b"\n" if cut else b"") + orjson.dumps(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return True

    def keep_fork(self, evidence: Pair) -> Path:
        """Keep the evidence of a fork; where."""
        text = evidence.file().decode()
        path = self.folder / "forks" / f"{sha256(text.encode()).hexdigest()[:16]}.json"
        write_whole(path, text)
        return path


def head_in(note: bytes, *keys: Verifier) -> Checkpoint:
    """The head in a note that one of a log's keys signed; raises `UndecidableError`."""
    try:
        return open_checkpoint(note, keys)
    except EvidenceError as error:
        raise UndecidableError("no_checkpoint", why=error) from None
