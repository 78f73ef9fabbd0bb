"""The catalog audit: the schema, with all of its fences, is what this version of the program expects.

    findings = await catalog.audit(conn)

A superuser can take every fence down, and put it up again before anybody looks; so this audit proves nothing about
yesterday. It shows a fence that is down now, and that a verifier has to be asked about what happened meanwhile.
Every process runs it at start, and an auditor may ask for it.

Findings are values. Their `code`:

    MISSING      a fact of `db/structure.sql` is not there: a trigger, a grant, a partition
    UNEXPECTED   something is there that nobody planned: a rule, a policy, a setting, a stranger's function
    CHANGED      it is there and says something else: a disabled trigger, another owner
    GAP          this server's login could not put the fence up (`fence_gap` has said so since the migration)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import asyncpg

from db import statements, structure
from db.structure import Fact

PARTITION_WIDTH = 1_000_000
"""Positions of one partition of leaf; migration 0002 says the same."""

Code = Literal["MISSING", "UNEXPECTED", "CHANGED", "GAP"]

_SQL = statements.load("catalog")
_FIRST = "leaf_000000"
_PARTITION = re.compile(r"public\.leaf_(\d{6,})")
_BOUNDS = f"FOR VALUES FROM ('0') TO ('{PARTITION_WIDTH}')"


@dataclass(frozen=True, slots=True)
class CatalogFinding:
    """One departure from the expected schema; `table` may also be a function or a role, `what` a part of it."""

    code: Code
    table: str
    what: str
    expected: str | None
    actual: str | None

    def __str__(self) -> str:
        """One sentence for a person."""
        return f"{self.table}: {self.what}: expected {self.expected or 'nothing'}, found {self.actual or 'nothing'}"


async def audit(conn: asyncpg.Connection) -> list[CatalogFinding]:
    """Return every departure of this database's schema from `db/structure.sql`; as door, reader or migrator."""
    actual = await structure.read(conn)
    gaps: set[str] = set()
    if Fact("relation", "public.fence_gap", "") in actual:
        gaps = {row["code"] for row in await conn.fetch(_SQL.gaps)}
    return compare(structure.expected(), actual, gaps=gaps)


def compare(golden: Mapping[Fact, str], actual: Mapping[Fact, str], *, gaps: Iterable[str]) -> list[CatalogFinding]:
    """Return the departures of `actual` from `golden`, in the order of their subjects. Pure."""
    wanted = dict(golden)
    for number in range(1, _partitions(actual)):
        wanted.update(_partition(golden, number))
    known = frozenset(gaps)
    return [
        _finding(fact, wanted.get(fact), actual.get(fact), known)
        for fact in sorted(wanted.keys() | actual.keys(), key=lambda fact: (fact.subject, fact.kind, fact.what))
        if wanted.get(fact) != actual.get(fact)
    ]


def _finding(fact: Fact, expected: str | None, actual: str | None, gaps: frozenset[str]) -> CatalogFinding:
    """Name one departure."""
    code: Code = "MISSING" if actual is None else "UNEXPECTED" if expected is None else "CHANGED"
    if _is_known(fact, code, actual, gaps):
        code = "GAP"
    return CatalogFinding(code, fact.subject, f"{fact.kind} {fact.what}".strip(), expected, actual)


def _is_known(fact: Fact, code: Code, actual: str | None, gaps: frozenset[str]) -> bool:
    """The migration has said that exactly this could not be done here."""
    if "NO_DDL_GUARD" in gaps and fact == Fact("event trigger", "guard_ddl", ""):
        return code == "MISSING"
    if "PARTITIONER_IS_MIGRATOR" not in gaps:
        return False
    if fact == Fact("member", "mingzhang_migrator", "mingzhang_partitioner"):
        return code == "MISSING"
    if fact.kind == "owner":
        of_leaves = fact.subject.startswith(("public.leaf", "public.make_leaf_partitions"))
        return of_leaves and (actual or "").endswith(" owner to mingzhang_migrator")
    return fact.kind == "grant" and code == "MISSING" and fact.what.endswith(" mingzhang_partitioner")


def _partitions(facts: Mapping[Fact, str]) -> int:
    """Return how many partitions leaf must have: as many as its last attached one says."""
    numbers = (
        int(match[1])
        for fact, definition in facts.items()
        if fact.kind == "relation"
        and (match := _PARTITION.fullmatch(fact.subject))
        and " of public.leaf " in definition
    )
    return max(numbers, default=0) + 1


def _partition(golden: Mapping[Fact, str], number: int) -> dict[Fact, str]:
    """Return the facts of a later partition: those of the first, under its own name and bounds."""
    name = f"leaf_{number:06}"
    bounds = f"FOR VALUES FROM ('{number * PARTITION_WIDTH}') TO ('{(number + 1) * PARTITION_WIDTH}')"

    def renamed(text: str) -> str:
        return text.replace(_FIRST, name).replace(_BOUNDS, bounds)

    return {
        Fact(fact.kind, renamed(fact.subject), renamed(fact.what)): renamed(definition)
        for fact, definition in golden.items()
        if _FIRST in fact.subject
    }
