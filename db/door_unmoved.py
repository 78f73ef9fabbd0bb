"""Memoranda, changes of restrictions, agreements and facts at the door: what a batch reads of them, and writes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from db import statements
from ledger import canonical
from ledger.records import Row
from ledger.state import State
from ledger.unmoved_rows import TABLES
from ledger.unmoved_state import Document, Unmoved, UnmovedNeeds

_SQL = statements.load("unmoved")

Connection = Any
"""An asyncpg connection inside the door's transaction."""


async def load_unmoved(
    conn: Connection, journal: int, wanted: UnmovedNeeds, entries: Iterable[Document], state: State
) -> None:
    """Read what decisions need and the state lacks; a batch without any of these kinds costs no statement.

    What the state has is kept: it may tell of entries that are still on their way into the database.  So whatever an
    effect steps on has been loaded before: an entry that is named, to be corrected, brings its change and agreement.
    """
    for document in entries:
        data = document["data"]
        if "change" in data:
            wanted.changes.add(data["change"])
        if document["type"] == "fee_release" and "agreement" in data:
            wanted.agreements.add(data["agreement"])
    if not wanted:
        return
    unmoved = state.unmoved
    if wanted.memoranda or wanted.sales or wanted.payments:
        await _load_memoranda(conn, journal, wanted, state)
    await _load_minutes(conn, journal, wanted, unmoved)
    if names := [name for name in wanted.agreements if name not in unmoved.agreements]:
        await _load_agreements(conn, journal, names, unmoved)
    if changes := [change for change in wanted.changes if change not in unmoved.used]:
        for row in await conn.fetch(_SQL.changes_used, journal, changes):
            unmoved.used[row["position"]] = row["used"]
    if wanted.named:
        await _load_named(conn, journal, wanted, unmoved)


async def _load_agreements(conn: Connection, journal: int, names: list[str], unmoved: Unmoved) -> None:
    """Agreements, and the fees that were released under them."""
    for row in await conn.fetch(_SQL.agreements, journal, names):
        unmoved.agreements[row["id"]] = canonical.decode(row["leaf"])
    for row in await conn.fetch(_SQL.agreed_fees, journal, names):
        unmoved.fees[(row["agreement"], row["account"])] = row["units"]


async def _load_memoranda(conn: Connection, journal: int, wanted: UnmovedNeeds, state: State) -> None:
    """Memoranda by id, and those that claim a sale, with what became of them, and what payments settle."""
    unmoved = state.unmoved
    sellers, sales = [pair[0] for pair in wanted.sales], [pair[1] for pair in wanted.sales]
    loaded: list[str] = []
    for row in await conn.fetch(_SQL.memoranda, journal, list(wanted.memoranda), sellers, sales):
        if row["id"] not in unmoved.memoranda:
            unmoved.memoranda[row["id"]] = canonical.decode(row["leaf"])
            loaded.append(row["id"])
    payments = [payment for payment in wanted.payments if payment not in unmoved.payments]
    if loaded or payments:
        await _load_steps(conn, journal, loaded, payments, state)
    for name in loaded:
        document = unmoved.memoranda[name]
        data = document["data"]
        if document["type"] == "assisted_sale" and name not in unmoved.closed:
            unmoved.sales.setdefault((data["seller"], data["sale"]), name)
    for name in wanted.memoranda:  # whoever closes hours gives their minutes back
        document = unmoved.memoranda.get(name, {"type": ""})
        if document["type"] == "volunteer_hours" and "party" in document["data"]:
            wanted.parties.add((document["data"]["party"], document["effective"]))


async def _load_steps(
    conn: Connection, journal: int, names: list[str], payments: list[int], state: State
) -> None:  # fmt: skip
    """What became of memoranda, and what payments settled, in the order of positions."""
    unmoved = state.unmoved
    for row in await conn.fetch(_SQL.memorandum_steps, journal, names, payments):
        name, payment = row["memorandum"], row["payment"]
        if row["corrected"] is not None:
            state.corrected.setdefault(payment, row["corrected"])
        if payment in payments:
            unmoved.payments[payment] = name if row["step"] == "settled" else ""
        if name not in names:
            continue
        if row["step"] == "closed":
            unmoved.closed[name] = row["position"]
            continue
        parts = tuple(part for part in unmoved.settled.get(name, ()) if part[0] != payment)
        unmoved.settled[name] = (*parts, (payment, row["amount"])) if row["step"] == "settled" else parts


async def _load_minutes(conn: Connection, journal: int, wanted: UnmovedNeeds, unmoved: Unmoved) -> None:
    """What commitments gave on their days."""
    keys = [key for key in wanted.parties if key not in unmoved.minutes]
    if not keys:
        return
    parties, days = [bytes.fromhex(party) for party, _ in keys], [date.fromisoformat(day) for _, day in keys]
    unmoved.minutes.update(dict.fromkeys(keys, 0))
    for row in await conn.fetch(_SQL.minutes_given, journal, parties, days):
        unmoved.minutes[(row["party"].hex(), row["effective"].isoformat())] = row["minutes"]


async def _load_named(conn: Connection, journal: int, wanted: UnmovedNeeds, unmoved: Unmoved) -> None:
    """What is there once already."""
    names: dict[str, list[str]] = {"fact": [], "milestone": [], "receivable": [], "draw": []}
    for what, name in wanted.named:
        names[what].append(name)
    milestones = [name.split("/", 1) for name in names["milestone"]]
    receivables = [name.split("/", 1) for name in names["receivable"]]
    rows = await conn.fetch(
        _SQL.named, journal, names["fact"], [a for a, _ in milestones], [b for _, b in milestones],
        [int(a) for a, _ in receivables], [int(b) for _, b in receivables], [int(name) for name in names["draw"]],
    )  # fmt: skip
    for row in rows:
        unmoved.named.setdefault((row["what"], row["name"]), 0)


async def write_unmoved(conn: Connection, journal: int, found: Mapping[str, Sequence[Row]]) -> None:
    """Write the rows of a batch, table by table."""
    for table in TABLES:
        if rows := found.get(table):
            await conn.execute(getattr(_SQL, f"insert_{table}"), journal, orjson.dumps(rows).decode())
