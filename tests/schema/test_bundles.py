"""Proof bundles over HTTP: checked by the auditors' command, the same from whoever has the leaves, and for whom."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from clients.auditor import bundling
from clients.auditor.command import cli
from clients.auditor.source import Page
from clients.auditor.tree import trusted_key
from db.pools import Database
from ledger import tiles
from ledger.bundles import Bundle
from resolvers.snapshots import take_snapshot
from tests.schema.serving import Site, site
from tests.schema.test_asgi_journal import covered


@pytest.fixture
async def served(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """The smallest world with a snapshot, published."""
    async with site(fresh_database, tmp_path / "data") as made:
        conn = await made.platform.database.connect("door")
        await take_snapshot(made.platform.context, conn)
        await conn.close()
        await covered(made)
        yield made


async def key_of(served: Site) -> str:
    """The log's key."""
    return (await served.get("/key")).text.strip()


def audit(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Run the auditor's command; its exit code and answer."""
    done = CliRunner().invoke(cli, [*arguments, "--json"])
    return done.exit_code, json.loads(done.stdout) if done.stdout else {}


async def fetched(served: Site, path: str, role: str | None, file: Path) -> Bundle:
    """A bundle, kept in a file."""
    answer = await served.get(path, role)
    assert answer.status_code == 200, answer.text
    await asyncio.to_thread(file.write_bytes, answer.content)
    return Bundle.parse(answer.content)


async def funds(served: Site) -> list[tuple[str, int]]:
    """The held fund accounts, and how many postings each has."""
    rows = await served.platform.reader.fetch(
        "select id, seq from account where book = 'fund' and class = 'fund' order by id"
    )
    return [(row["id"], row["seq"]) for row in rows]


async def test_a_balance_and_a_statement_hold_without_the_server(served: Site, tmp_path: Path) -> None:
    key, file = await key_of(served), tmp_path / "proof.json"
    for account, seq in await funds(served):
        await fetched(served, f"/accounts/{account}/balance.json", "auditor", file)
        code, found = audit("balance", str(file), "--key", key)
        assert (code, found["seq"]) == (0, seq)
        if not seq:
            continue
        await fetched(served, f"/accounts/{account}/statement.json", "officer", file)
        code, found = audit("statement", str(file), "--key", key)
        assert (code, found["complete"], found["count"]) == (0, True, seq)
        spoilt = orjson.loads(file.read_bytes())
        spoilt["leaves"] = spoilt["leaves"][1:]
        file.write_bytes(orjson.dumps(spoilt, option=orjson.OPT_SORT_KEYS) + b"\n")
        assert audit("statement", str(file), "--key", key)[0] == 1


async def test_a_trace_holds_and_says_the_way(served: Site, tmp_path: Path) -> None:
    key, file = await key_of(served), tmp_path / "trace.json"
    entry = await served.platform.reader.fetchval("select min(position) from entry where kind = 'donation'")
    bundle = await fetched(served, f"/entries/{entry}/trace.json", "auditor", file)
    code, found = audit("trace", str(file), "--key", key)
    assert code == 0, found
    assert found["complete"]
    assert len(bundle.encode()) < 1500 * (found["slices"] + 4)
    for lang in ("en", "zh"):
        done = CliRunner().invoke(cli, ["trace", str(file), "--key", key, "--lang", lang])
        assert done.exit_code == 0
        assert str(entry) in done.stdout
    other = await fetched(served, f"/entries/{entry}/trace.json", None, file)
    assert not other.balances, "lines of snapshots are for the entitled"
    code, found = audit("trace", str(file), "--key", key)
    assert (code, found["complete"]) == (6, False)
    officer = await fetched(served, f"/entries/{entry}/trace.json", "officer", file)
    assert officer == bundle


@dataclass
class Leaves:
    """What an auditor reads of a served journal, at hand."""

    resources: dict[str, bytes]
    live = False

    def checkpoint(self) -> bytes:
        """The newest note."""
        return self.resources["checkpoint"]

    def key(self) -> str:
        """The key."""
        return self.resources["key"].decode().strip()

    def resource(self, path: str) -> bytes | None:
        """A tile or bundle."""
        return self.resources.get(path)

    def tables(self) -> list[str]:
        """None: nobody asks."""
        return []

    def page(self, table: str, after: str | None) -> Page:
        """None: nobody asks."""
        raise AssertionError(table, after)


async def read_by(served: Site) -> Leaves:
    """Checkpoint, key, tiles and entry bundles."""
    size = (await covered(served)).size
    paths = ["checkpoint", "key", *map(str, tiles.tiles_at(size)), *map(str, tiles.new_bundles(0, size))]
    return Leaves({path: (await served.get(f"/{path}", "auditor")).content for path in paths})


async def test_whoever_has_the_leaves_makes_the_same_bytes(served: Site, tmp_path: Path) -> None:
    source = await read_by(served)
    key = trusted_key(source, None)
    entry = await served.platform.reader.fetchval("select min(position) from entry where kind = 'donation'")
    account, _ = max(await funds(served), key=lambda fund: fund[1])
    for path, made in (
        (f"/entries/{entry}/trace.json", bundling.trace(source, key, entry, None, None)),
        (f"/accounts/{account}/statement.json", bundling.statement(source, key, account, 0, None)),
        (f"/accounts/{account}/balance.json", bundling.balance(source, key, account)),
    ):
        theirs = await fetched(served, path, "auditor", tmp_path / "x.json")
        assert theirs.encode() == made.encode()


async def test_who_may_fetch_what(served: Site) -> None:
    account, _ = max(await funds(served), key=lambda fund: fund[1])
    for name in ("balance", "statement"):
        statuses = {
            role: (await served.get(f"/accounts/{account}/{name}.json", role)).status_code
            for role in (None, *served.tokens)
        }
        assert statuses == {
            None: 401, "administrator": 200, "auditor": 200, "inspector": 200, "officer": 200, "stranger": 403,
        }  # fmt: skip
        assert (await served.get(f"/accounts/nobody/{name}.json", "auditor")).status_code == 404
    size = await served.platform.reader.fetchval("select size from head")
    for path, status in (
        (f"/entries/{size}/trace.json", 404), ("/entries/0/trace.json", 400), ("/entries/x/trace.json", 404),
        (f"/entries/0/trace.json?asOf={size}", 400), ("/entries/0/trace.json?posting=x", 400),
        (f"/accounts/{account}/statement.json?from=9&to=3", 400),
        (f"/accounts/{account}/statement.json?from=yesterday", 400),
        (f"/accounts/{account}/statement.json?from=2026-01-01", 200),
    ):  # fmt: skip
        assert (await served.get(path, "auditor")).status_code == status, path
