"""Restrictions: what donated money may be used for."""

from db.organizations import ON_POSITION
from db.plans import Column, Many, Noun, One
from db.regions import ON_REGION

RESTRICTION = Noun(
    "Restriction",
    "restriction",
    (("id", "text"),),
    (
        Column("key", sql="{t}.id"),
        Column("purposes", "text[]", filter=False),
        Column("categories", "text[]", filter=False),
        Column("regionCode", "region", sql="{t}.region", null=True),
        Column("validFrom", "date", null=True),
        Column("validUntil", "date", null=True),
        Column("feeCap", sql="round({t}.fee_cap::numeric / 10000, 4)::text", filter=False, null=True),
        Column("investment", null=True),
        Column("organizationKey", sql="{t}.organization"),
        Column("projectKey", sql="{t}.project", null=True),
        One("organization", "Organization", (("organization", "id"),)),
        One("project", "Project", (("project", "id"),)),
        One("region", "Region", ON_REGION, filter=False),
        Many("accounts", "Account", (("id", "restriction"),)),
        Many("changes", "RestrictionChange", (("id", "restriction"),), order="position"),
        One("entry", "Entry", ON_POSITION, filter=False),
    ),
)
