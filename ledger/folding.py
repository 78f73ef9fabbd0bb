"""What every account holds, added up from entries as they stand, without judging them.

`Fold` takes each entry's postings for true: it is for whoever has the leaves and wants lines of a snapshot, and knows
otherwise that the leaves are right.  (`replay` decides every entry again.)
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledger.entries import landed, places_of, took_of
from ledger.intervals import land, without
from ledger.snapshots import Line

Document = Mapping[str, Any]


class Fold:
    """The lines of all accounts, by asset and account, after the entries so far."""

    def __init__(self) -> None:
        self.lines: dict[str, dict[str, Line]] = {}
        self._assets: dict[str, str] = {}
        self._held: dict[int, Document] = {}

    def step(self, document: Document) -> None:
        """Take in the next entry; raises KeyError or ValueError for one without shape."""
        kind, data = document["type"], document["data"]
        if kind == "account_opened":
            self._put(data["asset"], Line(data["account"], 0, 0, 0, 0))
        for book in ("fund", "custody"):
            for posting in document.get(book, ()):
                self._from(posting, fund=book == "fund")
                self._to(posting, fund=book == "fund")
        if kind == "hold":
            self._held[document["seq"]] = document["holds"]
            self._reserve(document["holds"], 1)
        elif "hold" in data:
            self._reserve(self._held.pop(data["hold"]), -1)

    def line(self, account: str) -> tuple[str, Line] | None:
        """An account's asset and line; None if it is not there yet."""
        asset = self._assets.get(account)
        return None if asset is None else (asset, self.lines[asset][account])

    def _from(self, posting: Document, *, fund: bool) -> None:
        side = posting["from"]
        line = self._known(posting["asset"], side["account"])
        free = line.free
        if fund and "/" not in line.account:
            for _, lo, hi in took_of(side):
                free = without(free, lo, hi)
        self._put(posting["asset"], _stepped(line, side, free))

    def _to(self, posting: Document, *, fund: bool) -> None:
        side = posting["to"]
        line = self._known(posting["asset"], side["account"])
        free = line.free
        if fund and "/" not in line.account:
            free = land(free, *landed(posting), places_of(side))
        self._put(posting["asset"], _stepped(line, side, free))

    def _known(self, asset: str, account: str) -> Line:
        return self.lines.get(asset, {}).get(account) or Line(account, 0, 0, 0, 0)

    def _put(self, asset: str, line: Line) -> None:
        self._assets[line.account] = asset
        self.lines.setdefault(asset, {})[line.account] = line

    def _reserve(self, holds: Document, sign: int) -> None:
        for moves in holds.values():
            for move in moves:
                asset, line = self._assets[move["from"]], self.lines[self._assets[move["from"]]][move["from"]]
                self._put(asset, replace(line, held=line.held + sign * int(move["amount"])))


def _stepped(line: Line, side: Document, free: Any) -> Line:  # noqa: ANN401 -- spans of any of the two books
    return Line(line.account, side["seq"], int(side["in"]), int(side["out"]), line.held, free)
