"""The vault: sealed and opened, bound and erased, against a real database and with its real roles."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from db import statements, vault
from db.pools import Database
from db.vault import AlteredError, ForgottenError, PersonUnknownError, Sealed, Vault
from db.vault_keys import WrongKeyError, begin_rotation, finish_rotation, open_keys
from ledger.identifiers import CitizenNumberError

NUMBER = "11010519491231002X"
ZHANG = {"name": "张三", "citizenNumber": NUMBER}


@pytest.fixture
async def door(fresh_database: Database) -> AsyncIterator[asyncpg.Connection]:
    """The door's role in a database with two journals."""
    conn = await fresh_database.connect("door")
    await conn.execute("insert into journal values (1, 'main', 'test/main'), (2, 'other', 'test/other')")
    yield conn
    await conn.close()


@pytest.fixture
async def eraser(fresh_database: Database) -> AsyncIterator[asyncpg.Connection]:
    """The eraser's role."""
    conn = await fresh_database.connect("eraser")
    yield conn
    await conn.close()


@pytest.fixture
def safe(tmp_path: Path) -> Vault:
    """A vault with keys of its own."""
    return Vault(open_keys(tmp_path, in_use=False))


async def write(conn: asyncpg.Connection, sealed: Sealed, journal: int = 1, position: int = 7) -> None:
    """Write companion rows as the door does."""
    for row in sealed.companions:
        await conn.execute(getattr(statements.load(row.noun), row.statement), journal, position, *row.args)


async def test_sealed_and_revealed(door: asyncpg.Connection, safe: Vault) -> None:
    assert not await vault.in_use(door)
    sealed = safe.seal(1, ZHANG)
    assert await safe.reveal(door, 1, [sealed.commitment]) == {}, "seal writes nothing"
    await write(door, sealed)
    assert await vault.in_use(door)
    revealed = await safe.reveal(door, 1, [sealed.commitment, b"x" * 32])
    assert {key: dict(found.data) for key, found in revealed.items()} == {sealed.commitment: ZHANG}
    assert await safe.reveal(door, 2, [sealed.commitment]) == {}
    assert "张三" not in repr(revealed)
    assert sealed.person.key.hex() not in repr(sealed)


async def test_nothing_readable_lies_in_the_database(door: asyncpg.Connection, safe: Vault) -> None:
    person = safe.new_person(1, citizen_number=NUMBER)
    await write(door, safe.seal(1, ZHANG, person))
    rows = [*await door.fetch("select * from person"), *await door.fetch("select * from personal")]
    stored = b"".join(bytes(value) for row in rows for value in row.values() if isinstance(value, bytes))
    for secret in ("张三".encode(), NUMBER.encode(), person.key, sha256(NUMBER.encode()).digest()):
        assert secret not in stored


async def test_equal_data_gives_unrelated_commitments(safe: Vault) -> None:
    person = safe.new_person(1)
    assert len({safe.seal(1, ZHANG, person).commitment for _ in range(5)}) == 5


async def test_a_person_is_found_again_by_number(door: asyncpg.Connection, safe: Vault) -> None:
    person = safe.new_person(1, citizen_number=NUMBER)
    await write(door, safe.seal(1, ZHANG, person))
    await write(door, safe.seal(1, {"phone": "x"}, person))
    found = await safe.find(door, 1, NUMBER)
    assert found is not None
    assert (found.id, found.key, found.is_new) == (person.id, person.key, False)
    assert await safe.find(door, 2, NUMBER) is None
    assert await safe.find(door, 1, "440524188001010014") is None
    again = safe.seal(1, {"phone": "y"}, found)
    await write(door, again)
    assert (await safe.reveal(door, 1, [again.commitment]))[again.commitment].person == person.id
    with pytest.raises(CitizenNumberError):
        safe.new_person(1, citizen_number="110105194912310021")


async def test_the_same_command_again_is_compared(door: asyncpg.Connection, safe: Vault) -> None:
    sealed = safe.seal(1, ZHANG)
    await write(door, sealed)
    assert await safe.compare(door, 1, sealed.commitment, dict(reversed(ZHANG.items())))
    assert not await safe.compare(door, 1, sealed.commitment, {**ZHANG, "name": "李四"})
    assert not await safe.compare(door, 1, sealed.commitment, {**ZHANG, "name": 1.5})
    with pytest.raises(ForgottenError) as caught:
        await safe.compare(door, 1, b"x" * 32, ZHANG)
    assert caught.value.commitment == b"x" * 32


async def test_erased_for_good(door: asyncpg.Connection, eraser: asyncpg.Connection, safe: Vault) -> None:
    person, other = safe.new_person(1, citizen_number=NUMBER), safe.seal(1, {"name": "李四"})
    sealed = [safe.seal(1, ZHANG, person), safe.seal(1, {"phone": "x"}, person)]
    for each in (*sealed, other):
        await write(door, each)
    kept = await door.fetch("select * from personal where person = $1", person.id)
    assert await vault.erase(eraser, 1, person.id) == tuple(sorted(each.commitment for each in sealed))
    assert await safe.find(door, 1, NUMBER) is None
    assert list(await safe.reveal(door, 1, [each.commitment for each in (*sealed, other)])) == [other.commitment]
    for late in (lambda: safe.person(door, 1, person.id), lambda: vault.erase(eraser, 1, person.id)):
        with pytest.raises(PersonUnknownError):
            await late()
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await write(door, safe.seal(1, ZHANG, vault.known(person)))
    # A copy of the rows, say from a backup, opens nothing any more: the key went with the person.
    stranger = safe.new_person(1)
    await door.execute("insert into person values (1, $1, $2, null)", person.id, stranger.wrapped_key)
    for row in kept:
        await door.execute("insert into personal values ($1, $2, $3, $4, $5, $6)", *row.values())
    with pytest.raises(AlteredError):
        await safe.reveal(door, 1, [sealed[0].commitment])


@pytest.mark.parametrize(
    "change",
    [
        "update personal set ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1) where commitment = $1",
        "update personal set nonce = set_byte(nonce, 3, get_byte(nonce, 3) # 1) where commitment = $1",
        "update personal set nonce = '\\x' where commitment = $1",
        "update personal set ciphertext = '\\x' where commitment = $1",
        (
            "update person set wrapped_key = set_byte(wrapped_key, 30, get_byte(wrapped_key, 30) # 1)"
            " where id = (select person from personal where commitment = $1)"
        ),
        (
            "update person set wrapped_key = substr(wrapped_key, 1, 20)"
            " where id = (select person from personal where commitment = $1)"
        ),
        "update person p set wrapped_key = (select wrapped_key from person q where q.id <> p.id) where $1::bytea <> ''",
        "update personal p set person = (select person from personal q where q.commitment <> $1) where commitment = $1",
        (
            "update personal p set ciphertext = q.ciphertext, nonce = q.nonce from personal q"
            " where q.commitment <> p.commitment and p.commitment = $1"
        ),
    ],
)
async def test_what_was_altered_does_not_open(
    fresh_database: Database, door: asyncpg.Connection, safe: Vault, change: str
) -> None:
    sealed, other = safe.seal(1, ZHANG), safe.seal(1, {"name": "李四"})
    await write(door, sealed)
    await write(door, other)
    superuser = await asyncpg.connect(fresh_database.keeper)
    try:
        assert await superuser.execute(change, sealed.commitment) != "UPDATE 0"
    finally:
        await superuser.close()
    with pytest.raises(AlteredError) as caught:
        await safe.reveal(door, 1, [sealed.commitment])
    assert caught.value.journal == 1


async def test_a_row_moved_to_another_journal_does_not_open(door: asyncpg.Connection, safe: Vault) -> None:
    sealed = safe.seal(1, ZHANG)
    await write(door, sealed, journal=2)
    with pytest.raises(AlteredError):
        await safe.reveal(door, 2, [sealed.commitment])


async def test_keys_are_wrapped_again(door: asyncpg.Connection, eraser: asyncpg.Connection, tmp_path: Path) -> None:
    old = Vault(open_keys(tmp_path, in_use=False))
    sealed = [old.seal(1, {"n": n}) for n in range(3)]
    for each in sealed:
        await write(door, each)
    both = Vault(begin_rotation(tmp_path))
    assert await both.rewrap(eraser) == 3
    assert await both.rewrap(eraser) == 0
    finish_rotation(tmp_path)
    new = Vault(open_keys(tmp_path, in_use=await vault.in_use(eraser)))
    commitments = [each.commitment for each in sealed]
    assert [dict((await new.reveal(door, 1, [c]))[c].data) for c in commitments] == [{"n": n} for n in range(3)]
    with pytest.raises(WrongKeyError):
        await old.reveal(door, 1, commitments)


async def test_rewrapping_many_goes_page_by_page(
    door: asyncpg.Connection, eraser: asyncpg.Connection, tmp_path: Path
) -> None:
    old = Vault(open_keys(tmp_path, in_use=False))
    people = [old.new_person(1) for _ in range(510)]
    await door.executemany("insert into person values (1, $1, $2)", [(p.id, p.wrapped_key) for p in people])
    assert await Vault(begin_rotation(tmp_path)).rewrap(eraser) == 510


@pytest.mark.parametrize("after", range(4))
async def test_a_rewrapping_that_was_interrupted_loses_nobody(
    door: asyncpg.Connection, eraser: asyncpg.Connection, tmp_path: Path, after: int
) -> None:
    old = Vault(open_keys(tmp_path, in_use=False))
    sealed = [old.seal(1, {"n": n}) for n in range(3)]
    for each in sealed:
        await write(door, each)
    left = iter(range(after))

    def chance(size: int) -> bytes:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return secrets.token_bytes(size)

    interrupted = Vault(begin_rotation(tmp_path), chance=chance)
    with contextlib.suppress(KeyboardInterrupt):
        await interrupted.rewrap(eraser)
    # The next process, whatever it does: everybody opens, and somebody new is wrapped by the new key.
    after_it = Vault(open_keys(tmp_path, in_use=True))
    later = after_it.seal(1, {"n": 3})
    await write(door, later)
    commitments = [each.commitment for each in (*sealed, later)]
    assert len(await after_it.reveal(door, 1, commitments)) == 4
    assert await Vault(begin_rotation(tmp_path)).rewrap(eraser) == 3 - after
    finish_rotation(tmp_path)
    assert len(await Vault(open_keys(tmp_path, in_use=True)).reveal(door, 1, commitments)) == 4


async def test_roles_keep_to_their_part(fresh_database: Database, door: asyncpg.Connection, safe: Vault) -> None:
    sealed = safe.seal(1, ZHANG)
    await write(door, sealed)
    reader = await fresh_database.connect("reader")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await safe.reveal(reader, 1, [sealed.commitment])
    finally:
        await reader.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await vault.erase(door, 1, sealed.person.id)
    with pytest.raises(PersonUnknownError):
        await safe.person(door, 1, UUID(int=0))
