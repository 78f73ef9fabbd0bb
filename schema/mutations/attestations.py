"""Auditors' attestations."""

from enum import Enum
from uuid import UUID

import strawberry

from resolvers import attestations
from resolvers.attestations import Attestation
from schema.mutations.payloads import mutation, payload
from schema.scalars import BigInt, Hex


@strawberry.enum
class AuditVerdict(Enum):
    """What an auditor found."""

    VERIFIED = "verified"
    PARTIAL = "partial"
    RULE_BROKEN = "rule-broken"
    BROKEN = "broken"
    FORKED = "forked"


@strawberry.input
class RecordAttestationInput:
    """What an auditor signed with its own key: a head of this journal, a verdict, the digest of its report."""

    id: UUID
    """The caller's own name for this command: sent again with the same content, it answers the stored result."""
    auditor: str
    """The name of the key."""
    key: Hex
    """The public key, 32 bytes; the operator has pinned it."""
    size: BigInt
    """How many entries the head has that was verified."""
    root: Hex
    """The root of that head."""
    verdict: AuditVerdict
    """What was found."""
    report: Hex
    """SHA-256 of the report."""
    signature: Hex
    """Ed25519 over the six lines of SPEC.md, section 11."""

    def request(self) -> Attestation:
        """The use case's request."""
        return Attestation(
            id=str(self.id), auditor=self.auditor, key=self.key.hex(), size=int(self.size), root=self.root.hex(),
            verdict=self.verdict.value, report=self.report.hex(), signature=self.signature.hex(),
        )  # fmt: skip


@strawberry.type
class AttestationMutations:
    """Auditors' attestations."""

    record_attestation = mutation(
        attestations.record_attestation, RecordAttestationInput, payload("RecordAttestationPayload")
    )
    """Record an auditor's signed word about a head of this journal (审计确认)."""
