"""The publisher never signs backwards, whatever happens to its database."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from db import trees
from db.pools import Database
from ledger import merkle
from ledger.checkpoints import open_checkpoint
from resolvers.checkpoints import ForkRiskError, Publisher, Rhythm, adopt
from resolvers.keys import KeyFileError, KeyStore, Last, LostStateError, TooOpenError

ORIGIN = "mingzhang.test/main"


class Log:
    """A journal's head and tiles, written as a superuser, and its publisher."""

    def __init__(self, conn: asyncpg.Connection, data: Path) -> None:
        self.conn = conn
        self.store = KeyStore(data, "main")
        self.leaves: list[bytes] = []

    def publisher(self) -> Publisher:
        """A publisher that has just started."""
        return Publisher(1, self.store.signer(ORIGIN), self.store, self.connect)

    async def connect(self) -> asyncpg.Connection:
        """The one session of these tests."""
        return self.conn

    async def grow(self, *leaves: bytes) -> None:
        """Append leaf hashes."""
        await self.become([*self.leaves, *leaves])

    async def become(self, leaves: list[bytes]) -> None:
        """Hold exactly these leaf hashes, whatever was there before."""
        self.leaves = leaves
        await self.conn.execute("update head set size = $1, root = $2", len(leaves), merkle.root(leaves))
        await self.conn.execute("delete from tile")
        nodes = b"".join(leaves)
        await self.conn.execute("insert into tile (journal, level, number, nodes) values (1, 0, 0, $1)", nodes)

    async def store_less(self) -> None:
        """What a publisher that was held up for long would do: remember less than was signed since."""
        if len(self.leaves) > 1:
            with pytest.raises(KeyFileError, match="signed more"):
                self.store.remember(Last(ORIGIN, 0))

    async def signed(self) -> list[int]:
        """The sizes of all published checkpoints."""
        rows = await self.conn.fetch("select size, root, note from checkpoint order by size")
        for row in rows:
            found = open_checkpoint(row["note"], [self.store.signer(ORIGIN).verifier])
            assert (found.size, found.root) == (row["size"], row["root"])
        return [row["size"] for row in rows]


@pytest.fixture
async def log(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Log]:
    """A journal without a leaf."""
    conn = await asyncpg.connect(fresh_database.keeper)
    await conn.execute("insert into journal (id, name, origin) values (1, 'main', $1)", ORIGIN)
    await conn.execute(
        "insert into head (journal, size, at, last, root, frontier) values (1, 0, now(), $1, $2, '{}')",
        bytes(32),
        merkle.EMPTY_ROOT,
    )
    yield Log(conn, tmp_path)
    await conn.close()


def leaf(n: int) -> bytes:
    """A leaf hash."""
    return merkle.leaf_hash(str(n).encode())


async def test_it_signs_what_is_new_and_repeats_nothing(log: Log) -> None:
    publisher = log.publisher()
    assert await publisher.publish(log.conn) is None
    for n in range(5):
        await log.grow(leaf(n))
        signed = await publisher.publish(log.conn)
        assert signed is not None
        assert signed.root == merkle.root(log.leaves)
        assert await publisher.publish(log.conn) is None
    assert await log.signed() == [1, 2, 3, 4, 5]
    # A process that starts again signs the same head again, to the same bytes.
    assert await log.publisher().publish(log.conn) == signed
    assert await log.signed() == [1, 2, 3, 4, 5]


async def test_a_restored_backup_is_not_signed(log: Log) -> None:
    await log.become([leaf(n) for n in range(4)])
    await log.publisher().publish(log.conn)
    await log.become([leaf(n) for n in range(3)])
    with pytest.raises(ForkRiskError, match="entries are missing"):
        await log.publisher().publish(log.conn)
    # Other entries after the restored ones would be a second history.
    await log.become([*(leaf(n) for n in range(3)), leaf(30), leaf(40)])
    with pytest.raises(ForkRiskError, match="does not continue"):
        await log.publisher().publish(log.conn)
    assert await log.signed() == [4]
    last = await adopt(log.conn, 1, log.store, ORIGIN)
    assert last.size == 5
    await log.publisher().publish(log.conn)
    assert await log.signed() == [4, 5]


async def test_tiles_must_lead_to_the_heads_root(log: Log) -> None:
    await log.become([leaf(1), leaf(2)])
    await log.conn.execute("update head set root = $1", leaf(9))
    with pytest.raises(ForkRiskError, match="another root"):
        await log.publisher().publish(log.conn)


async def test_a_key_without_its_memory_signs_nothing(log: Log) -> None:
    await log.become([leaf(1)])
    publisher = log.publisher()
    log.store.state_path.unlink()
    with pytest.raises(LostStateError, match="keys adopt"):
        await publisher.publish(log.conn)
    log.store.state_path.write_text("{")
    with pytest.raises(KeyFileError):
        await publisher.publish(log.conn)


async def test_one_session_at_a_time_is_elected(log: Log, fresh_database: Database) -> None:
    other = await asyncpg.connect(fresh_database.keeper)
    try:
        assert await trees.elect(log.conn, 1)
        assert not await trees.elect(other, 1)
        assert await trees.elect(other, 2)
        await log.conn.execute("select pg_advisory_unlock_all()")
        assert await trees.elect(other, 1)
    finally:
        await other.close()


@pytest.mark.parametrize(
    ("new", "waited", "due"), [(0, 9.0, False), (1, 0.0, False), (1, 0.2, True), (9, 0.1, False), (10, 0.0, True)]
)
def test_when_a_head_is_due(new: int, waited: float, due: bool) -> None:  # noqa: FBT001 - a table's column
    assert Rhythm(0.2, 10).due(new, waited) == due


async def test_after_an_interval_or_at_once_after_so_many(log: Log) -> None:
    publisher, clock = log.publisher(), [0.0]
    publisher.rhythm, publisher.clock = Rhythm(0.5, 4), lambda: clock[0]

    async def looked(seconds: float) -> int | None:
        clock[0] += seconds
        signed = await publisher.tick(log.conn)
        return None if signed is None else signed.size

    assert await looked(9) is None
    await log.grow(leaf(0))
    assert await looked(0.0) is None
    assert await looked(0.3) is None
    await log.grow(leaf(1))
    assert await looked(0.25) == 2
    assert await looked(9) is None
    await log.grow(*(leaf(n) for n in range(2, 6)))
    assert await looked(0.0) == 6
    await log.grow(leaf(6))
    assert (await publisher.tick(log.conn, anyway=True)) is not None


@pytest.mark.parametrize(("mode", "part"), [(0o640, "file"), (0o604, "file"), (0o770, "folder"), (0o702, "folder")])
async def test_a_key_that_others_can_read_or_replace_is_refused(log: Log, mode: int, part: str) -> None:
    await log.become([leaf(1)])
    publisher = log.publisher()
    path = log.store.key_path if part == "file" else log.store.key_path.parent
    path.chmod(mode)
    with pytest.raises(TooOpenError, match="chmod"):
        await publisher.publish(log.conn)
    path.chmod(0o600 if part == "file" else 0o700)
    assert await publisher.publish(log.conn) is not None


async def test_two_publishers_who_both_believe_to_be_elected(log: Log, fresh_database: Database) -> None:
    """One whose session died publishes on beside the next: the shared memory lets neither sign backwards."""
    other = await asyncpg.connect(fresh_database.keeper)
    try:
        first, second = log.publisher(), log.publisher()
        for n in range(12):
            await log.grow(leaf(n))
            done = await asyncio.gather(
                first.publish(log.conn), second.publish(other), log.store_less(), return_exceptions=True
            )
            assert not [fault for fault in done if isinstance(fault, Exception) and not isinstance(fault, KeyFileError)]
        assert await log.signed() == list(range(1, 13))
        assert log.store.last().size == 12
    finally:
        await other.close()


def test_files_are_private_and_memory_only_grows(tmp_path: Path) -> None:
    store = KeyStore(tmp_path, "main")
    signer = store.signer(ORIGIN)
    assert KeyStore(tmp_path, "main").signer(ORIGIN) == signer
    assert store.last() == Last(ORIGIN)
    for path in (store.key_path, store.state_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.stat().st_uid == os.geteuid()
    assert "PRIVATE" not in repr(signer)
    store.remember(Last(ORIGIN, 2, leaf(2)))
    with pytest.raises(KeyFileError, match="signed more"):
        store.remember(Last(ORIGIN, 1, leaf(1)))
    assert store.last() == Last(ORIGIN, 2, leaf(2))
    with pytest.raises(KeyFileError, match="--origin"):
        store.signer("example.org/other")
    assert KeyStore(tmp_path, "demo").signer("mingzhang.demo/demo") != signer
