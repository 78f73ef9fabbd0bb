"""Keyset paging: whatever the order, pages put together are the list, also while rows are inserted."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from db.pools import Database
from tests.schema.conftest import Desk, fill

ORDERS = (
    "",
    "orderBy: [{field: NAME}]",
    "orderBy: [{field: NAME, direction: DESC}]",
    "orderBy: [{field: STARTS}]",
    "orderBy: [{field: STARTS, direction: DESC}, {field: NAME}]",
    "orderBy: [{field: NAME}, {field: STARTS, direction: DESC}, {field: CODE}]",
)


async def pages(desk: Desk, arguments: str, size: int, *, backward: bool) -> list[str]:
    """Every id of a list, page by page; the page information must agree."""
    found: list[str] = []
    cursor = None
    way, bound = ("last", "before") if backward else ("first", "after")
    query = f"""query ($n: Int!, $c: String) {{ projects({way}: $n, {bound}: $c, {arguments}) {{
        pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} edges {{ cursor node {{ id }} }} }} }}"""
    while True:
        page = (await desk.data(query, n=size, c=cursor))["projects"]
        ids = [edge["node"]["id"] for edge in page["edges"]]
        info = page["pageInfo"]
        assert len(ids) <= size
        found = ids + found if backward else found + ids
        assert info["hasPreviousPage" if not backward else "hasNextPage"] == (cursor is not None)
        assert info["startCursor"] == (page["edges"][0]["cursor"] if ids else None)
        assert info["endCursor"] == (page["edges"][-1]["cursor"] if ids else None)
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return found
        cursor = info["startCursor" if backward else "endCursor"]


@pytest.mark.parametrize("order", ORDERS)
async def test_pages_put_together_are_the_list(desk: Desk, order: str) -> None:
    whole = (await desk.data(f"{{ projects(first: 100, {order}) {{ totalCount nodes {{ id }} }} }}"))["projects"]
    ids = [node["id"] for node in whole["nodes"]]
    assert whole["totalCount"] == len(ids) == len(set(ids)) > 5
    for size in (1, 2, 100):
        assert await pages(desk, order, size, backward=False) == ids
        assert await pages(desk, order, size, backward=True) == ids


async def test_a_page_between_two_cursors(desk: Desk) -> None:
    edges = (await desk.data("{ entries(first: 10) { edges { cursor node { position } } } }"))["entries"]["edges"]
    query = """query ($a: String, $b: String) { entries(%s, after: $a, before: $b) {
        nodes { position } pageInfo { hasNextPage hasPreviousPage } } }"""
    bounds = {"a": edges[2]["cursor"], "b": edges[6]["cursor"]}
    found = (await desk.data(query % "first: 2", **bounds))["entries"]
    assert [node["position"] for node in found["nodes"]] == ["3", "4"]
    assert found["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": True}
    found = (await desk.data(query % "last: 2", **bounds))["entries"]
    assert [node["position"] for node in found["nodes"]] == ["4", "5"]


async def test_inserts_neither_repeat_nor_skip_rows(fresh_database: Database, open_desk: Callable[[Any], Desk]) -> None:
    await fill(fresh_database, entries=5)
    chance = random.Random(5)
    conn = await asyncpg.connect(fresh_database.keeper)
    try:
        async with fresh_database.pool("reader", least=1, most=2) as pool:
            desk = open_desk(pool)
            query = """query ($c: String) { organizations(first: 2, after: $c, orderBy: [{field: NAME}]) {
                pageInfo { hasNextPage endCursor } nodes { key } } }"""
            before = {f"org{n}" for n in range(6)}
            seen: list[str] = []
            cursor, more = None, True
            for at in range(40):
                page = (await desk.data(query, c=cursor))["organizations"]
                seen += [node["key"] for node in page["nodes"]]
                cursor, more = page["pageInfo"]["endCursor"] or cursor, page["pageInfo"]["hasNextPage"]
                if not more:
                    break
                name = chance.choice(["A", "Red Cross", "湖北省慈善总会", "爱心基金会", "龙"])
                await conn.execute(
                    "insert into organization (journal, id, version, position, name, kind, identifiers) "
                    "values (1, $1, 1, 1, $2, 'charity', '{}')", f"new{at}", name,
                )  # fmt: skip
            assert not more
            assert len(seen) == len(set(seen))
            assert before <= set(seen)
    finally:
        await conn.close()
