"""Regions as a loaded reference list knows them: (code, edition), parents and predecessors.

A region is written `420100@201904`: the GB/T 2260 code and the edition of the list it was looked up
in.  Its subtree follows the list's own links, never a prefix of the code: counties administered
directly by a province, and codes that moved, would be wrong by prefix.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_REGION = re.compile(r"[0-9]{6,12}@[0-9]{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Region:
    """One line of a list: codes are of this edition; predecessors are (edition, code) of earlier ones."""

    code: str
    name: str
    level: str
    parent: str | None
    predecessors: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Regions:
    """Every loaded edition; answers whether one region lies in the subtree of another."""

    editions: dict[str, dict[str, Region]] = field(default_factory=dict)
    successors: dict[str, set[str]] = field(default_factory=dict)

    def load(self, edition: str, items: Iterable[Region]) -> None:
        """Add one edition of the list."""
        self.editions[edition] = {item.code: item for item in items}
        for item in self.editions[edition].values():
            for previous_edition, previous in item.predecessors:
                self.successors.setdefault(f"{previous}@{previous_edition}", set()).add(f"{item.code}@{edition}")

    def find(self, region: str) -> Region | None:
        """The line that `region` names, or None."""
        code, _, edition = region.partition("@")
        return self.editions.get(edition, {}).get(code)

    def within(self, inner: str, outer: str) -> bool:
        """Whether `inner` is `outer` or lies below it, across editions where their links say so.

        A region lies where its parent does; or where all of its predecessors do, since a union of two
        regions lies in neither of them.
        """
        return self._within(inner, {outer, *self._same_as(outer)}, frozenset())

    def _within(self, region: str, wanted: set[str], above: frozenset[str]) -> bool:
        if region in wanted:
            return True
        line = self.find(region)
        if line is None or region in above:
            return False
        above |= {region}
        edition = region.partition("@")[2]
        if line.parent is not None and self._within(f"{line.parent}@{edition}", wanted, above):
            return True
        earlier = [f"{code}@{previous}" for previous, code in line.predecessors]
        return bool(earlier) and all(self._within(name, wanted, above) for name in earlier)

    def _same_as(self, region: str) -> Iterable[str]:
        """Earlier names of exactly this region: predecessors that went into no other."""
        line = self.find(region)
        for edition, code in line.predecessors if line else ():
            name = f"{code}@{edition}"
            if self.successors.get(name) == {region}:
                yield name


def is_region(text: str) -> bool:
    """Whether `text` has the form `CODE@EDITION`."""
    return _REGION.fullmatch(text) is not None


def regions_of(document: Mapping[str, object]) -> tuple[str, list[Region]]:
    """Edition and lines of a reference list's JSON (`{"edition", "items": [...]}`); `KeyError` if malformed."""
    edition, items = str(document["edition"]), document["items"]
    if not isinstance(items, list):
        raise KeyError("items")
    return edition, [
        Region(
            item["code"], item["name"], item["level"], item.get("parent"),
            tuple((str(a), str(b)) for a, b in item.get("predecessors", ())),
        )
        for item in items
    ]  # fmt: skip
