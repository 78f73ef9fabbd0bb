"""Exchange rates (汇率) that a conversion documents: units of what was bought for one of what was paid."""

from fractions import Fraction

from ledger.assets import Asset, decimal_text
from ledger.rejections import Rejection


def follow(rate: str, paid_asset: str, paid: int, bought_asset: str, bought: int) -> None:
    """Raise `RATE_MISMATCH` unless the amounts follow from the rate.

    A printed rate stands for all that round to it, and a bank rounds the amount to a minor unit: so what was bought
    lies within half a last digit of the rate, and within less than one minor unit of it.
    """
    paid_scale, bought_scale = (Asset.parse(text).scale for text in (paid_asset, bought_asset))
    whole = Fraction(paid, 10**paid_scale)
    half = Fraction(1, 2 * 10 ** len(rate.partition(".")[2]))
    got, unit = Fraction(bought, 10**bought_scale), Fraction(1, 10**bought_scale)
    if abs(got - whole * Fraction(rate)) >= whole * half + unit:
        raise Rejection(
            "RATE_MISMATCH", rate=rate, paid=f"{decimal_text(paid, paid_scale)} {paid_asset}",
            bought=f"{decimal_text(bought, bought_scale)} {bought_asset}",
        )  # fmt: skip
