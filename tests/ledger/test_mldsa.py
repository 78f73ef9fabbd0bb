"""Post-quantum signatures below a checkpoint: what they sign, and what they refuse."""

from __future__ import annotations

import pytest

from clients.auditor.standing import Demand, count
from ledger import checkpoints, merkle, mldsa, notes, witnesses
from ledger.checkpoints import Checkpoint
from ledger.errors import CheckpointError, EvidenceError, NoteError, PolicyError, RequestError
from ledger.notes import COSIGNATURE_V1, MLDSA44, Signer, Verifier
from ledger.policies import Policy
from ledger.witnesses import Request

ORIGIN = "example.org/log"
LOG, LOG_PQ = Signer(ORIGIN, bytes([1]) * 32), Signer(ORIGIN, bytes([2]) * 32, MLDSA44)
WITNESS = Signer("w.example", bytes([3]) * 32, COSIGNATURE_V1)
WITNESS_PQ = Signer("w.example", bytes([4]) * 32, MLDSA44)
HEAD = Checkpoint(ORIGIN, 1, merkle.leaf_hash(b"x"))
TIME = 1_767_225_600


def test_the_message_is_the_specifications() -> None:
    """`cosigned_message` of c2sp.org/tlog-cosignature, field by field."""
    found = mldsa.message("w.example", TIME, str(HEAD) + "an extension line that nobody signs\n")
    assert found == (
        b"subtree/v1\n\x00" + b"\x09w.example" + TIME.to_bytes(8, "big") + b"\x0f" + ORIGIN.encode()
        + bytes(8) + (1).to_bytes(8, "big") + HEAD.root
    )  # fmt: skip
    for text in ("no head\n", str(HEAD).replace("1", "01"), f"{ORIGIN}\n1\nAAAA\n", f"{'x' * 256}\n0\n"):
        with pytest.raises(NoteError):
            mldsa.message("w.example", TIME, text)
    with pytest.raises(NoteError, match="1 to 255"):
        mldsa.message("w" * 256, TIME, str(HEAD))


def test_keys_are_written_and_read() -> None:
    for signer in (LOG_PQ, WITNESS_PQ):
        assert Signer.parse(signer.secret()) == signer
        assert Verifier.parse(str(signer.verifier)) == signer.verifier
        assert len(signer.verifier.public) == 1312
        assert signer.seed.hex() not in repr(signer)
    assert LOG_PQ.verifier.key_id != Signer("x.example", LOG_PQ.seed, MLDSA44).verifier.key_id
    with pytest.raises(NoteError, match="1312 bytes"):
        Verifier("a", bytes(32), MLDSA44)


def test_a_log_signs_with_both_and_either_suffices() -> None:
    note = checkpoints.sign(HEAD, LOG, LOG_PQ, time=TIME)
    for keys in ([LOG.verifier], [LOG_PQ.verifier], [LOG.verifier, LOG_PQ.verifier]):
        opened = checkpoints.open_cosigned(note, keys)
        assert (opened.checkpoint, opened.cosignatures) == (HEAD, ())
    with pytest.raises(NoteError, match="has a time"):
        checkpoints.sign(HEAD, LOG_PQ)
    with pytest.raises(CheckpointError):
        checkpoints.sign(HEAD, WITNESS_PQ, time=TIME)
    altered = note.replace("\n1\n", "\n2\n")
    with pytest.raises(NoteError):
        checkpoints.open_cosigned(altered, [LOG_PQ.verifier])


def test_a_name_is_signed_too() -> None:
    """The key of one witness cannot speak under the name of another, even where the key ID is made to fit."""
    line = WITNESS_PQ.sign(str(HEAD), TIME)
    other = Signer("v.example", WITNESS_PQ.seed, MLDSA44).verifier
    with pytest.raises(NoteError, match="not by that key"):
        other.verify(str(HEAD), notes.Signature(other.name, other.key_id, line.value))
    with pytest.raises(NoteError):
        WITNESS_PQ.sign("not a head\n", TIME)


def test_a_witness_answers_with_both_keys() -> None:
    note = checkpoints.sign(HEAD, LOG, LOG_PQ, time=TIME)
    logs = {ORIGIN: [LOG_PQ.verifier]}
    decision = witnesses.decide(Request(0, (), note), logs, None, WITNESS, TIME, beside=[WITNESS_PQ])
    assert decision.status == 200
    known = [WITNESS.verifier, WITNESS_PQ.verifier]
    assert len(witnesses.cosignatures(note, decision.body, known)) == 2
    assert decision.latest is not None
    kept = checkpoints.open_cosigned(decision.latest.note, [LOG_PQ.verifier, *known])
    assert [found.time for found in kept.cosignatures] == [TIME, TIME]
    # An organization counts once, whichever of its keys counts.
    policy = Policy.parse(
        f"log {LOG.verifier}\nlog {LOG_PQ.verifier}\nwitness a {WITNESS.verifier}\nwitness b {WITNESS_PQ.verifier}\n"
        "group w any a b\nquorum w\n".encode()
    )
    _, standing = policy.open(checkpoints.add_cosignatures(note, witnesses.cosignatures(note, decision.body, known)))
    assert (standing.met, standing.have, standing.of) == (True, 2, 2)
    assert policy.standing([WITNESS_PQ.verifier]).met


def test_a_witness_that_bears_the_logs_name_is_never_taken_for_the_log() -> None:
    thief = Signer(ORIGIN, bytes([9]) * 32, MLDSA44)
    forged = notes.sign(str(HEAD), thief, time=TIME)
    lines = f"witness a {thief.verifier}\nquorum a\n"
    with pytest.raises(PolicyError, match="bears the name"):
        Policy.parse(f"log {LOG.verifier}\n{lines}".encode())
    with pytest.raises(EvidenceError, match="bears the name"):
        count(forged, [LOG.verifier], Demand(Policy.parse(lines.encode())), TIME)


def test_a_signature_without_a_time_is_no_witness() -> None:
    note = checkpoints.sign(HEAD, LOG)
    line = WITNESS_PQ.sign(str(HEAD), 0)
    with pytest.raises(RequestError, match="states its time"):
        witnesses.cosignatures(note, f"{line}\n", [WITNESS_PQ.verifier])


def test_this_machine_has_it() -> None:
    assert mldsa.available()
