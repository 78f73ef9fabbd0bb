"""WebSockets of the server: uvicorn's own protocol over `websockets`, for peers that stop to read.

uvicorn waits with a close frame until the peer has read what was sent before, and with the end of the connection until
it has read the frame: with a peer that never reads, for ever.  Here the frame goes behind what waits, and the
connection is cut when nobody has read it after a while.  Meanwhile the system holds no more than `HELD_BYTES` for it.
"""

import asyncio
import socket
from asyncio.transports import BaseTransport
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LINGER_SECONDS: Final = 10.0
"""For the peer to read a close frame."""

HELD_BYTES: Final = 128 * 1024
"""For what was sent and not yet read; the system would let this grow to megabytes for each connection."""


class Sockets(WebSocketsSansIOProtocol):
    """One connection."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Hold little for a peer that does not read."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, HELD_BYTES)

    async def send(self, message: Any) -> None:  # noqa: ANN401 - an ASGI message, as uvicorn types it privately
        """Send; a close does not wait for the peer to read."""
        if message["type"] == "websocket.close":
            self.writable.set()
        await super().send(message)

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The application has ended: so does the connection, in a while at the latest."""
        super().on_task_complete(task)
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)
