"""GraphQL over HTTP: what is no request is answered by 4xx, never by 500; who asks is known."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from db.pools import Database
from resolvers.context import Role
from resolvers.tokens import create_token, revoke_token
from schema.asgi import graphql as graphql_route
from tests.schema.serving import Site, site

BODIES = [
    b"", b"null", b"5", b'"x"', b"[]", b'[{"query":"{__typename}"}]', b"{}", b"\xff\xfe", b'{"query":', b"[" * 5000,
    b'{"query":' + b"[" * 2000 + b"]" * 2000 + b"}", b'{"query": 5}', b'{"query": ""}', b'{"query": null}',
    b'{"query": "{__typename}", "variables": 5}', b'{"query": "{__typename}", "variables": []}',
    b'{"query": "{__typename}", "operationName": 5}', b'{"query": "{__typename}", "extensions": "x"}',
    b'{"query": "{__typename}", "operationName": "Nobody"}', b'{"query": "\\ud800"}',
    json.dumps({"query": "{a" * 4000}).encode(), json.dumps({"query": "query($x: [[[Int]]]) " + "[" * 9000}).encode(),
    json.dumps({"query": "fragment F on Query { __typename }"}).encode(),
    b'{"query": "query A {__typename} query B {__typename}"}',
]  # fmt: skip


@pytest.fixture
async def desk(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """A served journal with nothing in it but its opening."""
    async with site(fresh_database, tmp_path / "data", world=False, publish=False) as made:
        yield made


async def test_bodies_that_are_no_request(desk: Site) -> None:
    for body in BODIES:
        answer = await desk.client.post("/graphql", content=body, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, (body[:80], answer.text)
        assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200), ("application/json; charset=utf-8", 200), ("application/json-foo", 415),
        ("text/plain", 415), ("", 415), ("application/json; charset=gbk", 415), ("multipart/form-data", 415),
        ("application/x-www-form-urlencoded", 415),
    ],
)  # fmt: skip
async def test_the_content_type_is_exact(desk: Site, kind: str, status: int) -> None:
    answer = await desk.client.post("/graphql", content=b'{"query":"{__typename}"}', headers={"content-type": kind})
    assert answer.status_code == status


async def test_an_operation_that_is_not_there_is_named(desk: Site) -> None:
    asked = {"query": "query A {__typename} query B {head {size}}", "operationName": "C"}
    answer = await desk.client.post("/graphql", json=asked)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (400, 'Unknown operation named "C".')
    answer = await desk.client.post("/graphql", json={**asked, "operationName": "A"})
    assert answer.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    "query",
    [
        r'{account(by: {key: "a\u0000"}) {id}}', r'{accounts(first: 1, where: {key: {eq: "\u0000"}}) {totalCount}}',
        r'{accounts(first: 1, where: {key: {in: ["a", "\u0000"]}}) {nodes {id}}}',
        r'{organizations(first: 1, where: {name: {contains: "\u0000"}}) {totalCount}}',
    ],
)  # fmt: skip
async def test_text_that_no_database_holds_is_the_callers_error(desk: Site, query: str) -> None:
    answer = await desk.client.post("/graphql", json={"query": query})
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["BAD_USER_INPUT"]


async def test_a_body_that_does_not_arrive_is_not_waited_for(desk: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphql_route, "MOST_SECONDS", 0.05)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(5)

    answer = await desk.client.post("/graphql", content=slowly(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (408, "BAD_USER_INPUT")


async def test_media_types(desk: Site) -> None:
    good, bad = b'{"query":"{__typename}"}', b'{"query":"{nobody}"}'
    for accept, kind, of_bad in (
        ("application/json", "application/json", 200),
        ("*/*", "application/json", 200),
        ("application/graphql-response+json", "application/graphql-response+json", 400),
        ("application/graphql-response+json, application/json;q=0.9", "application/graphql-response+json", 400),
    ):
        headers = {"content-type": "application/json", "accept": accept}
        answer = await desk.client.post("/graphql", content=good, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (200, f"{kind}; charset=utf-8")
        answer = await desk.client.post("/graphql", content=bad, headers=headers)
        assert (answer.status_code, "data" in answer.json()) == (of_bad, False)
    refused = await desk.client.post("/graphql", content=good, headers={**headers, "accept": "image/png"})
    assert refused.status_code == 406


async def test_get_answers_queries_only(desk: Site) -> None:
    answer = await desk.client.get("/graphql", params={"query": "{__typename}"})
    assert answer.json()["data"] == {"__typename": "Query"}
    answer = await desk.client.get("/graphql", params={"query": "mutation{startVerification(input:{}){started}}"})
    assert answer.status_code == 405
    answer = await desk.client.get("/graphql", params={"query": "{__typename}", "variables": "{"})
    assert answer.status_code == 400
    answer = await desk.client.get("/graphql", headers={"accept": "text/html"})
    assert answer.status_code == 307


async def test_bodies_have_a_limit_by_role(desk: Site) -> None:
    body = json.dumps({"query": "{__typename}", "variables": {"x": "y" * 200_000}}).encode()
    for role, status in ((None, 413), ("auditor", 413), ("officer", 200)):
        headers = {"content-type": "application/json", **desk.headers(role)}
        assert (await desk.client.post("/graphql", content=body, headers=headers)).status_code == status


async def test_tokens(desk: Site) -> None:
    ctx = desk.platform.context
    assert (await desk.data("{head{size}}"))["head"] == {"size": "1"}
    made = await create_token(ctx, role=Role.AUDITOR, label="short", expires=ctx.now() + timedelta(seconds=0.2))
    gone = await create_token(ctx, role=Role.AUDITOR, label="gone")
    desk.tokens |= {"expired": made.token, "revoked": gone.token, "unknown": "mz_x", "other": "x"}
    assert (await desk.data("{__typename}", "revoked")) == {"__typename": "Query"}
    await revoke_token(ctx, UUID(str(gone.id)))
    while (await desk.client.get("/graphql?query={__typename}", headers=desk.headers("expired"))).status_code == 200:
        pass
    for role in ("expired", "revoked", "unknown", "other"):
        answer = await desk.client.post("/graphql", json={"query": "{__typename}"}, headers=desk.headers(role))
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert "www-authenticate" in answer.headers
    chinese = {**desk.headers("unknown"), "accept-language": "de, zh-CN;q=0.9, en;q=0.8"}
    answer = await desk.client.post("/graphql", json={"query": "{__typename}"}, headers=chinese)
    assert "令牌" in answer.text


async def test_pages_headers_and_cors(desk: Site) -> None:
    for path in ("/", "/graphiql", "/donations/5", "/schema.graphql", "/health"):
        answer = await desk.client.get(path, headers={"accept": "text/html"})
        assert answer.status_code == 200, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert len(answer.headers["x-request-id"]) == 32
    assert (await desk.client.get("/nothing.js")).status_code == 404
    for path in ("/../pyproject.toml", "/%2e%2e/pyproject.toml", "/.git/config", "/%00", "/vendor/../../../db/x.sql"):
        answer = await desk.client.get(path)
        assert answer.status_code == 404, path
    answer = await desk.client.get("/health", headers={"origin": "http://localhost:5173"})
    assert answer.headers["access-control-allow-origin"] == "http://localhost:5173"
    answer = await desk.client.get("/health", headers={"origin": "http://localhost.evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    assert "type Query" in (await desk.client.get("/schema.graphql")).text


async def test_ready_says_what_is_wrong(desk: Site) -> None:
    answer = await desk.client.get("/ready")
    assert answer.json() | {"fences": []} == {
        "server": desk.platform.measurements.server,
        "status": "ready", "journal": "demo", "size": 1, "waiting": 0, "publisher": "elsewhere", "trouble": [],
        "fences": [], "witnesses": {},
    }  # fmt: skip
    desk.platform.publisher.trouble = "fork risk"
    answer = await desk.client.get("/ready")
    assert (answer.status_code, answer.json()["trouble"]) == (503, ["fork risk"])
