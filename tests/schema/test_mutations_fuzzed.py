"""Inputs by chance, made from the contract itself: strange texts, wrong types, huge lists.

Whatever is sent, the answer is an entry, a named no, or BAD_USER_INPUT; never a fault of ours, never a
journal that is "busy"; and the journal verifies afterwards.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    is_required_input_field,
)

from db.pools import Database
from resolvers.context import Context
from resolvers.verification import VERIFIED, replayed
from tests.worlds import World, charity, opened

TEXTS = (
    "", " ", "hubei", "hubei-open", "hubei-bound", "hubei-bank", "hunan", "nowhere", "outside/hubei/custody/CNY/2",
    "outside/hubei/donors:natural:bank/CNY/2", "overdrawn/hubei-open", "education", "🏮🎁", "\x00", "\u202eabc",
    "e\u0301", "a" * 300, "x" * 70_000, "420000@201904", "'; drop table leaf; --", "11010519491231002X", "１２３",
    "-", "..", "\ud800", "undetermined", "CNY/2", "GOODS:mask:L/0", "registered",
)  # fmt: skip
SCALARS: dict[str, tuple[Any, ...]] = {
    "String": TEXTS,
    "ID": TEXTS,
    "Int": (0, 1, -1, 5, 2**31 - 1),
    "Boolean": (True, False),
    "BigInt": ("0", "1", "5", "-1", "100", str(2**63 - 1)),
    "Decimal": ("0", "1", "0.05", "12.345", "-1", "9" * 30),
    "Hex": ("", "ab" * 32, "ab" * 40_000),
    "Date": ("2026-05-31", "2026-06-01", "2026-06-02", "0001-01-01", "9999-12-31", "0001-01-02"),
    "DateTime": ("2027-01-01T00:00:00Z", "2020-01-01T00:00:00+08:00", "9999-12-31T23:59:59Z"),
    "UUID": ("00000000-0000-0000-0000-000000000000",),
    "JSON": (
        5, "x", [], {}, {"edition": "201401", "items": [{"code": "1", "from": "2014-01-01"}]}, {"a": [{}] * 50},
        {"edition": "201401", "items": [{"code": "\x00", "from": "0001-01-01"}]},
    ),
}  # fmt: skip
"""Values of the right type, many of them strange."""
WRONG: tuple[Any, ...] = (
    None, 5, -0.5, "x", "", "1e9", str(2**63), "2026-02-30", "NaN", "NO_SUCH", True, [], {}, [[]], {"a": 1},
)  # fmt: skip
"""Values that are of a wrong type nearly everywhere."""


class Chance:
    """Values for input types; mostly of the right shape, since the wrong ones are refused early."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def value(self, kind: GraphQLInputType, depth: int = 0) -> object:
        """A value for a type."""
        if self.random.random() < 0.02:
            return self.random.choice(WRONG)
        if isinstance(kind, GraphQLNonNull):
            return self.value(kind.of_type, depth)
        if isinstance(kind, GraphQLList):
            return [self.value(kind.of_type, depth + 1) for _ in range(self.random.choice((0, 1, 1, 2, 5, 6)))]
        if isinstance(kind, GraphQLEnumType):
            return self.random.choice(list(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            return self.object(kind, depth)
        if kind.name == "UUID" and self.random.random() < 0.9:
            return str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        return self.random.choice(SCALARS[kind.name])

    def object(self, kind: GraphQLInputObjectType, depth: int) -> dict[str, object]:
        """An object; exactly one field of those that must have one."""
        if kind.is_one_of:
            name = self.random.choice(list(kind.fields))
            return {name: self.value(kind.fields[name].type, depth + 1)}
        return {
            name: self.value(field.type, depth + 1)
            for name, field in kind.fields.items()
            if is_required_input_field(field) or self.random.random() < 0.25
        }


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A journal with two charities, one of which holds money."""
    async with opened(fresh_database, tmp_path) as made:
        await charity(made)
        yield made


async def send(schema: strawberry.Schema, ctx: Context, name: str, kind: str, value: object) -> str:
    """Send one mutation; the code of what was answered, or nothing."""
    mutation: Any = schema._schema.mutation_type
    answer = mutation.fields[name].type.of_type
    asked = "errors { code message }" if "errors" in answer.fields else "results { errors { code message } }"
    document = f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ {asked} }} }}"
    result = await schema.execute(document, {"input": value}, ctx)
    if result.errors:
        return str(result.errors[0].extensions["code"])  # type: ignore[index]  # every error has one
    found = result.data[name]  # type: ignore[index]  # there is data without errors
    lists = [found] if "errors" in found else found["results"]
    return next((error["code"] for item in lists for error in item["errors"]), "")


@pytest.mark.parametrize("seed", range(3))
async def test_no_input_is_our_fault(world: World, built: strawberry.Schema, seed: int) -> None:
    chance = Chance(seed)
    mutation = built._schema.mutation_type
    assert isinstance(mutation, GraphQLObjectType)
    seen: dict[str, int] = {}
    for name, field in mutation.fields.items():
        if "input" not in field.args:
            continue  # there is nothing to get wrong
        argument = field.args["input"].type
        assert isinstance(argument, GraphQLNonNull)
        for _ in range(12):
            value = chance.value(argument)
            code = await send(built, world.administrator, name, argument.of_type.name, value)
            assert code not in {"INTERNAL_SERVER_ERROR", "UNAVAILABLE", "BUSY", "NOT_STORED"}, (name, value)
            seen[code] = seen.get(code, 0) + 1
    assert seen["BAD_USER_INPUT"]
    assert seen["MALFORMED"]
    assert seen[""]
    done = await replayed(world.context.reader, world.context.journal.id, world.clock)
    assert (done.verdict, done.findings) == (VERIFIED, [])
