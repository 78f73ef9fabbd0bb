"""Following a journal: how far it reaches, and being told when it grows.

Every batch of the door and every published head notifies the channel `mingzhang` with its commit, so that a listener
in any process learns of it.  A notice only says *look*: what there is to see is read, so a lost one loses nothing.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from db import statements
from db.door_jobs import LOST

_SQL = statements.load("announcements")

CHANNEL: Final = "mingzhang"
"""The channel that `journal.move_head` and `trees.insert_checkpoint` notify."""

Session = Any
"""An asyncpg pool or connection."""


@dataclass(frozen=True, slots=True)
class Ends:
    """How many entries a journal has, and how many its newest published head covers."""

    size: int = 0
    published: int = 0


async def ends(reader: Session, journal: int) -> Ends:
    """How far the journal reaches now."""
    row = await reader.fetchrow(_SQL.ends, journal)
    return Ends() if row is None else Ends(row["size"], row["published"])


class Listener:
    """A connection of its own that listens; `told` is called for every notice, and when the connection breaks."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self._conn = conn

    @classmethod
    async def open(
        cls, connect: Callable[[], Awaitable[asyncpg.Connection]], told: Callable[[], None]
    ) -> "Listener | None":
        """Listen; None where the database cannot be reached."""
        try:
            conn = await connect()
            await conn.add_listener(CHANNEL, lambda *_: told())
        except LOST:
            return None
        conn.add_termination_listener(lambda _: told())
        return cls(conn)

    @property
    def lost(self) -> bool:
        """Whether the connection has broken."""
        closed: bool = self._conn.is_closed()
        return closed

    async def close(self) -> None:
        """Listen no more."""
        with suppress(*LOST):
            await self._conn.close(timeout=2)
