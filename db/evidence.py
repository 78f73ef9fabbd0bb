"""Documents attached to entries, by SHA-256."""

from db.plans import Column, Noun, One

EVIDENCE = Noun(
    "Evidence",
    "evidence",
    (("id", "text"),),
    (
        Column("key", sql="{t}.id"),
        Column("digest", "bytea"),
        Column("size", "bigint"),
        Column("mediaType"),
        Column("subjectPosition", "bigint", sql="{t}.subject"),
        One("subject", "Entry", (("subject", "position"),)),
        One("entry", "Entry", (("position", "position"),), filter=False),
    ),
)
