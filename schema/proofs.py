"""Proofs of the Merkle tree."""

from typing import Annotated

import strawberry

from resolvers import proofs
from resolvers.context import Context
from schema.scalars import BigInt, Hex

Info = strawberry.Info[Context, None]
Position = Annotated[BigInt, strawberry.argument(description="The position of the entry.")]
Size = Annotated[
    BigInt | None, strawberry.argument(description="The size of the tree; the newest published one when left out.")
]
First = Annotated[BigInt, strawberry.argument(description="The size of the smaller tree.")]
Second = Annotated[
    BigInt | None,
    strawberry.argument(description="The size of the larger tree; the newest published one when left out."),
]


@strawberry.type
class InclusionProof:
    """That a leaf stands at a position of a tree (RFC 9162, section 2.1.3); anyone can check it."""

    position: BigInt
    """The position of the entry."""
    size: BigInt
    """The size of the tree."""
    leaf_hash: Hex
    """SHA-256 of a zero byte and the leaf."""
    root: Hex
    """The root of the tree."""
    hashes: list[Hex]
    """The proof, from the leaf upwards."""
    checkpoint: str | None
    """The signed note of exactly this tree, if it was published."""


@strawberry.type
class ConsistencyProof:
    """That one tree is the beginning of another (RFC 9162, section 2.1.4): nothing before was changed."""

    first: BigInt
    """The size of the smaller tree."""
    second: BigInt
    """The size of the larger tree."""
    first_root: Hex
    """The root of the smaller tree."""
    second_root: Hex
    """The root of the larger tree."""
    hashes: list[Hex]
    """The proof."""


@strawberry.type
class ProofQueries:
    """Proofs."""

    @strawberry.field
    async def inclusion_proof(self, info: Info, position: Position, size: Size = None) -> InclusionProof:
        """Prove an entry to be in the tree of `size` entries, by default the newest published one."""
        found = await proofs.prove_inclusion(info.context, position=position, size=size)
        return InclusionProof(
            position=BigInt(found.position),
            size=BigInt(found.size),
            leaf_hash=Hex(found.leaf_hash),
            root=Hex(found.root),
            hashes=[Hex(item) for item in found.hashes],
            checkpoint=found.checkpoint,
        )

    @strawberry.field
    async def consistency_proof(self, info: Info, first: First, second: Second = None) -> ConsistencyProof:
        """Prove the tree of `second` entries, by default the newest published one, to continue that of `first`."""
        found = await proofs.prove_consistency(info.context, first=first, second=second)
        return ConsistencyProof(
            first=BigInt(found.first),
            second=BigInt(found.second),
            first_root=Hex(found.first_root),
            second_root=Hex(found.second_root),
            hashes=[Hex(item) for item in found.hashes],
        )
