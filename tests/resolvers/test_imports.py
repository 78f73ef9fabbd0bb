"""Importing donation lists: what is booked, what is refused, repetition, interruption."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from db.pools import Database
from ledger.rejections import Rejection
from resolvers.context import Role
from resolvers.disbursements import Disbursement, disburse
from resolvers.donation_files import read_donations
from resolvers.home_regions import EDITION
from resolvers.import_accounts import BadUsccError
from resolvers.import_booking_messages import BOOKING
from resolvers.import_regions import place_names
from resolvers.import_reports import ImportReport, decimal
from resolvers.import_rows import numbered
from resolvers.imports import import_donations, preview_donations
from resolvers.mappings import parse_mapping
from resolvers.policy import ForbiddenError
from resolvers.recording import Money, Part
from tests.resolvers.import_books import CODE, LIST, ORGANIZATION, SUM, balances, listed, replayed, size
from tests.worlds import World, charity, new_id, opened

TODAY = "2026-06-01"


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A journal with position 0."""
    async with opened(fresh_database, tmp_path) as made:
        yield made


async def taken(world: World, *files: tuple[str, bytes | str], **more: Any) -> ImportReport:  # noqa: ANN401 - keyword arguments of the import
    """Import files for the organization."""
    contents = [(name, text.encode() if isinstance(text, str) else text) for name, text in files]
    return await import_donations(
        world.administrator, contents, organization=CODE, organization_name="湖北示范基金会", **more
    )


async def test_every_row_goes_where_its_earmark_says(world: World) -> None:
    report = await taken(world, ("gifts.csv", LIST))
    assert (report.rows, report.amount, report.refused, report.complete) == (5, SUM, [], True)
    assert await balances(world) == {
        f"{ORGANIZATION}-bank": SUM,
        f"{ORGANIZATION}-unrestricted": 10_001,
        f"{ORGANIZATION}-undetermined": 5_050,
        f"{ORGANIZATION}-for-420100-{EDITION}": 300_200_000,
        f"{ORGANIZATION}-for-420500-{EDITION}": 200_000_000,
    }
    (waiting,) = await world.rows("import_decision")
    (said,) = report.decisions
    assert (said.row, said.position, said.reason, said.amount) == (5, waiting["position"], "MORE_THAN_A_PLACE", 5_050)
    assert (report.first, report.last) == (1, await size(world) - 1)
    (batch,) = await world.rows("import_batch")
    assert (batch["row_count"], batch["total"], batch["closed"]) == (5, SUM, report.last)
    await replayed(world)


async def test_the_report_is_the_one_that_programs_read(world: World) -> None:
    report = (await taken(world, ("gifts.csv", LIST), ("again.csv", LIST))).as_json()
    assert report["accepted"] == {"rows": 5, "amount": "5002150.51"}
    assert report["refused"] == [{"file": "again.csv", "reason": "ROWS_CAME_BEFORE", "rows": 5, "amount": "5002150.51"}]
    assert report["decisions"][0]["suggestion"] == [{"amount": "50.50", "region": f"420100@{EDITION}"}]
    assert report["entries"] == {"from": 1, "to": await size(world) - 1}
    assert {"code", "file", "sheet", "row", "column", "why", "fix"} <= set(report["problems"][0])
    assert (decimal(-5), decimal(0), decimal(7, "JPY/0")) == ("-0.05", "0.00", "7")


async def test_no_person_is_outside_the_vault(world: World) -> None:
    await taken(world, ("gifts.csv", LIST))
    clear = b"".join(row["leaf"] for row in await world.rows("leaf"))
    clear += b"".join(row["content"] for row in await world.rows("import_row"))
    for name in ("张", "李四", "医护"):
        assert name.encode() not in clear
    for name in ("示范贸易有限公司", "指定武汉300万元"):
        assert name.encode() in clear
    sealed = [row["commitment"] for row in await world.rows("personal")]
    ctx = world.administrator
    assert ctx.vault is not None
    revealed = await ctx.vault.reveal(ctx.keeper, ctx.journal.id, sealed)
    assert sorted(tuple(found.data.values()) for found in revealed.values()) == [("张*",), ("李四", "用于武汉医护人员")]


async def test_the_same_rows_again_give_nothing_new_whatever_the_file(world: World) -> None:
    first = await taken(world, ("gifts.csv", LIST))
    before = await size(world)
    other = LIST.replace("捐赠公示,,,,", "另一个标题,,,,").replace(",", "\t")
    for name, text in (("gifts.csv", LIST), ("renamed.tsv", other)):
        report = await taken(world, (name, text))
        assert (report.rows, report.first, report.complete) == (0, None, True)
        assert [(no.reason, no.rows, no.amount) for no in report.refused] == [("IMPORTED_BEFORE", 5, first.amount)]
    assert await size(world) == before


async def test_a_dry_run_says_the_same_and_writes_nothing(world: World) -> None:
    contents = [("gifts.csv", LIST.encode()), ("more.csv", listed(3))]
    for ctx in (world.administrator, None):
        report, read = await preview_donations(ctx, contents, organization=CODE, today=TODAY)
        assert (report.rows, report.amount, len(report.decisions), len(read)) == (8, SUM + 600, 1, 2)
        assert report.as_json()["dryRun"] is True
    assert await size(world) == 1
    await taken(world, ("gifts.csv", LIST))
    again, _ = await preview_donations(world.administrator, contents, organization=CODE, today=TODAY)
    assert [(no.file, no.reason) for no in again.refused] == [("gifts.csv", "IMPORTED_BEFORE")]
    assert again.rows == 3


async def test_an_interrupted_import_counts_for_nothing_and_goes_on(world: World) -> None:
    content = listed(50)
    stop = asyncio.Event()

    def progress(_stage: str, done: int, _total: int) -> None:
        if done == 20:
            stop.set()

    begun = asyncio.create_task(taken(world, ("many.csv", content), progress=progress, chunk=10))
    await stop.wait()
    begun.cancel()
    with pytest.raises(asyncio.CancelledError):
        await begun
    (batch,) = await world.rows("import_batch")
    assert batch["closed"] is None
    some = len(await world.rows("import_row"))
    assert 20 <= some < 50
    part = Part(f"{ORGANIZATION}-unrestricted", Money("CNY/2", 100))
    spending = Disbursement(id=new_id(), organization=ORGANIZATION, parts=(part,), custody=f"{ORGANIZATION}-bank")
    with pytest.raises(Rejection, match="batch") as refused:
        await disburse(world.administrator, spending)
    assert refused.value.code == "BATCH_OPEN"
    other = await taken(world, ("other.csv", content.replace(b"\n", b"\r\n")))
    assert [(no.reason, no.rows) for no in other.refused] == [("IMPORT_UNFINISHED", 50)]
    assert not other.complete
    report = await taken(world, ("many.csv", content), chunk=10)
    assert (report.rows, report.amount) == (50, sum(range(1, 51)) * 100)
    assert [row["row_number"] for row in sorted(await world.rows("import_row"), key=lambda r: r["position"])] == list(
        range(2, 52)
    )
    assert (await balances(world))[f"{ORGANIZATION}-bank"] == report.amount
    await disburse(world.administrator, spending)
    await replayed(world)


async def test_a_file_with_an_error_is_refused_whole_and_the_others_are_taken(world: World) -> None:
    bad = "日期,捐赠人,金额\n2020-01-01,张三,1.005\n2020-01-02,李四,5\n2020-01-03,王五,abc\n"
    future = "日期,捐赠人,金额\n2099-01-01,张三,1\n"
    report = await taken(
        world, ("bad.csv", bad), ("good.csv", listed(2)), ("future.csv", future), ("no.csv", "日期,捐赠人,金额\n")
    )
    assert (report.rows, report.complete) == (2, False)
    assert {no.file: no.reason for no in report.refused} == {
        "bad.csv": "FILE_HAS_ERRORS", "future.csv": "FILE_HAS_ERRORS", "no.csv": "NO_ROWS",
    }  # fmt: skip
    errors = [(each.code, each.row) for each in report.problems if each.severity == "error"]
    assert errors == [
        ("TOO_MANY_DECIMALS", 2), ("AMOUNT_UNREADABLE", 4), ("FILE_HAS_ERRORS", None), ("DATE_IN_FUTURE", 2),
        ("FILE_HAS_ERRORS", None), ("NO_ROWS", None),
    ]  # fmt: skip


async def test_a_negative_amount_is_a_refund_of_an_unknown_original(world: World) -> None:
    text = "日期,捐赠人,金额\n2020-01-01,张三,80\n2020-01-02,示范公司,-30\n2020-01-03,赵*,-70\n"
    report = await taken(world, ("gifts.csv", text))
    assert (report.rows, report.amount) == (3, -2_000)
    held = await balances(world)
    assert held[f"{ORGANIZATION}-unrestricted"] == 0
    assert held[f"overdrawn/{ORGANIZATION}-bank"] == -2_000
    refunds = [row for row in await world.rows("entry") if row["kind"] == "refund"]
    assert [row["breaches"] > 0 for row in sorted(refunds, key=lambda r: r["position"])] == [False, True]
    await replayed(world)


async def test_text_that_no_record_can_hold_is_an_error_of_its_row(world: World) -> None:
    report = await taken(
        world, ("long.csv", f"日期,捐赠人,金额\n2020-01-01,示范公司,1\n2020-01-01,{'长' * 20_000},1\n")
    )
    assert [(each.code, each.row) for each in report.problems if each.severity == "error"] == [
        ("TEXT_NOT_STORABLE", 3), ("FILE_HAS_ERRORS", None),
    ]  # fmt: skip
    assert await size(world) == 1


async def test_a_mapping_says_which_column_is_what(world: World) -> None:
    mapping = parse_mapping(
        "m.json",
        '{"format":"mingzhang-mapping/1","columns":{"donor":"谁","amount":"多少"},"unit":"万元","date":"2020-03-01"}'.encode(),
    )
    report = await taken(world, ("odd.csv", "谁,多少\n示范公司,1.5\n"), mapping=mapping)
    assert (report.rows, report.amount) == (1, 1_500_000)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"a,b\0,c\n", "NUL_BYTES"),
        (b"%PDF-1.4", "NOT_A_TABLE"),
        (b"PK\x03\x04 no archive", "BROKEN_ZIP"),
        ("捐赠日期,捐赠人,金额".encode() + b"," * 1_000_000, "TOO_MANY_COLUMNS"),
        (b"a,b,c\n1,2,3\n", "NO_HEADER"),
    ],
)
async def test_what_is_no_list_has_a_named_error(world: World, content: bytes, code: str) -> None:
    report = await taken(world, ("hostile", content), ("good.csv", listed(1)))
    assert [(no.file, no.reason) for no in report.refused] == [("hostile", code)]
    assert (report.rows, report.complete) == (1, False)


async def test_an_organization_is_found_by_its_code(world: World) -> None:
    await charity(world)
    officer = world.officer
    report = await import_donations(officer, [("gifts.csv", LIST.encode())], organization=CODE)
    assert report.rows == 5
    assert {row["organization"] for row in await world.rows("import_batch")} == {"hubei"}
    assert len(await world.rows("organization")) == 1
    with pytest.raises(ForbiddenError):
        await import_donations(world.stranger, [("gifts.csv", LIST.encode())], organization=CODE)
    with pytest.raises(BadUsccError, match="check character should be R"):
        await import_donations(officer, [], organization=CODE[:-1] + "X")
    for role in (Role.AUDITOR, Role.SUPERVISOR, Role.PUBLIC):
        with pytest.raises(ForbiddenError):
            await import_donations(world.as_(role), [("gifts.csv", LIST.encode())], organization=CODE)


async def test_rows_of_later_sheets_are_counted_on(world: World) -> None:
    places, _ = await place_names(world.administrator)
    file = read_donations("x.csv", listed(3), regions=places)
    again = tuple(file.rows)
    assert [number for number, _ in numbered(again)] == [2, 3, 4]
    second = tuple(replace(row, sheet="2") for row in again)
    assert [number for number, _ in numbered((*again, *second))] == [2, 3, 4, 6, 7, 8]


def test_every_word_for_booking_is_used() -> None:
    resolvers = Path(__file__).resolve().parents[2] / "resolvers"
    text = "".join((resolvers / name).read_text(encoding="utf-8") for name in ("imports.py",))
    assert {code for code in BOOKING if f'"{code}"' in text} == set(BOOKING)
    assert set(re.findall(r'Problem\("([A-Z_]+)"', text)) == set(BOOKING)
