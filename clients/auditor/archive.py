"""One file that holds a journal's evidence: written from any source, read as a source, checked without a network.

A ZIP whose members are, under the paths of the HTTP contract: `manifest.json` (schema, version, sizes), `checkpoint`,
`key`, `tile/…`, `tile/entries/…`, and `projections/<table>.jsonl`.  Nothing in it is judged when it is written: what
the server gave is what is kept, so that an archive is refused for the same reason as its server.  The same journal
gives the same bytes: no clock, one order, one compression.
"""

import os
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import orjson

from clients.auditor.errors import ArchiveExistsError, UndecidableError
from clients.auditor.rows import TABLES, all_pages
from clients.auditor.snapshots import MUTABLE
from clients.auditor.source import VERSION, Page, Source
from clients.auditor.tree import read_head, trusted_key
from clients.auditor.web import MOST_BYTES
from ledger import tiles

SCHEMA: Final = "mingzhang-archive/1"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
"""What a damaged, encrypted or unusual ZIP makes the standard library raise."""
_TRIES: Final = 8
_PAUSE: Final = 0.3
_SPOOL: Final = 32 * 2**20
_PAGE: Final = 2**20
"""Bytes of a page of rows, and as many more as the last row has."""


class Archive:
    """An archive file as a source; raises `UndecidableError` for what is not one."""

    live: Final = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pages: dict[tuple[str, int], IO[bytes]] = {}
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise UndecidableError("unread_file", path=path, why=error.strerror) from None
        except _UNREADABLE as error:
            raise self._bad(error) from None
        try:
            self._sizes = self._read_manifest()
        except UndecidableError:
            self.close()
            raise

    def _read_manifest(self) -> dict[str, Any]:
        """The journal's size at which every table was read."""
        try:
            manifest = orjson.loads(self._there("manifest.json"))
            schema, sizes = manifest["schema"], dict(manifest["sizes"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            raise self._bad("its manifest cannot be read") from None
        if schema != SCHEMA:
            raise UndecidableError("unknown_version", what=self._path, version=schema)
        return sizes

    def checkpoint(self) -> bytes:
        """The signed note."""
        return self._there("checkpoint")

    def key(self) -> str:
        """The verifier key that the archive states."""
        return self._there("key").decode("utf-8", "replace").strip()

    def resource(self, path: str) -> bytes | None:
        """A tile or bundle; a full one stands in for none."""
        return self._member(path)

    def tables(self) -> list[str]:
        """The tables that were kept."""
        return sorted(self._sizes)

    def page(self, table: str, after: str | None) -> Page:
        """Some rows of a table; the mark is the number of rows before."""
        start = 0 if after is None else int(after)
        size = self._sizes.get(table)
        if not isinstance(size, int):
            raise UndecidableError("table_missing", what=table)
        stream: IO[bytes] | None = None
        try:
            stream = self._pages.pop((table, start), None) or self._stream(table, start)
            body = stream.read(_PAGE)
            body += stream.readline() if len(body) == _PAGE and not body.endswith(b"\n") else b""
        except (KeyError, *_UNREADABLE) as error:
            if stream is not None:
                stream.close()
            raise self._bad(error) from None
        if len(body) < _PAGE:
            stream.close()
            return Page(table, body, None, size)
        mark = start + body.count(b"\n")
        self._pages[table, mark] = stream
        return Page(table, body, str(mark), size)

    def close(self) -> None:
        """Close the file."""
        for stream in self._pages.values():
            stream.close()
        self._zip.close()

    def _stream(self, table: str, start: int) -> IO[bytes]:
        """A new stream of a table's lines from a row on."""
        stream = self._zip.open(f"projections/{table}.jsonl")
        try:
            for _ in islice(stream, start):
                pass
        except _UNREADABLE:
            stream.close()
            raise
        return stream

    def _member(self, name: str) -> bytes | None:
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            return None
        if info.file_size > MOST_BYTES:
            raise UndecidableError("too_large", address=f"{self._path}:{name}", most=MOST_BYTES)
        try:
            return self._zip.read(info)
        except _UNREADABLE as error:
            raise self._bad(error) from None

    def _there(self, name: str) -> bytes:
        found = self._member(name)
        if found is None:
            raise self._bad(f"it has no {name}")
        return found

    def _bad(self, why: object) -> UndecidableError:
        return UndecidableError("bad_archive", path=self._path, why=why)


def write(
    source: Source, path: Path, *, force: bool = False, progress: Callable[[int, int], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> int:  # fmt: skip
    """Write everything of `source` to `path`, whole or not at all; returns how many entries it covers.

    Raises `ArchiveExistsError`, `UndecidableError`, or OSError for a path that cannot be written.
    """
    if path.exists() and not force:
        raise ArchiveExistsError(str(path))
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                size = _Writer(source, archive, sleep, progress or (lambda _done, _total: None)).write()
            file.flush()
            os.fsync(file.fileno())
            if force:
                Path(file.name).replace(path)
            else:
                try:
                    os.link(file.name, path)  # refuses a file that came to be meanwhile
                except FileExistsError:
                    raise ArchiveExistsError(str(path)) from None
        finally:
            Path(file.name).unlink(missing_ok=True)
    return size


class _Writer:
    """One archive in the making."""

    def __init__(
        self, source: Source, archive: zipfile.ZipFile, sleep: Callable[[float], None],
        progress: Callable[[int, int], None],
    ) -> None:  # fmt: skip
        self._source, self._archive, self._sleep, self._progress = source, archive, sleep, progress
        self._sizes: dict[str, int] = {}

    def write(self) -> int:
        """Write all members, in one order."""
        with ExitStack() as spools:
            checkpoint, size, tables = self._settle(spools)
            self._put("checkpoint", checkpoint)
            self._put("key", self._source.key().encode() + b"\n")
            for tile in tiles.tiles_at(size):
                self._resource(str(tile))
            for bundle in tiles.new_bundles(0, size):
                self._resource(str(bundle))
                self._progress(min(size, (bundle.index + 1) * tiles.WIDTH), size)
            for name in sorted(TABLES.keys() & set(self._source.tables())):
                self._table(name, tables.get(name))
        manifest = {"schema": SCHEMA, "version": VERSION, "size": size, "sizes": self._sizes}
        self._put("manifest.json", orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS) + b"\n")
        return size

    def _settle(self, spools: ExitStack) -> tuple[bytes, int, dict[str, IO[bytes]]]:
        """A signed head and the changing tables at a size that it covers; at last, as they are."""
        for n in range(_TRIES):
            key = trusted_key(self._source, None)
            before = read_head(self._source.checkpoint(), key).checkpoint.size
            tables, sizes = {}, set()
            for name in MUTABLE:
                tables[name], size = self._spooled(name, spools)
                sizes.add(size)
            body = self._source.checkpoint()
            covered = read_head(body, key).checkpoint.size
            if (len(sizes) == 1 and before <= max(sizes) <= covered) or n == _TRIES - 1:
                break
            spools.close()
            self._sleep(_PAUSE * (n + 1))
        return body, covered, tables

    def _spooled(self, name: str, spools: ExitStack) -> tuple[IO[bytes], int]:
        spool = spools.enter_context(tempfile.SpooledTemporaryFile(_SPOOL))  # noqa: SIM115 -- the stack closes it
        size = 0
        for page in all_pages(self._source, name):
            spool.write(page.body)
            size = max(size, page.size)
        self._sizes[name] = size
        return spool, size

    def _table(self, name: str, spool: IO[bytes] | None) -> None:
        with self._archive.open(_info(f"projections/{name}.jsonl"), "w", force_zip64=True) as member:
            if spool is not None:
                spool.seek(0)
                for piece in _pieces(spool):
                    member.write(piece)
                return
            for page in all_pages(self._source, name):
                member.write(page.body)
                self._sizes[name] = max(page.size, self._sizes.get(name, 0))

    def _resource(self, path: str) -> None:
        body = self._source.resource(path)
        if body is not None:  # what the source does not have, the archive does not have either
            self._put(path, body)

    def _put(self, name: str, body: bytes) -> None:
        with self._archive.open(_info(name), "w") as member:
            member.write(body)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(1 << 20):
        yield piece
