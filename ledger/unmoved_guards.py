"""What decisions ask about memoranda, terms and facts, in the order of the ladder, and what they change."""

from ledger import agreements, changes, filings, memoranda
from ledger.draft import Draft
from ledger.kinds import FEE_KINDS, carrying
from ledger.memoranda import Put
from ledger.rejections import Rejection
from ledger.unmoved import CHANGES, MEMORANDA, UNMOVED
from ledger.unmoved_state import names_of

_ABOUT = MEMORANDA | {"memorandum_settled", "settlement_withdrawn", "memorandum_closed"}
_RELYING = carrying("change", "agreement") - frozenset(UNMOVED)
TAKING = frozenset(UNMOVED) | _RELYING | {"correction"}
"""Kinds that change what `Unmoved` holds."""


def partner_is_there(draft: Draft) -> None:
    """Group 3: the organization that an agreement is with has a record."""
    partner = draft.command.data.get("partner")
    if partner is not None and partner not in draft.state.standings:
        raise Rejection("ORGANIZATION_NOT_FOUND", organization=partner)


def memorandum_is_there(draft: Draft) -> None:
    """Group 3: the memorandum that the command is about has been opened."""
    name = draft.command.data["memorandum"]
    if draft.command.kind not in MEMORANDA and name not in draft.state.unmoved.memoranda:
        raise Rejection("MEMORANDUM_NOT_FOUND", memorandum=name)


def agreement_is_there(draft: Draft) -> None:
    """Group 3: the agreement that the command names is bound, and has the milestone that is reached."""
    data, kind, agreements_ = draft.command.data, draft.command.kind, draft.state.unmoved.agreements
    name = data.get("agreement")
    if name is None or kind == "agreement_bound":
        return
    if name not in agreements_:
        raise Rejection("AGREEMENT_NOT_FOUND", agreement=name)
    if kind == "milestone_reached":
        agreed = agreements_[name]["data"].get("milestones", ())
        if data["milestone"] not in {line["milestone"] for line in agreed}:
            raise Rejection("MILESTONE_NOT_FOUND", agreement=name, milestone=data["milestone"])


def unmoved_is_new(draft: Draft) -> None:
    """Group 3, last: what such an entry creates is not there yet."""
    data, kind, unmoved = draft.command.data, draft.command.kind, draft.state.unmoved
    if kind in MEMORANDA and data["memorandum"] in unmoved.memoranda:
        raise Rejection("ALREADY_EXISTS", what="memorandum", id=data["memorandum"])
    if kind == "agreement_bound" and data["agreement"] in unmoved.agreements:
        raise Rejection("ALREADY_EXISTS", what="agreement", id=data["agreement"])
    for what, name in sorted(names_of(kind, data)):
        if (what, name) in unmoved.named:
            raise Rejection("ALREADY_EXISTS", what=what, id=name)


NAMED = ((memorandum_is_there, carrying("memorandum")), (agreement_is_there, carrying("agreement")))
"""Group 3: each guard with the kinds that it has a say in."""
PARTS = (
    *((guard, frozenset({kind})) for module in (memoranda, changes, agreements, filings)
      for kind, guard in module.GUARDS.items()),
    (changes.change_fits, carrying("change")),
    (agreements.fee_fits, carrying("agreement") & FEE_KINDS),
)  # fmt: skip
"""Group 4: each guard with the kinds that it has a say in."""


def unmoved_took(draft: Draft) -> list[Put]:
    """What an accepted entry changes of `Unmoved`."""
    command, unmoved = draft.command, draft.state.unmoved
    data, kind = command.data, command.kind
    if kind in _ABOUT:
        puts = memoranda.took_in(draft)
    elif kind == "agreement_bound":
        puts = [(unmoved.agreements, data["agreement"], memoranda.remembered(draft))]
    elif kind in CHANGES:
        puts = [(unmoved.used, draft.position, 0)]
    elif kind == "correction":
        corrected = draft.entry(data["of"])
        return _relied(draft, corrected["type"], corrected["data"], -1)
    else:
        puts = _relied(draft, kind, data, 1)
    if kind in UNMOVED:
        puts += [(unmoved.named, key, draft.position) for key in sorted(names_of(kind, data))]
    return puts


def _relied(draft: Draft, kind: str, data: memoranda.Facts, sign: int) -> list[Put]:
    """What relies on a change or an agreement, or (-1) does so no more; what nobody reads is not counted."""
    if "change" in data:
        return list(changes.used(draft, data["change"], sign * sum(int(p["amount"]) for p in draft.fund)))
    if kind not in FEE_KINDS or data.get("agreement") not in draft.state.unmoved.agreements:
        return []
    fees, name = draft.state.unmoved.fees, data["agreement"]
    found: dict[tuple[str, str], int] = {}
    for posting in draft.fund:
        account = posting["from" if sign > 0 else "to"]["account"]
        key = name, account.removeprefix("overdrawn/")
        found[key] = found.get(key, fees.get(key, 0)) + sign * int(posting["amount"])
    return [(fees, key, units) for key, units in found.items()]
