"""The rows of reference lists: paths by links, not by the codes' digits; circles and unknown lists."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import references


def listed(parents: dict[str, str | None], **more: dict[str, Any]) -> dict[str, Any]:
    """A list of regions with these parents."""
    items = [
        {"code": code, "name": code, "level": "county"} | ({"parent": above} if above else {}) | more.get(code, {})
        for code, above in parents.items()
    ]
    return {"edition": "201904", "items": items}


@given(st.lists(st.integers(0, 30), max_size=31), st.randoms())
def test_a_path_is_the_parents_path_and_the_code(above: list[int], chance: Random) -> None:
    """Line n lies below line `above[n] % n`, or below none; in any order of lines."""
    parents = {f"c{n}": None if n == 0 or m % 3 == 0 else f"c{m % n}" for n, m in enumerate(above)}
    lines = list(parents.items())
    chance.shuffle(lines)
    rows = {row["code"]: row for row in references.rows("regions", listed(dict(lines)))["region"]}
    for code, parent in parents.items():
        assert rows[code]["path"] == [*(rows[parent]["path"] if parent else ()), code]
        assert rows[code]["valid_from"] == "2019-04-01"


@pytest.mark.parametrize("parents", [{"a": "a"}, {"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "b"}])
def test_a_circle_is_refused(parents: dict[str, str | None]) -> None:
    with pytest.raises(ValueError, match="within itself"):
        references.rows("regions", listed(parents))


def test_a_predecessor_that_is_named_twice_is_one_row() -> None:
    twice = {"predecessors": [["201711", "a"], ["201711", "b"], ["201711", "a"]]}
    rows = references.rows("regions", listed({"a": None}, a=twice))["region_predecessor"]
    assert [row["previous_code"] for row in rows] == ["a", "b"]


def test_other_lists_give_no_rows() -> None:
    assert references.rows("currencies", {"edition": "201904", "items": [{"code": "CNY"}]}) == {}
