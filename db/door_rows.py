"""What a batch of accepted entries writes: the rows of `ledger.projections`, in bulk.

Leaves, entries, commands, postings and slices go in by COPY; accounts as one set-based update.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from db import statements
from db.door_state import Connection, civil, moment
from ledger import projections
from ledger.decide import Accepted
from ledger.merkle import Frontier
from ledger.records import Row
from ledger.state import Head, State

_SQL = statements.load("journal")
_TILE_WIDTH = 256
_TILE_HEIGHT = 8

_POSTING = (
    "position", "book", "n", "asset", "amount", "from_account", "from_seq", "from_in", "from_out", "to_account",
    "to_seq", "to_in", "to_out", "purpose", "region", "project", "category", "cost",
)  # fmt: skip
_SLICE = ("position", "posting", "n", "source", "lo", "hi", "target", "landed", "landed_hi")
_ENTRY = (
    "position", "kind", "mode", "at", "effective", "organization", "actor", "command", "corrects", "breaches",
    "prior_period", "resolves",
)  # fmt: skip


async def write(
    conn: Connection, journal: int, before: tuple[Head, Frontier], state: State, accepted: Sequence[Accepted]
) -> None:
    """Write everything that the batch's entries give, and step the head on; the head is locked."""
    found: dict[str, list[Row]] = {}
    for item in accepted:
        for table, rows in projections.rows(item.document).items():
            found.setdefault(table, []).extend(rows)
    await _copy(conn, "leaf", ("position", "leaf", "hash"), journal, [(a.position, a.leaf, a.hash) for a in accepted])
    await _copy(
        conn, "command", ("id", "position"), journal,
        [(UUID(r["id"]), r["position"]) for r in found["command"]],
    )  # fmt: skip
    await _copy(conn, "entry", _ENTRY, journal, [_entry(r) for r in found["entry"]])
    await _copy(conn, "posting", _POSTING, journal, [tuple(r[c] for c in _POSTING) for r in found["posting"]])
    await _copy(conn, "slice", _SLICE, journal, [tuple(r[c] for c in _SLICE) for r in found["slice"]])
    await _write_terms(conn, journal, found)
    await _write_accounts(conn, journal, state, accepted)
    await _write_batches(conn, journal, state, accepted)
    await _write_head(conn, journal, before, state, [a.hash for a in accepted])


async def _copy(
    conn: Connection, table: str, columns: tuple[str, ...], journal: int, rows: Sequence[tuple[Any, ...]]
) -> None:
    if rows:
        await conn.copy_records_to_table(
            table, columns=["journal", *columns], records=[(journal, *row) for row in rows]
        )


def _entry(row: Row) -> tuple[Any, ...]:
    return (
        row["position"], row["kind"], row["mode"], moment(row["at"]), civil(row["effective"]),
        row["organization"], row["actor"], UUID(row["command"]), row["corrects"], row["breaches"],
        civil(row["prior_period"]), row["resolves"],
    )  # fmt: skip


async def _write_terms(conn: Connection, journal: int, found: dict[str, list[Row]]) -> None:
    """Restrictions, periods, terms of approval, evidence and deliveries: rare kinds, one statement each."""
    if restrictions := found.get("restriction"):
        await conn.executemany(_SQL.insert_restriction, [
            (journal, r["id"], r["organization"], r["purposes"], r["region"], r["project"], r["categories"],
             civil(r["valid_from"]), civil(r["valid_until"]), r["fee_cap"], r["position"])
            for r in restrictions
        ])  # fmt: skip
    if periods := found.get("period"):
        await conn.executemany(_SQL.insert_period, [
            (journal, r["position"], r["organization"], civil(r["through"])) for r in periods
        ])  # fmt: skip
    if terms := found.get("approval_term"):
        columns = ("position", "organization", "what", "subject", "value")
        await conn.executemany(
            _SQL.insert_approval_term, [(journal, *(row[column] for column in columns)) for row in terms]
        )
    if evidence := found.get("evidence"):
        await conn.executemany(_SQL.insert_evidence, [
            (journal, r["id"], bytes.fromhex(r["digest"]), r["size"], r["media_type"], r["subject"], r["position"])
            for r in evidence
        ])  # fmt: skip
    if deliveries := found.get("delivery"):
        await conn.executemany(_SQL.insert_delivery, [
            (journal, r["id"], r["subject"], r["method"], r["confirmation"], r["persons"], r["region"],
             r["category"], r["position"])
            for r in deliveries
        ])  # fmt: skip


async def _write_accounts(conn: Connection, journal: int, state: State, accepted: Sequence[Accepted]) -> None:
    names = {name for item in accepted for name in item.touched}
    names |= {item.document["data"]["account"] for item in accepted if item.document["type"] == "account_opened"}
    rows = [projections.account_row(state.accounts[name]) for name in sorted(names) if name in state.accounts]
    if rows:
        await conn.execute(_SQL.upsert_accounts, journal, orjson.dumps(rows).decode())


async def _write_batches(conn: Connection, journal: int, state: State, accepted: Sequence[Accepted]) -> None:
    names = {
        item.document["data"]["batch"]
        for item in accepted
        if item.document["type"] in ("import_opened", "import_closed")
    }
    for name in sorted(names):
        row = projections.batch_row(state.batches[name])
        await conn.execute(
            _SQL.upsert_batch, journal, row["id"], row["organization"], bytes.fromhex(row["file_digest"]),
            bytes.fromhex(row["rows_digest"]), row["row_count"], row["total"], row["asset"], row["opened"],
            row["closed"],
        )  # fmt: skip


async def _write_head(
    conn: Connection, journal: int, before: tuple[Head, Frontier], state: State, hashes: list[bytes]
) -> None:
    """Extend the tiles and step the head on by compare-and-set: a stale writer cannot fork the chain."""
    head, frontier = before
    grown, completed = frontier.grow(hashes)
    tiles: list[tuple[int, int, int, bytes]] = []
    for level, first, new in completed:
        if level % _TILE_HEIGHT == 0:
            tiles.extend((journal, level // _TILE_HEIGHT, *part) for part in _tile_parts(first, new))
    await conn.executemany(_SQL.extend_tile, tiles)
    status = await conn.execute(
        _SQL.move_head, journal, head.size, state.head.size, state.head.at, bytes.fromhex(state.head.prev),
        grown.root(), list(grown.nodes),
    )  # fmt: skip
    assert status == "UPDATE 1", "the head row is locked by this transaction"


def _tile_parts(first: int, hashes: list[bytes]) -> list[tuple[int, bytes]]:
    """New hashes of one level, cut at tile boundaries: (tile index, bytes to append)."""
    parts: list[tuple[int, bytes]] = []
    done = 0
    while done < len(hashes):
        at = first + done
        count = min(len(hashes) - done, _TILE_WIDTH - at % _TILE_WIDTH)
        parts.append((at // _TILE_WIDTH, b"".join(hashes[done : done + count])))
        done += count
    return parts
