"""Public figures (公示): where, for whom, how much."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast

import strawberry

from resolvers import disclosure
from resolvers.context import Context
from schema.figures import Figure, figure
from schema.relations import embedded
from schema.scalars import BigInt

Info = strawberry.Info[Context, None]
Year = Annotated[int | None, strawberry.argument(description="Only this year of value dates.")]
RegionOf = Annotated[str | None, strawberry.argument(description="Only this region and all below it: CODE@EDITION.")]


@strawberry.type
class DisclosedRegion:
    """A region as figures name it."""

    code: str
    """CODE@EDITION."""
    name: str | None
    """Its name, where a loaded list has it."""
    province: "DisclosedRegion | None"
    """The province that it belongs to, or is."""


@strawberry.type
class DisclosedArea:
    """A focus area or sub-activity as figures name it."""

    code: str
    """Its code."""
    name: str | None
    """Its name in Chinese, where a loaded list has it."""
    name_en: str | None
    """Its name in English."""


@strawberry.type
class DisclosureRow:
    """Money or goods in and out, of one year, region, focus area and asset; corrections and returns netted.

    Over all rows, what is held of an asset is `received + acquired - spent - converted - refunded`.
    """

    year: int
    """The year of the value dates, in the journal's civil zone."""
    region: DisclosedRegion | None
    """What it was for; null where nothing says so."""
    area: DisclosedArea | None
    """The focus area or sub-activity; null where nothing, or more than one, is named."""
    persons: int | None
    """Persons whom confirmed deliveries reached here; null where withheld. The same in every asset's row."""
    received = embedded("Amount")
    """Donations, gifts in kind, income, and what was there when the journal began."""
    spent = embedded("Amount")
    """Given to beneficiaries or spent for them, and costs."""
    donated = embedded("Amount")
    """Donations and gifts in kind, gross."""
    income = embedded("Amount")
    """Interest, sales and other income."""
    opened = embedded("Amount")
    """What was there when the journal began, or came in unreported."""
    refunded = embedded("Amount")
    """Paid back to donors."""
    granted = embedded("Amount")
    """Paid or given to beneficiaries, vendors and partners for them."""
    costs = embedded("Amount")
    """Expenses and fees."""
    converted = embedded("Amount")
    """Turned into another asset, such as money that bought goods; no one has been given it yet."""
    acquired = embedded("Amount")
    """What another asset turned into, such as goods that were bought."""


@strawberry.type
class PersonsReached:
    """Persons whom confirmed deliveries reached; small counts, and what would give them away, are withheld."""

    year: int
    """The year of the payments."""
    region: str | None
    """Where, as CODE@EDITION; null where it is unknown, or all."""
    area: str | None
    """For what; null where it is unknown, or all."""
    all_regions: bool
    """Whether this is the total of all regions."""
    all_areas: bool
    """Whether this is the total of all focus areas."""
    persons: int | None
    """How many; null where it is withheld."""


@strawberry.type
class Disclosure:
    """Public figures, as of a position of the journal."""

    position: BigInt | None
    """The last position that the figures reflect."""
    at: datetime
    """When that entry was recorded."""
    rows: list[DisclosureRow]
    """Money and goods."""
    persons: list[PersonsReached]
    """Persons."""
    least_count: int
    """The smallest count of persons that is shown."""


@dataclass(frozen=True, slots=True)
class _Row:
    year: int
    region: DisclosedRegion | None
    area: DisclosedArea | None
    persons: int | None
    received: Figure
    spent: Figure
    donated: Figure
    income: Figure
    opened: Figure
    refunded: Figure
    granted: Figure
    costs: Figure
    converted: Figure
    acquired: Figure


@strawberry.type
class DisclosureQueries:
    """Public figures."""

    @strawberry.field
    async def disclosure(self, info: Info, year: Year = None, region: RegionOf = None) -> Disclosure:
        """Where, for whom, how much: by region, focus area and year."""
        found = await disclosure.disclose(info.context, year=year, region=region)
        return Disclosure(
            position=BigInt(found.size - 1) if found.size else None,
            at=found.at,
            rows=[_row(item) for item in found.rows],
            persons=[_persons(item) for item in found.reached],
            least_count=disclosure.LEAST,
        )


def _persons(item: disclosure.Reached) -> PersonsReached:
    return PersonsReached(
        year=item.year, region=item.region, area=item.focus, all_regions=item.all_regions, all_areas=item.all_focuses,
        persons=item.persons,
    )  # fmt: skip


def _row(item: disclosure.Row) -> DisclosureRow:
    money = item.money
    received = money.donated + money.income + money.opened
    sums = (
        received, money.granted + money.costs, money.donated, money.income, money.opened, money.refunded,
        money.granted, money.costs, money.converted, money.acquired,
    )  # fmt: skip
    area = None
    if money.focus is not None:
        name, name_en = item.focus or (None, None)
        area = DisclosedArea(code=money.focus, name=name, name_en=name_en)
    made = _Row(money.year, _region(item), area, item.persons, *(figure(units, money.asset) for units in sums))
    return cast("DisclosureRow", made)


def _region(item: disclosure.Row) -> DisclosedRegion | None:
    code, known = item.money.region, item.region
    if code is None:
        return None
    province = None
    if known is not None and known.province is not None:
        province = DisclosedRegion(code=known.province, name=known.province_name, province=None)
    return DisclosedRegion(code=code, name=known.name if known else None, province=province)
