"""Documented changes of restrictions, and agreements with their milestones and fees."""

from datetime import date

import strawberry

from schema.nodes import Node
from schema.relations import connection, embedded, embedded_or_none, listed, one
from schema.roots import every
from schema.scalars import BigInt, Hex, Rate


@strawberry.type
class RestrictionChange(Node):
    """So much money under a restriction may serve another one, or is free; on record before it is spent."""

    position: BigInt
    """The position of the entry that documents it, which a movement names."""
    effective: date
    """From when on money may rely on it."""
    organization_key: str
    """The plain id of the organization whose money it is."""
    restriction_key: str
    """The plain id of the restriction that the money is under."""
    target_key: str | None
    """The plain id of the restriction that it may serve; nothing when it is free."""
    basis: str
    """`donor-consent`, `filing`, `leftover` or `time-passed`."""
    amount = embedded("Amount")
    """How much it covers."""
    used = embedded("Amount")
    """How much relied on it."""
    evidence: Hex | None
    """SHA-256 of its paper."""
    reference: str | None
    """The number of its paper."""
    organization = one("Organization")
    """The organization whose money it is."""
    restriction = one("Restriction")
    """The restriction that the money is under."""
    target = one("Restriction")
    """The restriction that it may serve."""
    entry = one("Entry")
    """The entry that documents it."""


@strawberry.type
class Agreement(Node):
    """An agreement by its digest: with whom, on what, milestones and fee."""

    key: str
    """Its plain id."""
    position: BigInt
    """The position of the entry that binds it."""
    effective: date
    """Its date."""
    organization_key: str
    """The plain id of its organization."""
    digest: Hex
    """SHA-256 of its text."""
    counterparty: str | None
    """The class of the other side; never a person."""
    partner_key: str | None
    """The plain id of the organization that it is with."""
    restriction_key: str | None
    """The plain id of what its money may be used for."""
    amount = embedded_or_none("Amount")
    """On how much it is."""
    valid_from: date | None
    """Its first day."""
    valid_until: date | None
    """Its last day."""
    fee_clause: str | None
    """The clause of the fee."""
    fee_base: str | None
    """What the fee is counted on: `received` or `spent`."""
    fee_rate: Rate | None
    """The rate as a share of 1."""
    fee_moment: str | None
    """When it is released."""
    fee_cap = embedded_or_none("Amount")
    """The most that it may be."""
    organization = one("Organization")
    """Its organization."""
    partner = one("Organization")
    """The organization that it is with."""
    restriction = one("Restriction")
    """What its money may be used for."""
    milestones = listed("AgreementMilestone")
    """What is due by when."""
    entry = one("Entry")
    """The entry that binds it."""


@strawberry.type
class AgreementMilestone:
    """What an agreement says is due by a day."""

    milestone: str
    """Its name."""
    due: date
    """By when."""
    minor_units: BigInt | None
    """For how much, in minor units of the agreement's asset."""
    reached: bool
    """Whether it was reached."""


@strawberry.type
class AgreementQueries:
    """Changes of restrictions, and agreements."""

    restriction_changes = connection("RestrictionChange", root=every("RestrictionChange"))
    """All documented changes of restrictions."""
    agreements = connection("Agreement", root=every("Agreement"))
    """All agreements."""
