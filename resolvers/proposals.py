"""Four eyes, the flow: a command that needs a second officer waits as a proposal until one approves or declines.

    submit → APPROVAL_REQUIRED → proposal → approve → the one door, decided by the state of that moment
                                          → decline, with a reason; or it expires

A proposal is the command as it was composed, under the command's own id (`resolvers/waiting.py`); what it says
of persons reaches the vault with the entry alone.

PROPOSAL_NOT_FOUND, PROPOSAL_SETTLED, PROPOSAL_EXPIRED, NOT_THE_INITIATOR
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from db import lookups, proposals
from db.journal import CompanionError, DoorError, Outcome
from db.proposals import Decision, Proposal
from ledger import fields
from ledger.commands import Approval
from ledger.decide import Accepted
from ledger.rejections import Rejection
from ledger.signing import APPROVER, INITIATOR, approval_bytes, command_object
from resolvers.attempts import attempted
from resolvers.context import Context, Role
from resolvers.policy import require
from resolvers.recording import refusal_of
from resolvers.refusals import Refusal, malformed
from resolvers.waiting import settled, waiting

MOST: Final = 200
"""Proposals of one answer."""
_REASON: Final = 500


def keeper(ctx: Context) -> Any:  # noqa: ANN401 -- an asyncpg pool of the door's role
    """The pool that proposals are kept in."""
    assert ctx.keeper is not None, "the composition root gives every context that records a keeper"
    return ctx.keeper


async def _theirs(ctx: Context, action: str, name: UUID) -> Proposal:
    """A proposal of the principal's organization; raises `PROPOSAL_NOT_FOUND` for every other."""
    found = await proposals.find(keeper(ctx), ctx.journal.id, name)
    if found is None or (ctx.principal.role is Role.OFFICER and found.organization != ctx.principal.organization):
        raise Refusal("PROPOSAL_NOT_FOUND", ("input", "proposal"), proposal=str(name))
    require(ctx.principal, action, organization=found.organization)
    return found


async def list_proposals(ctx: Context, *, organization: str | None = None, waiting: bool = True) -> list[Proposal]:
    """The newest 200 proposals: an officer's organization's; of any, or all, for those who may see them."""
    require(ctx.principal, "read-proposals", organization=organization or ctx.principal.organization)
    whose = organization or ctx.principal.organization
    return await proposals.newest(keeper(ctx), ctx.journal.id, whose, ctx.now(), waiting=waiting, most=MOST)


async def origin(ctx: Context) -> str:
    """The journal's origin, to which signatures are bound, as its first entry says it."""
    require(ctx.principal, "read-proposals", organization=ctx.principal.organization)
    first = await lookups.document_at(ctx.reader, ctx.journal.id, 0)
    assert first is not None, "a journal with proposals is open"
    return str(first["data"]["origin"])


def to_sign(ctx: Context, journal: str, found: Proposal) -> bytes:
    """The very bytes that this principal signs: as its initiator, or else as its approver."""
    role = INITIATOR if ctx.principal.key == found.initiator else APPROVER
    return approval_bytes(journal, role, ctx.principal.key, found.command)


async def sign_proposal(ctx: Context, *, proposal: UUID, signature: str) -> Proposal:
    """Keep the signature of the officer who asked; it is checked when somebody approves.  Raises `Refusal`."""
    require(ctx.principal, "decide-proposal", organization=ctx.principal.organization)
    found = await _theirs(ctx, "decide-proposal", proposal)
    if found.initiator != ctx.principal.key:
        raise Refusal("NOT_THE_INITIATOR", ("input", "proposal"), proposal=str(proposal))
    waiting(ctx, found)
    _check(signature)
    if not await proposals.sign(keeper(ctx), ctx.journal.id, proposal, signature):
        waiting(ctx, await _theirs(ctx, "decide-proposal", proposal))
    return replace(found, signature=signature)


def _check(signature: str | None) -> None:
    if signature is not None and (why := fields.signature(signature)):
        raise malformed("signature", why)


async def approve_proposal(ctx: Context, *, proposal: UUID, signature: str | None = None) -> Outcome:
    """Approve as a second officer: the command goes through the door, and is decided by the state of now.

    Raises `Refusal`, or `Rejection` where the ledger says no: then it waits on.
    """
    require(ctx.principal, "approve", organization=ctx.principal.organization)
    found = await _theirs(ctx, "approve", proposal)
    _check(signature)
    if found.decision is None or not _repeated(ctx, found.decision):
        waiting(ctx, found)
    approval = Approval(ctx.principal.key, signature, found.signature)
    command = replace(found.command, approval=approval)
    row = proposals.approved(found.id, ctx.principal.key, ctx.now())
    assert ctx.door is not None, "the composition root gives every context that records a door"
    try:
        outcome = await ctx.door.append(command, (*found.companions, row))
    except Rejection as rejection:
        attempted(ctx, command, rejection)
        raise
    except CompanionError as error:
        raise await _refused(ctx, proposal, error) from error
    except DoorError as error:
        raise refusal_of(error) from error
    if not isinstance(outcome, Accepted):
        await _mine(ctx, proposal)
    return outcome


def _repeated(ctx: Context, decision: Decision) -> bool:
    """Whether this officer approved it before: the same approval sent again."""
    return decision.outcome == "approved" and decision.officer == ctx.principal.key


async def _refused(ctx: Context, proposal: UUID, error: CompanionError) -> Refusal:
    """What became of a proposal between reading and writing it."""
    found = await _theirs(ctx, "approve", proposal)
    return settled(proposal, found.decision) if found.decision is not None else refusal_of(error)


async def _mine(ctx: Context, proposal: UUID) -> None:
    """Raise unless it was this officer whose approval stands in the entry that is there already."""
    found = await _theirs(ctx, "approve", proposal)
    if found.decision is not None and not _repeated(ctx, found.decision):
        raise settled(proposal, found.decision)


async def decline_proposal(ctx: Context, *, proposal: UUID, reason: str) -> Proposal:
    """Decline as a second officer, or withdraw what oneself asked for, with a reason."""
    require(ctx.principal, "decide-proposal", organization=ctx.principal.organization)
    found = await _theirs(ctx, "decide-proposal", proposal)
    if not 0 < len(reason.strip()) <= _REASON or not reason.isprintable():
        raise malformed("reason", f"must be 1 to {_REASON} printable characters")
    waiting(ctx, found)
    outcome = "withdrawn" if found.initiator == ctx.principal.key else "declined"
    said = (outcome, ctx.principal.key, reason.strip())
    await proposals.decline(keeper(ctx), ctx.journal.id, proposal, said, ctx.now())
    await proposals.forget(keeper(ctx), ctx.journal.id, ctx.now())
    done = await _theirs(ctx, "decide-proposal", proposal)
    if done.decision is None or (done.decision.outcome, done.decision.officer) != said[:2]:
        waiting(ctx, done)
    return done


def shown(found: Proposal) -> Mapping[str, Any]:
    """The command as its canonical object: commitments stand for persons."""
    return command_object(found.command)
