"""The one statement answers what the slow twin answers, over hundreds of made-up queries."""

from __future__ import annotations

import random

import asyncpg
import orjson
import pytest

from db.pools import Database
from tests.schema.conftest import PRINCIPALS, Desk
from tests.schema.questions import Question
from tests.schema.slow_twin import Twin
from tests.schema.twin_links import RELATIONS
from tests.schema.twin_values import TABLES, Thing

QUESTIONS = 12


async def _ids(twin: Twin) -> list[str]:
    listed = [kind for kind in TABLES if kind not in {"StatementLine", "RecordVersion", "ImportRow"}]
    return [twin.value(Thing(kind, row), "id") for kind in listed for row in (await twin.rows(TABLES[kind][0]))[:3]]


async def _whole(desk: Desk, query: str, name: str, variables: dict[str, object], expected: object) -> None:
    """What the one statement answers as bytes is the same, by one statement, made for it and taken again."""
    for _ in range(2):
        before = len(desk.reader.statements)
        answer = await desk.whole(query, PRINCIPALS[name], **variables)
        assert answer is not None, query
        assert orjson.loads(answer.data) == expected, query
        assert len(desk.reader.statements) == before + 1


@pytest.mark.parametrize("name", ["auditor", "officer", "supervisor", "public"])
@pytest.mark.parametrize("seed", range(12), ids=lambda seed: f"seed{seed}")
async def test_the_statement_answers_what_the_slow_twin_answers(
    desk: Desk, small_world: Database, name: str, seed: int
) -> None:
    conn = await asyncpg.connect(small_world.keeper)
    try:
        twin = Twin(conn, PRINCIPALS[name], RELATIONS)
        ids = await _ids(twin)
        for at in range(QUESTIONS):
            chance = random.Random(f"{seed} {at}")
            query, variables = Question(twin.schema, PRINCIPALS[name], chance, ids).make()
            found = await desk.ask(query, PRINCIPALS[name], **variables)
            codes = {error.extensions["code"] for error in found.errors or ()}
            if codes:
                # An id of another noun in a filter, or a node that is not for this principal: nothing to compare.
                assert codes <= {"BAD_USER_INPUT", "UNAUTHENTICATED", "FORBIDDEN", "GRAPHQL_VALIDATION_FAILED"}, query
                continue
            expected = await twin.answer(query, variables)
            assert expected.errors is None, (expected.errors, query)
            assert found.data == expected.data, query
            await _whole(desk, query, name, variables, expected.data)
    finally:
        await conn.close()
