"""Amounts of money or goods: whole minor units, as strings."""

import strawberry

from schema.enums import AssetKind
from schema.relations import embedded
from schema.scalars import BigInt, Rate


@strawberry.type
class Asset:
    """What an amount is an amount of; its name carries its scale (`CNY/2`)."""

    key: str
    """As it stands in leaves, such as `CNY/2` or `GOODS:n95-mask:LOT7/0`."""
    code: str
    """Without the scale."""
    kind: AssetKind
    """Money or goods."""
    scale: int
    """How many decimals the quantity has."""


@strawberry.type
class Amount:
    """A signed amount of one asset."""

    asset = embedded("Asset")
    """What it is an amount of."""
    quantity: Rate
    """In whole units, with as many decimals as the asset has."""
    minor_units: BigInt
    """In minor units, a whole number."""
