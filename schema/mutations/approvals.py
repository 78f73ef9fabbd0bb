"""Four eyes: thresholds, approvers and officers' keys, and deciding on what waits."""

from typing import Annotated, Any
from uuid import UUID

import strawberry

from resolvers import approvals, proposals
from resolvers.approvals import Enrolment, Naming, Revocation, Threshold
from resolvers.context import Context
from schema.mutations.codes import RevokeGround
from schema.mutations.errors import CAUGHT, Problem, error_of
from schema.mutations.inputs import EntryHead
from schema.mutations.payloads import WHAT, Payload, mutation, payload, receipt
from schema.proposals import Proposal, proposal_of
from schema.scalars import BigInt, Hex


@strawberry.input
class TermsInput(EntryHead):
    """Who decided on terms of approval, and the paper that says so."""

    authority: str
    """A code of who decided it, such as `council`; never a person."""
    evidence: Hex | None = None
    """SHA-256 of the paper."""
    reference: str | None = None
    """The number of the paper."""

    def decided(self) -> dict[str, Any]:
        """The head, the authority and the paper."""
        evidence = self.evidence.hex() if self.evidence is not None else None
        return self.head() | {"authority": self.authority, "evidence": evidence, "reference": self.reference}


@strawberry.input
class SetApprovalThresholdInput(TermsInput):
    """From which amount on a second officer approves."""

    asset: str = "CNY/2"
    """Of which asset."""
    minor_units: BigInt | None = None
    """From so many minor units on; when left out, no more."""

    def request(self) -> Threshold:
        """The use case's request."""
        units = None if self.minor_units is None else int(self.minor_units)
        return Threshold(**self.decided(), asset=self.asset, units=units)


@strawberry.input
class NameApproverInput(TermsInput):
    """An officer who may approve."""

    approver: str
    """The officer's key id, as `actor` of entries: `token:` and the id of its token."""

    def request(self) -> Naming:
        """The use case's request."""
        return Naming(**self.decided(), approver=self.approver)


@strawberry.input
class DismissApproverInput(TermsInput):
    """An officer who may approve no more."""

    approver: str
    """The officer's key id."""

    def request(self) -> Naming:
        """The use case's request."""
        return Naming(**self.decided(), approver=self.approver, ends=True)


@strawberry.input
class EnrolKeyInput(EntryHead):
    """An officer's public key."""

    holder: str
    """The officer's key id; an officer enrols its own alone."""
    key: Hex
    """The Ed25519 public key, 32 bytes."""
    proof: Hex
    """A signature by that key that shows that its holder has it (ledger/SPEC.md, section 14)."""

    def request(self) -> Enrolment:
        """The use case's request."""
        return Enrolment(**self.head(), holder=self.holder, key=self.key.hex(), proof=self.proof.hex())


@strawberry.input
class RevokeKeyInput(EntryHead):
    """An officer's key that is good for nothing more."""

    holder: str
    """The officer's key id."""
    ground: RevokeGround
    """Why."""

    def request(self) -> Revocation:
        """The use case's request."""
        return Revocation(**self.head(), holder=self.holder, ground=self.ground.value)


@strawberry.input
class ApproveProposalInput:
    """A proposal to approve as its second officer."""

    proposal: UUID
    """The proposal."""
    signature: Hex | None = None
    """The approver's Ed25519 signature over `toSign`; needed of whoever has a key enrolled."""


@strawberry.input
class SignProposalInput:
    """A proposal to sign as the officer who asked for it."""

    proposal: UUID
    """The proposal."""
    signature: Hex
    """The initiator's Ed25519 signature over `toSign`."""


@strawberry.input
class DeclineProposalInput:
    """A proposal to decline, or to withdraw if it is one's own."""

    proposal: UUID
    """The proposal."""
    reason: str
    """Why; no personal data."""


@strawberry.type
class ApproveProposalPayload(Payload):
    """The entry that the approved command became."""


@strawberry.type
class DecideProposalPayload:
    """The proposal as it stands now."""

    proposal: Proposal | None = None
    """The proposal."""
    errors: list[Problem] = strawberry.field(default_factory=list)
    """Why nothing changed."""


@strawberry.type
class ApprovalMutations:
    """Four eyes: thresholds, approvers and officers' keys, and deciding on what waits."""

    set_approval_threshold = mutation(
        approvals.set_approval_threshold, SetApprovalThresholdInput, payload("SetApprovalThresholdPayload")
    )
    """Set from which amount on a second officer approves (复核限额); raising or ending it waits for one itself."""
    name_approver = mutation(approvals.name_approver, NameApproverInput, payload("NameApproverPayload"))
    """Name an officer who may approve (复核人)."""
    dismiss_approver = mutation(approvals.name_approver, DismissApproverInput, payload("DismissApproverPayload"))
    """Let an officer approve no more."""
    enrol_key = mutation(approvals.enrol_key, EnrolKeyInput, payload("EnrolKeyPayload"))
    """Enrol an officer's key, with which it must sign from then on."""
    revoke_key = mutation(approvals.revoke_key, RevokeKeyInput, payload("RevokeKeyPayload"))
    """Revoke an officer's key."""

    @strawberry.mutation
    async def approve_proposal(
        self,
        info: strawberry.Info,
        input: Annotated[ApproveProposalInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> ApproveProposalPayload:
        """Approve as the second officer: the command is decided now, and recorded if it still may stand."""
        ctx: Context = info.context
        signature = None if input.signature is None else input.signature.hex()
        try:
            outcome = await proposals.approve_proposal(ctx, proposal=input.proposal, signature=signature)
        except CAUGHT as caught:
            return ApproveProposalPayload(errors=[error_of(caught, ctx.language)])
        return ApproveProposalPayload(**await receipt(ctx, outcome))

    @strawberry.mutation
    async def sign_proposal(
        self,
        info: strawberry.Info,
        input: Annotated[SignProposalInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> DecideProposalPayload:
        """Sign what oneself asked for; needed of whoever has a key enrolled, before somebody approves."""
        ctx: Context = info.context
        try:
            found = await proposals.sign_proposal(ctx, proposal=input.proposal, signature=input.signature.hex())
            return DecideProposalPayload(proposal=proposal_of(ctx, await proposals.origin(ctx), found))
        except CAUGHT as caught:
            return DecideProposalPayload(errors=[error_of(caught, ctx.language)])

    @strawberry.mutation
    async def decline_proposal(
        self,
        info: strawberry.Info,
        input: Annotated[DeclineProposalInput, WHAT],  # noqa: A002 - the contract's convention
    ) -> DecideProposalPayload:
        """Decline what another officer asked for, or withdraw what oneself did."""
        ctx: Context = info.context
        try:
            found = await proposals.decline_proposal(ctx, proposal=input.proposal, reason=input.reason)
            return DecideProposalPayload(proposal=proposal_of(ctx, await proposals.origin(ctx), found))
        except CAUGHT as caught:
            return DecideProposalPayload(errors=[error_of(caught, ctx.language)])
