"""A log and its witnesses: cosigned within moments, never waited for, never signed backwards past them."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from db.pools import Database
from ledger import notes
from ledger.errors import PolicyError
from ledger.notes import Verifier
from resolvers.checkpoints import ForkRiskError
from resolvers.cosignatures import REFRESH_SECONDS, Answer, Cosigner, policy_of
from resolvers.keys import KeyStore
from schema.asgi.failures import CANNOT_START, explained
from schema.asgi.outbound import ask
from tests.clients.logs import hashes, request
from tests.simulation.witnessed import ORIGIN, Log, journal, log_key, served

SELF = notes.Signer("nobody.example", bytes(32), notes.COSIGNATURE_V1)
NOBODY = f"http://127.0.0.1:9 {SELF.verifier}"
"""A witness that does not answer: nothing listens at the discard port."""


async def state(log: Log, position: int) -> str:
    """How far an entry is secured, as the API says."""
    query = "query ($at: BigInt!) { entry(position: $at) { state } }"
    answer = await log.client.post("/graphql", json={"query": query, "variables": {"at": str(position)}})
    found: str = answer.json()["data"]["entry"]["state"]
    return found


async def test_every_head_is_cosigned_and_money_never_waits(fresh_database: Database, tmp_path: Path) -> None:
    """Two witnesses answer and one does not: its silence costs nothing but its cosignature."""
    key = log_key(tmp_path)
    with served(tmp_path / "a", "a.example", key) as (one, a), served(tmp_path / "b", "b.example", key) as (two, b):
        async with journal(fresh_database, tmp_path, a, b, NOBODY) as log:
            keys = [Verifier.parse(one.key), Verifier.parse(two.key)]
            for _ in range(3):
                size = await log.grow()
                found = await log.cosigned(keys, size, 2)
                assert found.checkpoint.size == size
            assert await state(log, 0) == "WITNESSED"
            assert await log.note("/checkpoint/witnessed") == await log.note()
            ready = (await log.client.get("/ready")).json()
            assert ready["witnesses"]["a.example"] == {"size": size, "trouble": None}
            assert ready["witnesses"]["nobody.example"]["trouble"]
            for witness in (one, two):
                latest = witness.latest(key.name)
                assert latest is not None
                assert latest.size == size
        # A restart learns where its witnesses are, and goes on from there.
        async with journal(fresh_database, tmp_path, a, b) as log:
            size = await log.grow()
            await log.cosigned(keys, size, 2)


async def test_a_quiet_journal_is_cosigned_anew(fresh_database: Database, tmp_path: Path) -> None:
    """An hour later the same head gets a newer cosignature, in the place of the one before."""
    key, later = log_key(tmp_path), time.time() + 2 * REFRESH_SECONDS
    with served(tmp_path / "a", "a.example", key) as (one, a):
        async with journal(fresh_database, tmp_path, a) as log:
            keys = [Verifier.parse(one.key)]
            before = await log.cosigned(keys, await log.grow(), 1)
            pool = log.platform.writer
            cosigner = Cosigner(
                log.platform.journal.id, key, policy_of(None, [a]), pool, ask, lambda: 0.0, lambda: later
            )
            await cosigner.check(pool)
            one._now = lambda: later
            assert await cosigner.collect() == 1
            assert await cosigner.collect() == 0
            after = await log.cosigned(keys, before.checkpoint.size, 1)
            assert [found.time for found in after.cosignatures] == [int(later)]
            query = "{ checkpoint { note cosigned witnesses } inclusionProof(position: 0) { checkpoint } }"
            found = (await log.client.post("/graphql", json={"query": query})).json()["data"]
            assert found["checkpoint"]["cosigned"] == await log.note() == found["inclusionProof"]["checkpoint"]
            assert found["checkpoint"]["cosigned"].startswith(found["checkpoint"]["note"])
            assert found["checkpoint"]["witnesses"] == 1


async def test_until_the_policy_is_met_an_entry_is_only_checkpointed(fresh_database: Database, tmp_path: Path) -> None:
    with served(tmp_path / "a", "a.example", log_key(tmp_path)) as (one, a):
        url, _, vkey = a.partition(" ")
        (tmp_path / "witnesses.policy").write_text(
            f"witness A {vkey} {url}\nwitness N {SELF.verifier}\ngroup both all A N\nquorum both\n"
        )
        async with journal(fresh_database, tmp_path) as log:
            await log.cosigned([Verifier.parse(one.key)], await log.grow(), 1)
            assert await state(log, 0) == "CHECKPOINTED"
            assert await log.note("/checkpoint/witnessed") is None


async def trouble(log: Log) -> str:
    """What keeps the publisher from signing, once something does."""
    for _ in range(100):
        if log.platform.publisher.trouble:
            return log.platform.publisher.trouble
        await asyncio.sleep(0.05)
    raise AssertionError("nothing keeps it")


@pytest.mark.parametrize(("size", "why"), [(50, "missing here"), (1, "others than are here")])
async def test_a_log_that_lost_what_its_witness_saw_signs_nothing(
    fresh_database: Database, tmp_path: Path, size: int, why: str
) -> None:
    """Its own memory came from the same old backup as its database: only the witness remembers."""
    signer = KeyStore(tmp_path, "main").signer(ORIGIN)
    with served(tmp_path / "a", "a.example", signer.verifier) as (one, a):
        assert one.add(request(0, hashes(size), signer)).status == 200
        async with journal(fresh_database, tmp_path, a) as log:
            said = await trouble(log)
            assert "fork risk" in said
            assert why in said
            assert await log.note() is None
            assert (await log.client.get("/ready")).status_code == 503
            await log.grow()  # money is not stopped by it


async def test_a_witness_that_got_ahead_stops_a_running_log(fresh_database: Database, tmp_path: Path) -> None:
    """Somebody else signs with the same key: the next submission is answered with a size that is not ours."""
    signer = KeyStore(tmp_path, "main").signer(ORIGIN)
    with served(tmp_path / "a", "a.example", signer.verifier) as (one, a):
        async with journal(fresh_database, tmp_path, a) as log:
            await log.cosigned([Verifier.parse(one.key)], 1, 1)
            leaf = await log.platform.reader.fetchval("select hash from leaf where position = 0")
            thief = [leaf, *hashes(80)]
            assert one.add(request(1, thief, signer)).status == 200
            await log.grow()
            assert "81 entries" in await trouble(log)


async def test_a_witness_without_a_monitoring_address_says_its_size_in_a_refusal(
    fresh_database: Database, tmp_path: Path
) -> None:
    signer = KeyStore(tmp_path, "main").signer(ORIGIN)
    with served(tmp_path / "a", "a.example", signer.verifier) as (one, a):

        async def silent(address: str, body: bytes | None) -> Answer:
            """As litewitness: no checkpoints to be read."""
            return Answer(404, "") if body is None else await ask(address, body)

        async with journal(fresh_database, tmp_path) as log:
            await log.grow()
            pool, key = log.platform.writer, signer.verifier
            one_only = policy_of(None, [a])
            cosigner = Cosigner(log.platform.journal.id, key, one_only, pool, silent, lambda: 0.0, lambda: 0.0)
            # Seen first, since a check asks by submitting the newest head, which a fresh witness takes for good.
            assert one.add(request(0, hashes(70), signer)).status == 200
            await log.cosigned([], 1, 0)
            with pytest.raises(ForkRiskError, match="70 entries"):
                await cosigner.check(pool)
            assert await cosigner.collect() == 0
            assert cosigner.risk is not None


def test_policies_are_refused_with_their_line() -> None:
    assert policy_of(None, []).quorum == "none"
    assert len(policy_of(b"quorum none\n", [NOBODY]).witnesses) == 1
    with pytest.raises(PolicyError) as caught:
        policy_of(None, ["http://w.example nothing"])
    told = explained(caught.value)
    assert told is not None
    assert told[0] == CANNOT_START
