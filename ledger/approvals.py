"""Four eyes: from a set amount on, what pays out stands only with a second officer's approval.

An organization sets a threshold for an asset, names who may approve, and enrols officers' keys; each by an
entry.  Once a threshold is set, raising or removing it needs the approval that it asks for itself.  Asked
last, when the postings are known: so whatever way the money leaves is counted.  Many payments just below
the threshold are not this rule's matter.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ledger.commands import Command
from ledger.draft import Draft
from ledger.kinds import PAYING
from ledger.rejections import Rejection
from ledger.signing import APPROVER, INITIATOR, approval_bytes, is_signed, possession_bytes

THRESHOLD = "threshold"
NAMED = "approver"
KEY = "key"
_USED = "used"
_YES = "named"

TERMS = frozenset({"approval_threshold_set", "approver_named", "approver_dismissed", "key_enrolled", "key_revoked"})
"""Kinds of entry that change what four eyes ask."""

NAMING = TERMS - {"approval_threshold_set"}
"""Those that name an officer."""

Key = tuple[str, str, str]


def term(kind: str, data: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """What such an entry changes: which sort of term, of which asset or officer, and to what (None: no more)."""
    match kind:
        case "approval_threshold_set":
            return THRESHOLD, data["asset"], data.get("threshold")
        case "approver_named" | "approver_dismissed":
            return NAMED, data["approver"], _YES if kind == "approver_named" else None
        case _:
            return KEY, data["holder"], data.get("key")


def folded(organization: str, what: str, subject: str, value: str | None) -> Iterator[tuple[Key, str | None]]:
    """What `State.approvals` holds after a term changed; a key that was ever enrolled is remembered."""
    yield (organization, what, subject), value
    if what == KEY and value is not None:
        yield (organization, _USED, value), subject


def taken(organization: str, kind: str, data: Mapping[str, Any]) -> Iterator[tuple[Key, str | None]]:
    """What `State.approvals` holds after such an entry."""
    return folded(organization, *term(kind, data))


def term_is_new(draft: Draft) -> None:
    """Group 3: nobody is named twice, an officer has one key at a time, and a key is one officer's, once."""
    command, known = draft.command, draft.state.approvals
    what, subject, value = term(command.kind, command.data)
    organization = str(command.organization)
    if value is None:
        return
    if known.get((organization, what, subject)) is not None or (organization, _USED, value) in known:
        raise Rejection("ALREADY_EXISTS", what=what, id=subject)


def terms_fit(draft: Draft) -> None:
    """Group 4: who is named is not the one who names, what ends was there, and a new key is had by its holder."""
    command = draft.command
    what, subject, value = term(command.kind, command.data)
    organization, known = str(command.organization), draft.state.approvals
    current = known.get((organization, what, subject))
    if what == NAMED and command.actor == subject:
        raise Rejection("SELF_APPROVAL", approver=subject)
    if value is None and current is None:
        if what == KEY:
            raise Rejection("KEY_NOT_ENROLLED", holder=subject)
        raise Rejection("NOT_AN_APPROVER", approver=subject, organization=organization)
    if what == KEY and value is not None:
        message = possession_bytes(_origin(draft), organization, subject, value)
        if not is_signed(value, command.data["proof"], message):
            raise Rejection("SIGNATURE_INVALID", signer=subject)


def four_eyes(draft: Draft, command: Command) -> None:
    """Group 7: `draft` has its postings; of a hold it is the payment's, and `command` the hold.

    Raises `APPROVAL_REQUIRED` (observed: declares it) where a second officer is missing, and what is wrong
    with the approval that is there, whether or not it was needed.
    """
    if command.approval is not None:
        _stands(draft, command)
    elif draft.state.approvals:
        _asks(draft, command)


def _asks(draft: Draft, command: Command) -> None:
    """Refuse, or declare the breach, where an approval is needed."""
    organization = str(command.organization)
    if command.kind == "approval_threshold_set":
        asset, new = command.data["asset"], command.data.get("threshold")
        limit = draft.state.approvals.get((organization, THRESHOLD, asset))
        if limit is not None and (new is None or int(new) > int(limit)):
            draft.refuse(
                "APPROVAL_REQUIRED", organization=organization, asset=asset, threshold=limit, asked=new or "none"
            )
    elif draft.command.kind in PAYING and not _held_with_approval(draft):
        for asset, amount in sorted(_paid(draft).items()):
            limit = draft.state.approvals.get((organization, THRESHOLD, asset))
            if limit is not None and amount >= int(limit):
                draft.refuse(
                    "APPROVAL_REQUIRED", organization=organization, asset=asset, threshold=limit, asked=str(amount)
                )


def _held_with_approval(draft: Draft) -> bool:
    """Whether this pays a hold that was approved: the approval stands for it, up to what is held."""
    hold = draft.command.data.get("hold")
    return hold is not None and "approval" in draft.entry(hold)


def _paid(draft: Draft) -> dict[str, int]:
    """What leaves the organization's funds, by asset: to outside, to another organization, or freed as a fee."""
    organization, sums = draft.command.organization, dict[str, int]()
    for posting in draft.fund:
        source, target = (draft.account(posting[side]["account"]) for side in ("from", "to"))
        leaves = not target.held or target.organization != organization or draft.command.kind == "fee_release"
        if source.held and source.organization == organization and leaves:
            sums[source.asset] = sums.get(source.asset, 0) + int(posting["amount"])
    return sums


def _stands(draft: Draft, command: Command) -> None:
    """The approver is another officer of the organization who may approve, and whoever has a key has signed."""
    approval, organization = command.approval, str(command.organization)
    assert approval is not None, "asked only of what carries one"
    if approval.approver == command.actor:
        raise Rejection("SELF_APPROVAL", approver=approval.approver)
    if draft.state.approvals.get((organization, NAMED, approval.approver)) is None:
        raise Rejection("NOT_AN_APPROVER", approver=approval.approver, organization=organization)
    for role, signer, signature in (
        (INITIATOR, command.actor, approval.initiator_signature),
        (APPROVER, approval.approver, approval.approver_signature),
    ):
        key = draft.state.approvals.get((organization, KEY, signer))
        if key is not None and signature is None:
            raise Rejection("SIGNATURE_MISSING", signer=signer)
        if signature is not None and (
            key is None or not is_signed(key, signature, approval_bytes(_origin(draft), role, signer, command))
        ):
            raise Rejection("SIGNATURE_INVALID", signer=signer)


def _origin(draft: Draft) -> str:
    return str(draft.entry(0)["data"]["origin"])
