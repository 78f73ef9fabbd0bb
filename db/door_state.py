"""What a batch of commands needs, read from PostgreSQL into a partial `ledger.state.State`.

A fixed number of statements, whatever the size of the batch: the head, the ids, what the commands
name, and what that leads to.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson

from db import statements
from db.door_unmoved import load_unmoved
from ledger import canonical
from ledger.accounts import Account
from ledger.approvals import folded
from ledger.commands import Command
from ledger.intervals import Units, joined
from ledger.lots import Lot
from ledger.merkle import Frontier
from ledger.regions import Regions, regions_of
from ledger.restrictions import Restriction
from ledger.state import Batch, Document, Head, Needs, Standing, State, more_needs, needs

_SQL = statements.load("journal")

Connection = Any
"""An asyncpg connection inside the door's transaction."""


async def lock_head(conn: Connection, journal: int) -> tuple[Head, Frontier]:
    """Lock the journal's head row and read it: who holds it, appends."""
    row = await conn.fetchrow(_SQL.lock_head, journal)
    at = row["at"] if row["size"] else None
    head = Head(row["size"], row["last"].hex(), at)
    return head, Frontier(row["size"], tuple(row["frontier"]))


async def load_state(
    conn: Connection, journal: int, head: Head, commands: Iterable[Command], regions: Regions, known: Needs
) -> State:
    """The partial state in which `commands` can be decided; the head is locked already."""
    state = State(head=head, entries={}, regions=regions)
    await extend_state(conn, journal, state, known, commands)
    await _refresh_regions(conn, journal, state)
    return state


async def extend_state(conn: Connection, journal: int, state: State, known: Needs, commands: Iterable[Command]) -> None:
    """Load what `commands` need and the state lacks; `known` are names that were asked for before, and grows.

    What the state has is never older than what the database says, so that it is kept: entries of the state may still
    be on their way into the database.
    """
    wanted = Needs()
    for command in commands:
        needs(command, wanted)
    _pass_by(wanted, known)
    await _load_commands(conn, journal, wanted, state)
    entries = await _load_entries(conn, journal, wanted, state)
    more = more_needs(wanted, entries, await _load_accounts(conn, journal, wanted, state))
    _pass_by(more, known)
    late = await _load_accounts(conn, journal, more, state)
    wanted.merge(more)
    wanted.merge(more_needs(wanted, (), late))
    _pass_by(wanted, known, names=("restrictions", "organizations", "batches", "lots"))
    await _load_terms(conn, journal, wanted, state)
    await _load_lots(conn, journal, wanted, state)
    await _load_names(conn, journal, wanted, state)
    await load_unmoved(conn, journal, wanted.unmoved, entries, state)
    for name in _LASTING:
        getattr(known, name).update(getattr(wanted, name))


_LASTING = ("accounts", "restrictions", "organizations", "batches", "lots")
"""Needs that a state keeps from one batch to the next."""


def _pass_by(wanted: Needs, known: Needs, names: Iterable[str] = _LASTING) -> None:
    for name in names:
        getattr(wanted, name).difference_update(getattr(known, name))


async def _load_commands(conn: Connection, journal: int, wanted: Needs, state: State) -> None:
    for row in await conn.fetch(_SQL.positions_of_commands, journal, list(wanted.commands)):
        state.commands[str(row["id"])] = row["position"]
        wanted.entries.add(row["position"])


async def _load_entries(conn: Connection, journal: int, wanted: Needs, state: State) -> list[Document]:
    """Load the entries that are in the database, and answer all that are wanted."""
    entries = state.entries
    assert isinstance(entries, dict)
    positions = [p for p in wanted.entries if 0 <= p < state.head.size and p not in entries]
    if positions:
        for row in await conn.fetch(_SQL.leaves, journal, positions):
            entries[row["position"]] = canonical.decode(row["leaf"])
        for row in await conn.fetch(_SQL.corrected, journal, positions):
            state.corrected.setdefault(row["corrects"], row["position"])
        for row in await conn.fetch(_SQL.resolved, journal, positions):
            state.resolved.setdefault(row["resolves"], row["position"])
    return [entries[p] for p in wanted.entries if p in entries]


async def _load_accounts(conn: Connection, journal: int, wanted: Needs, state: State) -> list[Account]:
    """Load accounts and what came back of payments; answers the accounts that were loaded."""
    loaded: list[Account] = []
    if wanted.accounts:
        rows = await conn.fetch(_SQL.accounts, journal, list(wanted.accounts))
        loaded += [state.accounts.setdefault(row["id"], _account(row)) for row in rows]
    axes = [axis for axis in wanted.axes if axis not in state.returned]
    if axes:
        found: dict[str, list[tuple[int, int]]] = {}
        for row in await conn.fetch(_SQL.returned, journal, axes):
            found.setdefault(row["source"], []).append((row["lo"], row["hi"]))
        for axis, units in found.items():
            state.returned.setdefault(axis, joined(units))
    return loaded


def _pairs(values: Sequence[int]) -> Units:
    return tuple((values[i], values[i + 1]) for i in range(0, len(values), 2))


def _account(row: Mapping[str, Any]) -> Account:
    free = row["free"]
    spans = tuple((free[i], free[i + 1], free[i + 2]) for i in range(0, len(free), 3))
    return Account(
        row["id"], row["book"], row["class"], row["organization"], row["asset"], row["restriction"], row["project"],
        row["position"], row["seq"], row["total_in"], row["total_out"], row["received"], row["fees"], spans,
        tuple(row["batches"]), row["status"], row["reserved"], _pairs(row["pinned"]), row["recipient"],
        row["government"],
    )  # fmt: skip


async def _load_terms(conn: Connection, journal: int, wanted: Needs, state: State) -> None:
    """Restrictions, organizations' standings and import batches."""
    if wanted.restrictions:
        for row in await conn.fetch(_SQL.restrictions, journal, list(wanted.restrictions)):
            restriction = Restriction(
                row["id"], row["organization"], tuple(row["purposes"]), row["region"], row["project"],
                tuple(row["categories"]), _iso(row["valid_from"]), _iso(row["valid_until"]), row["fee_cap"],
                row["position"], row["investment"],
            )  # fmt: skip
            state.restrictions.setdefault(restriction.id, restriction)
    if wanted.organizations:
        found: dict[str, tuple[str, list[tuple[str, str, str | None]]]] = {}
        for row in await conn.fetch(_SQL.standings, journal, list(wanted.organizations)):
            status = found.setdefault(row["id"], (row["type"], []))[1]
            if row["kind"] is not None:
                status.append((row["kind"], row["valid_from"].isoformat(), _iso(row["valid_until"])))
        for row in await conn.fetch(_SQL.periods, journal, list(wanted.organizations)):
            state.periods.setdefault(row["organization"], _iso(row["through"]))
        await _load_approvals(conn, journal, wanted, state)
        for name, (kind, status) in found.items():
            state.standings.setdefault(name, Standing(kind, tuple(status)))
    if wanted.batches or wanted.rows:
        rows = list(wanted.rows)
        digests = [bytes.fromhex(digest) for _, digest in rows]
        names = [organization for organization, _ in rows]
        for row in await conn.fetch(_SQL.batches, journal, list(wanted.batches), names, digests):
            batch = Batch(
                row["id"], row["organization"], row["file_digest"].hex(), row["rows_digest"].hex(),
                row["row_count"], row["total"], row["asset"], row["opened"], row["closed"],
            )  # fmt: skip
            state.batches.setdefault(batch.id, batch)
            state.batch_of_rows.setdefault((batch.organization, batch.rows_digest), batch.id)


async def _load_approvals(conn: Connection, journal: int, wanted: Needs, state: State) -> None:
    """What four eyes ask of organizations."""
    terms: dict[tuple[str, str, str], str | None] = {}
    for row in await conn.fetch(_SQL.approval_terms, journal, list(wanted.organizations)):
        terms.update(folded(row["organization"], row["what"], row["subject"], row["value"]))
    for key, value in terms.items():
        state.approvals.setdefault(key, value)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


async def _load_lots(conn: Connection, journal: int, wanted: Needs, state: State) -> None:
    """What is declared of goods."""
    if wanted.lots:
        for row in await conn.fetch(_SQL.lots, journal, list(wanted.lots)):
            lot = Lot(
                row["asset"], row["organization"], row["position"], _iso(row["expires"]), row["basis"], row["value"],
                row["value_asset"], row["quantity"], _iso(row["valued_on"]), row["valuer"],
            )  # fmt: skip
            state.lots.setdefault(lot.asset, lot)


async def _load_names(conn: Connection, journal: int, wanted: Needs, state: State) -> None:
    """Record versions, ids that are taken, and how far the newest snapshot reaches."""
    if wanted.versions:
        nouns, ids = zip(*wanted.versions, strict=True)
        for row in await conn.fetch(_SQL.versions, journal, list(nouns), list(ids)):
            state.versions.setdefault((row["noun"], row["id"]), row["version"])
    for noun, statement in (("evidence", _SQL.evidence_named), ("delivery", _SQL.deliveries_named)):
        ids_of = [name for kind, name in wanted.named if kind == noun]
        if ids_of:
            found = await conn.fetch(statement, journal, ids_of)
            for row in found:
                state.named.setdefault((noun, row["id"]), 0)
    if wanted.snapshots and (leaf := await conn.fetchval(_SQL.newest_snapshot, journal)) is not None:
        state.snapshots.setdefault("through", canonical.decode(leaf)["data"]["through"])


async def _refresh_regions(conn: Connection, journal: int, state: State) -> None:
    """Loaded lists by digest; region editions that this process has not read yet are read now."""
    for row in await conn.fetch(_SQL.references_loaded, journal):
        state.references[(row["name"], row["edition"])] = row["digest"].hex()
        if row["name"] == "regions" and row["edition"] not in state.regions.editions:
            content = await conn.fetchval(_SQL.reference_content, journal, "regions", row["edition"])
            state.regions.load(*regions_of(orjson.loads(content)))


def civil(text: str | None) -> date | None:
    """A date column's value for a leaf's date text."""
    return None if text is None else _date(text)


_date = lru_cache(4_096)(date.fromisoformat)


def moment(text: str) -> datetime:
    """A timestamptz column's value for a leaf's clock text."""
    return datetime.fromisoformat(text)
