"""What money may not do though it could: leave its one recipient, be invested unasked, or hand out expired goods.

Rules of group 5, which life can break: an instructed command is refused, an observed one declares the breach.
"""

from collections.abc import Callable, Mapping

from ledger.draft import Draft
from ledger.kinds import carrying
from ledger.lots import ISSUING
from ledger.rejections import Rejection
from ledger.resolutions import majority
from ledger.restrictions import PERMITTED, Restriction, Violation


def expiry_fits(draft: Draft) -> None:
    """Group 4: goods are lost by expiry once they have expired."""
    if draft.command.data["ground"] != "expired":
        return
    on = draft.command.effective
    for _, account, _ in draft.fund_sides:
        asset = account.asset
        lot = draft.state.lots.get(asset)
        if lot is None or not lot.expired(on):
            raise Rejection("LOT_NOT_EXPIRED", asset=asset, on=on)


def for_its_recipient(draft: Draft) -> None:
    """Agency money (受托代理) goes to the recipient whom the donor named, or back to the donor."""
    for move, account, _ in draft.fund_sides:
        if move.target != account.recipient:
            draft.refuse("RECIPIENT_MISMATCH", account=account.id, recipient=str(account.recipient), asked=move.target)


def voted_for(draft: Draft) -> None:
    """The council's vote reached what the law of its day asks for."""
    vote = draft.command.data["resolution"]
    needed = majority(vote["matter"], vote["on"]).needed(vote)
    if vote["votes"] < needed:
        draft.refuse("VOTE_TOO_SMALL", votes=vote["votes"], needed=needed, matter=vote["matter"])


def may_be_invested(draft: Draft) -> None:
    """Neither what a donor restricted nor what the government gave is invested, unless terms permit it (慈善法 55)."""
    for _, account, _ in draft.fund_sides:
        restriction = draft.restriction(account)
        if restriction is not None and restriction.investment == PERMITTED:
            continue
        if restriction is not None or account.government is not None:
            why = "government" if account.government is not None else "restricted"
            draft.refuse("INVESTMENT_BARRED", account=account.id, why=why)


def still_good(draft: Draft) -> None:
    """Expired goods are not handed out."""
    effective, lots = draft.command.effective, draft.state.lots
    for _, account, _ in draft.fund_sides:
        lot = lots.get(account.asset) if account.held else None
        if lot is not None and lot.expired(effective):
            draft.refuse("LOT_EXPIRED", asset=lot.asset, expired=str(lot.expires), asked=effective)


def can_be_valued(draft: Draft) -> None:
    """Goods whose lot was declared without a value are no income."""
    if "valuation" in draft.command.data:
        return
    for _, _, account in draft.fund_sides:
        lot = draft.state.lots.get(account.asset)
        if lot is not None and lot.value is None:
            draft.refuse("NOT_VALUED", asset=lot.asset)


def paid_on(draft: Draft, n: int) -> str:
    """The date that a restriction's period tests: of what a repayment bears, the day of the advance; else its own."""
    command = draft.command
    of = command.fund[n + 1].of if command.kind == "advance_repayment" and n % 2 == 0 else None
    return command.effective if of is None else str(draft.entry(of.entry)["effective"])


def unfit(draft: Draft, restriction: Restriction | None, use: Mapping[str, str]) -> Violation | None:
    """What a kind asks of spending beyond the restriction: an advance is of free money, a loan is for charity."""
    if draft.command.kind == "advance" and restriction is not None:
        return Violation("restriction", "unrestricted", restriction.id)
    if draft.command.kind == "loan" and not use.get("purpose"):
        return Violation("purpose", "charitable", "none")
    return None


RULES: tuple[tuple[Callable[[Draft], None], frozenset[str]], ...] = (
    (for_its_recipient, frozenset({"agency_out"})),
    (voted_for, carrying("resolution")),
    (may_be_invested, frozenset({"investment"})),
    (still_good, ISSUING),
    (can_be_valued, frozenset({"gift_in_kind"})),
)
"""In the order in which they are asked, each with the kinds that it has a say in."""
