"""`kill -9` of the serving process and of PostgreSQL at random moments, while donations come in over HTTP.

The fifty kills are in `test_kills.py`, at the door; here are a few, through everything that a caller meets.
"""

from __future__ import annotations

import asyncio
import random
import signal
from pathlib import Path
from uuid import uuid4

import pytest

from tests.simulation.served import Promises, Serving, Tokens, again, prepared, stored, verified, without_rest

ROUNDS = 6
CALLERS = 16
SEED = 20203


async def _round(serving: Serving, address: str, tokens: Tokens, promises: Promises, chance: random.Random) -> None:
    """Send again what nobody answered, then one more, then go on until somebody dies."""
    await again(address, tokens.officer, [*promises.unanswered, str(uuid4())], promises)
    assert not promises.unanswered
    callers = [asyncio.create_task(without_rest(address, tokens.officer, promises)) for _ in range(CALLERS)]
    await asyncio.sleep(0.05 + chance.random() * 0.4)
    serving.kill(chance.choice(["server", "postgresql"]))
    await asyncio.sleep(chance.random() * 0.2)
    serving.stop(signal.SIGKILL)
    await asyncio.wait_for(asyncio.gather(*callers), 30)


def test_nothing_acknowledged_over_http_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)  # it kills a PostgreSQL of its own
    data, said = tmp_path / "data", tmp_path / "said"
    tokens, promises, chance = asyncio.run(prepared(data)), Promises(), random.Random(SEED)
    for _ in range(ROUNDS):
        serving = Serving(data, said)
        try:
            asyncio.run(_round(serving, serving.ready(), tokens, promises, chance))
        finally:
            serving.stop(signal.SIGKILL)
    serving = Serving(data, said)
    try:
        address = serving.ready()
        asyncio.run(again(address, tokens.officer, promises.unanswered, promises))
        known = stored(address, tokens)
        assert {name: known.get(name) for name in promises.given} == promises.given
        assert promises.asked == promises.given.keys()
        assert sorted(known.values()) == list(range(len(known)))
        code, report = verified(address, tokens)
        assert (code, report["checked"]["entries"]) == (0, len(known)), report["sentence"]
    finally:
        serving.stop()
    assert len(promises.given) > ROUNDS
    assert promises.codes <= {"BUSY", "UNAVAILABLE"}
