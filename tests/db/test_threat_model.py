"""README's table of fences names what stands in the database, all of it, and nothing that does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from db import structure
from db.roles import ROLES, role_name

ROOT = Path(__file__).resolve().parents[2]


def rows(readme: str, head: str) -> set[str]:
    """The names in the first column of the table of fences."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    table = text[text.index(head) :].split("\n\n", 1)[0]
    return {name for line in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", line.split("|")[1])}


@pytest.mark.parametrize(
    ("readme", "head"), [("README.md", "| fence | for |"), ("README.zh.md", "| 栅栏 | 为了什么 |")]
)
def test_the_fences_in_readme_are_those_that_stand(readme: str, head: str) -> None:
    facts = structure.expected()
    triggers = {fact.what for fact in facts if fact.kind == "trigger" and not fact.what.startswith("RI_")}
    guards = {fact.subject for fact in facts if fact.kind == "event trigger"}
    roles = {role_name(role) for role in ROLES}
    others = {"make_leaf_partitions", "fence_gap"}
    subjects = " ".join(fact.subject for fact in facts)
    assert all(name in subjects for name in others)
    assert rows(readme, head) == triggers | guards | roles | others
