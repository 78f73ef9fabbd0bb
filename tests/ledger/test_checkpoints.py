"""Checkpoints: three lines, one spelling, and the log's own signature."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import checkpoints, merkle, notes
from ledger.checkpoints import Checkpoint
from ledger.errors import CheckpointError, EvidenceError, NoteError

ORIGIN = "example.org/journals/main"
LOG = notes.Signer(ORIGIN, bytes(range(32)))
WITNESS = notes.Signer("witness.example/w1", bytes(range(1, 33)), notes.COSIGNATURE_V1)
HEAD = Checkpoint(ORIGIN, 42, bytes(range(32)))

SIZES = st.integers(1, checkpoints.MAX_SIZE)
ROOTS = st.binary(min_size=32, max_size=32)


@settings(max_examples=60)
@given(SIZES, ROOTS)
def test_what_is_printed_is_read(size: int, root: bytes) -> None:
    head = Checkpoint(ORIGIN, size, root)
    assert Checkpoint.parse(str(head)) == head
    assert checkpoints.open_checkpoint(checkpoints.sign(head, LOG), [LOG.verifier]) == head


@pytest.mark.parametrize("size", ["+42", "042", "4_2", " 42", "42 ", "٤٢", "-42", "4.2", "", "0x2a", "9" * 5000])
def test_a_size_has_one_spelling(size: str) -> None:
    with pytest.raises(CheckpointError):
        Checkpoint.parse(str(HEAD).replace("42", size, 1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        str(HEAD)[:-1],
        str(HEAD) + "extension\n",
        str(HEAD) + "\n",
        str(HEAD).replace("=", ""),
        str(HEAD).replace("8=", "9="),
        str(HEAD).replace("Hh8=", "HhUf"),
        str(HEAD).replace("AAEC", "ААЕС"),
        "\n" + str(HEAD).split("\n", 1)[1],
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError):
        Checkpoint.parse(text)


def test_the_empty_tree_has_one_root() -> None:
    assert Checkpoint.parse(str(Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT))).size == 0
    with pytest.raises(CheckpointError, match="empty tree"):
        Checkpoint(ORIGIN, 0, bytes(32))
    for origin, size, root in ((ORIGIN, -1, bytes(32)), (ORIGIN, 2**63, bytes(32)), ("a\nb", 1, bytes(32))):
        with pytest.raises(CheckpointError):
            Checkpoint(origin, size, root)


def test_only_the_log_makes_a_checkpoint() -> None:
    with pytest.raises(CheckpointError, match="under its origin"):
        checkpoints.sign(HEAD, notes.Signer("example.org/other", bytes(32)))
    by_witness = str(notes.Note(str(HEAD), (WITNESS.sign(str(HEAD), 5),)))
    with pytest.raises(CheckpointError, match="no known key of"):
        checkpoints.open_checkpoint(by_witness, [LOG.verifier, WITNESS.verifier])
    # A cosigning key that borrows the log's name is still no log key.
    borrowed = notes.Signer(ORIGIN, bytes(range(3, 35)), notes.COSIGNATURE_V1)
    note = str(notes.Note(str(HEAD), (borrowed.sign(str(HEAD), 5),)))
    with pytest.raises(CheckpointError, match="no known key of"):
        checkpoints.open_checkpoint(note, [borrowed.verifier])


def test_a_key_is_replaced_through_a_checkpoint_that_both_sign() -> None:
    new = notes.Signer(ORIGIN, bytes(range(5, 37)))
    note = checkpoints.sign(HEAD, LOG, new)
    for known in ([LOG.verifier], [new.verifier], [LOG.verifier, new.verifier]):
        assert checkpoints.open_checkpoint(note, known) == HEAD


def test_witnesses_cosign_what_the_log_signed() -> None:
    note = checkpoints.sign(HEAD, LOG)
    line = checkpoints.cosign(note, [LOG.verifier], WITNESS, 1_700_000_000)
    cosigned = checkpoints.add_cosignatures(note, [line, line])
    assert checkpoints.add_cosignatures(cosigned, [line]) == cosigned
    assert checkpoints.add_cosignatures(note, []) == note
    opened = checkpoints.open_cosigned(cosigned, [LOG.verifier, WITNESS.verifier])
    assert opened.checkpoint == HEAD
    assert [(seen.verifier.name, seen.time) for seen in opened.cosignatures] == [("witness.example/w1", 1_700_000_000)]
    with pytest.raises(NoteError):
        checkpoints.cosign(note, [WITNESS.verifier], WITNESS, 5)


@settings(max_examples=120)
@given(st.integers(0, 8 * len(checkpoints.sign(HEAD, LOG).encode()) - 1))
def test_one_flipped_bit_anywhere_in_a_signed_checkpoint_is_refused(at: int) -> None:
    note = bytearray(checkpoints.sign(HEAD, LOG).encode())
    note[at // 8] ^= 1 << at % 8
    with pytest.raises(EvidenceError):
        checkpoints.open_checkpoint(bytes(note), [LOG.verifier])
