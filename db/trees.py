"""The journal's tree as outsiders see it: head, tiles, entry bundles and published checkpoints."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from db import statements
from ledger.tiles import WIDTH, Bundle, Tile

_SQL = statements.load("trees")

Session = Any
"""An asyncpg pool or connection."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A published checkpoint: its size, its root, and the signed note."""

    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class TreeOf:
    """How far the journal reaches, and the checkpoint that was asked for, if it was published."""

    head: int
    signed: Signed | None


@dataclass(frozen=True, slots=True)
class Publication:
    """How far the journal reaches and is signed, and since when its first unsigned entry waits (None: none does)."""

    size: int
    signed: int
    waiting_since: datetime | None


async def publication(pool: Session, journal: int) -> Publication:
    """How far publication is behind."""
    row = await pool.fetchrow(_SQL.publication, journal)
    assert row is not None, "a journal that was opened has a head"
    return Publication(row["size"], row["signed"], row["waiting_since"])


async def head(pool: Session, journal: int) -> tuple[int, bytes]:
    """The journal's size and root now; `pool` may also be a connection."""
    row = await pool.fetchrow(_SQL.head, journal)
    assert row is not None, "a journal that was opened has a head"
    return row["size"], row["root"]


async def reached(pool: Session, journal: int) -> tuple[int, datetime]:
    """The journal's size now, and its last entry's clock."""
    row = await pool.fetchrow(_SQL.head, journal)
    assert row is not None, "a journal that was opened has a head"
    return row["size"], row["at"]


async def tree_of(pool: Session, journal: int, size: int | None) -> TreeOf:
    """The journal's size, with the checkpoint of `size` entries (None: the newest)."""
    row = await pool.fetchrow(_SQL.tree_of, journal, size)
    assert row is not None, "a journal that was opened has a head"
    signed = None if row["size"] is None else Signed(row["size"], row["root"], row["note"])
    return TreeOf(row["head_size"], signed)


async def tiles(pool: Session, journal: int, wanted: Iterable[Tile]) -> Mapping[tuple[int, int], bytes]:
    """The hashes of tiles by (level, index), for `ledger.tiles.node_reader`; one statement."""
    places = sorted({(tile.level, tile.index) for tile in wanted})
    rows = await pool.fetch(_SQL.tiles, journal, [level for level, _ in places], [index for _, index in places])
    return {(row["level"], row["number"]): row["nodes"] for row in rows}


async def tile(pool: Session, journal: int, wanted: Tile) -> bytes | None:
    """A tile's bytes as tlog-tiles serves them, or None while the journal has not reached its width."""
    found: bytes | None = await pool.fetchval(_SQL.tile_prefix, journal, wanted.level, wanted.index, wanted.width)
    return found


async def leaves(pool: Session, journal: int, wanted: Bundle) -> list[bytes] | None:
    """The leaves of an entry bundle, or None while the journal has not reached its width."""
    start = wanted.index * WIDTH
    rows = await pool.fetch(_SQL.leaves_between, journal, start, start + wanted.width)
    return [row["leaf"] for row in rows] if len(rows) == wanted.width else None


async def leaf(pool: Session, journal: int, position: int) -> tuple[bytes, bytes] | None:
    """A leaf and the leaf hash stored beside it, or None."""
    row = await pool.fetchrow(_SQL.leaf_at, journal, position)
    return None if row is None else (row["leaf"], row["hash"])


async def newest(pool: Session, journal: int) -> Signed | None:
    """The newest published checkpoint, or None."""
    row = await pool.fetchrow(_SQL.newest_checkpoint, journal)
    return None if row is None else Signed(row["size"], row["root"], row["note"])


async def newest_cosigned(pool: Session, journal: int, *, witnessed: bool = False) -> tuple[Signed, list[str]] | None:
    """The newest published checkpoint (that met the policy of witnesses) and its cosignature lines, or None."""
    row = await pool.fetchrow(_SQL.newest_cosigned, journal, witnessed)
    return None if row is None else (Signed(row["size"], row["root"], row["note"]), row["lines"])


async def cosigners(pool: Session, journal: int, size: int) -> dict[str, str]:
    """The witnesses, by verifier key, whose cosignature of a checkpoint is kept, with their lines."""
    return {row["witness"]: row["line"] for row in await pool.fetch(_SQL.cosigners, journal, size)}


async def keep_cosignature(pool: Session, journal: int, size: int, witness: str, line: str) -> None:
    """Keep a witness's signature line, with the verifier key that it was proven with; repeatable."""
    await pool.execute(_SQL.insert_cosignature, journal, size, witness, line)


async def keep_witnessed(pool: Session, journal: int, size: int, counted: tuple[int, int, int]) -> None:
    """Note that a checkpoint met the policy: how many counted, how many were needed, of how many; repeatable."""
    await pool.execute(_SQL.insert_witnessed, journal, size, *counted)


async def publish(conn: asyncpg.Connection, journal: int, signed: Signed) -> None:
    """Store a signed head where readers find it; repeatable."""
    await conn.execute(_SQL.insert_checkpoint, journal, signed.size, signed.root, signed.note)


async def elect(conn: asyncpg.Connection, journal: int) -> bool:
    """Whether this session is now the journal's one publisher; it is until it ends."""
    elected: bool = await conn.fetchval(_SQL.elect, journal)
    return elected


async def keys_in_force(pool: Session, journal: int, size: int) -> list[str]:
    """The names of the keys that sign a head of `size` entries, as the journal says; none if it says nothing.

    Those of Ed25519, then the digests of post-quantum ones.
    """
    row = await pool.fetchrow(_SQL.keys_declared, journal, size)
    if row is None:
        return []
    data = orjson.loads(row["leaf"])["data"]
    return [*data["keys"], *data.get("mldsa44", ())]


async def keys_named(pool: Session, journal: int) -> list[str]:
    """The names of all Ed25519 keys that ever signed, in the order of the entries that name them."""
    rows = await pool.fetch(_SQL.keys_named, journal)
    return list(dict.fromkeys(name for row in rows for name in orjson.loads(row["leaf"])["data"]["keys"]))


async def cosigned_sizes(pool: Session, journal: int) -> dict[str, int]:
    """The largest head that each witness, by verifier key, is known to have cosigned."""
    return {row["witness"]: row["size"] for row in await pool.fetch(_SQL.cosigned_sizes, journal)}


async def witnessed_size(pool: Session, journal: int) -> int:
    """The largest head that met the policy of witnesses; 0 if none did."""
    size: int = await pool.fetchval(_SQL.witnessed_size, journal)
    return size


async def keys_declared(pool: Session, journal: int) -> int:
    """The position of the newest entry that names keys."""
    row = await pool.fetchrow(_SQL.keys_declared, journal, 2**62)
    return -1 if row is None else row["position"]


async def clock(pool: Session) -> datetime:
    """The database's own clock."""
    moment: datetime = await pool.fetchval(_SQL.clock)
    return moment
