"""What the publisher knows before it signs: its own memory, or what enough witnesses cosigned; never neither."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from db.pools import Database
from ledger import notes
from ledger.notes import Verifier
from resolvers.checkpoints import Asked, ForkRiskError
from resolvers.cosignatures import Answer, Cosigner, policy_of
from resolvers.keys import KeyStore, Last, LostStateError
from resolvers.rotation import begin_rotation, finish_rotation
from schema.asgi.outbound import ask
from tests.clients.logs import hashes, request
from tests.simulation.test_witnessed_log import NOBODY, trouble
from tests.simulation.witnessed import ORIGIN, Log, journal, log_key, served

TWO_OF_THREE = "group most 2 a b c\nquorum most\n"


def policy(folder: Path, *given: str) -> None:
    """Have two of three witnesses count; each is given as `URL VKEY`."""
    lines = [f"witness {name} {text.split()[1]} {text.split()[0]}" for name, text in zip("abc", given, strict=True)]
    (folder / "witnesses.policy").write_text("\n".join(lines) + "\n" + TWO_OF_THREE)


async def refused(log: Log) -> str:
    """Why nothing is signed."""
    said = await trouble(log)
    assert "not known" in said
    return said


async def test_a_lost_memory_is_made_anew_from_enough_witnesses(fresh_database: Database, tmp_path: Path) -> None:
    """Two of three count.  One that is silent cannot have made a head witnessed alone; two together can."""
    key = log_key(tmp_path)
    store = KeyStore(tmp_path, "main")
    with served(tmp_path / "a", "a.example", key) as (one, a), served(tmp_path / "b", "b.example", key) as (two, b):
        policy(tmp_path, a, b, NOBODY)
        keys = [Verifier.parse(one.key), Verifier.parse(two.key)]
        async with journal(fresh_database, tmp_path) as log:
            await log.grow()
            await log.cosigned(keys, await log.grow(), 2)
        last = store.last()
        assert last.size == 3
        store.state_path.unlink()
        policy(tmp_path, a, f"http://127.0.0.1:9 {two.key}", NOBODY)
        async with journal(fresh_database, tmp_path) as log:
            said = await refused(log)
            assert "b.example, nobody.example" in said
            assert not store.state_path.exists()
        policy(tmp_path, a, b, NOBODY)
        async with journal(fresh_database, tmp_path) as log:
            await log.cosigned(keys, await log.grow(), 2)
            assert store.last().size == 4
            ready = (await log.client.get("/ready")).json()
            assert ready["witnesses"]["nobody.example"]["trouble"]


async def test_without_witnesses_only_an_operator_knows(fresh_database: Database, tmp_path: Path) -> None:
    store = KeyStore(tmp_path, "main")
    async with journal(fresh_database, tmp_path) as log:
        await log.cosigned([], 1, 0)
    store.state_path.unlink()
    async with journal(fresh_database, tmp_path) as log:
        assert "keys adopt" in await refused(log)


async def test_a_lost_memory_and_a_lost_tail_sign_nothing(fresh_database: Database, tmp_path: Path) -> None:
    """The witness has seen more, or another tree: that is a fork risk, whoever else is asked."""
    signer = KeyStore(tmp_path, "main").signer(ORIGIN)
    with served(tmp_path / "a", "a.example", signer.verifier) as (one, a):
        assert one.add(request(0, hashes(50), signer)).status == 200
        KeyStore(tmp_path, "main").state_path.unlink()
        async with journal(fresh_database, tmp_path, a) as log:
            assert "fork risk" in await trouble(log)
            assert await log.note() is None


async def asked(log: Log, given: str, answer: Answer) -> Asked:
    """What a check makes of one witness that answers every request so."""

    async def same(_address: str, _body: bytes | None) -> Answer:
        return answer

    key, pool = log.platform.publisher.signer.verifier, log.platform.writer
    cosigner = Cosigner(log.platform.journal.id, key, policy_of(None, [given]), pool, same, lambda: 0.0, lambda: 0.0)
    return await cosigner.check(pool)


@pytest.mark.parametrize("answer", [Answer(404, "not here\n"), Answer(500, ""), Answer(403, ""), Answer(409, "x\n")])
async def test_what_is_no_answer_is_silence(fresh_database: Database, tmp_path: Path, answer: Answer) -> None:
    """A server that answers 404 to everything is no witness that knows nothing."""
    async with journal(fresh_database, tmp_path) as log:
        await log.cosigned([], await log.grow(), 0)
        found = await asked(log, NOBODY, answer)
        assert (found.newest, found.silent, found.enough) == (None, ("nobody.example",), False)


async def test_a_witness_that_refuses_the_proof_from_its_own_size_saw_another_tree(
    fresh_database: Database, tmp_path: Path
) -> None:
    """It shows no checkpoint (no monitoring), says a size that we have, and refuses our proof from there."""
    signer = KeyStore(tmp_path, "main").signer(ORIGIN)
    with served(tmp_path / "a", "a.example", signer.verifier) as (one, a):
        assert one.add(request(0, hashes(2), signer)).status == 200

        async def unmonitored(address: str, body: bytes | None) -> Answer:
            return Answer(404, "") if body is None else await ask(address, body)

        async with journal(fresh_database, tmp_path) as log:
            await log.grow()
            await log.cosigned([], await log.grow(), 0)
            pool = log.platform.writer
            cosigner = Cosigner(
                log.platform.journal.id, signer.verifier, policy_of(None, [a]), pool, unmonitored,
                lambda: 0.0, lambda: 0.0,
            )  # fmt: skip
            with pytest.raises(ForkRiskError, match="refuses the proof"):
                await cosigner.check(pool)
            # The same in the middle of a run stops publication too.
            assert await cosigner.collect() == 0
            assert cosigner.risk is not None


async def test_a_rotation_while_witnesses_watch(fresh_database: Database, tmp_path: Path) -> None:
    """A → A+B → B: no restart of the server, the cosigner or the witness; a check before and after finds no fork."""
    first = log_key(tmp_path)
    with served(tmp_path / "a", "a.example", first) as (one, a):
        async with journal(fresh_database, tmp_path, a) as log:
            ctx, store, cosigner = log.platform.context, log.platform.publisher.store, log.platform.cosigner
            keys = [Verifier.parse(one.key)]
            await log.cosigned(keys, await log.grow(), 1)
            begun = await begin_rotation(ctx, store)
            await log.cosigned(keys, begun.position + 1, 1)
            second = store.signers(ORIGIN)[1].verifier
            (tmp_path / "a" / "logs").glob("*")  # the witness's operator is told the key by another way than this
            lines = next((tmp_path / "a" / "logs").glob("*.keys"))
            lines.write_text(lines.read_text() + f"{second}\n")
            ended = await finish_rotation(ctx, store)
            note = await newest(log, ended.position + 1)
            opened = notes.open_note(note, [second, *keys])
            assert {found.verifier for found in opened.verified} == {second, *keys}
            assert not [line for line in notes.Note.parse(note).signatures if line.key_id == first.key_id]
            assert (await cosigner.check(log.platform.writer)).newest == Last(
                ORIGIN, ended.position + 1, store.last().root
            )
            assert (await log.client.get("/journals/main/key")).text == f"{second}\n"
            ready = (await log.client.get("/ready")).json()
            assert (ready["status"], ready["witnesses"]["a.example"]["trouble"]) == ("ready", None)
        async with journal(fresh_database, tmp_path, a) as log:
            await newest(log, await log.grow())


async def newest(log: Log, size: int) -> str:
    """The note of at least this size, once it is cosigned."""
    for _ in range(200):
        note = await log.note()
        if note is not None and int(note.split("\n")[1]) >= size and note.count("\n— ") > 1:
            return note
        await asyncio.sleep(0.05)
    raise AssertionError(log.platform.publisher.trouble, log.platform.cosigner.standings)


def test_a_memory_that_is_lost_says_whom_to_wait_for(tmp_path: Path) -> None:
    assert "w.example" in str(LostStateError(tmp_path, ["w.example"]))
    assert "made anew" not in str(LostStateError(tmp_path))
