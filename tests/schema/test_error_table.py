"""The table of error codes: complete, in both languages, as it was reviewed, and served."""

from __future__ import annotations

import ast
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from db.pools import Database
from ledger.rejections import CODES as LEDGER
from resolvers.refusals import CODES as REFUSALS
from schema.asgi.answers import MESSAGES
from schema.error_table import GOLDEN, markdown, rows
from tests.schema.serving import Site, site

SCHEMA = Path(__file__).parents[2] / "schema"
TELLING = {"refused", "fault", "BadRequestError", "_with"}
_CODE = re.compile(r"[A-Z][A-Z_]{4,}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_the_file_is_what_the_catalogues_say() -> None:
    assert GOLDEN.read_text("utf-8") == markdown(), "run python -m schema.error_table, and review what changed"


def told() -> Iterator[str]:
    """The codes that the source of `schema/` tells by name."""
    for path in SCHEMA.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TELLING:
                for part in [*node.args, *(each.value for each in node.keywords)]:
                    for each in ast.walk(part):
                        if (
                            isinstance(each, ast.Constant)
                            and isinstance(each.value, str)
                            and _CODE.fullmatch(each.value)
                        ):
                            yield each.value


def test_every_code_is_in_the_table_once() -> None:
    found = [row.code for row in rows()]
    assert len(found) == len(set(found))
    assert set(found) >= {*told(), *LEDGER, *REFUSALS, *MESSAGES}
    assert len(set(told())) > 10


def test_every_row_says_it_in_both_languages_and_what_to_do() -> None:
    for row in rows():
        assert row.english, row.code
        assert row.advice.endswith("."), row.code
        assert _CHINESE.search(row.chinese), row.code
        assert _CHINESE.search(row.advice_chinese), row.code
        names = [re.findall(r"\{\w+\}", text) for text in (row.english, row.chinese)]
        assert set(names[0]) == set(names[1]), row.code
        assert all(200 <= int(status) < 600 for status in row.status.split(", ")), row.code


@pytest.fixture
async def desk(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """A journal with nothing in it but its opening."""
    async with site(fresh_database, tmp_path / "data", world=False, publish=False) as made:
        yield made


async def test_it_is_served_as_a_page_and_for_programs(desk: Site) -> None:
    page = await desk.client.get("/errors", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    listed = (await desk.client.get("/errors.json")).json()
    assert [each["code"] for each in listed] == [row.code for row in rows()]
    assert all(f'id="{each["code"]}"' in page.text for each in listed)
