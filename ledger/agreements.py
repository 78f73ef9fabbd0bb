"""Agreements: whom they bind, what money is for, milestones with dates and amounts, and the agreed fee.

A `fee_release` that names an agreement is held to it: its clause, base, rate and moment, the restriction of the money,
the rate of what the account received (or paid out), and the cap.
"""

from fractions import Fraction
from typing import Any

from ledger.accounts import Account
from ledger.draft import Draft
from ledger.rejections import Rejection
from ledger.unmoved_state import Document


def own(draft: Draft) -> Document:
    """The agreement that the command names, if it is the organization's; raises `AGREEMENT_MISMATCH`."""
    name, asked = draft.command.data["agreement"], str(draft.command.organization)
    document = draft.state.unmoved.agreements[name]
    if document["organization"] != asked:
        _differs(name, "organization", document["organization"], asked)
    return document


def _differs(agreement: str, field: str, agreed: object, asked: object) -> None:
    raise Rejection("AGREEMENT_MISMATCH", agreement=agreement, field=field, agreed=str(agreed), asked=str(asked))


def reached(draft: Draft) -> None:
    """Group 4: a milestone is reached by whose agreement it is."""
    own(draft)


def fee_fits(draft: Draft) -> None:
    """Group 4: a fee released under an agreement is the one that it agrees."""
    data = draft.command.data
    if "agreement" not in data:
        return
    terms = own(draft)["data"]
    name, fee = data["agreement"], terms.get("fee")
    if fee is None:
        _differs(name, "fee", "none", data["clause"])
        return
    for field in ("clause", "base", "moment"):
        if fee[field] != data[field]:
            _differs(name, field, fee[field], data[field])
    if Fraction(fee["rate"]) != Fraction(data["rate"]):
        _differs(name, "rate", fee["rate"], data["rate"])
    for move in draft.command.fund:
        source = draft.account(move.source)
        for field, value in (("restriction", source.restriction or "none"), ("asset", source.asset)):
            if terms.get(field, value) != value:
                _differs(name, field, terms[field], value)


def fee_kept(draft: Draft) -> None:
    """Group 5: fees under an agreement stay, in sum, within its rate of each account, and within its cap."""
    data = draft.command.data
    if "agreement" not in data:
        return
    name, fees = data["agreement"], draft.state.unmoved.fees
    fee = draft.state.unmoved.agreements[name]["data"]["fee"]
    asked: dict[str, int] = {}
    before = sum(units for (agreement, _), units in fees.items() if agreement == name) if "cap" in fee else 0
    for move in draft.command.fund:
        source = draft.account(move.source)
        asked[source.id] = asked.get(source.id, 0) + move.amount
        _within(draft, source.id, fees.get((name, source.id), 0) + asked[source.id], _agreed(source, fee))
        if "cap" in fee:
            _within(draft, source.id, before + sum(asked.values()), int(fee["cap"]))


def _agreed(source: Account, fee: Any) -> int:  # noqa: ANN401 -- the fee's terms, as a leaf holds them
    """The rate of what the account received from outside, or of all that left it."""
    base = max(0, source.received) if fee["base"] == "received" else source.total_out
    return int(base * Fraction(fee["rate"]))


def _within(draft: Draft, account: str, total: int, cap: int) -> None:
    if total > cap:
        agreement = draft.command.data["agreement"]
        draft.refuse("AGREED_FEE_EXCEEDED", agreement=agreement, account=account, total=str(total), cap=str(cap))


GUARDS = {"milestone_reached": reached}
