"""The migrated database is `db/structure.sql`, and every statement has the signature in `signatures.json`.

Both on the newest PostgreSQL and on the oldest. To accept a change: `python -m tests.db.regenerate`.
"""

from __future__ import annotations

import json

import asyncpg
import pytest

from db import structure
from db.structure import Fact
from tests.conftest import Cluster
from tests.db.regenerate import SIGNATURES, as_text, signatures


@pytest.fixture(params=["cluster", "cluster15"])
def keeper(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database, on each supported end of PostgreSQL's versions."""
    cluster: Cluster = request.getfixturevalue(request.param)
    return cluster.database(cluster.template).keeper


async def test_the_migrated_database_is_the_structure(keeper: str) -> None:
    conn = await asyncpg.connect(keeper)
    try:
        found = structure.render(await structure.read(conn))
    finally:
        await conn.close()
    assert found == structure.STRUCTURE.read_text(encoding="utf-8"), "run python -m tests.db.regenerate, and read it"


async def test_every_statement_has_its_signature(keeper: str) -> None:
    conn = await asyncpg.connect(keeper)
    try:
        found = await signatures(conn)
    finally:
        await conn.close()
    assert found == json.loads(SIGNATURES.read_text(encoding="utf-8")), "run python -m tests.db.regenerate"
    assert as_text(found) == SIGNATURES.read_text(encoding="utf-8")


def test_what_is_rendered_is_read_back() -> None:
    facts = {
        Fact("relation", "public.a", ""): "create table public.a (\n    b text\n)",
        Fact("grant", "public.a", "select (b) public"): "grant select (b) on table public.a to public",
        Fact("function", "public.f(text, text)", ""): "create function f()\n\n-- a comment\nselect 1;\n$function$",
    }
    assert structure.parse(structure.render(facts)) == facts
    assert structure.render(structure.expected()) == structure.STRUCTURE.read_text(encoding="utf-8")
