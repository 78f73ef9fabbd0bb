"""What a batch of accepted entries writes: the rows of `ledger.projections`, in bulk.

`prepare` makes them without a database, so that it can be done while the batch before is being written; `write` puts
them in: leaves, entries, commands, postings and slices by COPY, accounts as one set-based update.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import orjson

from db import statements
from db.door_state import Connection, civil, moment
from db.door_unmoved import write_unmoved
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
    "prior_period", "resolves", "attested",
)  # fmt: skip


_TABLES = tuple(
    (table, columns, itemgetter(*columns))
    for table, columns in (("command", ("id", "position")), ("entry", _ENTRY), ("posting", _POSTING), ("slice", _SLICE))
)
AT_ONCE = 64
"""Entries that are worked on before the loop may turn to whoever waits for the database."""


Copy = tuple[str, tuple[str, ...], list[tuple[Any, ...]]]
"""A table, its columns, and the records to copy into it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """All that a batch writes, made before the head is locked: rows to copy, rows to merge, and the new head.

    `terms` are rows of rare kinds; `accounts` and `batches` as they stand after
    the batch; `tiles` (level, number, bytes to append).
    """

    before: tuple[Head, Frontier]
    after: tuple[Head, Frontier]
    copies: list[Copy]
    terms: dict[str, list[Row]]
    accounts: list[Row]
    batches: list[Row]
    tiles: list[tuple[int, int, bytes]]


async def prepare(journal: int, before: tuple[Head, Frontier], state: State, accepted: Sequence[Accepted]) -> Rows:
    """The rows that the accepted entries give; `state` stands just behind the last of them.

    Gives way to the loop now and then: another batch is being written meanwhile.
    """
    terms: dict[str, list[Row]] = {}
    records: dict[str, list[tuple[Any, ...]]] = {table: [] for table, *_ in _TABLES}
    for n, item in enumerate(accepted):
        found = projections.rows(item.document)
        entry = found["entry"][0]
        entry["at"] = moment(entry["at"])
        entry["effective"], entry["prior_period"] = civil(entry["effective"]), civil(entry["prior_period"])
        for table, _, values in _TABLES:
            records[table] += [(journal, *values(row)) for row in found.pop(table)]
        for table, rows in found.items():
            terms.setdefault(table, []).extend(rows)
        if n % AT_ONCE == 0:
            await asyncio.sleep(0)
    leaves = [(journal, a.position, a.leaf, a.hash) for a in accepted]
    copies: list[Copy] = [("leaf", ("journal", "position", "leaf", "hash"), leaves)]
    copies += [(table, ("journal", *columns), records[table]) for table, columns, _ in _TABLES]
    grown, completed = before[1].grow([a.hash for a in accepted])
    return Rows(
        before, (state.head, grown), copies, terms, _accounts(state, accepted), _batches(state, accepted),
        _tiles(completed),
    )  # fmt: skip


async def write(conn: Connection, journal: int, rows: Rows) -> None:
    """Write everything that the batch's entries give, and step the head on; the head is locked."""
    for table, columns, records in rows.copies:
        if records:
            await conn.copy_records_to_table(table, columns=columns, records=records)
    await _write_terms(conn, journal, rows.terms)
    await write_unmoved(conn, journal, rows.terms)
    if rows.accounts:
        await conn.execute(_SQL.upsert_accounts, journal, orjson.dumps(rows.accounts).decode())
    await _write_batches(conn, journal, rows.batches)
    await _write_head(conn, journal, rows)


async def _write_terms(conn: Connection, journal: int, found: dict[str, list[Row]]) -> None:
    """Restrictions, periods, terms of approval, evidence and deliveries: rare kinds, one statement each."""
    if restrictions := found.get("restriction"):
        await conn.executemany(_SQL.insert_restriction, [
            (journal, r["id"], r["organization"], r["purposes"], r["region"], r["project"], r["categories"],
             civil(r["valid_from"]), civil(r["valid_until"]), r["fee_cap"], r["position"], r["investment"])
            for r in restrictions
        ])  # fmt: skip
    if lots := found.get("lot"):
        await conn.executemany(_SQL.insert_lot, [
            (journal, r["asset"], r["organization"], r["position"], civil(r["expires"]), r["basis"], r["value"],
             r["value_asset"], r["quantity"], civil(r["valued_on"]), r["valuer"])
            for r in lots
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


def _accounts(state: State, accepted: Sequence[Accepted]) -> list[Row]:
    names = {name for item in accepted for name in item.touched}
    return [projections.account_row(state.accounts[name]) for name in sorted(names) if name in state.accounts]


def _batches(state: State, accepted: Sequence[Accepted]) -> list[Row]:
    names = {
        item.document["data"]["batch"]
        for item in accepted
        if item.document["type"] in ("import_opened", "import_closed")
    }
    return [projections.batch_row(state.batches[name]) for name in sorted(names)]


async def _write_batches(conn: Connection, journal: int, batches: Sequence[Row]) -> None:
    for row in batches:
        await conn.execute(
            _SQL.upsert_batch, journal, row["id"], row["organization"], bytes.fromhex(row["file_digest"]),
            bytes.fromhex(row["rows_digest"]), row["row_count"], row["total"], row["asset"], row["opened"],
            row["closed"],
        )  # fmt: skip


async def _write_head(conn: Connection, journal: int, rows: Rows) -> None:
    """Extend the tiles and step the head on by compare-and-set: a stale writer cannot fork the chain."""
    await conn.executemany(_SQL.extend_tile, [(journal, *tile) for tile in rows.tiles])
    head, grown = rows.after
    status = await conn.execute(
        _SQL.move_head, journal, rows.before[0].size, head.size, head.at, bytes.fromhex(head.prev), grown.root(),
        list(grown.nodes),
    )  # fmt: skip
    assert status.endswith(" 1"), "the head row is locked by this transaction"


def _tiles(completed: Sequence[tuple[int, int, list[bytes]]]) -> list[tuple[int, int, bytes]]:
    """What newly completed subtrees append to which tile: (level, number, bytes)."""
    return [
        (level // _TILE_HEIGHT, *part)
        for level, first, new in completed
        if level % _TILE_HEIGHT == 0
        for part in _tile_parts(first, new)
    ]


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
