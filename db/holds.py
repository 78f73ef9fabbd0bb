"""Holds and what has become of them, and the periods that books were closed through."""

from db.entries import LEAF
from db.organizations import ON_POSITION
from db.plans import Column, Elements, Noun, One

HOLD = Noun(
    "Hold",
    "hold",
    (("position", "bigint"),),
    (
        Column("position", "bigint", order=True),
        Column("effective", "date"),
        Column("organizationKey", sql="{t}.organization"),
        Column("payment"),
        Column("until", "timestamptz", null=True),
        Column("state", "enum"),
        Elements("moves", "HeldMove", "leaf", ON_POSITION, f"{LEAF}::json -> 'holds' -> 'fund'"),
        One("organization", "Organization", (("organization", "id"),)),
        One("resolution", "Entry", (("resolution", "position"),), filter=False),
        One("entry", "Entry", ON_POSITION, filter=False),
    ),
    order="position",
)

HELD_MOVE = Noun(
    "HeldMove",
    "",
    (),
    (
        Column("sourceKey", sql="{t}.value ->> 'from'"),
        Column("targetKey", sql="{t}.value ->> 'to'"),
        Column("minorUnits", "bigint", sql="({t}.value ->> 'amount')::bigint"),
    ),
    node=False,
)

PERIOD = Noun(
    "Period",
    "period",
    (("position", "bigint"),),
    (
        Column("position", "bigint", order=True),
        Column("organizationKey", sql="{t}.organization"),
        Column("through", "date", null=True),
        One("organization", "Organization", (("organization", "id"),)),
        One("entry", "Entry", ON_POSITION, filter=False),
    ),
    order="position",
)
