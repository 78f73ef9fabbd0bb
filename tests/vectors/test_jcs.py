"""RFC 8785: the slow twin passes the public vectors, and the product's printer is the twin inside the leaf profile.

The twin handles what the product refuses on purpose: floats, nulls, and keys beyond ASCII.
"""

import hashlib
import json
import re
import struct
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger import canonical
from ledger.errors import ProfileError

ESCAPES = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def jcs(value: object) -> str:
    """RFC 8785, section 3.2, word for word."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return number(float(value)) if abs(value) > 2**53 else str(value)
        case float():
            return number(value)
        case str():
            return string(value)
        case list():
            return "[" + ",".join(jcs(item) for item in value) + "]"
        case dict():
            keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
            return "{" + ",".join(f"{string(key)}:{jcs(value[key])}" for key in keys) + "}"
    raise TypeError(type(value))


def string(text: str) -> str:
    """Section 3.2.2.2: only control characters, the quote and the backslash are escaped."""
    text.encode()  # a surrogate is an error
    return '"' + "".join(ESCAPES.get(ord(c)) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text) + '"'


def number(value: float) -> str:
    """ECMAScript's Number::toString in base 10, from the shortest digits that read back as the same double."""
    if value == 0:
        return "0"
    sign, digits = ("-", repr(-value)) if value < 0 else ("", repr(value))
    mantissa, _, exponent = digits.partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    fraction = "" if fraction == "0" else fraction
    significant = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(significant)
    significant = significant.rstrip("0")
    return sign + place(significant, point)


def place(digits: str, point: int) -> str:
    """Put the decimal point after `point` digits, or write an exponent."""
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    exponent = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + exponent


def test_the_twin_passes_the_public_vectors(vectors: Path) -> None:
    folder = vectors / "jcs-rfc8785/testdata"
    names = sorted(path.name for path in (folder / "input").iterdir())
    assert names == ["arrays.json", "french.json", "structures.json", "unicode.json", "values.json", "weird.json"]
    for name in names:
        value = json.loads((folder / "input" / name).read_bytes())
        assert jcs(value).encode() == (folder / "output" / name).read_bytes(), name


def test_the_product_prints_or_refuses_each_public_vector(vectors: Path) -> None:
    folder = vectors / "jcs-rfc8785/testdata"
    printed: dict[str, str] = {}
    for path in sorted((folder / "input").iterdir()):
        try:
            assert canonical.canonical(json.loads(path.read_bytes())) == (folder / "output" / path.name).read_bytes()
            printed[path.name] = "the same bytes"
        except ProfileError as error:
            printed[path.name] = str(error)
    assert printed == {
        "arrays.json": "$[1].10: null has no place in a leaf",
        "french.json": "$: the key 'péché' is not ASCII text",
        "structures.json": "$.1.\n: float has no place in a leaf",
        "unicode.json": "$.Unnormalized Unicode: text is not in Unicode normalization form C",
        "values.json": "$.numbers[0]: float has no place in a leaf",
        "weird.json": "$: the key '€' is not ASCII text",
    }


def es6_numbers(generator: str) -> Iterator[int]:
    """Yield the 64-bit patterns of the published sequence: listed ones, 2,000 in a row, then a chain of hashes."""
    yield from (int(found, 16) for found in re.findall(r"0x([0-9a-f]{16})n[,\n]", generator))
    yield from (0x0010000000000000 + i for i in range(2000))
    block = bytes(32)
    while True:
        block = hashlib.sha256(block).digest()
        for (bits,) in struct.iter_unpack("<Q", block):
            value = double(bits)
            if value != 0 and abs(value) < float("inf"):
                yield bits


def double(bits: int) -> float:
    """Return the double with these bits."""
    value: float = struct.unpack("<d", bits.to_bytes(8, "little"))[0]
    return value


def test_ten_thousand_numbers_print_as_ecmascript_prints_them(vectors: Path) -> None:
    published = {
        1_000: "be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687",
        10_000: "b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892",
    }
    digest = hashlib.sha256()
    numbers = es6_numbers((vectors / "jcs-rfc8785/testdata/numgen.js").read_text())
    for count in range(1, max(published) + 1):
        bits = next(numbers)
        digest.update(f"{bits:x},{number(double(bits))}\n".encode())
        if count in published:
            assert digest.hexdigest() == published[count]


KEYS = st.text(st.characters(max_codepoint=127), max_size=5)
VALUES = st.recursive(
    st.booleans()
    | st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER)
    | st.text(max_size=8).map(lambda text: unicodedata.ucd_3_2_0.normalize("NFC", text)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=60)
@given(VALUES)
@example("\x00\x01\b\t\n\x0b\f\r\x1f\x7f\x80\u2028\u2029\ufeff\uffff\U0001f600\"\\/'")
@example({chr(i): i for i in range(128)})
def test_inside_the_profile_the_quick_printer_is_the_slow_twin(value: object) -> None:
    assert canonical.canonical(value) == jcs(value).encode()


LEAVES = st.dictionaries(KEYS, VALUES, max_size=4).map(canonical.encode)
ODD = st.sampled_from(
    [b'{"a":1.0}', b'{"a":1e3}', b'{"a":null}', b'{"a":-0}', b'{"a":9007199254740992}', b'{"a": 1}', b'{"b":1,"a":2}',
     b'{"a":1,"a":1}', b'{"a":"\\u0041"}', b'["a"]', b"{", b"", b'{"a":' + b"[" * 40 + b"]" * 40 + b"}",
     b'{"a":' + b"[{" * 20 + b"}]" * 20 + b"}", b'{"a":"[{"}', b'{"a":"1e5"}', b'{"a":true}', b'{"a":"null"}']
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(LEAVES | ODD | st.binary(max_size=12), max_size=5))
def test_what_is_read_at_one_glance_is_what_is_read_leaf_by_leaf(leaves: list[bytes]) -> None:
    """The quick look never takes a leaf that the whole check refuses; what it takes, it reads alike."""
    found = canonical.decode_plain(leaves)
    if found is not None:
        assert found == [canonical.decode(leaf) for leaf in leaves]


def test_the_quick_look_takes_what_most_journals_hold() -> None:
    leaves = [b'{"a":true,"b":[["0","5"]],"c":{"d":12}}', b"{}", b'{"a":"1.5 null [[ e"}']
    assert canonical.decode_plain(leaves) == [canonical.decode(leaf) for leaf in leaves]
