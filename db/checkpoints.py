"""Checkpoints that were published, and the head of the journal itself."""

from db.plans import Column, Noun

COSIGNED = (
    "{t}.note || coalesce((select string_agg(c.line || chr(10), '' order by c.witness) from cosignature c "
    "where c.journal = {t}.journal and c.size = {t}.size), '')"
)
"""The note with the lines of its witnesses, as `GET /checkpoint` serves it."""
WITNESSES = "(select count(*) from cosignature c where c.journal = {t}.journal and c.size = {t}.size)"

CHECKPOINT = Noun(
    "Checkpoint",
    "checkpoint",
    (("size", "bigint"),),
    (
        Column("size", "bigint", order=True),
        Column("root", "bytea", filter=False),
        Column("note", filter=False),
        Column("cosigned", sql=COSIGNED, filter=False),
        Column("witnesses", "integer", sql=WITNESSES, filter=False),
    ),
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
