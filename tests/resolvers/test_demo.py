"""The demo's world: complete, the same at a second start, and it verifies."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from db.pools import Database
from resolvers.demo import seed
from tests.resolvers.import_books import balances, replayed, size
from tests.worlds import opened

KINDS = {
    "reference_loaded", "record_bound", "restriction_declared", "account_opened", "donation", "income", "allocation",
    "transfer", "disbursement", "expense", "bank_fee", "platform_fee", "fee_release", "conversion", "refund",
    "returned_payment", "correction", "delivery_confirmed", "evidence_attached", "import_opened", "import_closed",
}  # fmt: skip


async def test_the_demo_is_seeded_once_and_verifies(fresh_database: Database, tmp_path: Path) -> None:
    async with opened(fresh_database, tmp_path) as world:
        start = time.perf_counter()
        made = await seed(world.administrator)
        assert time.perf_counter() - start < 20
        entries = await size(world)
        assert 300 < entries < 800
        assert await seed(world.administrator) == made
        assert await size(world) == entries
        kinds = Counter(row["kind"] for row in await world.rows("entry"))
        assert set(kinds) >= KINDS
        assert [row["kind"] for row in await world.rows("entry") if row["breaches"]] == ["expense"]
        assert min((await balances(world)).values()) >= 0
        decisions = await world.rows("import_decision")
        assert sorted(row["resolved"] is not None for row in decisions) == [False] * 4 + [True]
        organizations = await world.rows("organization")
        assert {row["legal_form"] for row in organizations} == {"foundation", "association", "service", None}
        assert {row["level"] for row in organizations} == {"national", "province", "city", "county"}
        assert made.organization in {row["id"] for row in organizations}
        assert (await replayed(world)).size == entries
