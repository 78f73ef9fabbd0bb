"""Every table is keyed by journal first: primary keys and unique constraints or indexes begin with it (LEDGER.md 6)."""

from __future__ import annotations

import re

from db import structure

UNKEYED = {
    "journal": "the journals themselves",
    "token": "a token may be good for several journals, and is looked up by its digest",
    "migration": "what ran in the database as a whole",
    "fence_gap": "what the server as a whole did not allow",
    "region": "a public list",
    "region_predecessor": "a public list",
    "poverty_county": "a public list",
    "focus_area": "a public list",
}

_KEY = re.compile(r"(?:PRIMARY KEY|UNIQUE) \((\w+)|CREATE UNIQUE INDEX \S+ ON [\w.]+ USING btree \((\w+)", re.ASCII)


def _keys() -> list[tuple[str, str, str]]:
    """Return (table, name, first column) of every key and unique index."""
    found = []
    for fact, definition in structure.expected().items():
        if fact.kind in ("constraint", "index") and (match := _KEY.search(definition)):
            found.append((fact.subject.removeprefix("public."), fact.what, match[1] or match[2]))
    return found


def test_every_key_begins_with_the_journal() -> None:
    wrong = [key for key in _keys() if key[2] != "journal" and key[0] not in UNKEYED]
    assert not wrong, "begin the key with journal, or list the table with its reason"


def test_every_unique_constraint_was_looked_at() -> None:
    unique = [
        d for f, d in structure.expected().items() if re.search(r"PRIMARY KEY|\bUNIQUE\b", d) and f.kind != "function"
    ]
    assert len(unique) == len(_keys())


def test_the_list_names_tables_that_exist() -> None:
    tables = {fact.subject.removeprefix("public.") for fact in structure.expected() if fact.kind == "relation"}
    assert not UNKEYED.keys() - tables
