"""The tables whose rows later entries change, read in one snapshot, in files when they are many."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from clients.auditor.rows import all_pages
from clients.auditor.source import Page, Source, row_of
from ledger.records import Row

MUTABLE: Final = (
    "head", "tile", "account", "import_batch", "organization", "organization_status", "project", "beneficiary",
    "beneficiary_category", "domain_record",
)  # fmt: skip
"""Tables whose rows change later, so that they are read in one snapshot."""
_SPOOL: Final = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The changing tables as they stood when the journal had `size` entries."""

    size: int
    rows: Mapping[str, Spooled]

    def close(self) -> None:
        """Let the files go that the rows lie in."""
        for rows in self.rows.values():
            rows.close()


class Spooled:
    """The rows of a table as they were read, in a file when they are many."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._file = tempfile.SpooledTemporaryFile(_SPOOL)  # noqa: SIM115 -- as long as the snapshot

    def add(self, page: Page) -> None:
        """Keep the lines of a page."""
        self._file.writelines(line + b"\n" for line in page.lines())

    def __iter__(self) -> Iterator[Row]:
        """Every row."""
        self._file.seek(0)
        return (row_of(self._table, line.rstrip(b"\n")) for line in self._file)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def read_snapshot(source: Source) -> Snapshot | None:
    """The changing tables, or None when the journal grew while they were read."""
    found: dict[str, Spooled] = {}
    sizes: set[int] = set()
    with ExitStack() as undone:
        undone.callback(lambda: Snapshot(0, found).close())
        for name in MUTABLE:
            found[name] = Spooled(name)
            for page in all_pages(source, name):
                found[name].add(page)
                sizes.add(page.size)
            if len(sizes) > 1:
                return None
        undone.pop_all()
    return Snapshot(sizes.pop(), found)
