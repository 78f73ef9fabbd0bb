"""Opening accounts."""

import strawberry

from resolvers import accounts
from resolvers.accounts import Account
from schema.mutations.codes import AccountClass
from schema.mutations.inputs import EntryHead
from schema.mutations.payloads import mutation, payload


@strawberry.input
class OpenAccountInput(EntryHead):
    """An account to open; its terms never change."""

    account: str | None = None
    """Its plain id; the command's id when left out."""
    class_: AccountClass = strawberry.field(name="class", default=AccountClass.FUND)
    """A fund account, or where custody money lies."""
    asset: str = "CNY/2"
    """The one asset that it holds."""
    restriction: str | None = None
    """The plain id of its restriction, of a fund account; `undetermined` for money whose purpose is not known yet."""
    project: str | None = None
    """The plain id of the project that it is for, of a fund account."""

    def request(self) -> Account:
        """The use case's request."""
        book = "fund" if self.class_ is AccountClass.FUND else "custody"
        return Account(
            **self.head(), account=self.account, book=book, klass=self.class_.value, asset=self.asset,
            restriction=self.restriction, project=self.project,
        )  # fmt: skip


@strawberry.type
class AccountMutations:
    """Opening accounts."""

    open_account = mutation(accounts.open_account, OpenAccountInput, payload("OpenAccountPayload", account="Account"))
    """Open a fund or custody account (开户)."""
