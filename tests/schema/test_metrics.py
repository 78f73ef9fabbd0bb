"""The operator's figures: who may read them, and that they count what happened."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from db.pools import Database
from ledger.rejections import Rejection
from tests.db.books import expense
from tests.schema.serving import Site, site
from tests.simulation.test_witnessed_log import NOBODY
from tests.simulation.witnessed import auditor_token, journal, log_key
from tests.simulation.witnessed import served as witness_served

Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
async def served(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """The smallest world of 7 entries, without a publisher."""
    async with site(fresh_database, tmp_path / "data", publish=False) as made:
        yield made


async def figures(served: Site) -> Figures:
    """All samples by name and labels."""
    answer = await served.client.get("/metrics", headers=served.headers("auditor"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("role", "status"),
    [(None, 401), ("officer", 403), ("inspector", 403), ("auditor", 200), ("administrator", 200)],
)
async def test_who_may_read_them(served: Site, role: str | None, status: int) -> None:
    answer = await served.client.get("/metrics", headers=served.headers(role))
    assert answer.status_code == status


async def test_they_count_what_happened(served: Site) -> None:
    before = await figures(served)
    assert before["mingzhang_commands_total", (("outcome", "appended"),)] == 7
    assert before["mingzhang_commands_total", (("outcome", "rejected"),)] == 0
    assert before["mingzhang_batch_commands_sum", ()] == 7
    assert before["mingzhang_commit_seconds_count", ()] == before["mingzhang_batch_commands_count", ()] > 0
    assert before["mingzhang_decide_seconds_sum", ()] > 0
    assert (before["mingzhang_journal_entries", ()], before["mingzhang_checkpoint_entries", ()]) == (7, 0)
    assert before["mingzhang_publication_lag_entries", ()] == 7
    assert before["mingzhang_publication_lag_seconds", ()] > 0
    assert before["mingzhang_queue_commands", ()] == 0
    assert before["mingzhang_pool_connections", (("pool", "door"), ("state", "most"))] == 2
    with pytest.raises(Rejection):
        await served.platform.door.append(expense(1))
    await served.client.get(f"/accounts/{uuid.uuid4()}")
    await served.client.request("BREW", "/health")
    after = await figures(served)
    assert after["mingzhang_commands_total", (("outcome", "rejected"),)] == 1
    assert after["mingzhang_commit_seconds_count", ()] == before["mingzhang_commit_seconds_count", ()]
    seen = {key for key in after if key[0] == "mingzhang_http_request_seconds_count"}
    # Neither a path nor a method that a caller made up becomes a label.
    assert {dict(labels)["route"] for _, labels in seen} <= {"/metrics", "/{path:path}", "/health", "-"}
    assert {dict(labels)["method"] for _, labels in seen} == {"GET", "other"}


async def test_a_published_head_leaves_no_lag(served: Site) -> None:
    publisher = served.platform.publisher
    conn = await served.platform.database.connect("door")
    try:
        await publisher.publish(conn)
    finally:
        await conn.close()
    found = await figures(served)
    assert found["mingzhang_checkpoint_entries", ()] == 7
    assert found["mingzhang_publication_lag_seconds", ()] == found["mingzhang_publication_lag_entries", ()] == 0


async def test_a_witness_that_lags_is_seen(fresh_database: Database, tmp_path: Path) -> None:
    key = log_key(tmp_path)
    with witness_served(tmp_path / "a", "a.example", key) as (_, a):
        async with journal(fresh_database, tmp_path, a, NOBODY) as log:
            await log.grow()
            size = await log.grow()
            name = next(iter(log.platform.cosigner.policy.witnesses.values())).key
            await log.cosigned([name], size, 1)
            token = {"authorization": f"Bearer {await auditor_token(log.platform)}"}
            text = (await log.client.get("/metrics", headers=token)).text
    assert 'mingzhang_witness_lag_entries{witness="a.example"} 0.0' in text
    assert f'mingzhang_witness_lag_entries{{witness="nobody.example"}} {size}.0' in text
    assert 'mingzhang_witness_trouble{witness="nobody.example"} 1.0' in text
    assert f"mingzhang_witnessed_entries {size}.0" in text
