"""A book as a source in memory, and as a small Starlette application that serves the HTTP contract of auditors."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from clients.auditor.rows import TABLES
from clients.auditor.source import Page
from ledger import tiles
from tests.clients.books import Book

TOKEN = "mz_auditor"


@dataclass
class Memory:
    """The source that a server over this book would be: tiles from the tile table, bundles from the leaves."""

    book: Book
    live: bool = True
    limit: int = 7
    asked: list[str] = field(default_factory=list)

    def checkpoint(self) -> bytes:
        """The newest note."""
        return self.book.note.encode()

    def key(self) -> str:
        """The key."""
        return self.book.key

    def resource(self, path: str) -> bytes | None:
        """A tile or bundle, as wide as asked; None when there is less."""
        self.asked.append(path)
        wanted = tiles.parse_path(path)
        start = wanted.index * tiles.WIDTH
        if isinstance(wanted, tiles.Bundle):
            leaves = self.book.leaves[start : start + wanted.width]
            return tiles.encode_bundle(leaves) if len(leaves) == wanted.width else None
        for row in self.book.tables["tile"]:
            if (row["level"], row["number"]) == (wanted.level, wanted.index) and isinstance(row["nodes"], str):
                hashes = bytes.fromhex(row["nodes"])
                return hashes[: wanted.width * 32] if len(hashes) >= wanted.width * 32 else None
        return None

    def tables(self) -> list[str]:
        """Every table."""
        return sorted(TABLES)

    def page(self, table: str, after: str | None) -> Page:
        """Some rows, in the order of the primary key."""
        key = {"record": ("noun", "id", "version")}.get(table, TABLES[table].key)
        rows = sorted(self.book.tables.get(table, []), key=lambda row: [_sortable(row[name]) for name in key])
        start = int(after or 0)
        limit = self.limit if len(rows) < 500 else 5000
        some = rows[start : start + limit]
        more = str(start + limit) if start + limit < len(rows) else None
        size = (self.book.tables.get("head") or [{"size": 0}])[0]["size"]
        size = size if type(size) is int and size >= 0 else len(self.book.leaves)
        return Page(table, b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in some), more, size)

    def close(self) -> None:
        """Nothing to give back."""


def _sortable(value: object) -> tuple[int, object]:
    return (0, value) if isinstance(value, int) else (1, str(value))


def application(memory: Memory, token: str | None = TOKEN) -> Starlette:
    """The contract over HTTP, for the journal `main`."""

    def refused(request: Request) -> Response | None:
        given = request.headers.get("authorization")
        if token is None or given == f"Bearer {token}":
            return None
        return JSONResponse({"error": "no"}, 403 if given else 401)

    def checkpoint(_: Request) -> Response:
        return PlainTextResponse(memory.checkpoint().decode())

    def key(_: Request) -> Response:
        return PlainTextResponse(memory.key() + "\n")

    def resource(request: Request) -> Response:
        path = f"tile/{request.path_params['rest']}"
        if path.startswith("tile/entries") and (no := refused(request)):
            return no
        body = memory.resource(path)
        return JSONResponse({"error": "none"}, 404) if body is None else Response(body)

    def listing(request: Request) -> Response:
        return refused(request) or JSONResponse({"version": 1, "tables": memory.tables()})

    def rows(request: Request) -> Response:
        if no := refused(request):
            return no
        page = memory.page(request.path_params["table"], request.query_params.get("after"))
        headers = {"X-Journal-Size": str(page.size)} | ({} if page.next is None else {"X-Next-After": page.next})
        return Response(page.body, headers=headers, media_type="application/jsonl")

    base = "/journals/main"
    return Starlette(
        routes=[
            Route("/", lambda _: Response("<!doctype html><p>hello", media_type="text/html")),
            Route(f"{base}/checkpoint", checkpoint),
            Route(f"{base}/key", key),
            Route(f"{base}/tile/{{rest:path}}", resource),
            Route(f"{base}/projections", listing),
            Route(f"{base}/projections/{{table}}", rows),
        ]
    )


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """Serve an application on a free port of this machine; give its address."""
    # With its protocol named, asyncio answers without waiting for acknowledgements (TCP_NODELAY).
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        config = uvicorn.Config(app, log_level="error", lifespan="off", loop="asyncio", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
