"""The terms of four eyes: from which amount on, who may approve, and the keys that officers sign with."""

from dataclasses import dataclass
from typing import ClassVar

from db.journal import Outcome
from resolvers.context import Context, Role
from resolvers.policy import ForbiddenError, require
from resolvers.recording import Money, Prepared, Request, money, submit


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Request):
    """From `units` of an asset on, a second officer approves; without `units`, no more."""

    action: ClassVar[str] = "set-approval-threshold"
    kind: ClassVar[str] = "approval_threshold_set"

    asset: str
    units: int | None
    authority: str
    evidence: str | None = None
    reference: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        if self.units != 0:
            money(Money(self.asset, 1 if self.units is None else self.units), "threshold")
        data = {
            "asset": self.asset, "authority": self.authority, "evidence": self.evidence, "reference": self.reference,
            "threshold": None if self.units is None else str(self.units),
        }  # fmt: skip
        return self.prepared(self.command(ctx, data))


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming(Request):
    """An officer (a key id) may approve from now on; with `ends`, no more."""

    action: ClassVar[str] = "name-approver"

    approver: str
    authority: str
    ends: bool = False
    evidence: str | None = None
    reference: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        data = {
            "approver": self.approver, "authority": self.authority, "evidence": self.evidence,
            "reference": self.reference,
        }  # fmt: skip
        return self.prepared(self.command(ctx, data, kind="approver_dismissed" if self.ends else "approver_named"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment(Request):
    """A public key (hex) of an officer, with the signature that shows that its holder has it."""

    action: ClassVar[str] = "enrol-key"
    kind: ClassVar[str] = "key_enrolled"

    holder: str
    key: str
    proof: str

    async def compose(self, ctx: Context) -> Prepared:
        """The command; an officer enrols its own key alone."""
        _own_key(ctx, self.holder, self.action)
        return self.prepared(self.command(ctx, {"holder": self.holder, "key": self.key, "proof": self.proof}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation(Request):
    """An officer's key is good for nothing more; `ground` is lost, replaced, left or compromised."""

    action: ClassVar[str] = "revoke-key"
    kind: ClassVar[str] = "key_revoked"

    holder: str
    ground: str

    async def compose(self, ctx: Context) -> Prepared:
        """The command; an officer revokes its own key alone."""
        _own_key(ctx, self.holder, self.action)
        return self.prepared(self.command(ctx, {"holder": self.holder, "ground": self.ground}))


def _own_key(ctx: Context, holder: str, action: str) -> None:
    if ctx.principal.role is Role.OFFICER and holder != ctx.principal.key:
        raise ForbiddenError(ctx.principal.role, action)


async def set_approval_threshold(ctx: Context, threshold: Threshold) -> Outcome:
    """Set, change or end a threshold; raising and ending one waits for a second officer."""
    require(ctx.principal, threshold.action, organization=threshold.organization)
    return await submit(ctx, await threshold.compose(ctx))


async def name_approver(ctx: Context, naming: Naming) -> Outcome:
    """Name an approver, or dismiss one; raises `ALREADY_EXISTS`, `NOT_AN_APPROVER`, `SELF_APPROVAL`."""
    require(ctx.principal, naming.action, organization=naming.organization)
    return await submit(ctx, await naming.compose(ctx))


async def enrol_key(ctx: Context, enrolment: Enrolment) -> Outcome:
    """Enrol an officer's key; raises `SIGNATURE_INVALID` without proof, `ALREADY_EXISTS` for a second or used one."""
    require(ctx.principal, enrolment.action, organization=enrolment.organization)
    return await submit(ctx, await enrolment.compose(ctx))


async def revoke_key(ctx: Context, revocation: Revocation) -> Outcome:
    """Revoke an officer's key; raises `KEY_NOT_ENROLLED`."""
    require(ctx.principal, revocation.action, organization=revocation.organization)
    return await submit(ctx, await revocation.compose(ctx))
