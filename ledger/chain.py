"""How each entry names the one before.

An entry's `seq` is its position, counted from 0 without gaps, and its `prev` is the leaf hash of the entry before it
in lower-case hex; the first entry's `prev` is 64 zeros, which is no SHA-256 of anything known.  The chain tells
*where* a journal was damaged; proofs use only the tree (`merkle`), which tells *that* it was.
"""

from collections.abc import Mapping
from typing import Any, Final

from ledger import canonical, merkle
from ledger.errors import ChainError

GENESIS_PREV: Final = "0" * 64


def prev_of(leaf: bytes | None) -> str:
    """Return what the entry after `leaf` must carry as `prev`; `None` stands for "nothing before"."""
    return GENESIS_PREV if leaf is None else merkle.leaf_hash(leaf).hex()


def check_link(document: Mapping[str, Any], position: int, prev: str) -> None:
    """Raise `ChainError` unless `document` stands at `position` and names `prev` as the leaf hash before it."""
    seq = document.get("seq")
    # True == 1 in Python, but not in a leaf.
    if type(seq) is not int or seq != position:
        raise ChainError(position, "seq", position, seq)
    if document.get("prev") != prev:
        raise ChainError(position, "prev", prev, document.get("prev"))


def read_link(leaf: bytes, position: int, prev: str) -> tuple[dict[str, Any], str]:
    """Return the document of `leaf`, proven to continue the chain, and the `prev` that the next one must carry.

    Raises `ProfileError` for bytes that would not have been written so, and `ChainError` for a broken link.
    """
    document = canonical.decode(leaf)
    check_link(document, position, prev)
    return document, prev_of(leaf)
