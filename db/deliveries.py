"""Confirmed deliveries of disbursements: method and confirmation."""

from db.plans import Column, Noun, One
from db.regions import ON_REGION

DELIVERY = Noun(
    "Delivery",
    "delivery",
    (("id", "text"),),
    (
        Column("key", sql="{t}.id"),
        Column("method"),
        Column("confirmation"),
        Column("persons", "integer"),
        Column("regionCode", "region", sql="{t}.region", null=True),
        Column("category", null=True),
        Column("subjectPosition", "bigint", sql="{t}.subject"),
        One("region", "Region", ON_REGION, filter=False),
        One("subject", "Entry", (("subject", "position"),)),
        One("entry", "Entry", (("position", "position"),), filter=False),
    ),
)
