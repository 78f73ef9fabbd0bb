"""The way back: a backup and the log archive bring the database to any moment, and who is erased stays erased."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from clients.auditor.mirror import mirror
from clients.auditor.verification import Options
from db import archiving, backup, vault_keys
from db.account import Account
from db.cluster import Layout
from db.embedded import Server
from db.embedded_errors import DirectoryError, LockedError, RestoreError, StartError
from db.restoring import Wanted, restore
from ledger.decide import Accepted
from resolvers import verification
from resolvers.context import SYSTEM, Context, Role
from resolvers.donations import record_donation
from resolvers.erasure import erase_person
from resolvers.personal import reveal_personal_data
from resolvers.persons import Person
from resolvers.tokens import create_token
from schema.asgi.application import application
from schema.asgi.composition import Platform, opened
from schema.asgi.settings import Settings
from tests.simulation.inside import Inside
from tests.simulation.test_backup import append, refuses_until_adopted, said, signed, until_signed
from tests.simulation.test_server_process import mingzhang
from tests.worlds import CHARITY, Clock, World, charity, donation

LATER = datetime(2058, 6, 1, 4, 0, tzinfo=UTC)
FAST = {"fsync": "off"}


def done(data: Path, *words: str) -> dict[str, object]:
    """Run a command of the installation to its end; returns what it answers."""
    ran = mingzhang(data, *words, "--json")
    assert ran.returncode == 0, ran.stderr
    found: dict[str, object] = json.loads(ran.stdout)
    return found


async def test_a_journal_comes_back_to_a_moment_an_entry_or_the_end(tmp_path: Path) -> None:
    settings, copy, archive = Settings(tmp_path / "data"), tmp_path / "copy", tmp_path / "the 'archive' 100%"
    assert done(settings.data, "archive", str(archive)) == {"archive": str(archive)}
    async with opened(settings) as platform:
        await append(platform, 3)
        assert done(settings.data, "backup", str(copy))["backup"] == str(copy / "postgresql")
        await append(platform, 10)
        await asyncio.sleep(0.05)
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
        await asyncio.sleep(0.05)
        await append(platform, 10)
        await until_signed(platform, 24)
    assert list(archive.glob("0*")), "the log was archived when PostgreSQL stopped"
    back = ("restore", str(copy), "--archive", str(archive))
    first = done(settings.data, *back, "--until", moment)
    assert (first["entries"], first["before"]) == (14, str(settings.data / "postgresql" / "cluster.before"))
    assert 8 <= int(str(done(settings.data, *back, "--position", "7")["entries"])) <= 14
    # The archive now has the timelines that those two began; the end is that of the newest.
    early = mingzhang(settings.data, *back, "--position", "900")
    assert (early.returncode, "neither in the backup nor in the log archive" in early.stderr) == (3, True)
    far = mingzhang(settings.data, *back, "--until", "2999-01-01T00:00:00")
    assert (far.returncode, "the log archive ends before it" in far.stderr) == (3, True), far.stderr
    assert mingzhang(settings.data, "restore", str(copy), "--position", "7").returncode == 3  # no archive
    assert mingzhang(settings.data, *back, "--position", "7", "--until", moment).returncode == 2
    assert done(settings.data, *back, "--until", moment)["entries"] == 14
    # It is archived again, and the publisher refuses until somebody decides.
    assert archiving.settings(Layout.below(settings.data))["archive_mode"] == "on"
    await refuses_until_adopted(settings, old=14, new=24)


async def test_a_running_database_is_not_replaced_and_a_folder_is_no_backup(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "data")
    async with opened(settings) as platform:
        await append(platform, 1)
        assert done(settings.data, "backup", str(tmp_path / "copy"))
        with pytest.raises(LockedError):
            restore(settings.data, tmp_path / "copy", Wanted())
    with pytest.raises(RestoreError, match="is no backup"):
        restore(settings.data, tmp_path, Wanted())
    broken = tmp_path / "copy" / "postgresql" / "cluster" / "global" / "pg_control"
    broken.write_bytes(bytes(8192))
    assert mingzhang(settings.data, "restore", str(tmp_path / "copy")).returncode == 3
    async with opened(settings) as platform:  # the former database is back in its place
        assert (await verification.replayed(platform.reader, 1, platform.context.now)).size == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops its privileges")
def test_as_root_under_the_account_that_privileges_are_dropped_to() -> None:
    with tempfile.TemporaryDirectory() as folder:  # outside of pytest's own, which are closed to strangers
        place = Path(folder)
        place.chmod(0o755)
        _dropped(place)


def _dropped(place: Path) -> None:
    """A backup, an archive and the way back, by the account `nobody`."""
    data, copy, archive, closed = (place / name for name in ("data", "copy", "archive", "closed"))
    closed.mkdir(mode=0o700)
    archiving.begin(data, archive, force="drop")
    with pytest.raises(DirectoryError, match="closed to it"):
        archiving.begin(data, closed / "archive", force="drop")

    async def ask(server: Server, statement: str) -> object:
        conn = await asyncpg.connect(server.dsn())
        try:
            return await conn.fetchval(statement)
        finally:
            await conn.close()

    with Server.start(data, settings=FAST, force_account="drop") as server:
        asyncio.run(ask(server, "create table kept as select 1 as n"))
        backup.take(server, copy, force="drop")
        backup.take(server, closed / "copy", force="drop")
        asyncio.run(ask(server, "insert into kept values (2)"))
    for taken, held in ((copy, 2), (closed / "copy", 2)):
        restore(data, taken, Wanted(archive), force="drop")
        with Server.start(data, settings=FAST, force_account="drop") as server:
            assert asyncio.run(ask(server, "select count(*) from kept")) == held
    restore(data, copy, Wanted(), force="drop")
    with Server.start(data, settings=FAST, force_account="drop") as server:
        assert asyncio.run(ask(server, "select count(*) from kept")) == 1
    # An archive that cannot be read is no archive that has ended.
    archive.chmod(0)
    os.chown(archive, 0, 0)
    with pytest.raises(StartError):
        restore(data, copy, Wanted(archive), force="drop")
    for name in (data, copy, closed / "copy"):
        shutil.rmtree(Account("drop", 65534, 65534, place).home(name / "postgresql"))


# ---------------------------------------------------------------- persons


async def given(ctx: Context, number: str, effective: str = "2026-05-01") -> bytes:
    """A gift of somebody's; the commitment to them."""
    person = Person({"name": "金丝雀", "citizenNumber": number})
    outcome = await record_donation(ctx, donation(100, person=person, effective=effective))
    assert isinstance(outcome, Accepted)
    return bytes.fromhex(outcome.document["data"]["party"])


async def mirrored(platform: Platform, folder: Path) -> None:
    """Mirror the journal as an auditor does."""
    made = await create_token(platform.context.as_principal(SYSTEM), role=Role.AUDITOR, label="auditor")
    source = Inside(application(platform), asyncio.get_running_loop(), made.token)
    report, _ = await asyncio.to_thread(mirror, source, "main", folder, Options(None, projections=False))
    assert report.exit in (0, 6), report.as_text("en")


async def shown(platform: Platform, commitments: list[bytes]) -> list[bytes]:
    """Which of the commitments still open."""
    assert platform.context.vault is not None
    return sorted(await platform.context.vault.reveal(platform.context.keeper, 1, commitments))


async def test_who_is_erased_stays_erased(tmp_path: Path) -> None:
    settings, copy = Settings(tmp_path / "data"), tmp_path / "copy"
    clock = Clock(LATER)
    async with opened(settings, now=clock) as platform:
        world = World(platform.database, clock, platform.context)
        await charity(world)
        gone, kept = await given(world.officer, "11010519491231002X"), await given(world.officer, "440524188001010014")
        done(settings.data, "backup", str(copy))
        await erase_person(world.administrator, commitment=gone, ground="request")
        size = len(await world.rows("leaf"))
        await until_signed(platform, size)
        assert await shown(platform, [gone, kept]) == [kept]
        await mirrored(platform, tmp_path / "mirror")
    # The old backup still opens what was erased, as README says: the present `kek` opens the wrapped key in it.
    restore(settings.data, copy, Wanted())
    async with opened(settings, now=clock, publish=False) as platform:
        assert await shown(platform, [gone, kept]) == sorted([gone, kept])
    found = done(settings.data, "restore", str(copy), "--journal", str(tmp_path / "mirror"))
    assert (found["erasedAgain"], found["mirror"]) == (1, size)
    async with opened(settings, now=clock) as platform:
        assert await shown(platform, [gone, kept]) == [kept]
        # Erased with an entry, although the entry of that time is lost with the rest: nothing is missing.
        replay = await verification.replayed(platform.reader, 1, clock, vault=platform.context)
        assert replay.findings == []
        assert "fork risk" in await said(platform) or await signed(platform) <= size
    for other in (settings.data / "keys", tmp_path / "mirror" / "checkpoint"):
        refused = mingzhang(settings.data, "erase", "--journal", str(other))
        assert (refused.returncode, "no mirror" in refused.stderr) == (1, True)
    assert done(settings.data, "erase", "--journal", str(tmp_path / "mirror"))["again"] == 0


async def test_a_mirror_of_another_log_erases_nobody(tmp_path: Path) -> None:
    clock = Clock(LATER)
    ours, theirs = Settings(tmp_path / "ours"), Settings(tmp_path / "theirs")
    async with opened(theirs, now=clock) as platform:
        await append(platform, 1)
        await until_signed(platform, 2)
        await mirrored(platform, tmp_path / "mirror")
    async with opened(ours, now=clock) as platform:
        await append(platform, 1)
    refused = mingzhang(ours.data, "erase", "--journal", str(tmp_path / "mirror"))
    assert (refused.returncode, "no mirror or archive of this journal" in refused.stderr) == (1, True)


async def test_after_new_wrapping_an_old_backup_opens_nothing(tmp_path: Path) -> None:
    settings, copy, clock = Settings(tmp_path / "data"), tmp_path / "copy", Clock()
    async with opened(settings, now=clock) as platform:
        world = World(platform.database, clock, platform.context)
        await charity(world)
        commitment = await given(world.officer, "11010519491231002X")
        done(settings.data, "backup", str(copy))
        running = mingzhang(settings.data, "keys", "rewrap")
        assert (running.returncode, "stop" in running.stderr) == (1, True)
    shutil.copytree(settings.data / "keys", tmp_path / "old-keys")
    assert done(settings.data, "keys", "rewrap") == {"persons": 1}
    async with opened(settings, now=clock) as platform:
        inspector = World(platform.database, clock, platform.context).as_(Role.OFFICER, CHARITY)
        _, opened_ = await reveal_personal_data(inspector, reason="回访", commitments=[commitment])
        assert len(opened_) == 1
    restore(settings.data, copy, Wanted())
    async with opened(settings, now=clock, publish=False) as platform:
        with pytest.raises(vault_keys.WrongKeyError):
            await shown(platform, [commitment])
    # With the key of that time beside it, it opens again: destroy every copy of the old key to make erasures final.
    shutil.copy(tmp_path / "old-keys" / "kek", settings.data / "keys" / "kek")
    async with opened(settings, now=clock, publish=False) as platform:
        assert await shown(platform, [commitment]) == [commitment]
