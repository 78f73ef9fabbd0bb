"""Answers compressed by gzip where the client takes it and the answer is one piece of text above some size.

A stream passes as it is: its first part would wait for the next.  What a route compressed itself stays as it is.
"""

import gzip
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST: Final = 1_400
"""Bytes; what fits into one packet is not sent any quicker when it is smaller."""
_LONG: Final = 128 * 1024
"""Bytes that are compressed beside the event loop."""
_LEVEL: Final = 1
"""Most of the gain for a tenth of the time."""
_TEXT: Final = ("application/json", "application/graphql-response+json", "text/plain", "text/html")


class Compression:
    """Compresses whole answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not takes_gzip(Headers(scope=scope).get("accept-encoding", "")):
            await self.app(scope, receive, send)
            return
        start: Message | None = None

        async def held(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                first, start = start, None
                if message["type"] == "http.response.body" and not message.get("more_body", False):
                    message = await _compressed(first, message)
                await send(first)
            await send(message)

        await self.app(scope, receive, held)


def takes_gzip(accepted: str) -> bool:
    """Whether `Accept-Encoding` names gzip, and not with a weight of nothing."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in ("gzip", "x-gzip"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


async def _compressed(start: Message, message: Message) -> Message:
    """The body of an answer, smaller where that is worth it; the headers in `start` are made to fit."""
    headers, body = MutableHeaders(scope=start), message.get("body", b"")
    if not headers.get("content-type", "").startswith(_TEXT) or "content-encoding" in headers:
        return message
    headers.add_vary_header("Accept-Encoding")
    if len(body) < LEAST:
        return message
    small = await run_in_threadpool(_small, body) if len(body) > _LONG else _small(body)
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(small))
    tag = headers.get("etag")
    if tag is not None and not tag.startswith("W/"):
        headers["ETag"] = f"W/{tag}"
    return {**message, "body": small}


def _small(body: bytes) -> bytes:
    return gzip.compress(body, _LEVEL, mtime=0)
