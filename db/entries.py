"""Entries as the journal holds them, with their leaf, their breaches and their state."""

from db.plans import Column, Elements, Lookup, Many, Noun, One, Presence

ON_POSITION = (("position", "position"),)
LEAF = "convert_from({o}.leaf, 'UTF8')"

ENTRY = Noun(
    "Entry",
    "entry",
    (("position", "bigint"),),
    (
        Column("position", "bigint", order=True),
        Column("kind", "enum"),
        Column("mode", "enum"),
        Column("at", "timestamptz", order=True),
        Column("effective", "date", order=True),
        Column("organizationKey", sql="{t}.organization", null=True),
        Column("actor"),
        Column("command", "uuid"),
        Column("breachCount", "integer", sql="{t}.breaches"),
        Lookup("leaf", "leaf", ON_POSITION, LEAF),
        Lookup("leafHash", "leaf", ON_POSITION, "{o}.hash", "bytea"),
        Elements("breaches", "Breach", "leaf", ON_POSITION, f"{LEAF}::json -> 'breaches'"),
        Presence("state", "checkpoint", (("position", "size", "<"),), "'CHECKPOINTED'", "'RECORDED'"),
        One("organization", "Organization", (("organization", "id"),)),
        Many("postings", "Posting", ON_POSITION),
        One("corrects", "Entry", (("corrects", "position"),), filter=False),
        One("correctedBy", "Entry", (("position", "corrects"),), filter=False),
        Many("evidence", "Evidence", (("position", "subject"),)),
        Many("deliveries", "Delivery", (("position", "subject"),)),
    ),
    order="position",
)

BREACH = Noun(
    "Breach",
    "",
    (),
    (Column("code", sql="{t}.value ->> 'code'"), Column("facts", "json", sql="{t}.value -> 'facts'")),
    node=False,
)
