"""Terms that change: the status of an account, and the period that an organization's books are closed through.

An account is open, frozen or closed.  Frozen, nothing leaves it, while money may still arrive (只收不付);
closed, for ever, nothing enters it either, so that it is closed empty.

Books are closed through a day (结账): nothing with an effective date up to it is instructed any more, and what is
observed is served by the open period, marked as of a prior one.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from ledger.accounts import CLOSED, FROZEN, OPEN, OVERDRAWN
from ledger.commands import OBSERVED
from ledger.draft import Draft, civil_day
from ledger.kinds import MOST_BEHIND
from ledger.rejections import Rejection

STATUS: dict[str, tuple[str, str]] = {
    "account_frozen": (OPEN, FROZEN),
    "account_unfrozen": (FROZEN, OPEN),
    "account_closed": (OPEN, CLOSED),
}
"""What each kind makes of an account: the status that it must have, and the one that it then has."""
PERIODS = frozenset({"period_closed", "period_reopened"})


def status_fits(draft: Draft) -> None:
    """Group 4: the account is the organization's, in the status that this kind ends, and empty when it closes."""
    account, organization = draft.account(draft.command.data["account"]), str(draft.command.organization)
    if account.organization != organization:
        raise Rejection(
            "NOT_THE_ORGANIZATIONS_ACCOUNT", account=account.id, owner=account.organization, organization=organization
        )
    before, after = STATUS[draft.command.kind]
    if account.status != before:
        raise Rejection("STATUS_MISMATCH", account=account.id, status=account.status, asked=after)
    if after == CLOSED:
        for part in (account, draft.account(OVERDRAWN + account.id)):
            if part.balance:
                raise Rejection("BALANCE_NOT_ZERO", account=part.id, balance=str(part.balance))


def accounts_open(draft: Draft) -> None:
    """Group 5, its first: no money enters or leaves a closed account, and none leaves a frozen one."""
    draft.ask_open([(source, target) for _, source, target in draft.sides])


def closed_through(kind: str, data: Mapping[str, str]) -> str | None:
    """The day through which an organization's books are closed after such an entry; None when all is open."""
    if kind == "period_closed":
        return data["through"]
    day = date.fromisoformat(data["from"]) - timedelta(days=1)
    return None if day == date.min else day.isoformat()  # the first day of the calendar is endless to a database


def period_fits(draft: Draft) -> None:
    """Group 4: a period is over when it closes, and later than what is closed; what reopens was closed."""
    command = draft.command
    organization = str(command.organization)
    through = draft.state.periods.get(organization)
    if command.kind == "period_reopened":
        if through is None or through < command.data["from"]:
            raise Rejection("PERIOD_NOT_CLOSED", organization=organization, on=command.data["from"])
        return
    asked, today = command.data["through"], civil_day(draft.at).isoformat()
    if through is not None and asked <= through:
        raise Rejection("PERIOD_CLOSED_BEFORE", organization=organization, through=through, asked=asked)
    if asked >= today:
        raise Rejection("PERIOD_NOT_OVER", asked=asked, today=today)


def snapshot_fits(draft: Draft) -> None:
    """Group 4: a snapshot names an earlier position, no earlier than the last one did, and not too far back."""
    through = draft.command.data["through"]
    oldest = max(draft.state.snapshots.get("through", 0), draft.position - MOST_BEHIND)
    if not oldest <= through < draft.position:
        raise Rejection("SNAPSHOT_OUT_OF_PLACE", through=through, oldest=oldest, newest=draft.position - 1)


def periods_open(draft: Draft) -> None:
    """Group 5, its first: the effective date is open for all whose money moves; what was seen is late instead."""
    command, periods = draft.command, draft.state.periods
    for name in sorted(_owners(draft)):
        through = periods.get(name)
        if through is not None and command.effective <= through:
            if command.mode != OBSERVED:
                raise Rejection("PERIOD_CLOSED", organization=name, through=through, asked=command.effective)
            draft.prior = max(through, draft.prior or through)


def _owners(draft: Draft) -> set[str]:
    """Whose money a command moves: of a correction, whose the corrected entry moved."""
    command = draft.command
    if command.kind != "correction":
        return draft.owners
    fund = draft.entry(command.data["of"]).get("fund", ())
    names = [posting[side]["account"] for posting in fund for side in ("from", "to")]
    return {draft.account(name).organization for name in names} | {str(command.organization)}
