"""Entries as the journal holds them, with their leaf, their breaches and their state."""

from db.plans import Column, Elements, Lookup, Many, Noun, One

ON_POSITION = (("position", "position"),)
LEAF = "convert_from({o}.leaf, 'UTF8')"
STATE = (
    "case when exists (select from witnessed w where w.journal = {t}.journal and w.size > {t}.position) "
    "then 'WITNESSED' "
    "when exists (select from checkpoint c where c.journal = {t}.journal and c.size > {t}.position) "
    "then 'CHECKPOINTED' else 'RECORDED' end"
)
"""How far an entry is secured: a published head covers it, and one that met the policy of witnesses."""

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
        Column("priorPeriod", "date", sql="{t}.prior_period", null=True),
        Column("breachCount", "integer", sql="{t}.breaches"),
        Lookup("leaf", "leaf", ON_POSITION, LEAF),
        Lookup("leafHash", "leaf", ON_POSITION, "{o}.hash", "bytea"),
        Elements("breaches", "Breach", "leaf", ON_POSITION, f"{LEAF}::json -> 'breaches'"),
        Column("state", sql=STATE, filter=False),
        One("organization", "Organization", (("organization", "id"),)),
        Many("postings", "Posting", ON_POSITION),
        One("corrects", "Entry", (("corrects", "position"),), filter=False),
        One("resolves", "Entry", (("resolves", "position"),), filter=False),
        One("resolvedBy", "Entry", (("position", "resolves"),), filter=False),
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
