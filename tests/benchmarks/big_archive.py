"""An archive of any number of entries, written as it is decided, so that it never lies in memory."""

from __future__ import annotations

import random
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

import orjson

from clients.auditor.archive import SCHEMA
from clients.auditor.rows import TABLES
from clients.auditor.source import VERSION
from ledger import checkpoints, projections, tiles
from ledger.entries import clock_text
from ledger.merkle import leaf_hash
from ledger.tiles import all_tiles
from tests.clients.books import ORIGIN, SIGNER, Book, moves, opened, out

STREAMED = frozenset({"leaf", "entry", "posting", "slice", "command"})


@dataclass
class Streamed(Book):
    """A book whose leaves and long tables go straight into files."""

    files: dict[str, IO[bytes]] = field(default_factory=dict)
    archive: zipfile.ZipFile | None = None
    hashes: bytearray = field(default_factory=bytearray)
    size: int = 0

    def _keep(self, table: str, row: dict[str, Any]) -> None:
        """A row of a long table goes to its file."""
        if table in STREAMED:
            self.files[table].write(orjson.dumps(row) + b"\n")
        else:
            super()._keep(table, row)

    def flush(self, *, last: bool = False) -> None:
        """Write the bundles that are full, and drop what `decide` will not ask for again."""
        while len(self.leaves) >= tiles.WIDTH or (last and self.leaves):
            some, self.leaves[:] = self.leaves[: tiles.WIDTH], self.leaves[tiles.WIDTH :]
            bundle = tiles.Bundle(self.size // tiles.WIDTH, len(some))
            assert self.archive is not None
            self.archive.writestr(str(bundle), tiles.encode_bundle(some))
            self.hashes += b"".join(map(leaf_hash, some))
            self.size += len(some)
        if isinstance(self.state.entries, dict):
            self.state.entries.clear()
        self.state.commands.clear()


def write(path: Path, count: int, folder: Path, seed: int = 1, accounts: int = 200) -> None:
    """Write an archive of `count` entries: gifts, allocations and payments between many accounts."""
    with ExitStack() as stack:
        archive = stack.enter_context(zipfile.ZipFile(path, "w", zipfile.ZIP_STORED))
        files: dict[str, IO[bytes]] = {
            name: stack.enter_context((folder / f"{name}.jsonl").open("wb")) for name in STREAMED
        }
        book = Streamed(files=files, archive=archive)
        opened(book)
        _fill(book, count, random.Random(seed), accounts)
        book.flush(last=True)
        _finish(book, archive)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        for name in sorted(STREAMED):
            archive.write(folder / f"{name}.jsonl", f"projections/{name}.jsonl")
            (folder / f"{name}.jsonl").unlink()


def _fill(book: Streamed, count: int, chance: random.Random, accounts: int) -> None:
    names = ["general", "other"]
    for n in range(accounts):
        names.append(f"fund-{n}")
        book.do("account_opened", account=names[-1], book="fund", class_="fund", asset="CNY/2")
    outside = out("custody")
    while book.size + len(book.leaves) < count:
        pick, amount, name = chance.random(), chance.randint(1, 100_000), chance.choice(names)
        if pick < 0.7 or book.state.accounts[name].balance < amount:
            book.do("donation", channel="bank", fund=moves(out("donors:natural:bank"), name, amount),
                    custody=moves(outside, "bank", amount))  # fmt: skip
        elif pick < 0.85:
            book.do("allocation", fund=moves(name, chance.choice([other for other in names if other != name]), amount))
        else:
            book.do("disbursement", fund=moves(name, out("beneficiaries:well"), amount),
                    custody=moves("bank", outside, amount))  # fmt: skip
        if len(book.leaves) >= 4096:
            book.flush()


def _finish(book: Streamed, archive: zipfile.ZipFile) -> None:
    """Head, tiles, the changing tables and the manifest."""
    state, size = book.state, book.size
    root = book.frontier.root()
    note = checkpoints.sign(checkpoints.Checkpoint(ORIGIN, size, root), SIGNER)
    archive.writestr("checkpoint", note)
    archive.writestr("key", f"{book.key}\n")
    made = all_tiles(bytes(book.hashes))
    for (level, index), nodes in made.items():
        archive.writestr(str(tiles.Tile(level, index, len(nodes) // 32)), nodes)
    at = None if state.head.at is None else clock_text(state.head.at)
    book.tables |= {
        "tile": [{"level": a, "number": b, "nodes": nodes.hex()} for (a, b), nodes in sorted(made.items())],
        "account": sorted(map(projections.account_row, state.accounts.values()), key=itemgetter("id")),
        "import_batch": [], "checkpoint": [{"size": size, "root": root.hex(), "note": note}],
        "head": [{"size": size, "at": at, "last": state.head.prev, "root": root.hex(),
                  "frontier": [node.hex() for node in book.frontier.nodes]}],
    }  # fmt: skip
    for name in sorted(TABLES.keys() - STREAMED):
        body = b"".join(orjson.dumps(row) + b"\n" for row in book.tables.get(name, []))
        archive.writestr(f"projections/{name}.jsonl", body)
    manifest = {"schema": SCHEMA, "version": VERSION, "size": size, "sizes": dict.fromkeys(sorted(TABLES), size)}
    archive.writestr("manifest.json", orjson.dumps(manifest))
