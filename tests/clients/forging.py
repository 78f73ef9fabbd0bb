"""Archives in pieces, to be spoilt and put together again; and books forged by whoever holds the log's key."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from clients.auditor import verify
from clients.auditor.archive import Archive
from clients.auditor.errors import UndecidableError
from clients.auditor.reports import Report
from clients.auditor.verification import Options
from clients.auditor.verification import verify as verify_by_replay
from ledger import canonical, checkpoints, projections
from ledger.errors import LedgerError
from ledger.merkle import Frontier, leaf_hash
from ledger.tiles import all_tiles
from tests.clients.books import ORIGIN, SIGNER, Book

Place = tuple[str | int, ...]
MISREAD = (KeyError, TypeError, ValueError, AttributeError, IndexError, LedgerError)


def pieces(path: Path) -> dict[str, bytes]:
    """The members of an archive."""
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def put_together(members: dict[str, bytes], path: Path) -> Path:
    """Write members as an archive."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return path


def by_replay(path: Path) -> Report:
    """What the comfortable verifier says of an archive."""
    try:
        with closing(Archive(path)) as archive:
            return verify_by_replay(archive, "archive", Options(sleep=lambda _: None))
    except UndecidableError as error:
        return Report(source="archive", undecided=(error.code, error.facts))


def by_one_file(path: Path) -> tuple[int, verify.Finding | None]:
    """The exit code of the one-file verifier, and its first finding."""
    verdict, first = verify.judged(verify.verify(str(path)))
    return verify.EXITS[verdict], first


def places(value: Any, at: Place = ()) -> Iterator[Place]:  # noqa: ANN401 -- any JSON
    """Where a document holds a value that holds no others."""
    if isinstance(value, (dict, list)):
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*at, name))
    else:
        yield at


def other(value: object) -> object:
    """Another value of the same type: the next number, in figures or text; another first character."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    text = str(value)
    return str(int(text) + 1) if text.isdigit() else ("1" if text[0] != "1" else "2") + text[1:]


def changed(document: dict[str, Any], at: Place) -> dict[str, Any]:
    """The document with another value at one place."""
    copy: Any = json.loads(json.dumps(document))
    inner = copy
    for step in at[:-1]:
        inner = inner[step]
    inner[at[-1]] = other(inner[at[-1]])
    found: dict[str, Any] = copy
    return found


def forged(book: Book, position: int, document: dict[str, Any]) -> Book:
    """The book as an operator would forge it: another entry, then chain, tree, heads and rows made anew and signed."""
    made = book.copy()
    made.leaves = made.leaves[:position]
    for old in book.leaves[position:]:
        entry = document if len(made.leaves) == position else json.loads(old)
        if len(made.leaves) > position:
            entry["prev"] = leaf_hash(made.leaves[-1]).hex()
        made.leaves.append(canonical.canonical(entry))
    hashes = [leaf_hash(leaf) for leaf in made.leaves]
    made.tables["leaf"] = [{"position": n, "hash": found.hex()} for n, found in enumerate(hashes)]
    made.tables["tile"] = [
        {"level": level, "number": index, "nodes": nodes.hex()}
        for (level, index), nodes in sorted(all_tiles(b"".join(hashes)).items())
    ]
    _rows_of(made, position, document)
    _heads_of(made, hashes)
    return made


def _rows_of(made: Book, position: int, document: dict[str, Any]) -> None:
    try:
        rows = projections.rows(document)
    except MISREAD:
        return  # the forger has no rows for what has no shape
    for name in ("entry", "command", "posting", "slice", "restriction", "approval_term", "evidence", "delivery"):
        kept = [row for row in made.tables.get(name, []) if row["position"] != position]
        made.tables[name] = kept + rows.get(name, [])


def _heads_of(made: Book, hashes: list[bytes]) -> None:
    frontier = Frontier().extend(hashes)
    sizes = [row["size"] for row in made.tables["checkpoint"]]
    made.tables["checkpoint"] = []
    for size in sizes:
        root = Frontier().extend(hashes[:size]).root()
        made.note = checkpoints.sign(checkpoints.Checkpoint(ORIGIN, size, root), SIGNER)
        made.tables["checkpoint"].append({"size": size, "root": root.hex(), "note": made.note})
    head = made.tables["head"][0]
    nodes = [node.hex() for node in frontier.nodes]
    made.tables["head"] = [head | {"last": hashes[-1].hex(), "root": frontier.root().hex(), "frontier": nodes}]
