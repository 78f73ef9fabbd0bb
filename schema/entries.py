"""Entries of the journal."""

from datetime import date, datetime

import strawberry

from schema.enums import EntryKind, EntryState, Mode
from schema.nodes import Node
from schema.relations import connection, listed, one
from schema.roots import at_position, every
from schema.scalars import BigInt, Hex, Json


@strawberry.type
class Entry(Node):
    """One balanced, immutable record at a position of the journal."""

    position: BigInt
    """Its position, from 0 without gaps."""
    kind: EntryKind
    """What it is."""
    mode: Mode
    """Instructed or observed."""
    at: datetime
    """The ledger's clock when it was accepted, strictly increasing."""
    effective: date
    """The value date in the journal's civil zone."""
    organization_key: str | None
    """The plain id of the organization that answers for it."""
    actor: str | None
    """The key id of who recorded it; not shown to the public."""
    command: str | None
    """The command's idempotency key; not shown to the public."""
    prior_period: date | None
    """Through which day books were closed when its effective date lay in a closed period: the open one serves it."""
    breach_count: int
    """How many rules an observed movement broke."""
    leaf: str | None
    """Its canonical bytes as text, where policy allows."""
    leaf_hash: Hex
    """SHA-256(0x00 ‖ leaf)."""
    breaches = listed("Breach", null=True)
    """What would have been refused, had it been asked; not shown to the public."""
    state: EntryState
    """How far it is secured."""
    covered_by: BigInt | None
    """The size of the smallest checkpoint over it that enough witnesses cosigned; until then, of the smallest."""
    witnesses: int | None
    """How many independent organizations had cosigned that checkpoint when it met the policy (k of n: k)."""
    witnesses_asked: int | None
    """How many the policy asks for."""
    witnesses_of: int | None
    """How many the policy knows (k of n: n)."""
    attested_at: BigInt | None
    """The position of the first auditor's attestation that covers it: who verified a head over it, and when."""
    organization = one("Organization")
    """The organization that answers for it."""
    postings = connection("Posting")
    """Its legs in both books."""
    corrects = one("Entry")
    """The entry that it reverses."""
    resolves = one("Entry")
    """The hold that this entry pays, voids or expires."""
    resolved_by = one("Entry")
    """The entry that resolved this hold."""
    corrected_by = one("Entry")
    """The entry that reverses it."""
    evidence = connection("Evidence")
    """Documents attached to it."""
    deliveries = connection("Delivery")
    """Deliveries confirmed for it."""


@strawberry.type
class Breach:
    """A rule that an observed movement broke."""

    code: str
    """The code of the rejection that an instructed one would have met."""
    facts: Json
    """The facts of the rejection."""


@strawberry.type
class EntryQueries:
    """Entries."""

    entry = one("Entry", arguments={"position": (BigInt, "Its position.")}, root=at_position("Entry"))
    """The entry at a position."""
    entries = connection("Entry", root=every("Entry"))
    """All entries in journal order."""
