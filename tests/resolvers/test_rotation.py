"""The log's key goes A → A+B → B, whoever trusts A can follow, and nobody else gets in between."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest

from db import trees
from db.pools import Database
from ledger.checkpoints import open_checkpoint
from ledger.errors import NoteError
from ledger.key_history import KeyHistory, resolved
from ledger.notes import Signer, Verifier
from resolvers import verification
from resolvers.keys import KeyFileError, write_private
from resolvers.rotation import RotationError, add_mldsa44, begin_rotation, finish_rotation
from schema.asgi.composition import Platform, over
from schema.asgi.settings import Settings

ORIGIN = "mingzhang.test/demo"


@pytest.fixture
async def platform(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Platform]:
    """A journal that nobody publishes unless told to."""
    settings = Settings(tmp_path / "data", journal="demo", origin=ORIGIN)
    async with over(fresh_database, settings, publish=False) as made:
        yield made


async def published(platform: Platform) -> str:
    """Publish the head; the note."""
    conn = await platform.database.connect("door")
    try:
        signed = await platform.publisher.publish(conn)
    finally:
        await conn.close()
    assert signed is not None
    return signed.note


def signs(note: str, *keys: Verifier) -> list[bool]:
    """Which of the keys signed."""
    found = []
    for key in keys:
        try:
            open_checkpoint(note, [key])
        except NoteError:
            found.append(False)
        else:
            found.append(True)
    return found


async def test_a_rotation(platform: Platform) -> None:
    ctx, store = platform.context, platform.publisher.store
    first = store.signer(ORIGIN).verifier
    assert signs(await published(platform), first) == [True]
    with pytest.raises(RotationError, match="no rotation"):
        await finish_rotation(ctx, store)

    begun = await begin_rotation(ctx, store)
    assert await begin_rotation(ctx, store) == begun
    second = store.signers(ORIGIN)[1].verifier
    assert begun.keys == (first.public.hex(), second.public.hex())
    assert stat.S_IMODE(store.next_path.stat().st_mode) == 0o600
    with pytest.raises(RotationError, match="both signatures"):
        await finish_rotation(ctx, store)
    assert signs(await published(platform), first, second) == [True, True]

    ended = await finish_rotation(ctx, store)
    assert ended.keys == (second.public.hex(),)
    assert (store.signers(ORIGIN), store.next_path.exists()) == ([store.signer(ORIGIN)], False)
    assert store.signer(ORIGIN).verifier == second
    assert signs(await published(platform), first, second) == [False, True]
    done = await verification.replayed(platform.reader, platform.journal.id, ctx.now, keys=[first])
    assert (done.size, done.verdict, done.findings) == (3, "VERIFIED", [])


async def test_a_post_quantum_key_beside_it_and_both_are_rotated(platform: Platform) -> None:
    ctx, store = platform.context, platform.publisher.store
    plain = store.signer(ORIGIN).verifier
    added = await add_mldsa44(ctx, store)
    assert await add_mldsa44(ctx, store) == added
    assert stat.S_IMODE(store.mldsa44_path.stat().st_mode) == 0o600
    first = store.signers(ORIGIN)[1].verifier
    assert (len(first.public), added.mldsa44) == (1312, (sha256(first.public).hexdigest(),))
    assert signs(await published(platform), plain, first) == [True, True]

    await begin_rotation(ctx, store)
    with pytest.raises(RotationError, match="under way"):
        await add_mldsa44(ctx, store)
    both = [signer.verifier for signer in store.signers(ORIGIN)]
    assert [key.kind for key in both] == [1, 1, 6, 6]
    assert signs(await published(platform), *both) == [True] * 4
    ended = await finish_rotation(ctx, store)
    assert ended.mldsa44 == (sha256(both[3].public).hexdigest(),)
    assert [signer.verifier for signer in store.signers(ORIGIN)] == [both[1], both[3]]
    assert signs(await published(platform), *both) == [False, True, False, True]
    done = await verification.replayed(platform.reader, platform.journal.id, ctx.now, keys=[plain])
    assert (done.verdict, done.findings) == ("VERIFIED", [])


async def test_a_post_quantum_key_that_the_journal_does_not_name_signs_nothing(platform: Platform) -> None:
    store = platform.publisher.store
    store.add_mldsa44(ORIGIN)
    assert signs(await published(platform), *(signer.verifier for signer in store.signers(ORIGIN))) == [True, False]


async def test_an_interrupted_end_is_ended_again(platform: Platform) -> None:
    ctx, store = platform.context, platform.publisher.store
    await begin_rotation(ctx, store)
    await published(platform)
    old, new = store.key_path.read_text(), store.next_path.read_text()
    ended = await finish_rotation(ctx, store)
    write_private(store.key_path, old)  # as if the power had gone between the entry and the file
    write_private(store.next_path, new)
    assert signs(await published(platform), Signer.parse(new[:-1]).verifier) == [True]
    assert await finish_rotation(ctx, store) == ended
    assert store.key_path.read_text() == new


async def test_a_stranger_to_the_journal_signs_nothing(platform: Platform) -> None:
    store = platform.publisher.store
    store.key_path.write_text(Signer(ORIGIN, bytes(32)).secret() + "\n")
    with pytest.raises(KeyFileError, match="another key"):
        await published(platform)
    assert await trees.newest(platform.reader, platform.journal.id) is None


def test_which_keys_a_list_means() -> None:
    a, b = (Signer(ORIGIN, bytes([n]) * 32).verifier for n in (1, 2))
    history = KeyHistory()
    assert history.in_force(1, [a]) == [a]
    history.take(0, {"type": "journal_opened", "data": {"origin": ORIGIN, "keys": [a.key_id.hex()]}})
    history.take(1, {"type": "donation", "data": {}})
    history.take(2, {"type": "key_rotated", "data": {"keys": [a.public.hex(), b.public.hex()]}})
    history.take(5, {"type": "key_rotated", "data": {"keys": [b.public.hex()]}})
    assert [history.in_force(size, [a]) for size in (1, 2, 3, 5, 6, 9)] == [[a], [a], [a, b], [a, b], [b], [b]]
    assert resolved(ORIGIN, ["key-1"], [a]) == [a]
