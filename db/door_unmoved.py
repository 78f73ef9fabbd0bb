"""Memoranda, changes of restrictions, agreements and facts at the door: what a batch reads of them, and writes."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from db import statements
from ledger import canonical
from ledger.records import Row
from ledger.state import State
from ledger.unmoved_rows import TABLES
from ledger.unmoved_state import Unmoved, UnmovedNeeds

_SQL = statements.load("unmoved")

Connection = Any
"""An asyncpg connection inside the door's transaction."""


async def load_unmoved(conn: Connection, journal: int, wanted: UnmovedNeeds, state: State) -> None:
    """Read what decisions need; a batch without any of these kinds costs no statement."""
    if not wanted:
        return
    unmoved = state.unmoved
    if wanted.memoranda or wanted.sales:
        await _load_memoranda(conn, journal, wanted, unmoved)
    if unmoved.memoranda or wanted.payments:
        await _load_steps(conn, journal, wanted, state)
    parties = [bytes.fromhex(party) for party, _ in wanted.parties]
    days = [date.fromisoformat(day) for _, day in wanted.parties]
    for row in await conn.fetch(_SQL.minutes_given, journal, parties, days) if parties else ():
        unmoved.minutes[(row["party"].hex(), row["effective"].isoformat())] = row["minutes"]
    if wanted.agreements:
        await _load_agreements(conn, journal, list(wanted.agreements), unmoved)
    if wanted.changes:
        for row in await conn.fetch(_SQL.changes_used, journal, list(wanted.changes)):
            unmoved.used[row["position"]] = row["used"]
    if wanted.named:
        await _load_named(conn, journal, wanted, unmoved)


async def _load_agreements(conn: Connection, journal: int, names: list[str], unmoved: Unmoved) -> None:
    """Agreements, and the fees that were released under them."""
    for row in await conn.fetch(_SQL.agreements, journal, names):
        unmoved.agreements[row["id"]] = canonical.decode(row["leaf"])
    for row in await conn.fetch(_SQL.agreed_fees, journal, names):
        unmoved.fees[(row["agreement"], row["account"])] = row["units"]


async def _load_memoranda(conn: Connection, journal: int, wanted: UnmovedNeeds, unmoved: Unmoved) -> None:
    """Memoranda by id, and those that claim a sale; which of them are closed is known only afterwards."""
    sellers, sales = [pair[0] for pair in wanted.sales], [pair[1] for pair in wanted.sales]
    for row in await conn.fetch(_SQL.memoranda, journal, list(wanted.memoranda), sellers, sales):
        unmoved.memoranda[row["id"]] = canonical.decode(row["leaf"])


async def _load_steps(conn: Connection, journal: int, wanted: UnmovedNeeds, state: State) -> None:
    """What became of the loaded memoranda, and what the payments that are named settled."""
    unmoved = state.unmoved
    rows = await conn.fetch(_SQL.memorandum_steps, journal, list(unmoved.memoranda), list(wanted.payments))
    for row in rows:
        _step(unmoved, row)
        if row["corrected"] is not None:
            state.corrected[row["payment"]] = row["corrected"]
    for name, document in unmoved.memoranda.items():
        if document["type"] == "assisted_sale" and name not in unmoved.closed:
            data = document["data"]
            unmoved.sales[(data["seller"], data["sale"])] = name


def _step(unmoved: Unmoved, row: Mapping[str, Any]) -> None:
    """Take one step in, in the order of positions."""
    name, payment = row["memorandum"], row["payment"]
    if row["step"] == "closed":
        unmoved.closed[name] = row["position"]
        return
    parts = unmoved.settled.get(name, ())
    if row["step"] == "settled":
        unmoved.settled[name], unmoved.payments[payment] = (*parts, (payment, row["amount"])), name
        return
    unmoved.settled[name] = tuple(part for part in parts if part[0] != payment)
    unmoved.payments[payment] = ""


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
        unmoved.named[(row["what"], row["name"])] = 0


async def write_unmoved(conn: Connection, journal: int, found: Mapping[str, Sequence[Row]]) -> None:
    """Write the rows of a batch, table by table."""
    for table in TABLES:
        if rows := found.get(table):
            await conn.execute(getattr(_SQL, f"insert_{table}"), journal, orjson.dumps(rows).decode())
