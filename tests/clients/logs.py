"""Logs made of leaf hashes alone, honest and lying, and requests about them."""

from __future__ import annotations

from hashlib import sha256

from ledger import checkpoints, merkle, notes
from ledger.checkpoints import Checkpoint
from ledger.witnesses import Request

LOG = notes.Signer("mingzhang.test/witnessed", sha256(b"a log of the tests").digest())


def hashes(count: int, kind: str = "", *, shared: int = 0) -> list[bytes]:
    """Leaf hashes; those of another kind differ after the first `shared`."""
    return [merkle.leaf_hash(f"{kind if n >= shared else ''}{n}".encode()) for n in range(count)]


def head(leaves: list[bytes], signer: notes.Signer = LOG) -> str:
    """The signed head."""
    return checkpoints.sign(Checkpoint(signer.name, len(leaves), merkle.root(leaves)), signer)


def consistency(first: int, leaves: list[bytes]) -> tuple[bytes, ...]:
    """The proof from the first leaves to all."""

    def node(level: int, index: int) -> bytes:
        return merkle.root(leaves[index << level : (index + 1) << level])

    return tuple(merkle.consistency_proof(first, len(leaves), node)) if first else ()


def request(old: int, leaves: list[bytes], signer: notes.Signer = LOG) -> bytes:
    """A request with an honest proof."""
    return str(Request(old, consistency(old, leaves), head(leaves, signer))).encode()
