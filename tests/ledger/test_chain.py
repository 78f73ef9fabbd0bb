"""The chain: positions without gaps, and each entry naming the bytes before it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import canonical, chain
from ledger.errors import ChainError, EvidenceError


def journal(count: int) -> list[bytes]:
    """Return the leaves of a small journal."""
    leaves: list[bytes] = []
    for seq in range(count):
        prev = chain.prev_of(leaves[-1] if leaves else None)
        leaves.append(canonical.encode({"v": 1, "type": "test", "seq": seq, "prev": prev, "memo": "正文"}))
    return leaves


def read(leaves: list[bytes]) -> str:
    """Read the leaves as a verifier does; return what the next one must carry."""
    prev = chain.GENESIS_PREV
    for position, leaf in enumerate(leaves):
        _, prev = chain.read_link(leaf, position, prev)
    return prev


def test_a_journal_is_read_as_it_was_written() -> None:
    leaves = journal(4)
    assert read(leaves) == chain.prev_of(leaves[-1])
    assert canonical.decode(leaves[0])["prev"] == "0" * 64


@settings(max_examples=80)
@given(st.data())
def test_one_flipped_bit_in_any_leaf_is_refused_by_the_next(data: st.DataObject) -> None:
    leaves = journal(4)
    honest = chain.prev_of(leaves[-1])
    number = data.draw(st.integers(0, 3))
    leaf = bytearray(leaves[number])
    at = data.draw(st.integers(0, 8 * len(leaf) - 1))
    leaf[at // 8] ^= 1 << at % 8
    leaves[number] = bytes(leaf)
    try:
        assert read(leaves) != honest
    except EvidenceError:
        return
    # Only the last leaf has no successor to object; its hash is what the checkpoint's root commits to.
    assert number == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"seq": 2}, "seq"),
        ({"seq": True}, "seq"),
        ({"seq": "1"}, "seq"),
        ({"prev": "0" * 64}, "prev"),
        ({"prev": "A" * 64}, "prev"),
    ],
)
def test_a_broken_link_names_its_field(change: dict[str, Any], field: str) -> None:
    first, second = journal(2)
    document = canonical.decode(second) | change
    with pytest.raises(ChainError, match=f"entry 1: {field} should be") as caught:
        chain.check_link(document, 1, chain.prev_of(first))
    assert (caught.value.position, caught.value.field) == (1, field)
    assert caught.value.found == change[field]


def test_an_entry_without_links_is_refused() -> None:
    with pytest.raises(ChainError, match="seq should be 0 and is None"):
        chain.check_link({}, 0, chain.GENESIS_PREV)
    with pytest.raises(ChainError, match="prev"):
        chain.check_link({"seq": 0}, 0, chain.GENESIS_PREV)
