"""Assets and amounts: whole units of one asset, and a string at the edge.

An asset names its scale: `CNY/2` is counted in fen, `GOODS:n95-mask:LOT7/0` in pieces of one batch.
Units are non-negative integers of the smallest step; every amount and running total stays below 2**63.
"""

import re
from dataclasses import dataclass

MAX_UNITS = 2**63 - 1
"""The largest amount or running total, in units (PostgreSQL's bigint)."""

_ASSET = re.compile(
    r"(?P<code>[A-Z]{3}|GOODS:[a-z0-9][a-z0-9.-]{0,39}(?::[A-Za-z0-9][A-Za-z0-9.-]{0,39})?)/(?P<scale>[0-9])",
    re.ASCII,
)
_UNITS = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_DECIMAL = re.compile(r"(?P<whole>0|[1-9][0-9]{0,18})(?:\.(?P<part>[0-9]{1,9}))?", re.ASCII)


class AmountError(ValueError):
    """A text is not an amount or an asset as this ledger writes them."""


@dataclass(frozen=True, slots=True)
class Asset:
    """What is counted: a currency (ISO 4217) or goods in their own unit and batch, with its scale."""

    code: str
    scale: int

    @classmethod
    def parse(cls, text: str) -> "Asset":
        """Read `CODE/SCALE`; raises `AmountError` for anything that `str` would not have written."""
        match = _ASSET.fullmatch(text)
        if match is None:
            message = f"not an asset: {text!r} (write CNY/2, or GOODS:item:BATCH/0)"
            raise AmountError(message)
        return cls(match["code"], int(match["scale"]))

    @property
    def kind(self) -> str:
        """`CURRENCY` or `GOODS`."""
        return "GOODS" if self.code.startswith("GOODS:") else "CURRENCY"

    def __str__(self) -> str:
        """The text form, `CODE/SCALE`."""
        return f"{self.code}/{self.scale}"


def is_asset(text: str) -> bool:
    """Whether `text` names an asset."""
    return _ASSET.fullmatch(text) is not None


def parse_units(text: object) -> int:
    """Units from their only text form (no sign, no leading zero, no separators); raises `AmountError`."""
    if not isinstance(text, str) or _UNITS.fullmatch(text) is None or (units := int(text)) > MAX_UNITS:
        message = f"not a whole number of units below 2**63: {text!r}"
        raise AmountError(message)
    return units


def parse_decimal(text: str, scale: int) -> int:
    """Units from a decimal text such as `1234.5` at `scale`; raises `AmountError` rather than round."""
    match = _DECIMAL.fullmatch(text)
    if match is None:
        message = f"not a decimal amount: {text!r} (digits, one point, no separators)"
        raise AmountError(message)
    part = match["part"] or ""
    if len(part.rstrip("0")) > scale:
        message = f"{text} has more than {scale} decimals; amounts are never rounded"
        raise AmountError(message)
    units = int(match["whole"] + part[:scale].ljust(scale, "0"))
    if units > MAX_UNITS:
        message = f"{text} does not fit below 2**63 units"
        raise AmountError(message)
    return units


def decimal_text(units: int, scale: int) -> str:
    """The decimal text of signed `units` at `scale`: `decimal_text(-5, 2) == "-0.05"`."""
    sign, digits = ("-" if units < 0 else ""), str(abs(units)).rjust(scale + 1, "0")
    return sign + (digits if scale == 0 else f"{digits[:-scale]}.{digits[-scale:]}")
