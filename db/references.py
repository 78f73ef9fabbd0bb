"""Reference lists on their way into the tables: the companions of a list, and the one that ships with the house."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from db import statements
from db.journal import Companion

_SQL = statements.load("references")
FOCUS_AREAS = Path(__file__).parent / "data" / "focus_areas.json"
"""The focus areas and sub-activities of the notice's third part (重点领域), in both languages."""

Line = Mapping[str, Any]


def stored(name: str, edition: str, content: bytes, digest: bytes) -> Companion:
    """The list itself."""
    return Companion("references", "store_list", (name, edition, content, digest))


def regions(edition: str, lines: Sequence[Line], since: date) -> tuple[Companion, ...]:
    """The lines of a region list (`code name level parent? path predecessors?`), in force since a day."""
    links = [
        {"code": line["code"], "previous_edition": previous, "previous_code": code}
        for line in lines
        for previous, code in line.get("predecessors", ())
    ]
    return (
        Companion("references", "store_regions", (edition, _json(lines), since)),
        Companion("references", "store_predecessors", (edition, _json(links))),
    )


def poverty_counties(edition: str, lines: Sequence[Line]) -> tuple[Companion, ...]:
    """Counties by date (`code valid_from valid_until?`)."""
    return (Companion("references", "store_poverty_counties", (edition, _json(lines))),)


def focus_areas(edition: str, lines: Sequence[Line]) -> tuple[Companion, ...]:
    """Focus areas by date (`code parent? name name_en valid_from valid_until?`)."""
    return (Companion("references", "store_focus_areas", (edition, _json(lines))),)


async def digests(pool: Any, name: str, edition: str) -> set[bytes]:  # noqa: ANN401 - an asyncpg pool
    """The digests under which the journals of this database hold an edition of a list."""
    return {row["digest"] for row in await pool.fetch(_SQL.elsewhere, name, edition)}


def _json(lines: Sequence[Line]) -> str:
    return orjson.dumps(list(lines)).decode()
