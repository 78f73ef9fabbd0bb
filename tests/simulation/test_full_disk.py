"""A full disk stops acceptance, loses nothing, and everything goes on by itself once there is room."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from db.journal import DoorError, FullDiskError
from ledger.commands import Command
from ledger.decide import Accepted, Replayed
from resolvers import verification
from resolvers.recording import refusal_of
from schema.asgi.application import application
from schema.asgi.composition import Platform, opened
from schema.asgi.settings import Settings
from tests.db.books import command
from tests.schema.serving import built

MIB = 1024 * 1024
SIZE = 256 * MIB
RESERVE = 32 * MIB


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "none", str(place)]
    done = None if os.geteuid() else subprocess.run(mount, check=False, capture_output=True)
    if done is None or done.returncode:
        pytest.skip("only root can mount a small file system")
    yield place
    # Whoever still holds a file there keeps it; the name goes at once.
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextlib.asynccontextmanager
async def served(disk: Path, reserve: int) -> AsyncIterator[Platform]:
    """A journal on the small disk."""
    async with opened(Settings(disk / "data", origin="mingzhang.test/main", reserve=reserve)) as platform:
        yield platform


def bound() -> Command:
    """An entry that moves nothing: about a kilobyte."""
    commitments = [os.urandom(32).hex() for _ in range(8)]
    return command("sealed", {"commitments": commitments}, organization=None)


def fill(disk: Path, leave: int) -> Path:
    """Write a file until only so much room is left."""
    filler = disk / "filler"
    with filler.open("ab") as file, contextlib.suppress(OSError):
        while (free := os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize) > leave:
            file.write(bytes(min(MIB, free - leave)))
            file.flush()
    return filler


async def ready(platform: Platform) -> httpx.Response:
    """Ask `/ready`."""
    transport = httpx.ASGITransport(application(platform, built()))
    async with httpx.AsyncClient(transport=transport, base_url="http://mingzhang.test") as client:
        return await client.get("/ready")


async def verdict(platform: Platform) -> tuple[int, str]:
    """Replay everything: how many entries, and what is found."""
    found = await verification.replayed(platform.reader, platform.journal.id, platform.context.now)
    return found.size, found.verdict


async def eventually(platform: Platform, wanted: Command) -> Accepted | Replayed:
    """Send a command again until it is answered, as callers are told to."""
    for _ in range(200):
        with contextlib.suppress(DoorError):
            return await platform.door.append(wanted)
        await asyncio.sleep(0.1)
    raise TimeoutError


async def test_entries_are_refused_before_the_disk_is_full(small_disk: Path) -> None:
    async with served(small_disk, RESERVE) as platform:
        assert (await ready(platform)).status_code == 200
        await platform.door.append(bound())
        filler = fill(small_disk, RESERVE // 2)
        late = bound()
        with pytest.raises(FullDiskError) as caught:
            await platform.door.append(late)
        assert (refusal_of(caught.value).code, caught.value.retry_after) == ("DISK_FULL", 10)
        answer = await ready(platform)
        assert answer.status_code == 503
        assert "disk is full" in answer.text
        # Reading and checking go on meanwhile.
        assert await verdict(platform) == (2, "VERIFIED")
        filler.unlink()
        assert isinstance(await platform.door.append(late), Accepted)
        assert (await ready(platform)).status_code == 200
        assert await verdict(platform) == (3, "VERIFIED")


async def test_a_disk_that_is_really_full_loses_nothing(small_disk: Path) -> None:
    """Without a reserve PostgreSQL itself meets the end of the disk, in the middle of a transaction."""
    async with served(small_disk, 0) as platform:
        filler = fill(small_disk, 0)
        sent, acknowledged = [], []
        for _ in range(400):
            group = [bound() for _ in range(100)]
            sent += group
            outcomes = await asyncio.gather(*map(platform.door.append, group), return_exceptions=True)
            acknowledged += [one for one, what in zip(group, outcomes, strict=True) if isinstance(what, Accepted)]
            faults = [what for what in outcomes if isinstance(what, BaseException)]
            assert all(isinstance(fault, DoorError) for fault in faults)
            if faults:
                break
        assert len(acknowledged) < len(sent)
        filler.unlink()
        for one in sent[-100:]:
            await eventually(platform, one)
        for one in acknowledged[:5]:
            assert isinstance(await platform.door.append(one), Replayed)
        assert await verdict(platform) == (len(sent) + 1, "VERIFIED")
