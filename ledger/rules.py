"""Rules that can break in life: group 5 of the ladder.

Closed periods and accounts, registration, qualification, open imports, restrictions and fee caps.  An
instructed command that breaks one is refused; an observed one is recorded, and what would have been
refused stands in its entry as a declared breach.  `INSUFFICIENT_FUNDS` is the last of the group: only
posting knows it.
"""

from collections.abc import Callable, Mapping

from ledger.accounts import UNDETERMINED, Account
from ledger.agreements import fee_kept
from ledger.changes import change_kept
from ledger.commands import OBSERVED, Command
from ledger.draft import Draft
from ledger.kinds import FEE_KINDS, MOVING, SPENDING, carrying
from ledger.restrictions import BASIS_POINTS, breaks, wider_than
from ledger.stewardship import RULES as STEWARDSHIP
from ledger.stewardship import paid_on, unfit
from ledger.terms import accounts_open, periods_open

_SOCIAL = "social-organization"


def registered(draft: Draft) -> None:
    """Whoever's money moves was registered on the effective date, if it is a social organization."""
    on, standings = draft.command.effective, draft.state.standings
    for name in sorted(draft.owners):
        standing = standings.get(name)
        if standing and standing.type == _SOCIAL and not standing.has("registered", on):
            draft.refuse("NOT_REGISTERED", organization=name, on=on)


def qualified(draft: Draft) -> None:
    """Who raises funds from the public held the qualification (公开募捐资格) on the effective date."""
    command = draft.command
    if not command.data.get("channel", "").startswith("public"):
        return
    standing = draft.state.standings[str(command.organization)]
    if not standing.has("public-fundraising", command.effective):
        draft.refuse("NOT_QUALIFIED", organization=str(command.organization), on=command.effective)


def batches_closed(draft: Draft) -> None:
    """Imported money is spendable once its batch is closed; the import itself may go on moving it."""
    command = draft.command
    own = command.data.get("batch") if command.mode == OBSERVED else None
    for _, source, _ in draft.fund_sides:
        for batch in source.batches:
            if batch != own and draft.state.batches[batch].closed is None:
                draft.refuse("BATCH_OPEN", account=source.id, batch=batch)


def restrictions_kept(draft: Draft) -> None:
    """Money stays as narrow as it was given, or goes to a use that its restriction allows."""
    command, kind, regions = draft.command, draft.kind, draft.state.regions
    if "change" in command.data:
        change_kept(draft, command.data["change"])
        return
    for n, (move, source, target) in enumerate(draft.fund_sides):
        restriction = draft.restriction(source)
        violation = None
        if kind.spends:
            use: Mapping[str, str] = move.use or {}
            violation = breaks(restriction, use, paid_on(draft, n), regions) or unfit(draft, restriction, use)
        elif command.kind == "conversion" and n % 2 == 0:
            goods = draft.fund_sides[n + 1][2]
            violation = wider_than(draft.restriction(goods), restriction, regions)
        elif _must_stay_narrow(draft, source, target):
            violation = wider_than(draft.restriction(target), restriction, regions)
        if violation:
            draft.refuse("RESTRICTION_VIOLATED", account=source.id, **violation.facts())


def _must_stay_narrow(draft: Draft, source: Account, target: Account) -> bool:
    """Whether money may move only to an account that is as narrow: no ground, and no fee, sets it free."""
    kind = draft.command.kind
    if kind == "fee_release":
        return target.restriction is not None
    return kind in ("allocation", "transfer") and not _has_ground(draft, draft.command, source)


def _has_ground(draft: Draft, command: Command, source: Account) -> bool:
    """Whether a documented change, dated before the spending, lets money leave its restriction.

    `undetermined` money leaves by a determination of what the donor meant, and by nothing else; time
    has passed only when the restriction's own period ended before.
    """
    ground = command.data.get("ground")
    if ground is None or ground["on"] > command.effective:
        return False
    if source.restriction == UNDETERMINED or ground["basis"] == "determination":
        return bool(source.restriction == UNDETERMINED and ground["basis"] == "determination")
    if ground["basis"] == "time-passed":
        restriction = draft.restriction(source)
        ended = restriction.valid_until if restriction else None
        return ended is not None and ended < ground["on"]
    return True


def fees_capped(draft: Draft) -> None:
    """Fees out of restricted money stay, in sum, within the agreed rate of what the account received."""
    asked: dict[str, int] = {}
    for move, source, _ in draft.fund_sides:
        restriction = draft.restriction(source)
        if restriction is None:
            continue
        asked[source.id] = asked.get(source.id, 0) + move.amount
        cap = max(0, source.received) * (restriction.fee_cap or 0) // BASIS_POINTS
        total = source.fees + asked[source.id]
        if total > cap:
            draft.refuse("FEE_CAP_EXCEEDED", account=source.id, asked=str(move.amount), total=str(total), cap=str(cap))


RULES: tuple[tuple[Callable[[Draft], None], frozenset[str]], ...] = (
    (periods_open, MOVING | {"correction"}),
    (accounts_open, MOVING),
    (registered, MOVING),
    (qualified, carrying("channel")),
    (batches_closed, MOVING),
    *STEWARDSHIP,
    (restrictions_kept, SPENDING | {"conversion", "allocation", "transfer", "fee_release"}),
    (fees_capped, FEE_KINDS),
    (fee_kept, carrying("agreement") & FEE_KINDS),
)
"""Group 5 in its order, each rule with the kinds that it has a say in; an observed command declares the breach."""
