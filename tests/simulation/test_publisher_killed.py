"""The elected publisher is killed: another process takes over within seconds, and signs on."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx
import pytest

from db.embedded import Server
from tests.simulation.served import Caller, Promises, Serving, connected, prepared

SECONDS = 6.0
"""Within which the next one publishes: it asks each second whether it may."""


def leader(servers: list[Serving], addresses: list[str]) -> int:
    """Which of them publishes."""
    for _ in range(100):
        for n, address in enumerate(addresses):
            if servers[n].process.poll() is None and httpx.get(f"{address}ready").json()["publisher"] == "here":
                return n
        time.sleep(0.1)
    raise AssertionError("nobody publishes")


def signed(address: str) -> int:
    """How far the newest checkpoint reaches."""
    return int(httpx.get(f"{address}journals/main/checkpoint").text.split("\n")[1])


async def gift(address: str, token: str, identity: str) -> int:
    """Record a gift; its position."""
    promises = Promises()
    async with connected(address, token) as caller:
        assert isinstance(caller, Caller)
        assert await caller.donate(identity, promises)
    return promises.given[identity]


def test_another_takes_over_within_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    data = tmp_path / "data"
    tokens = asyncio.run(prepared(data))
    with Server.start(data):  # so that no process that is killed takes PostgreSQL with it
        servers = [Serving(data, tmp_path / f"said{n}") for n in range(2)]
        try:
            addresses = [server.ready() for server in servers]
            elected = leader(servers, addresses)
            servers[elected].process.kill()
            killed, left = time.monotonic(), addresses[1 - elected]
            position = asyncio.run(gift(left, tokens.officer, "00000000-0000-4000-8000-000000000001"))
            while signed(left) <= position:
                assert time.monotonic() - killed < SECONDS, "nobody took over"
                time.sleep(0.05)
            assert leader(servers, addresses) != elected
        finally:
            for server in reversed(servers):
                server.stop()
