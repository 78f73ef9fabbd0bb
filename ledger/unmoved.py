"""Kinds of entry that move no held money: memoranda outside the balances, terms, facts that people could later deny.

Their facts stand here and in `ledger/kinds.py`'s one table; what they ask of earlier entries is in
`ledger/memoranda.py`, `ledger/changes.py`, `ledger/agreements.py` and `ledger/filings.py`.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ledger import fields as f
from ledger.fields import Fields

POSITION = f.number(0, 2**53 - 1)
PAPER = {"evidence": f.digest, "reference": f.code}
"""A paper behind what is said: its SHA-256, its number."""
MOST_MILESTONES = 32
MINUTES_OF_A_DAY = 1440
"""What one person can give on one day."""

PROMISES = frozenset({"pledge", "commitment", "receivable", "payable"})
"""Memoranda of money that is to come or to go: opened, settled in parts, closed."""
MEMORANDA = PROMISES | {"assisted_sale", "volunteer_hours"}
CHANGES = frozenset({"restriction_changed", "restriction_released"})
"""Documented changes, which money may rely on to leave its restriction."""


def some(value: object) -> str | None:
    """An amount of at least one unit, as text."""
    return "must be at least one unit" if value == "0" else f.units(value)


def share(value: object) -> str | None:
    """A rate as a share of the whole, such as 0.05; at most 1."""
    if why := f.rate(value):
        return why
    return "must be a share of at most 1, such as 0.05" if Fraction(str(value)) > 1 else None


_SUM = {"asset": f.asset, "amount": some}
_OTHER = f.one_of(
    "natural", "enterprise", "institution", "government", "partners", "vendors", "staff", "beneficiaries", "anonymous"
)
_PROMISED = {"with_": _OTHER, "party": f.digest, "due": f.day, "restriction": f.ident, "project": f.ident, **PAPER}
_ROSTER = Fields(count=f.number(1, 1_000_000), total=f.units, root=f.digest)
_CONSENTED = ("donor-consent", "filing", "leftover")
_MILESTONE = Fields(milestone=f.code, due=f.day).optional(amount=some)
_FEE = Fields(
    clause=f.code, base=f.one_of("received", "spent"), rate=share, moment=f.one_of("receipt", "spending", "period-end")
).optional(cap=some)
_FILED = {"fact": f.ident, "body": f.code, "digest": f.digest}
_SPAN = {"from_": f.day, "until": f.day}

UNMOVED: dict[str, Fields] = {
    # memoranda outside the balances
    "pledge": Fields(memorandum=f.ident, **_SUM).optional(**_PROMISED, campaign=f.ident),
    "commitment": Fields(memorandum=f.ident, **_SUM).optional(**_PROMISED),
    "receivable": Fields(memorandum=f.ident, **_SUM).optional(
        **_PROMISED, correction=Fields(entry=POSITION, posting=f.number(0, 1_000))
    ),
    "payable": Fields(memorandum=f.ident, **_SUM).optional(**_PROMISED),
    "memorandum_settled": Fields(memorandum=f.ident, payment=POSITION, amount=some),
    "settlement_withdrawn": Fields(
        memorandum=f.ident, payment=POSITION, ground=f.one_of("mistaken", "returned")
    ).optional(**PAPER),
    "memorandum_closed": Fields(
        memorandum=f.ident, ground=f.one_of("cancelled", "written-off", "mistaken", "withdrawn")
    ).optional(**PAPER),
    "assisted_sale": Fields(memorandum=f.ident, **_SUM, seller=f.code, sale=f.code).optional(
        with_=_OTHER, party=f.digest, product=f.code, region=f.region, project=f.ident, **PAPER
    ),
    "volunteer_hours": Fields(
        memorandum=f.ident, minutes=f.number(1, 1_000_000 * MINUTES_OF_A_DAY), region=f.region
    ).optional(party=f.digest, roster=_ROSTER, project=f.ident, purpose=f.code, **PAPER),
    # terms
    "restriction_changed": Fields(
        restriction=f.ident, to=f.ident, **_SUM, basis=f.one_of(*_CONSENTED)
    ).optional(**PAPER),
    "restriction_released": Fields(
        restriction=f.ident, **_SUM, basis=f.one_of(*_CONSENTED, "time-passed")
    ).optional(**PAPER),
    "agreement_bound": Fields(agreement=f.ident, digest=f.digest).optional(
        with_=_OTHER, party=f.digest, partner=f.ident, restriction=f.ident, asset=f.asset, amount=some, **_SPAN,
        milestones=f.many(_MILESTONE, MOST_MILESTONES, least=1), fee=_FEE,
    ),
    "milestone_reached": Fields(agreement=f.ident, milestone=f.code).optional(**PAPER),
    # facts that people could later deny
    "plan_filed": Fields(**_FILED, topic=f.one_of("programme", "annual", "campaign"), **_SPAN).optional(number=f.code),
    "report_filed": Fields(
        **_FILED, topic=f.one_of("implementation", "annual", "financial", "campaign", "project", "statistics"), **_SPAN
    ).optional(number=f.code),
    "publication_filed": Fields(
        **_FILED, topic=f.one_of("annual", "financial", "campaign", "project", "major-transaction", "related-parties",
                                 "statistics", "correction-note"),
    ).optional(number=f.code, **_SPAN, size=f.number(1, 2**53 - 1), root=f.digest),
    "statement_imported": Fields(
        fact=f.ident, account=f.ident, **_SPAN, opening=f.units, incoming=f.units, outgoing=f.units, closing=f.units,
        lines=f.number(0, 10_000_000), root=f.digest, digest=f.digest,
    ),
    "commendation": Fields(**_FILED, topic=f.code).optional(party=f.digest, number=f.code),
    "draw_committed": Fields(
        fact=f.ident, commitment=f.digest, population=f.number(1, 10_000_000), digest=f.digest
    ),
    "inspection_draw": Fields(
        fact=f.ident, committed=POSITION, seed=f.digest, drawn=f.number(1, 10_000_000), digest=f.digest
    ),
}  # fmt: skip
"""The facts of each kind (`with` is the class of the other side, never a person)."""

_PAPERS: dict[str, frozenset[str]] = {
    "memorandum_closed": frozenset({"written-off"}),
    "restriction_changed": frozenset(_CONSENTED),
    "restriction_released": frozenset(_CONSENTED),
}
"""Grounds that someone else gave: the paper that shows it is named."""

Problem = tuple[str, str]


def problem(kind: str, data: Mapping[str, Any], effective: str) -> Problem | None:
    """What the facts of one of these kinds do not owe each other: (field, why), or None."""
    if data.get("until", "9999-12-31") < data.get("from", "0001-01-01"):
        return "data.until", "lies before data.from"
    ground = data.get("ground", data.get("basis"))
    if (ground in _PAPERS.get(kind, ()) or kind == "milestone_reached") and not data.keys() & PAPER.keys():
        return "data.reference", f"{ground or kind} names its paper: evidence or reference"
    check = _CHECKS.get(kind)
    return None if check is None else check(data, effective)


def _changed(data: Mapping[str, Any], _effective: str) -> Problem | None:
    return ("data.to", "is the restriction that it has") if data["to"] == data["restriction"] else None


def _hours(data: Mapping[str, Any], _effective: str) -> Problem | None:
    """One volunteer, or a roster whose lines are minutes; nobody gives more than a day has."""
    if ("party" in data) == ("roster" in data):
        return "data.party", "or data.roster: exactly one of both"
    persons = data["roster"]["count"] if "roster" in data else 1
    if "roster" in data and int(data["roster"]["total"]) != data["minutes"]:
        return "data.roster.total", f"must be the {data['minutes']} minutes given"
    if data["minutes"] > persons * MINUTES_OF_A_DAY:
        return "data.minutes", f"are at most {MINUTES_OF_A_DAY} of one person on one day"
    return None


def _agreed(data: Mapping[str, Any], _effective: str) -> Problem | None:
    """Amounts have an asset; milestones have each a name of their own."""
    milestones = data.get("milestones", ())
    priced = "amount" in data or "cap" in data.get("fee", {}) or any("amount" in line for line in milestones)
    if priced and "asset" not in data:
        return "data.asset", "is missing: of what are the amounts?"
    if len({line["milestone"] for line in milestones}) != len(milestones):
        return "data.milestones", "must not repeat a name"
    return None


def _published(data: Mapping[str, Any], _effective: str) -> Problem | None:
    if ("size" in data) != ("root" in data):
        return "data.root", "goes with data.size: the head that the figures were taken at"
    return None


def _imported(data: Mapping[str, Any], effective: str) -> Problem | None:
    """A statement's balances prove each other, and it does not reach beyond the day of its entry."""
    opening, incoming, outgoing, closing = (int(data[name]) for name in ("opening", "incoming", "outgoing", "closing"))
    if opening + incoming - outgoing != closing:
        return "data.closing", f"must be the opening balance with what came and went, {opening + incoming - outgoing}"
    return ("data.until", "lies after the effective date") if data["until"] > effective else None


_CHECKS = {
    "restriction_changed": _changed, "volunteer_hours": _hours, "agreement_bound": _agreed,
    "publication_filed": _published, "statement_imported": _imported,
}  # fmt: skip
