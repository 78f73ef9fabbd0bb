"""Proof bundles made out of a source (an archive, a mirror, a server that shows its leaves): read, never believed.

What a source claims is not asked: slices, sequence numbers and balances are worked out from its leaves, and a bundle is
checked before it is handed on, like one that came from elsewhere.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from clients.auditor import proving
from clients.auditor.errors import UndecidableError
from clients.auditor.pins import head_in
from clients.auditor.source import Source
from ledger import canonical, flows, merkle, multiproofs, tiles
from ledger.bundles import Balance, Bundle
from ledger.errors import EvidenceError, LedgerError
from ledger.flows import Slice, Slices
from ledger.folding import Fold
from ledger.notes import Verifier
from ledger.projections import slices
from ledger.proven_statements import lines_of
from ledger.proven_traces import starts_of
from ledger.snapshots import LineProof, line_node, siblings

Document = dict[str, Any]


@dataclass
class Reader:
    """The leaves below a signed head of a source, and what they say of snapshots."""

    source: Source
    note: str
    size: int
    _through: dict[int, tuple[int, list[str]]] | None = field(default=None)

    @classmethod
    def of(cls, source: Source, key: Verifier) -> "Reader":
        """The newest head that the key signed; raises `UndecidableError`, or `EvidenceError` for a false one."""
        note = source.checkpoint()
        return cls(source, note.decode(), head_in(note, key).size)

    def leaves(self, index: int) -> list[bytes]:
        """The leaves of one entry bundle."""
        bundle = tiles.Bundle(index, tiles.width_at(0, index, self.size))
        body = self.source.resource(str(bundle))
        try:
            found = tiles.decode_bundle(body or b"")[: bundle.width]
        except EvidenceError:
            found = []
        if len(found) < bundle.width:
            raise UndecidableError("no_resource", what=bundle)
        return found

    def documents(self, size: int | None = None) -> Iterator[Document]:
        """The first `size` entries, or all."""
        end = self.size if size is None else size
        for index in range(-(-end // tiles.WIDTH)):
            for leaf in self.leaves(index)[: end - index * tiles.WIDTH]:
                yield _decoded(leaf)

    def snapshots(self) -> dict[int, tuple[int, list[str]]]:
        """Every snapshot entry: how far it reaches, and its assets."""
        if self._through is None:
            self._through = {
                document["seq"]: (document["data"]["through"], [a["asset"] for a in document["data"]["assets"]])
                for document in self.documents() if document["type"] == "snapshot"
            }  # fmt: skip
        return self._through

    def newest(self, asset: str | None, most: int) -> tuple[int, int] | None:
        """The newest snapshot (of an asset) that reaches no further than `most`: its entry, and how far."""
        found = [
            (position, through)
            for position, (through, assets) in self.snapshots().items()
            if through <= most and asset in (None, *assets)
        ]
        return max(found, default=None)


def balance(source: Source, key: Verifier, account: str) -> Bundle:
    """An account's line in the newest snapshot; raises `UndecidableError`."""
    reader = Reader.of(source, key)
    asset = _asset_of(reader, account)
    found = _lines(reader, {account: asset}, reader.size - 1)
    if not found:
        raise UndecidableError("no_snapshot", account=account)
    return _assembled(reader, "balance", {"account": account}, set(), found)


def statement(source: Source, key: Verifier, account: str, start: int, end: int | None) -> Bundle:
    """An account's entries at positions `start` to `end`; raises `UndecidableError`."""
    reader = Reader.of(source, key)
    asset = _asset_of(reader, account)
    newest = reader.newest(asset, reader.size - 1 if end is None else max(start, end))
    if end is None:
        end = reader.size - 1 if newest is None or newest[1] < start else newest[1]
    mine = [document["seq"] for document in reader.documents() if any(lines_of(document, account))]
    first, last = bisect_left(mine, start), bisect_left(mine, end + 1)
    positions = set(mine[max(0, first - 1) : last + 1])
    closed = last < len(mine)
    found = [] if closed or newest is None else _lines(reader, {account: asset}, newest[1])
    claim = {"account": account, "from": start, "to": end}
    return _assembled(reader, "statement", claim, positions, found)


def trace(source: Source, key: Verifier, entry: int, posting: int | None, as_of: int | None) -> Bundle:
    """The way of a donation; raises `UndecidableError`."""
    reader = Reader.of(source, key)
    if as_of is None:
        newest = reader.newest(None, reader.size - 1)
        as_of = reader.size - 1 if newest is None or newest[1] < entry else newest[1]
    every: list[Slice] = []
    assets: dict[str, str] = {}
    for document in reader.documents(min(as_of + 1, reader.size)):
        every += slices(document)
        for found in document.get("fund", ()):
            assets[found["to"]["account"]] = found["asset"]
    starts = starts_of(every, entry, posting)
    if not starts:
        raise UndecidableError("no_donation", position=entry)
    flow = flows.forward(starts, Slices(every))
    rests = {piece.axis for piece in flow.ends if not piece.axis.startswith("posting/")}
    lines = _lines(reader, {account: assets[account] for account in rests}, as_of)
    positions = {position for _, piece in flow.steps for position, _ in piece.path}
    claim = {"entry": entry, "asOf": as_of} | ({} if posting is None else {"posting": posting})
    return _assembled(reader, "trace", claim, positions, lines)


def _asset_of(reader: Reader, account: str) -> str:
    for document in reader.documents():
        if document["type"] == "account_opened" and document["data"]["account"] == account:
            return str(document["data"]["asset"])
        for book in ("fund", "custody"):
            for posting in document.get(book, ()):
                if account in (posting["from"]["account"], posting["to"]["account"]):
                    return str(posting["asset"])
    raise UndecidableError("no_account", account=account)


def _lines(reader: Reader, accounts: Mapping[str, str], most: int) -> list[Balance]:
    """The lines of accounts in the newest snapshots of their assets that reach no further than `most`."""
    newest = {asset: reader.newest(asset, most) for asset in set(accounts.values())}
    reached = {found[1] for found in newest.values() if found is not None}
    if not reached:
        return []
    fold = Fold()
    made: list[Balance] = []
    for document in reader.documents(max(reached) + 1):
        fold.step(document)
        if document["seq"] in reached:
            made += _stand(fold, document["seq"], accounts, newest)
    return sorted(made, key=lambda balance: balance.line.account)


def _stand(
    fold: Fold, through: int, accounts: Mapping[str, str], newest: Mapping[str, tuple[int, int] | None]
) -> Iterator[Balance]:  # fmt: skip
    for account, asset in accounts.items():
        found, lines = newest[asset], fold.lines.get(asset, {})
        if found is None or found[1] != through or account not in lines:
            continue
        ordered = sorted(lines.values(), key=lambda line: line.account.encode())
        index = ordered.index(lines[account])
        path = siblings([line_node(line) for line in ordered], index)
        yield Balance(lines[account], asset, found[0], LineProof(index, tuple(path)))


def _assembled(
    reader: Reader, kind: str, claim: Mapping[str, Any], positions: set[int], balances: Iterable[Balance]
) -> Bundle:  # fmt: skip
    lines = tuple(balances)
    wanted = sorted(positions | {line.snapshot for line in lines})
    if not wanted:
        raise UndecidableError("nothing_to_show")
    leaves = []
    kept: dict[int, list[bytes]] = {}
    for position in wanted:
        index, offset = divmod(position, tiles.WIDTH)
        if index not in kept:
            kept = {index: reader.leaves(index)}
        leaves.append(kept[index][offset])
    nodes = merkle.needed_nodes(multiproofs.ranges(wanted, reader.size))
    node = proving.nodes(reader.source, tiles.tiles_for(nodes, reader.size))
    hashes = tuple(multiproofs.prove(wanted, reader.size, node))
    return Bundle(kind, claim, reader.note, tuple(leaves), hashes, lines)


def _decoded(leaf: bytes) -> Document:
    try:
        return canonical.decode(leaf)
    except LedgerError as error:
        raise UndecidableError("no_proof", why=error) from None
