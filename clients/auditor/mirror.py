"""A mirror: every entry and tile of a journal on disk, recomputed before it counts, and only then cosigned.

    <folder>/checkpoint             the newest head that was verified, with the mirror's cosignature if it makes one
    <folder>/key                    the log's verifier key, pinned at the first run
    <folder>/followers              the keys that followed it, as the recomputed journal says
    <folder>/tile/…                 tiles and entry bundles, as c2sp.org/tlog-tiles names them
    <folder>/reference_list.jsonl   the lists that entries refer to by digest, such as regions
    <folder>/cosigner/              the mirror's own witness, if it makes cosignatures; never served to logs

What is verified is what lies on the disk: each resource is read from there, or fetched and stored first.  A full tile
or bundle is fetched once.  The mirror's cosignature says more than a witness's: all entries are kept and recomputed.
"""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from clients.auditor import proving
from clients.auditor.errors import UndecidableError
from clients.auditor.pins import Pin
from clients.auditor.reports import Report
from clients.auditor.rows import all_pages
from clients.auditor.source import Page, Source
from clients.auditor.tree import trusted_key
from clients.auditor.verification import Options, verify
from clients.auditor.witnessing import KEY, MIRROR_ONLY, Witness, create, write_whole
from ledger import checkpoints, tiles
from ledger.checkpoints import Checkpoint, open_checkpoint
from ledger.errors import EvidenceError
from ledger.notes import Note, Verifier
from ledger.witnesses import Request, Status

LISTS: Final = "reference_list"
_GOOD: Final = frozenset({"verified", "partial", "unmet", "stale"})


class Store:
    """A mirror's folder as a source of its own: what was kept, and nothing else."""

    live: Final = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def checkpoint(self) -> bytes:
        """The newest head that was verified."""
        return self._there("checkpoint")

    def key(self) -> str:
        """The key that was pinned."""
        return self._there("key").decode("utf-8", "replace").strip()

    def resource(self, path: str) -> bytes | None:
        """A tile or bundle that was kept."""
        with contextlib.suppress(FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return (self.folder / path).read_bytes()
        return None

    def tables(self) -> list[str]:
        """A mirror keeps the lists that entries refer to; every other table follows from the entries."""
        return [LISTS]

    def page(self, table: str, after: str | None) -> Page:
        """All rows of the lists; other tables are not kept."""
        if table != LISTS or after is not None:
            raise UndecidableError("table_missing", what=table)
        return Page(table, self._there(f"{LISTS}.jsonl"), None, 0)

    def close(self) -> None:
        """Nothing to give back."""

    def keep(self, path: str, body: bytes) -> None:
        """Keep a resource, whole or not at all, and durably: the mirror's cosignature says that it is here."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.draft")
        with draft.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)

    def _there(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise UndecidableError("unread_file", path=self.folder / name, why=error.strerror) from None


class Keeping:
    """A live source whose tiles and bundles are stored as they are read, and read from the store ever after."""

    def __init__(self, source: Source, store: Store) -> None:
        self._source, self._store = source, store
        self.fetched = 0

    @property
    def live(self) -> bool:
        """As the source is."""
        return self._source.live

    def checkpoint(self) -> bytes:
        """The newest head of the source; its log's own signatures alone are kept."""
        return self._source.checkpoint()

    def key(self) -> str:
        """The key that the source states."""
        return self._source.key()

    def resource(self, path: str) -> bytes | None:
        """A tile or bundle from the disk, or fetched and stored."""
        kept = self._store.resource(path)
        if kept is not None:
            return kept
        body = self._source.resource(path)
        if body is not None:
            self._store.keep(path, body)
            self.fetched += 1
        return body

    def tables(self) -> list[str]:
        """The source's own."""
        return self._source.tables()

    def page(self, table: str, after: str | None) -> Page:
        """The source's own."""
        return self._source.page(table, after)


def mirror(
    source: Source, name: str, folder: Path, options: Options, *, cosigner: str | None = None
) -> tuple[Report, Keeping]:  # fmt: skip
    """Bring a mirror up to date: store, recompute, and only then keep the head, cosigned under the name `cosigner`.

    A head that does not continue the one kept is refused with both kept (`Report.verdict` "forked"); raises
    `UndecidableError` when the mirror's own files cannot be used.
    """
    store = Store(folder)
    folder.mkdir(parents=True, exist_ok=True)
    key = _pinned(source, store, options.key)
    keeping = Keeping(source, store)
    known = options.known
    if (folder / "checkpoint").exists():
        known = store.checkpoint()
    asked = Options(str(key), options.projections, known, options.demand, options.now, options.progress, options.sleep)
    pin = Pin(folder, key)
    report = verify(keeping, name, asked)
    if report.verdict not in _GOOD or report.note is None:
        kept = open_checkpoint(known, pin.keys).size if (folder / "checkpoint").exists() and known else 0
        _tidy(store, kept)  # what did not verify is fetched anew by the next run
        return report, keeping
    pin.follow([Verifier.parse(vkey) for vkey in report.keys])
    keys = pin.keys
    note = _own(report.note, keys)
    store.keep(f"{LISTS}.jsonl", b"".join(page.body for page in all_pages(source, LISTS)))
    _tidy(store, open_checkpoint(note, keys).size)
    own = folder / "cosigner"
    if cosigner is not None or (own / KEY).exists():
        write_whole(own / MIRROR_ONLY, "", fresh=True)
        note = _cosigned(store, note, keys, create(own, cosigner or Witness(own).signer.name, keys))
    write_whole(folder / "checkpoint", note)
    return report, keeping


def _pinned(source: Source, store: Store, given: str | None) -> Verifier:
    path = store.folder / "key"
    if path.exists():
        key = trusted_key(store, None)
        if given is not None and given != str(key):
            raise UndecidableError("other_pin", path=path, key=key)
        return key
    key = trusted_key(source, given)
    write_whole(path, f"{key}\n", fresh=True)
    return key


def _own(note: str, keys: Sequence[Verifier]) -> str:
    """The note with the log's own signatures alone: what others said is theirs to serve."""
    parsed, known = Note.parse(note), {(key.name, key.key_id) for key in keys}
    own = tuple(line for line in parsed.signatures if (line.name, line.key_id) in known)
    return str(Note(parsed.text, own))


def _cosigned(store: Store, note: str, keys: Sequence[Verifier], witness: Witness) -> str:
    """Cosign a verified head under the witness's rules: what it cosigned before must be the beginning of this."""
    head = open_checkpoint(note, keys)
    latest = witness.latest(head.origin)
    proof: list[bytes] = []
    if latest is not None:
        first = Checkpoint(head.origin, latest.size, latest.root)
        proof, _ = proving.consistency(store, first, head) if latest.size <= head.size else ([], None)
    decision = witness.add(str(Request(latest.size if latest else 0, tuple(proof), note)).encode())
    if decision.status != Status.OK or decision.latest is None:
        raise EvidenceError(f"the mirror's own witness refuses: {decision.status} {decision.body.strip()}")
    return checkpoints.add_cosignatures(decision.latest.note, [])


def _tidy(store: Store, size: int) -> None:
    """Take away what is no tile of a tree of this size: narrower ones, and what an unverified head had brought."""
    wanted = {str(tile) for tile in (*tiles.tiles_at(size), *tiles.new_bundles(0, size))}
    for path in (store.folder / "tile").rglob("*"):
        if path.is_file() and path.relative_to(store.folder).as_posix() not in wanted:
            path.unlink()
    for path in sorted((store.folder / "tile").rglob("*.p"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
