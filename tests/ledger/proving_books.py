"""Bundles made out of a random book with snapshots in it, as an honest server makes them, and as a liar would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from ledger import checkpoints, flows, merkle, multiproofs
from ledger.bundles import Balance, Bundle
from ledger.checkpoints import Checkpoint
from ledger.flows import Slices
from ledger.folding import Fold
from ledger.notes import Signer
from ledger.proven_traces import starts_of
from ledger.snapshots import Balances, LineProof, line_node, siblings
from tests.ledger.books import Book, command

LOG = Signer("mingzhang.test/book", sha256(b"the log of proving books").digest())
KEYS = (LOG.verifier,)


class Proving:
    """A finished book: its leaves, its signed head, and lines of its snapshots."""

    def __init__(self, seed: int, steps: int, every: int) -> None:
        book = Book(seed, watched=False)
        for n in range(steps):
            book.step()
            if n % every == every - 1:
                balances = Balances()
                balances.step(0, book.state.accounts.values())
                [data] = balances.facts(book.state.head.size - 1)
                book.step()  # others write meanwhile
                book.record(command("snapshot", data, organization=None))
        self.book = book
        self.documents: list[dict[str, Any]] = [book.document(n) for n in range(len(book.leaves))]
        self.hashes = [merkle.leaf_hash(leaf) for leaf in book.leaves]
        self.note = checkpoints.sign(Checkpoint(LOG.name, len(self.hashes), merkle.root(self.hashes)), LOG)
        self.snapshots = {d["seq"]: d["data"]["through"] for d in self.documents if d["type"] == "snapshot"}

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree."""
        return merkle.root(self.hashes[index << level : (index + 1) << level])

    @cache  # noqa: B019 -- books live as long as the tests
    def fold(self, through: int) -> Fold:
        """All accounts after an entry."""
        fold = Fold()
        for document in self.documents[: through + 1]:
            fold.step(document)
        return fold

    def newest(self, most: int) -> int | None:
        """The newest snapshot's entry that reaches no further than `most`."""
        return max((at for at, through in self.snapshots.items() if through <= most), default=None)

    def balance(self, account: str, most: int) -> list[Balance]:
        """An account's line in the newest snapshot up to a position, if it has one."""
        at = self.newest(most)
        if at is None:
            return []
        fold = self.fold(self.snapshots[at])
        found = fold.line(account)
        if found is None:
            return []
        asset, line = found
        ordered = sorted(fold.lines[asset].values(), key=lambda other: other.account.encode())
        index = ordered.index(line)
        path = siblings([line_node(other) for other in ordered], index)
        return [Balance(line, asset, at, LineProof(index, tuple(path)))]

    def bundle(
        self, kind: str, claim: Mapping[str, Any], positions: Iterable[int], balances: Iterable[Balance] = ()
    ) -> Bundle:  # fmt: skip
        """Any leaves of the book, with a proof that holds."""
        lines = tuple(balances)
        wanted = sorted(set(positions) | {line.snapshot for line in lines})
        hashes = multiproofs.prove(wanted, len(self.hashes), self.node)
        leaves = tuple(self.book.leaves[at] for at in wanted)
        return Bundle(kind, claim, self.note, leaves, tuple(hashes), lines)

    def trace(self, entry: int, as_of: int) -> tuple[Bundle, flows.Flow]:
        """An honest trace, and the flow over the whole book."""
        found = Slices(self.book.slices, as_of=as_of)
        flow = flows.forward(starts_of(self.book.slices, entry, None), found)
        rests = {piece.axis for piece in flow.ends if not piece.axis.startswith("posting/")}
        balances = [line for account in sorted(rests) for line in self.balance(account, as_of)]
        positions = {position for _, piece in flow.steps for position, _ in piece.path}
        return self.bundle("trace", {"entry": entry, "asOf": as_of}, positions, balances), flow

    def touching(self, account: str) -> list[int]:
        """The entries that touch an account."""
        return sorted({
            document["seq"] for document in self.documents for book in ("fund", "custody")
            for posting in document.get(book, ()) if account in (posting["from"]["account"], posting["to"]["account"])
        })  # fmt: skip

    def statement(self, account: str, start: int, end: int) -> Bundle:
        """An honest statement."""
        mine = self.touching(account)
        inside = [at for at in mine if start <= at <= end]
        before, after = [at for at in mine if at < start][-1:], [at for at in mine if at > end][:1]
        balances = [] if after else self.balance(account, end)
        return self.bundle(
            "statement", {"account": account, "from": start, "to": end}, [*before, *inside, *after], balances
        )


@cache
def proving(seed: int, steps: int = 60, every: int = 25) -> Proving:
    """A book, made once."""
    return Proving(seed, steps, every)
