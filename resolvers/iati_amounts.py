"""An amount's text and currency, as whole minor units: exactly, or not at all.

UnreadableAmount    with a code of the table in `iati_problems`

Nothing is rounded and no float is made: digits are moved, and what does not
fit the currency's scale is refused.
"""

import re
from dataclasses import dataclass
from typing import Final

from resolvers.iati_currencies import SCALES

# xsd:decimal, in ASCII digits: no exponent, no separators of thousands, no full-width digits.
_DECIMAL: Final = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?", re.ASCII)
_LONGEST: Final = 64
_END: Final = 1 << 63
"""The ledger's amounts stay below this (SPEC: OVERFLOW)."""


class UnreadableAmount(Exception):  # noqa: N818 - an expected no, like every rejection
    """An amount that cannot be taken exactly; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Amount:
    """A signed whole number of minor units; `text` is what the file says."""

    minor: int
    currency: str
    scale: int
    text: str

    @property
    def asset(self) -> str:
        """Return the ledger's name of the asset, as `CNY/2`."""
        return f"{self.currency}/{self.scale}"


def read_amount(text: str, currency: str) -> Amount:
    """Read a decimal text in a currency of ISO 4217.

    Raises `UnreadableAmount` with VALUE_MISSING, VALUE_UNREADABLE,
    CURRENCY_MISSING, CURRENCY_UNKNOWN, TOO_MANY_DECIMALS or VALUE_TOO_LARGE,
    in this order of precedence.
    """
    bare = text.strip()
    if not bare:
        raise UnreadableAmount("VALUE_MISSING")
    match = _DECIMAL.fullmatch(bare) if len(bare) <= _LONGEST else None
    if match is None or not (match[2] or match[3]):
        raise UnreadableAmount("VALUE_UNREADABLE")
    code = currency.strip().upper()
    if not code:
        raise UnreadableAmount("CURRENCY_MISSING")
    scale = SCALES.get(code)
    if scale is None:
        raise UnreadableAmount("CURRENCY_UNKNOWN")
    decimals = (match[3] or "").rstrip("0")
    if len(decimals) > scale:
        raise UnreadableAmount("TOO_MANY_DECIMALS")
    minor = int((match[2] or "0") + decimals.ljust(scale, "0"))
    if minor >= _END:
        raise UnreadableAmount("VALUE_TOO_LARGE")
    return Amount(-minor if match[1] == "-" else minor, code, scale, bare)
