"""Over a real socket: what is no request is answered by 4xx, slow and huge bodies end, answers are compressed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest

from db.pools import Database
from schema.asgi import graphql as graphql_route
from schema.asgi.compression import LEAST, takes_gzip
from tests.schema.independent import listening
from tests.schema.serving import Site, site, smallest_world

GOOD = b'{"query": "{ head { size } }"}'
JSON = "application/json"
CHUNKED = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"


class Wire(NamedTuple):
    """A served journal, and a client that speaks to it over TCP."""

    desk: Site
    client: httpx.AsyncClient
    host: str
    port: int

    async def raw(self, *parts: bytes, wait: float = 0.0) -> bytes:
        """Send bytes as they are, and read what comes until the other side closes or half a second passes."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        found = b""
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(wait)
            async with asyncio.timeout(2):
                while part := await reader.read(65536):
                    found += part
        except (TimeoutError, ConnectionError):
            pass
        finally:
            writer.close()
        return found


@pytest.fixture
async def wire(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Wire]:
    """A journal with nothing in it but its opening, over TCP."""
    async with (
        site(fresh_database, tmp_path / "data", world=False, publish=False) as desk,
        listening(desk.platform) as address,
        httpx.AsyncClient(base_url=address, timeout=20) as client,
    ):
        parts = urlsplit(address)
        yield Wire(desk, client, str(parts.hostname), int(parts.port or 0))


def document(query: str, **more: object) -> bytes:
    """A request's body."""
    return json.dumps({"query": query, **more}).encode()


MALFORMED: dict[str, bytes] = {
    "nothing": b"", "null": b"null", "a number": b"5", "a text": b'"x"', "true": b"true", "a list": b"[]",
    "a batch": b'[{"query":"{__typename}"}]', "an empty object": b"{}", "spaces": b"   ", "a NUL": b"\0",
    "bad UTF-8": b'{"query":"\xff\xfe"}', "UTF-16": '{"query":"{__typename}"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD, "cut off": b'{"query":"{head', "not a number": b'{"query":NaN}',
    "100,000 lists": b"[" * 100_000, "100,000 lists, closed": b"[" * 50_000 + b"]" * 50_000,
    "100,000 objects": b'{"a":' * 20_000, "nested variables": b'{"query":"{__typename}","variables":' + b"[" * 90_000,
    "a lone surrogate": b'{"query": "\\ud800"}', "a NUL in the document": b'{"query": "{__typename \\u0000}"}',
    "an odd letter": b'{"query": "{__typename \\u00e9}"}', "a bell": b'{"query": "{__typename \\u0007}"}',
    "brackets": document("{a" * 40_000), "square brackets": document("query($x: " + "[" * 60_000 + "]) {a}"),
    "round brackets": document("(" * 100_000), "list values": document("{head(x: " + "[" * 60_000 + ")}"),
    "object values": document("{head(x: " + "{a:" * 30_000 + ")}"),
    "an endless string": document('{head(x: "' + "a" * 99),
    "an endless block": document('{head(x: """' + "a" * 99),
    "one letter": document("{"), "a spread of nothing": document("{...}"),
    "variables as text": document("{__typename}", variables="{}"),
    "variables as a list": document("{__typename}", variables=[]),
    "operationName as an object": document("{__typename}", operationName={}),
    "extensions as a list": document("{__typename}", extensions=[]), "a documentId as a number": b'{"documentId": 5}',
    "an unknown documentId": b'{"documentId": "sha256:' + b"0" * 64 + b'"}',
    "both": b'{"documentId": "sha256:' + b"0" * 64 + b'", "query": "{__typename}"}',
    "a query of no text": b'{"query": {"a": 1}}', "an empty query": b'{"query": "  "}',
    "a number of a thousand digits": document("{organizations(first: " + "9" * 1_000 + ") {totalCount}}"),
    "an endless number": document("{organizations(first: 1" + "e9" * 2_000 + ") {totalCount}}"),
    "a huge variable": b'{"query": "query($n: Int!) {organizations(first: $n) {totalCount}}", "variables": {"n": '
    + b"9" * 999 + b"}}",
}  # fmt: skip
"""Bodies that are no request, all sent as `application/json`."""


async def test_a_malformed_body_is_the_callers_error(wire: Wire) -> None:
    for name, accept in product(MALFORMED, ("application/graphql-response+json", JSON)):
        answer = await wire.client.post(
            "/graphql", content=MALFORMED[name], headers={"content-type": JSON, "accept": accept}
        )
        told = answer.json()
        assert answer.status_code < 500, (name, answer.text[:200])
        assert told["errors"][0]["message"], (name, answer.text[:200])
        assert told["errors"][0]["extensions"]["code"] != "INTERNAL_SERVER_ERROR"
        assert answer.status_code >= 400 or accept == JSON or "data" in told
    assert (await wire.client.post("/graphql", content=GOOD, headers={"content-type": JSON})).status_code == 200


HEADERS: dict[str, tuple[dict[str, str], int]] = {
    "no type": ({}, 415),
    "text": ({"content-type": "text/plain"}, 415),
    "a form": ({"content-type": "application/x-www-form-urlencoded"}, 415),
    "a form of parts": ({"content-type": "multipart/form-data; boundary=x"}, 415),
    "JSON by another name": ({"content-type": "application/json-foo"}, 415),
    "two types": ({"content-type": "application/json, text/plain"}, 415),
    "another character set": ({"content-type": "application/json; charset=utf-16"}, 415),
    "graphql": ({"content-type": "application/graphql"}, 415),
    "an answer that is none": ({"content-type": JSON, "accept": "image/png"}, 406),
    "half a media range": ({"content-type": JSON, "accept": ";;;,,/"}, 200),
    "a token that is none": ({"content-type": JSON, "authorization": "Bearer mz_x"}, 401),
    "another scheme": ({"content-type": JSON, "authorization": "Basic eDp5"}, 401),
    "an empty token": ({"content-type": JSON, "authorization": ""}, 401),
    "a long token": ({"content-type": JSON, "authorization": "Bearer mz_" + "x" * 9_000}, 401),
    "languages without end": ({"content-type": JSON, "accept-language": "zh;q=x," * 900}, 200),
    "codings without end": ({"content-type": JSON, "accept-encoding": "gzip;q=x," * 900}, 200),
    "an origin that is none": ({"content-type": JSON, "origin": "null"}, 200),
    "a body that says it is compressed": ({"content-type": JSON, "content-encoding": "gzip"}, 415),
}


async def test_odd_headers(wire: Wire) -> None:
    for name, (headers, status) in HEADERS.items():
        answer = await wire.client.post("/graphql", content=GOOD, headers=headers)
        assert answer.status_code == status, (name, answer.text)


async def test_bytes_that_are_no_http(wire: Wire) -> None:
    for sent in (
        b"\0\1\2\3\r\n\r\n", b"GET /graphql HTTP/9.9\r\n\r\n", b"POST /graphql\r\n\r\n",
        b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        CHUNKED + b"zz\r\n",
    ):  # fmt: skip
        found = await wire.raw(sent)
        assert not found.startswith(b"HTTP/1.1 5"), (sent, found[:80])
    assert (await wire.client.get("/health")).status_code == 200


async def test_a_huge_body_is_refused_before_it_has_arrived(wire: Wire) -> None:
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % 2**33
    found = await wire.raw(head, b"x" * (graphql_route.MOST_BYTES + 1))
    assert found.startswith(b"HTTP/1.1 413 ")


async def test_a_slow_body_is_not_waited_for(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphql_route, "MOST_SECONDS", 0.2)
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n"
    found = await wire.raw(head, *[b"{"] * 4, wait=0.1)
    assert found.startswith(b"HTTP/1.1 408 ")


async def test_who_hangs_up_is_no_fault(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"
    _, writer = await asyncio.open_connection(wire.host, wire.port)
    writer.write(head)
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    await asyncio.sleep(0.1)
    assert not [each for each in caplog.records if each.levelname in ("ERROR", "CRITICAL")]


async def test_a_request_has_a_deadline(wire: Wire) -> None:
    """Whatever keeps it: here the query waits for a connection that nobody gives back."""
    platform = wire.desk.platform
    platform.settings = replace(platform.settings, deadline=0.2)
    held = [await platform.reader.acquire() for _ in range(platform.reader.get_max_size())]
    try:
        answer = await wire.client.post(
            "/graphql", content=GOOD, headers={"content-type": JSON, "accept-language": "zh"}
        )
    finally:
        for conn in held:
            await platform.reader.release(conn)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (
        504,
        {"code": "DEADLINE_EXCEEDED", "seconds": 0.2},
    )
    assert "超时" in answer.text
    assert (await wire.client.post("/graphql", content=GOOD, headers={"content-type": JSON})).status_code == 200


async def test_long_answers_are_compressed(wire: Wire) -> None:
    body = document('{ __type(name: "Query") { name description fields { name description } } }')
    headers = {"content-type": JSON, **wire.desk.headers("auditor")}
    plain = await wire.client.post("/graphql", content=body, headers={**headers, "accept-encoding": "identity"})
    small = await wire.client.post("/graphql", content=body, headers={**headers, "accept-encoding": "br, gzip;q=0.5"})
    assert ("content-encoding" in plain.headers, small.headers["content-encoding"]) == (False, "gzip")
    assert plain.json() == small.json()
    assert int(small.headers["content-length"]) * 2 < int(plain.headers["content-length"])
    for answer in (plain, small):
        assert "Accept-Language" in answer.headers["vary"]
    assert "Accept-Encoding" in small.headers["vary"]
    short = await wire.client.post("/graphql", content=GOOD, headers={**headers, "accept-encoding": "gzip"})
    assert ("content-encoding" in short.headers, len(short.content) < LEAST) == (False, True)
    sdl = await wire.client.get("/schema.graphql", headers={"accept-encoding": "gzip"})
    assert (sdl.headers["content-encoding"], "type Query" in sdl.text) == ("gzip", True)


async def test_streams_are_not_held_back(wire: Wire) -> None:
    """What is sent in parts is sent as it is; what goes on in one piece is compressed."""
    await smallest_world(wire.desk.platform.context)
    path = "/journals/demo/accounts/hope-general/statement.csv"
    headers = {"accept-encoding": "gzip", **wire.desk.headers("auditor")}
    async with wire.client.stream("GET", path, headers=headers) as answer:
        assert (answer.status_code, "content-encoding" in answer.headers) == (200, False)
        assert "content-length" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [("", False), ("gzip", True), ("br, GZIP", True), ("gzip;q=0", False), ("gzip; q=0.000", False), ("x-gzip", True),
     ("identity", False), ("gzip;q=0.1, identity", True), ("*", False)],
)  # fmt: skip
def test_who_takes_gzip(accepted: str, takes: bool) -> None:  # noqa: FBT001 - a table's column
    assert takes_gzip(accepted) is takes


async def test_every_answer_has_an_id_of_its_own(wire: Wire) -> None:
    asked = [("GET", "/health"), ("GET", "/nothing.js"), ("POST", "/health"), ("POST", "/graphql"), ("GET", "/graphql")]
    answers = [await wire.client.request(method, path) for method, path in asked]
    assert len({answer.headers["x-request-id"] for answer in answers}) == len(asked)
