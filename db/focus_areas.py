"""Focus areas and their sub-activities (notice, part 3): a dated codelist of two levels."""

from db.plans import Column, Many, Noun, One

FOCUS_AREA = Noun(
    "FocusArea",
    "focus_area",
    (("edition", "text"), ("code", "text")),
    (
        Column("code", order=True),
        Column("edition"),
        Column("name"),
        Column("nameEn"),
        Column("parentCode", sql="{t}.parent", null=True),
        Column("validFrom", "date"),
        Column("validUntil", "date", null=True),
        One("parent", "FocusArea", (("edition", "edition"), ("parent", "code")), filter=False),
        Many("subActivities", "FocusArea", (("edition", "edition"), ("code", "parent")), plain=True),
    ),
    keyed=False,
    editions=True,
    lapses=True,
    order="code",
)
