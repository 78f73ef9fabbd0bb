"""Beneficiaries (persons, households, places) under pseudonyms, and their categories by date."""

from db.organizations import ON_POSITION, history
from db.plans import Column, Many, Noun, One
from db.regions import ON_REGION

BENEFICIARY = Noun(
    "Beneficiary",
    "beneficiary",
    (("id", "text"),),
    (
        Column("key", sql="{t}.id"),
        Column("version", "integer", filter=False),
        Column("kind"),
        Column("regionCode", "region", sql="{t}.region", null=True),
        Column("organizationKey", sql="{t}.organization"),
        One("organization", "Organization", (("organization", "id"),)),
        One("region", "Region", ON_REGION, filter=False),
        Many("categories", "BeneficiaryCategory", (("id", "beneficiary"),), plain=True, during="on"),
        history("beneficiary"),
        One("entry", "Entry", ON_POSITION, filter=False),
    ),
)

BENEFICIARY_CATEGORY = Noun(
    "BeneficiaryCategory",
    "beneficiary_category",
    (("n", "integer"),),
    (
        Column("category"),
        Column("validFrom", "date"),
        Column("validUntil", "date", null=True),
    ),
    node=False,
)
