"""Terms that are agreed: documented changes of restrictions, agreements with their milestones and fees."""

from db.amounts import amount
from db.organizations import ON_POSITION
from db.plans import Column, Many, Noun, One, Presence

USED = "used_of_change({t}.journal, {t}.position)"
"""What relied on it, less what corrections brought back."""

RESTRICTION_CHANGE = Noun(
    "RestrictionChange",
    "restriction_change",
    (("position", "bigint"),),
    (
        Column("position", "bigint", order=True),
        Column("effective", "date", order=True),
        Column("organizationKey", sql="{t}.organization"),
        Column("restrictionKey", sql="{t}.restriction"),
        Column("targetKey", sql="{t}.target", null=True),
        Column("basis"),
        amount("amount", "{t}.amount"),
        amount("used", USED),
        Column("evidence", "bytea", filter=False, null=True),
        Column("reference", null=True),
        One("organization", "Organization", (("organization", "id"),)),
        One("restriction", "Restriction", (("restriction", "id"),)),
        One("target", "Restriction", (("target", "id"),), filter=False),
        One("entry", "Entry", ON_POSITION, filter=False),
    ),
    order="position",
)

AGREEMENT = Noun(
    "Agreement",
    "agreement",
    (("id", "text"),),
    (
        Column("key", sql="{t}.id"),
        Column("position", "bigint", order=True),
        Column("effective", "date", order=True),
        Column("organizationKey", sql="{t}.organization"),
        Column("digest", "bytea"),
        Column("counterparty", null=True),
        Column("partnerKey", sql="{t}.partner", null=True),
        Column("restrictionKey", sql="{t}.restriction", null=True),
        amount("amount", "{t}.amount"),
        Column("validFrom", "date", null=True),
        Column("validUntil", "date", null=True),
        Column("feeClause", null=True),
        Column("feeBase", null=True),
        Column("feeRate", filter=False, null=True),
        Column("feeMoment", null=True),
        amount("feeCap", "{t}.fee_cap"),
        One("organization", "Organization", (("organization", "id"),)),
        One("partner", "Organization", (("partner", "id"),), filter=False),
        One("restriction", "Restriction", (("restriction", "id"),), filter=False),
        Many("milestones", "AgreementMilestone", (("id", "agreement"),), plain=True),
        One("entry", "Entry", ON_POSITION, filter=False),
    ),
)

AGREEMENT_MILESTONE = Noun(
    "AgreementMilestone",
    "agreement_milestone",
    (("n", "integer"),),
    (
        Column("milestone"),
        Column("due", "date"),
        Column("minorUnits", "bigint", sql="{t}.amount", null=True),
        Presence("reached", "milestone_reached", (("agreement", "agreement"), ("milestone", "milestone"))),
    ),
    node=False,
)
