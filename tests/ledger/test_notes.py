"""Signed notes: what is signed opens, and nothing else does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import notes
from ledger.errors import NoteError

LOG = notes.Signer("example.org/log", bytes(range(32)))
OTHER = notes.Signer("example.org/log", bytes(range(1, 33)))
WITNESS = notes.Signer("witness.example/w1", bytes(range(2, 34)), notes.COSIGNATURE_V1)
TEXT = "example.org/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


def signed() -> str:
    """Return a note that the log signed and a witness cosigned."""
    return notes.sign(TEXT, LOG, existing=[WITNESS.sign(TEXT, 1_700_000_000)])


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30))
def test_what_is_signed_opens(text: str) -> None:
    opened = notes.open_note(notes.sign(text + "\n", LOG).encode(), [LOG.verifier])
    assert opened == notes.OpenedNote(text + "\n", (notes.Verified(LOG.verifier, None),))


def test_a_cosignature_tells_its_time() -> None:
    opened = notes.open_note(signed(), [WITNESS.verifier, LOG.verifier])
    assert [(verified.verifier.name, verified.time) for verified in opened.verified] == [
        ("witness.example/w1", 1_700_000_000),
        ("example.org/log", None),
    ]


@settings(max_examples=150)
@given(st.integers(0, 8 * len(signed().encode()) - 1))
def test_one_flipped_bit_anywhere_in_a_note_is_refused_or_costs_its_signature(at: int) -> None:
    note = bytearray(signed().encode())
    note[at // 8] ^= 1 << at % 8
    try:
        opened = notes.open_note(bytes(note), [LOG.verifier, WITNESS.verifier])
    except NoteError:
        return
    # A changed name or key ID makes a signer unknown; what the other one signed is still exactly what it signed.
    assert opened.text == TEXT
    assert len(opened.verified) == 1


def test_unknown_keys_are_ignored_and_false_known_ones_are_not() -> None:
    note = signed()
    assert len(notes.open_note(note, [LOG.verifier]).verified) == 1
    assert len(notes.open_note(note, [OTHER.verifier, WITNESS.verifier]).verified) == 1
    with pytest.raises(NoteError, match="no known key"):
        notes.open_note(note, [OTHER.verifier])
    forged = notes.Signature(WITNESS.name, WITNESS.verifier.key_id, bytes(8 + 64))
    with pytest.raises(NoteError, match="not by that key"):
        notes.open_note(notes.sign(TEXT, LOG, existing=[forged]), [LOG.verifier, WITNESS.verifier])
    assert notes.open_note(notes.sign(TEXT, LOG, existing=[forged]), [LOG.verifier]).text == TEXT


def test_a_cosignature_of_another_moment_is_refused() -> None:
    line = WITNESS.sign(TEXT, 5)
    for stamp in (6, 2**63):
        moved = notes.Signature(line.name, line.key_id, stamp.to_bytes(8, "big") + line.value[8:])
        with pytest.raises(NoteError):
            WITNESS.verifier.verify(TEXT, moved)
    with pytest.raises(NoteError, match="bytes"):
        WITNESS.verifier.verify(TEXT, notes.Signature(line.name, line.key_id, line.value[8:]))


def test_a_signature_counts_once_and_every_one_must_hold() -> None:
    line = LOG.sign(TEXT)
    twice = str(notes.Note(TEXT, (line, line)))
    assert len(notes.open_note(twice, [LOG.verifier, LOG.verifier]).verified) == 1
    false = notes.Signature(line.name, line.key_id, bytes(64))
    with pytest.raises(NoteError, match="not by that key"):
        notes.open_note(str(notes.Note(TEXT, (line, false))), [LOG.verifier])


def test_base64_has_one_spelling() -> None:
    note = notes.sign(TEXT, LOG)
    assert note.endswith("=\n")
    spare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = note[-3]
    malleable = note[:-3] + spare[spare.index(last) ^ 1] + "=\n"
    with pytest.raises(NoteError, match="canonical"):
        notes.open_note(malleable, [LOG.verifier])
    with pytest.raises(NoteError, match="not base64"):
        notes.open_note(note[:-2] + "\n", [LOG.verifier])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "\n\n",
        "text\n",
        "text\n\n",
        "text\n\n\n",
        TEXT + "\n— example.org/log\n",
        TEXT + "\n— example.org/log AAAA\n",
        TEXT + "\n— example.org/log  AAAAAAAA\n",
        TEXT + "\n- example.org/log AAAAAAAA\n",
        TEXT + "\n— a+b AAAAAAAA\n",
        TEXT + "\n— a\u3000b AAAAAAAA\n",
        TEXT + "\n— a\ud800b AAAAAAAA\n",
        TEXT + "\r\n— a AAAAAAAA\n",
        "x" * notes.MAX_NOTE_BYTES + "\n\n— a AAAAAAAA\n",
    ],
    ids=lambda note: repr(note[-24:]),
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        notes.Note.parse(note)


@settings(max_examples=100)
@given(st.binary(max_size=60) | st.text("— ab+AQ=\n\n\x00", max_size=40).map(str.encode))
def test_the_reader_survives_anything(note: bytes) -> None:
    try:
        parsed = notes.Note.parse(note)
    except NoteError:
        return
    assert str(parsed).encode() == note


def test_keys_are_read_only_as_they_are_printed() -> None:
    vkey, skey = str(LOG.verifier), LOG.secret()
    assert notes.Verifier.parse(vkey) == LOG.verifier
    assert notes.Signer.parse(skey) == LOG
    assert notes.Signer.parse(WITNESS.secret()).verifier == WITNESS.verifier
    name, key_id, key = vkey.split("+", 2)
    for wrong in (
        f"{name}+{key_id.upper()}+{key}",
        f"{name}+00000000+{key}",
        f"{name}x+{key_id}+{key}",
        f"{name}+{key_id}+{key}=",
        f"{name}+{key_id}+{key[:-4]}",
        f"{name}+{key_id}",
        f"{name}+{key_id}+Ag{key[2:]}",
        f"+{key_id}+{key}",
        f" {vkey}",
        skey,
    ):
        with pytest.raises(NoteError):
            notes.Verifier.parse(wrong)
    with pytest.raises(NoteError):
        notes.Signer.parse(vkey)
    with pytest.raises(NoteError, match="ID"):
        notes.Signer.parse(skey.replace(key_id, "00000000"))


def test_a_secret_is_not_shown_by_accident() -> None:
    assert LOG.seed.hex() not in repr(LOG)
    assert repr(LOG.seed) not in repr(LOG)
    with pytest.raises(NoteError) as caught:
        notes.Signer.parse(LOG.secret() + "=")
    assert LOG.secret().rsplit("+", 1)[1][:8] not in str(caught.value)


def test_what_cannot_be_opened_is_not_signed() -> None:
    for text in ("no newline", "tab\t\n", "", "\ud800\n"):
        with pytest.raises(NoteError):
            notes.sign(text, LOG)
    with pytest.raises(NoteError, match="at least one"):
        notes.sign(TEXT)
    with pytest.raises(NoteError, match="at most 100"):
        notes.sign(TEXT, *[LOG] * 101)
    with pytest.raises(NoteError, match="has a time"):
        WITNESS.sign(TEXT)
    with pytest.raises(NoteError, match="has a time"):
        LOG.sign(TEXT, 1)
    with pytest.raises(NoteError, match="POSIX"):
        WITNESS.sign(TEXT, -1)
    with pytest.raises(NoteError, match="by 'witness"):
        LOG.verifier.verify(TEXT, WITNESS.sign(TEXT, 1))
    for name, seed in (("a b", bytes(32)), ("a", bytes(31))):
        with pytest.raises(NoteError):
            notes.Signer(name, seed)
    with pytest.raises(NoteError, match="not known"):
        notes.Verifier("a", bytes(32), 5)
    with pytest.raises(NoteError, match="32 bytes"):
        notes.Verifier("a", bytes(31))
