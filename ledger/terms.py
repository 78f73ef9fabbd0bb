"""Terms that change: what may be done to an account's status.

An account is open, frozen or closed.  Frozen, nothing leaves it, while money may still arrive (只收不付);
closed, for ever, nothing enters it either, so that it is closed empty.
"""

from ledger.accounts import CLOSED, FROZEN, OPEN, OVERDRAWN
from ledger.draft import Draft
from ledger.rejections import Rejection

STATUS: dict[str, tuple[str, str]] = {
    "account_frozen": (OPEN, FROZEN),
    "account_unfrozen": (FROZEN, OPEN),
    "account_closed": (OPEN, CLOSED),
}
"""What each kind makes of an account: the status that it must have, and the one that it then has."""


def status_fits(draft: Draft) -> None:
    """Group 4: the account is the organization's, in the status that this kind ends, and empty when it closes."""
    change = STATUS.get(draft.command.kind)
    if change is None:
        return
    account, organization = draft.account(draft.command.data["account"]), str(draft.command.organization)
    if account.organization != organization:
        raise Rejection(
            "NOT_THE_ORGANIZATIONS_ACCOUNT", account=account.id, owner=account.organization, organization=organization
        )
    before, after = change
    if account.status != before:
        raise Rejection("STATUS_MISMATCH", account=account.id, status=account.status, asked=after)
    if after == CLOSED:
        for part in (account, draft.account(OVERDRAWN + account.id)):
            if part.balance:
                raise Rejection("BALANCE_NOT_ZERO", account=part.id, balance=str(part.balance))


def accounts_open(draft: Draft) -> None:
    """Group 5, its first: no money enters or leaves a closed account, and none leaves a frozen one."""
    command = draft.command
    sides = [(draft.account(move.source), draft.account(move.target)) for move in (*command.fund, *command.custody)]
    draft.ask_open(sides)
