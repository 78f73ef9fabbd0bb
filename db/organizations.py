"""Organizations (慈善组织 and others), their dated statuses, and the versions of every record."""

from db.plans import Column, Many, Noun, One
from db.regions import ON_REGION

ON_POSITION = (("position", "position"),)
OF_ORGANIZATION = (("id", "organization"),)


def history(noun: str) -> Many:
    """The versions of a record, each bound by an entry."""
    return Many("history", "RecordVersion", ((f"'{noun}'", "noun"), ("id", "id")), order="version")


ORGANIZATION = Noun(
    "Organization",
    "organization",
    (("id", "text"),),
    (
        Column("key", sql="{t}.id"),
        Column("version", "integer", filter=False),
        Column("uscc", null=True, order=True),
        Column("name", order=True),
        Column("nameEn", null=True),
        Column("kind"),
        Column("legalForm", null=True),
        Column("level", null=True),
        Column("managementMode", null=True),
        Column("registrationAuthority", null=True),
        Column("supervisingBody", null=True),
        Column("regionCode", "region", sql="{t}.region", null=True),
        Column("identifiers", "text[]", filter=False),
        One("region", "Region", ON_REGION, filter=False),
        Many("statuses", "OrganizationStatus", OF_ORGANIZATION, plain=True, during="on"),
        Many("projects", "Project", OF_ORGANIZATION, order="code"),
        Many("accounts", "Account", OF_ORGANIZATION),
        Many("restrictions", "Restriction", OF_ORGANIZATION),
        Many("beneficiaries", "Beneficiary", OF_ORGANIZATION),
        Many("entries", "Entry", OF_ORGANIZATION, order="position"),
        Many("importBatches", "ImportBatch", OF_ORGANIZATION),
        Column(
            "closedThrough",
            "date",
            filter=False,
            null=True,
            sql="(select p.through from period p where p.journal = {t}.journal and p.organization = {t}.id "
            "order by p.position desc limit 1)",
        ),
        Many("periods", "Period", OF_ORGANIZATION, order="position"),
        Many("holds", "Hold", OF_ORGANIZATION, order="position"),
        Many("memoranda", "Memorandum", OF_ORGANIZATION),
        Many("agreements", "Agreement", OF_ORGANIZATION),
        Many("restrictionChanges", "RestrictionChange", OF_ORGANIZATION, order="position"),
        Many("facts", "Fact", OF_ORGANIZATION),
        history("organization"),
        One("entry", "Entry", ON_POSITION, filter=False),
    ),
)

ORGANIZATION_STATUS = Noun(
    "OrganizationStatus",
    "organization_status",
    (("n", "integer"),),
    (
        Column("kind"),
        Column("validFrom", "date"),
        Column("validUntil", "date", null=True),
    ),
    node=False,
)

RECORD_VERSION = Noun(
    "RecordVersion",
    "record",
    (("noun", "text"), ("id", "text"), ("version", "integer")),
    (
        Column("noun"),
        Column("key", sql="{t}.id"),
        Column("version", "integer", order=True),
        Column("digest", "bytea"),
        Column("content", sql="convert_from({t}.content, 'UTF8')", filter=False),
        One("entry", "Entry", ON_POSITION, filter=False),
    ),
    node=False,
    order="version",
)
