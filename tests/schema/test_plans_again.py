"""A plan that was made for some values serves others: the answer is the one that a plan of their own gives."""

from __future__ import annotations

import random
from typing import Any

import asyncpg
import orjson
import pytest

from db.plans import BadReadError, ReadError
from db.pools import Database
from resolvers.reading import Templates
from tests.schema.conftest import PRINCIPALS, Desk
from tests.schema.questions import TEXTS, Question
from tests.schema.slow_twin import Twin
from tests.schema.twin_links import RELATIONS
from tests.schema.twin_values import TABLES, Thing

ORGANIZATION = "query ($id: ID!) { organization(by: {id: $id}) { key name } }"
NAMED = "query ($key: String!) { account(by: {key: $key}) { key statement(first: 5) { nodes { sequence } } } }"
ENTRY = "query ($at: BigInt!) { entry(position: $at) { position kind leafHash } }"


async def _fresh(desk: Desk, query: str, name: str, variables: dict[str, Any]) -> object:
    """What graphql-core answers over plans of their own; its errors are nothing."""
    found = await desk.ask(query, PRINCIPALS[name], **variables)
    return None if found.errors else found.data


async def _again(desk: Desk, query: str, name: str, variables: dict[str, Any]) -> object:
    """What the plan that was kept answers."""
    try:
        answer = await desk.whole(query, PRINCIPALS[name], **variables)
    except ReadError:
        return None
    return None if answer is None else orjson.loads(answer.data)


@pytest.mark.parametrize("name", ["auditor", "officer", "public"])
async def test_a_kept_plan_answers_for_other_values(desk: Desk, small_world: Database, name: str) -> None:
    conn = await asyncpg.connect(small_world.keeper)
    try:
        twin = Twin(conn, PRINCIPALS[name], RELATIONS)
        ids = [twin.value(Thing("Organization", row), "id") for row in await twin.rows(TABLES["Organization"][0])]
        slotted = 0
        for seed in range(120):
            chance = random.Random(f"again {seed}")
            query, variables = Question(twin.schema, PRINCIPALS[name], chance, ids).make()
            prepared = desk.documents.prepared(query)
            if prepared is None or await _again(desk, query, name, variables) is None:
                continue
            for slot in prepared.slots & variables.keys():
                other = variables | {slot: chance.choice((*TEXTS, *ids))}
                slotted += 1
                assert await _again(desk, query, name, other) == await _fresh(desk, query, name, other), (query, other)
    finally:
        await conn.close()
    assert slotted > 10, "some questions have variables that plans are kept for"


async def test_ids_keys_and_positions_share_one_plan(desk: Desk) -> None:
    for query, values in (
        (NAMED, [{"key": key} for key in ("a1-1", "a2-1", "nobody")]),
        (ENTRY, [{"at": str(at)} for at in (0, 1, 5, 10**17)]),
    ):
        kept = len(desk.documents.templates.found)
        for variables in values:
            found = await _again(desk, query, "auditor", variables)
            assert found is not None
            assert found == await _fresh(desk, query, "auditor", variables)
        assert len(desk.documents.templates.found) == kept + 1


async def test_a_global_id_is_read_again_for_every_value(desk: Desk) -> None:
    data = await desk.data("{ organizations(first: 3) { nodes { id } } accounts(first: 1) { nodes { id } } }")
    ids = [node["id"] for node in data["organizations"]["nodes"]]
    for each in ids:
        found = await _again(desk, ORGANIZATION, "public", {"id": each})
        assert found is not None
        assert found == await _fresh(desk, ORGANIZATION, "public", {"id": each})
    assert len(desk.documents.templates.found) == 1
    for wrong in (data["accounts"]["nodes"][0]["id"], "nonsense", ""):
        with pytest.raises(BadReadError):
            await desk.whole(ORGANIZATION, PRINCIPALS["public"], id=wrong)


async def test_a_kept_plan_refuses_what_no_text_can_hold(desk: Desk) -> None:
    assert await desk.whole(NAMED, key="a1-1") is not None
    with pytest.raises(BadReadError):
        await desk.whole(NAMED, key="a\0")


async def test_a_kept_plan_is_of_one_class_of_principals(desk: Desk) -> None:
    query = "query ($key: String!) { account(by: {key: $key}) { key book } }"
    for name in PRINCIPALS:
        variables = {"key": "b1"}
        assert await _again(desk, query, name, variables) == await _fresh(desk, query, name, variables)


async def test_plans_are_bounded(desk: Desk) -> None:
    desk.documents.templates = Templates(most=8)
    for first in range(1, 30):
        await desk.whole("query ($n: Int!) { entries(first: $n) { nodes { position } } }", n=first)
    assert len(desk.documents.templates.found) == 8


@pytest.mark.parametrize(
    "query",
    [
        "mutation { closePeriod(input: {}) { errors { code } } }",
        "{ __schema { types { name } } }",
        "{ entries(first: 1) { nodes { position nothing } } }",
        "{ entries(first: 1) { nodes { ",
        "query A { __typename } query B { __typename }",
        "query ($k: Nothing) { organization(by: {key: $k}) { key } }",
    ],
)
async def test_what_one_statement_cannot_answer_is_left_to_the_executor(desk: Desk, query: str) -> None:
    assert await desk.whole(query) is None


async def test_an_answer_says_its_size_and_its_cost(desk: Desk) -> None:
    answer = await desk.whole("{ entries(first: 2) { nodes { position } } head { size } kind: __typename }")
    assert answer is not None
    found = orjson.loads(answer.data)
    assert list(found) == ["entries", "head", "kind"]
    assert found["kind"] == "Query"
    assert found["head"]["size"] == str(answer.size)
    assert answer.cost > 2
