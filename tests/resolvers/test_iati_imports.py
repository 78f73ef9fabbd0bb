"""Importing IATI files: books that balance, sums that an independent count gives, nothing dropped in silence."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import orjson
import pytest

from db.pools import Database
from resolvers.iati_commands import command_id
from resolvers.iati_files import read_iati
from resolvers.iati_imports import import_iati, preview_iati
from resolvers.iati_plan import plan
from resolvers.iati_records import as_code, one_line
from tests.resolvers.import_books import balances, replayed, size
from tests.worlds import World, opened

SHARED = Path(__file__).resolve().parents[2] / "../shared/data/iati"
MOVING = {"1", "3", "4", "5", "7", "IF", "D", "E", "R", "IR", "DISBURSMENT"}
"""Codes of all generations that move money, as the files at hand write them."""


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A journal with position 0."""
    async with opened(fresh_database, tmp_path) as made:
        yield made


def published() -> list[tuple[str, bytes]]:
    """The files of the shared pages."""
    if not SHARED.is_dir():
        pytest.skip("the shared data pages are not beside this checkout")
    return [(path.name, path.read_bytes()) for path in sorted(SHARED.glob("*.xml"))]


def counted(files: list[tuple[str, bytes]]) -> tuple[Counter[str], int]:
    """Sum up by currency, and count, the transactions that move money, by a second reading of the files."""
    sums: Counter[str] = Counter()
    rows = 0
    for _, content in files:
        for activity in ET.fromstring(content).iter("iati-activity"):  # noqa: S314 - files of our own
            for transaction in activity.iter("transaction"):
                kind = transaction.find("transaction-type")
                value = transaction.find("value")
                assert value is not None
                code = transaction.get("type", "") if kind is None else kind.get("code", "")
                minor = int(Decimal((value.text or "").strip()) * 100)
                if code.strip().upper() in MOVING and minor:
                    sums[value.get("currency") or activity.get("default-currency") or ""] += minor
                    rows += 1
    return sums, rows


async def test_the_published_files_are_booked_to_the_last_minor_unit(world: World) -> None:
    files = published()
    sums, rows = counted(files)
    report = await import_iati(world.administrator, files)
    assert report.complete
    assert (report.rows, {asset[:3]: total for asset, total in report.amounts.items()}) == (rows, dict(sums))
    assert len(report.unknown_originals) == 14
    told = report.as_json()
    assert told["incomeNotReported"]["GBP"] == "100118925.02"
    assert Counter(each["reason"] for each in told["notBooked"]) == {"MEMORANDUM": 36, "ZERO_AMOUNT": 4}
    assert sum(each["count"] for each in told["notRepresented"]) > 1_000
    assert len(await world.rows("organization")) == 11
    assert {row["kind"] for row in await world.rows("organization")} == {"foreign"}
    assert len(await world.rows("project")) == 93
    assert all(row["closed"] is not None for row in await world.rows("import_batch"))
    assert {row["breaches"] for row in await world.rows("entry")} == {0}
    held = await balances(world)
    assert min(held.values()) >= 0
    books: Counter[str] = Counter()
    for row in await world.rows("account"):
        if row["id"] in held:
            books[f"{row['organization']} {row['asset']}"] += held[row["id"]] * (1 if row["book"] == "fund" else -1)
    assert set(books.values()) == {0}
    before = await size(world)
    again = await import_iati(world.administrator, files)
    assert (again.rows, again.before, again.first, again.openings) == (0, rows, None, Counter())
    assert await size(world) == before
    assert (await replayed(world)).size == before


async def test_what_a_row_said_is_bound_and_names_no_party_without_reference(world: World) -> None:
    await import_iati(world.administrator, [("t.xml", activities(A=[row(3, "2020-01-01", "5", receiver="某甲")]))])
    contents = [orjson.loads(line["content"]) for line in await world.rows("import_row")]
    (paid,) = [content for content in contents if content["kind"] == "disbursement"]
    assert paid["published"][0]["value"] == "5"
    assert "某甲" not in str(contents)
    assert len(await world.rows("personal")) == 1


def row(kind: int, day: str, value: str, *, receiver: str = "", to: str = "", by: str = "", ref: str = "") -> str:
    """One transaction."""
    payee = f'<receiver-org receiver-activity-id="{to}"><narrative>{receiver}</narrative></receiver-org>'
    payer = f'<provider-org provider-activity-id="{by}"/>' if by else ""
    return (
        f'<transaction ref="{ref}"><transaction-type code="{kind}"/><transaction-date iso-date="{day}"/>'
        f"<value>{value}</value>{payer}{payee if receiver or to else ''}</transaction>"
    )


def activities(**rows: list[str]) -> bytes:
    """A file of activities; those whose names begin alike belong to one organization."""
    each = (
        f'<iati-activity default-currency="EUR"><iati-identifier>{name}</iati-identifier>'
        f'<reporting-org ref="ORG-{name[0]}"><narrative>Org {name[0]}</narrative></reporting-org>'
        f"<title><narrative>{name}</narrative></title>{''.join(lines)}</iati-activity>"
        for name, lines in rows.items()
    )
    return f'<iati-activities version="2.03">{"".join(each)}</iati-activities>'.encode()


async def test_payments_between_activities_are_transfers(world: World) -> None:
    """Within an organization the fund book alone moves; between two, both books do."""
    content = activities(
        A1=[row(1, "2020-01-01", "100"), row(3, "2020-01-02", "60", to="A2"), row(3, "2020-01-03", "30", to="B1")],
        A2=[row(1, "2020-01-02", "60", by="A1"), row(4, "2020-01-05", "10")],
        B1=[row(1, "2020-01-03", "30", by="A1"), row(4, "2020-01-06", "30")],
    )
    report = await import_iati(world.administrator, [("t.xml", content)])
    assert report.openings == Counter()
    kinds = [line["kind"] for line in sorted(await world.rows("entry"), key=lambda line: line["position"])]
    assert kinds[-5:] == ["donation", "transfer", "transfer", "expense", "expense"]
    held = await balances(world)
    assert sorted(held.values()) == [0, 0, 1_000, 5_000, 6_000]
    assert (await import_iati(world.administrator, [("t.xml", content)])).first is None
    await replayed(world)


async def test_a_refund_names_its_original_or_says_it_is_unknown(world: World) -> None:
    content = activities(
        A1=[
            row(1, "2020-01-01", "100"),
            row(3, "2020-01-02", "60", ref="x"),
            row(3, "2020-01-03", "-20", ref="x"),
            row(3, "2020-01-04", "-5"),
            row(1, "2020-01-05", "-30"),
        ]
    )
    report = await import_iati(world.administrator, [("t.xml", content)])
    leaves = [orjson.loads(line["leaf"]) for line in await world.rows("leaf")]
    refunds = [leaf for leaf in leaves if leaf["type"] == "refund"]
    assert [leaf["data"].get("original") for leaf in refunds].count("unknown") == 2
    assert len(report.unknown_originals) == 2
    assert sorted((await balances(world)).values()) == [3_500, 3_500]
    await replayed(world)


async def test_an_interrupted_import_goes_on(world: World) -> None:
    content = activities(**{f"A{n}": [row(1, "2020-01-01", str(n + 1))] for n in range(20)})
    begun = asyncio.create_task(import_iati(world.administrator, [("t.xml", content)]))
    for _ in range(2_000):
        if await world.rows("import_batch"):
            break
    begun.cancel()
    await asyncio.gather(begun, return_exceptions=True)
    report = await import_iati(world.administrator, [("t.xml", content)])
    assert report.rows + report.before == 20
    assert sum((await balances(world)).values()) == 2 * 100 * 210
    (batch,) = await world.rows("import_batch")
    assert batch["closed"] is not None
    await replayed(world)


async def test_files_that_cannot_be_read_have_a_named_error_and_stop_nothing(world: World) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><iati-activities>&b;</iati-activities>'
    good = activities(A=[row(1, "2020-01-01", "1"), row(1, "2099-01-01", "2")])
    files = [("bomb.xml", bomb), ("zip", b"PK\x03\x04"), ("nul", b"<a>\0</a>"), ("good.xml", good), ("twice.xml", good)]
    report = await import_iati(world.administrator, files)
    assert [(name, code) for name, code, _ in report.refused][-1] == ("twice.xml", "FILE_TWICE")
    assert [name for name, _, _ in report.refused] == ["bomb.xml", "zip", "nul", "twice.xml"]
    assert (report.rows, [each.reason for each in report.unbooked]) == (1, ["DATE_IN_FUTURE"])


def test_a_preview_counts_the_same_and_needs_no_journal() -> None:
    files = published()
    sums, rows = counted(files)
    report = preview_iati(files, "2026-06-01")
    assert (report.rows, {asset[:3]: total for asset, total in report.amounts.items()}) == (rows, dict(sums))
    assert report.first is None


def test_every_movement_has_an_id_of_its_own() -> None:
    activities_ = [each for name, content in published() for each in read_iati(content, name).activities]
    movements = plan(activities_).movements
    assert len({command_id(movement) for movement in movements}) == len(movements)


def test_names_and_codes_fit_the_records() -> None:
    assert one_line(" a\n b\u200b ") == "a b"
    assert len(one_line("x" * 500)) == 200
    assert as_code("GB-1-103662") == "GB-1-103662"
    assert as_code("World Bank:P084404") != as_code("World-Bank:P084404")
    assert len(as_code("é" * 300)) <= 64
