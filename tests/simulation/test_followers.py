"""Hundreds of followers on two server processes: every entry once and in order, over a restart of either.

MINGZHANG_LONG=1 pytest tests/simulation/test_followers.py                  1,000 followers
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from tests.simulation.served import Promises, Serving, Tokens, again, prepared, stored

FOLLOWERS = 1_000 if os.environ.get("MINGZHANG_LONG") else 200
EACH = 15
"""Gifts before, between and after the restarts."""
PATIENCE = 120.0
QUERY = "subscription ($after: BigInt) { entries(after: $after) { position leafHash } }"


class Follower:
    """Follows from a position on, at whichever server answers; `heard` is everything that it was told."""

    def __init__(self, number: int, after: int) -> None:
        self.number = number
        self.heard: list[int] = []
        self.hashes: list[str] = []
        self.after = after
        self.connections = 0

    async def follow(self, addresses: list[str], token: str) -> None:
        """Follow for ever: connect again, to the other server, whenever a connection ends."""
        turn = self.number
        while True:
            turn += 1
            with contextlib.suppress(WebSocketException, OSError, TimeoutError):
                await self._life(addresses[turn % len(addresses)], token)
            await asyncio.sleep(0.1)

    async def _life(self, address: str, token: str) -> None:
        at = address.replace("http:", "ws:") + "graphql"
        async with connect(at, subprotocols=[Subprotocol("graphql-transport-ws")], compression=None) as socket:
            init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
            await socket.send(orjson.dumps(init).decode())
            assert orjson.loads(await socket.recv())["type"] == "connection_ack"
            asked = {"query": QUERY, "variables": {"after": str(self.after)}}
            await socket.send(orjson.dumps({"id": "1", "type": "subscribe", "payload": asked}).decode())
            self.connections += 1
            async for frame in socket:
                message = orjson.loads(frame)
                assert message["type"] == "next", message
                entry = message["payload"]["data"]["entries"]
                self.heard.append(int(entry["position"]))
                self.hashes.append(entry["leafHash"])
                self.after = int(message["payload"]["extensions"]["resume"])


async def _record(address: str, tokens: Tokens) -> None:
    await again(address, tokens.officer, [str(uuid4()) for _ in range(EACH)], Promises())


async def _reached(followers: list[Follower], position: int) -> None:
    """Wait until all have heard of a position."""
    async with asyncio.timeout(PATIENCE):
        while any(one.after < position for one in followers):  # noqa: ASYNC110 - they are told by servers, not by us
            await asyncio.sleep(0.05)


def test_everybody_hears_every_entry_once_over_a_restart_of_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    data = tmp_path / "data"
    tokens = asyncio.run(prepared(data))
    servers = [Serving(data, tmp_path / "said0")]
    try:
        addresses = [servers[0].ready()]
        servers.append(Serving(data, tmp_path / "said1"))
        addresses.append(servers[1].ready())
        known = asyncio.run(_told(servers, addresses, tokens, data, tmp_path))
        assert known
    finally:
        codes = [server.stop() for server in reversed(servers)]
    assert codes == [0] * len(codes)


async def _told(
    servers: list[Serving], addresses: list[str], tokens: Tokens, data: Path, folder: Path
) -> dict[str, int]:
    """The entries that everybody has heard of."""
    start = len(await asyncio.to_thread(stored, addresses[0], tokens)) - 1
    followers = [Follower(n, start) for n in range(FOLLOWERS)]
    following = [asyncio.create_task(one.follow(addresses, tokens.auditor)) for one in followers]
    try:
        await _record(addresses[1], tokens)
        await _reached(followers, start + EACH)
        for turn in (1, 0):  # the first also runs PostgreSQL for both
            recording = asyncio.create_task(_record(addresses[1 - turn], tokens)) if turn else None
            await asyncio.to_thread(servers[turn].stop)
            servers[turn] = Serving(data, folder / f"again{turn}")
            addresses[turn] = await asyncio.to_thread(servers[turn].ready)
            if recording is not None:
                await recording
            await _record(addresses[turn], tokens)
        known = await asyncio.to_thread(stored, addresses[0], tokens)
        await _reached(followers, len(known) - 1)
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    for one in followers:
        assert one.heard == list(range(start + 1, len(known)))
    assert len({tuple(one.hashes) for one in followers}) == 1
    assert all(one.connections > 1 for one in followers)
    return known
