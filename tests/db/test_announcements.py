"""A listener that never came to listen leaves no connection behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from db.announcements import Listener

if TYPE_CHECKING:
    import asyncpg

    from db.pools import Database


async def test_who_is_cancelled_before_it_listens_closes_its_connection(fresh_database: Database) -> None:
    made: list[asyncpg.Connection] = []

    async def connect() -> asyncpg.Connection:
        made.append(await fresh_database.connect("reader"))
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        return made[0]

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(Listener.open(connect, lambda: None))
    assert made[0].is_closed()
