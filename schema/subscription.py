"""The roots of every subscription: what a client is told again and again, over `/graphql` as WebSocket."""

import strawberry

from schema.filters import WHERE
from schema.relations import event
from schema.scalars import BigInt

_AFTER = "Go on behind this position: -1 for everything; only what is new from now on when left out."


@strawberry.type
class Subscription:
    """What can be followed.  `extensions.resume` of each event is the `after` that goes on behind it."""

    entries = event("Entry", {"where": (WHERE["Entry"] | None, "Only these."), "after": (BigInt | None, _AFTER)})
    """Every entry, once and in journal order, as soon as it is recorded."""
    checkpoints = event(
        "Checkpoint",
        {"after": (BigInt | None, "Go on behind the head of this size: 0 for all; only new ones when left out.")},
    )
    """Every signed head that is published, once and in order."""
    import_progress = event("ImportBatch", {"batch": (str, "The plain id of the batch.")}, null=True)
    """An import batch as it is, again whenever what is asked of it has changed; ends when it is closed.

    Null until it has been opened.
    """
