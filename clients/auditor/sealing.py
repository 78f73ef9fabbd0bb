"""What entries say of the journal itself, held against it: snapshots of all balances, and auditors' attestations.

Both are about earlier positions, so that segments that are decided side by side cannot judge them.  When the walk has
come so far, balances are added up once more, from leaves that were decided, as far as the newest snapshot reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from clients.auditor.tree import root_of
from ledger.attestations import differs
from ledger.folding import Fold
from ledger.merkle import HASH_BYTES
from ledger.replay import INCONSISTENT, RULE, Finding, first_difference
from ledger.snapshots import Line, Node, facts, levels, line_node, seal

Document = Mapping[str, Any]
KINDS = frozenset({"snapshot", "attestation"})


class Sealing:
    """The entries of these kinds, as they are met, and what is wrong with them; `leaf` reads one that was judged."""

    def __init__(self, leaf: Callable[[int], bytes]) -> None:
        self._leaf = leaf
        self._waiting: dict[int, Document] = {}
        self._fold = Fold()
        self._folded = 0
        self._nodes: dict[str, tuple[Line, Node]] = {}

    def take(self, position: int, document: Document) -> None:
        """Note an entry."""
        if document["type"] in KINDS:
            self._waiting[position] = document

    def findings(self, origin: str, hashes: bytes | bytearray) -> Iterator[Finding]:
        """What is wrong with the entries noted since the last time, in their order."""
        waiting, self._waiting = self._waiting, {}
        for position, document in sorted(waiting.items()):
            data = document["data"]
            if document["type"] == "attestation":
                found = differs(data, origin, lambda size: root_of(hashes[: size * HASH_BYTES]))
                if found is not None:
                    yield Finding(INCONSISTENT, position, *found, "leaf")
                continue
            expected = self._expected(data)
            if expected != data:
                field, wanted, actual = first_difference(expected, data, "data")
                yield Finding(RULE, position, field, wanted, actual, "leaf")

    def _expected(self, data: Document) -> Document:
        """The facts that this part of a snapshot should have."""
        through = data["through"]
        while self._folded <= through:
            self._fold.step(orjson.loads(self._leaf(self._folded)))
            self._folded += 1
        sealed = []
        for asset, lines in self._fold.lines.items():
            ordered = sorted(lines.values(), key=lambda line: line.account.encode())
            sealed.append(seal(asset, len(ordered), levels([self._node(line) for line in ordered])[-1][0]))
        parts = facts(through, sealed)
        return parts[min(data["part"], len(parts)) - 1] if parts else {}

    def _node(self, line: Line) -> Node:
        """The line's subtree, made anew only where the line is new."""
        known = self._nodes.get(line.account)
        if known is None or known[0] is not line:
            known = self._nodes[line.account] = line, line_node(line)
        return known[1]
