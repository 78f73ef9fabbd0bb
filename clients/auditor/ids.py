"""The ids of all commands with their positions, 24 bytes each, in heaps that fit in memory one at a time.

The heap of an id is told by its last byte, which is random in every version of UUID.  Heaps that grow large lie in
files, so that memory stays bounded.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Final
from uuid import UUID

from clients.auditor.rows import Comparison
from clients.auditor.segments import ID
from ledger.records import Row

_HEAPS: Final = 64
_SPOOL: Final = 2**20
"""Bytes of a heap that stay in memory: about 44,000 ids, 2.8 million of them in all."""
_ID_BYTES: Final = 16
_BATCH: Final = 4096 * ID.size
_UUID: Final = re.compile("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII)


class Ids:
    """Ids as they come; each is to come once."""

    def __init__(self) -> None:
        self._heaps: list[IO[bytes]] = [tempfile.SpooledTemporaryFile(_SPOOL) for _ in range(_HEAPS)]  # noqa: SIM115 -- as long as the walk
        self.count = 0

    def add(self, records: bytes | bytearray) -> None:
        """Take in records of (id, position)."""
        parts: list[list[bytes]] = [[] for _ in range(_HEAPS)]
        for at in range(0, len(records), ID.size):
            parts[records[at + _ID_BYTES - 1] % _HEAPS].append(bytes(records[at : at + ID.size]))
        for heap, found in zip(self._heaps, parts, strict=True):
            if found:
                heap.write(b"".join(found))
        self.count += len(records) // ID.size

    def all(self) -> Iterator[bytes]:
        """Every record, heap by heap."""
        for heap in range(_HEAPS):
            yield from self._heap(heap)

    def _heap(self, index: int) -> list[bytes]:
        heap = self._heaps[index]
        heap.seek(0)
        body = heap.read()
        return [body[at : at + ID.size] for at in range(0, len(body), ID.size)]

    def first_repeated(self) -> tuple[int, int] | None:
        """The lowest position whose id was used before, and where; None if every id was used once."""
        found: tuple[int, int] | None = None
        for index in range(_HEAPS):
            records = self._heap(index)
            if len({record[:_ID_BYTES] for record in records}) == len(records):
                continue
            seen: dict[bytes, int] = {}
            for name, position in sorted(map(ID.unpack, records), key=lambda pair: pair[1]):
                before = seen.setdefault(name, position)
                if before != position and (found is None or position < found[0]):
                    found = position, before
        return found

    def close(self) -> None:
        """Let the files go."""
        for heap in self._heaps:
            heap.close()

    def compare(self, served: Iterable[Row], comparison: Comparison) -> None:
        """Compare the rows of the table of commands with what was taken in."""
        given = Ids()
        odd: list[Row] = []
        batch = bytearray()
        try:
            for row in served:
                record = _record(row)
                if record is None:
                    odd.append(row)
                    continue
                batch += record
                if len(batch) >= _BATCH:
                    given.add(batch)
                    batch.clear()
            given.add(batch)
            for index in range(_HEAPS):
                mine, theirs = self._heap(index), given._heap(index)
                if len(theirs) == len(mine) and set(theirs) == set(mine):
                    comparison.count += len(theirs)
                else:
                    comparison.whole(map(_row, mine), map(_row, theirs))
        finally:
            given.close()
        for row in odd:
            comparison.row(None, row)


def _record(row: Row) -> bytes | None:
    """A row as a record; None for one that no entry gives."""
    name, position = row.get("id"), row.get("position")
    if type(name) is not str or type(position) is not int or len(row) != 2 or not 0 <= position < 2**64:  # noqa: PLR2004 -- id and position
        return None
    if not _UUID.fullmatch(name):
        return None
    return ID.pack(bytes.fromhex(name.replace("-", "")), position)


def _row(record: bytes) -> Row:
    name, position = ID.unpack(record)
    return {"id": str(UUID(bytes=name)), "position": position}
