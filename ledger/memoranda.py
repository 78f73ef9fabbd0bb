"""Memoranda outside the balances: promises of money, help in selling (帮销), volunteer hours.

A promise (a pledge, a commitment, a receivable, a payable) is opened, settled in parts by naming the entries that
settled it, and closed on a ground.  It is never income and in no balance.  Of a payment that is corrected afterwards
nothing settles any more: what it settled is open again.
"""

from collections.abc import Mapping
from typing import Any

from ledger.draft import Draft
from ledger.rejections import Rejection
from ledger.unmoved import MEMORANDA, MINUTES_OF_A_DAY, PROMISES
from ledger.unmoved_state import Document, Parts

_GIFTS = frozenset({"donation", "gift_in_kind"})
_NEVER = frozenset({"opening", "correction", "hold", "agency_in", "agency_out"})
COMING = frozenset({"pledge", "receivable"})
"""Promises that money settles which comes in; the others are settled by money that goes out."""


def open_units(draft: Draft, memorandum: str) -> int:
    """What of a promise is still open, its closing left aside."""
    unmoved, corrected = draft.state.unmoved, draft.state.corrected
    parts = unmoved.settled.get(memorandum, ())
    settled = sum(units for payment, units in parts if payment not in corrected)
    return int(unmoved.memoranda[memorandum]["data"]["amount"]) - settled


def opened(draft: Draft) -> None:
    """A sale has one claimant, a day has so many minutes, a correction's receivable is the one that it names."""
    data, unmoved = draft.command.data, draft.state.unmoved
    match draft.command.kind:
        case "assisted_sale":
            if before := unmoved.sales.get((data["seller"], data["sale"])):
                claimant = unmoved.memoranda[before]["organization"]
                raise Rejection(
                    "SALE_CLAIMED", sale=data["sale"], seller=data["seller"], organization=claimant, memorandum=before
                )
        case "volunteer_hours" if "party" in data:
            on = draft.command.effective
            total = unmoved.minutes.get((data["party"], on), 0) + data["minutes"]
            if total > MINUTES_OF_A_DAY:
                raise Rejection("TOO_MANY_MINUTES", on=on, total=total, most=MINUTES_OF_A_DAY)
        case "receivable" if "correction" in data:
            _names_a_receivable(draft, data["correction"]["entry"], data["correction"]["posting"])
        case _:
            pass


def _names_a_receivable(draft: Draft, entry: int, posting: int) -> None:
    """The correction at `entry` could not bring back as much of this asset, of this posting."""
    data, document = draft.command.data, draft.entry(entry)
    found = [line for line in document.get("receivable", ()) if line["posting"] == posting]
    why = None
    if not found or document.get("organization") != draft.command.organization:
        why = "it is no correction of this organization that left one"
    elif found[0]["asset"] != data["asset"]:
        why = f"it is of {found[0]['asset']}"
    elif int(found[0]["amount"]) < int(data["amount"]):
        why = f"it is {found[0]['amount']}"
    if why is not None:
        raise Rejection("RECEIVABLE_MISMATCH", entry=entry, posting=posting, why=why)


def _own(draft: Draft, memorandum: str, *, promise: bool) -> Document:
    """The memorandum that the command is about: of the organization, and a promise where it must be one."""
    document = draft.state.unmoved.memoranda[memorandum]
    stored, asked = document["organization"], str(draft.command.organization)
    if stored != asked:
        raise Rejection("MEMORANDUM_MISMATCH", memorandum=memorandum, field="organization", stored=stored, asked=asked)
    if promise and document["type"] not in PROMISES:
        raise Rejection(
            "MEMORANDUM_MISMATCH", memorandum=memorandum, field="kind", stored=document["type"], asked="a promise"
        )
    return document


def _still_open(draft: Draft, memorandum: str) -> None:
    if (by := draft.state.unmoved.closed.get(memorandum)) is not None:
        raise Rejection("MEMORANDUM_CLOSED", memorandum=memorandum, by=by)


def settled(draft: Draft) -> None:
    """A payment settles one promise of its organization, in the promise's asset and direction, as far as it is open."""
    data = draft.command.data
    memorandum, payment, amount = data["memorandum"], data["payment"], int(data["amount"])
    document = _own(draft, memorandum, promise=True)
    _still_open(draft, memorandum)
    why = _no_payment(draft, document, payment, amount)
    if why is not None:
        kind = draft.entry(payment)["type"]
        raise Rejection("PAYMENT_MISMATCH", memorandum=memorandum, payment=payment, kind=kind, why=why)
    if before := draft.state.unmoved.payments.get(payment):
        raise Rejection("SETTLED_BEFORE", payment=payment, memorandum=before)
    left = open_units(draft, memorandum)
    if amount > left:
        raise Rejection("SETTLES_TOO_MUCH", memorandum=memorandum, open=str(left), asked=str(amount))


def _no_payment(draft: Draft, document: Document, payment: int, amount: int) -> str | None:
    """Why an entry cannot settle a promise with so many units, or None."""
    kind, asset, organization = document["type"], document["data"]["asset"], document["organization"]
    paid = draft.entry(payment)
    if (by := draft.state.corrected.get(payment)) is not None:
        return f"entry {by} corrected it"
    gift = paid["type"] in _GIFTS
    if paid["type"] in _NEVER or gift != (kind == "pledge"):
        return f"it settles no {kind}"
    moved = _moved(draft, paid, organization, asset) * (1 if kind in COMING else -1)
    if moved < amount:
        return f"it moved {max(moved, 0)} of {asset} {'to' if kind in COMING else 'from'} {organization}"
    return None


def _moved(draft: Draft, document: Document, organization: str, asset: str) -> int:
    """By how many units of an asset an entry changed what an organization holds."""
    change = 0
    for posting in document.get("fund", ()):
        for side, sign in (("to", 1), ("from", -1)):
            name = posting[side]["account"]
            if name.startswith("outside/") or posting["asset"] != asset:
                continue
            if draft.state.accounts[name].organization == organization:
                change += sign * int(posting["amount"])
    return change


def withdrawn(draft: Draft) -> None:
    """A settlement that was none: the payment settles this promise now, and is free again."""
    data = draft.command.data
    _own(draft, data["memorandum"], promise=True)
    if draft.state.unmoved.payments.get(data["payment"]) != data["memorandum"]:
        raise Rejection("NOT_SETTLED", payment=data["payment"], memorandum=data["memorandum"])


def closed(draft: Draft) -> None:
    """A memorandum is closed once; what is cancelled or written off is what is still open of it."""
    data = draft.command.data
    document = _own(draft, data["memorandum"], promise=data["ground"] in ("cancelled", "written-off"))
    _still_open(draft, data["memorandum"])
    if document["type"] in PROMISES and not open_units(draft, data["memorandum"]):
        raise Rejection("NOTHING_OPEN", memorandum=data["memorandum"])


GUARDS = {
    **dict.fromkeys(MEMORANDA, opened), "memorandum_settled": settled, "settlement_withdrawn": withdrawn,
    "memorandum_closed": closed,
}  # fmt: skip
"""Group 4, by kind."""


# ---------------------------------------------------------------- effects

Put = tuple[Any, Any, Any]
"""(mapping, key, value): one step of the state."""
Facts = Mapping[str, Any]


def took_in(draft: Draft) -> list[Put]:
    """What an accepted entry about memoranda changes."""
    command, unmoved = draft.command, draft.state.unmoved
    data, name = command.data, command.data["memorandum"]
    if command.kind in MEMORANDA:
        return [(unmoved.memoranda, name, remembered(draft)), *_claims(draft, data, command.kind, name, 1)]
    if command.kind == "memorandum_closed":
        before = unmoved.memoranda[name]
        freed = _claims(draft, before["data"], before["type"], name, -1, before["effective"])
        return [(unmoved.closed, name, draft.position), *freed]
    payment = data["payment"]
    parts: Parts = unmoved.settled.get(name, ())
    if command.kind == "memorandum_settled":
        return [(unmoved.settled, name, (*parts, (payment, int(data["amount"])))), (unmoved.payments, payment, name)]
    left = tuple(part for part in parts if part[0] != payment)
    return [(unmoved.settled, name, left), (unmoved.payments, payment, "")]


def remembered(draft: Draft) -> Document:
    """As much of an entry's document as later decisions read."""
    command = draft.command
    return {
        "type": command.kind, "seq": draft.position, "organization": command.organization,
        "effective": command.effective, "data": command.data,
    }  # fmt: skip


def _claims(draft: Draft, data: Facts, kind: str, name: str, sign: int, on: str | None = None) -> list[Put]:
    """What a memorandum keeps others from, or (-1) leaves to them again."""
    unmoved = draft.state.unmoved
    if kind == "assisted_sale":
        return [(unmoved.sales, (data["seller"], data["sale"]), name if sign > 0 else "")]
    if kind == "volunteer_hours" and "party" in data:
        key = data["party"], on or draft.command.effective
        return [(unmoved.minutes, key, unmoved.minutes.get(key, 0) + sign * data["minutes"])]
    return []
