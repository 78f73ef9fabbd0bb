"""Records on their way into the tables: the companions of a version, and the newest one there is.

The rows come from `ledger.records`, as the verifier derives them from the stored content.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson

from db import statements
from db.journal import Companion
from ledger import records
from ledger.records import Row

_SQL = statements.load("records")

_COLUMNS = {
    "organization": (
        "id", "version", "uscc", "name", "name_en", "kind", "legal_form", "level", "management_mode",
        "registration_authority", "supervising_body", "region", "identifiers",
    ),
    "project": (
        "id", "version", "organization", "code", "name", "name_en", "purpose", "region", "starts", "ends", "status",
        "identifiers",
    ),
    "beneficiary": ("id", "version", "organization", "kind", "region"),
    "domain_record": ("noun", "id", "version", "organization", "project", "body"),
}  # fmt: skip
"""The arguments of `store_<table>`, from `$3`."""
_DATED = {"organization": "organization_status", "beneficiary": "beneficiary_category"}


def companions(content: Mapping[str, Any]) -> tuple[tuple[Companion, ...], str]:
    """The rows of a record's version, and its digest (hex); raises `ledger.errors.ProfileError`.

    `content` is the record with `noun`, `id` and `version`.
    """
    body, digest = records.encode(content)
    noun = content["noun"]
    rows = records.rows(content, 0)
    version = Companion(
        "records", "store_version", (noun, content["id"], content["version"], body, bytes.fromhex(digest))
    )
    table = noun if noun in records.NOUNS else "domain_record"
    newest = Companion("records", f"store_{table}", tuple(_value(rows[table][0], name) for name in _COLUMNS[table]))
    dated: tuple[Companion, ...] = ()
    if noun in _DATED:
        lines = rows[_DATED[noun]]
        dated = (
            Companion("records", f"store_{_DATED[noun]}", (content["id"], orjson.dumps(lines).decode())),
            Companion("records", f"trim_{_DATED[noun]}", (content["id"], len(lines))),
        )
    return (version, newest, *dated), digest


def _value(row: Row, name: str) -> object:
    value = row[name]
    return date.fromisoformat(value) if name in ("starts", "ends") and value is not None else value


async def newest(pool: Any, journal: int, noun: str, record: str) -> tuple[int, bytes] | None:  # noqa: ANN401 - an asyncpg pool
    """Version and content of the newest version of a record, or None."""
    row = await pool.fetchrow(_SQL.newest, journal, noun, record)
    return None if row is None else (row["version"], row["content"])
