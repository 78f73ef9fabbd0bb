"""Accounts with their running state, and their statements: postings in account sequence."""

from db.amounts import amount
from db.organizations import ON_POSITION
from db.plans import Column, Many, Noun, One

ACCOUNT = Noun(
    "Account",
    "account",
    (("id", "text"),),
    (
        Column("key", sql="{t}.id", order=True),
        Column("book", "enum"),
        Column("class"),
        Column("organizationKey", sql="{t}.organization"),
        Column("restrictionKey", sql="{t}.restriction", null=True),
        Column("projectKey", sql="{t}.project", null=True),
        Column("assetKey", sql="{t}.asset"),
        Column("recipientKey", sql="{t}.recipient", null=True),
        Column("governmentPosition", "bigint", sql="{t}.government", null=True),
        Column("position", "bigint", order=True),
        Column("sequence", "bigint", sql="{t}.seq"),
        Column("status", "enum"),
        Column("batches", "text[]", filter=False),
        amount("balance", "({t}.total_in - {t}.total_out)"),
        amount("reserved", "{t}.reserved"),
        amount("totalIn", "{t}.total_in"),
        amount("totalOut", "{t}.total_out"),
        amount("received", "{t}.received"),
        amount("fees", "{t}.fees"),
        One("organization", "Organization", (("organization", "id"),)),
        One("restriction", "Restriction", (("restriction", "id"),)),
        One("project", "Project", (("project", "id"),)),
        Many("statement", "StatementLine", (("id", "account"),), order="sequence"),
        One("entry", "Entry", ON_POSITION, filter=False),
    ),
)

STATEMENT_LINE = Noun(
    "StatementLine",
    "statement_line",
    (("seq", "bigint"),),
    (
        Column("sequence", "bigint", sql="{t}.seq", order=True),
        Column("direction", "enum"),
        Column("book", "enum", filter=False),
        Column("position", "bigint"),
        Column("otherKey", sql="{t}.other"),
        amount("amount", "{t}.amount"),
        amount("totalIn", "{t}.total_in"),
        amount("totalOut", "{t}.total_out"),
        amount("balance", "({t}.total_in - {t}.total_out)"),
        One("other", "Account", (("other", "id"),), filter=False),
        One("posting", "Posting", (("position", "position"), ("book", "book"), ("n", "n")), filter=False),
        One("entry", "Entry", (("position", "position"),)),
    ),
    node=False,
    order="sequence",
)
