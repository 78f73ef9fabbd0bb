"""Facts that people could later deny: plans, reports and publications filed, statements, commendations, draws."""

from db.organizations import ON_POSITION
from db.plans import Column, Noun, One

FACT = Noun(
    "Fact",
    "fact",
    (("id", "text"),),
    (
        Column("key", sql="{t}.id"),
        Column("kind", "enum"),
        Column("position", "bigint", order=True),
        Column("effective", "date", order=True),
        Column("organizationKey", sql="{t}.organization"),
        Column("digest", "bytea"),
        Column("topic", null=True),
        Column("body", null=True),
        Column("number", null=True),
        Column("validFrom", "date", null=True),
        Column("validUntil", "date", null=True),
        Column("accountKey", sql="{t}.account", null=True),
        Column("opening", "bigint", filter=False, null=True),
        Column("incoming", "bigint", filter=False, null=True),
        Column("outgoing", "bigint", filter=False, null=True),
        Column("closing", "bigint", filter=False, null=True),
        Column("lines", "integer", filter=False, null=True),
        Column("root", "bytea", filter=False, null=True),
        Column("size", "bigint", filter=False, null=True),
        Column("population", "integer", filter=False, null=True),
        Column("drawn", "integer", filter=False, null=True),
        Column("commitment", "bytea", filter=False, null=True),
        Column("seed", "bytea", filter=False, null=True),
        One("organization", "Organization", (("organization", "id"),)),
        One("account", "Account", (("account", "id"),), filter=False),
        One("committed", "Entry", (("committed", "position"),), filter=False),
        One("entry", "Entry", ON_POSITION, filter=False),
    ),
)
