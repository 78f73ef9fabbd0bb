"""Restrictions: what donated money may be used for."""

from datetime import date

import strawberry

from schema.nodes import Node
from schema.relations import connection, one
from schema.roots import every
from schema.scalars import Rate


@strawberry.type
class Restriction(Node):
    """What money may be used for; an empty or absent dimension allows everything."""

    key: str
    """Its plain id, as it stands in leaves."""
    purposes: list[str]
    """Purpose codes."""
    categories: list[str]
    """Beneficiary categories."""
    region_code: str | None
    """The region and all below it, `code@edition`."""
    valid_from: date | None
    """The first day on which its money may be spent."""
    valid_until: date | None
    """The last day on which its money may be spent."""
    fee_cap: Rate | None
    """The greatest share that may be taken as fee, such as 0.1000."""
    investment: str | None
    """`permitted` or `barred`: whether its money may be invested; it may not when nothing is said."""
    organization_key: str
    """The plain id of its organization."""
    project_key: str | None
    """The plain id of the one project that it allows."""
    organization = one("Organization")
    """Its organization."""
    project = one("Project")
    """The one project that it allows."""
    region = one("Region")
    """The region that it allows."""
    accounts = connection("Account")
    """The accounts under it."""
    changes = connection("RestrictionChange")
    """Documented changes of what its money may be used for."""
    entry = one("Entry")
    """The entry that declared it."""


@strawberry.type
class RestrictionQueries:
    """Restrictions."""

    restrictions = connection("Restriction", root=every("Restriction"))
    """All restrictions."""
