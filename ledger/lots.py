"""Goods by lot: what one entry declares of `GOODS:item:LOT/0`, once, and what follows from it.

A lot carries its expiry, and what it is worth on which basis, day and by whom.  An account holds one asset, so
that goods are issued by named lot, and their value follows them: of a lot of Q pieces worth V, the pieces that
raise an account's outgoing total from a to b are worth ⌊bV/Q⌋ - ⌊aV/Q⌋, which add up to V when all are gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GOODS = "GOODS:"
ISSUING = frozenset({"disbursement", "expense", "transfer", "conversion", "agency_out", "advance"})
"""Kinds that hand goods to others, which expired ones do not reach; a loss, a return to the donor, a move do."""


@dataclass(frozen=True, slots=True)
class Lot:
    """A declared lot: who declared it where, its last good day, and its value in units of a currency."""

    asset: str
    organization: str
    position: int
    expires: str | None = None
    basis: str | None = None
    value: int | None = None
    value_asset: str | None = None
    quantity: int | None = None
    valued_on: str | None = None
    valuer: str | None = None

    def expired(self, on: str) -> bool:
        """Whether the goods are past their last good day on a date."""
        return self.expires is not None and self.expires < on

    def worth(self, before: int, after: int) -> int | None:
        """What the pieces are worth that raise a running total from `before` to `after`; None if nobody can tell."""
        if self.value is None or not self.quantity:
            return None
        return after * self.value // self.quantity - before * self.value // self.quantity


def lot_of(data: Mapping[str, Any], organization: str, position: int) -> Lot:
    """The lot that a `goods_declared` entry declares."""
    value = data.get("valuation")
    if value is None:
        return Lot(data["asset"], organization, position, data.get("expires"))
    return Lot(
        data["asset"], organization, position, data.get("expires"), value["basis"], int(value["value"]),
        value["asset"], int(value["quantity"]), value["on"], value.get("valuer"),
    )  # fmt: skip
