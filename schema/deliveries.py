"""Confirmed deliveries of disbursements."""

import strawberry

from schema.nodes import Node
from schema.relations import connection, one
from schema.roots import every
from schema.scalars import BigInt


@strawberry.type
class Delivery(Node):
    """That a disbursement reached whom it was for: method and confirmation."""

    key: str
    """Its plain id."""
    method: str
    """How it was handed over."""
    confirmation: str
    """How that was confirmed."""
    persons: int
    """How many persons it reached."""
    region_code: str | None
    """The county, `code@edition`."""
    category: str | None
    """The beneficiary category."""
    subject_position: BigInt
    """The position of the disbursement."""
    region = one("Region")
    """The county."""
    subject = one("Entry")
    """The disbursement."""
    entry = one("Entry")
    """The entry that confirmed it."""


@strawberry.type
class DeliveryQueries:
    """Deliveries."""

    deliveries = connection("Delivery", root=every("Delivery"))
    """All confirmed deliveries."""
