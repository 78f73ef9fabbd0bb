"""Personal data: sealed on its way into the journal, opened only for a stated reason, and forgotten for good.

A leaf holds a commitment (`ledger.commitments`). Behind it, in the vault, lie its salt and the data: AES-256-GCM
under the person's own random key, bound to journal, person and commitment, so that no row can be passed off as
another's. The person's key lies beside it, wrapped by a key that is not in the database (`db.vault_keys`).

`seal` writes nothing: it gives companion rows, which the door writes if and only if it accepts the command. `reveal`
and `compare` need the door's role, `erase` and `rewrap` the eraser's. Policy, reasons and the sealed entry that tells
of every reveal are the callers'.

VaultError
├── AlteredError          what the vault holds is not what was sealed
├── PersonUnknownError    no such person: never there, or erased
├── ForgottenError        nothing lies behind a commitment: erased (the journal has an entry), or missing (a finding)
└── (see db.vault_keys for the errors of keys)
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from db import statements
from db.journal import Companion
from db.vault_keys import KEY_BYTES, NONCE_BYTES, Chance, Keys, VaultError
from ledger.canonical import decode, encode
from ledger.commitments import SALT_BYTES, commitment, matching_hash
from ledger.errors import ProfileError

_SQL = statements.load("vault")
_PERSON_DOMAIN = b"mingzhang/person-key/v1\x00"
_DATA_DOMAIN = b"mingzhang/personal/v1\x00"

Connection: TypeAlias = "asyncpg.Connection | asyncpg.pool.PoolConnectionProxy"
Session: TypeAlias = "Connection | asyncpg.Pool"
"""Whatever answers one statement."""


class AlteredError(VaultError):
    """A row of the vault does not open: it was altered, or moved from another person, journal or commitment."""

    def __init__(self, journal: int, person: UUID, commitment: bytes | None) -> None:
        of = f"the data behind {commitment.hex()}" if commitment else "the key"
        super().__init__(f"journal {journal}: {of} of person {person} is not what was sealed")
        self.journal = journal
        self.person = person
        self.commitment = commitment


class PersonUnknownError(VaultError):
    """The vault has no such person: never there, or erased."""

    def __init__(self, journal: int, person: UUID) -> None:
        super().__init__(f"journal {journal}: the vault has no person {person}")
        self.journal = journal
        self.person = person


class ForgottenError(VaultError):
    """Nothing lies behind a commitment: erased with an entry, or missing."""

    def __init__(self, journal: int, commitment: bytes) -> None:
        super().__init__(f"journal {journal}: nothing lies behind {commitment.hex()}")
        self.journal = journal
        self.commitment = commitment


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the vault knows, or will once a sealed row is written (`is_new`). The key is not shown."""

    journal: int
    id: UUID
    key: bytes
    wrapped_key: bytes
    matched: bytes | None
    is_new: bool

    def __repr__(self) -> str:
        """Show no key."""
        return f"Person(journal={self.journal}, id={self.id}, is_new={self.is_new})"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A commitment for a leaf, and the rows that must be written with it."""

    commitment: bytes
    person: Person
    companions: tuple[Companion, ...]


@dataclass(frozen=True, slots=True)
class Revealed:
    """What lies behind a commitment, and whose it is. The data is not shown."""

    person: UUID
    salt: bytes
    data: Mapping[str, Any]

    def __repr__(self) -> str:
        """Show no data."""
        return f"Revealed(person={self.person})"


class Vault:
    """Seals and opens with the keys of one data directory."""

    def __init__(self, keys: Keys, *, chance: Chance = secrets.token_bytes) -> None:
        self._keys = keys
        self._chance = chance

    def new_person(self, journal: int, *, citizen_number: str | None = None) -> Person:
        """Return a person with a key of their own, to be found by the citizen number if there is one.

        Raises `ledger.identifiers.CitizenNumberError`.
        """
        identity, key = UUID(bytes=self._chance(16), version=4), self._chance(KEY_BYTES)
        wrapped = self._keys.wrap(key, self._chance(NONCE_BYTES), _person_bytes(journal, identity))
        matched = None if citizen_number is None else matching_hash(self._keys.matching, citizen_number)
        return Person(journal, identity, key, wrapped, matched, is_new=True)

    async def person(self, conn: Session, journal: int, identity: UUID) -> Person:
        """Return a person of the vault; raises `PersonUnknownError`, `AlteredError` or `WrongKeyError`."""
        row = await conn.fetchrow(_SQL.person, journal, identity)
        if row is None:
            raise PersonUnknownError(journal, identity)
        return self._person(journal, row)

    async def find(self, conn: Session, journal: int, citizen_number: str) -> Person | None:
        """Return the person with this citizen number, if the vault knows one; raises as `person`."""
        row = await conn.fetchrow(_SQL.matched, journal, matching_hash(self._keys.matching, citizen_number))
        return None if row is None else self._person(journal, row)

    def seal(self, journal: int, data: Mapping[str, Any], person: Person | None = None) -> Sealed:
        """Return commitment and companion rows for `data` about a person, by default a new one; writes nothing.

        Raises `ledger.errors.ProfileError` for data without a canonical form, or beyond 65,535 bytes of it.
        """
        whose = person or self.new_person(journal)
        salt, nonce = self._chance(SALT_BYTES), self._chance(NONCE_BYTES)
        sealed = commitment(salt, data)
        bound_to = _data_bytes(journal, whose.id, sealed)
        ciphertext = AESGCM(whose.key).encrypt(nonce, salt + encode(dict(data)), bound_to)
        if whose.is_new:
            args: tuple[Any, ...] = (whose.id, whose.wrapped_key, whose.matched, sealed, nonce, ciphertext)
            return Sealed(sealed, whose, (Companion("vault", "insert_with_person", args),))
        return Sealed(sealed, whose, (Companion("vault", "insert_personal", (whose.id, sealed, nonce, ciphertext)),))

    async def reveal(self, conn: Session, journal: int, commitments: Iterable[bytes]) -> dict[bytes, Revealed]:
        """Return what lies behind commitments; those behind which nothing lies are not in the answer.

        Raises `AlteredError` or `WrongKeyError`.
        """
        rows = await conn.fetch(_SQL.sealed, journal, list(commitments))
        return {row["commitment"]: self._open(journal, row) for row in rows}

    async def examined(
        self, conn: Session, journal: int, commitments: Iterable[bytes]
    ) -> dict[bytes, VaultError | None]:  # fmt: skip
        """Return why what lies behind commitments does not open, None for what does; nothing for what has no person."""
        found: dict[bytes, VaultError | None] = {}
        for row in await conn.fetch(_SQL.sealed, journal, list(commitments)):
            try:
                self._open(journal, row)
            except VaultError as error:
                found[row["commitment"]] = error
            else:
                found[row["commitment"]] = None
        return found

    async def compare(self, conn: Session, journal: int, stored: bytes, data: Mapping[str, Any]) -> bool:
        """Say whether `data` is what lies behind the commitment `stored` (the same command sent again).

        Raises `ForgottenError` when nothing does any more, and as `reveal`.
        """
        found = (await self.reveal(conn, journal, [stored])).get(stored)
        if found is None:
            raise ForgottenError(journal, stored)
        try:
            return hmac.compare_digest(commitment(found.salt, data), stored)
        except ProfileError:
            return False

    async def rewrap(self, conn: Connection) -> int:
        """Wrap every person's key by the newest key-encryption key; return how many were not. Needs the eraser.

        Repeatable after an interruption. Raises `AlteredError` or `WrongKeyError`.
        """
        done, journal, identity = 0, 0, UUID(int=0)
        while rows := await conn.fetch(_SQL.stale, self._keys.name, journal, identity):
            for row in rows:
                journal, identity = row["journal"], row["id"]
                key = self._unwrap(journal, identity, row["wrapped_key"])
                wrapped = self._keys.wrap(key, self._chance(NONCE_BYTES), _person_bytes(journal, identity))
                await conn.execute(_SQL.rewrap, journal, identity, row["wrapped_key"], wrapped)
                done += 1
        return done

    def _person(self, journal: int, row: Mapping[str, Any]) -> Person:
        """Return a person from their row."""
        key = self._unwrap(journal, row["id"], row["wrapped_key"])
        return Person(journal, row["id"], key, row["wrapped_key"], row["matched"], is_new=False)

    def _unwrap(self, journal: int, identity: UUID, wrapped: bytes) -> bytes:
        """Return a person's key."""
        try:
            return self._keys.unwrap(wrapped, _person_bytes(journal, identity))
        except InvalidTag:
            raise AlteredError(journal, identity, None) from None

    def _open(self, journal: int, row: Mapping[str, Any]) -> Revealed:
        """Decrypt one row, and check that it still opens its commitment."""
        identity, sealed = row["person"], row["commitment"]
        key = self._unwrap(journal, identity, row["wrapped_key"])
        try:
            plain = AESGCM(key).decrypt(row["nonce"], row["ciphertext"], _data_bytes(journal, identity, sealed))
        except (InvalidTag, ValueError):
            raise AlteredError(journal, identity, sealed) from None
        found = Revealed(identity, plain[:SALT_BYTES], decode(plain[SALT_BYTES:]))
        if commitment(found.salt, found.data) != sealed:
            raise AlteredError(journal, identity, sealed)
        return found


async def in_use(conn: Session) -> bool:
    """Say whether the vault holds anybody: `open_keys` must then find its files. Needs the door or the eraser."""
    return bool(await conn.fetchval(_SQL.in_use))


async def erase(conn: Connection, journal: int, identity: UUID) -> tuple[bytes, ...]:
    """Destroy a person's key, and salt and ciphertext behind every commitment; return these, sorted.

    Needs the eraser. What remains in leaves proves what it did, and can no longer be opened by anyone. The caller
    appends the erasure's entry first and has judged retention. Raises `PersonUnknownError`.
    """
    async with conn.transaction():
        gone = await conn.fetch(_SQL.erase_personal, journal, identity)
        if await conn.fetchval(_SQL.erase_person, journal, identity) is None:
            raise PersonUnknownError(journal, identity)
    return tuple(sorted(row["commitment"] for row in gone))


def known(person: Person) -> Person:
    """Return a person whose first row has been written, so that further rows do not bring them back once erased."""
    return replace(person, is_new=False)


def _person_bytes(journal: int, identity: UUID) -> bytes:
    """What a wrapped key is bound to."""
    return _PERSON_DOMAIN + journal.to_bytes(4, "big") + identity.bytes


def _data_bytes(journal: int, identity: UUID, sealed: bytes) -> bytes:
    """What a ciphertext is bound to."""
    return _DATA_DOMAIN + journal.to_bytes(4, "big") + identity.bytes + sealed
