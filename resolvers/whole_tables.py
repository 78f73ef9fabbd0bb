"""What a replay can only compare at its end: records and what they show, lists, imported rows, tiles and checkpoints.

`Noted` gathers what the leaves say as they go by; `compare` holds it against a snapshot of the tables.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Protocol

import orjson

from db.verifications import Row, Snapshot
from ledger import merkle, records, tiles
from ledger.checkpoints import open_checkpoint
from ledger.errors import EvidenceError, ProfileError
from ledger.key_history import KeyHistory
from ledger.merkle import HASH_BYTES, Frontier
from ledger.notes import Verifier
from ledger.replay import INCONSISTENT, SERVED, UNKNOWN
from resolvers.vault_looks import Committed

NOUNS: Final[Mapping[str, tuple[str, ...]]] = {
    "organization": ("id",), "organization_status": ("organization", "n"), "project": ("id",), "beneficiary": ("id",),
    "beneficiary_category": ("beneficiary", "n"), "domain_record": ("noun", "id"),
}  # fmt: skip
"""The tables that records show in, with their keys."""

Compare = Callable[[str, tuple[str, ...], Iterable[Row], Iterable[Row]], None]
"""(table, key, expected rows, served rows): notes every difference."""


class Say(Protocol):
    """Notes a finding."""

    def __call__(
        self, category: str, position: int | None, name: str, expected: str, actual: str, source: str, /
    ) -> None:
        """(category, position, field, expected, actual, source)."""


@dataclass(slots=True)
class Noted:
    """What the leaves say of tables that are compared at the end."""

    hashes: bytearray = field(default_factory=bytearray)
    bound: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    imported: dict[tuple[str, int], Row] = field(default_factory=dict)
    references: list[Row] = field(default_factory=list)
    history: KeyHistory = field(default_factory=KeyHistory)
    committed: Committed = field(default_factory=Committed)

    def take(self, position: int, document: Mapping[str, Any], leaf: bytes) -> None:
        """Note an entry that was replayed."""
        self.hashes += merkle.leaf_hash(leaf)
        self.history.take(position, document)
        data = document["data"]
        self.committed.take(position, document)
        if document["type"] == "record_bound":
            self.bound.append((position, data))
        elif document["type"] == "reference_loaded":
            name, edition, digest = data["name"], data["edition"], data["digest"]
            row = {"name": name, "edition": edition, "position": position, "digest": digest, "content": digest}
            self.references.append(row)
        elif "rowDigest" in data and "batch" in data and "row" in data:
            batch, number, digest = data["batch"], data["row"], data["rowDigest"]
            row = {"batch": batch, "row_number": number, "position": position, "digest": digest, "content": digest}
            self.imported.setdefault((batch, number), row)


async def compare(noted: Noted, snapshot: Snapshot, keys: Sequence[Verifier], compare_: Compare, say: Say) -> None:
    """Compare every remaining table; checkpoints must be signed by a key that the journal names.

    `keys` count where it names none; without any, only roots are compared.
    """
    await _records(noted, snapshot, compare_, say)
    for name, key, expected in (
        ("reference_list", ("name", "edition"), noted.references),
        ("import_row", ("batch", "row_number"), list(noted.imported.values())),
    ):
        compare_(name, key, expected, [_digested(row) async for row in snapshot.rows(name)])
    made = await asyncio.to_thread(tiles.all_tiles, bytes(noted.hashes))
    expected_tiles = [{"level": level, "number": n, "nodes": nodes.hex()} for (level, n), nodes in made.items()]
    compare_("tile", ("level", "number"), expected_tiles, [row async for row in snapshot.rows("tile")])
    published = [row async for row in snapshot.rows("checkpoint")]
    await asyncio.to_thread(_checkpoints, noted, published, keys, say)


async def _records(noted: Noted, snapshot: Snapshot, compare_: Compare, say: Say) -> None:
    """Records against their leaves' digests, and the rows of every record's newest version against its content."""
    rows = [row async for row in snapshot.rows("record")]
    contents = {sha256(body).hexdigest(): body for body in (bytes.fromhex(row["content"]) for row in rows)}
    expected: list[Row] = []
    shown: dict[tuple[str, str], tuple[int, Mapping[str, Any]]] = {}
    for position, data in noted.bound:
        digest = data["digest"]
        said = _read(contents.get(digest, b"{}"))
        noted.committed.take_record(position, said)
        identity, version = data.get("record", said.get("id")), data.get("version", said.get("version"))
        expected.append({"noun": data["noun"], "id": identity, "version": version, "position": position,
                         "content": digest, "digest": digest})  # fmt: skip
        if said:
            shown[data["noun"], identity] = position, said
    compare_("record", ("noun", "id", "version"), expected, map(_digested, rows))
    wanted: dict[str, list[Row]] = {name: [] for name in NOUNS}
    for position, said in shown.values():
        try:
            made = records.rows(said, position)
        except (KeyError, TypeError, AttributeError, ProfileError) as error:
            say(UNKNOWN, position, "content", "a record that is known here", repr(error), "record")
            continue
        for name, more in made.items():
            wanted[name] += more
    for name, key in NOUNS.items():
        compare_(name, key, wanted[name], [row async for row in snapshot.rows(name)])


def _read(body: bytes) -> Mapping[str, Any]:
    """A content's object; of what is none, nothing."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _digested(row: Row) -> Row:
    """The row with the digest of its content in the content's place, as leaves hold it."""
    return row | {"content": sha256(bytes.fromhex(row["content"])).hexdigest()}


def _checkpoints(noted: Noted, published: Sequence[Row], keys: Sequence[Verifier], say: Say) -> None:
    """Every published head is one that the leaves had, and is signed; they come in the order of their sizes."""
    hashes, frontier = bytes(noted.hashes), Frontier()
    for row in published:
        size = row["size"]
        if size * HASH_BYTES > len(hashes):
            say(INCONSISTENT, None, "size", f"at most {len(hashes) // HASH_BYTES}", str(size), "checkpoint")
            continue
        for at in range(frontier.size * HASH_BYTES, size * HASH_BYTES, tiles.TILE_BYTES):
            frontier = frontier.extend(tiles.split_hashes(hashes[at : min(at + tiles.TILE_BYTES, size * HASH_BYTES)]))
        root = frontier.root()
        if row["root"] != root.hex():
            say(SERVED, size - 1, "root", root.hex(), row["root"], "checkpoint")
        signing = noted.history.in_force(size, keys)
        if signing and (problem := _problem(row["note"], size, root, signing)):
            wanted = f"a signed head of {size} entries with root {root.hex()}"
            say(INCONSISTENT, size - 1, "note", wanted, problem, "checkpoint")


def _problem(note: str, size: int, root: bytes, keys: Sequence[Verifier]) -> str | None:
    """What is wrong with a signed note, if anything is."""
    try:
        signed = open_checkpoint(note, keys)
    except EvidenceError as error:
        return str(error)
    if (signed.size, signed.root) != (size, root):
        return f"a signed head of {signed.size} entries with root {signed.root.hex()}"
    return None
