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
_MOST_DIGITS = 19
"""Of 2**63 - 1."""
_MOST_SHOWN = 40
"""Characters of a stranger's text that a message repeats."""
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
        shown = text[:_MOST_SHOWN] if isinstance(text, str) else type(text).__name__
        message = f"not a whole number of units below 2**63: {shown!r}"
        raise AmountError(message)
    return units


def parse_decimal(text: str, scale: int) -> int:
    """Units from a decimal text such as `1234.5` at `scale`; raises `AmountError` rather than round."""
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise AmountError(_why_none(text, scale))
    part = match["part"] or ""
    if len(part.rstrip("0")) > scale:
        message = f"{text} has more than {scale} decimals; amounts are never rounded"
        raise AmountError(message)
    units = int(match["whole"] + part[:scale].ljust(scale, "0"))
    if units > MAX_UNITS:
        message = f"{text} does not fit below 2**63 units"
        raise AmountError(message)
    return units


def _why_none(text: str, scale: int) -> str:
    """Why a text is no decimal amount, with what to write instead."""
    whole, _, part = text.removeprefix("-").partition(".")
    if text.startswith("-") and whole.isdecimal() and text.isascii():
        return "amounts are never negative: record a refund, a correction or a payment that came back instead"
    digits = whole.isdecimal() and (part.isdecimal() or not part) and text.isascii()
    if digits and not whole.startswith("0") and len(whole) > _MOST_DIGITS:
        return f"an amount of {len(whole)} digits is too large: it must fit below 2**63 units"
    if digits and part and (whole == "0" or not whole.startswith("0")):
        return f"{len(part)} decimals are too many: the asset has {scale}, and amounts are never rounded"
    shown = text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
    return f"not a decimal amount: {shown!r} (digits, one point, no separators)"


def decimal_text(units: int, scale: int) -> str:
    """The decimal text of signed `units` at `scale`: `decimal_text(-5, 2) == "-0.05"`."""
    sign, digits = ("-" if units < 0 else ""), str(abs(units)).rjust(scale + 1, "0")
    return sign + (digits if scale == 0 else f"{digits[:-scale]}.{digits[-scale:]}")
