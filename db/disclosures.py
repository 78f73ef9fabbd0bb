"""Public figures as the journal has them: five statements at most, whatever the size of the answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from db import statements

_SQL = statements.load("disclosures")

Session = Any
"""An asyncpg pool or connection."""


@dataclass(frozen=True, slots=True)
class Money:
    """Sums of one asset, in minor units, of one year, region and focus area."""

    year: int
    region: str | None
    focus: str | None
    asset: str
    donated: int
    income: int
    opened: int
    refunded: int
    granted: int
    costs: int
    converted: int
    acquired: int


@dataclass(frozen=True, slots=True)
class Persons:
    """Persons reached, of one year, region and focus area."""

    year: int
    region: str | None
    focus: str | None
    persons: int


async def money(reader: Session, journal: int, size: int, most: int) -> list[Money]:
    """At most `most` sums over the first `size` entries."""
    return [Money(*row) for row in await reader.fetch(_SQL.money, journal, size, most)]


async def persons(reader: Session, journal: int, size: int) -> list[Persons]:
    """Persons reached, by the first `size` entries."""
    return [Persons(*row) for row in await reader.fetch(_SQL.persons, journal, size)]


async def below(reader: Session, region: str) -> set[str]:
    """A region (`code@edition`) and all below it."""
    return {row["name"] for row in await reader.fetch(_SQL.below, region)}


@dataclass(frozen=True, slots=True)
class RegionName:
    """A region (`code@edition`), its name, and its province."""

    id: str
    name: str
    province: str | None
    province_name: str | None


async def region_names(reader: Session, regions: Iterable[str]) -> dict[str, RegionName]:
    """Names and provinces of those regions that are known."""
    pairs = [(edition, code) for code, _, edition in (region.partition("@") for region in sorted(set(regions)))]
    rows = await reader.fetch(_SQL.region_names, [edition for edition, _ in pairs], [code for _, code in pairs])
    return {row["id"]: RegionName(*row) for row in rows}


async def focus_names(reader: Session, codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Chinese and English name of each known focus area."""
    rows = await reader.fetch(_SQL.focus_names, sorted(set(codes)))
    return {row["code"]: (row["name"], row["name_en"]) for row in rows}
