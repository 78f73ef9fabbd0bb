"""Disclosure (公示): where, for whom, how much — by region × focus area × year, for anyone.

Corrections and returns are netted where the corrected entry counted; rows of a file count once its batch is closed.
Beneficiaries are counts alone, small ones withheld (`resolvers/suppression.py`) over the whole table before any filter
is laid on it, so that two questions cannot be subtracted from one another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from db import disclosures, trees
from db.disclosures import Money, Persons, RegionName
from db.plans import BadReadError
from ledger.regions import is_region
from resolvers.context import Context
from resolvers.suppression import LEAST, TOTAL, Counts, Key, protected

__all__ = ["LEAST", "Disclosure", "Reached", "Row", "disclose", "reached"]

MOST_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one year, region, focus area and asset, with names, and the persons reached there (None: withheld)."""

    money: Money
    region: RegionName | None
    focus: tuple[str, str] | None
    persons: int | None


@dataclass(frozen=True, slots=True)
class Reached:
    """Persons reached in one year; region or focus area None where it is unknown, `all_…` where it is a total."""

    year: int
    region: str | None
    focus: str | None
    all_regions: bool
    all_focuses: bool
    persons: int | None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The figures of a journal of `size` entries."""

    size: int
    at: datetime
    rows: list[Row]
    reached: list[Reached]


async def disclose(ctx: Context, *, year: int | None = None, region: str | None = None) -> Disclosure:
    """The public figures; of one year, or of a region and all below it.

    Raises `BadReadError` for a malformed region.  Six statements, seven with a region.
    """
    if region is not None and not is_region(region):
        raise BadReadError("region", "must be CODE@EDITION")
    size, at = await trees.reached(ctx.reader, ctx.journal.id)
    money = await disclosures.money(ctx.reader, ctx.journal.id, size, MOST_ROWS + 1)
    if len(money) > MOST_ROWS:
        raise BadReadError("year", f"the figures have more than {MOST_ROWS} rows; ask for them in bulk")
    counted = await disclosures.persons(ctx.reader, ctx.journal.id, size)
    inside = None if region is None else await disclosures.below(ctx.reader, region)
    regions = await disclosures.region_names(ctx.reader, {row.region for row in money if row.region})
    focuses = await disclosures.focus_names(ctx.reader, {row.focus for row in money if row.focus})
    tables = by_year(counted)
    rows = [
        Row(
            item,
            regions.get(item.region or ""),
            focuses.get(item.focus or ""),
            tables[item.year].of(item.region, item.focus) if item.year in tables else 0,
        )
        for item in money
        if (year is None or item.year == year) and (inside is None or item.region in inside)
    ]
    return Disclosure(size, at, rows, reached(tables, year, inside))


def by_year(counts: Iterable[Persons]) -> dict[int, Counts]:
    """Persons by year, each whole year protected."""
    years: dict[int, dict[Key, int]] = {}
    for item in counts:
        years.setdefault(item.year, {})[item.region, item.focus] = item.persons
    return {year: protected(years[year]) for year in sorted(years)}


def reached(tables: Mapping[int, Counts], year: int | None, inside: set[str] | None) -> list[Reached]:
    """Persons as a filter shows them; totals over all regions only where all regions are shown."""
    return [
        item
        for number, table in tables.items()
        if year is None or number == year
        for item in _year(number, table, inside)
    ]


def _year(number: int, table: Counts, inside: set[str] | None) -> Iterable[Reached]:
    for (row, column), persons in table.shown.items():
        every_region, every_focus = row is TOTAL, column is TOTAL
        if inside is not None and (every_region or row not in inside):
            continue
        yield Reached(
            number,
            row if isinstance(row, str) else None,
            column if isinstance(column, str) else None,
            every_region,
            every_focus,
            persons,
        )
