"""What operators and callers see of a server at work: readiness, last uses of tokens, back-pressure, bad cursors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from db.pools import Database
from tests.schema.serving import Site, site
from tests.worlds import new_id

GIVE = """mutation G($input: RecordDonationInput!) { recordDonation(input: $input) {
    position errors { code ... on Busy { retryAfter } } } }"""


@pytest.fixture
async def served(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """The smallest world."""
    async with site(fresh_database, tmp_path / "data", publish=False) as made:
        yield made


async def test_a_server_that_still_seeds_is_not_ready_and_says_what_it_waits_for(served: Site) -> None:
    served.platform.starting = "the demo's world is being written"
    answer = await served.client.get("/ready")
    assert (answer.status_code, answer.json()["trouble"]) == (503, ["not ready yet: the demo's world is being written"])
    served.platform.starting = None
    answer = await served.client.get("/ready")
    assert (answer.status_code, answer.json()["server"]) == (200, served.platform.measurements.server)
    metrics = await served.client.get("/metrics", headers=served.headers("auditor"))
    assert f'mingzhang_server_info{{server="{served.platform.measurements.server}"}} 1.0' in metrics.text
    assert "mingzhang_holds_expired_total 0.0" in metrics.text


async def test_when_a_token_was_used_last_is_shown(served: Site) -> None:
    query = "{ apiTokens { role lastUsed } }"
    before = {row["role"]: row["lastUsed"] for row in (await served.data(query, "administrator"))["apiTokens"]}
    assert set(before.values()) == {None}
    for _ in range(3):
        await served.data("{ __typename }", "auditor")
    await served.platform.uses.write()
    after = {row["role"]: row["lastUsed"] for row in (await served.data(query, "administrator"))["apiTokens"]}
    assert (after["AUDITOR"] is not None, after["ADMINISTRATOR"] is not None, after["INSPECTOR"]) == (True, True, None)
    await served.platform.uses.write()


def gift() -> dict[str, Any]:
    """A donation that anyone could have made."""
    return {
        "id": new_id(), "organization": "hope", "donor": "NATURAL", "channel": "BANK", "custody": "hope-bank",
        "parts": [{"account": "hope-general", "amount": {"quantity": "1"}}],
    }  # fmt: skip


async def test_busy_is_told_in_the_answer_and_by_http(served: Site) -> None:
    door, headers = served.platform.door, served.headers("officer")
    body = {"query": GIVE, "variables": {"input": gift()}}
    door._has_room = lambda: False
    answer = await served.client.post("/graphql", json=body, headers=headers)
    told = answer.json()["data"]["recordDonation"]
    assert told["position"] is None
    assert (told["errors"][0]["code"], float(told["errors"][0]["retryAfter"]) > 0) == ("DISK_FULL", True)
    assert (answer.status_code, int(answer.headers["retry-after"]) >= 1) == (503, True)
    door._has_room = lambda: True
    await asyncio.sleep(float(told["errors"][0]["retryAfter"]))
    again = await served.client.post("/graphql", json=body, headers=headers)
    assert (again.status_code, again.json()["data"]["recordDonation"]["errors"]) == (200, [])
    assert "retry-after" not in again.headers


async def test_a_cursor_that_is_none_is_an_error_whatever_is_asked(served: Site) -> None:
    for asked in ("totalCount", "nodes { position }", "pageInfo { hasNextPage }", "__typename"):
        for argument in ('first: 1, after: "x"', 'last: 1, before: "x"'):
            found = await served.ask(f"{{ entries({argument}) {{ {asked} }} }}")
            assert found["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT", asked
