"""Entries as the journal holds them, with their leaf, their breaches and their state."""

from db.plans import Column, Elements, Lookup, Many, Noun, One

ON_POSITION = (("position", "position"),)
LEAF = "convert_from({o}.leaf, 'UTF8')"
STATE = (
    "case when {t}.position < (select max(a.attested) from entry a where a.journal = {t}.journal) then 'AUDITED' "
    "when exists (select from witnessed w where w.journal = {t}.journal and w.size > {t}.position) "
    "then 'WITNESSED' "
    "when exists (select from checkpoint c where c.journal = {t}.journal and c.size > {t}.position) "
    "then 'CHECKPOINTED' else 'RECORDED' end"
)
"""How far an entry is secured: a published head covers it, one that met the policy of witnesses, an auditor's word."""
COVERED = (
    "coalesce((select min(w.size) from witnessed w where w.journal = {t}.journal and w.size > {t}.position), "
    "(select min(c.size) from checkpoint c where c.journal = {t}.journal and c.size > {t}.position))"
)
"""The smallest checkpoint over an entry that met the policy of witnesses; until there is one, the smallest over it."""
WITNESSED = (
    "(select {} from witnessed w where w.journal = {{t}}.journal and w.size > {{t}}.position order by w.size limit 1)"
)
"""What the policy of witnesses made of the smallest checkpoint over an entry that met it."""
ATTESTED = "(select min(a.position) from entry a where a.journal = {t}.journal and a.attested > {t}.position)"

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
        Column("coveredBy", "bigint", sql=COVERED, null=True, filter=False),
        Column("witnesses", "integer", sql=WITNESSED.format("w.have"), null=True, filter=False),
        Column("witnessesAsked", "integer", sql=WITNESSED.format("w.need"), null=True, filter=False),
        Column("witnessesOf", "integer", sql=WITNESSED.format("w.total"), null=True, filter=False),
        Column("attestedAt", "bigint", sql=ATTESTED, null=True, filter=False),
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
