"""Holds, and the periods that books were closed through."""

from datetime import date, datetime

import strawberry

from schema.enums import HoldState
from schema.nodes import Node
from schema.relations import connection, listed, one
from schema.roots import every
from schema.scalars import BigInt


@strawberry.type
class Hold(Node):
    """Money that is reserved for a payment (预留)."""

    position: BigInt
    """The position of its entry, which the payment names."""
    effective: date
    """Its date."""
    organization_key: str
    """The plain id of its organization."""
    payment: str
    """The kind of entry that it is for."""
    until: datetime | None
    """When it is over by the ledger's clock."""
    state: HoldState
    """Whether it is open, or how it was resolved."""
    moves = listed("HeldMove")
    """What it keeps of the fund book."""
    organization = one("Organization")
    """Its organization."""
    resolution = one("Entry")
    """The entry that paid, voided or expired it."""
    entry = one("Entry")
    """Its entry."""


@strawberry.type
class HeldMove:
    """So much of one account, kept for another."""

    source_key: str
    """The account that would pay."""
    target_key: str
    """The account that would be paid."""
    minor_units: BigInt
    """How much, in minor units."""


@strawberry.type
class Period(Node):
    """A closing or a reopening of books (结账, 反结账); the newest of an organization holds."""

    position: BigInt
    """The position of its entry."""
    organization_key: str
    """The plain id of its organization."""
    through: date | None
    """The day through which the books are closed since; nothing when all are open."""
    organization = one("Organization")
    """Its organization."""
    entry = one("Entry")
    """Its entry."""


@strawberry.type
class HoldQueries:
    """Holds and periods."""

    holds = connection("Hold", root=every("Hold"))
    """All holds in journal order."""
    periods = connection("Period", root=every("Period"))
    """All closings and reopenings in journal order."""
