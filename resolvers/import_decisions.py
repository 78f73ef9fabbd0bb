"""Deciding what an imported donation is for: its undetermined units go to a fund account, with a reason.

The ground is a *determination* (裁定).  Its reason is free text and may name a person, so it lies in the vault; the
leaf holds its commitment as the ground's evidence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from db import import_batches, lookups
from db.cursors import read_id
from db.import_batches import Landed, StoredDecision
from db.journal import Companion, DoorError, Item, Outcome
from db.nouns import NOUNS
from db.plans import BadReadError
from ledger.intervals import Units
from resolvers.accounts import Account
from resolvers.context import Context
from resolvers.import_accounts import derived
from resolvers.movements import Allocation, Leg
from resolvers.persons import different, number, seal, unchanged
from resolvers.policy import require
from resolvers.recording import Money, Prepared, refusal_of
from resolvers.refusals import Refusal, malformed
from resolvers.restrictions import Restriction

_LONGEST_REASON = 1_000


@dataclass(frozen=True, slots=True)
class NewTerms:
    """Terms to declare for the money, with an account of their own."""

    purposes: Sequence[str] = ()
    region: str | None = None
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """So many units for one fund account."""

    account: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided: `decision` is the donation's position or the decision's global id.

    Exactly one of `account` (all of it goes there), `shares` (parts that sum to it) and `terms` (a new restriction).
    """

    action: ClassVar[str] = "decide-import"

    id: str
    decision: str
    reason: str
    account: str | None = None
    shares: tuple[Share, ...] = ()
    terms: NewTerms | None = None
    effective: str | None = None


async def resolve_decision(ctx: Context, decision: Decision) -> Outcome:
    """Settle an import decision; raises `DECISION_NOT_FOUND`, `DECISION_RESOLVED`, `BATCH_OPEN` and others."""
    found = await _stored(ctx, _position(ctx, decision.decision))
    require(ctx.principal, decision.action, organization=found.organization if found else None)
    if found is None:
        raise Refusal("DECISION_NOT_FOUND", ("input", "decision"), decision=decision.decision[:60])
    if not 0 < len(decision.reason.strip()) <= _LONGEST_REASON:
        raise malformed("reason", f"must have 1 to {_LONGEST_REASON} characters")
    before = await lookups.stored_entry(ctx.reader, number(ctx), decision.id)
    if found.resolved is not None and (before is None or before[0] != found.resolved):
        raise Refusal("DECISION_RESOLVED", ("input", "decision"), decision=found.position, by=found.resolved)
    evidence, companions = await _reason(ctx, decision.reason.strip(), before)
    prepared = await _composed(ctx, decision, found, evidence, None if before is None else before[1])
    return await _appended(ctx, prepared, (*companions, import_batches.resolution_companion(found.position)))


def _position(ctx: Context, decision: str) -> int:
    """The donation's position, given as it is or as the decision's id."""
    if decision.isascii() and decision.isdigit() and len(decision) <= 18:  # noqa: PLR2004 - fits a bigint
        return int(decision)
    try:
        noun, key = read_id(decision, NOUNS, ctx.journal, "decision")
    except BadReadError as error:
        raise malformed("decision", str(error)) from None
    if noun != "ImportDecision":
        raise malformed("decision", "names something else")
    return int(key[0])


async def _stored(ctx: Context, position: int) -> StoredDecision | None:
    return await import_batches.decision(ctx.reader, number(ctx), position)


async def _reason(
    ctx: Context, reason: str, before: tuple[int, dict[str, Any]] | None
) -> tuple[str, tuple[Companion, ...]]:
    """The commitment to the reason and its row; for a command sent again, the stored one, if the reason is the same."""
    if before is None:
        sealed = await seal(ctx, {"reason": reason}, "reason")
        return sealed.commitment.hex(), sealed.companions
    position, document = before
    evidence = str(document["data"].get("ground", {}).get("evidence", ""))
    if not evidence or not await unchanged(ctx, bytes.fromhex(evidence), {"reason": reason}):
        raise different(position, "data.ground")
    return evidence, ()


async def _composed(
    ctx: Context, decision: Decision, found: StoredDecision, evidence: str, before: Mapping[str, Any] | None
) -> list[Prepared]:
    """The linked commands: terms and their account if they are new, then the allocation."""
    given = [decision.account is not None, bool(decision.shares), decision.terms is not None]
    if sum(given) != 1:
        raise malformed("account", "must be given, or shares, or restriction: one of them")
    landed = await import_batches.landed_undetermined(ctx.reader, number(ctx), found.position)
    prepared, target = await _terms(ctx, decision, found)
    whole = sum(part.hi - part.lo for part in landed)
    shares = decision.shares or (Share(decision.account or target, whole),)
    if sum(share.units for share in shares) != whole or any(share.units <= 0 for share in shares):
        raise malformed("shares", f"must sum to the {whole} units of the donation")
    effective = str(before["effective"]) if before is not None else decision.effective or str(ctx.today())
    ground = {"basis": "determination", "on": effective, "evidence": evidence}
    allocation = Allocation(
        id=decision.id, organization=found.organization, effective=effective, legs=_legs(landed, shares), ground=ground
    )
    return [*prepared, await allocation.compose(ctx)]


async def _terms(ctx: Context, decision: Decision, found: StoredDecision) -> tuple[list[Prepared], str]:
    """The restriction and the account of new terms, and the account's id."""
    if decision.terms is None:
        return [], ""
    if not (decision.terms.purposes or decision.terms.region or decision.terms.project):
        raise malformed("restriction", "must name a purpose, a region or a project")
    restriction, account = derived(decision.id, "restriction"), derived(decision.id, "account")
    effective = decision.effective
    requests = (
        Restriction(
            id=restriction, organization=found.organization, restriction=restriction, effective=effective,
            purposes=decision.terms.purposes, region=decision.terms.region, project=decision.terms.project,
        ),
        Account(
            id=account, organization=found.organization, account=account, effective=effective, asset=found.asset,
            restriction=restriction, project=decision.terms.project,
        ),
    )  # fmt: skip
    return [await request.compose(ctx) for request in requests], account


def _legs(landed: Sequence[Landed], shares: Sequence[Share]) -> tuple[Leg, ...]:
    """One leg for each share, designating the donation's own units, the oldest first."""
    legs: list[Leg] = []
    rest = [(part.lo, part.hi) for part in landed]
    for share in shares:
        taken, rest = _take(rest, share.units)
        legs.append(Leg(landed[0].account, share.account, Money(landed[0].asset, share.units), taken))
    return tuple(legs)


def _take(rest: list[tuple[int, int]], units: int) -> tuple[Units, list[tuple[int, int]]]:
    """The first so many units of intervals, and what is left."""
    taken: list[tuple[int, int]] = []
    left: list[tuple[int, int]] = []
    for lo, hi in rest:
        cut = min(hi, lo + units)
        if cut > lo:
            taken.append((lo, cut))
            units -= cut - lo
        if cut < hi:
            left.append((cut, hi))
    return tuple(taken), left


async def _appended(ctx: Context, prepared: Sequence[Prepared], companions: Sequence[Companion]) -> Outcome:
    """Append the linked commands; the companions go with the last one, the allocation."""
    assert ctx.door is not None, "the composition root gives every context that records a door"
    items: list[Item] = [(each.command, each.companions) for each in prepared]
    items[-1] = (items[-1][0], (*items[-1][1], *companions))
    try:
        return (await ctx.door.append_linked(items))[-1]
    except DoorError as error:
        raise refusal_of(error) from error
