"""Proofs that an entry is in the journal, and that one tree continues another, for anyone to check."""

from dataclasses import dataclass

from db import trees
from db.plans import BadReadError
from ledger import merkle, tiles
from resolvers.context import Context


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That the leaf with this hash stands at `position` of the tree of `size` entries with this root."""

    position: int
    size: int
    leaf_hash: bytes
    root: bytes
    hashes: list[bytes]
    checkpoint: str | None


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That the tree of `first` entries is the beginning of that of `second`."""

    first: int
    second: int
    first_root: bytes
    second_root: bytes
    hashes: list[bytes]


async def prove_inclusion(ctx: Context, *, position: int, size: int | None = None) -> InclusionProof:
    """Prove entry `position` to be in the tree of `size` entries (the newest published one by default).

    Raises `BadReadError` when there is no such tree, or no such entry in it.  Two statements.
    """
    tree = await trees.tree_of(ctx.reader, ctx.journal.id, size)
    if size is None:
        size = tree.signed.size if tree.signed else tree.head
    if not 0 < size <= tree.head:
        raise BadReadError("size", f"the journal has {tree.head} entries")
    if not 0 <= position < size:
        raise BadReadError("position", f"the tree of {size} entries has positions 0 to {size - 1}")
    wanted = {*tiles.inclusion_tiles(position, size), *tiles.root_tiles(size), tiles.tile_of(0, position, size)}
    node = tiles.node_reader(await trees.tiles(ctx.reader, ctx.journal.id, wanted))
    return InclusionProof(
        position,
        size,
        node(0, position),
        merkle.root_at(size, node),
        merkle.inclusion_proof(position, size, node),
        tree.signed.note if tree.signed and tree.signed.size == size else None,
    )


async def prove_consistency(ctx: Context, *, first: int, second: int | None = None) -> ConsistencyProof:
    """Prove the tree of `second` entries (the newest published one by default) to continue that of `first`.

    Raises `BadReadError` when there are no such trees.  Two statements.
    """
    tree = await trees.tree_of(ctx.reader, ctx.journal.id, second)
    if second is None:
        second = tree.signed.size if tree.signed else tree.head
    if not 0 < second <= tree.head:
        raise BadReadError("second", f"the journal has {tree.head} entries")
    if not 0 < first <= second:
        raise BadReadError("first", f"must be from 1 to {second}")
    wanted = {*tiles.consistency_tiles(first, second), *tiles.root_tiles(first), *tiles.root_tiles(second)}
    # The tiles of the smaller tree are the same ones, less wide.
    node = tiles.node_reader(await trees.tiles(ctx.reader, ctx.journal.id, wanted))
    return ConsistencyProof(
        first,
        second,
        merkle.root_at(first, node),
        merkle.root_at(second, node),
        merkle.consistency_proof(first, second, node),
    )
