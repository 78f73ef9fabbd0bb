"""Postings: every leg of every entry, read as a flow: from, to, amount, use."""

from db.amounts import amount
from db.plans import Column, Embedded, Noun, One
from db.regions import ON_REGION


def _side(name: str) -> Embedded:
    """The account at one end, with its sequence and totals after the posting."""
    bind = {"account": f"{{t}}.{name}_account", "asset": "{t}.asset"} | {
        part: f"{{t}}.{name}_{part}" for part in ("seq", "in", "out")
    }
    return Embedded(name, "PostingSide", bind)


POSTING = Noun(
    "Posting",
    "posting",
    (("position", "bigint"), ("book", "text"), ("n", "integer")),
    (
        Column("position", "bigint", order=True),
        Column("book", "enum"),
        Column("n", "integer"),
        Column("assetKey", sql="{t}.asset"),
        Column("units", "bigint", sql="{t}.amount"),
        Column("fromKey", sql="{t}.from_account"),
        Column("toKey", sql="{t}.to_account"),
        Column("purpose", null=True),
        Column("regionCode", "region", sql="{t}.region", null=True),
        Column("projectKey", sql="{t}.project", null=True),
        Column("category", null=True),
        Column("cost", null=True),
        amount("amount", "{t}.amount"),
        _side("from"),
        _side("to"),
        One("region", "Region", ON_REGION, filter=False),
        One("project", "Project", (("project", "id"),)),
        One("entry", "Entry", (("position", "position"),)),
    ),
)

POSTING_SIDE = Noun(
    "PostingSide",
    "",
    (),
    (
        Column("key", sql="{account}"),
        Column("sequence", "bigint", sql="{seq}"),
        amount("totalIn", "{in}", "{asset}"),
        amount("totalOut", "{out}", "{asset}"),
        One("account", "Account", (("{account}", "id"),), filter=False),
    ),
    node=False,
)
