"""Accounts: opening one, with terms that never change; freezing, unfreezing and closing one."""

from dataclasses import dataclass
from typing import ClassVar

from db.journal import Outcome
from resolvers.context import Context
from resolvers.policy import require
from resolvers.recording import Prepared, Request, projects_exist, submit


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Request):
    """An account to open: its plain id (the request's id when left out), book, class, asset and terms."""

    action: ClassVar[str] = "open-account"
    kind: ClassVar[str] = "account_opened"

    account: str | None = None
    book: str = "fund"
    klass: str = "fund"
    asset: str = "CNY/2"
    restriction: str | None = None
    project: str | None = None
    recipient: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command; raises `PROJECT_NOT_FOUND`.  An outside recipient may be named by its class alone."""
        await projects_exist(ctx, self.organization, [self.project] if self.project else [])
        data = {
            "account": self.account or self.id, "book": self.book, "class": self.klass, "asset": self.asset,
            "restriction": self.restriction, "project": self.project, "recipient": self._recipient(),
        }  # fmt: skip
        return self.prepared(self.command(ctx, data))

    def _recipient(self) -> str | None:
        """The account that agency money is for."""
        if self.recipient is None or self.recipient.partition(":")[0] not in RECIPIENTS:
            return self.recipient
        return self.outside(self.recipient, self.asset)


RECIPIENTS = ("beneficiaries", "vendors", "partners")
"""Classes of outside accounts that agency money may be for."""


async def open_account(ctx: Context, account: Account) -> Outcome:
    """Open a fund or custody account; raises `RESTRICTION_NOT_FOUND`, `ALREADY_EXISTS` and their kin."""
    require(ctx.principal, account.action, organization=account.organization)
    return await submit(ctx, await account.compose(ctx))


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze(Request):
    """Nothing leaves the account any more; `ground` is court, authority, dispute, audit or internal."""

    action: ClassVar[str] = "freeze-account"
    kind: ClassVar[str] = "account_frozen"

    account: str
    ground: str
    evidence: str | None = None
    reference: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        data = {
            "account": self.account, "ground": self.ground, "evidence": self.evidence, "reference": self.reference
        }  # fmt: skip
        return self.prepared(self.command(ctx, data))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfreeze(Freeze):
    """Money may leave the account again; `ground` is lifted, settled or mistaken."""

    action: ClassVar[str] = "unfreeze-account"
    kind: ClassVar[str] = "account_unfrozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing(Request):
    """The account, which is empty, is closed for ever."""

    action: ClassVar[str] = "close-account"
    kind: ClassVar[str] = "account_closed"

    account: str
    evidence: str | None = None
    reference: str | None = None

    async def compose(self, ctx: Context) -> Prepared:
        """The command."""
        data = {"account": self.account, "evidence": self.evidence, "reference": self.reference}
        return self.prepared(self.command(ctx, data))


async def freeze_account(ctx: Context, freeze: Freeze) -> Outcome:
    """Let nothing leave an account any more; raises `STATUS_MISMATCH` and its kin."""
    require(ctx.principal, freeze.action, organization=freeze.organization)
    return await submit(ctx, await freeze.compose(ctx))


async def unfreeze_account(ctx: Context, unfreeze: Unfreeze) -> Outcome:
    """Let money leave a frozen account again; raises `STATUS_MISMATCH` and its kin."""
    require(ctx.principal, unfreeze.action, organization=unfreeze.organization)
    return await submit(ctx, await unfreeze.compose(ctx))


async def close_account(ctx: Context, closing: Closing) -> Outcome:
    """Close an empty account for ever; raises `BALANCE_NOT_ZERO`, `STATUS_MISMATCH` and their kin."""
    require(ctx.principal, closing.action, organization=closing.organization)
    return await submit(ctx, await closing.compose(ctx))
