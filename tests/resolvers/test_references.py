"""Reference lists: loaded once, by digest; files of region codes become lists with parents and predecessors."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from db import references
from db.pools import Database
from ledger.decide import Accepted, Replayed
from ledger.regions import Regions, regions_of
from resolvers.context import Role
from resolvers.policy import ForbiddenError
from resolvers.references import load_focus_areas, load_reference
from resolvers.refusals import Refusal
from resolvers.region_files import edition_before, edition_of, read_regions
from tests.worlds import World, opened

OLD = """Source\tRevision\tCode\tName
mca\t201711\t420000\t湖北省
mca\t201711\t420100\t武汉市
mca\t201711\t420115\t江夏区
"""
NEW = OLD.replace("201711", "201904").replace("江夏区", "江夏新区") + "mca\t201904\t429004\t仙桃市\n"


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A journal with nothing in it."""
    async with opened(fresh_database, tmp_path) as made:
        yield made


async def refused(doing: Awaitable[object]) -> Refusal:
    """The no that is met."""
    with pytest.raises(Refusal) as caught:
        await doing
    return caught.value


async def test_regions_are_loaded_once(world: World) -> None:
    ctx = world.administrator
    await load_reference(ctx, "regions", read_regions(OLD))
    before = await edition_before(ctx, edition_of(NEW))
    listed = read_regions(NEW, before=before)
    entry = await load_reference(ctx, "regions", listed)
    assert isinstance(entry, Accepted)
    assert await load_reference(ctx, "regions", listed) == Replayed(entry.position)
    (stored,) = [row for row in await world.rows("reference_list") if row["edition"] == "201904"]
    assert sha256(stored["content"]).hexdigest() == entry.document["data"]["digest"]
    rows = {row["code"]: row for row in await world.rows("region") if row["edition"] == "201904"}
    assert rows["420115"]["path"] == ["420000", "420100", "420115"]
    assert rows["429004"]["parent"] == "420000"
    assert {row["code"] for row in await world.rows("region_predecessor")} == {"420000", "420100"}
    other = read_regions(NEW.replace("仙桃市", "潜江市"))
    assert (await refused(load_reference(ctx, "regions", other))).code == "ALREADY_EXISTS"


def test_a_list_holds_across_editions() -> None:
    regions = Regions()
    old = read_regions(OLD)
    regions.load(*regions_of(old))
    regions.load(*regions_of(read_regions(NEW, before=old)))
    assert regions.within("420115@201904", "420000@201711")
    assert regions.within("429004@201904", "420000@201904")
    assert not regions.within("420000@201904", "420100@201904")


def test_the_published_lists_are_read() -> None:
    folder = Path(__file__).resolve().parents[2] / "../shared/data/gb2260"
    if not folder.is_dir():
        pytest.skip("the shared data pages are not beside this checkout")
    old = read_regions((folder / "gb2260_mca_201711.tsv").read_text(encoding="utf-8"))
    new = read_regions((folder / "gb2260_mca_201904.tsv").read_text(encoding="utf-8"), before=old)
    assert (new["edition"], len(new["items"]) > 3_000) == ("201904", True)
    orphans = [item for item in new["items"] if item["level"] != "province" and "parent" not in item]
    assert orphans == []
    assert sum("predecessors" in item for item in new["items"]) > 3_000
    assert {item["code"] for item in new["items"] if item["level"] == "province"} >= {"110000", "420000", "810000"}


@pytest.mark.parametrize(
    "text",
    ["", "Code,Name\n", "Code,Name\nx,y\n", "{", "[]", '{"edition": 1', "Source\tRevision\tCode\na\tb\t420000\tc\n"]
)  # fmt: skip
def test_files_that_are_none(text: str) -> None:
    with pytest.raises(Refusal):
        read_regions(text)


def test_a_plain_file_needs_its_edition() -> None:
    assert read_regions("code,name\n420000,湖北省\n", "202001")["edition"] == "202001"
    assert read_regions('{"edition": "202001", "items": []}')["items"] == []
    with pytest.raises(Refusal, match="edition"):
        read_regions("420000,湖北省\n")


def _line(**more: object) -> dict[str, Any]:
    return {"code": "420000", "name": "湖北省", "level": "province", **more}


async def test_lists_that_are_refused(world: World) -> None:
    ctx = world.administrator
    for name, document in (
        ("regions", {}), ("regions", {"edition": "x", "items": [_line()]}),
        ("regions", {"edition": "201904", "items": []}), ("regions", {"edition": "201904", "items": [5]}),
        ("regions", {"edition": "201904", "items": [_line(parent="9")]}),
        ("regions", {"edition": "201904", "items": [_line(), _line()]}),
        ("regions", {"edition": "201904", "items": [_line(level="planet")]}),
        ("regions", {"edition": "201904", "items": [_line(parent="420000")]}),
        ("regions", {"edition": "201904", "items": [_line(predecessors=[["201711"]])]}),
        ("regions", {"edition": "201913", "items": [_line()]}), ("gods", {"edition": "201904", "items": [_line()]}),
        ("regions", {"edition": "201904", "items": [_line(name="e\u0301")]}),
        ("poverty-counties", {"edition": "201401", "items": [{"code": "420528", "from": "soon"}]}),
    ):  # fmt: skip
        assert (await refused(load_reference(ctx, name, document))).code == "MALFORMED", document
    with pytest.raises(ForbiddenError):
        await load_reference(world.as_(Role.AUDITOR), "regions", read_regions(OLD))


async def test_poverty_counties_come_and_go_by_date(world: World) -> None:
    lines = [{"code": "420528", "from": "2014-01-01", "until": "2016-12-31"}, {"code": "420528", "from": "2018-01-01"}]
    await load_reference(world.administrator, "poverty-counties", {"edition": "201401", "items": lines})
    assert len(await world.rows("poverty_county")) == 2


async def test_the_focus_areas_of_the_notice(world: World) -> None:
    await load_focus_areas(world.administrator)
    rows = await world.rows("focus_area")
    assert len([row for row in rows if row["parent"] is None]) == 6
    assert all(row["code"].startswith(f"{row['parent']}.") for row in rows if row["parent"])
    assert {row["edition"] for row in rows} == {"201711"}
    text = references.FOCUS_AREAS.read_text(encoding="utf-8")
    assert json.loads(text) == orjson.loads(text)
