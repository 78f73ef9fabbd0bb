"""The rows that a reference list gives: one function, for whoever writes them and for whoever compares them.

A list is JSON `{"edition", "items": [...]}`; its digest is in a leaf.  Rows are of an edition, which is the same in all
journals, so that they have no position.

    regions            region (`path`: the codes from the province down to itself), region_predecessor
    poverty-counties   poverty_county
    focus-areas        focus_area
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from ledger.records import Row, Rows

Items = Sequence[Mapping[str, Any]]

TABLES: Final[dict[str, tuple[str, ...]]] = {
    "regions": ("region", "region_predecessor"),
    "poverty-counties": ("poverty_county",),
    "focus-areas": ("focus_area",),
}
"""The tables that each list gives rows to; other lists give none."""


def rows(name: str, document: Mapping[str, Any]) -> Rows:
    """The rows of a list by table; raises KeyError, TypeError or ValueError for one of another form."""
    if name not in TABLES:
        return {}
    found = _ROWS[name](document["edition"], document["items"])
    return dict(zip(TABLES[name], found, strict=True))


def since(edition: str) -> date:
    """The first day of an edition, which is named by year and month, perhaps a day; raises ValueError."""
    return date(int(edition[:4]), int(edition[4:6]), int(edition[6:] or 1))


def _regions(edition: str, items: Items) -> tuple[list[Row], ...]:
    parents = {item["code"]: item.get("parent") for item in items}
    first = since(edition).isoformat()
    lines = [
        {"edition": edition, "code": item["code"], "name": item["name"], "level": item["level"],
         "parent": item.get("parent"), "path": _path(item["code"], parents), "valid_from": first}
        for item in items
    ]  # fmt: skip
    links = [
        {"edition": edition, "code": item["code"], "previous_edition": earlier, "previous_code": code}
        for item in items
        for earlier, code in dict.fromkeys(map(tuple, item.get("predecessors", ())))
    ]
    return lines, links


def _path(code: str, parents: Mapping[str, str | None]) -> list[str]:
    """The codes from the topmost down to this one; raises ValueError for a circle."""
    path = {code: None}
    while (above := parents[code]) is not None:
        if above in path:
            raise ValueError(f"{above} lies within itself")
        path[above] = None
        code = above
    return list(path)[::-1]


def _poverty_counties(edition: str, items: Items) -> tuple[list[Row], ...]:
    return ([{"edition": edition, "code": item["code"], **_dated(item)} for item in items],)


def _focus_areas(edition: str, items: Items) -> tuple[list[Row], ...]:
    lines = [
        {"edition": edition, "code": item["code"], "parent": item.get("parent"), "name": item["name"],
         "name_en": item["nameEn"], **_dated(item)}
        for item in items
    ]  # fmt: skip
    return (lines,)


def _dated(item: Mapping[str, Any]) -> Row:
    return {"valid_from": item["from"], "valid_until": item.get("until")}


_ROWS: Final[dict[str, Callable[[str, Items], tuple[list[Row], ...]]]] = {
    "regions": _regions,
    "poverty-counties": _poverty_counties,
    "focus-areas": _focus_areas,
}
