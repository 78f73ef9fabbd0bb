"""Statements, told by name to whoever traces them; never their arguments, and never a text that was composed.

A tracer is told in the event loop, after the statement, by the task that asked: so the caller's context is the one that
it was asked in.
"""

from functools import cache
from typing import Any, Final, Protocol

import asyncpg

from db import statements

PLANNED: Final = "planner.read"
"""Every statement that the planner has composed."""
_PLANNERS: Final = "json_build_"
"""Every answer that the planner composes is built so."""
_OWN: Final = "postgresql"
"""What the driver asks on its own account, such as the types it does not know yet."""


class Tracer(Protocol):
    """Whoever is told; nothing here may wait or raise."""

    def statement(self, name: str, seconds: float, *, failed: bool) -> None:
        """A statement was answered."""


def traced(tracer: Tracer | None) -> Any:  # noqa: ANN401 - what asyncpg calls with every new connection
    """What a pool does with a new connection so that its statements are told."""
    if tracer is None:
        return None

    def told(record: Any) -> None:  # noqa: ANN401 - asyncpg's LoggedQuery, which publishes no type
        tracer.statement(name_of(record.query), record.elapsed, failed=record.exception is not None)

    async def init(conn: asyncpg.Connection) -> None:
        conn.add_query_logger(told)

    return init


def name_of(text: str) -> str:
    """The name of a statement, `noun.name`; a word of its own for what has none."""
    found = _names().get(text)
    if found is not None:
        return found
    return PLANNED if _PLANNERS in text else _OWN


@cache
def _names() -> dict[str, str]:
    """Every statement's name by its text."""
    return {
        text: f"{noun}.{name}" for noun in statements.nouns() for name, text in statements.load(noun).items()
    }  # fmt: skip
