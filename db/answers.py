"""Runs planned reads: one statement, one JSON text."""

from typing import Any, Protocol

import orjson

from db.plans import Plan


class Reader(Protocol):
    """What reads run on: an asyncpg pool or connection of the reader's role."""

    async def fetchval(self, query: str, *args: Any) -> Any:  # noqa: ANN401 - asyncpg's own signature
        """Run a statement and answer its first value."""


async def answer(reader: Reader, plan: Plan) -> object:
    """Run a plan and answer its JSON as Python values."""
    text = await reader.fetchval(plan.statement, *plan.arguments)
    return None if text is None else orjson.loads(text)
