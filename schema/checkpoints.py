"""Checkpoints and the head of the journal."""

from datetime import datetime

import strawberry

from schema.nodes import Node
from schema.relations import connection, one
from schema.roots import every, latest, the_head
from schema.scalars import BigInt, Hex


@strawberry.type
class Checkpoint(Node):
    """A signed head that was published."""

    size: BigInt
    """How many entries it covers."""
    root: Hex
    """The root of the Merkle tree over them."""
    note: str
    """The signed note (C2SP)."""
    cosigned: str
    """The signed note with the signature lines of every witness that cosigned it."""
    witnesses: int
    """How many witnesses cosigned it."""


@strawberry.type
class Head:
    """The end of the journal: what an answer reflects at least."""

    size: BigInt
    """How many entries there are."""
    at: datetime
    """The time of the last one."""
    root: Hex
    """The root of the Merkle tree over all."""
    last: Hex
    """The leaf hash of the last one."""


@strawberry.type
class CheckpointQueries:
    """Checkpoints."""

    head = one("Head", root=the_head())
    """The end of the journal now."""
    checkpoint = one(
        "Checkpoint",
        arguments={"size": (BigInt | None, "Exactly this many entries; the newest when left out.")},
        root=latest("Checkpoint", "size"),
    )
    """The newest checkpoint, or the one of a size."""
    checkpoints = connection("Checkpoint", root=every("Checkpoint"))
    """All checkpoints."""
