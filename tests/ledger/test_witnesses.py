"""What a witness signs and refuses, in the order of c2sp.org/tlog-witness; and that it never signs two roots."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import checkpoints, merkle, notes, witnesses
from ledger.checkpoints import Checkpoint
from ledger.errors import NoteError, RequestError
from ledger.witnesses import Decision, Head, Latest, Request

LOG = notes.Signer("example.org/log", sha256(b"log").digest())
OTHER = notes.Signer("example.org/other", sha256(b"other").digest())
WITNESS = notes.Signer("example.org/witness", sha256(b"witness").digest(), notes.COSIGNATURE_V1)
LOGS = {LOG.name: [LOG.verifier]}
NOW = 1_700_000_000


def leaves(count: int, kind: str = "") -> list[bytes]:
    """Leaf hashes."""
    return [merkle.leaf_hash(f"{kind}{n}".encode()) for n in range(count)]


def note_of(hashes: list[bytes], signer: notes.Signer = LOG) -> str:
    """A signed head."""
    return checkpoints.sign(Checkpoint(signer.name, len(hashes), merkle.root(hashes)), signer)


def proof(first: int, hashes: list[bytes]) -> tuple[bytes, ...]:
    """The proof that the tree of these continues its first leaves."""

    def node(level: int, index: int) -> bytes:
        return merkle.root(hashes[index << level : (index + 1) << level])

    return tuple(merkle.consistency_proof(first, len(hashes), node)) if first else ()


def ask(old: int, hashes: list[bytes], latest: Latest | None = None, time: int = NOW) -> Decision:
    """Submit the head of these leaves with an honest proof."""
    request = Request(old, proof(old, hashes), note_of(hashes))
    assert Request.parse(str(request).encode()) == request
    return witnesses.decide(request, LOGS, latest, WITNESS, time)


def seen(count: int) -> Latest:
    """What is kept after the head of so many leaves was cosigned."""
    decision = ask(0, leaves(count))
    assert decision.latest is not None
    return decision.latest


def test_the_first_head_is_cosigned_and_kept_with_both_signatures() -> None:
    decision = ask(0, leaves(3))
    assert (decision.status, decision.media_type) == (200, witnesses.TEXT_TYPE)
    assert decision.latest is not None
    note = note_of(leaves(3))
    [line] = witnesses.cosignatures(note, decision.body, [WITNESS.verifier])
    opened = checkpoints.open_cosigned(decision.latest.note, [LOG.verifier, WITNESS.verifier])
    assert [(v.verifier, v.time) for v in opened.cosignatures] == [(WITNESS.verifier, NOW)]
    assert checkpoints.add_cosignatures(note, [line]) == decision.latest.note
    assert Latest.parse(decision.latest.note, WITNESS.verifier) == decision.latest


def test_growth_is_cosigned_and_the_same_head_again_too() -> None:
    for size in (3, 4, 7, 300):
        assert ask(3, leaves(size), seen(3)).status == 200


def test_a_clock_that_was_set_back_does_not_unsay() -> None:
    later = ask(3, leaves(5), seen(3), time=NOW - 100).latest
    assert later is not None
    assert later.time == NOW
    first = ask(0, leaves(3), time=0).latest
    assert first is not None
    assert first.time == 1


def test_another_old_size_is_told_the_right_one() -> None:
    for old, latest in ((0, seen(3)), (2, seen(3)), (2, None)):
        decision = ask(old, leaves(5), latest)
        size = latest.size if latest else 0
        assert (decision.status, decision.media_type) == (409, "text/x.tlog.size")
        assert decision.body == f"{size}\n"
        assert decision.latest is None
        assert witnesses.stated_size(decision.body) == size


def test_the_other_root_of_a_size_is_refused() -> None:
    assert ask(3, leaves(3, "x"), seen(3)).status == 422
    assert ask(3, leaves(5, "x"), seen(3)).status == 422


def test_the_empty_tree_needs_its_root_and_no_proof() -> None:
    assert ask(0, []).status == 200
    text = f"{LOG.name}\n0\n{note_of(leaves(1)).split(chr(10))[2]}\n"
    wrong = Request(0, (), notes.sign(text, LOG))
    assert witnesses.decide(wrong, LOGS, None, WITNESS, NOW).status == 422
    idle = Request(0, (bytes(32),), note_of(leaves(2)))
    assert witnesses.decide(idle, LOGS, None, WITNESS, NOW).status == 422
    assert witnesses.decide(Request(0, (), note_of([])), LOGS, ask(0, []).latest, WITNESS, NOW).status == 200


def test_an_old_size_beyond_the_checkpoint_is_malformed() -> None:
    request = Request(4, (), note_of(leaves(3)))
    assert witnesses.decide(request, LOGS, seen(4), WITNESS, NOW).status == 400


def test_unknown_and_unsigned_logs() -> None:
    unknown = Request(0, (), note_of(leaves(1), OTHER))
    assert witnesses.decide(unknown, LOGS, None, WITNESS, NOW).status == 404
    text = note_of(leaves(1)).partition("\n\n")[0] + "\n"
    stranger = notes.sign(text, notes.Signer(LOG.name, sha256(b"stranger").digest()))
    assert witnesses.decide(Request(0, (), stranger), LOGS, None, WITNESS, NOW).status == 403
    false = note_of(leaves(1)).replace("\n1\n", "\n2\n")
    assert witnesses.decide(Request(0, (), false), LOGS, None, WITNESS, NOW).status == 403
    # A known key's true signature does not excuse its false one.
    first, second = note_of(leaves(1)), note_of(leaves(2))
    both = first + second.rpartition("\n\n")[2]
    assert witnesses.decide(Request(0, (), both), LOGS, None, WITNESS, NOW).status == 403


def test_extension_lines_are_cosigned_as_they_are() -> None:
    """The witness says nothing about them, and signs the whole text."""
    text = note_of(leaves(2)).partition("\n\n")[0] + "\nextension line\n"
    decision = witnesses.decide(Request(0, (), notes.sign(text, LOG)), LOGS, None, WITNESS, NOW)
    assert decision.status == 200
    assert decision.latest is not None
    assert notes.open_note(decision.latest.note, [WITNESS.verifier]).text == text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 1\n",
        b"old 01\n\n" + note_of(leaves(2)).encode(),
        b"old +1\n\n" + note_of(leaves(2)).encode(),
        b"old \xd9\xa1\n\n" + note_of(leaves(2)).encode(),
        b"old 9223372036854775808\n\n" + note_of(leaves(2)).encode(),
        b"old 0 \n\n" + note_of(leaves(2)).encode(),
        b"old 0\nAAAA\n\n" + note_of(leaves(2)).encode(),
        b"old 0\n" + b"A" * 42 + b"B=\n\n" + note_of(leaves(2)).encode(),
        b"old 0\r\n\r\n" + note_of(leaves(2)).encode(),
        b"old 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\n" + note_of(leaves(2)).encode(),
        b"\xff",
        b"old 0\n\n" + b"x" * witnesses.MAX_REQUEST_BYTES,
    ],
)
def test_what_is_no_request(body: bytes) -> None:
    with pytest.raises(RequestError):
        Request.parse(body)


def test_spoilt_signature_lines_are_no_signature() -> None:
    """The log is known, and what stands below its head is by no trusted key."""
    for spoilt in (note_of(leaves(1))[:-1], note_of(leaves(1))[:-4] + "\n"):
        assert witnesses.decide(Request(0, (), spoilt), LOGS, None, WITNESS, NOW).status == 403


@pytest.mark.parametrize("note", ["", "x", "x\n\n", "a\n1\nAA==\n", "a\n+1\n" + "A" * 43 + "=\n", "a\n\n1\n", "a\n1\n"])
def test_what_is_no_checkpoint_is_malformed(note: str) -> None:
    signed = notes.sign(note, LOG) if note.endswith("\n") and not note.endswith("\n\n") else note
    assert witnesses.decide(Request(0, (), signed), LOGS, None, WITNESS, NOW).status == 400


def test_a_witness_answer_is_read_with_suspicion() -> None:
    note = note_of(leaves(2))
    answer = ask(0, leaves(2)).body
    alien = notes.Signer("example.org/alien", bytes(32), notes.COSIGNATURE_V1)
    stranger = f"{alien.sign(note.partition(chr(10) * 2)[0] + chr(10), NOW)}\n"
    assert len(witnesses.cosignatures(note, stranger + answer, [WITNESS.verifier])) == 1
    for bad in (stranger, answer[:-1]):
        with pytest.raises(RequestError):
            witnesses.cosignatures(note, bad, [WITNESS.verifier])
    with pytest.raises(NoteError):
        witnesses.cosignatures(note, "what\n", [WITNESS.verifier])
    with pytest.raises(NoteError):
        witnesses.cosignatures(note_of(leaves(3)), answer, [WITNESS.verifier])
    timeless = f"{WITNESS.sign(note.partition(chr(10) * 2)[0] + chr(10), 0)}\n"
    with pytest.raises(RequestError, match="time"):
        witnesses.cosignatures(note, timeless, [WITNESS.verifier])
    for body in ("", "1", "x\n", "01\n", "1\n1\n", "9223372036854775808\n"):
        with pytest.raises(RequestError):
            witnesses.stated_size(body)


def test_origins_are_found_by_their_hash() -> None:
    assert witnesses.head_of(Request(0, (), note_of(leaves(1)))).origin == LOG.name
    assert witnesses.origin_hash("example.org/log") == sha256(b"example.org/log").hexdigest()
    assert Head.parse("a\n0\n" + "A" * 43 + "=\nmore\n").size == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from(["", "x"])), max_size=12))
def test_whatever_is_asked_no_size_gets_two_roots(asked: list[tuple[int, int, str]]) -> None:
    """A log that lies, in any order, with any old size, to a witness that keeps what it is told to keep."""
    latest: Latest | None = None
    signed: dict[int, bytes] = {}
    largest = 0
    for old, size, kind in asked:
        decision = ask(min(old, size), leaves(size, kind), latest)
        assert (decision.status == 200) == (decision.latest is not None)
        if decision.latest is not None:
            latest = decision.latest
            assert latest.size >= largest
            largest = latest.size
            assert signed.setdefault(latest.size, latest.root) == latest.root
