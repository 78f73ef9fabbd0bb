"""What a verifier reads, and the HTTP contract by which a server serves it.

Below `/journals/{name}`:

    GET /checkpoint             the newest signed note (text), covering the head within a second
    GET /key                    the verifier key (vkey) of the log, one line
    GET /tile/<L>/<N>[.p/W]     hash tiles, as c2sp.org/tlog-tiles; any width that the journal has reached
    GET /tile/entries/<N>[.p/W] entry bundles (auditor's token)
    GET /projections            {"version": 1, "tables": [...]}: the names of the tables below (auditor's token)
    GET /projections/{table}?after=<opaque>&limit=5000   rows of one table (auditor's token)

A table is served as `application/jsonl`: one JSON object a line with every column but `journal`, and a newline after
each.  bytea is lower-case hex; timestamptz a leaf's clock text (`YYYY-MM-DDTHH:MM:SS.ffffffZ`); date ISO; arrays are
arrays; bigint and integer are JSON integers, written exactly (up to 2**63 - 1); NULL is null.  `leaf` has the columns
`position` and `hash` alone: its bytes are in the bundles.  Rows come in the order of the primary key; those of `leaf`,
`entry`, `posting`, `slice` by position first.  Headers: `X-Journal-Size`, the head's size in the very snapshot that the
rows were read from, and `X-Next-After` when there is more.  A token that may not read gets 401 or 403; what is not
there, 404.  Every answer states its length or is chunked, so that a cut one is seen.

A source never judges; it raises `UndecidableError` when it has no answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson

from clients.auditor.errors import UndecidableError

VERSION: Final = 1
"""The version of the table listing and of archives that this verifier reads."""
PAGE_ROWS: Final = 5000


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a table as served: JSON lines, where to go on, and the journal's size in that snapshot."""

    table: str
    body: bytes
    next: str | None
    size: int

    def lines(self) -> list[bytes]:
        """Every row as its line; raises `UndecidableError` for an answer that ends inside one."""
        if self.body and not self.body.endswith(b"\n"):
            raise UndecidableError("cut", what=self.table)
        return self.body.splitlines()

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every row; raises `UndecidableError` for what is not JSON lines of objects."""
        return (row_of(self.table, line) for line in self.lines())


def row_of(table: str, line: bytes) -> dict[str, Any]:
    """The row that a line is; raises `UndecidableError` for what is not a JSON object."""
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        row = None
    if not isinstance(row, dict):
        raise UndecidableError("not_json", what=table)
    return row


class Source(Protocol):
    """Where a journal is read from."""

    @property
    def live(self) -> bool:
        """Whether the journal may grow while it is read."""

    def checkpoint(self) -> bytes:
        """The newest signed note."""

    def key(self) -> str:
        """The verifier key of the log, as the source states it."""

    def resource(self, path: str) -> bytes | None:
        """A tile or entry bundle by its path (`tile/…`), or None when it is not there."""

    def tables(self) -> list[str]:
        """The names of the tables that are served."""

    def page(self, table: str, after: str | None) -> Page:
        """The rows of a table after an opaque mark."""
