"""What money may not do though it could: leave its one recipient, be invested unasked, or hand out expired goods.

Rules of group 5, which life can break: an instructed command is refused, an observed one declares the breach.
"""

from ledger.draft import Draft
from ledger.lots import ISSUING
from ledger.rejections import Rejection
from ledger.resolutions import majority
from ledger.restrictions import PERMITTED, Violation


def expiry_fits(draft: Draft) -> None:
    """Group 4: goods are lost by expiry once they have expired."""
    if draft.command.data.get("ground") != "expired" or draft.command.kind != "loss":
        return
    on = draft.command.effective
    for move in draft.command.fund:
        asset = draft.account(move.source).asset
        lot = draft.state.lots.get(asset)
        if lot is None or not lot.expired(on):
            raise Rejection("LOT_NOT_EXPIRED", asset=asset, on=on)


def for_its_recipient(draft: Draft) -> None:
    """Agency money (受托代理) goes to the recipient whom the donor named, or back to the donor."""
    if draft.command.kind != "agency_out":
        return
    for move in draft.command.fund:
        account = draft.account(move.source)
        if move.target != account.recipient:
            draft.refuse("RECIPIENT_MISMATCH", account=account.id, recipient=str(account.recipient), asked=move.target)


def voted_for(draft: Draft) -> None:
    """The council's vote reached what the law of its day asks for."""
    vote = draft.command.data.get("resolution")
    if vote is None:
        return
    needed = majority(vote["matter"], vote["on"]).needed(vote)
    if vote["votes"] < needed:
        draft.refuse("VOTE_TOO_SMALL", votes=vote["votes"], needed=needed, matter=vote["matter"])


def may_be_invested(draft: Draft) -> None:
    """Neither what a donor restricted nor what the government gave is invested, unless terms permit it (慈善法 55)."""
    if draft.command.kind != "investment":
        return
    for move in draft.command.fund:
        account = draft.account(move.source)
        restriction = draft.restriction(account)
        if restriction is not None and restriction.investment == PERMITTED:
            continue
        if restriction is not None or account.government is not None:
            why = "government" if account.government is not None else "restricted"
            draft.refuse("INVESTMENT_BARRED", account=account.id, why=why)


def still_good(draft: Draft) -> None:
    """Expired goods are not handed out."""
    command = draft.command
    if command.kind not in ISSUING:
        return
    for move in command.fund:
        account = draft.account(move.source)
        lot = draft.state.lots.get(account.asset) if account.held else None
        if lot is not None and lot.expired(command.effective):
            draft.refuse("LOT_EXPIRED", asset=lot.asset, expired=str(lot.expires), asked=command.effective)


def can_be_valued(draft: Draft) -> None:
    """Goods whose lot was declared without a value are no income."""
    command = draft.command
    if command.kind != "gift_in_kind" or "valuation" in command.data:
        return
    for move in command.fund:
        lot = draft.state.lots.get(draft.account(move.target).asset)
        if lot is not None and lot.value is None:
            draft.refuse("NOT_VALUED", asset=lot.asset)


def of_the_advance(draft: Draft, n: int) -> str:
    """The date on which the use was paid that fund move `n` of a repayment bears."""
    of = draft.command.fund[n + 1].of
    assert of is not None, "the form of a repayment says so"
    return str(draft.entry(of.entry)["effective"])


def unfit(draft: Draft, restricted: str | None, use: dict[str, str]) -> Violation | None:
    """What a kind asks of spending beyond the restriction: an advance is of free money, a loan is for charity."""
    if draft.command.kind == "advance" and restricted is not None:
        return Violation("restriction", "unrestricted", restricted)
    if draft.command.kind == "loan" and not use.get("purpose"):
        return Violation("purpose", "charitable", "none")
    return None


RULES = (for_its_recipient, voted_for, may_be_invested, still_good, can_be_valued)
"""In the order in which they are asked."""
