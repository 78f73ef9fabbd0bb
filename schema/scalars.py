"""Scalars of the contract: whole numbers and decimals are strings, times are RFC 3339, bytes are hexadecimal.

Answers arrive from the database as the contract shows them, so that writing a
scalar out is the identity; reading one in is strict.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType
from uuid import UUID

import strawberry
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)
Hex = NewType("Hex", bytes)
Rate = NewType("Rate", str)
Json = NewType("Json", object)

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,18}", re.ASCII)
_HEX = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)


def _text(value: Any) -> str:  # noqa: ANN401 - what a scalar is given may be anything
    if not isinstance(value, str):
        raise ValueError("expected a string")  # noqa: TRY004 - graphql-core answers it as the caller's error
    return value


def parse_big_int(value: Any) -> int:  # noqa: ANN401 - an annotation or value known at run time only
    """Read a whole number of at most 64 bits from its decimal string; raises `ValueError`."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)
    if not _WHOLE.fullmatch(text) or not -(1 << 63) <= int(text) < 1 << 63:
        raise ValueError("expected a whole number of at most 64 bits, as a string")
    return int(text)


def parse_hex(value: Any) -> bytes:  # noqa: ANN401 - an annotation or value known at run time only
    """Read bytes from lower-case hexadecimal; raises `ValueError`."""
    if not _HEX.fullmatch(_text(value)):
        raise ValueError("expected lower-case hexadecimal")
    return bytes.fromhex(value)


def parse_date(value: Any) -> date:  # noqa: ANN401 - an annotation or value known at run time only
    """Read YYYY-MM-DD; raises `ValueError`."""
    if not _DATE.fullmatch(_text(value)):
        raise ValueError("expected a date as YYYY-MM-DD")
    return date.fromisoformat(value)


def parse_time(value: Any) -> datetime:  # noqa: ANN401 - an annotation or value known at run time only
    """Read RFC 3339 with an offset; raises `ValueError`."""
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("expected a time with its offset, such as 2026-01-31T08:00:00Z")
    return moment.astimezone(UTC)


def parse_uuid(value: Any) -> UUID:  # noqa: ANN401 - a scalar may be given anything
    """Read a UUID in its usual spelling; raises `ValueError`."""
    if not _UUID.fullmatch(_text(value)):
        raise ValueError("expected a UUID such as 019353a4-7d5e-7c10-8000-0123456789ab")
    return UUID(value)


def parse_decimal(value: Any) -> str:  # noqa: ANN401 - an annotation or value known at run time only
    """Read a decimal string as it is; raises `ValueError`."""
    if not _DECIMAL.fullmatch(_text(value)):
        raise ValueError("expected a decimal number as a string")
    return str(value)


def _shown(value: Any) -> Any:  # noqa: ANN401 - see the module's docstring
    """Write out what the database answered; values of Python take their text."""
    match value:
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case bytes():
            return value.hex()
        case date() | int() | Decimal() | UUID():
            return str(value)
        case _:
            return value


def _same(value: Any) -> Any:  # noqa: ANN401 - an annotation or value known at run time only
    return value


SCALARS: dict[object, ScalarDefinition] = {
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of at most 64 bits, as a string.",
        serialize=_shown,
        parse_value=parse_big_int,
    ),
    Hex: strawberry.scalar(
        name="Hex", description="Bytes in lower-case hexadecimal.", serialize=_shown, parse_value=parse_hex
    ),
    Rate: strawberry.scalar(
        name="Decimal",
        description="A decimal number as a string, never a float.",
        serialize=_shown,
        parse_value=parse_decimal,
    ),
    Json: strawberry.scalar(name="JSON", description="Any JSON value.", serialize=_same, parse_value=_same),
    UUID: strawberry.scalar(
        name="UUID",
        description="A UUID in its usual spelling; version 7 keeps indexes small.",
        serialize=_shown,
        parse_value=parse_uuid,
    ),
    date: strawberry.scalar(
        name="Date", description="A civil date, YYYY-MM-DD.", serialize=_shown, parse_value=parse_date
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A time in UTC with microseconds (RFC 3339).",
        serialize=_shown,
        parse_value=parse_time,
    ),
}
"""What `schema/contract.py` hands to Strawberry."""
