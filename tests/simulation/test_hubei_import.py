"""The main job on real input: fourteen published workbooks of a province, from files to a verified journal."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from db.pools import Database
from resolvers.donation_files import agrees
from resolvers.imports import import_donations
from tests.resolvers.import_books import CODE, ORGANIZATION, balances, replayed
from tests.worlds import opened

HUBEI = Path(__file__).resolve().parents[2] / "../shared/data/hubei_2020"
Row = Mapping[str, Any]
ROWS, TOTAL = 35_246, 70_140_126_391
TWICE = {"file": "donate04.xlsx", "reason": "ROWS_CAME_BEFORE", "rows": 1_995, "amount": "153967316.14"}


@pytest.mark.skipif(not HUBEI.is_dir(), reason="the shared data pages are not beside this checkout")
async def test_fourteen_workbooks_become_a_journal(fresh_database: Database, tmp_path: Path) -> None:
    files = [(path.name, path.read_bytes()) for path in sorted(HUBEI.glob("donate*.xlsx"))]
    async with opened(fresh_database, tmp_path) as world:
        told = await import_donations(
            world.administrator, files, organization=CODE, organization_name="湖北示范慈善总会"
        )
        report = told.as_json()
        assert report["accepted"] == {"rows": ROWS, "amount": "701401263.91"}
        assert report["refused"] == [TWICE]
        assert len(report["decisions"]) == 137
        assert told.complete
        entries = await world.rows("entry")
        assert report["entries"] == {"from": 1, "to": len(entries) - 1}
        assert Counter(row["kind"] for row in entries)["donation"] == ROWS
        assert sum(row["breaches"] for row in entries) == 0
        days = _days(entries, await world.rows("posting"))
        _days_agree(days)
        assert sum(days.values()) == TOTAL
        held = await balances(world)
        assert held[f"{ORGANIZATION}-bank"] == TOTAL == sum(held.values()) // 2
        assert held[f"{ORGANIZATION}-undetermined"] == sum(
            round(Decimal(d["amount"]) * 100) for d in report["decisions"]
        )
        assert {(row["batch"], row["row_number"]) for row in await world.rows("import_decision")} <= {
            (row["batch"], row["row_number"]) for row in await world.rows("import_row")
        }
        again = await import_donations(world.administrator, files, organization=CODE)
        assert (again.rows, again.first, again.complete, len(again.refused)) == (0, None, True, 14)
        assert (await replayed(world)).size == len(entries)


def _days(entries: list[Row], postings: list[Row]) -> dict[date, int]:
    """What came in on each day, from the journal's postings of the custody book."""
    dated = {row["position"]: row["effective"] for row in entries}
    found: Counter[date] = Counter()
    for row in postings:
        if row["book"] == "custody":
            found[dated[row["position"]]] += row["amount"]
    return found


def _days_agree(days: dict[date, int]) -> None:
    """The published day totals are the journal's: seven to the cent, one to its printed precision."""
    text = (HUBEI / "published_totals_hubei.csv").read_text(encoding="utf-8-sig")
    published = {
        date.fromisoformat(line["date"]): line["day_donations_10k"]
        for line in csv.DictReader(io.StringIO(text))
        if line["day_donations_10k"]
    }
    assert len(published) == 8
    assert all(agrees(days[day], printed, exponent=4) for day, printed in published.items())
    exact = {day for day, printed in published.items() if Decimal(printed).scaleb(6) == days[day]}
    assert set(published) - exact == {date(2020, 2, 6)}
