"""Memoranda outside the balances: promises of money, help in selling (帮销), volunteer hours, and their steps."""

from db.amounts import amount
from db.organizations import ON_POSITION
from db.plans import Column, Many, Noun, One
from db.regions import ON_REGION

SETTLED = "settled_of_memorandum({t}.journal, {t}.id)"
"""What payments settle of it, of which none was corrected."""
MONEY = "case when {t}.asset is not null then {t}.amount end"
PROMISED = "{t}.kind in ('pledge', 'commitment', 'receivable', 'payable')"
STATE = (
    "case when exists (select from memorandum_step s where s.journal = {t}.journal and s.memorandum = {t}.id "
    "and s.step = 'closed') then 'closed' "
    f"when {PROMISED} and {SETTLED} >= {{t}}.amount then 'settled' else 'open' end"
)
"""Whether it was closed on a ground, is settled in full, or open."""

MEMORANDUM = Noun(
    "Memorandum",
    "memorandum",
    (("id", "text"),),
    (
        Column("key", sql="{t}.id"),
        Column("kind", "enum"),
        Column("position", "bigint", order=True),
        Column("effective", "date", order=True),
        Column("organizationKey", sql="{t}.organization"),
        Column("state", "enum", sql=STATE, filter=False),
        amount("amount", MONEY),
        amount("settled", f"case when {PROMISED} then {SETTLED} end"),
        Column("minutes", "integer", sql="case when {t}.asset is null then {t}.amount end", filter=False, null=True),
        Column("persons", "integer", filter=False, null=True),
        Column("counterparty", null=True),
        Column("due", "date", null=True),
        Column("restrictionKey", sql="{t}.restriction", null=True),
        Column("projectKey", sql="{t}.project", null=True),
        Column("campaign", null=True),
        Column("regionCode", "region", sql="{t}.region", null=True),
        Column("purpose", null=True),
        Column("product", null=True),
        Column("seller", null=True),
        Column("sale", null=True),
        Column("correctionPosition", "bigint", sql="{t}.correction", null=True),
        Column("evidence", "bytea", filter=False, null=True),
        Column("reference", null=True),
        One("organization", "Organization", (("organization", "id"),)),
        One("restriction", "Restriction", (("restriction", "id"),), filter=False),
        One("project", "Project", (("project", "id"),), filter=False),
        One("region", "Region", ON_REGION, filter=False),
        One("correction", "Entry", (("correction", "position"),), filter=False),
        Many("steps", "MemorandumStep", (("id", "memorandum"),), plain=True),
        One("entry", "Entry", ON_POSITION, filter=False),
    ),
)

MEMORANDUM_STEP = Noun(
    "MemorandumStep",
    "memorandum_step",
    (("position", "bigint"),),
    (
        Column("position", "bigint"),
        Column("step", "enum"),
        Column("effective", "date"),
        Column("minorUnits", "bigint", sql="{t}.amount", null=True),
        Column("ground", null=True),
        Column("evidence", "bytea", filter=False, null=True),
        Column("reference", null=True),
        One("payment", "Entry", (("payment", "position"),), filter=False),
        One("entry", "Entry", ON_POSITION, filter=False),
    ),
    node=False,
)
