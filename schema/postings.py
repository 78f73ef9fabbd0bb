"""Postings, read as flows: from, to, amount, use."""

import strawberry

from schema.enums import Book
from schema.nodes import Node
from schema.relations import connection, embedded, one
from schema.roots import every
from schema.scalars import BigInt


@strawberry.type
class Posting(Node):
    """One leg of an entry: an amount that flowed from one account to another."""

    position: BigInt
    """The position of its entry."""
    book: Book
    """Fund or custody."""
    n: int
    """Its number within the entry's book, from 0."""
    asset_key: str
    """The asset, such as `CNY/2`."""
    units: BigInt
    """The amount in minor units, to filter by."""
    from_key: str
    """The plain id of the account that it left."""
    to_key: str
    """The plain id of the account that it reached."""
    purpose: str | None
    """The purpose code of its use."""
    region_code: str | None
    """Where it was used, `code@edition`."""
    project_key: str | None
    """The plain id of the project of its use."""
    category: str | None
    """The beneficiary category of its use; not shown to the public."""
    cost: str | None
    """The law's cost class."""
    amount = embedded("Amount")
    """How much."""
    from_ = embedded("PostingSide", name="from")
    """The account that it left."""
    to = embedded("PostingSide")
    """The account that it reached."""
    region = one("Region")
    """Where it was used."""
    project = one("Project")
    """The project of its use."""
    entry = one("Entry")
    """Its entry."""


@strawberry.type
class PostingSide:
    """One end of a posting, with the account's own state after it."""

    key: str
    """The plain id of the account; outside accounts are `outside/…`."""
    sequence: BigInt
    """The account's sequence number of this posting."""
    total_in = embedded("Amount")
    """Everything that had come in."""
    total_out = embedded("Amount")
    """Everything that had gone out."""
    account = one("Account")
    """The account."""


@strawberry.type
class PostingQueries:
    """Flows."""

    flows = connection("Posting", root=every("Posting"))
    """All postings, read as flows of money."""
