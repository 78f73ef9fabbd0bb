"""Columns are recognised in three rounds, never two for one target; a mapping replays what was recognised."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.cells import Unit
from resolvers.import_problems import LayoutRejected
from resolvers.mappings import FORMAT, SYNONYMS, Layout, Target, assign, normalise, parse_mapping, recognise
from resolvers.sheets import read_tables
from resolvers.tables import Cell, Table
from tests.resolvers.sheet_files import HEADER


def table(*rows: tuple[str, ...]) -> Table:
    return Table("Sheet1", [[Cell(text) for text in row] for row in rows])


def layout(*rows: tuple[str, ...]) -> Layout:
    found = recognise("a.csv", table(*rows))
    assert found is not None
    return found


def refusal(*rows: tuple[str, ...], mapping: dict[str, Any] | None = None) -> str:
    recipe = parse_mapping("m.json", json.dumps({"format": FORMAT, **mapping}).encode()) if mapping else None
    with pytest.raises(LayoutRejected) as caught:
        recognise("a.csv", table(*rows), recipe)
    return caught.value.code


def test_the_published_header_is_recognised_exactly_below_its_title(published: Path) -> None:
    found = recognise("a.xlsx", read_tables("a.xlsx", (published / "hubei_2020/donate01.xlsx").read_bytes())[0])
    assert found is not None
    assert (found.header_row, found.title) == (2, "省级慈善组织接受社会捐赠资金公示")
    assert dict(found.columns) == {"sequence": 0, "date": 1, "donor": 2, "amount": 3, "note": 4}
    assert found.unit == Unit("元", "CNY")


@pytest.mark.parametrize(
    ("headers", "columns"),
    [
        (("姓名", "金额", "时间"), {"donor": 0, "amount": 1, "date": 2}),
        (("捐赠 日期", "捐赠单位姓名", "捐赠金额(元)", "备 注"), {"date": 0, "donor": 1, "amount": 2, "note": 3}),
        (("Date", "Donor", "Amount (CNY)", "Note"), {"date": 0, "donor": 1, "amount": 2, "note": 3}),
        (
            ("捐赠日期", "捐款人（单位）名称", "本次捐赠金额", "备注说明"),
            {"date": 0, "donor": 1, "amount": 2, "note": 3},
        ),
        # The exact header wins, the one that is merely like it stays unmapped.
        (("捐赠日期", "捐赠人", "金额", "累计捐赠金额"), {"date": 0, "donor": 1, "amount": 2}),
        (("", "捐赠日期", "捐赠人", "", "金额"), {"date": 1, "donor": 2, "amount": 4}),
    ],
)
def test_headers_seen_in_published_lists(headers: tuple[str, ...], columns: dict[Target, int]) -> None:
    assert dict(layout(headers).columns) == columns


def test_a_guess_says_that_it_is_one() -> None:
    found = layout(("捐赠日期", "捐赠人", "本次捐赠金额"))
    assert found.rounds["amount"] == "fuzzy"
    assert found.rounds["date"] == "exact"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("捐赠日期", "到账日期", "捐赠人", "金额")], "AMBIGUOUS_COLUMN"),
        ([("捐赠日期", "捐赠人", "金额", "金额")], "AMBIGUOUS_COLUMN"),
        ([("捐赠日期", "捐赠人", "金额", "备注", "用途")], "AMBIGUOUS_COLUMN"),
        ([("捐赠人", "金额")], "COLUMN_MISSING"),
        ([("交易单号", "交易金额", "付款附言")], "COLUMN_MISSING"),
        ([("日期", "捐赠单位", "品名", "规格型号", "计量单位", "数量总计")], "GOODS_TABLE"),
        ([("捐赠方", "品名", "折算金额（万元）", "流向")], "GOODS_TABLE"),
        ([("捐赠日期", "捐赠人", "捐赠金额（美元）")], "FOREIGN_CURRENCY"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(rows: list[tuple[str, ...]], code: str) -> None:
    assert refusal(*rows) == code


def test_a_sheet_without_a_header_is_none() -> None:
    assert recognise("a.csv", table(("1", "2", "3"), ("说明", "无"))) is None


@pytest.mark.parametrize(
    ("rows", "unit"),
    [
        ([("日期", "捐赠人", "金额（万元）")], "万元"),
        ([("单位：万元",), ("日期", "捐赠人", "金额")], "万元"),
        ([("日期", "捐赠人", "金额")], "元"),
        ([("日期", "捐赠人", "捐赠金额（人民币元）")], "元"),
    ],
)
def test_the_unit_comes_from_header_or_title(rows: list[tuple[str, ...]], unit: str) -> None:
    assert layout(*rows).unit.name == unit


def test_what_was_recognised_is_a_recipe_that_replays() -> None:
    rows = (("公示",), HEADER, ("1", "2020-01-31", "张**", "100", ""))
    found = layout(*rows)
    replayed = recognise("a.csv", table(*rows), parse_mapping("m.json", found.mapping.to_json().encode()))
    assert replayed is not None
    assert (replayed.columns, replayed.header_row, replayed.unit) == (found.columns, found.header_row, found.unit)
    assert parse_mapping("m.json", found.mapping.to_json().encode()) == found.mapping


def test_a_mapping_names_columns_by_letter_and_a_day_for_a_list_without_dates() -> None:
    document = {
        "format": FORMAT,
        "header_row": 0,
        "columns": {"donor": "column:A", "amount": "column:AB"},
        "date": "2020-01-31",
    }
    found = recognise("a.csv", table(("张**",)), parse_mapping("m.json", json.dumps(document).encode()))
    assert found is not None
    assert (dict(found.columns), found.header_row, str(found.day)) == ({"donor": 0, "amount": 27}, 0, "2020-01-31")


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other/1"},
        {"columns": {}},
        {"columns": {"amount": 3}},
        {"columns": {"amount": "a", "what": "b"}},
        {"columns": {"amount": "a", "date": "a"}},
        {"header_row": -1},
        {"header_row": True},
        {"unit": "斤"},
        {"currency": "USD"},
        {"date": "31.1.2020"},
        {"date": 5},
        {"more": 1},
        {"columns": None},
    ],
)
def test_a_mapping_file_is_read_strictly(change: dict[str, Any]) -> None:
    document = {"format": FORMAT, "columns": {"amount": "金额", "date": "日期"}, **change}
    with pytest.raises(LayoutRejected, match="MAPPING_INVALID"):
        parse_mapping("m.json", json.dumps(document).encode())


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_mapping_file_that_is_no_json(content: bytes) -> None:
    with pytest.raises(LayoutRejected, match="MAPPING_INVALID"):
        parse_mapping("m.json", content)


def test_a_mapping_for_another_file_is_refused_or_fits_no_sheet() -> None:
    columns = {"amount": "金额", "date": "日期"}
    assert refusal(("日期", "钱"), mapping={"columns": columns, "header_row": 1}) == "MAPPING_UNMATCHED"
    assert refusal(("金额",), mapping={"columns": {"amount": "金额"}}) == "COLUMN_MISSING"
    recipe = parse_mapping("m.json", json.dumps({"format": FORMAT, "columns": columns, "sheet": "二月"}).encode())
    assert recognise("a.csv", table(("日期", "金额")), recipe) is None
    recipe = parse_mapping("m.json", json.dumps({"format": FORMAT, "columns": columns, "header_row": 9}).encode())
    assert recognise("a.csv", table(("日期", "金额")), recipe) is None


def test_no_synonym_means_two_things() -> None:
    said = [normalise(synonym) for synonyms in SYNONYMS.values() for synonym in set(map(normalise, synonyms))]
    assert len(said) == len(set(said))


@given(
    st.lists(
        st.sampled_from(
            ["捐赠日期", "日期", "捐赠人", "金额", "捐赠金额（元）", "备注", "用途", "序号", "本次金额", "", "x"]
        )
    )
)
def test_no_column_is_ever_two_things(headers: list[str]) -> None:
    chosen, rounds = assign(headers)
    taken = [column for columns in chosen.values() for column in columns]
    assert len(taken) == len(set(taken))
    assert set(rounds) == {target for target, columns in chosen.items() if columns}
