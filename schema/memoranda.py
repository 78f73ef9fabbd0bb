"""Memoranda outside the balances, and what became of them."""

from datetime import date

import strawberry

from schema.enums import MemorandumKind, MemorandumState, MemorandumStepKind
from schema.nodes import Node
from schema.relations import connection, embedded_or_none, listed, one
from schema.roots import every
from schema.scalars import BigInt, Hex


@strawberry.type
class Memorandum(Node):
    """A promise of money, help in selling (帮销), or volunteer hours: in no balance, and never income."""

    key: str
    """Its plain id."""
    kind: MemorandumKind
    """What it is."""
    position: BigInt
    """The position of the entry that opened it."""
    effective: date
    """The day that it was made; of volunteer hours, the day that they were given."""
    organization_key: str
    """The plain id of its organization."""
    state: MemorandumState
    """Whether it is open, settled in full, or was closed."""
    amount = embedded_or_none("Amount")
    """Of how much it is, unless it is of hours."""
    settled = embedded_or_none("Amount")
    """What payments settle of a promise."""
    minutes: int | None
    """Whole minutes that volunteers gave."""
    persons: int | None
    """How many volunteers gave them."""
    counterparty: str | None
    """The class of the other side; never a person."""
    due: date | None
    """When it is due."""
    restriction_key: str | None
    """The plain id of what the money may be used for."""
    project_key: str | None
    """The plain id of its project."""
    campaign: str | None
    """The campaign that a pledge was made to."""
    region_code: str | None
    """Where hours were given, or what was sold was grown: `code@edition`."""
    purpose: str | None
    """What hours were given for."""
    product: str | None
    """What was sold."""
    seller: str | None
    """Who sold."""
    sale: str | None
    """The number of the order or contract."""
    correction_position: BigInt | None
    """The position of the correction whose receivable it takes up."""
    evidence: Hex | None
    """SHA-256 of its paper."""
    reference: str | None
    """The number of its paper."""
    organization = one("Organization")
    """Its organization."""
    restriction = one("Restriction")
    """What the money may be used for."""
    project = one("Project")
    """Its project."""
    region = one("Region")
    """Where hours were given, or what was sold was grown."""
    correction = one("Entry")
    """The correction whose receivable it takes up."""
    steps = listed("MemorandumStep")
    """What settled it, was none, or closed it."""
    entry = one("Entry")
    """The entry that opened it."""


@strawberry.type
class MemorandumStep:
    """What became of a memorandum, by one entry."""

    position: BigInt
    """The position of that entry."""
    step: MemorandumStepKind
    """Settled, a settlement withdrawn, or closed."""
    effective: date
    """Its date."""
    minor_units: BigInt | None
    """How much a payment settled."""
    ground: str | None
    """Why it was withdrawn or closed."""
    evidence: Hex | None
    """SHA-256 of its paper."""
    reference: str | None
    """The number of its paper."""
    payment = one("Entry")
    """The payment that settled it."""
    entry = one("Entry")
    """The entry itself."""


@strawberry.type
class MemorandumQueries:
    """Memoranda."""

    memoranda = connection("Memorandum", root=every("Memorandum"))
    """All memoranda."""
