"""The journal over HTTP: checkpoint, tiles, bundles, tables and statements, to those who may have them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from clients.auditor.rows import TABLES
from db.pools import Database
from ledger import merkle, tiles
from ledger.checkpoints import Checkpoint, open_checkpoint
from ledger.notes import Verifier
from tests.schema.serving import Site, site


@pytest.fixture
async def served(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """The smallest world, published."""
    async with site(fresh_database, tmp_path / "data") as made:
        yield made


async def covered(served: Site) -> Checkpoint:
    """The newest checkpoint, once it covers the whole journal: within a second."""
    size = int((await served.data("{head{size}}"))["head"]["size"])
    vkey = (await served.get("/key")).text.removesuffix("\n")
    for _ in range(20):
        answer = await served.get("/checkpoint")
        if answer.status_code == 200:
            found = open_checkpoint(answer.content, [Verifier.parse(vkey)])
            if found.size == size:
                return found
        await asyncio.sleep(0.05)
    raise AssertionError("no checkpoint covers the journal within a second")


async def test_the_leaves_lead_to_the_signed_root(served: Site) -> None:
    checkpoint = await covered(served)
    bundle = tiles.Bundle(0, checkpoint.size)
    leaves = tiles.decode_bundle((await served.get(f"/{bundle}", "auditor")).content, checkpoint.size)
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    assert merkle.root(hashes) == checkpoint.root
    for width in range(1, checkpoint.size + 1):
        answer = await served.get(f"/{tiles.Tile(0, 0, width)}")
        assert answer.content == b"".join(hashes[:width])
        assert "immutable" in answer.headers["cache-control"]
    for path in ("/tile/0/000", f"/tile/0/000.p/{checkpoint.size + 1}", "/tile/0/00", "/tile/x", "/tile/entries/001"):
        assert (await served.get(path, "auditor")).status_code == 404


@pytest.mark.parametrize("path", ["/tile/entries/000.p/1", "/projections", "/projections/entry"])
async def test_bulk_needs_an_auditor(served: Site, path: str) -> None:
    statuses = {role: (await served.get(path, role)).status_code for role in (None, *served.tokens)}
    assert statuses == {
        None: 401, "administrator": 200, "auditor": 200, "inspector": 200, "officer": 403, "stranger": 403,
    }  # fmt: skip


async def rows(served: Site, table: str, limit: int) -> list[dict[str, object]]:
    """All rows of a table, page by page."""
    found: list[dict[str, object]] = []
    after: str | None = None
    while True:
        query = {"limit": str(limit)} | ({} if after is None else {"after": after})
        url = f"/journals/demo/projections/{table}"
        answer = await served.client.get(url, params=query, headers=served.headers("auditor"))
        assert answer.status_code == 200
        found += [json.loads(line) for line in answer.text.splitlines()]
        after = answer.headers.get("x-next-after")
        if after is None:
            return found


async def test_every_table_is_served_whole_in_pages_of_any_length(served: Site, fresh_database: Database) -> None:
    await covered(served)  # nothing is published while pages are read
    listed = (await served.get("/projections", "auditor")).json()
    assert listed == {"version": 1, "tables": list(TABLES)}
    conn = await asyncpg.connect(fresh_database.keeper)
    try:
        for name, table in TABLES.items():
            whole = await rows(served, name, 1000)
            assert await rows(served, name, 1) == whole
            assert len(whole) == await conn.fetchval(f"select count(*) from {name}"), name
            if whole:
                assert set(whole[0]) == set(table.columns), name
    finally:
        await conn.close()


async def test_marks_and_limits_that_are_none(served: Site) -> None:
    for query in (
        "after=x", "after=[]", 'after=["x"]', "after=[1,2]", "after=[1.5]", "after=[true]",
        "after=[99999999999999999999]", "limit=0", "limit=-1", "limit=x", "limit=10001", "limit=", "limit=%D9%A1",
    ):  # fmt: skip
        assert (await served.get(f"/projections/entry?{query}", "auditor")).status_code == 400, query
    assert (await served.get("/projections/token", "auditor")).status_code == 404
    assert (await served.get('/projections/account?after=["%00"]', "auditor")).status_code == 400


async def test_a_mark_with_any_text_goes_through_a_header(served: Site, fresh_database: Database) -> None:
    conn = await asyncpg.connect(fresh_database.keeper)
    try:
        copied = "insert into command select journal, gen_random_uuid(), position from command"
        await conn.execute(copied)
        columns = "select journal, '账\U0001f600' || id, book, class, organization, asset, restriction, project"
        rest = "position, seq, total_in, total_out, received, fees, free, batches from account"
        await conn.execute(f"insert into account {columns}, {rest}")
    finally:
        await conn.close()
    assert len(await rows(served, "account", 1)) == len(await rows(served, "account", 1000))
    assert len(await rows(served, "command", 1)) == len(await rows(served, "command", 1000))


async def test_a_statement_as_csv(served: Site) -> None:
    """The smallest world's fund.

    1  donation      5000.00           5000.00
    2  donation       200.00           5200.00
    3  disbursement           1200.00  4000.00
    """
    answer = await served.get("/accounts/hope-general/statement.csv", "officer")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [[line[0], line[4], line[7], line[8], line[9]] for line in lines[1:]] == [
        ["1", "donation", "5000.00", "", "5000.00"],
        ["2", "donation", "200.00", "", "5200.00"],
        ["3", "disbursement", "", "1200.00", "4000.00"],
    ]
    for role, status in ((None, 401), ("stranger", 403), ("auditor", 200)):
        assert (await served.get("/accounts/hope-general/statement.csv", role)).status_code == status
    assert (await served.get("/accounts/nobody/statement.csv", "auditor")).status_code == 404
    assert (await served.get("/accounts/nobody/statement.csv", "officer")).status_code == 403
    chinese = await served.get("/accounts/hope-bank/statement.csv", "auditor", **{"accept-language": "zh"})
    assert "序号" in chinese.text


async def test_lookup_rows_are_those_of_our_editions_and_of_nobodys(served: Site, fresh_database: Database) -> None:
    """No journal owns an edition: another journal's is not shown here, one that nobody loaded is."""
    conn = await asyncpg.connect(fresh_database.keeper)
    try:
        await conn.execute("insert into journal select 9, 'other', 'mingzhang.test/other'")
        await conn.execute(
            "insert into reference_list (journal, position, name, edition, content, digest)"
            " values (9, 1, 'poverty-counties', '201404', '', sha256(''))"
        )
        await conn.execute(
            "insert into poverty_county (edition, code, valid_from) values"
            " ('201404', '421122', '2014-01-01'), ('201405', '421122', '2014-01-01')"
        )
    finally:
        await conn.close()
    assert [row["edition"] for row in await rows(served, "poverty_county", 1)] == ["201405"]
