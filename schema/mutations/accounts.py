"""Opening, freezing, unfreezing and closing accounts."""

from typing import Any

import strawberry

from resolvers import accounts
from resolvers.accounts import Account, Closing, Freeze, Unfreeze
from schema.mutations.codes import AccountClass, FreezeGround, UnfreezeGround
from schema.mutations.inputs import EntryHead
from schema.mutations.payloads import mutation, payload
from schema.scalars import Hex


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
    recipient: str | None = None
    """Who agency money is for: the plain id of another organization's fund account, or `partners`, `vendors`,
    `beneficiaries:` and a project or `-`."""

    def request(self) -> Account:
        """The use case's request."""
        book = "fund" if self.class_ in (AccountClass.FUND, AccountClass.AGENCY) else "custody"
        return Account(
            **self.head(), account=self.account, book=book, klass=self.class_.value, asset=self.asset,
            restriction=self.restriction, project=self.project, recipient=self.recipient,
        )  # fmt: skip


@strawberry.input
class CloseAccountInput(EntryHead):
    """An empty account to close for ever."""

    account: str
    """Its plain id."""
    evidence: Hex | None = None
    """SHA-256 of the paper that asks for it."""
    reference: str | None = None
    """The number of that paper."""

    def request(self) -> Closing:
        """The use case's request."""
        return Closing(**self.named())

    def named(self) -> dict[str, Any]:
        """The head, the account and its paper."""
        evidence = self.evidence.hex() if self.evidence is not None else None
        return self.head() | {"account": self.account, "evidence": evidence, "reference": self.reference}


@strawberry.input
class FreezeAccountInput(CloseAccountInput):
    """An account that nothing may leave any more."""

    ground: FreezeGround
    """Why."""

    def request(self) -> Freeze:  # type: ignore[override]  # another request, of the same shape of input
        """The use case's request."""
        return Freeze(**self.named(), ground=self.ground.value)


@strawberry.input
class UnfreezeAccountInput(CloseAccountInput):
    """A frozen account that money may leave again."""

    ground: UnfreezeGround
    """Why."""

    def request(self) -> Unfreeze:  # type: ignore[override]  # as above
        """The use case's request."""
        return Unfreeze(**self.named(), ground=self.ground.value)


@strawberry.type
class AccountMutations:
    """Opening, freezing, unfreezing and closing accounts."""

    open_account = mutation(accounts.open_account, OpenAccountInput, payload("OpenAccountPayload", account="Account"))
    """Open a fund or custody account (开户)."""
    freeze_account = mutation(
        accounts.freeze_account, FreezeAccountInput, payload("FreezeAccountPayload", account="Account")
    )
    """Let nothing leave an account any more (冻结)."""
    unfreeze_account = mutation(
        accounts.unfreeze_account, UnfreezeAccountInput, payload("UnfreezeAccountPayload", account="Account")
    )
    """Let money leave a frozen account again (解冻)."""
    close_account = mutation(
        accounts.close_account, CloseAccountInput, payload("CloseAccountPayload", account="Account")
    )
    """Close an empty account for ever (销户)."""
