"""The schema as facts, and `db/structure.sql`, the facts that this version of the program expects.

A fact is one thing that the catalog says: a table with its columns, a trigger and whether it is on, a grant, an
owner. The file is written by `render` from a freshly migrated database and never by hand (`tests/db/regenerate.py`);
`parse` reads it back, so that an audit compares a database with it fact by fact. All facts are in, so that what
nobody thought of (a rule, a policy, a stranger's function) is unexpected rather than unseen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import asyncpg

from db import statements

STRUCTURE = Path(__file__).parent / "structure.sql"

_SQL = statements.load("catalog")
_NOT_FACTS = frozenset({"narrow_path", "gaps"})
_HEAD = re.compile(r"^-- \[(?P<kind>[a-z ]+)\] (?P<subject>[^|\n]+?)(?: \| (?P<what>[^\n]+))?$", re.MULTILINE)
_TITLE = """\
-- What a migrated database looks like on every supported PostgreSQL. Written by tests/db/regenerate.py, not by hand:
--     python -m tests.db.regenerate
-- `db/catalog.py` compares every database with it at start.
"""


class Fact(NamedTuple):
    """What a fact is about: its kind, the table (or function, role …) and the part of it, if it is about a part."""

    kind: str
    subject: str
    what: str


async def read(conn: asyncpg.Connection) -> dict[Fact, str]:
    """Return every fact about the connection's database with its definition in SQL; needs no privilege."""
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        return await read_inside(conn)


async def read_inside(conn: asyncpg.Connection) -> dict[Fact, str]:
    """Return the facts as the open transaction sees them; its search path stays narrowed."""
    facts: dict[Fact, str] = {}
    await conn.execute(_SQL.narrow_path)
    for name, statement in _SQL.items():
        if name not in _NOT_FACTS:
            for row in await conn.fetch(statement):
                facts[Fact(row["kind"], row["subject"], row["what"])] = row["definition"]
    return facts


def render(facts: Mapping[Fact, str]) -> str:
    """Return the facts as a file, by subject."""
    order = sorted(facts, key=lambda fact: (fact.subject, fact.kind != "relation", fact.kind, fact.what))
    return _TITLE + "".join(f"\n{_head(fact)}\n{facts[fact]};\n" for fact in order)


def parse(text: str) -> dict[Fact, str]:
    """Return the facts that `render` wrote."""
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return {
        Fact(head["kind"], head["subject"], head["what"] or ""): text[head.end() : end].strip("\n").removesuffix(";")
        for head, end in zip(heads, ends, strict=True)
    }


@cache
def expected() -> Mapping[Fact, str]:
    """Return the facts that this version of the program expects of a database."""
    return parse(STRUCTURE.read_text(encoding="utf-8"))


def _head(fact: Fact) -> str:
    """Return the line that opens a fact."""
    part = f" | {fact.what}" if fact.what else ""
    return f"-- [{fact.kind}] {fact.subject}{part}"
