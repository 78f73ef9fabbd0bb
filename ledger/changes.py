"""Documented changes of what money may be used for: the only widenings besides a fee, and always on record before.

`restriction_changed` says that so many units under a restriction may serve another one; `restriction_released`, that
they are free.  The account's own restriction never changes: an allocation or a transfer that moves the money to
another account names the change's position, and the ledger holds it to what was consented.
"""

from ledger.draft import Draft
from ledger.rejections import Rejection
from ledger.restrictions import wider_than
from ledger.unmoved import CHANGES
from ledger.unmoved_state import Document


def released(draft: Draft) -> None:
    """Group 4: what is released because time has passed ended before the release."""
    command = draft.command
    if command.data["basis"] != "time-passed":
        return
    name = command.data["restriction"]
    until = draft.state.restrictions[name].valid_until
    if until is None or until >= command.effective:
        raise Rejection("TIME_NOT_PASSED", restriction=name, until=until or "released", on=command.effective)


def change_fits(draft: Draft) -> None:
    """Group 4: what relies on a change names one of this organization."""
    position = draft.command.data.get("change")
    if position is None:
        return
    document = draft.entry(position)
    if document["type"] not in CHANGES or document["organization"] != draft.command.organization:
        raise Rejection("NOT_A_CHANGE", entry=position, kind=document["type"])


def change_kept(draft: Draft, position: int) -> None:
    """Group 5: money goes where the change lets it go, not before it, and no more than it covers.

    All moves of the command rely on the change, whether they would need it or not.
    """
    change = draft.entry(position)
    for move in draft.command.fund:
        found = _beyond(draft, change, move.source, move.target)
        if found is not None:
            draft.refuse("RESTRICTION_VIOLATED", account=move.source, **found)
    asked = sum(move.amount for move in draft.command.fund)
    left = int(change["data"]["amount"]) - draft.state.unmoved.used.get(position, 0)
    if asked > left:
        draft.refuse("CHANGE_EXCEEDED", entry=position, left=str(left), asked=str(asked))


def _beyond(draft: Draft, change: Document, source_id: str, target_id: str) -> dict[str, str] | None:
    """The first dimension in which a move goes beyond a change, or None."""
    data, source, target = change["data"], draft.account(source_id), draft.account(target_id)
    on = draft.command.effective
    if source.restriction != data["restriction"]:
        return {"dimension": "change", "allowed": data["restriction"], "asked": source.restriction or "unrestricted"}
    if source.asset != data["asset"]:
        return {"dimension": "asset", "allowed": data["asset"], "asked": source.asset}
    if on < change["effective"]:
        return {"dimension": "change", "allowed": f"from {change['effective']}", "asked": on}
    if "to" not in data:
        return None
    outer = draft.state.restrictions[data["to"]]
    violation = wider_than(draft.restriction(target), outer, draft.state.regions)
    return None if violation is None else violation.facts()


def used(draft: Draft, position: int, units: int) -> list[tuple[dict[int, int], int, int]]:
    """The step of what a change has been used for; what nobody reads is not counted."""
    known = draft.state.unmoved.used
    return [(known, position, known[position] + units)] if position in known else []


GUARDS = {"restriction_released": released}
