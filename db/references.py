"""Reference lists on their way into the tables: the companions of a list, and the one that ships with the house."""

from pathlib import Path
from typing import Any

import orjson

from db import statements
from db.journal import Companion
from ledger.records import Rows

_SQL = statements.load("references")
FOCUS_AREAS = Path(__file__).parent / "data" / "focus_areas.json"
"""The focus areas and sub-activities of the notice's third part (重点领域), in both languages."""


def stored(name: str, edition: str, content: bytes, digest: bytes) -> Companion:
    """The list itself."""
    return Companion("references", "store_list", (name, edition, content, digest))


def looked_up(rows: Rows) -> tuple[Companion, ...]:
    """The rows of `ledger.references.rows`, by which queries look a list up."""
    return tuple(
        Companion("references", f"store_{table}", (orjson.dumps(lines).decode(),)) for table, lines in rows.items()
    )


async def digests(pool: Any, name: str, edition: str) -> set[bytes]:  # noqa: ANN401 - an asyncpg pool
    """The digests under which the journals of this database hold an edition of a list."""
    return {row["digest"] for row in await pool.fetch(_SQL.elsewhere, name, edition)}
