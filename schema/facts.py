"""Facts that people could later deny."""

from datetime import date

import strawberry

from schema.enums import FactKind
from schema.nodes import Node
from schema.relations import connection, one
from schema.roots import every
from schema.scalars import BigInt, Hex


@strawberry.type
class Fact(Node):
    """A plan, a report or a publication filed, a statement imported, a commendation, a draw by lot."""

    key: str
    """Its plain id."""
    kind: FactKind
    """What it is."""
    position: BigInt
    """The position of the entry that records it."""
    effective: date
    """The day that it happened."""
    organization_key: str
    """The plain id of its organization."""
    digest: Hex
    """SHA-256 of what it is about: the paper, the statement, the list, the result."""
    topic: str | None
    """What it is on; of a commendation, the award."""
    body: str | None
    """With whom it was filed, where it was published, who gave it: a code."""
    number: str | None
    """Its number there."""
    valid_from: date | None
    """The first day that it is about."""
    valid_until: date | None
    """The last day that it is about."""
    account_key: str | None
    """The plain id of the account that a statement is of."""
    opening: BigInt | None
    """The opening balance of a statement, in minor units."""
    incoming: BigInt | None
    """What came in, in minor units."""
    outgoing: BigInt | None
    """What went out, in minor units."""
    closing: BigInt | None
    """The closing balance, in minor units."""
    lines: int | None
    """How many lines a statement has."""
    root: Hex | None
    """The Merkle root of a statement's lines, or of the journal that a publication's figures were taken from."""
    size: BigInt | None
    """The size of that journal."""
    population: int | None
    """How many were listed for a draw."""
    drawn: int | None
    """How many were drawn."""
    commitment: Hex | None
    """What commits to the seed of a draw to come."""
    seed: Hex | None
    """The seed of a draw, with which anyone makes it again."""
    organization = one("Organization")
    """Its organization."""
    account = one("Account")
    """The account that a statement is of."""
    committed = one("Entry")
    """The entry that committed to a draw's seed."""
    entry = one("Entry")
    """The entry that records it."""


@strawberry.type
class FactQueries:
    """Facts."""

    facts = connection("Fact", root=every("Fact"))
    """All facts."""
