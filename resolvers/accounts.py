"""Accounts: opening one, with terms that never change."""

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

    async def compose(self, ctx: Context) -> Prepared:
        """The command; raises `PROJECT_NOT_FOUND`."""
        await projects_exist(ctx, self.organization, [self.project] if self.project else [])
        data = {
            "account": self.account or self.id, "book": self.book, "class": self.klass, "asset": self.asset,
            "restriction": self.restriction, "project": self.project,
        }  # fmt: skip
        return self.prepared(self.command(ctx, data))


async def open_account(ctx: Context, account: Account) -> Outcome:
    """Open a fund or custody account; raises `RESTRICTION_NOT_FOUND`, `ALREADY_EXISTS` and their kin."""
    require(ctx.principal, account.action, organization=account.organization)
    return await submit(ctx, await account.compose(ctx))
