"""Receipts (c2sp.org/tlog-proof): built, read strictly, verified offline; a bit flipped anywhere is refused."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import checkpoints, merkle, notes, receipts
from ledger.checkpoints import Checkpoint
from ledger.errors import EvidenceError, ReceiptError
from ledger.receipts import Receipt

LOG = notes.Signer("example.org/log", sha256(b"log").digest())
WITNESS = notes.Signer("example.org/witness", sha256(b"witness").digest(), notes.COSIGNATURE_V1)
KEYS = [LOG.verifier, WITNESS.verifier]
LEAVES = [f'{{"seq":{n},"text":"收据"}}'.encode() for n in range(11)]


def receipt(index: int, size: int = 11, *, leaf: bool = True) -> Receipt:
    """An honest receipt."""
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES[:size]]
    note = checkpoints.sign(Checkpoint(LOG.name, size, merkle.root(hashes)), LOG)
    note = checkpoints.add_cosignatures(note, [checkpoints.cosign(note, [LOG.verifier], WITNESS, 7)])

    def node(level: int, at: int) -> bytes:
        return merkle.root(hashes[at << level : (at + 1) << level])

    return receipts.build(index, note, node, LEAVES[index] if leaf else None)


@given(st.integers(1, 11).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_every_leaf_has_a_receipt_that_is_read_as_it_is_printed(place: tuple[int, int]) -> None:
    size, index = place
    made = receipt(index, size)
    again = Receipt.parse(str(made).encode())
    assert again == made
    opened = again.verify(KEYS)
    assert (opened.checkpoint.size, opened.cosignatures[0].time) == (size, 7)


def test_the_form_of_the_specification() -> None:
    lines = str(receipt(3)).split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ")
    assert lines[2] == "index 3"
    assert lines.index("") == 3 + len(receipt(3).hashes)
    assert str(receipt(3, leaf=False)).split("\n")[1] == "index 3"


def test_the_leaf_may_come_from_elsewhere() -> None:
    bare = receipt(3, leaf=False)
    assert bare.verify(KEYS, LEAVES[3]).checkpoint.size == 11
    with pytest.raises(ReceiptError, match="does not hold"):
        bare.verify(KEYS)
    with pytest.raises(EvidenceError, match="another root"):
        bare.verify(KEYS, LEAVES[4])
    with pytest.raises(ReceiptError, match="another leaf"):
        receipt(3).verify(KEYS, LEAVES[4])


def test_without_the_logs_key_nothing_is_believed() -> None:
    with pytest.raises(EvidenceError):
        receipt(3).verify([WITNESS.verifier])


@given(st.data())
def test_a_changed_byte_is_refused(data: st.DataObject) -> None:
    body = str(receipt(data.draw(st.integers(0, 10)))).encode()
    at = data.draw(st.integers(0, len(body) - 1))
    changed = body[:at] + bytes([body[at] ^ data.draw(st.integers(1, 255))]) + body[at + 1 :]
    try:
        opened = Receipt.parse(changed).verify(KEYS)
    except EvidenceError:
        return
    # A line whose key is no longer known by that name is ignored, as notes want it.
    assert not opened.cosignatures


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("index 3", "index 03"),
        ("index 3", "index +3"),
        ("index 3", "index 9223372036854775807"),
        ("index 3\n", ""),
        ("index 3\n", "index 3\nindex 3\n"),
        ("extra ", "extra  "),
        ("extra ", "Extra "),
        ("extra ", "extra x\nextra "),
        ("index 3\n", "index 3\nAAAA\n"),
        ("\n\n", "\n"),
        ("\n", "\r\n"),
        ("c2sp", "\ufeffc2sp"),
    ],
)
def test_what_is_no_receipt(old: str, new: str) -> None:
    text = str(receipt(3))
    assert old in text
    with pytest.raises(ReceiptError):
        Receipt.parse(text.replace(old, new, 1).encode() if old != "\n\n" else text.replace(old, new).encode())


def test_limits() -> None:
    with pytest.raises(ReceiptError, match="at most"):
        Receipt.parse(b"x" * (receipts.MAX_BYTES + 1))
    with pytest.raises(ReceiptError, match="UTF-8"):
        Receipt.parse(b"\xff")
