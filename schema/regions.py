"""Regions (GB/T 2260) as they were on a date."""

from datetime import date

import strawberry

from schema.nodes import Node
from schema.relations import connection, flag, listed, one
from schema.roots import AS_OF, by_key, every


@strawberry.type
class Region(Node):
    """A region of one edition of GB/T 2260."""

    key: str
    """`code@edition`, as it stands in leaves."""
    code: str
    """The code of GB/T 2260."""
    edition: str
    """The edition of the list that this line is from."""
    name: str
    """Its name in Chinese."""
    level: str
    """province, city, county …"""
    valid_from: date
    """The first day of the edition."""
    path: list[str]
    """The codes from the province down to itself."""
    poverty_county = flag(on="On this civil date.")
    """Whether it was marked as a poverty county (贫困县)."""
    parent = one("Region")
    """The region above, in the same edition."""
    children = connection("Region")
    """The regions directly below, in the same edition."""
    predecessors = listed("RegionLink")
    """Which regions of earlier editions it continues."""
    successors = listed("RegionLink")
    """Which regions of later editions continue it."""


@strawberry.type
class RegionLink:
    """That a region continues one of an earlier edition."""

    region = one("Region")
    """The later region."""
    previous = one("Region")
    """The earlier region."""


@strawberry.input(one_of=True)
class RegionRef:
    """Names a region, by id or by its code on the date asked for."""

    id: strawberry.ID | None = strawberry.UNSET
    """Its global id."""
    code: str | None = strawberry.UNSET
    """Its code of GB/T 2260."""


@strawberry.type
class RegionQueries:
    """Regions."""

    region = one("Region", arguments={"by": (RegionRef, "Which one."), "on": AS_OF}, root=by_key("Region"))
    """A region by its code as of a date (today in the journal's zone by default), or by id."""
    regions = connection("Region", more={"on": AS_OF}, root=every("Region"))
    """The regions of the edition that held on a date, today by default."""
