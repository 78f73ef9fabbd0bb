"""`mingzhang check`: a sound installation passes, and every table that is served can make it fail by name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from db.pools import Database
from schema.asgi.checking import written
from schema.asgi.checks import checked
from tests.schema.serving import Site, site

_ROW = "(journal, {}, position, content, digest)"
_PROJECT = """(journal, id, version, position, organization, code, name, status, identifiers)
    select journal, 'p', 1, 4, 'hope', 'p', 'p', 'open', '{}'"""
_REST = "4, 'x', sha256('x') from head"


@pytest.fixture
async def served(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """The smallest world, signed as far as it goes."""
    async with site(fresh_database, tmp_path / "data", publish=False) as made:
        conn = await made.platform.database.connect("door")
        try:
            await made.platform.publisher.publish(conn)
        finally:
            await conn.close()
        yield made


async def look(served: Site, **other: bool) -> dict[str, Any]:
    """Run every look."""
    return await checked(served.platform, lambda _done, _size: None, **other)


async def altered(database: Database, *changes: str) -> None:
    """Change rows as a superuser whom nothing holds."""
    conn = await asyncpg.connect(database.keeper)
    try:
        await conn.execute("alter event trigger guard_ddl disable")
        for table in ("record", "checkpoint"):
            await conn.execute(f"alter table {table} disable trigger all")
        for change in changes:
            await conn.execute(change)
    finally:
        await conn.close()


async def test_a_sound_installation(served: Site) -> None:
    seen: list[tuple[int, int]] = []
    found = await checked(served.platform, lambda done, size: seen.append((done, size)))
    assert (found["ok"], found["size"], found["published"], seen) == (True, 7, 7, [(7, 7)])
    assert [check["name"] for check in found["checks"]] == ["catalog", "projections", "publication", "disk", "clock"]
    assert written(found).count("ok  ") == 5
    quick = await look(served, quick=True)
    assert (quick["ok"], len(quick["checks"])) == (True, 4)


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("update record set content = content || ' '", "content of record"),
        ("update record set version = 2", "row of record"),
        ("delete from organization_status where n = 1", "row of organization_status"),
        ("update organization set name = '慈善会'", "name of organization"),
        ("update tile set nodes = set_byte(nodes, 40, 0)", "nodes of tile"),
        ("update head set frontier = frontier[2:]", "frontier of head"),
        ("update checkpoint set root = sha256('x')", "root of checkpoint"),
        ("update checkpoint set note = replace(note, '7', '6')", "note of checkpoint"),
        ("update checkpoint set size = 8", "size of checkpoint"),
        (f"insert into import_row {_ROW.format('batch, row_number')} select journal, 'x', 1, {_REST}",
         "row of import_row"),
        (f"insert into reference_list {_ROW.format('name, edition')} select journal, 'x', '1', {_REST}",
         "row of reference_list"),
        (f"insert into project {_PROJECT} from head", "row of project"),
    ],
)  # fmt: skip
async def test_an_altered_table_is_named(served: Site, fresh_database: Database, change: str, finding: str) -> None:
    await altered(fresh_database, change)
    found = await look(served)
    assert not found["ok"]
    assert any(finding in sentence for sentence in found["trouble"]), found["trouble"]
    assert "TROUBLE" in written(found)


async def test_a_fence_that_is_down(served: Site, fresh_database: Database) -> None:
    await altered(fresh_database, "alter event trigger guard_ddl disable", "alter table leaf disable trigger all")
    found = await look(served, quick=True)
    assert any("a fence is down: public.leaf" in sentence for sentence in found["trouble"])


async def test_disk_and_clock(served: Site) -> None:
    platform = served.platform
    platform.settings = replace(platform.settings, reserve=2**62)
    late = platform.context.now() - timedelta(hours=1)
    platform.context = replace(platform.context, now=lambda: late)
    found = await look(served, quick=True)
    assert [check["name"] for check in found["checks"] if not check["ok"]] == ["disk", "clock"]
    assert len(found["trouble"]) == 3


async def test_a_head_that_would_sign_backwards(served: Site, fresh_database: Database) -> None:
    await altered(fresh_database, "update head set size = 6")
    found = await look(served, quick=True)
    assert any("fork risk" in sentence for sentence in found["trouble"])
