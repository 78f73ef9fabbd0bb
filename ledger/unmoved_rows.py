"""The rows of memoranda, terms and facts: all written once, so that what has become of them is counted when read.

Columns are those of the tables of the same names; dates are ISO texts, digests hex, amounts and positions ints.
"""

from collections.abc import Mapping
from typing import Any

from ledger.records import Row, Rows
from ledger.unmoved import CHANGES, MEMORANDA, UNMOVED

Document = Mapping[str, Any]

STEPS = {"memorandum_settled": "settled", "settlement_withdrawn": "withdrawn", "memorandum_closed": "closed"}
"""What each kind makes of a memorandum."""
FILED = frozenset(kind for kind, facts in UNMOVED.items() if "fact" in dict(facts.names()))
"""Kinds of facts that people could later deny."""
RELYING = frozenset({"allocation", "transfer", "fee_release"})
"""Kinds whose money may rely on a change of its restriction, or on an agreement."""
TABLES = (
    "memorandum", "memorandum_step", "restriction_change", "agreement", "agreement_milestone", "milestone_reached",
    "reliance", "fact",
)  # fmt: skip
"""Every table of this module."""


def unmoved_rows(document: Document) -> Rows:
    """The rows that an entry gives beside its own: none for most kinds."""
    kind, data, position = document["type"], document["data"], document["seq"]
    found: Rows = {}
    if kind in MEMORANDA:
        found["memorandum"] = [_memorandum(document)]
    elif kind in STEPS:
        found["memorandum_step"] = [_step(document)]
    elif kind in CHANGES:
        found["restriction_change"] = [_change(document)]
    elif kind == "agreement_bound":
        found["agreement"] = [_agreement(document)]
        found["agreement_milestone"] = _milestones(document)
    elif kind == "milestone_reached":
        found["milestone_reached"] = [
            {"position": position, "agreement": data["agreement"], "milestone": data["milestone"], **_paper(data)}
        ]
    elif kind in FILED:
        found["fact"] = [_fact(document)]
    elif kind in RELYING and "change" in data:
        found["reliance"] = [{"position": position, "noun": "change", "key": str(data["change"])}]
    elif kind in RELYING and "agreement" in data:
        found["reliance"] = [{"position": position, "noun": "agreement", "key": data["agreement"]}]
    return found


def _head(document: Document) -> Row:
    return {
        "position": document["seq"], "organization": document["organization"], "effective": document["effective"]
    }  # fmt: skip


def _paper(data: Document) -> Row:
    return {name: data.get(name) for name in ("evidence", "reference")}


def _same(data: Document, *names: str) -> Row:
    return {name: data.get(name) for name in names}


def _units(value: str | None) -> int | None:
    return None if value is None else int(value)


def _memorandum(document: Document) -> Row:
    """The amount is in minor units of its asset; of volunteer hours it is in minutes, and there is no asset."""
    data = document["data"]
    correction, roster = data.get("correction", {}), data.get("roster")
    hours = document["type"] == "volunteer_hours"
    return {
        "id": data["memorandum"], "kind": document["type"], **_head(document), "asset": data.get("asset"),
        "amount": data["minutes"] if hours else int(data["amount"]),
        "persons": (1 if roster is None else roster["count"]) if hours else None,
        "counterparty": data.get("with"), "party": data.get("party"),
        **_same(data, "due", "restriction", "project", "campaign", "region", "purpose", "product", "seller", "sale"),
        "correction": correction.get("entry"), "posting": correction.get("posting"), **_paper(data),
    }  # fmt: skip


def _step(document: Document) -> Row:
    """The amount of a closing is none; a withdrawal's stands in the settlement that it withdraws."""
    data = document["data"]
    return {
        "position": document["seq"], "memorandum": data["memorandum"], "step": STEPS[document["type"]],
        "effective": document["effective"], "payment": data.get("payment"), "amount": _units(data.get("amount")),
        "ground": data.get("ground"), **_paper(data),
    }  # fmt: skip


def _change(document: Document) -> Row:
    """A release has no target."""
    data = document["data"]
    return {
        **_head(document), "restriction": data["restriction"], "target": data.get("to"), "asset": data["asset"],
        "amount": int(data["amount"]), "basis": data["basis"], **_paper(data),
    }  # fmt: skip


def _agreement(document: Document) -> Row:
    data = document["data"]
    fee = data.get("fee", {})
    return {
        "id": data["agreement"], **_head(document), "digest": data["digest"], "counterparty": data.get("with"),
        **_same(data, "partner", "restriction", "asset"), "amount": _units(data.get("amount")),
        "valid_from": data.get("from"), "valid_until": data.get("until"),
        **{f"fee_{name}": fee.get(name) for name in ("clause", "base", "rate", "moment")},
        "fee_cap": _units(fee.get("cap")),
    }  # fmt: skip


def _milestones(document: Document) -> list[Row]:
    data = document["data"]
    return [
        {"agreement": data["agreement"], "n": n, "milestone": line["milestone"], "due": line["due"],
         "amount": _units(line.get("amount")), "position": document["seq"]}
        for n, line in enumerate(data.get("milestones", ()))
    ]  # fmt: skip


def _fact(document: Document) -> Row:
    data = document["data"]
    amounts = ("opening", "incoming", "outgoing", "closing")
    return {
        "id": data["fact"], "kind": document["type"], **_head(document), "digest": data["digest"],
        **_same(data, "topic", "body", "number", "account", "lines", "root", "size", "population", "drawn",
                "committed", "seed", "commitment"),
        "valid_from": data.get("from"), "valid_until": data.get("until"),
        **{name: _units(data.get(name)) for name in amounts},
    }  # fmt: skip
