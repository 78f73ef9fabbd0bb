"""Import batches, their rows, and imported donations that await a decision on their earmark."""

from db.amounts import amount
from db.plans import Column, Many, Noun, One

IMPORT_BATCH = Noun(
    "ImportBatch",
    "import_batch",
    (("id", "text"),),
    (
        Column("key", sql="{t}.id"),
        Column("fileDigest", "bytea"),
        Column("rowsDigest", "bytea"),
        Column("rowCount", "integer"),
        Column("opened", "bigint", order=True),
        Column("closed", "bigint", null=True),
        Column("organizationKey", sql="{t}.organization"),
        amount("total", "{t}.total"),
        One("organization", "Organization", (("organization", "id"),)),
        Many("rows", "ImportRow", (("id", "batch"),), order="number"),
        Many("decisions", "ImportDecision", (("id", "batch"),), order="position"),
        One("entry", "Entry", (("opened", "position"),), filter=False),
    ),
)

IMPORT_ROW = Noun(
    "ImportRow",
    "import_row",
    (("batch", "text"), ("row_number", "integer")),
    (
        Column("number", "integer", sql="{t}.row_number", order=True),
        Column("digest", "bytea"),
        Column("content", sql="convert_from({t}.content, 'UTF8')", filter=False),
        One("batch", "ImportBatch", (("batch", "id"),)),
        One("entry", "Entry", (("position", "position"),), filter=False),
    ),
    node=False,
    order="number",
)

IMPORT_DECISION = Noun(
    "ImportDecision",
    "import_decision",
    (("position", "bigint"),),
    (
        Column("position", "bigint", order=True),
        Column("number", "integer", sql="{t}.row_number"),
        Column("reason"),
        Column("suggestion", "json", filter=False, null=True),
        Column("resolvedPosition", "bigint", sql="{t}.resolved", null=True),
        Column("state", "enum", sql="case when {t}.resolved is null then 'open' else 'resolved' end"),
        One("batch", "ImportBatch", (("batch", "id"),)),
        One("row", "ImportRow", (("batch", "batch"), ("row_number", "row_number")), filter=False),
        One("entry", "Entry", (("position", "position"),)),
        One("resolution", "Entry", (("resolved", "position"),), filter=False),
    ),
    order="position",
)
