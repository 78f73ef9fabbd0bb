"""TigerBeetle's state machine tables: the rows whose feature is there give the same answer, the rest are named."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.tigerbeetle import Table

FILE = Path(__file__).resolve().parents[2] / "../shared/vectors/tigerbeetle-semantics/state_machine_tests.json"
if not FILE.exists():
    pytest.skip(f"{FILE.name} is not beside this checkout (../shared/vectors)", allow_module_level=True)
TABLES: dict[str, list[dict[str, Any]]] = {t["test"]: t["actions"] for t in json.loads(FILE.read_text())["tests"]}


def play(name: str) -> Table:
    """Play one table."""
    table = Table()
    table.play(TABLES[name])
    return table


@pytest.mark.parametrize("name", TABLES)
def test_rows_whose_feature_is_there_give_the_same_answer(name: str) -> None:
    table = play(name)
    assert not table.wrong
    assert sum(table.outcomes.values()) == sum(row["op"] != "commit" for row in TABLES[name]), "no row is lost"


def test_nothing_is_skipped_in_silence() -> None:
    found: Counter[str] = Counter()
    for name in TABLES:
        found += play(name).outcomes
    assert dict(sorted(found.items())) == EXPECTED


EXPECTED = {
    "differs: a hold is named by the position of its entry": 2,
    "differs: a hold's asset is its accounts'": 2,
    "differs: a hold's end is a moment in its data": 2,
    "differs: a hold, its payment and its void are kinds, not flags": 12,
    "differs: a void names its hold and nothing else": 4,
    "differs: an amount is positive": 25,
    "differs: an entry's data is compared field by field, without user data": 9,
    "differs: ids are names and UUIDs, not integers": 5,
    "differs: no account begins with 2**63 - 1 units": 1,
    "differs: only an accepted command consumes its id": 13,
    "differs: the form of a command is asked before its accounts": 1,
    "not yet: a limit from above": 16,
    "not yet: balancing": 69,
    "not yet: builds on a row above that needs it": 125,
    "not yet: closing": 17,
    "not yet: credit_account_already_closed": 3,
    "not yet: credits_pending_must_be_zero": 1,
    "not yet: credits_posted_must_be_zero": 1,
    "not yet: debit_account_already_closed": 2,
    "not yet: debits_pending_must_be_zero": 1,
    "not yet: debits_posted_must_be_zero": 1,
    "not yet: exceeds_debits": 1,
    "not yet: get_account_balances": 58,
    "not yet: get_account_transfers": 57,
    "not yet: get_change_events": 14,
    "not yet: imported events": 53,
    "not yet: imported_event_expected": 2,
    "not yet: linked_event_chain_open": 4,
    "not yet: overflows_credits_pending": 1,
    "not yet: overflows_debits_pending": 1,
    "not yet: query_accounts": 73,
    "not yet: query_transfers": 73,
    "not yet: reserved bits": 1,
    "not yet: tick": 4,
    "not yet: transfer_must_have_the_same_ledger_as_accounts": 1,
    "not yet: two-phase": 16,
    "run": 293,
}
"""How many rows of all tables run, and what the others wait for; part 2 turns `not yet` into `run`."""
