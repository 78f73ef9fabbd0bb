"""A real server in this process, and followers who speak graphql-transport-ws to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from schema.asgi.application import application
from schema.asgi.composition import Platform
from schema.asgi.ports import bound
from schema.asgi.serving import Server, configured
from schema.asgi.subscriptions import PROTOCOL, Rules
from tests.schema.serving import built

PATIENCE = 10.0
ENTRIES = """subscription ($after: BigInt, $where: EntryWhere) {
  entries(after: $after, where: $where) { position kind } }"""


@asynccontextmanager
async def listening(platform: Platform, **rules: Any) -> AsyncIterator[str]:  # noqa: ANN401 - the fields of `Rules`
    """Serve an opened installation on a port; the address of its WebSockets."""
    app = application(platform, built())
    app.state.rules = Rules(**rules)
    with bound("127.0.0.1", 0) as door:
        server = Server(configured(app))
        task = asyncio.create_task(server.serve(sockets=[door]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for this
            await asyncio.sleep(0.01)
        try:
            yield f"ws://127.0.0.1:{door.getsockname()[1]}/graphql"
        finally:
            server.should_exit = True
            await task


class Follower:
    """One connection."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, **message: Any) -> None:  # noqa: ANN401 - the fields of a message
        """Send a message."""
        await self.socket.send(orjson.dumps(message).decode())

    async def hear(self) -> dict[str, Any]:
        """The next message, which must be a text frame."""
        frame = await asyncio.wait_for(self.socket.recv(), PATIENCE)
        assert isinstance(frame, str), "text frames alone"
        found: dict[str, Any] = orjson.loads(frame)
        return found

    async def init(self, token: str | None = None) -> None:
        """Say who we are, and be acknowledged."""
        payload = {"authorization": f"Bearer {token}"} if token else {}
        await self.say(type="connection_init", payload=payload)
        assert await self.hear() == {"type": "connection_ack"}

    async def follow(self, query: str = ENTRIES, name: str = "1", **variables: Any) -> None:  # noqa: ANN401 - any variables of a document
        """Subscribe."""
        await self.say(id=name, type="subscribe", payload={"query": query, "variables": variables})

    async def events(self, count: int, name: str = "1") -> list[dict[str, Any]]:
        """The payloads of the next events."""
        found = []
        for _ in range(count):
            message = await self.hear()
            assert (message["type"], message["id"]) == ("next", name), message
            found.append(message["payload"])
        return found

    async def closed(self) -> tuple[int | None, str | None]:
        """Wait for the end; its code and reason."""
        await asyncio.wait_for(self.socket.wait_closed(), PATIENCE)
        return self.socket.close_code, self.socket.close_reason


@asynccontextmanager
async def follower(
    address: str,
    protocol: str | None = PROTOCOL,
    **options: Any,  # noqa: ANN401 - those of `websockets`
) -> AsyncIterator[Follower]:
    """Connect."""
    subprotocols = None if protocol is None else [Subprotocol(protocol)]
    async with connect(address, subprotocols=subprotocols, **options) as socket:
        yield Follower(socket)
