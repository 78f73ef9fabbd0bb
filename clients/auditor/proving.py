"""Proofs out of what a source serves: tiles in, inclusion or consistency out, and nothing believed unchecked."""

from collections.abc import Iterable, Sequence

from clients.auditor.errors import UndecidableError
from clients.auditor.source import Source
from ledger import merkle, tiles
from ledger.checkpoints import Checkpoint, open_checkpoint
from ledger.errors import EvidenceError, ProofError
from ledger.forks import Pair
from ledger.notes import Verifier


def nodes(source: Source, wanted: Iterable[tiles.Tile]) -> merkle.NodeReader:
    """Read the nodes of these tiles; raises `UndecidableError` for one that is missing or is no tile."""
    found: dict[tuple[int, int], bytes] = {}
    for tile in dict.fromkeys(wanted):
        body = source.resource(str(tile))
        if body is None:
            raise UndecidableError("no_resource", what=tile)
        try:
            data = tiles.read_tile(tile, body)
        except EvidenceError:
            raise UndecidableError("no_resource", what=tile) from None
        known = found.get((tile.level, tile.index), b"")
        found[tile.level, tile.index] = max(data, known, key=len)
    return tiles.node_reader(found)


def root_at(source: Source, size: int, within: int) -> bytes:
    """The root that the tiles of a tree of `within` leaves give its first `size` leaves."""
    wanted = tiles.tiles_for(merkle.subtrees(0, size), within)
    return merkle.root_at(size, nodes(source, wanted))


def consistency(source: Source, first: Checkpoint, second: Checkpoint) -> tuple[list[bytes], bytes | None]:
    """The proof between two heads, the first not the larger, and, if it contradicts the first, the root it has instead.

    Raises `UndecidableError` when the tiles are not those of the second head either: then they prove nothing.
    """
    if first.size in {second.size, 0}:
        return [], None if first.size == 0 or first.root == second.root else second.root
    wanted = [
        *tiles.consistency_tiles(first.size, second.size), *tiles.root_tiles(second.size),
        *tiles.tiles_for(merkle.subtrees(0, first.size), second.size),
    ]  # fmt: skip
    node = nodes(source, wanted)
    proof = merkle.consistency_proof(first.size, second.size, node)
    there = merkle.root_at(first.size, node)
    try:
        merkle.verify_consistency(first.size, second.size, there, second.root, proof)
    except ProofError as error:
        raise UndecidableError("no_proof", why=error) from None
    return proof, None if there == first.root else there


def held_together(source: Source | None, keys: Sequence[Verifier], one: bytes, another: bytes) -> Pair:
    """Two signed heads with the proof between them, out of the larger one's tiles.

    Raises `EvidenceError` for a head that none of the keys signed, and `UndecidableError` when there is no source and
    the sizes differ, or when its tiles are not those of the larger head.
    """
    notes = sorted((one.decode(), another.decode()), key=lambda note: open_checkpoint(note, keys).size)
    first, second = (open_checkpoint(note, keys) for note in notes)
    proof, other = list[bytes](), None
    if first.size not in {0, second.size}:
        if source is None:
            raise UndecidableError("heads_unproven", first=first.size, second=second.size)
        proof, other = consistency(source, first, second)
    return Pair(tuple(keys), notes[0], notes[1], tuple(proof), other)


def inclusion(source: Source, index: int, size: int) -> merkle.NodeReader:
    """The nodes from which the inclusion proof of a leaf is made."""
    return nodes(source, tiles.inclusion_tiles(index, size))
