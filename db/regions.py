"""Regions (GB/T 2260) by edition, and counties marked as poverty counties by date."""

from db.plans import Column, Many, Noun, One, Presence

CODE = "split_part({t}.region, '@', 1)"
EDITION = "split_part({t}.region, '@', 2)"
ON_REGION = ((CODE, "code"), (EDITION, "edition"))
"""How a `code@edition` column points at its region."""

REGION = Noun(
    "Region",
    "region",
    (("edition", "text"), ("code", "text")),
    (
        Column("key", sql="{t}.code || '@' || {t}.edition", filter=False),
        Column("code", order=True),
        Column("edition"),
        Column("name"),
        Column("level"),
        Column("validFrom", "date"),
        Column("path", "text[]", filter=False),
        Presence(
            "povertyCounty",
            "poverty_county",
            (("code", "code"),),
            during="on",
            keyed=False,
        ),
        One("parent", "Region", (("edition", "edition"), ("parent", "code")), filter=False),
        Many("children", "Region", (("edition", "edition"), ("code", "parent")), order="code"),
        Many("predecessors", "RegionLink", (("edition", "edition"), ("code", "code")), plain=True),
        Many("successors", "RegionLink", (("edition", "previous_edition"), ("code", "previous_code")), plain=True),
    ),
    keyed=False,
    editions=True,
    order="code",
)

REGION_LINK = Noun(
    "RegionLink",
    "region_predecessor",
    (("edition", "text"), ("code", "text"), ("previous_edition", "text"), ("previous_code", "text")),
    (
        One("region", "Region", (("edition", "edition"), ("code", "code")), filter=False),
        One("previous", "Region", (("previous_edition", "edition"), ("previous_code", "code")), filter=False),
    ),
    keyed=False,
    node=False,
)
