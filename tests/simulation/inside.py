"""The served application as an auditor's source, in this process: every route and query of it, and no socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from clients.auditor.errors import UndecidableError
from clients.auditor.source import PAGE_ROWS, Page


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application answered."""

    status: int
    headers: dict[str, str]
    body: bytes


async def ask(application: Any, path: str, token: str, **query: str) -> Answer:  # noqa: ANN401 - an ASGI application
    """One GET request, by the ASGI protocol itself."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": urlencode(query).encode(),
        "headers": [(b"host", b"inside"), (b"authorization", f"Bearer {token}".encode())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


@dataclass(slots=True)
class Inside:
    """A source for a verifier in another thread; the application answers in `loop`."""

    application: Any
    loop: asyncio.AbstractEventLoop
    token: str
    journal: str = "main"
    live: bool = True
    asked: int = 0

    def _get(self, path: str, **query: str) -> Answer | None:
        self.asked += 1
        asking = ask(self.application, f"/journals/{self.journal}/{path}", self.token, **query)
        answer = asyncio.run_coroutine_threadsafe(asking, self.loop).result(30)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise UndecidableError("status", status=answer.status, what=path)
        return answer

    def _must(self, path: str, **query: str) -> Answer:
        answer = self._get(path, **query)
        if answer is None:
            raise UndecidableError("not_there", what=path)
        return answer

    def checkpoint(self) -> bytes:
        """The newest signed note."""
        return self._must("checkpoint").body

    def key(self) -> str:
        """The verifier key."""
        return self._must("key").body.decode().strip()

    def resource(self, path: str) -> bytes | None:
        """A tile or entry bundle."""
        answer = self._get(path)
        return None if answer is None else answer.body

    def tables(self) -> list[str]:
        """The names of the served tables."""
        names: list[str] = orjson.loads(self._must("projections").body)["tables"]
        return names

    def page(self, table: str, after: str | None) -> Page:
        """Rows of a table."""
        mark = {} if after is None else {"after": after}
        answer = self._must(f"projections/{table}", limit=str(PAGE_ROWS), **mark)
        return Page(table, answer.body, answer.headers.get("x-next-after"), int(answer.headers["x-journal-size"]))

    def close(self) -> None:
        """Nothing to give back."""
