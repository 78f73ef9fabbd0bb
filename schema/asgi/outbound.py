"""Requests that the server itself sends, to witnesses: short, bounded, never redirected, in a thread of their own."""

import asyncio
import http.client
from typing import Final
from urllib.parse import urlsplit

from resolvers.cosignatures import Answer

TIMEOUT: Final = 10.0
_MOST_BYTES: Final = 65_536


async def ask(address: str, body: bytes | None) -> Answer:
    """POST a body, or GET without one; raises `OSError` when there is no whole answer in time."""
    return await asyncio.wait_for(asyncio.to_thread(_ask, address, body), 2 * TIMEOUT)


def _ask(address: str, body: bytes | None) -> Answer:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise OSError(f"{address} is no address of a witness")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=TIMEOUT)
    try:
        headers = {"User-Agent": "mingzhang"} | ({} if body is None else {"Content-Type": "text/plain"})
        connection.request("GET" if body is None else "POST", parts.path or "/", body, headers)
        with connection.getresponse() as response:
            found = response.read(_MOST_BYTES + 1)
            if len(found) > _MOST_BYTES:
                raise OSError(f"{address} answers with more than {_MOST_BYTES} bytes")
            return Answer(response.status, found.decode("utf-8", "replace"))
    except http.client.HTTPException as error:
        raise OSError(f"{address}: {type(error).__name__}: {error}") from error
    finally:
        connection.close()
