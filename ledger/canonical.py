"""The bytes that an entry is.

A leaf is RFC 8785 canonical JSON in a profile narrow enough that sorting ASCII keys and printing compactly *is*
RFC 8785: no floats (so none of ECMAScript's number printing), no nulls, integers below 2**53 in magnitude, ASCII
keys, text in Unicode normalization form C, containers at most 32 deep, and at most 65,535 bytes, the most that an
entry bundle's length prefix can state.  A general RFC 8785 printer lives in the tests as the slow twin of this one:
the product has no use for floats, and code that cannot print them cannot be talked into it.

Whether text is NFC is judged by the tables of Unicode 3.2, which every Python carries unchanged, so that an entry
accepted today is not refused by an interpreter with newer tables: characters assigned later never compose here.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn

import orjson

from ledger.errors import ProfileError

MAX_LEAF_BYTES: Final = 65_535
MAX_DEPTH: Final = 32
MAX_INTEGER: Final = 2**53 - 1

# Text made of these alone is NFC without asking the tables: each is a starter that is its own normalization and
# composes with nothing before it.  Latin, dashes and quotes, CJK punctuation and ideographs, full-width forms.
_SURELY_NFC: Final = re.compile(r"[\x00-\u02ff\u2010-\u2027\u3001-\u3029\u3400-\u4db5\u4e00-\u9fa5\uff01-\uff5e]*")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_UNPLAIN: Final = re.compile(rb"[A-Za-z.]|[0-9]{16}")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"{}[]"))
_PRINT: Final = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS


def canonical(value: object) -> bytes:
    """Return the RFC 8785 bytes of a value of the profile; raises `ProfileError` naming what is outside it."""
    check_profile(value)
    return orjson.dumps(value, option=_PRINT)


def of_plain_values(value: object) -> bytes:
    """Return what `canonical` returns, of a value whose every part has been looked at by its own check already.

    Such a value has no float, null or stranger's type (`ledger/forms.py` asks by exact type), and JSON's printer
    refuses the rest of what is outside the profile, but for text: where that is not all ASCII, the whole is checked.
    """
    try:
        printed = orjson.dumps(value, option=_PRINT | orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError:
        return canonical(value)  # which names what is wrong
    return printed if printed.isascii() else canonical(value)


def encode(document: dict[str, Any]) -> bytes:
    """Return the leaf that `document` is; raises `ProfileError` outside the profile or beyond 65,535 bytes."""
    if type(document) is not dict:
        raise ProfileError("a leaf is an object")
    leaf = canonical(document)
    if len(leaf) > MAX_LEAF_BYTES:
        raise ProfileError(f"a leaf has at most {MAX_LEAF_BYTES} bytes, this one {len(leaf)}")
    return leaf


def decode(leaf: bytes) -> dict[str, Any]:
    """Return the document that `leaf` is; raises `ProfileError` unless `encode` would write these very bytes."""
    if len(leaf) > MAX_LEAF_BYTES:
        raise ProfileError(f"a leaf has at most {MAX_LEAF_BYTES} bytes, this one {len(leaf)}")
    try:
        document = orjson.loads(leaf)
    except orjson.JSONDecodeError as error:
        raise ProfileError(f"not JSON: {error}") from None
    if type(document) is not dict:
        raise ProfileError("a leaf is an object")
    _check(document, 0)
    printed = orjson.dumps(document, option=_PRINT)
    if printed != leaf:
        _refuse_spelling(leaf, printed)
    return document


def decode_plain(leaves: Sequence[bytes]) -> list[dict[str, Any]] | None:
    """Return the documents of leaves all of which are surely written as they should be; None if `decode` must tell.

    What is outside the profile shows in what stands outside the quotes, which is looked at for many leaves at once:
    ASCII leaves without escapes that print as they were read have only ASCII texts and keys, each key once; what is
    left to rule out are floats, nulls, large integers, and depth (each round of taking empty brackets out ends one
    level, or two).
    """
    joined = b"\n".join(leaves)
    if not joined.isascii() or b"\\" in joined or max(map(len, leaves), default=0) > MAX_LEAF_BYTES:
        return None
    outside = b"".join(joined.split(b'"')[::2]).replace(b"true", b"").replace(b"false", b"")
    if _UNPLAIN.search(outside):
        return None
    brackets = outside.translate(None, _NO_BRACKETS)
    for _ in range(MAX_DEPTH // 2):
        if not brackets:
            break
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
    if brackets:
        return None
    try:
        documents = [orjson.loads(leaf) for leaf in leaves]
    except orjson.JSONDecodeError:
        return None
    if any([type(document) is not dict for document in documents]):  # noqa: C419 -- half the time of a generator
        return None
    printed = [orjson.dumps(document, option=_PRINT) for document in documents]
    return documents if printed == list(leaves) else None


def check_profile(value: object) -> None:
    """Raise `ProfileError`, with the path and the reason, unless `value` can be written in a leaf."""
    _check(value, 0)


def _check(value: object, depth: int) -> None:
    """Check `value`, which stands inside `depth` containers."""
    _CHECKS.get(type(value), _refuse_type)(value, depth)


def _check_object(value: dict[Any, Any], depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise ProfileError(f"nested more than {MAX_DEPTH} deep")
    for key, item in value.items():
        if type(key) is not str or not key.isascii():
            raise ProfileError(f"the key {key!r} is not ASCII text")
        kind = type(item)
        # Most of a leaf is ASCII text; asking here saves a call, and this walk is the verifier's hottest loop.
        if kind is str and item.isascii():
            continue
        try:
            _CHECKS.get(kind, _refuse_type)(item, depth + 1)
        except ProfileError as error:
            raise error.under(f".{key}") from None


def _check_array(value: list[Any] | tuple[Any, ...], depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise ProfileError(f"nested more than {MAX_DEPTH} deep")
    for index, item in enumerate(value):
        kind = type(item)
        if kind is str and item.isascii():
            continue
        try:
            _CHECKS.get(kind, _refuse_type)(item, depth + 1)
        except ProfileError as error:
            raise error.under(f"[{index}]") from None


def _check_text(value: str, _depth: int) -> None:
    if _SURELY_NFC.fullmatch(value):
        return
    if _SURROGATE.search(value):
        raise ProfileError("text contains a surrogate, which no UTF-8 can carry")
    if not unicodedata.ucd_3_2_0.is_normalized("NFC", value):
        raise ProfileError("text is not in Unicode normalization form C")


def _check_integer(value: int, _depth: int) -> None:
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise ProfileError("an integer is smaller than 2**53 in magnitude; larger numbers are text")


def _accept(_value: bool, _depth: int) -> None:  # noqa: FBT001  # a check like its siblings, not a switch
    """Nothing can be wrong with true or false."""


def _refuse_type(value: object, _depth: int) -> NoReturn:
    raise ProfileError(f"{'null' if value is None else type(value).__name__} has no place in a leaf")


# By exact type: a subclass may print as something else than it compares equal to.
_CHECKS: Final[dict[type, Callable[[Any, int], None]]] = {
    str: _check_text,
    int: _check_integer,
    dict: _check_object,
    list: _check_array,
    tuple: _check_array,
    bool: _accept,
}


def _refuse_spelling(leaf: bytes, printed: bytes) -> NoReturn:
    """Say where a leaf that means something in the profile departs from how it would have been written."""
    same = next(
        (i for i, (a, b) in enumerate(zip(leaf, printed, strict=False)) if a != b), min(len(leaf), len(printed))
    )
    raise ProfileError(f"not written canonically: differs from byte {same} (spacing, order, escapes or a repeated key)")
