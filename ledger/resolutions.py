"""Votes of the decision body (理事会) on what places money outside: how many are needed, by the law of the day.

A number of the law is a dated parameter with its source, and the resolution's own day says which one holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Majority:
    """More than, or at least (`reached`), a share `up`/`down` of the members or of those present, from a day on."""

    since: str
    up: int
    down: int
    of: str
    reached: bool
    source: str

    def needed(self, vote: Mapping[str, Any]) -> int:
        """The least number of votes that suffices."""
        whole = int(vote[self.of]) * self.up
        return -(-whole // self.down) if self.reached else whole // self.down + 1


MAJORITIES: dict[str, tuple[Majority, ...]] = {
    "major": (
        Majority("0001-01-02", 2, 3, "present", reached=True, source="基金会管理条例 (2004) 21"),
        Majority("2016-09-01", 2, 3, "members", reached=True, source="慈善法 (2016) 54"),
        Majority("2024-09-05", 2, 3, "members", reached=True, source="慈善法 (2023) 55"),
    ),
    "ordinary": (Majority("0001-01-02", 1, 2, "present", reached=False, source="基金会管理条例 (2004) 21"),),
}
"""What each matter asks for, the newest last."""


def majority(matter: str, on: str) -> Majority:
    """The rule that holds for a matter on a day."""
    return [rule for rule in MAJORITIES[matter] if rule.since <= on][-1]
