"""Trusted documents: named by digest, asked by address, not sent again while they say the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from db.pools import Database
from schema.asgi import trusted
from schema.asgi.settings import WEB
from tests.schema.serving import Site, site

HEAD = "query Head { head { size } }"
NAMED = "query Named($key: String!) { account(by: {key: $key}) { key balance { minorUnits } } }"


@pytest.fixture
async def desk(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """A served journal whose frontend has two documents, and where the public may send no others."""
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({trusted.id_of(HEAD): HEAD, trusted.id_of(NAMED)[7:]: NAMED}), "utf-8")
    async with site(fresh_database, tmp_path / "data", trusted=(manifest,), trusted_only=True) as made:
        yield made


async def _get(desk: Site, text: str, role: str | None = None, tag: str = "", **variables: object) -> httpx.Response:
    asked = {"documentId": trusted.id_of(text), "variables": json.dumps(variables)}
    headers = {**desk.headers(role), **({"if-none-match": tag} if tag else {})}
    return await desk.client.get("/graphql", params=asked, headers=headers)


async def test_an_id_is_asked_by_address_and_by_post(desk: Site) -> None:
    got = await _get(desk, NAMED, key="hope-general")
    assert got.json()["data"]["account"]["balance"]["minorUnits"] == "400000"
    body = {"documentId": trusted.id_of(NAMED), "variables": {"key": "hope-general"}}
    posted = await desk.client.post("/graphql", json=body)
    assert posted.json() == got.json()
    assert "etag" not in posted.headers


async def test_what_is_public_and_unchanged_is_not_sent_again(desk: Site) -> None:
    first = await _get(desk, NAMED, key="hope-general")
    again = await _get(desk, NAMED, tag=first.headers["etag"], key="hope-general")
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "public, no-cache"
    assert "Authorization" in again.headers["vary"]
    other = await _get(desk, NAMED, tag=first.headers["etag"], key="nobody")
    assert (other.status_code, other.json()["data"]) == (200, {"account": None})
    mine = await _get(desk, NAMED, "officer", tag=first.headers["etag"], key="hope-general")
    assert (mine.status_code, "etag" in mine.headers) == (200, False)


async def test_unknown_and_malformed_ids_are_named(desk: Site) -> None:
    cases: list[tuple[Any, int, str]] = [
        (trusted.id_of("{ nothing }"), 404, "PERSISTED_QUERY_NOT_FOUND"), ("sha256:", 400, "BAD_USER_INPUT"),
        ("md5:abc", 400, "BAD_USER_INPUT"), (5, 400, "BAD_USER_INPUT"), (["x"], 400, "BAD_USER_INPUT"),
    ]  # fmt: skip
    for given, status, code in cases:
        answer = await desk.client.post("/graphql", json={"documentId": given})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)
    both = await desk.client.post("/graphql", json={"documentId": trusted.id_of(HEAD), "query": HEAD})
    assert both.status_code == 400


async def test_the_public_sends_no_documents_of_its_own_where_only_trusted_ones_count(desk: Site) -> None:
    for role, status in ((None, 403), ("officer", 403), ("auditor", 200), ("inspector", 200), ("administrator", 200)):
        answer = await desk.client.post("/graphql", json={"query": HEAD}, headers=desk.headers(role))
        assert answer.status_code == status, role
    refused = await desk.client.post("/graphql", json={"query": HEAD})
    assert refused.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_REQUIRED"


def test_the_web_applications_documents_are_trusted() -> None:
    found = trusted.load(WEB)
    assert len(found) == len(list((WEB / "documents").glob("*.graphql")))
    assert all(trusted.id_of(text) == name for name, text in found.items())


@pytest.mark.parametrize("content", ["nonsense", "[]", '{"sha256:00": "x"}', '{"a": 5}'])
def test_a_manifest_that_lies_is_refused_at_start(tmp_path: Path, content: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content, "utf-8")
    with pytest.raises(trusted.TrustedError, match=r"manifest\.json"):
        trusted.load(tmp_path, [path])


async def test_every_answer_names_the_position_that_it_reflects(desk: Site) -> None:
    whole = await desk.ask("{ head { size } }", "auditor")
    executed = await desk.ask("{ head { size } __schema { queryType { name } } }", "auditor")
    for answer in (whole, executed):
        size = int(answer["data"]["head"]["size"])
        assert answer["extensions"]["journal"] == {"name": "demo", "position": str(size - 1)}
    silent = await desk.ask("{ __schema { queryType { name } } }", "auditor")
    assert "journal" not in silent["extensions"], "nothing was read of it"
