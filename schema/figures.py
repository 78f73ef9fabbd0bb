"""Amounts that Python has computed, for fields whose other amounts come from the database as JSON."""

from dataclasses import dataclass

from ledger.assets import Asset, decimal_text
from schema.enums import AssetKind


@dataclass(frozen=True, slots=True)
class AssetFigure:
    """The fields of the contract's `Asset`."""

    key: str
    code: str
    kind: AssetKind
    scale: int


@dataclass(frozen=True, slots=True)
class Figure:
    """The fields of the contract's `Amount`."""

    asset: AssetFigure
    quantity: str
    minor_units: int


def figure(units: int, asset: str) -> Figure:
    """So many units of an asset such as `CNY/2`."""
    scale = Asset.parse(asset).scale
    kind = AssetKind.GOODS if asset.startswith("GOODS:") else AssetKind.CURRENCY
    shown = AssetFigure(asset, asset.rpartition("/")[0], kind, scale)
    return Figure(shown, decimal_text(units, scale), units)
