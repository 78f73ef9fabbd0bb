"""Backups are restored, and a journal that came back from one signs nothing backwards until an operator decides."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from db import backup, trees
from db.embedded import Server
from db.embedded_errors import DirectoryError
from resolvers import acts, verification
from resolvers.checkpoints import adopt
from resolvers.recording import submit
from schema.asgi.composition import Platform, opened
from schema.asgi.settings import Settings


async def append(platform: Platform, count: int) -> None:
    """Append entries of no meaning."""
    ctx = platform.context
    await asyncio.gather(*(submit(ctx, acts.told(ctx, "nothing")) for _ in range(count)))


async def signed(platform: Platform) -> int:
    """How far the newest checkpoint reaches."""
    newest = await trees.newest(platform.reader, platform.journal.id)
    return 0 if newest is None else newest.size


async def said(platform: Platform) -> str:
    """What the publisher complains of, once it does."""
    for _ in range(100):
        if platform.publisher.trouble:
            return platform.publisher.trouble
        await asyncio.sleep(0.05)
    raise TimeoutError


async def until_signed(platform: Platform, size: int) -> None:
    """Wait for a checkpoint of this size."""
    for _ in range(100):
        if await signed(platform) == size:
            return
        await asyncio.sleep(0.05)
    raise TimeoutError


async def restored(settings: Settings, copy: Path) -> None:
    """Put a copy of the database in the place of the newer one; keys and state stay as they are."""
    shutil.rmtree(settings.data / "postgresql")
    shutil.copytree(copy / "postgresql", settings.data / "postgresql")


async def refuses_until_adopted(settings: Settings, *, old: int, new: int) -> None:
    """The restored journal has `old` entries of the `new` that were signed."""
    async with opened(settings) as platform:
        assert "fork risk" in await said(platform)
        assert f"{new} entries" in str(platform.publisher.trouble)
        await append(platform, 1)
        assert await signed(platform) <= old
        done = await verification.replayed(
            platform.reader, platform.journal.id, platform.context.now, vault=platform.context
        )
        assert (done.size, done.verdict) == (old + 1, "VERIFIED")
        await adopt(platform.reader, platform.journal.id, platform.publisher.store, settings.origin)
        await append(platform, 1)
        await until_signed(platform, old + 2)


async def test_a_copy_of_a_stopped_data_directory(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "data", origin="mingzhang.test/main")
    async with opened(settings) as platform:
        await append(platform, 3)
    shutil.copytree(settings.data, tmp_path / "copy")
    async with opened(settings) as platform:
        await append(platform, 3)
    await restored(settings, tmp_path / "copy")
    await refuses_until_adopted(settings, old=4, new=7)


async def test_a_backup_taken_while_it_serves(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "data", origin="mingzhang.test/main")
    async with opened(settings) as platform:
        await append(platform, 3)
        guest = Server.start(settings.data)
        assert not guest.is_parent
        writing = asyncio.create_task(append(platform, 200))
        home = await asyncio.to_thread(backup.take, guest, tmp_path / "copy")
        await writing
        await append(platform, 100)
        assert home == tmp_path / "copy" / "postgresql"
        # What opens personal data or signs is not in it.
        assert [path.name for path in (tmp_path / "copy").iterdir()] == ["postgresql"]
        with pytest.raises(DirectoryError):
            backup.take(guest, tmp_path / "copy")
    await restored(settings, tmp_path / "copy")
    async with opened(settings, publish=False) as platform:
        old, _ = await trees.head(platform.reader, platform.journal.id)
    assert 4 <= old <= 204
    await refuses_until_adopted(settings, old=old, new=304)
