"""The way out of a fork risk: a new origin that names the old one's final head, and what auditors make of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from clients.auditor.reports import Report
from clients.auditor.verification import Options, verify
from db import trees
from db.pools import Database
from ledger import checkpoints, merkle
from ledger.checkpoints import Checkpoint
from ledger.errors import EvidenceError
from ledger.notes import Signer, Verifier
from ledger.witnesses import origin_hash
from resolvers import succession
from resolvers.keys import KeyStore, Last
from resolvers.succession import SuccessionError, final_head
from schema.asgi.application import application
from schema.asgi.command import main
from schema.asgi.composition import Platform, over
from schema.asgi.settings import Settings
from tests.conftest import Cluster, some_name
from tests.simulation.inside import Inside
from tests.simulation.test_witnessed_log import trouble
from tests.simulation.witnessed import ORIGIN, auditor_token, journal, log_key, served

NEW = "mingzhang.test/after"


async def verified(platform: Platform, known: bytes | None = None) -> Report:
    """What an auditor finds."""
    inside = Inside(application(platform), asyncio.get_running_loop(), await auditor_token(platform))
    options = Options(key=str(platform.publisher.signer.verifier), known=known, sleep=lambda _seconds: None)
    return await asyncio.to_thread(verify, inside, "inside", options)


async def published(platform: Platform) -> str:
    """Sign the head; the note."""
    conn = await platform.database.connect("door")
    try:
        signed = await platform.publisher.publish(conn)
    finally:
        await conn.close()
    assert signed is not None
    return signed.note


async def test_a_lost_tail_ends_an_origin_and_another_begins_after_it(
    cluster: Cluster, fresh_database: Database, tmp_path: Path
) -> None:
    """The database comes back from an old copy: nothing is signed; the books go on under a new origin."""
    key, old, copy, fresh = log_key(tmp_path / "old"), tmp_path / "old", some_name("copy"), some_name("after")
    with served(tmp_path / "w", "w.example", key) as (witness, given):
        seen = [Verifier.parse(witness.key)]
        async with journal(fresh_database, old, given) as log:
            await log.cosigned(seen, await log.grow(), 1)
        name = fresh_database.keeper.rsplit("/", 1)[-1].partition("?")[0]
        await cluster.run(f"create database {copy} template {name} strategy file_copy")
        try:
            async with journal(fresh_database, old, given) as log:
                await log.cosigned(seen, await log.grow(), 1)
            async with journal(cluster.database(copy), old, given) as log:
                said = await trouble(log)
                assert "fork risk: 3 entries" in said
                assert "keys succeed" in said
        finally:
            await cluster.drop(copy)
        final = witness.monitored(origin_hash(ORIGIN))
    assert final is not None
    after = final_head(KeyStore(old, "main"), final.encode())
    assert (after.origin, after.size) == (ORIGIN, 3)
    database = await cluster.create(fresh)
    try:
        settings = Settings(data=tmp_path / "new", origin=NEW, after=after)
        async with over(database, settings, publish=False) as platform:
            note = await published(platform)
            assert note.startswith(f"{NEW}\n1\n")
            await auditors_agree(platform, after, final.encode())
        async with over(database, settings, publish=False) as platform:  # repeatable
            assert (await trees.head(platform.reader, platform.journal.id))[0] == 1
        with pytest.raises(SuccessionError, match="another journal"):
            async with over(database, Settings(data=tmp_path / "new", origin=NEW, after=Last("x", 1, bytes(32)))):
                pass
    finally:
        await cluster.drop(fresh)


async def auditors_agree(platform: Platform, after: Last, final: bytes) -> None:
    """The verifier says what this journal comes after, and holds it against a head of the old origin."""
    report = await verified(platform)
    assert report.exit == 0, report.as_text("en")
    assert f"begins after another, which signs no more: 3 entries of {ORIGIN}" in report.as_text("en")
    assert ORIGIN in report.as_text("zh")
    same = await verified(platform, final)
    assert same.exit == 0
    assert "the very one after which this begins" in same.as_text("en")
    old = Signer(ORIGIN, bytes([8]) * 32)

    def kept(size: int, root: bytes) -> bytes:
        return checkpoints.sign(Checkpoint(ORIGIN, size, root), old).encode()

    smaller = await verified(platform, kept(2, merkle.leaf_hash(b"")))
    assert (smaller.exit, "fewer than the final one" in smaller.as_text("en")) == (0, True)
    for size, root, field in ((4, after.root, "after.size"), (3, merkle.leaf_hash(b""), "after.root")):
        report = await verified(platform, kept(size, root))
        assert report.exit == 1
        assert report.first is not None
        assert (report.first.position, report.first.field) == (0, field)


def test_which_head_was_the_last(tmp_path: Path) -> None:
    """The larger of memory and note; nothing that contradicts, nothing that another key signed."""
    store = KeyStore(tmp_path, "main")
    signer = store.signer(ORIGIN)
    tree = [merkle.leaf_hash(bytes([n])) for n in range(5)]

    def note(size: int, by: Signer = signer, root: bytes | None = None) -> bytes:
        return checkpoints.sign(Checkpoint(ORIGIN, size, root or merkle.root(tree[:size])), by).encode()

    with pytest.raises(SuccessionError, match="not known here"):
        final_head(store, None)
    with pytest.raises(SuccessionError, match="nothing is to be succeeded"):
        final_head(store, note(0))
    store.adopt(Last(ORIGIN, 3, merkle.root(tree[:3])))
    assert final_head(store, None).size == 3
    assert final_head(store, note(2)).size == 3
    assert final_head(store, note(5)) == Last(ORIGIN, 5, merkle.root(tree))
    assert final_head(None, note(5), [signer.verifier]).size == 5
    with pytest.raises(SuccessionError, match="contradict"):
        final_head(store, note(3, root=merkle.leaf_hash(b"x")))
    with pytest.raises(EvidenceError):
        final_head(store, note(5, Signer(ORIGIN, bytes([9]) * 32)))
    store.state_path.unlink()
    assert final_head(store, note(4)).size == 4
    with pytest.raises(SuccessionError, match="is not there"):
        final_head(KeyStore(tmp_path / "nowhere", "main"), None)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It wants a new origin and an empty directory, asks before it acts, and prints the new key."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    store = KeyStore(tmp_path / "old", "main")
    signer = store.signer(ORIGIN)
    store.adopt(Last(ORIGIN, 1, merkle.leaf_hash(b"")))
    note = tmp_path / "final"
    note.write_text(checkpoints.sign(Checkpoint(ORIGIN, 1, merkle.leaf_hash(b"")), signer))

    def run(*more: object) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["keys", "succeed", "--yes", *map(str, more)])
        return result.exit_code, result.output

    data = ("--data", tmp_path / "new")
    assert run(*data)[0] == 2
    assert run(*data, "--origin", NEW)[0] == 2
    assert run(*data, "--origin", ORIGIN, "--of", tmp_path / "old")[0] == 2
    stranger = Signer(ORIGIN, bytes([9]) * 32).verifier
    assert run(*data, "--origin", NEW, "--final", note, "--key", stranger)[0] == 1
    code, said = run(*data, "--origin", NEW, "--of", tmp_path / "old", "--final", note, "--json")
    assert code == 0, said
    assert orjson.loads(said)["after"] == succession.named(Last(ORIGIN, 1, merkle.leaf_hash(b"")))
