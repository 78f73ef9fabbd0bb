"""Tables served whole to auditors, page by page, each page from one snapshot."""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from db import statements

_SQL = statements.load("projections")

Session = Any
"""An asyncpg pool."""

KEYS: Final[dict[str, tuple[type, ...]]] = {
    "leaf": (int,),
    "record": (str, str, int),
    "reference_list": (str, str),
    "import_row": (str, int),
    "checkpoint": (int,),
    "head": (),
    "tile": (int, int),
    "command": (str,),
    "entry": (int,),
    "posting": (int, str, int),
    "slice": (int, int, int),
    "account": (str,),
    "restriction": (str,),
    "lot": (str,),
    "period": (int,),
    "approval_term": (int,),
    "memorandum": (str,),
    "memorandum_step": (int,),
    "restriction_change": (int,),
    "agreement": (str,),
    "agreement_milestone": (str, int),
    "milestone_reached": (int,),
    "reliance": (int,),
    "fact": (str,),
    "import_batch": (str,),
    "evidence": (str,),
    "delivery": (str,),
    "organization": (str,),
    "organization_status": (str, int),
    "project": (str,),
    "beneficiary": (str,),
    "beneficiary_category": (str, int),
    "domain_record": (str, str),
    "region": (str, str),
    "region_predecessor": (str, str, str, str),
    "poverty_county": (str, str, str),
    "focus_area": (str, str),
}
"""The served tables, and what their keys are made of."""

MOST_ROWS: Final = 10_000
MOST_BYTES: Final = 16 * 1024 * 1024
"""A page ends at the row that fills it."""


class MarkError(ValueError):
    """A mark is none that this table has given out."""


@dataclass(frozen=True, slots=True)
class Page:
    """JSON lines, the mark after which to go on (None at the end), and the journal's size in the same snapshot."""

    body: bytes
    next: str | None
    size: int


async def page(pool: Session, journal: int, table: str, after: str | None, limit: int) -> Page:
    """Rows of a table after a mark; raises `MarkError`, and `KeyError` for a table that is not served."""
    marks = read_mark(KEYS[table], after)
    async with pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        await conn.execute(_SQL.plan_each)
        size = await conn.fetchval(_SQL.reached, journal)
        rows = await conn.fetch(getattr(_SQL, table), journal, limit, *marks)
    lines: list[bytes] = []
    total = 0
    for row in rows:
        lines.append(row["line"].encode() + b"\n")
        total += len(lines[-1])
        if total >= MOST_BYTES:
            break
    more = len(lines) == limit or len(lines) < len(rows)
    following = rows[len(lines) - 1]["mark"] if lines and more and KEYS[table] else None
    return Page(b"".join(lines), following, size)


def read_mark(kinds: tuple[type, ...], after: str | None) -> tuple[int | str | None, ...]:
    """The key that a mark stands for; all None at the beginning; raises `MarkError`."""
    if after is None:
        return (None,) * len(kinds)
    try:
        values = orjson.loads(after)
    except orjson.JSONDecodeError:
        raise MarkError(after) from None
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise MarkError(after)
    for value in values:
        if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
            raise MarkError(after)
        if isinstance(value, str) and "\0" in value:
            raise MarkError(after)
    return tuple(values)


async def reference(reader: Session, journal: int, name: str, edition: str) -> bytes | None:
    """The content of a loaded list, as it was loaded, or None."""
    found: bytes | None = await reader.fetchval(_SQL.reference, journal, name, edition)
    return found
