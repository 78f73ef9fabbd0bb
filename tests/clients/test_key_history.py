"""An auditor who pinned a key follows it through a rotation; one who is shown another's rotation does not."""

from __future__ import annotations

import pytest

from clients.auditor.verification import Options, verify
from ledger import checkpoints, notes
from tests.clients.books import ORIGIN, SIGNER, Book, small
from tests.clients.serving import Memory

NEXT = notes.Signer(ORIGIN, bytes([7]) * 32)
ELSEWHERE = notes.Signer("else.where/log", bytes([8]) * 32)


def signed(book: Book, *signers: notes.Signer) -> None:
    """Publish the book's head as signed by these."""
    head = checkpoints.Checkpoint(ORIGIN, len(book.leaves), book.publish().frontier.root())
    book.note = book.tables["checkpoint"][-1]["note"] = checkpoints.sign(head, *signers)


def rotated(*overlap: notes.Signer) -> Book:
    """A book whose key was rotated; heads were signed by these while both keys were named."""
    book = small()
    both, alone = [SIGNER.verifier.public.hex(), NEXT.verifier.public.hex()], [NEXT.verifier.public.hex()]
    book.do("key_rotated", by=None, keys=both)
    if overlap:
        signed(book, *overlap)
    book.do("key_rotated", by=None, keys=alone)
    signed(book, NEXT)
    return book


def verdict(book: Book, key: notes.Signer = SIGNER, *, projections: bool = True) -> int:
    """The exit code."""
    options = Options(key=str(key.verifier), projections=projections, sleep=lambda _seconds: None)
    return verify(Memory(book), "memory", options).exit


def test_who_pinned_the_first_key_follows() -> None:
    assert verdict(rotated(SIGNER, NEXT)) == 0


def test_who_pinned_the_second_key_need_not() -> None:
    assert verdict(rotated(SIGNER, NEXT), NEXT) == 0


def test_a_rotation_that_the_first_key_never_signed_is_a_strangers() -> None:
    assert verdict(rotated(NEXT)) == 1
    assert verdict(rotated()) == 1


def test_a_retired_key_signs_nothing_more() -> None:
    book = rotated(SIGNER, NEXT)
    book.tables["checkpoint"].pop()
    signed(book, SIGNER)
    assert verdict(book) == 1


def head(signer: notes.Signer) -> bytes:
    """A head of this signer's log."""
    return checkpoints.sign(checkpoints.Checkpoint(signer.verifier.name, 1, bytes(32)), signer).encode()


@pytest.mark.parametrize(
    ("kept", "code"),
    [(head(NEXT), "known_unsigned"), (head(ELSEWHERE), "known_other"), (b"no note", "known_unread")],
)
def test_a_kept_head_of_another_key_or_log_decides_nothing_and_says_why(kept: bytes, code: str) -> None:
    options = Options(key=str(SIGNER.verifier), known=kept, sleep=lambda _seconds: None)
    report = verify(Memory(small()), "memory", options)
    assert report.exit == 3
    assert report.undecided is not None
    assert report.undecided[0] == code
    assert "--known" in report.sentence("en")


def test_a_head_kept_before_a_rotation_is_followed() -> None:
    book = rotated(SIGNER, NEXT)
    early = str(book.tables["checkpoint"][0]["note"]).encode()
    options = Options(key=str(SIGNER.verifier), known=early, sleep=lambda _seconds: None)
    assert verify(Memory(book), "memory", options).exit == 0
