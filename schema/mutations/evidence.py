"""Attaching evidence, and confirming deliveries."""

import strawberry

from resolvers import deliveries, evidence
from resolvers.deliveries import Delivery
from resolvers.evidence import Evidence
from schema.mutations.codes import Confirmation, DeliveryMethod
from schema.mutations.inputs import EntryHead, PersonInput, person
from schema.mutations.payloads import mutation, payload
from schema.scalars import BigInt, Hex


@strawberry.input
class AttachEvidenceInput(EntryHead):
    """A document behind an entry."""

    subject: BigInt
    """The position of the entry that it supports."""
    digest: Hex
    """Its SHA-256."""
    size: BigInt
    """Its size in bytes."""
    media_type: str
    """Its media type, such as application/pdf."""
    evidence: str | None = None
    """Its plain id; the command's id when left out."""

    def request(self) -> Evidence:
        """The use case's request."""
        return Evidence(
            **self.head(), subject=int(self.subject), digest=self.digest.hex(), size=int(self.size),
            media_type=self.media_type, evidence=self.evidence,
        )  # fmt: skip


@strawberry.input
class ConfirmDeliveryInput(EntryHead):
    """A delivery that was confirmed."""

    subject: BigInt
    """The position of the disbursement."""
    method: DeliveryMethod
    """How it was delivered."""
    confirmation: Confirmation
    """How it was confirmed."""
    persons: int
    """To how many persons."""
    delivery: str | None = None
    """Its plain id; the command's id when left out."""
    region: str | None = None
    """The county, `code@edition`."""
    category: str | None = None
    """The beneficiary category that it relied on."""
    person: PersonInput | None = None
    """Who confirmed it; kept in the vault."""

    def request(self) -> Delivery:
        """The use case's request."""
        return Delivery(
            **self.head(), subject=int(self.subject), method=self.method.value, confirmation=self.confirmation.value,
            persons=self.persons, delivery=self.delivery, region=self.region, category=self.category,
            person=person(self.person),
        )  # fmt: skip


@strawberry.type
class EvidenceMutations:
    """Attaching evidence, and confirming deliveries."""

    attach_evidence = mutation(evidence.attach_evidence, AttachEvidenceInput, payload("AttachEvidencePayload"))
    """Bind a document to the entry that it supports, by its SHA-256 (附件)."""
    confirm_delivery = mutation(deliveries.confirm_delivery, ConfirmDeliveryInput, payload("ConfirmDeliveryPayload"))
    """Confirm that what was paid for reached people (签收)."""
