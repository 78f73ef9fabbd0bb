"""Documents attached to entries."""

import strawberry

from schema.nodes import Node
from schema.relations import connection, one
from schema.roots import every
from schema.scalars import BigInt, Hex


@strawberry.type
class Evidence(Node):
    """A document attached to an entry, by its SHA-256."""

    key: str
    """Its plain id."""
    digest: Hex
    """SHA-256 of the document."""
    size: BigInt
    """Its length in bytes."""
    media_type: str
    """Its media type."""
    subject_position: BigInt
    """The position of the entry that it is about."""
    subject = one("Entry")
    """The entry that it is about."""
    entry = one("Entry")
    """The entry that attached it."""


@strawberry.type
class EvidenceQueries:
    """Evidence."""

    evidence = connection("Evidence", root=every("Evidence"))
    """All attached documents."""
