"""Full verification against the least that anyone must do: SHA-256 and one JSON parse of the same leaves.

Everything that `mingzhang-audit verify` does is counted but the network: bytes, chain, tree, every decision, and all
served tables column by column.  Both sides run in one process and in turns, so that the ratio holds on a busy machine.
Run it by `python -m tests.benchmarks.bench_verify`; the ratio is what the figures are read by.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from hashlib import sha256

import orjson

from clients.auditor.source import Page
from clients.auditor.verification import Options, verify
from tests.clients.books import Book, large
from tests.clients.serving import Memory

ENTRIES = 20_000
ROUNDS = 3


class Prepared(Memory):
    """A server that has its pages ready."""

    def __init__(self, book: Book) -> None:
        super().__init__(book, limit=5000)
        self._pages: dict[tuple[str, str | None], Page] = {}

    def page(self, table: str, after: str | None) -> Page:
        """A page that was made once."""
        if (table, after) not in self._pages:
            self._pages[table, after] = super().page(table, after)
        return self._pages[table, after]


def bare(leaves: list[bytes]) -> None:
    """The least: hash every leaf and parse it."""
    for leaf in leaves:
        sha256(b"\0" + leaf).digest()
        orjson.loads(leaf)


def measured(entries: int = ENTRIES, rounds: int = ROUNDS) -> dict[str, float]:
    """Entries per second of each way (the best of some rounds), and the ratios."""
    source = Prepared(large(entries))

    def full() -> None:
        assert verify(source, "memory").exit == 0

    def leaves_only() -> None:
        assert verify(source, "memory", Options(projections=False)).exit == 6

    ways: dict[str, Callable[[], None]] = {
        "bare": lambda: bare(source.book.leaves), "full": full, "leaves_only": leaves_only
    }  # fmt: skip
    full()  # the pages are made now
    best = dict.fromkeys(ways, 0.0)
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            best[name] = max(best[name], entries / (time.perf_counter() - start))
    return best | {
        "full_costs_times_bare": best["bare"] / best["full"],
        "leaves_only_costs_times_bare": best["bare"] / best["leaves_only"],
    }


def main() -> None:
    """Print the figures as JSON."""
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    figures = {name: round(value, 1) for name, value in measured(entries).items()}
    sys.stdout.write(orjson.dumps({"entries": entries} | figures, option=orjson.OPT_INDENT_2).decode() + "\n")


if __name__ == "__main__":
    main()
