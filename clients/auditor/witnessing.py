"""A witness's memory: its key and what it cosigned last of each log, in files that are durable before it answers.

    <folder>/witness.key           the C2SP signer key, mode 0600: refused when others can read it
    <folder>/witness.mldsa44.key   a post-quantum key of the same name that cosigns beside it, if there is one
    <folder>/logs/<hash>.keys      the verifier keys of a log, one a line; <hash> is SHA-256 of its origin
    <folder>/heads/<hash>          the note that was cosigned last, with both signatures; empty before the first
    <folder>/heads/<hash>.lock     held while a request is decided and kept: one at a time, threads and processes alike

A log's `heads` file is made with its keys.  One that is gone is a memory that was lost: nothing is signed for that log
until it is restored, since a second head for a size would make this witness part of a fork.
"""

import contextlib
import fcntl
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clients.auditor.errors import UndecidableError
from ledger import notes, witnesses
from ledger.checkpoints import LOG_KINDS
from ledger.errors import EvidenceError, NoteError
from ledger.notes import Signer, Verifier
from ledger.witnesses import Decision, Head, Latest, Request, Status, origin_hash

KEY: Final = "witness.key"
MLDSA44_KEY: Final = "witness.mldsa44.key"
MIRROR_ONLY: Final = "mirror-only"
"""Marks the witness of a mirror, which cosigns what it recomputed and is never served to logs."""


class LostMemoryError(UndecidableError):
    """What was cosigned last of a log is not known, so that nothing may be signed."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A log that is followed: its keys, and what was cosigned last (None: nothing yet)."""

    origin: str
    keys: tuple[Verifier, ...]
    latest: Latest | None


class Witness:
    """The witness whose files lie in `folder`; raises `UndecidableError` when there is no readable key."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self.folder, self._now = folder, now
        self.signer = _signer(folder / KEY, notes.COSIGNATURE_V1)
        beside = folder / MLDSA44_KEY
        self.beside = [_signer(beside, notes.MLDSA44)] if beside.exists() else []
        if any(signer.name != self.signer.name for signer in self.beside):
            raise UndecidableError("bad_witness_file", path=beside, why="it bears another name than the first key")

    @property
    def key(self) -> str:
        """The verifier key (vkey), to be given to logs and auditors."""
        return str(self.signer.verifier)

    @property
    def keys(self) -> list[str]:
        """All verifier keys: that one, and a post-quantum one if there is one."""
        return [str(signer.verifier) for signer in (self.signer, *self.beside)]

    def keys_of(self, origin: str) -> tuple[Verifier, ...] | None:
        """The keys that are trusted for a log, or None when it is not followed."""
        path = self.folder / "logs" / f"{origin_hash(origin)}.keys"
        try:
            return tuple(Verifier.parse(line) for line in path.read_text("utf-8").splitlines())
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError, NoteError) as error:
            raise UndecidableError("bad_witness_file", path=path, why=error) from None

    def latest(self, origin: str) -> Latest | None:
        """What was cosigned last of a log that is followed; raises `LostMemoryError` when that cannot be told."""
        path = self._head(origin)
        try:
            note = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise LostMemoryError("lost_memory", path=path, why=error) from None
        if not note:
            return None
        try:
            latest = Latest.parse(note, self.signer.verifier)
            found = Head.parse(notes.Note.parse(note).text).origin
        except EvidenceError as error:
            raise LostMemoryError("lost_memory", path=path, why=error) from None
        if found != origin:
            raise LostMemoryError("lost_memory", path=path, why=f"it is of {found}")
        return latest

    def followed(self) -> Iterator[Followed]:
        """Every log that is followed, in the order of origins."""
        found = []
        for path in (self.folder / "logs").glob("*.keys"):
            try:
                origin = Verifier.parse(path.read_text("utf-8").splitlines()[0]).name
            except (OSError, UnicodeDecodeError, NoteError, IndexError) as error:
                raise UndecidableError("bad_witness_file", path=path, why=error) from None
            found.append(origin)
        for origin in sorted(found):
            yield Followed(origin, self.keys_of(origin) or (), self.latest(origin))

    def add(self, body: bytes) -> Decision:
        """Answer an add-checkpoint request; what the answer promises is durable when this returns.

        Raises `UndecidableError` when the witness's own files forbid an answer.
        """
        try:
            request = Request.parse(body)
            origin = witnesses.head_of(request).origin
        except EvidenceError as error:
            return Decision(Status.BAD_REQUEST, f"{error}\n")
        keys = self.keys_of(origin)
        if keys is None:
            return witnesses.decide(request, {}, None, self.signer, 0)
        with self._only(origin):
            latest = self.latest(origin)
            now = int(self._now())
            decision = witnesses.decide(request, {origin: keys}, latest, self.signer, now, beside=self.beside)
            if decision.latest is not None:
                self.keep(origin, decision.latest)
        return decision

    def keep(self, origin: str, latest: Latest) -> None:
        """Make durable what is about to be signed; the caller holds the log's lock."""
        write_whole(self._head(origin), latest.note)

    def monitored(self, name: str) -> str | None:
        """The note that was cosigned last of the log whose origin has this hash, or None."""
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):  # noqa: PLR2004 -- a SHA-256 in hex
            return None
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / "heads" / name).read_text("utf-8") or None
        return None

    def _head(self, origin: str) -> Path:
        return self.folder / "heads" / origin_hash(origin)

    @contextlib.contextmanager
    def _only(self, origin: str) -> Iterator[None]:
        with self._head(origin).with_suffix(".lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # every opening is a lock of its own: threads wait as processes do
            yield


def _signer(path: Path, kind: int) -> Signer:
    """A key of this kind in a file that only we can read; raises `UndecidableError`."""
    try:
        if os.name == "posix" and (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            why = f"others can read or replace it (mode {mode:04o}): chmod 600, and make a new witness if they may have"
            raise UndecidableError("bad_witness_file", path=path, why=why)
        signer = Signer.parse(path.read_text("ascii").removesuffix("\n"))
    except FileNotFoundError:
        raise UndecidableError("no_witness", path=path.parent) from None
    except (OSError, UnicodeDecodeError, NoteError) as error:
        raise UndecidableError("bad_witness_file", path=path, why=error) from None
    if signer.kind != kind:
        raise UndecidableError("bad_witness_file", path=path, why="the key is not a cosigning one of this kind")
    return signer


def create(
    folder: Path, name: str, logs: Iterable[Verifier], seed: bytes | None = None, *, mldsa44: bool = False
) -> Witness:  # fmt: skip
    """Make a witness, or let one that is there follow further logs or further keys of a log; repeatable.

    With `mldsa44`, a post-quantum key cosigns beside the first from now on.
    Raises `UndecidableError` when a witness of another name is there, and for a key that is not a log's.
    """
    kinds = {KEY: notes.COSIGNATURE_V1} | ({MLDSA44_KEY: notes.MLDSA44} if mldsa44 else {})
    for file, kind in kinds.items():
        if not (folder / file).exists():
            try:
                signer = Signer(name, secrets.token_bytes(32) if seed is None else seed, kind)
            except NoteError as error:
                raise UndecidableError("bad_key", key=name, why=error) from None
            write_whole(folder / file, signer.secret() + "\n", fresh=True)
    witness = Witness(folder)
    if witness.signer.name != name:
        raise UndecidableError("other_witness", path=folder, name=witness.signer.name)
    for key in logs:
        if key.kind not in LOG_KINDS or key.name == name:
            raise UndecidableError("bad_key", key=key, why="it is not the key of a log")
        known = witness.keys_of(key.name)
        if known is None:
            # The memory comes first: keys without one would be taken for a memory that was lost.
            write_whole(folder / "heads" / origin_hash(key.name), "", fresh=True)
        if key not in (known or ()):
            lines = "".join(f"{line}\n" for line in (*(known or ()), key))
            write_whole(folder / "logs" / f"{origin_hash(key.name)}.keys", lines)
    return witness


def write_whole(path: Path, text: str, *, fresh: bool = False) -> None:
    """Write a file that only we can read, whole or not at all, and durably; `fresh` never replaces another."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if fresh:
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(draft)
        else:
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
