"""What keeps a person's data although somebody asked to forget them: the law, an audit, a case.

RETENTION   {basis, until}: `until` is a date, or "lifted" for as long as a hold lasts
    accounting-archives   会计档案管理办法 (Ministry of Finance and National Archives Administration, Order 79 of 2015),
                          article 14 and annex: vouchers and books 30 years, from the day after the accounting year
    processing-records    个人信息保护法 56: records of how personal data were processed, at least three years
    audit-hold            an audit of the organization, placed and lifted by an entry that everybody sees
    case-hold             a case, placed and lifted by sealed entries, so that nobody is warned

Whoever asks and is refused has their data stored and nothing else from then on (个人信息保护法 47): officers cannot
reveal it any more, inspectors can.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from db import erasures, lookups
from db.erasures import Behind
from db.journal import Outcome
from ledger.kinds import KINDS
from resolvers import acts
from resolvers.context import Context
from resolvers.persons import keeper, number
from resolvers.policy import require
from resolvers.recording import Prepared, Request, submit
from resolvers.refusals import Refusal, malformed

VOUCHERS_YEARS: Final = 30
RECORDS_YEARS: Final = 3
LIFTED: Final = "lifted"
"""Until when a hold keeps data."""
MOST: Final = 500
"""Commitments of one case hold."""
_ACCOUNTING: Final = frozenset({name for name, kind in KINDS.items() if kind.moves} | {"delivery_confirmed"})


@dataclass(frozen=True, slots=True)
class Kept:
    """Why data may not be erased, and until when."""

    basis: str
    until: str


async def keeping(ctx: Context, found: Sequence[Behind]) -> Kept | None:
    """What keeps a person's data today, the strongest first; None if nothing does."""
    commitments = [one.commitment for one in found]
    marks = await erasures.marks(keeper(ctx), number(ctx), commitments)
    if any(mark.mark == erasures.CASE_HOLD for mark in marks):
        return Kept("case-hold", LIFTED)
    organizations = sorted({one.organization for one in found if one.organization is not None})
    if await erasures.audit_holds(ctx.reader, number(ctx), organizations):
        return Kept("audit-hold", LIFTED)
    vouchers = [one.effective.year + VOUCHERS_YEARS + 1 for one in found if one.kind in _ACCOUNTING]
    records = [one.effective.year + RECORDS_YEARS + 1 for one in found if one.kind == "sealed"]
    for basis, years in (("accounting-archives", vouchers), ("processing-records", records)):
        if years and date(max(years), 1, 1) > ctx.today():
            return Kept(basis, date(max(years), 1, 1).isoformat())
    return None


async def stored_only(ctx: Context, found: Sequence[Behind], kept: Kept, ground: str) -> None:
    """From now on the person's data may be stored and nothing else; told by a sealed entry, once."""
    commitments = [one.commitment for one in found if one.kind != "sealed"]
    marks = await erasures.marks(keeper(ctx), number(ctx), commitments)
    if not commitments or any(mark.mark == erasures.STORAGE_ONLY for mark in marks):
        return
    told = sorted(commitments)[:MOST]
    companion = erasures.mark(erasures.STORAGE_ONLY, told)
    await submit(
        ctx, acts.told(ctx, acts.RESTRICT, told, [companion], ground=ground, basis=kept.basis, until=kept.until)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHold(Request):
    """An audit of an organization has begun: nobody behind its entries is erased; by an authority, named as a code."""

    action: ClassVar[str] = "hold-for-audit"
    kind: ClassVar[str] = "audit_hold_placed"

    authority: str
    evidence: str | None = None
    reference: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        data = {"authority": self.authority, "evidence": self.evidence, "reference": self.reference}
        return self.prepared(self.command(ctx, data))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHoldLifting(Request):
    """The audit hold that the entry `placed` placed has ended."""

    action: ClassVar[str] = "hold-for-audit"
    kind: ClassVar[str] = "audit_hold_lifted"

    placed: int
    evidence: str | None = None
    reference: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command; raises `AUDIT_HOLD_NOT_FOUND` unless that entry's is in force, or was lifted by this command."""
        in_force = await erasures.audit_holds(ctx.reader, number(ctx), [self.organization])
        if self.placed not in in_force and await lookups.stored_entry(ctx.reader, number(ctx), self.id) is None:
            raise Refusal("AUDIT_HOLD_NOT_FOUND", ("input", "placed"), placed=self.placed)
        data = {"placed": self.placed, "evidence": self.evidence, "reference": self.reference}
        return self.prepared(self.command(ctx, data))


async def place_audit_hold(ctx: Context, hold: AuditHold) -> Outcome:
    """Let nobody behind the organization's entries be erased until it is lifted."""
    require(ctx.principal, hold.action, organization=hold.organization)
    return await submit(ctx, await hold.compose(ctx))


async def lift_audit_hold(ctx: Context, lifting: AuditHoldLifting) -> Outcome:
    """End an audit hold; raises `AUDIT_HOLD_NOT_FOUND` unless that entry's is in force on the organization."""
    require(ctx.principal, lifting.action, organization=lifting.organization)
    return await submit(ctx, await lifting.compose(ctx))


async def place_case_hold(ctx: Context, *, commitments: Sequence[bytes], reason: str) -> int:
    """Let nobody behind these commitments be erased while a case lasts; returns the sealed entry's position.

    Raises `COMMITMENT_NOT_FOUND`.
    """
    require(ctx.principal, "hold-for-case")
    why = acts.reasoned(reason)
    if not 0 < len(commitments) <= MOST:
        raise malformed("commitments", f"must be 1 to {MOST}")
    there = await erasures.present(keeper(ctx), number(ctx), commitments)
    for commitment in commitments:
        if commitment not in there:
            raise Refusal("COMMITMENT_NOT_FOUND", ("input", "commitments"), commitment=commitment.hex())
    companion = erasures.mark(erasures.CASE_HOLD, commitments)
    told = acts.told(ctx, acts.PLACE_CASE_HOLD, commitments, [companion], reason=why)
    return (await submit(ctx, told)).position


async def lift_case_hold(ctx: Context, *, placed: int, reason: str) -> int:
    """End the case hold that the sealed entry at `placed` placed; raises `CASE_HOLD_NOT_FOUND`."""
    require(ctx.principal, "hold-for-case")
    why = acts.reasoned(reason)
    if not await erasures.case_hold_in_force(keeper(ctx), number(ctx), placed):
        raise Refusal("CASE_HOLD_NOT_FOUND", ("input", "placed"), placed=placed)
    told = acts.told(ctx, acts.LIFT_CASE_HOLD, (), [erasures.lift(placed)], placed=placed, reason=why)
    return (await submit(ctx, told)).position
