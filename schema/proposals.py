"""Commands that wait for a second officer, as the organization's officers see them."""

from datetime import datetime
from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry

from db import proposals as kept
from resolvers import proposals
from resolvers.context import Context
from schema.enums import EntryKind
from schema.scalars import Hex, Json


@strawberry.enum
class ProposalState(Enum):
    """Where a proposal stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@strawberry.type
class Proposal:
    """A command that waits, or waited, for a second officer."""

    id: UUID
    """The command's own id."""
    organization_key: str
    """The plain id of its organization."""
    kind: EntryKind
    """What it would be."""
    state: ProposalState
    """Where it stands."""
    initiator: str
    """The key id of the officer who asked."""
    officer: str | None
    """The key id of the officer who decided."""
    reason: str | None
    """Why it was declined or withdrawn."""
    proposed: datetime
    """When it was asked."""
    expires: datetime
    """Until when it waits."""
    digest: Hex
    """SHA-256 of the command in canonical form."""
    command: Json
    """The command, as ledger/SPEC.md section 14 writes it; commitments stand for persons."""
    to_sign: Hex
    """The very bytes that you sign: as its initiator where you asked for it, else as its approver."""
    signed: bool
    """Whether the initiator has signed."""


def proposal_of(ctx: Context, origin: str, found: kept.Proposal) -> Proposal:
    """A proposal as the contract shows it."""
    state = ProposalState.EXPIRED if found.expires <= ctx.now() else ProposalState.WAITING
    if found.decision is not None:
        state = ProposalState(found.decision.outcome)
    return Proposal(
        id=found.id, organization_key=found.organization, kind=EntryKind(found.command.kind.upper()), state=state,
        initiator=found.initiator, officer=found.decision.officer if found.decision else None,
        reason=found.decision.reason if found.decision else None, proposed=found.proposed, expires=found.expires,
        digest=Hex(found.digest), command=Json(dict(proposals.shown(found))),
        to_sign=Hex(proposals.to_sign(ctx, origin, found)), signed=found.signature is not None,
    )  # fmt: skip


@strawberry.type
class ProposalQueries:
    """Commands that wait for a second officer."""

    @strawberry.field
    async def proposals(
        self,
        info: strawberry.Info,
        organization: Annotated[str | None, strawberry.argument(description="Whose; your own when left out.")] = None,
        *,
        waiting: Annotated[bool, strawberry.argument(description="Only those that wait.")] = True,
    ) -> list[Proposal]:
        """The newest 200 proposals, those that wait or all: an officer's organization's; for those who check, any's."""
        ctx: Context = info.context
        found = await proposals.list_proposals(ctx, organization=organization, waiting=waiting)
        origin = await proposals.origin(ctx) if found else ""
        return [proposal_of(ctx, origin, item) for item in found]
