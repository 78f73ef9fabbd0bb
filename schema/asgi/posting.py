"""Requests to the addresses of webhooks: bounded, never redirected, and not to our own network.

The host is looked up once, every address that it has must be public, and the connection goes to the one that was
looked at: a name that changes its address in between leads nowhere else.  `private` lets tests and operators with
receivers beside the server have them.
"""

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import urlsplit

SECONDS: Final = 10.0
_MOST_BYTES: Final = 16_384


class AddressError(OSError):
    """The address is one that nothing is sent to."""


@cache
def _tls() -> ssl.SSLContext:
    """How servers prove who they are: the system's roots, and the host's name."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Poster:
    """Sends bodies; `private` addresses are refused unless allowed; `seconds` is all the time that one may take."""

    private: bool = False
    seconds: float = SECONDS
    tls: Callable[[], ssl.SSLContext] = _tls

    async def post(self, address: str, body: bytes, headers: dict[str, str]) -> int:
        """POST; answers the status; raises `OSError`, which says what was wrong."""
        try:
            async with asyncio.timeout(self.seconds):
                return await self._post(address, body, headers)
        except TimeoutError:
            raise OSError(f"no answer within {self.seconds:g} s") from None
        except (ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise OSError("the answer is not HTTP") from None

    async def _post(self, address: str, body: bytes, headers: dict[str, str]) -> int:
        parts = urlsplit(address)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        place = await self._looked_up(host, port)
        tls = {"ssl": self.tls(), "server_hostname": host} if secure else {}
        reader, writer = await asyncio.open_connection(place, port, limit=_MOST_BYTES, **tls)  # type: ignore[arg-type]  # typeshed knows no mixed dictionaries
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            lines = [
                f"POST {target} HTTP/1.1", f"Host: {parts.netloc}", "User-Agent: mingzhang", "Connection: close",
                f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items()),
            ]  # fmt: skip
            writer.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
            await writer.drain()
            version, status, *_ = (await reader.readuntil(b"\n")).decode("latin-1").split(" ", 2)
            if not version.startswith("HTTP/1."):
                raise ValueError(version)
            return int(status)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _looked_up(self, host: str, port: int) -> str:
        """An address of the host, if all that it has may be sent to."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
        places = [str(each[4][0]) for each in found]
        if not self.private and not all(is_public(place) for place in places):
            raise AddressError("the address lies in a private network, to which nothing is sent")
        return places[0]


_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/32")
"""Addresses behind which any IPv4 address may stand."""


def is_public(place: str) -> bool:
    """Whether an address is one of the internet at large."""
    found = ipaddress.ip_address(place.partition("%")[0])
    return found.is_global and not found.is_multicast and found not in _TRANSLATED
