"""Amounts: whole minor units of an asset, as an object without a table.

`{units}` is a bigint, `{asset}` a text such as `CNY/2` or `GOODS:n95-mask:LOT7/0`.
"""

from db.plans import Column, Embedded, Noun

AMOUNT = Noun(
    "Amount",
    "",
    (),
    (
        Embedded("asset", "Asset", {"asset": "{asset}"}),
        Column("quantity", sql="round({units}::numeric * 10::numeric ^ -({asset_scale}), {asset_scale})::text"),
        Column("minorUnits", "bigint", sql="{units}"),
    ),
    node=False,
)

ASSET = Noun(
    "Asset",
    "",
    (),
    (
        Column("key", sql="{asset}"),
        Column("code", sql="regexp_replace({asset}, '/[0-9]+$', '')"),
        Column("kind", "enum", sql="case when {asset} like 'GOODS:%' then 'goods' else 'currency' end"),
        Column("scale", "integer", sql="substring({asset} from '[0-9]+$')::integer"),
    ),
    node=False,
)


def amount(name: str, units: str, asset: str = "{t}.asset") -> Embedded:
    """Declare an amount of `asset`; nothing when `units` is."""
    bind = {"units": units, "asset": asset, "asset_scale": f"substring({asset} from '[0-9]+$')::integer"}
    return Embedded(name, "Amount", bind, unless_null=units)
