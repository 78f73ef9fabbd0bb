"""Rows of memoranda, changes, agreements, facts and periods for the world of reads: with gaps, ties and nothings."""

from __future__ import annotations

import hashlib
import random
from datetime import date, timedelta
from typing import Any

Rows = dict[str, list[dict[str, Any]]]


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def undertakings(chance: random.Random, entries: int, organizations: int) -> Rows:
    """All of them; the rows are no valid book."""
    rows: Rows = {
        name: []
        for name in (
            "memorandum", "memorandum_step", "restriction_change", "agreement", "agreement_milestone",
            "milestone_reached", "reliance", "fact", "period",
        )
    }  # fmt: skip
    for at in range(organizations):
        head = {"organization": f"org{at}", "effective": date(2020, 2, 1) + timedelta(days=at % 3)}
        _memoranda(rows, chance, at, head, entries)
        _terms(rows, chance, at, head, entries)
        _facts(rows, at, head, entries)
    return rows


def _paper(chance: random.Random, name: str) -> dict[str, Any]:
    return {"evidence": chance.choice([None, _digest(name)]), "reference": chance.choice([None, "P-1"])}


def _memoranda(rows: Rows, chance: random.Random, at: int, head: dict[str, Any], entries: int) -> None:
    kinds = ("pledge", "payable", "assisted_sale", "volunteer_hours", "receivable")
    for n, kind in enumerate(kinds[: 2 + at % 4]):
        hours, sold = kind == "volunteer_hours", kind == "assisted_sale"
        rows["memorandum"].append({
            "id": f"m{at}-{n}", "kind": kind, "position": at * 5 + n, **head, "asset": None if hours else "CNY/2",
            "amount": 100 * (n + 1), "persons": 3 if hours else None, "counterparty": chance.choice([None, "natural"]),
            "party": _digest(kind), "due": chance.choice([None, date(2020, 12, 31)]),
            "restriction": chance.choice([None, f"r{at}-0"]), "project": chance.choice([None, f"p{at}-0"]),
            "campaign": None, "region": "420102@201904" if hours else None, "purpose": "1.1" if hours else None,
            "product": "tea" if sold else None, "seller": "coop" if sold else None, "sale": f"S{at}" if sold else None,
            "correction": chance.choice([None, 3]), "posting": None, **_paper(chance, kind),
        })  # fmt: skip
        for step in range(chance.randrange(4)):
            what = chance.choice(["settled", "settled", "withdrawn", "closed"])
            rows["memorandum_step"].append({
                "position": len(rows["memorandum_step"]), "memorandum": f"m{at}-{n}", "step": what,
                "effective": head["effective"], "payment": None if what == "closed" else chance.randrange(entries),
                "amount": 60 if what == "settled" else None, "ground": None if what == "settled" else "mistaken",
                **_paper(chance, f"{kind}{step}"),
            })  # fmt: skip


def _terms(rows: Rows, chance: random.Random, at: int, head: dict[str, Any], entries: int) -> None:
    rows["restriction_change"].append({
        "position": at, **head, "restriction": f"r{at}-0", "target": chance.choice([None, f"r{at}-1"]),
        "asset": "CNY/2", "amount": 5000, "basis": "filing", **_paper(chance, "change"),
    })  # fmt: skip
    rows["reliance"] += [
        {"position": position, "noun": "change", "key": str(at)} for position in range(at, entries, 12)
    ]
    priced = at % 2 == 0
    rows["agreement"].append({
        "id": f"g{at}", "position": at, **head, "digest": _digest(f"g{at}"), "counterparty": "enterprise",
        "partner": chance.choice([None, "org0"]), "restriction": chance.choice([None, f"r{at}-0"]),
        "asset": "CNY/2" if priced else None, "amount": 900 if priced else None, "valid_from": None,
        "valid_until": chance.choice([None, date(2021, 1, 1)]), "fee_clause": "3", "fee_base": "received",
        "fee_rate": "0.05", "fee_moment": "receipt", "fee_cap": 7 if priced else None,
    })  # fmt: skip
    for n in range(at % 3):
        rows["agreement_milestone"].append({
            "agreement": f"g{at}", "n": n, "milestone": f"s{n}", "due": date(2020, 6, 1 + n),
            "amount": chance.choice([None, 5]), "position": at,
        })  # fmt: skip
    if at % 3 == 2:
        rows["milestone_reached"].append(
            {"position": at, "agreement": f"g{at}", "milestone": "s0", **_paper(chance, "reached")}
        )
    for n in range(at % 3):
        through = None if n else date(2019, 12, 31)
        rows["period"].append({"position": 10 * at + n, "organization": head["organization"], "through": through})


def _facts(rows: Rows, at: int, head: dict[str, Any], entries: int) -> None:
    empty = dict.fromkeys(("topic", "body", "number", "account", "lines", "root", "size", "population", "drawn",
                           "committed", "seed", "commitment", "valid_from", "valid_until", "opening", "incoming",
                           "outgoing", "closing"))  # fmt: skip
    for n, (kind, facts) in enumerate((
        ("plan_filed", {"topic": "annual", "body": "b", "number": "N", "valid_from": date(2020, 1, 1)}),
        ("statement_imported", {"account": f"a{at}-2", "lines": 3, "opening": 1, "closing": 2, "root": _digest("r")}),
        ("inspection_draw", {"committed": at % entries, "seed": _digest("s"), "drawn": 2}),
    )):  # fmt: skip
        rows["fact"].append({
            "id": f"f{at}-{n}", "kind": kind, "position": at * 3 + n, **head, "digest": _digest(kind), **empty, **facts,
        })  # fmt: skip
