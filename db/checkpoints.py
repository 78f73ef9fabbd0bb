"""Checkpoints that were published, and the head of the journal itself."""

from db.plans import Column, Noun

CHECKPOINT = Noun(
    "Checkpoint",
    "checkpoint",
    (("size", "bigint"),),
    (Column("size", "bigint", order=True), Column("root", "bytea", filter=False), Column("note", filter=False)),
    order="size",
)

HEAD = Noun(
    "Head",
    "head",
    (),
    (
        Column("size", "bigint"),
        Column("at", "timestamptz"),
        Column("root", "bytea"),
        Column("last", "bytea"),
    ),
    node=False,
)
