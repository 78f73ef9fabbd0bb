"""Tokens over HTTP: known without a statement, refused everywhere within a second, and kept to their scopes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from db.pools import Database
from resolvers.context import Role
from resolvers.policy import ACTIONS, READING
from resolvers.tokens import create_token, revoke_token
from schema.asgi.recognition import FRESH_SECONDS, Recognition
from schema.rates import Rates
from tests.schema.serving import Site, site

CREATE = "mutation($input: CreateTokenInput!) { createToken(input: $input) { id token errors { code message } } }"
REVOKE = "mutation($input: RevokeTokenInput!) { revokeToken(input: $input) { id errors { code } } }"
CLOSE = """mutation($id: UUID!) {
  closePeriod(input: {
    id: $id, organization: "hope", through: "2026-01-31", authority: "council"}) { errors { code } } }"""
ACCOUNT = """mutation($id: UUID!) { openAccount(input: {
  id: $id, organization: "hope", account: "hope-new"}) { errors { code } } }"""


@pytest.fixture
async def desk(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """A served journal, which looks after what it remembers."""
    async with site(fresh_database, tmp_path / "data", publish=False) as made:
        yield made


class Clock:
    """A clock that is moved by hand."""

    now = 5.0

    def __call__(self) -> float:
        """The time."""
        return self.now


class Counted:
    """A pool that counts statements."""

    def __init__(self, pool: Any) -> None:  # noqa: ANN401 - an asyncpg pool
        self.pool = pool
        self.statements = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the pool's own
        """The pool's, counted."""
        self.statements += 1
        return getattr(self.pool, name)


def bearer(token: str | None) -> dict[str, str]:
    """The header of a token."""
    return {"authorization": f"Bearer {token}"}


async def status(desk: Site, token: str) -> int:
    """What a question with this token is answered with."""
    answer = await desk.client.post("/graphql", json={"query": "{__typename}"}, headers=bearer(token))
    return answer.status_code


async def test_a_token_that_was_seen_needs_no_statement(desk: Site) -> None:
    token = desk.tokens["auditor"]
    assert await status(desk, token) == 200
    counted = desk.platform.tokens.reader = Counted(desk.platform.reader)
    assert [await status(desk, token) for _ in range(20)] == [200] * 20
    assert counted.statements == 0


async def test_revoked_in_another_process_is_refused_within_a_second(desk: Site) -> None:
    ctx = desk.platform.context
    made = await create_token(ctx, role=Role.AUDITOR, label="x")
    other = Recognition(desk.platform.reader, desk.platform.writer)
    desk.platform.tokens = other  # what this process remembers; the revoking one is another
    looking = asyncio.create_task(other.run())
    try:
        for _ in range(3):
            assert await status(desk, made.token) == 200
            await asyncio.sleep(0.3)
        await revoke_token(ctx, made.id)
        await asyncio.sleep(FRESH_SECONDS)
        assert await status(desk, made.token) == 401
    finally:
        looking.cancel()


async def test_where_nobody_looks_again_nothing_counts_for_long(desk: Site) -> None:
    ctx, clock = desk.platform.context, Clock()
    made = await create_token(ctx, role=Role.AUDITOR, label="x")
    desk.platform.tokens = Recognition(desk.platform.reader, desk.platform.writer, clock)
    assert await status(desk, made.token) == 200
    await revoke_token(ctx, made.id)
    clock.now += FRESH_SECONDS - 0.01
    assert await status(desk, made.token) == 200, "which is why the process that revokes forgets at once"
    clock.now += 0.02
    assert await status(desk, made.token) == 401


async def test_revoking_here_is_seen_at_once(desk: Site) -> None:
    made = await create_token(desk.platform.context, role=Role.AUDITOR, label="x")
    assert await status(desk, made.token) == 200
    found = await desk.data(REVOKE, "administrator", input={"token": str(made.id)})
    assert found == {"revokeToken": {"id": str(made.id), "errors": []}}
    assert await status(desk, made.token) == 401


async def test_a_token_that_ends_ends_while_it_is_remembered(desk: Site) -> None:
    platform = desk.platform
    now = platform.context.now()
    made = await create_token(platform.context, role=Role.AUDITOR, label="x", expires=now + timedelta(seconds=60))
    digest = sha256(made.token.encode()).digest()
    known = await platform.tokens.looked_up(digest)
    assert known is not None
    assert known.counts(now + timedelta(seconds=59))
    assert not known.counts(now + timedelta(seconds=60))


async def test_memory_is_bounded(desk: Site) -> None:
    clock = Clock()
    few = Recognition(desk.platform.reader, desk.platform.writer, clock, most=2)
    digests = [sha256(token.encode()).digest() for token in desk.tokens.values()]
    for digest in digests:
        assert await few.looked_up(digest) is not None
    assert [few.remembered(digest) is not None for digest in digests] == [False] * 3 + [True] * 2
    assert await few.looked_up(b"\x00" * 32) is None
    assert few.remembered(b"\x00" * 32) is None
    clock.now += 60
    await few.once()
    assert [few.remembered(digest) for digest in digests] == [None] * 5


async def test_guessing_is_charged_to_the_address(fresh_database: Database, tmp_path: Path) -> None:
    rates = Rates(burst=5, requests=1)
    async with site(fresh_database, tmp_path / "data", world=False, publish=False, rates=rates) as desk:
        codes = [await status(desk, f"mz_{n:043}") for n in range(7)]
        assert (codes[:5], set(codes[5:])) == ([401] * 5, {429})
        assert await status(desk, desk.tokens["auditor"]) == 429, "the price of sharing an address with who guesses"
        found = await desk.client.get("/journals/demo/tile/entries/000.p/1", headers=desk.headers("auditor"))
        assert found.status_code == 200, "but nobody keeps an auditor from the leaves"
        assert await status(desk, desk.tokens["auditor"]) == 200, "nor, once its token was seen, from the rest"


async def test_scopes(desk: Site) -> None:
    made = await desk.data(
        CREATE,
        "administrator",
        input={"role": "OFFICER", "organization": "hope", "label": "x", "scopes": ["open-account"]},
    )
    token = made["createToken"]["token"]
    ids = ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002")
    for query, name in ((ACCOUNT, ids[0]), (CLOSE, ids[1])):
        answer = await desk.client.post(
            "/graphql", json={"query": query, "variables": {"id": name}}, headers=bearer(token)
        )
        assert "data" in answer.json(), answer.text
        errors = [error["code"] for payload in answer.json()["data"].values() for error in payload["errors"]]
        assert errors == ([] if query is ACCOUNT else ["FORBIDDEN"]), answer.text
    listed = await desk.data("{ apiTokens { label scopes } }", "administrator")
    assert {"label": "x", "scopes": ["open-account"]} in listed["apiTokens"]
    assert {"label": "test", "scopes": None} in listed["apiTokens"]


async def test_a_token_that_only_reads(desk: Site) -> None:
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.INSPECTOR):
        made = await create_token(desk.platform.context, role=role, label="x", scopes=[])
        answer = await desk.client.post(
            "/graphql", json={"query": "{ beneficiaries(first: 1) { totalCount } }"}, headers=bearer(made.token)
        )
        assert answer.json()["data"] == {"beneficiaries": {"totalCount": 0}}, "what it reads is what its role reads"
        assert (
            await desk.client.get("/journals/demo/tile/entries/000.p/1", headers=bearer(made.token))
        ).status_code == 403
        reading = [action for action in READING if role in ACTIONS[action]]
        made = await create_token(desk.platform.context, role=role, label="x", scopes=reading)
        assert (
            await desk.client.get("/journals/demo/tile/entries/000.p/1", headers=bearer(made.token))
        ).status_code == 200


async def test_no_token_makes_one_that_may_do_more(desk: Site) -> None:
    made = await create_token(
        desk.platform.context, role=Role.ADMINISTRATOR, label="x", scopes=["manage-tokens", "import"]
    )

    async def create(**more: object) -> list[str]:
        asked = {"query": CREATE, "variables": {"input": {"label": "y", "role": "ADMINISTRATOR", **more}}}
        answer = await desk.client.post("/graphql", json=asked, headers=bearer(made.token))
        return [error["code"] for error in answer.json()["data"]["createToken"]["errors"]]

    assert await create(scopes=["import"]) == []
    for wrong in ({}, {"scopes": None}, {"scopes": ["load-reference"]}, {"scopes": ["import", "no such"]}):
        assert await create(**wrong) == ["MALFORMED"], wrong
    assert await create(role="AUDITOR", scopes=["import"]) == ["MALFORMED"], "no action of that role"
