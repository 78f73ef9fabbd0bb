"""Projections: the rows that queries read, derived from leaves alone.

The door writes what these functions return, and the verifier compares what the server serves with
what they return: a stored figure that no leaf supports has nowhere to hide (LEDGER.md section 6,
derivability rule).  Columns are those of the tables of the same names; dates and clocks are texts
as leaves write them, digests hex, amounts and positions ints.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ledger.accounts import Account
from ledger.approvals import TERMS, term
from ledger.attestations import VERIFIED
from ledger.entries import axis_of, landed, took_of
from ledger.flows import Slice, is_outside
from ledger.lots import lot_of
from ledger.records import Row, Rows
from ledger.state import Batch
from ledger.terms import closed_through
from ledger.unmoved_rows import unmoved_rows

Document = Mapping[str, Any]


def rows(document: Document) -> Rows:
    """The append-only rows that one entry gives: entry, command, posting, slice and its kind's own."""
    position, data = document["seq"], document["data"]
    found: Rows = {
        "entry": [_entry(document)],
        "command": [{"id": document["id"], "position": position}],
        "posting": postings(document),
        "slice": [_slice_row(item) for item in slices(document)],
    }
    match document["type"]:
        case "restriction_declared":
            found["restriction"] = [_restriction(document)]
        case "goods_declared":
            found["lot"] = [asdict(lot_of(data, document["organization"], position))]
        case "period_closed" | "period_reopened":
            through = closed_through(document["type"], data)
            found["period"] = [{"position": position, "organization": document["organization"], "through": through}]
        case kind if kind in TERMS:
            what, subject, value = term(kind, data)
            found["approval_term"] = [
                {"position": position, "organization": document["organization"], "what": what, "subject": subject,
                 "value": value}
            ]  # fmt: skip
        case "evidence_attached":
            found["evidence"] = [
                {"id": data["evidence"], "digest": data["digest"], "size": data["size"],
                 "media_type": data["mediaType"], "subject": data["subject"], "position": position}
            ]  # fmt: skip
        case "delivery_confirmed":
            found["delivery"] = [
                {"id": data["delivery"], "subject": data["subject"], "method": data["method"],
                 "confirmation": data["confirmation"], "persons": data["persons"],
                 "region": data.get("region"), "category": data.get("category"), "position": position}
            ]  # fmt: skip
        case _:
            found |= unmoved_rows(document)
    return found


def account_row(account: Account) -> Row:
    """The row of an account as it stands; `free` is flattened to place, lo, hi of one span after another."""
    return {
        "id": account.id, "book": account.book, "class": account.klass, "organization": account.organization,
        "asset": account.asset, "restriction": account.restriction, "project": account.project,
        "position": account.position, "seq": account.seq, "total_in": account.total_in,
        "total_out": account.total_out, "received": account.received, "fees": account.fees,
        "free": [value for span in account.free for value in span], "batches": list(account.batches),
        "status": account.status, "reserved": account.reserved,
        "pinned": [value for pair in account.pinned for value in pair],
        "recipient": account.recipient, "government": account.government,
    }  # fmt: skip


def batch_row(batch: Batch) -> Row:
    """The row of an import batch as it stands."""
    return {
        "id": batch.id, "organization": batch.organization, "file_digest": batch.file_digest,
        "rows_digest": batch.rows_digest, "row_count": batch.rows, "total": batch.total,
        "asset": batch.asset, "opened": batch.opened, "closed": batch.closed,
    }  # fmt: skip


def _entry(document: Document) -> Row:
    return {
        "position": document["seq"], "kind": document["type"], "mode": document["mode"],
        "at": document["at"], "effective": document["effective"],
        "organization": document.get("organization"), "actor": document["actor"], "command": document["id"],
        "corrects": document["data"]["of"] if document["type"] == "correction" else None,
        "resolves": document["data"].get("hold"), "breaches": len(document.get("breaches", ())),
        "prior_period": document.get("priorPeriod"), "attested": _attested(document),
    }  # fmt: skip


def _attested(document: Document) -> int | None:
    """How many entries an auditor has found to be right; None of any other entry, and of any other finding."""
    data = document["data"]
    return data["size"] if document["type"] == "attestation" and data["verdict"] == VERIFIED else None


def postings(document: Document) -> list[Row]:
    """Every posting of both books, with both accounts' sequence numbers and running totals."""
    return [
        _posting(document["seq"], book, n, posting)
        for book in ("fund", "custody")
        for n, posting in enumerate(document.get(book, ()))
    ]


def _posting(position: int, book: str, n: int, posting: Document) -> Row:
    source, target, use = posting["from"], posting["to"], posting.get("use", {})
    return {
        "position": position, "book": book, "n": n, "asset": posting["asset"],
        "amount": int(posting["amount"]), "from_account": source["account"], "from_seq": source["seq"],
        "from_in": int(source["in"]), "from_out": int(source["out"]), "to_account": target["account"],
        "to_seq": target["seq"], "to_in": int(target["in"]), "to_out": int(target["out"]),
        "purpose": use.get("purpose"), "region": use.get("region"), "project": use.get("project"),
        "category": use.get("category"), "cost": use.get("cost"),
    }  # fmt: skip


def slices(document: Document) -> list[Slice]:
    """The slices of an entry's fund book: which units of which axis landed where."""
    found: list[Slice] = []
    for n, posting in enumerate(document.get("fund", ())):
        found.extend(_slices(document["seq"], n, posting))
    return found


def _slices(position: int, n: int, posting: Document) -> list[Slice]:
    amount, target = int(posting["amount"]), posting["to"]["account"]
    start = landed(posting)[0]
    if "/" in target:
        target, start = axis_of(position, n), 0
    source, origin = posting["from"]["account"], posting["from"].get("of")
    spans = took_of(posting["from"]) or ((0, 0, amount),)
    if origin is not None and is_outside(source):
        source = axis_of(origin.get("entry", position), origin["posting"])
        if "entry" not in origin:  # the second half of a conversion: the whole payment, in proportion
            return [Slice(position, n, 0, source, 0, spans[0][2], target, start, start + amount)]
    found = []
    for i, (_, lo, hi) in enumerate(spans):
        found.append(Slice(position, n, i, source, lo, hi, target, start, start + hi - lo))
        start += hi - lo
    return found


def _slice_row(item: Slice) -> Row:
    return {
        "position": item.position, "posting": item.posting, "n": item.n, "source": item.source,
        "lo": item.lo, "hi": item.hi, "target": item.target, "landed": item.landed,
        "landed_hi": item.landed_hi,
    }  # fmt: skip


def _restriction(document: Document) -> Row:
    data = document["data"]
    return {
        "id": data["restriction"], "organization": document["organization"],
        "purposes": list(data["purposes"]), "region": data.get("region"), "project": data.get("project"),
        "categories": list(data["categories"]), "valid_from": data.get("from"),
        "valid_until": data.get("until"), "fee_cap": data.get("feeCap"), "position": document["seq"],
        "investment": data.get("investment"),
    }  # fmt: skip
