"""The vault's keys: two files of 32 random bytes outside the database, in `<data>/keys/`.

    kek        the key-encryption key; wraps every person's data key
    kek.next   there only while keys are being wrapped again; then the one that wraps
    matching   the key under which citizen numbers are matched; it does not change, or nobody would be found again

Whoever has a copy of the database but not these files has nothing. Whoever loses them has lost all personal data:
back them up, and not beside the database. They are made at the first start, and never again once the vault is in use.

VaultError
├── KeyFileError
│   ├── KeyMissingError   the vault is in use and the file is gone
│   ├── KeyTooOpenError   others could read the file, or replace it
│   └── KeyLengthError    the file has not 32 bytes
└── WrongKeyError         a person's key was wrapped by a key that is not here
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
NAME_BYTES = 8

Chance = Callable[[int], bytes]
"""Gives so many random bytes; an argument, so that a test can repeat itself."""

_NAME_DOMAIN = b"mingzhang/kek-name/v1\x00"


class VaultError(Exception):
    """Personal data cannot be sealed, read or compared."""


class KeyFileError(VaultError):
    """A key file cannot be used; `path` says which."""

    def __init__(self, path: Path, sentence: str) -> None:
        super().__init__(f"{path}: {sentence}")
        self.path = path


class KeyMissingError(KeyFileError):
    """The vault is in use and its key is not there."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, "the key is missing, and the vault holds data that only it opens: restore the file from its backup"
        )


class KeyTooOpenError(KeyFileError):
    """Others than the owner may read or replace a key; `mode` is what the file or folder allows."""

    def __init__(self, path: Path, mode: int, allowed: int) -> None:
        super().__init__(path, f"its mode {mode:04o} lets others in: run chmod {allowed:04o} on it")
        self.mode = mode


class KeyLengthError(KeyFileError):
    """A key file has not 32 bytes."""

    def __init__(self, path: Path, found: int) -> None:
        super().__init__(path, f"a key has {KEY_BYTES} bytes, this file {found}: restore it from its backup")
        self.found = found


class WrongKeyError(VaultError):
    """A person's key was wrapped by the key named `wanted`; we hold those named `held`."""

    def __init__(self, wanted: str, held: tuple[str, ...]) -> None:
        super().__init__(f"a person's key was wrapped by the key {wanted}, and this process holds {', '.join(held)}")
        self.wanted = wanted
        self.held = held


@dataclass(frozen=True, slots=True)
class Keys:
    """Key-encryption keys, the one that wraps first, and the matching key. They are not shown."""

    wrapping: tuple[bytes, ...]
    matching: bytes

    def __repr__(self) -> str:
        """Show names, no keys."""
        return f"Keys({', '.join(key_name(key).hex() for key in self.wrapping)})"

    @property
    def name(self) -> bytes:
        """The name of the key that wraps."""
        return key_name(self.wrapping[0])

    def wrap(self, data_key: bytes, nonce: bytes, bound_to: bytes) -> bytes:
        """Return name ‖ nonce ‖ AES-256-GCM(data key), bound to a person."""
        return self.name + nonce + AESGCM(self.wrapping[0]).encrypt(nonce, data_key, bound_to)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """Return the data key; raises `WrongKeyError`, or `cryptography`'s InvalidTag for altered bytes."""
        name, nonce, rest = wrapped[:NAME_BYTES], wrapped[NAME_BYTES : NAME_BYTES + NONCE_BYTES], wrapped[20:]
        for key in self.wrapping:
            if key_name(key) == name:
                return AESGCM(key).decrypt(nonce, rest, bound_to) if len(rest) == KEY_BYTES + 16 else _altered()
        raise WrongKeyError(name.hex(), tuple(key_name(key).hex() for key in self.wrapping))


def key_name(key: bytes) -> bytes:
    """Return eight bytes that name a key and say nothing about it."""
    return sha256(_NAME_DOMAIN + key).digest()[:NAME_BYTES]


def open_keys(data: Path, *, in_use: bool, chance: Chance = secrets.token_bytes) -> Keys:
    """Read the keys of a data directory, made if the vault is not `in_use`; raises a `KeyFileError`."""
    folder = _folder(data)
    for name in ("kek", "matching"):
        if not (folder / name).exists():
            if in_use:
                raise KeyMissingError(folder / name)
            _create(folder / name, chance(KEY_BYTES))
    following = [_read(folder / "kek.next")] if (folder / "kek.next").exists() else []
    return Keys((*following, _read(folder / "kek")), _read(folder / "matching"))


def begin_rotation(data: Path, *, chance: Chance = secrets.token_bytes) -> Keys:
    """Make the next key-encryption key, if there is none yet, and return the keys with it in front.

    From now until `finish_rotation` both files are needed; restart every other process in between.
    """
    _create(_folder(data) / "kek.next", chance(KEY_BYTES))
    return open_keys(data, in_use=True)


def finish_rotation(data: Path) -> None:
    """Forget the old key-encryption key; only once nothing is wrapped by it any more (`Vault.rewrap`)."""
    folder = _folder(data)
    (folder / "kek.next").replace(folder / "kek")
    _make_last(folder)


def _folder(data: Path) -> Path:
    """Return the keys' folder, made if it is not there; others must not be able to put files into it."""
    folder = data / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if os.name == "posix" and mode & 0o022:
        raise KeyTooOpenError(folder, mode, 0o700)
    return folder


def _create(path: Path, key: bytes) -> None:
    """Write a key whole and for good, unless another process was quicker."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - a private descriptor, not a path
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    _make_last(path.parent)


def _make_last(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _read(path: Path) -> bytes:
    """Return a key that nobody else can read; raises a `KeyFileError`."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        raise KeyTooOpenError(path, mode, 0o600)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyLengthError(path, len(key))
    return key


def _altered() -> bytes:
    """A wrapped key of another length was not written by us."""
    raise InvalidTag
