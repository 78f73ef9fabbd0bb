"""What a batch of commands needs, read from PostgreSQL into a partial `ledger.state.State`.

A fixed number of statements, whatever the size of the batch: the head, the ids, what the commands
name, and what that leads to.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson

from db import statements
from ledger import canonical
from ledger.accounts import Account
from ledger.approvals import folded
from ledger.commands import Command
from ledger.intervals import Units, joined
from ledger.merkle import Frontier
from ledger.regions import Regions, regions_of
from ledger.restrictions import Restriction
from ledger.state import Batch, Head, Needs, Standing, State, more_needs, needs

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
    conn: Connection, journal: int, head: Head, commands: Iterable[Command], regions: Regions
) -> State:
    """The partial state in which `commands` can be decided; the head is locked already."""
    wanted = Needs()
    for command in commands:
        _merge(wanted, needs(command))
    state = State(head=head, entries={}, regions=regions)
    await _load_commands(conn, journal, wanted, state)
    await _load_entries(conn, journal, wanted, state)
    await _load_accounts(conn, journal, wanted, state)
    more = more_needs(wanted, state.entries.values(), state.accounts.values())
    await _load_accounts(conn, journal, more, state)
    _merge(more, more_needs(_sum(wanted, more), (), state.accounts.values()))
    _merge(wanted, more)
    await _load_terms(conn, journal, wanted, state)
    await _load_names(conn, journal, wanted, state)
    await _refresh_regions(conn, journal, state)
    return state


def _merge(into: Needs, other: Needs) -> None:
    for name in Needs.__slots__:
        getattr(into, name).update(getattr(other, name))


def _sum(a: Needs, b: Needs) -> Needs:
    total = Needs()
    _merge(total, a)
    _merge(total, b)
    return total


async def _load_commands(conn: Connection, journal: int, wanted: Needs, state: State) -> None:
    ids = [UUID(name) for name in wanted.commands if _is_uuid(name)]
    for row in await conn.fetch(_SQL.positions_of_commands, journal, ids):
        state.commands[str(row["id"])] = row["position"]
        wanted.entries.add(row["position"])


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


async def _load_entries(conn: Connection, journal: int, wanted: Needs, state: State) -> None:
    positions = [p for p in wanted.entries if 0 <= p < state.head.size]
    if not positions:
        return
    assert isinstance(state.entries, dict)
    for row in await conn.fetch(_SQL.leaves, journal, positions):
        state.entries[row["position"]] = canonical.decode(row["leaf"])
    for row in await conn.fetch(_SQL.corrected, journal, positions):
        state.corrected[row["corrects"]] = row["position"]
    for row in await conn.fetch(_SQL.resolved, journal, positions):
        state.resolved[row["resolves"]] = row["position"]


async def _load_accounts(conn: Connection, journal: int, wanted: Needs, state: State) -> None:
    names = list(wanted.accounts)
    if names:
        for row in await conn.fetch(_SQL.accounts, journal, names):
            state.accounts[row["id"]] = _account(row)
    if wanted.axes:
        found: dict[str, list[tuple[int, int]]] = {}
        for row in await conn.fetch(_SQL.returned, journal, list(wanted.axes)):
            found.setdefault(row["source"], []).append((row["lo"], row["hi"]))
        state.returned.update({axis: joined(units) for axis, units in found.items()})


def _pairs(values: Sequence[int]) -> Units:
    return tuple((values[i], values[i + 1]) for i in range(0, len(values), 2))


def _account(row: Mapping[str, Any]) -> Account:
    free = row["free"]
    spans = tuple((free[i], free[i + 1], free[i + 2]) for i in range(0, len(free), 3))
    return Account(
        row["id"], row["book"], row["class"], row["organization"], row["asset"], row["restriction"], row["project"],
        row["position"], row["seq"], row["total_in"], row["total_out"], row["received"], row["fees"], spans,
        tuple(row["batches"]), row["status"], row["reserved"], _pairs(row["pinned"]),
    )  # fmt: skip


async def _load_terms(conn: Connection, journal: int, wanted: Needs, state: State) -> None:
    """Restrictions, organizations' standings and import batches."""
    if wanted.restrictions:
        for row in await conn.fetch(_SQL.restrictions, journal, list(wanted.restrictions)):
            state.restrictions[row["id"]] = Restriction(
                row["id"], row["organization"], tuple(row["purposes"]), row["region"], row["project"],
                tuple(row["categories"]), _iso(row["valid_from"]), _iso(row["valid_until"]), row["fee_cap"],
                row["position"],
            )  # fmt: skip
    if wanted.organizations:
        found: dict[str, tuple[str, list[tuple[str, str, str | None]]]] = {}
        for row in await conn.fetch(_SQL.standings, journal, list(wanted.organizations)):
            status = found.setdefault(row["id"], (row["type"], []))[1]
            if row["kind"] is not None:
                status.append((row["kind"], row["valid_from"].isoformat(), _iso(row["valid_until"])))
        for row in await conn.fetch(_SQL.periods, journal, list(wanted.organizations)):
            state.periods[row["organization"]] = _iso(row["through"])
        for row in await conn.fetch(_SQL.approval_terms, journal, list(wanted.organizations)):
            state.approvals.update(folded(row["organization"], row["what"], row["subject"], row["value"]))
        state.standings.update({name: Standing(kind, tuple(s)) for name, (kind, s) in found.items()})
    if wanted.batches or wanted.rows:
        rows = list(wanted.rows)
        digests = [bytes.fromhex(digest) for _, digest in rows]
        names = [organization for organization, _ in rows]
        for row in await conn.fetch(_SQL.batches, journal, list(wanted.batches), names, digests):
            batch = Batch(
                row["id"], row["organization"], row["file_digest"].hex(), row["rows_digest"].hex(),
                row["row_count"], row["total"], row["asset"], row["opened"], row["closed"],
            )  # fmt: skip
            state.batches[batch.id] = batch
            state.batch_of_rows[(batch.organization, batch.rows_digest)] = batch.id


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


async def _load_names(conn: Connection, journal: int, wanted: Needs, state: State) -> None:
    """Record versions, and ids that are taken."""
    if wanted.versions:
        nouns, ids = zip(*wanted.versions, strict=True)
        for row in await conn.fetch(_SQL.versions, journal, list(nouns), list(ids)):
            state.versions[(row["noun"], row["id"])] = row["version"]
    for noun, statement in (("evidence", _SQL.evidence_named), ("delivery", _SQL.deliveries_named)):
        ids_of = [name for kind, name in wanted.named if kind == noun]
        if ids_of:
            found = await conn.fetch(statement, journal, ids_of)
            state.named |= dict.fromkeys(((noun, row["id"]) for row in found), 0)


async def _refresh_regions(conn: Connection, journal: int, state: State) -> None:
    """Loaded lists by digest; region editions that this process has not read yet are read now."""
    for row in await conn.fetch(_SQL.references_loaded, journal):
        state.references[(row["name"], row["edition"])] = row["digest"].hex()
        if row["name"] == "regions" and row["edition"] not in state.regions.editions:
            content = await conn.fetchval(_SQL.reference_content, journal, "regions", row["edition"])
            state.regions.load(*regions_of(orjson.loads(content)))


def civil(text: str | None) -> date | None:
    """A date column's value for a leaf's date text."""
    return None if text is None else date.fromisoformat(text)


def moment(text: str) -> datetime:
    """A timestamptz column's value for a leaf's clock text."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
