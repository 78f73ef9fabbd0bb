"""A journal read over HTTP with the standard library: patient, keep-alive, never content with half an answer."""

import http.client
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import orjson

from clients.auditor.errors import UndecidableError
from clients.auditor.source import PAGE_ROWS, VERSION, Page

TIMEOUT: Final = 30
MOST_TIMEOUTS: Final = 4
"""An answer may take this many timeouts in all, so that one which trickles is given up."""
TRIES: Final = 4
MOST_BYTES: Final = 256 * 2**20
"""The largest answer that is taken; a page of rows has a few megabytes."""
MOST_DIGITS: Final = 19
"""Of a journal's size, which is below 2**63."""
WELL_KNOWN: Final = ("main", "demo")
"""Journals that are tried in this order when none is named."""
_PIECE: Final = 65536
_PAUSES: Final = (0.2, 1, 3)
_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_FORBIDDEN: Final = frozenset({401, 403})

Answer = tuple[bytes, http.client.HTTPMessage]


class Web:
    """The journal `journal` of the server at `address`; see `clients.auditor.source` for the contract."""

    live: Final = True

    def __init__(
        self, address: str, journal: str | None = None, token: str | None = None,
        *, timeout: float = TIMEOUT, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        parts = urlsplit(address if "://" in address else f"http://{address}")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UndecidableError("not_an_address", address=address)
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        base, _, named = parts.path.partition("/journals/")
        self._base = base.rstrip("/")
        self._origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._journal = journal or named.split("/")[0] or None
        self._token, self._timeout, self._sleep = token, timeout, sleep
        self._connection: http.client.HTTPConnection | None = None
        self.tries = TRIES

    @property
    def address(self) -> str:
        """The journal's address, for a person."""
        return f"{self._origin}{self._prefix()}"

    def checkpoint(self) -> bytes:
        """The newest signed note."""
        return self._there("checkpoint", self._get("checkpoint"))

    def key(self) -> str:
        """The verifier key that the server states."""
        return self._there("key", self._get("key")).decode("utf-8", "replace").strip()

    def resource(self, path: str) -> bytes | None:
        """A tile or entry bundle, or None when the server says that it is not there."""
        found = self._get(path)
        return None if found is None else found[0]

    def tables(self) -> list[str]:
        """The tables that the server serves; raises `UndecidableError` for a version that is unknown here."""
        body = self._there("projections", self._get("projections"))
        try:
            listing = orjson.loads(body)
            version, names = listing["version"], [str(name) for name in listing["tables"]]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise UndecidableError("not_json", what="projections") from None
        if version != VERSION:
            raise UndecidableError("unknown_version", what="projections", version=version)
        return names

    def page(self, table: str, after: str | None) -> Page:
        """One page of a table; the headers say where the next begins and how long the journal was."""
        query = {"limit": str(PAGE_ROWS)} | ({} if after is None else {"after": after})
        found = self._get(f"projections/{quote(table)}?{urlencode(query)}")
        body = self._there(f"projections/{table}", found)
        headers = found[1] if found else http.client.HTTPMessage()
        size = headers.get("X-Journal-Size", "")
        if not (size.isascii() and size.isdigit() and len(size) <= MOST_DIGITS):
            raise UndecidableError("no_size", what=table)
        return Page(table, body, headers.get("X-Next-After"), int(size))

    def twin(self) -> "Web":
        """A second connection to the same journal."""
        twin = Web(self._origin + self._base, self._journal, self._token, timeout=self._timeout, sleep=self._sleep)
        twin.tries = 1  # what fails ahead is asked again in its turn
        return twin

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _prefix(self) -> str:
        return f"{self._base}/journals/{quote(self._journal or '?')}"

    def _there(self, what: str, found: Answer | None) -> bytes:
        if found is None:
            raise UndecidableError("not_there", what=what, address=self.address)
        return found[0]

    def _find_journal(self) -> None:
        """Find out which journal is served when none was named."""
        for name in WELL_KNOWN:
            self._journal = name
            if self._get("key") is not None:  # a journal whose signed head is missing is there all the same
                return
        self._journal = None
        raise UndecidableError("no_journal", address=self._origin, tried=", ".join(WELL_KNOWN))

    def _get(self, path: str) -> Answer | None:
        """The answer's body and headers, or None for 404; tries again what may pass."""
        if self._journal is None:
            self._find_journal()
        target = f"{self._prefix()}/{path}"
        last = ""
        for n in range(self.tries):
            if n:
                self._sleep(_PAUSES[n - 1])
            try:
                status, headers, body = self._ask(target)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                last = f"{type(error).__name__}: {error}"
                continue
            if status not in _AGAIN:
                return self._judge(target, status, headers, body)
            last = f"HTTP {status}"
        raise UndecidableError("unreachable", address=f"{self._origin}{target}", why=last)

    def _ask(self, target: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        if self._connection is None:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            self._connection = kind(self._host, self._port, timeout=self._timeout)
        headers = {"Accept": "*/*", "User-Agent": "mingzhang-audit"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        self._connection.request("GET", target, headers=headers)
        with self._connection.getresponse() as response:  # closes the answer, not a connection that is kept alive
            chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
            if response.headers.get("Content-Length") is None and not chunked:
                self.close()
                raise UndecidableError("no_length", address=f"{self._origin}{target}")
            body = self._read(response, target)
        if response.will_close:
            self.close()
        return response.status, response.headers, body

    def _read(self, response: http.client.HTTPResponse, target: str) -> bytes:
        """The whole body; raises for one that is cut short, too large, or trickles for ever."""
        pieces, count, deadline = [], 0, time.monotonic() + MOST_TIMEOUTS * self._timeout
        while piece := response.read1(_PIECE):
            pieces.append(piece)
            count += len(piece)
            if count > MOST_BYTES:
                self.close()
                raise UndecidableError("too_large", address=f"{self._origin}{target}", most=MOST_BYTES)
            if time.monotonic() > deadline:
                raise TimeoutError("the answer trickles")
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        return b"".join(pieces)

    def _judge(self, target: str, status: int, headers: http.client.HTTPMessage, body: bytes) -> Answer | None:
        address = f"{self._origin}{target}"
        if status in _FORBIDDEN:
            raise UndecidableError("token_refused" if self._token else "token_missing", address=address, status=status)
        if 300 <= status < 400:  # noqa: PLR2004 -- the class of redirections; a token is not sent elsewhere
            raise UndecidableError("moved", address=address, to=headers.get("Location", "?"))
        start = body[:64].lstrip().lower()
        if headers.get_content_type() == "text/html" or start.startswith((b"<!doctype", b"<html")):
            raise UndecidableError("web_page", address=address)
        if status == 404:  # noqa: PLR2004 -- not found
            return None
        if status != 200:  # noqa: PLR2004 -- anything else is no answer
            raise UndecidableError("unreachable", address=address, why=f"HTTP {status}")
        return body, headers
