"""TigerBeetle's state machine tables: a row gives the same answer, or the page says why it means something else."""

from __future__ import annotations

import json
import re
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


SPEC = Path(__file__).resolve().parents[2] / "ledger/SPEC.md"


def listed(block: str) -> dict[str, str]:
    """A block of SPEC.md: what stands before the two spaces, and after."""
    found = re.search(rf"```text {block}\n(.*?)\n```", SPEC.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    pairs = (line.split("  ", 1) for line in found[1].splitlines())
    return {after: before for before, after in pairs}


def test_every_table_passes_or_stands_in_the_page_with_its_reasons() -> None:
    """No table in neither, none in both; and no reason that no table has."""
    reasons = {letter: reason for reason, letter in listed("tigerbeetle-reasons").items()}
    page = {name: {reasons[letter] for letter in letters.split()} for name, letters in listed("tigerbeetle").items()}
    played = {name: {why for why in play(name).outcomes if why != "run"} for name in TABLES}
    assert page == {name: {why.removeprefix("differs: ") for why in found} for name, found in played.items() if found}
    assert {why for found in page.values() for why in found} == set(reasons.values())


def test_nothing_is_skipped_in_silence() -> None:
    found: Counter[str] = Counter()
    for name in TABLES:
        found += play(name).outcomes
    assert found["run"] == RUN
    assert all(why == "run" or why.startswith("differs: ") for why in found)


RUN = 296
"""How many rows of all tables run and give the same answer."""
