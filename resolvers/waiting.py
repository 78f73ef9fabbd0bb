"""A command that needs a second officer waits: it is kept as it was composed, under its own id.

What it says of persons is sealed already.  Sent again while it waits, it is compared in all but that.

AWAITING_APPROVAL   it waits now; its facts say what to sign and until when
PROPOSAL_DIFFERS, PROPOSAL_SETTLED, PROPOSAL_EXPIRED, TOO_MANY_PROPOSALS
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from db import proposals
from db.journal import Companion
from db.proposals import Decision, Proposal
from ledger.commands import Command
from ledger.rejections import Rejection
from ledger.signing import command_object
from resolvers.context import Context
from resolvers.refusals import Refusal

LIFETIME: Final = timedelta(days=7)
"""How long a proposal waits."""


def _keeper(ctx: Context) -> Any:  # noqa: ANN401 -- an asyncpg pool of the door's role
    assert ctx.keeper is not None, "the composition root gives every context that records a keeper"
    return ctx.keeper


async def wait(
    ctx: Context, command: Command, companions: Sequence[Companion], rejection: Rejection, *, undated: bool
) -> Refusal:
    """Let a command wait that the ledger refused with `APPROVAL_REQUIRED`; answers what its caller is told.

    `undated` is set where the caller left the value date to us: sent again on another day, it is the same.
    """
    journal = ctx.journal.id
    now = ctx.now()
    await proposals.forget(_keeper(ctx), journal, now)
    await proposals.keep(_keeper(ctx), journal, command, companions, (now, now + LIFETIME))
    found = await proposals.find(_keeper(ctx), journal, UUID(command.id))
    if found is None:
        return Refusal("TOO_MANY_PROPOSALS", organization=command.organization, most=proposals.MOST_WAITING)
    try:
        _same(command, found, undated=undated)
        waiting(ctx, found)
    except Refusal as no:
        return no
    facts: dict[str, Any] = {
        **rejection.facts, "proposal": str(found.id), "digest": found.digest.hex(),
        "expires": found.expires.isoformat(timespec="seconds"),
    }  # fmt: skip
    return Refusal("AWAITING_APPROVAL", **facts)


def _same(command: Command, found: Proposal, *, undated: bool) -> None:
    """Raise unless the proposal is of this very command, but for what is sealed, and for a date that nobody said."""
    before, now = _comparable(found.command), _comparable(command)
    if undated:
        now["effective"] = before["effective"]
    for name in sorted({*before, *now}):
        if before.get(name) != now.get(name):
            raise Refusal("PROPOSAL_DIFFERS", proposal=str(found.id), field=name)


def _comparable(command: Command) -> dict[str, Any]:
    found = command_object(command)
    data: dict[str, Any] = {name: value for name, value in found.pop("data").items() if name != "party"}
    if "roster" in data:
        data["roster"] = {name: value for name, value in data["roster"].items() if name != "root"}
    return found | {f"data.{name}": value for name, value in data.items()}


def waiting(ctx: Context, found: Proposal) -> None:
    """Raise unless the proposal waits."""
    if found.decision is not None:
        raise settled(found.id, found.decision)
    if found.expires <= ctx.now():
        expired = found.expires.isoformat(timespec="seconds")
        raise Refusal("PROPOSAL_EXPIRED", proposal=str(found.id), expired=expired)


def settled(name: UUID, decision: Decision) -> Refusal:
    """What is said of a proposal that somebody decided on."""
    return Refusal("PROPOSAL_SETTLED", proposal=str(name), outcome=decision.outcome, by=decision.officer)
