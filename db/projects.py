"""Projects of organizations."""

from db.organizations import ON_POSITION, history
from db.plans import Column, Many, Noun, One
from db.regions import ON_REGION

PROJECT = Noun(
    "Project",
    "project",
    (("id", "text"),),
    (
        Column("key", sql="{t}.id"),
        Column("version", "integer", filter=False),
        Column("code", order=True),
        Column("name", order=True),
        Column("nameEn", null=True),
        Column("purpose", null=True),
        Column("regionCode", "region", sql="{t}.region", null=True),
        Column("starts", "date", null=True, order=True),
        Column("ends", "date", null=True),
        Column("status"),
        Column("identifiers", "text[]", filter=False),
        Column("organizationKey", sql="{t}.organization"),
        One("organization", "Organization", (("organization", "id"),)),
        One("region", "Region", ON_REGION, filter=False),
        Many("accounts", "Account", (("id", "project"),)),
        Many("restrictions", "Restriction", (("id", "project"),)),
        history("project"),
        One("entry", "Entry", ON_POSITION, filter=False),
    ),
)
