"""Three serving processes append to one journal at once: no gap, no fork, no lost update."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from tests.simulation.served import Promises, Serving, Tokens, again, prepared, stored, verified

SERVERS = 3
CALLERS = 4
EACH = 25
"""Gifts of every caller, of which the first five are also sent by a caller of every other server."""
SHARED = 5


async def _all_at_once(addresses: list[str], tokens: Tokens) -> list[Promises]:
    """Every caller's gifts, to every server at the same time; what each server promised."""
    shared = [[str(uuid4()) for _ in range(SHARED)] for _ in range(CALLERS)]
    promised = [Promises() for _ in addresses]
    await asyncio.gather(*(
        again(address, tokens.officer, [*same, *(str(uuid4()) for _ in range(EACH - SHARED))], promises)
        for address, promises in zip(addresses, promised, strict=True)
        for same in shared
    ))  # fmt: skip
    return promised


def test_three_servers_write_one_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    data = tmp_path / "data"
    tokens = asyncio.run(prepared(data))
    servers = [Serving(data, tmp_path / "said")]
    try:
        addresses = [servers[0].ready()]  # the others are guests of its PostgreSQL
        servers += [Serving(data, tmp_path / f"said{n}") for n in range(1, SERVERS)]
        addresses += [server.ready() for server in servers[1:]]
        before = stored(addresses[0], tokens)
        promised = asyncio.run(_all_at_once(addresses, tokens))
        known = stored(addresses[-1], tokens)
        assert sorted(known.values()) == list(range(len(known)))
        assert len(known) == len(before) + CALLERS * (SHARED + SERVERS * (EACH - SHARED))
        for promises in promised:
            assert len(promises.given) == CALLERS * EACH
            assert promises.given.items() <= known.items()
        for address in addresses:
            code, report = verified(address, tokens)
            assert (code, report["checked"]["entries"]) == (0, len(known)), report["sentence"]
    finally:
        codes = [server.stop() for server in reversed(servers)]
    assert codes == [0] * len(codes)
