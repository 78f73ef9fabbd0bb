"""Opaque texts that name things: global ids and cursors, made in SQL, read here.

Both are unpadded base64url.  An id is `Noun:journal:key`, the parts of a key
joined by `/`; a cursor is a JSON array of the list it belongs to and the values
to go on from.  What is read back must be what would have been written.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping
from datetime import UTC, date, datetime

import orjson

from db.plans import BadReadError, Journal, Noun, Type

_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,18}", re.ASCII)


def encode(text: str) -> str:
    """Write an opaque text."""
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode(opaque: str, argument: str) -> str:
    """Read an opaque text strictly; raises `BadReadError`."""
    try:
        text = urlsafe_b64decode(opaque + "=" * (-len(opaque) % 4)).decode()
    except (Error, ValueError):
        raise BadReadError(argument, "not an id or cursor of this server") from None
    if encode(text) != opaque or "\x00" in text:
        raise BadReadError(argument, "not an id or cursor of this server")
    return text


def global_id(noun: str, journal: str, *key: str) -> str:
    """The id under which `node` finds an object."""
    return encode(f"{noun}:{journal}:{'/'.join(key)}")


def read_id(
    opaque: str, nouns: Mapping[str, Noun], journal: Journal, argument: str = "id"
) -> tuple[str, tuple[str, ...]]:
    """The noun and the parts of the key of a global id; raises `BadReadError`."""
    parts = decode(opaque, argument).split(":", 2)
    noun = nouns.get(parts[0])
    if len(parts) != 3 or noun is None or not noun.node or parts[1] != journal.name:  # noqa: PLR2004 - noun, journal, key
        raise BadReadError(argument, "names nothing in this journal")
    width = len(noun.key)
    key = (parts[2],) if width == 1 else tuple(parts[2].split("/"))
    if len(key) != width:
        raise BadReadError(argument, "names nothing in this journal")
    for (_, type_), value in zip(noun.key, key, strict=True):
        parse(type_, value, argument)
    return noun.name, key


def read_cursor(opaque: str, signature: str, types: tuple[Type, ...], argument: str) -> tuple[object, ...]:
    """The values of a cursor of the list `signature`; raises `BadReadError`."""
    try:
        found = orjson.loads(decode(opaque, argument))
    except orjson.JSONDecodeError:
        raise BadReadError(argument, "not a cursor") from None
    if not isinstance(found, list) or len(found) != len(types) + 1 or found[0] != signature:
        raise BadReadError(argument, "a cursor of another list or order")
    return tuple(
        None if text is None else parse(type_, text, argument) for type_, text in zip(types, found[1:], strict=True)
    )


def parse(type_: Type, text: object, argument: str) -> object:
    """A value of a column's type from its text; raises `BadReadError`."""
    if not isinstance(text, str):
        raise BadReadError(argument, "expected a text")
    try:
        if type_ in {"bigint", "integer"}:
            return _whole(text, 63 if type_ == "bigint" else 31)
        if type_ == "date":
            return date.fromisoformat(text)
        if type_ == "timestamptz":
            return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise BadReadError(argument, f"not a {type_}") from None
    if type_ == "boolean":
        return text == "true"
    return text


def _whole(text: str, bits: int) -> int:
    """A whole number that fits; raises `ValueError`."""
    if not _NUMBER.fullmatch(text) or not -(1 << bits) <= int(text) < 1 << bits:
        raise ValueError(text)
    return int(text)
