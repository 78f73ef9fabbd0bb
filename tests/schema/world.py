"""A small world for reads, written by plain INSERTs: enough of everything, with gaps, ties and nothings.

The rows are not a valid book (nothing here decides or balances); reads do not care.
"""

from __future__ import annotations

import hashlib
import json
import random
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg

from tests.schema.undertaken import undertakings

KINDS = ("donation", "allocation", "transfer", "disbursement", "expense", "account_opened", "correction", "income")
START = datetime(2020, 1, 31, 16, 0, 0, 5, tzinfo=UTC)
HUBEI = "420000@201904"
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Main:
    """The journal of the world."""

    id: int = 1
    name: str = "main"


MAIN = Main()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def regions() -> Rows:
    """Two editions; 420115 continues 420116 of the earlier one."""
    rows: Rows = {"region": [], "region_predecessor": [], "poverty_county": []}
    lines = [
        ("420000", "湖北省", "province", None, ["420000"]),
        ("420100", "武汉市", "city", "420000", ["420000", "420100"]),
        ("420102", "江岸区", "county", "420100", ["420000", "420100", "420102"]),
        ("420115", "江夏区", "county", "420100", ["420000", "420100", "420115"]),
        ("110000", "北京市", "province", None, ["110000"]),
        ("110101", "东城区", "county", "110000", ["110000", "110101"]),
    ]
    for edition, since in (("201711", date(2017, 11, 1)), ("201904", date(2019, 4, 1))):
        for code, name, level, parent, path in lines:
            old = edition == "201711" and code == "420115"
            rows["region"].append({
                "edition": edition, "code": "420116" if old else code, "name": name, "level": level, "parent": parent,
                "path": [*path[:-1], "420116"] if old else path, "valid_from": since,
            })  # fmt: skip
    rows["region_predecessor"] = [
        {"edition": "201904", "code": code, "previous_edition": "201711", "previous_code": old}
        for code, old in (("420115", "420116"), ("420000", "420000"), ("420100", "420100"), ("110000", "110000"))
    ]
    rows["poverty_county"] = [
        {"edition": "2014", "code": "420115", "valid_from": date(2014, 1, 1), "valid_until": date(2018, 12, 31)},
        {"edition": "2019", "code": "110101", "valid_from": date(2019, 1, 1), "valid_until": None},
    ]
    rows["focus_area"] = [
        {
            "edition": "2017", "code": code, "parent": parent, "name": name, "name_en": name_en,
            "valid_from": date(2017, 11, 22), "valid_until": until,
        }
        for code, parent, name, name_en, until in (
            ("1", None, "产业扶贫", "industry", None), ("1.1", "1", "特色产业", "local products", None),
            ("2", None, "教育扶贫", "education", None), ("2.1", "2", "助学", "school fees", date(2018, 6, 30)),
        )
    ]  # fmt: skip
    return rows


def records(chance: random.Random, organizations: int = 6) -> Rows:
    """Organizations, projects and beneficiaries."""
    rows: Rows = {name: [] for name in ("organization", "organization_status", "project", "beneficiary", "record",
                                        "beneficiary_category", "restriction")}  # fmt: skip
    places = [None, "420102@201904", "420115@201904", "420116@201711", "110101@201904"]
    for at in range(organizations):
        org = f"org{at}"
        rows["organization"].append({
            "id": org, "version": 2, "position": at, "uscc": None if at % 3 == 2 else f"5342000{at}MJX00000{at}",
            "name": chance.choice(["湖北省慈善总会", "Red Cross", "爱心基金会"]),
            "name_en": chance.choice([None, "Aid"]),
            "kind": chance.choice(["charity", "authority"]), "legal_form": chance.choice([None, "foundation"]),
            "level": chance.choice([None, "province"]), "management_mode": None, "registration_authority": None,
            "supervising_body": None, "region": places[at % len(places)], "identifiers": ["XI-IATI:1", "x"][: at % 3],
        })  # fmt: skip
        for n, kind in enumerate(("registered", "public-fundraising", "tax-receipt")[: at % 4]):
            until = chance.choice([None, date(2020, 6, 30)])
            rows["organization_status"].append(
                {"organization": org, "n": n, "kind": kind, "valid_from": date(2016 + n, 9, 1), "valid_until": until}
            )
        for version in (1, 2):
            content = json.dumps({"name": org, "version": version}).encode()
            rows["record"].append({
                "noun": "organization", "id": org, "version": version, "position": at, "content": content,
                "digest": hashlib.sha256(content).digest(),
            })  # fmt: skip
        for n in range(at % 4):
            rows["project"].append({
                "id": f"p{at}-{n}", "version": 1, "position": 10 + n, "organization": org, "code": f"C{9 - n}",
                "name": f"project {n % 2}", "name_en": None, "purpose": chance.choice([None, "1.1"]),
                "region": chance.choice(places), "starts": chance.choice([None, date(2020, 1, 1 + n)]), "ends": None,
                "status": chance.choice(["running", "finished"]), "identifiers": [],
            })  # fmt: skip
            rows["beneficiary"].append({
                "id": f"b{at}-{n}", "version": 1, "position": 20 + n, "organization": org,
                "kind": chance.choice(["person", "household"]), "region": chance.choice(places),
            })  # fmt: skip
            rows["beneficiary_category"].append({
                "beneficiary": f"b{at}-{n}", "n": 0, "category": "registered-poor", "valid_from": date(2019, 1, 1),
                "valid_until": chance.choice([None, date(2020, 12, 31)]),
            })  # fmt: skip
            rows["restriction"].append({
                "id": f"r{at}-{n}", "organization": org, "purposes": ["1.1"][:n], "region": chance.choice(places),
                "project": chance.choice([None, f"p{at}-{n}"]), "categories": [], "valid_from": None,
                "valid_until": chance.choice([None, date(2021, 1, 1)]), "fee_cap": chance.choice([None, 1000, 5]),
                "position": 30 + n,
            })  # fmt: skip
    return rows


def book(chance: random.Random, entries: int = 60, organizations: int = 6) -> Rows:
    """Accounts, entries, postings, leaves and what hangs on them."""
    rows: Rows = {name: [] for name in ("account", "entry", "posting", "leaf", "evidence", "delivery", "import_batch",
                                        "import_row", "import_decision", "checkpoint", "head", "cosignature",
                                        "witnessed")}  # fmt: skip
    accounts = _accounts(rows, chance, organizations)
    for position in range(entries):
        _entry(rows, chance, position, organizations, accounts)
    _imports(rows, chance, organizations)
    for size in (1, 7, entries // 2):
        rows["checkpoint"].append({"size": size, "root": _digest(f"root{size}"), "note": f"mingzhang\n{size}\n"})
    rows["cosignature"] += [
        {"size": size, "witness": name, "line": f"— {name} {size}"} for size, name in ((1, "a"), (7, "b"), (7, "a"))
    ]
    rows["witnessed"].append({"size": 7, "have": 2, "need": 2, "total": 3})
    rows["head"].append({
        "size": entries, "at": START + timedelta(hours=entries), "last": _digest("last"), "root": _digest("root"),
        "frontier": [],
    })  # fmt: skip
    return rows


def _accounts(rows: Rows, chance: random.Random, organizations: int) -> list[str]:
    for at in range(organizations):
        for n, (held, asset) in enumerate(
            (("fund", "CNY/2"), ("fund", "CNY/2"), ("bank", "CNY/2"), ("fund", "GOODS:mask:L1/0"))
        ):
            total_in, total_out = chance.randrange(10**12), chance.randrange(10**6)
            rows["account"].append({
                "id": f"a{at}-{n}", "book": "custody" if held == "bank" else "fund", "class": held,
                "organization": f"org{at}", "asset": asset,
                "restriction": chance.choice([None, f"r{at}-0"]), "project": chance.choice([None, f"p{at}-0"]),
                "position": 40 + n, "seq": 0, "total_in": total_in, "total_out": total_out, "received": 5, "fees": 0,
                "free": [], "batches": [], "status": chance.choice(["open", "frozen", "closed"]),
                "reserved": total_in // 3,
            })  # fmt: skip
    return [row["id"] for row in rows["account"]]


def _entry(rows: Rows, chance: random.Random, position: int, organizations: int, accounts: list[str]) -> None:
    kind = chance.choice(KINDS)
    org = None if position == 0 else f"org{chance.randrange(organizations)}"
    breaches = [{"code": "INSUFFICIENT_FUNDS", "facts": {"asked": "5", "held": "0"}}] * chance.choice([0, 0, 1, 2])
    leaf = json.dumps({"v": 1, "seq": position, "kind": kind, **({"breaches": breaches} if breaches else {})}).encode()
    rows["leaf"].append({"position": position, "leaf": leaf, "hash": hashlib.sha256(b"\0" + leaf).digest()})
    rows["entry"].append({
        "position": position, "kind": kind, "mode": chance.choice(["instructed", "observed"]),
        "at": START + timedelta(hours=position, microseconds=position * 100),
        "effective": date(2020, 2, 1 + position % 5),
        "organization": org, "actor": f"key{position % 3}", "command": uuid.UUID(int=position),
        "corrects": position - 1 if kind == "correction" and position else None, "breaches": len(breaches),
        "attested": 5 if position == 20 else None,
        "resolves": position - 1 if kind == "disbursement" and position else None,
        "prior_period": date(2020, 1, 31) if position % 4 == 0 else None,
    })  # fmt: skip
    for n in range(chance.randrange(4)):
        source, target = chance.sample(accounts, 2)
        amount = chance.randrange(1, 10**9)
        rows["posting"].append({
            "position": position, "book": chance.choice(["fund", "custody"]), "n": n, "asset": "CNY/2",
            "amount": amount,
            "from_account": source, "from_seq": position * 10 + n, "from_in": amount * 2, "from_out": amount,
            "to_account": target, "to_seq": position * 10 + n, "to_in": amount, "to_out": 0,
            "purpose": chance.choice([None, "1.1"]), "region": chance.choice([None, "420102@201904"]), "project": None,
            "category": chance.choice([None, "registered-poor"]), "cost": None,
        })  # fmt: skip
    if position % 9 == 3:
        rows["evidence"].append({
            "id": f"ev{position}", "digest": _digest(f"ev{position}"), "size": position, "media_type": "image/jpeg",
            "subject": position, "position": position,
        })  # fmt: skip
        rows["delivery"].append({
            "id": f"d{position}", "subject": position, "method": "cash", "confirmation": "signature",
            "persons": position, "region": chance.choice([None, "420102@201904"]), "category": None,
            "position": position,
        })  # fmt: skip


def _imports(rows: Rows, chance: random.Random, organizations: int) -> None:
    for at in range(organizations):
        rows["import_batch"].append({
            "id": f"batch{at}", "organization": f"org{at}", "file_digest": _digest(f"f{at}"),
            "rows_digest": _digest(f"r{at}"), "row_count": 3, "total": 12345, "asset": "CNY/2", "opened": at,
            "closed": chance.choice([None, at + 5]),
        })  # fmt: skip
        for n in range(3):
            content = json.dumps({"row": n, "amount": "100"}).encode()
            rows["import_row"].append({
                "batch": f"batch{at}", "row_number": n + 3, "position": at * 3 + n, "content": content,
                "digest": hashlib.sha256(content).digest(),
            })  # fmt: skip
        rows["import_decision"].append({
            "position": at * 3, "batch": f"batch{at}", "row_number": 3, "reason": "指定 cannot be read",
            "suggestion": chance.choice([None, json.dumps({"purpose": "1.1"})]),
            "resolved": chance.choice([None, at * 3 + 1]),
        })  # fmt: skip


def world(seed: int = 1, *, entries: int = 60, organizations: int = 6) -> Rows:
    """All rows of the world, by table."""
    chance = random.Random(seed)
    rows = regions() | records(chance, organizations) | book(chance, entries, organizations)
    return rows | undertakings(random.Random(seed), entries, organizations)


UNKEYED = {"region", "region_predecessor", "poverty_county", "focus_area"}


async def store(conn: asyncpg.Connection, rows: Rows, journal: int = 1, name: str = "main") -> None:
    """Write the rows as a superuser."""
    await conn.execute("insert into journal (id, name, origin) values ($1, $2, $3)", journal, name, f"test/{name}")
    for table, found in rows.items():
        keyed = {} if table in UNKEYED else {"journal": journal}
        if table in UNKEYED and journal != 1:
            continue
        for row in found:
            full = keyed | row
            columns, places = ", ".join(full), ", ".join(f"${n}" for n in range(1, len(full) + 1))
            await conn.execute(f"insert into {table} ({columns}) values ({places})", *full.values())
