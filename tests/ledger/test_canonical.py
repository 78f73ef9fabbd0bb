"""Leaves: the reader accepts exactly what the writer writes, and says what is wrong with the rest."""

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger import canonical
from ledger.canonical import canonical as printed
from ledger.canonical import check_profile, decode, encode
from ledger.errors import ProfileError

KEYS = st.text(st.characters(max_codepoint=127), max_size=4)
TEXTS = st.text(max_size=6).map(lambda text: unicodedata.ucd_3_2_0.normalize("NFC", text))
INTEGERS = st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER)
VALUES = st.recursive(
    st.booleans() | INTEGERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=5)


def why(value: object) -> str:
    """Return what the profile says against `value`."""
    with pytest.raises(ProfileError) as caught:
        check_profile(value)
    with pytest.raises(ProfileError, match=re.escape(str(caught.value))):
        printed(value)
    return str(caught.value)


@settings(max_examples=60)
@given(DOCUMENTS)
def test_what_is_written_is_read_back(document: dict[str, Any]) -> None:
    leaf = encode(document)
    assert decode(leaf) == document
    assert encode(decode(leaf)) == leaf


@settings(max_examples=60)
@given(DOCUMENTS, st.data())
def test_a_flipped_bit_is_refused_or_is_another_leaf_written_in_its_one_form(
    document: dict[str, Any], data: st.DataObject
) -> None:
    leaf = bytearray(encode(document))
    at = data.draw(st.integers(0, 8 * len(leaf) - 1))
    leaf[at // 8] ^= 1 << at % 8
    try:
        read = decode(bytes(leaf))
    except ProfileError:
        return
    assert encode(read) == bytes(leaf)
    assert read != document


@settings(max_examples=100)
@given(st.binary(max_size=40) | st.text('{}[]",:0123456789.eE-+ntrufalse\\ \n', max_size=30).map(str.encode))
def test_the_reader_survives_anything(leaf: bytes) -> None:
    try:
        read = decode(leaf)
    except ProfileError:
        return
    assert encode(read) == leaf


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"[]",
        b'"text"',
        b"1",
        b"\xef\xbb\xbf{}",
        b" {}",
        b"{}\n",
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":-0}',
        b'{"a":01}',
        b'{"a":+1}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":null}',
        b'{"a":9007199254740992}',
        b'{"a":18446744073709551616}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\xff"}',
        b'{"a":"\\u000A"}',
        b'{"a":"\x7f\\u007f"}',
        b'{"a":"n\xcc\x83"}',
        b'{"\xc3\xa9":1}',
        b'{"a":1}{"a":1}',
        b'{"a":1,}',
        b"{'a':1}",
        b'{"a":/**/1}',
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"a":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"a":' + b"[" * 32 + b"]" * 32 + b"}",
    ],
    ids=lambda leaf: repr(leaf[:24]),
)
def test_no_other_spelling_is_read(leaf: bytes) -> None:
    with pytest.raises(ProfileError):
        decode(leaf)


def test_the_error_names_the_path_and_the_reason() -> None:
    entry: dict[str, Any] = {"postings": [{"amount": "1"}, {"from": {"seq": 1.5}}]}
    with pytest.raises(ProfileError) as caught:
        encode(entry)
    assert (caught.value.path, caught.value.why) == ("$.postings[1].from.seq", "float has no place in a leaf")
    assert why({"a": None}) == "$.a: null has no place in a leaf"
    assert why({"a": [2**53]}) == "$.a[0]: an integer is smaller than 2**53 in magnitude; larger numbers are text"
    assert why({"a": "n\u0303"}) == "$.a: text is not in Unicode normalization form C"
    assert why(["\ud800"]) == "$[0]: text contains a surrogate, which no UTF-8 can carry"
    assert why({"a": {1: 2}}) == "$.a: the key 1 is not ASCII text"
    assert why({"目": 2}) == "$: the key '目' is not ASCII text"
    assert why({"a": b"bytes"}) == "$.a: bytes has no place in a leaf"
    with pytest.raises(ProfileError, match="differs from byte 5 "):
        decode(b'{"a": 1}')


def test_a_subclass_is_not_the_type_that_it_prints_as() -> None:
    class Loud(str):
        """Text that is not quite text."""

        __slots__ = ()

    assert why({"a": Loud("x")}) == "$.a: Loud has no place in a leaf"


def nested(depth: int) -> Any:  # noqa: ANN401  # lists in lists have no finite type
    """Return `depth` lists in each other."""
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_the_limits_are_reached_and_not_passed() -> None:
    assert decode(encode({"a": canonical.MAX_INTEGER, "b": -canonical.MAX_INTEGER}))["b"] == -(2**53) + 1
    full = encode({"a": "x" * (canonical.MAX_LEAF_BYTES - 8)})
    assert len(full) == len(encode(decode(full))) == canonical.MAX_LEAF_BYTES
    with pytest.raises(ProfileError, match="at most 65535 bytes, this one 65536"):
        encode({"a": "x" * (canonical.MAX_LEAF_BYTES - 7)})
    assert printed(nested(canonical.MAX_DEPTH)) == b"[" * 32 + b"]" * 32
    assert why(nested(canonical.MAX_DEPTH + 1)).endswith(": nested more than 32 deep")
    # A structure that contains itself ends at the same limit, not in a RecursionError.
    loop: dict[str, Any] = {}
    loop["a"] = loop
    assert why(loop).endswith(": nested more than 32 deep")


def test_a_tuple_prints_as_a_list() -> None:
    assert printed({"took": (("0", "5"),)}) == b'{"took":[["0","5"]]}'
    with pytest.raises(ProfileError, match="a leaf is an object"):
        encode([])  # type: ignore[arg-type]  # what the test is about


@settings(max_examples=150)
@given(st.text(max_size=4))
def test_the_quick_look_at_text_agrees_with_the_tables(text: str) -> None:
    assume(canonical._SURELY_NFC.fullmatch(text))
    assert unicodedata.ucd_3_2_0.is_normalized("NFC", text)


def test_every_character_of_the_quick_look_is_inert_in_both_unicode_tables() -> None:
    """None decomposes, none is a mark, none composes with what precedes it: so no text made of them can change."""
    quick = [c for c in map(chr, range(0x10000)) if canonical._SURELY_NFC.fullmatch(c)]
    assert len(quick) > 28_000
    for tables in (unicodedata.ucd_3_2_0, unicodedata):
        assert all(tables.normalize("NFC", c) == c and not tables.combining(c) for c in quick)
    # What composes with a preceding character is a mark or a Hangul jamo; neither is in the quick set.
    assert not any("\u1100" <= c <= "\u11ff" or unicodedata.category(c)[0] == "M" for c in quick)


@settings(max_examples=100)
@given(st.text(st.characters(categories=["L", "M"]), max_size=6))
def test_text_in_form_c_by_this_interpreters_newer_tables_is_accepted(text: str) -> None:
    assert decode(encode({"a": unicodedata.normalize("NFC", text)}))
