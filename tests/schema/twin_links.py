"""How the slow twin finds what each relation of the contract leads to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from tests.schema.slow_twin import Twin
from tests.schema.twin_values import Raw, Thing, during

Relation = Callable[[Twin, Raw, Mapping[str, Any]], Any]


def _one(kind: str, **columns: str) -> Relation:
    async def find(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> Thing | None:
        return await twin.one(kind, **{theirs: row[ours] for theirs, ours in columns.items()})

    return find


def _many(kind: str, **columns: str) -> Relation:
    async def find(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> list[Thing]:
        return await twin.things(kind, **{theirs: row[ours] for theirs, ours in columns.items()})

    return find


async def _region(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> Thing | None:
    return await twin.region(row["region"])


def _amount(units: Callable[[Raw], int]) -> Relation:
    async def find(_twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> Thing:
        return Thing("Amount", {"units": units(row), "asset": row["asset"]})

    return find


def _plain(kind: str, table: str, mine: str, theirs: str, order: str) -> Relation:
    async def find(twin: Twin, row: Raw, arguments: Mapping[str, Any]) -> list[Thing]:
        rows = sorted(await twin.rows(table, **{theirs: row[mine]}), key=lambda found: found[order])
        day = arguments.get("on")
        return [Thing(kind, found) for found in rows if day is None or during(found, date.fromisoformat(day))]

    return find


def _links(edition: str, code: str) -> Relation:
    async def find(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> list[Thing]:
        found = await twin.rows("region_predecessor", **{edition: row["edition"], code: row["code"]})
        order = ("edition", "code", "previous_edition", "previous_code")
        return [Thing("RegionLink", link) for link in sorted(found, key=lambda link: [link[name] for name in order])]

    return find


def _history(noun: str) -> Relation:
    async def find(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> list[Thing]:
        return await twin.things("RecordVersion", noun=noun, id=row["id"])

    return find


def _side(name: str) -> Relation:
    async def find(_twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> Thing:
        part = {key: row[f"{name}_{key}"] for key in ("account", "seq", "in", "out")}
        return Thing("PostingSide", {**part, "asset": row["asset"]})

    return find


async def _statement(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> list[Thing]:
    lines = []
    for way, side, other in (("in", "to", "from"), ("out", "from", "to")):
        lines += [
            Thing("StatementLine", {
                "seq": found[f"{side}_seq"], "direction": way, "position": found["position"], "book": found["book"],
                "n": found["n"], "asset": found["asset"], "amount": found["amount"], "total_in": found[f"{side}_in"],
                "total_out": found[f"{side}_out"], "other": found[f"{other}_account"],
            })
            for found in await twin.rows("posting", **{f"{side}_account": row["id"]})
        ]  # fmt: skip
    return [line for line in lines if await twin.sees(line)]


async def _leaf(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> str:
    return str((await twin.rows("leaf", position=row["position"]))[0]["leaf"].decode())


async def _leaf_hash(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> str:
    return str((await twin.rows("leaf", position=row["position"]))[0]["hash"].hex())


async def _breaches(twin: Twin, row: Raw, arguments: Mapping[str, Any]) -> list[Thing]:
    return [Thing("Breach", found) for found in json.loads(await _leaf(twin, row, arguments)).get("breaches", [])]


async def _attested(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> str | None:
    found = [other["position"] for other in await twin.rows("entry") if (other["attested"] or 0) > row["position"]]
    return str(min(found)) if found else None


async def _first_witnessed(twin: Twin, row: Raw) -> Raw | None:
    found = [other for other in await twin.rows("witnessed") if other["size"] > row["position"]]
    return min(found, key=lambda other: other["size"], default=None)


async def _covered(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> str | None:
    witnessed = await _first_witnessed(twin, row)
    if witnessed is not None:
        return str(witnessed["size"])
    found = [other["size"] for other in await twin.rows("checkpoint") if other["size"] > row["position"]]
    return str(min(found)) if found else None


def _of_witnessed(name: str) -> Callable[..., Any]:
    async def link(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> int | None:
        found = await _first_witnessed(twin, row)
        return None if found is None else int(found[name])

    return link


async def _state(twin: Twin, row: Raw, arguments: Mapping[str, Any]) -> str:
    if await _attested(twin, row, arguments) is not None:
        return "AUDITED"
    if any(row["position"] < found["size"] for found in await twin.rows("witnessed")):
        return "WITNESSED"
    covered = any(row["position"] < found["size"] for found in await twin.rows("checkpoint"))
    return "CHECKPOINTED" if covered else "RECORDED"


async def _cosigned(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> str:
    lines = sorted((found["witness"], found["line"]) for found in await twin.rows("cosignature", size=row["size"]))
    return str(row["note"]) + "".join(f"{line}\n" for _, line in lines)


async def _witnesses(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> int:
    return len(await twin.rows("cosignature", size=row["size"]))


async def _poverty(twin: Twin, row: Raw, arguments: Mapping[str, Any]) -> bool:
    day = date.fromisoformat(arguments["on"])
    return any(during(found, day) for found in await twin.rows("poverty_county", code=row["code"]))


async def _closed_through(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> str | None:
    found = sorted(await twin.rows("period", organization=row["id"]), key=lambda period: period["position"])
    return found[-1]["through"].isoformat() if found and found[-1]["through"] else None


async def _settled(twin: Twin, row: Raw) -> int:
    """What settles a promise, step by step."""
    parts: dict[int, int] = {}
    for step in sorted(await twin.rows("memorandum_step", memorandum=row["id"]), key=lambda step: step["position"]):
        if step["step"] == "settled":
            parts[step["payment"]] = parts.get(step["payment"], 0) + step["amount"]
        elif step["step"] == "withdrawn":
            parts.pop(step["payment"], None)
    return sum([units for payment, units in parts.items() if not await twin.rows("entry", corrects=payment)])


_PROMISES = {"pledge", "commitment", "receivable", "payable"}


async def _memorandum_state(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> str:
    if await twin.rows("memorandum_step", memorandum=row["id"], step="closed"):
        return "CLOSED"
    return "SETTLED" if row["kind"] in _PROMISES and await _settled(twin, row) >= row["amount"] else "OPEN"


async def _memorandum_settled(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> Thing | None:
    if row["kind"] not in _PROMISES:
        return None
    return Thing("Amount", {"units": await _settled(twin, row), "asset": row["asset"]})


async def _minutes(_twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> int | None:
    return row["amount"] if row["asset"] is None else None


async def _used(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> Thing:
    units = 0
    for relying in await twin.rows("reliance", noun="change", key=str(row["position"])):
        corrections = await twin.rows("entry", corrects=relying["position"])
        for sign, position in ((1, relying["position"]), *((-1, found["position"]) for found in corrections)):
            postings = await twin.rows("posting", position=position, book="fund")
            units += sign * sum(posting["amount"] for posting in postings)
    return Thing("Amount", {"units": units, "asset": row["asset"]})


async def _reached(twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> bool:
    names = {"agreement": row["agreement"], "milestone": row["milestone"]}
    return bool(await twin.rows("milestone_reached", **names))


async def _moves(twin: Twin, row: Raw, arguments: Mapping[str, Any]) -> list[Thing]:
    kept = json.loads(await _leaf(twin, row, arguments)).get("holds", {}).get("fund", [])
    return [Thing("HeldMove", {"source": m["from"], "target": m["to"], "amount": int(m["amount"])}) for m in kept]


def _text_of(column: str) -> Relation:
    """A column as text, or nothing."""

    async def find(_twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> str | None:
        return None if row[column] is None else str(row[column])

    return find


def _perhaps(column: str) -> Relation:
    """An amount that may be nothing."""

    async def find(_twin: Twin, row: Raw, _arguments: Mapping[str, Any]) -> Thing | None:
        if row[column] is None or row["asset"] is None:
            return None
        return Thing("Amount", {"units": row[column], "asset": row["asset"]})

    return find


_ENTRY = _one("Entry", position="position")
_ORGANIZATION = _one("Organization", id="organization")
_HELD = {"amount": _amount(lambda row: row["amount"]), "totalIn": _amount(lambda row: row["total_in"]),
         "totalOut": _amount(lambda row: row["total_out"]),
         "balance": _amount(lambda row: row["total_in"] - row["total_out"])}  # fmt: skip

RELATIONS: dict[str, dict[str, Relation]] = {
    "Organization": {
        "region": _region, "statuses": _plain("OrganizationStatus", "organization_status", "id", "organization", "n"),
        "history": _history("organization"), "entry": _ENTRY,
        **{field: _many(kind, organization="id") for field, kind in (
            ("projects", "Project"), ("accounts", "Account"), ("restrictions", "Restriction"), ("entries", "Entry"),
            ("beneficiaries", "Beneficiary"), ("importBatches", "ImportBatch"), ("memoranda", "Memorandum"),
            ("agreements", "Agreement"), ("facts", "Fact"), ("restrictionChanges", "RestrictionChange"),
            ("holds", "Hold"), ("periods", "Period"))},
        "closedThrough": _closed_through,
    },
    "Checkpoint": {"cosigned": _cosigned, "witnesses": _witnesses},
    "Project": {
        "organization": _ORGANIZATION, "region": _region, "accounts": _many("Account", project="id"),
        "restrictions": _many("Restriction", project="id"), "history": _history("project"), "entry": _ENTRY,
    },
    "Region": {
        "povertyCounty": _poverty, "parent": _one("Region", edition="edition", code="parent"),
        "children": _many("Region", edition="edition", parent="code"), "predecessors": _links("edition", "code"),
        "successors": _links("previous_edition", "previous_code"),
    },
    "RegionLink": {
        "region": _one("Region", edition="edition", code="code"),
        "previous": _one("Region", edition="previous_edition", code="previous_code"),
    },
    "FocusArea": {
        "parent": _one("FocusArea", edition="edition", code="parent"),
        "subActivities": _many("FocusArea", edition="edition", parent="code"),
    },
    "Beneficiary": {
        "organization": _ORGANIZATION, "region": _region, "history": _history("beneficiary"), "entry": _ENTRY,
        "categories": _plain("BeneficiaryCategory", "beneficiary_category", "id", "beneficiary", "n"),
    },
    "Account": {
        **_HELD, "reserved": _amount(lambda row: row["reserved"]), "received": _amount(lambda row: row["received"]),
        "fees": _amount(lambda row: row["fees"]),
        "organization": _ORGANIZATION, "restriction": _one("Restriction", id="restriction"),
        "project": _one("Project", id="project"), "statement": _statement, "entry": _ENTRY,
    },
    "StatementLine": {
        **_HELD, "other": _one("Account", id="other"), "entry": _ENTRY,
        "posting": _one("Posting", position="position", book="book", n="n"),
    },
    "Restriction": {
        "organization": _ORGANIZATION, "project": _one("Project", id="project"), "region": _region,
        "accounts": _many("Account", restriction="id"), "entry": _ENTRY,
        "changes": _many("RestrictionChange", restriction="id"),
    },
    "Memorandum": {
        "state": _memorandum_state, "amount": _perhaps("amount"), "settled": _memorandum_settled, "minutes": _minutes,
        "organization": _ORGANIZATION, "restriction": _one("Restriction", id="restriction"),
        "project": _one("Project", id="project"), "region": _region,
        "correction": _one("Entry", position="correction"),
        "steps": _plain("MemorandumStep", "memorandum_step", "id", "memorandum", "position"), "entry": _ENTRY,
    },
    "HeldMove": {"sourceKey": _text_of("source"), "targetKey": _text_of("target"), "minorUnits": _text_of("amount")},
    "MemorandumStep": {"minorUnits": _text_of("amount"), "payment": _one("Entry", position="payment"), "entry": _ENTRY},
    "RestrictionChange": {
        "amount": _amount(lambda row: row["amount"]), "used": _used, "organization": _ORGANIZATION,
        "restriction": _one("Restriction", id="restriction"), "target": _one("Restriction", id="target"),
        "entry": _ENTRY,
    },
    "Agreement": {
        "amount": _perhaps("amount"), "feeCap": _perhaps("fee_cap"), "organization": _ORGANIZATION,
        "partner": _one("Organization", id="partner"), "restriction": _one("Restriction", id="restriction"),
        "milestones": _plain("AgreementMilestone", "agreement_milestone", "id", "agreement", "n"), "entry": _ENTRY,
    },
    "AgreementMilestone": {"reached": _reached, "minorUnits": _text_of("amount")},
    "Fact": {
        "organization": _ORGANIZATION, "account": _one("Account", id="account"),
        "committed": _one("Entry", position="committed"), "entry": _ENTRY,
    },
    "Hold": {
        "moves": _moves, "organization": _ORGANIZATION, "resolution": _one("Entry", position="resolution"),
        "entry": _ENTRY,
    },
    "Period": {"organization": _ORGANIZATION, "entry": _ENTRY},
    "Entry": {
        "leaf": _leaf, "leafHash": _leaf_hash, "breaches": _breaches, "state": _state, "organization": _ORGANIZATION,
        "coveredBy": _covered, "witnesses": _of_witnessed("have"), "witnessesAsked": _of_witnessed("need"),
        "witnessesOf": _of_witnessed("total"), "attestedAt": _attested,
        "postings": _many("Posting", position="position"), "corrects": _one("Entry", position="corrects"),
        "resolves": _one("Entry", position="resolves"), "resolvedBy": _one("Entry", resolves="position"),
        "correctedBy": _one("Entry", corrects="position"), "evidence": _many("Evidence", subject="position"),
        "deliveries": _many("Delivery", subject="position"),
    },
    "Posting": {
        "amount": _HELD["amount"], "from": _side("from"), "to": _side("to"), "region": _region,
        "project": _one("Project", id="project"), "entry": _ENTRY,
    },
    "PostingSide": {
        "totalIn": _amount(lambda row: row["in"]), "totalOut": _amount(lambda row: row["out"]),
        "account": _one("Account", id="account"),
    },
    "RecordVersion": {"entry": _ENTRY},
    "Amount": {"asset": lambda _twin, row, _arguments: _asset(row)},
    "ImportBatch": {
        "total": _amount(lambda row: row["total"]), "organization": _ORGANIZATION,
        "rows": _many("ImportRow", batch="id"), "decisions": _many("ImportDecision", batch="id"),
        "entry": _one("Entry", position="opened"),
    },
    "ImportRow": {"batch": _one("ImportBatch", id="batch"), "entry": _ENTRY},
    "ImportDecision": {
        "batch": _one("ImportBatch", id="batch"), "row": _one("ImportRow", batch="batch", row_number="row_number"),
        "entry": _ENTRY, "resolution": _one("Entry", position="resolved"),
    },
    "Evidence": {"subject": _one("Entry", position="subject"), "entry": _ENTRY},
    "Delivery": {"region": _region, "subject": _one("Entry", position="subject"), "entry": _ENTRY},
}  # fmt: skip
"""How each relation of the contract finds its objects."""


async def _asset(row: Raw) -> Thing:
    return Thing("Asset", {"asset": row["asset"]})
