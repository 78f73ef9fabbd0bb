"""Beneficiaries under pseudonyms; personal data lies in the vault, and no query reads it."""

from datetime import date

import strawberry

from schema.nodes import Node
from schema.relations import connection, listed, one
from schema.roots import every


@strawberry.type
class Beneficiary(Node):
    """A person, household or place that is helped, under a pseudonym."""

    key: str
    """Its plain id."""
    version: int
    """The version of the record that is shown, the newest."""
    kind: str
    """person, household or place."""
    region_code: str | None
    """The county, `code@edition`."""
    organization_key: str
    """The plain id of the organization that helps."""
    organization = one("Organization")
    """The organization that helps."""
    region = one("Region")
    """The county."""
    categories = listed("BeneficiaryCategory", dated=True)
    """Categories, all or as of a date."""
    history = connection("RecordVersion")
    """Every version of its record."""
    entry = one("Entry")
    """The entry that binds the version shown."""


@strawberry.type
class BeneficiaryCategory:
    """A category during a period."""

    category: str
    """The category's code, such as a registered poor household (建档立卡贫困户)."""
    valid_from: date
    """The first day."""
    valid_until: date | None
    """The last day, or open."""


@strawberry.type
class BeneficiaryQueries:
    """Beneficiaries."""

    beneficiaries = connection("Beneficiary", root=every("Beneficiary"))
    """All beneficiaries that you may see; the public sees counts in the disclosure."""
