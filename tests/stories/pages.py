"""A small book told on a page: the pages that stories and SPEC.md show, and the commands behind them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ledger.commands import Command, Move
from ledger.decide import Accepted, decide
from ledger.entries import places_of, took_of
from ledger.flows import Flow, Slice, Slices, backward, forward
from ledger.projections import slices
from ledger.state import State

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
SHORT = {"outside/water/": "", "/CNY/2": "", "/GOODS:pump/0": " (goods)"}


class Small:
    """A journal whose ids are its positions and whose clock stands still, so that its bytes are always the same."""

    def __init__(self) -> None:
        self.state = State(entries={})
        self.leaves: list[bytes] = []
        self.slices: list[Slice] = []

    def add(self, kind: str, data: dict[str, Any] | None = None, *moves: Move, **fields: Any) -> int:  # noqa: ANN401 -- any field
        """Record a command (`custody` moves and other fields by name) and return its position."""
        position = self.state.head.size
        known: dict[str, Any] = {
            "id": f"00000000-0000-7000-8000-{position:012d}", "mode": "instructed", "actor": "key-1",
            "effective": "2026-02-28", "organization": "water",
        }  # fmt: skip
        made = Command(kind=kind, data=data or {}, fund=moves, **(known | fields))
        accepted = decide(self.state, made, NOW)
        assert isinstance(accepted, Accepted)
        self.leaves.append(accepted.leaf)
        self.slices += slices(accepted.document)
        return position

    def free(self, account: str) -> str:
        """An account's queue: units as [lo, hi), with the place where it differs."""
        spans = self.state.accounts[account].free
        return " ".join(f"[{lo},{hi})" + ("" if place == lo else f"@{place}") for place, lo, hi in spans) or "nothing"

    def page(self, first: int = 0) -> str:
        """The fund book from an entry on, a line a posting: position, kind, from, to, amount, units taken, places."""
        lines = []
        for position in range(first, self.state.head.size):
            document = self.state.entries[position]
            told = [f"{document['type']:<16}  {_line(posting)}" for posting in document.get("fund", ())]
            told += [
                f"{'':<16}  receivable of {short(item['account'])}: {item['amount']}"
                for item in document.get("receivable", ())
            ]
            told += [f"{'':<16}  breach {breach['code']}" for breach in document.get("breaches", ())]
            lines += [f"{position:>2}  {line}" for line in told]
        return "\n".join(line.rstrip() for line in lines)

    def landings(self, position: int) -> list[Slice]:
        """The slices of an entry."""
        return [item for item in self.slices if item.position == position]

    def forward(self, position: int, as_of: int | None = None) -> str:
        """Where an entry's money went, as lines."""
        return _ends(forward(self.landings(position), Slices(self.slices, as_of=as_of)), onward=True)

    def backward(self, position: int) -> str:
        """Where an entry's money came from, as lines."""
        return _ends(backward(self.landings(position), Slices(self.slices)), onward=False)


def _line(posting: dict[str, Any]) -> str:
    spans = took_of(posting["from"])
    took = " ".join(f"[{lo},{hi})" + ("" if place == lo else f"@{place}") for place, lo, hi in spans)
    places = places_of(posting["to"])
    back = "" if places is None else "  back to " + " ".join(f"[{place},{place + n})" for place, n in places)
    move = f"{short(posting['from']['account'])} -> {short(posting['to']['account'])}"
    return f"{move:<40} {posting['amount']:>5}  {took}{back}"


def _ends(flow: Flow, *, onward: bool) -> str:
    """Pieces of one path as one line: how many units, where they are or came from, and the entries on the way."""
    lines = []
    for piece in flow.ends:
        way = "-".join(str(position) for position, _ in piece.path)
        where = short(piece.axis) if onward else f"{short(piece.axis)} in entry {piece.path[-1][0]}"
        lines.append(f"{piece.share:>5}  {where}  [{piece.lo},{piece.hi})  by {way}")
    return "\n".join(lines)


def short(account: str) -> str:
    """An account's name as a page shows it."""
    for long, text in SHORT.items():
        account = account.replace(long, text)
    return account
