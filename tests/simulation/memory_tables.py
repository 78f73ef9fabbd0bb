"""The database of a simulation: what `db.trees` reads and writes, in memory, with sessions that break.

Every statement waits before it happens and before it answers: in between, others act, the server process may be killed,
and the session may be lost.  What happened is durable; `restore` puts an old copy in its place.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from db import statements
from ledger import merkle

_SQL = statements.load("trees")
Pause = Callable[[], Awaitable[None]]


@dataclass
class Tables:
    """One journal: leaves and their hashes, and what was published about them."""

    leaves: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    checkpoints: dict[int, tuple[bytes, str]] = field(default_factory=dict)
    cosignatures: dict[tuple[int, str], str] = field(default_factory=dict)
    witnessed: dict[int, tuple[int, ...]] = field(default_factory=dict)
    keys: list[bytes] = field(default_factory=list)
    elected: Session | None = None
    roots: dict[int, bytes] = field(default_factory=dict)

    def root(self, size: int | None = None) -> bytes:
        """The root of the first so many leaves, or of all; remembered."""
        count = len(self.hashes[:size])
        if count not in self.roots:
            self.roots[count] = merkle.root(self.hashes[:count])
        return self.roots[count]

    def copy(self) -> Tables:
        """A backup."""
        return Tables(
            list(self.leaves), list(self.hashes), dict(self.checkpoints), dict(self.cosignatures),
            dict(self.witnessed), list(self.keys),
        )  # fmt: skip

    def restore(self, old: Tables) -> None:
        """Become what a backup holds; every session is lost."""
        made = old.copy()
        for name in ("leaves", "hashes", "checkpoints", "cosignatures", "witnessed", "keys"):
            setattr(self, name, getattr(made, name))
        self.roots.clear()
        self.elected = None


@dataclass(eq=False)
class Session:
    """A connection of one process; once `lost`, nothing that it asks for happens."""

    tables: Tables
    pause: Pause
    lost: bool = False

    async def _answer(self, statement: str, args: Sequence[Any]) -> Any:  # noqa: ANN401 -- rows of any statement
        await self.pause()
        self._alive()
        found = getattr(self, _NAMES[statement])(*args[1:])
        await self.pause()
        self._alive()
        return found

    def _alive(self) -> None:
        if self.lost:
            raise OSError("the connection is lost")

    async def fetchrow(self, statement: str, *args: Any) -> Any:  # noqa: ANN401 -- a driver takes any argument
        """The first row, or None."""
        return await self._answer(statement, args)

    fetch = fetchval = execute = fetchrow

    async def close(self, **_more: float) -> None:
        """Give the election up."""
        await asyncio.sleep(0)
        self.lose()

    def lose(self) -> None:
        """Break it: the database frees what it held."""
        self.lost = True
        if self.tables.elected is self:
            self.tables.elected = None

    def head(self) -> dict[str, Any]:
        """Size and root."""
        return {"size": len(self.tables.leaves), "root": self.tables.root()}

    def tiles(self, levels: list[int], numbers: list[int]) -> list[dict[str, Any]]:
        """The one tile that a small journal has."""
        assert set(zip(levels, numbers, strict=True)) <= {(0, 0)}
        return [{"level": 0, "number": 0, "nodes": b"".join(self.tables.hashes)}] if levels else []

    def newest_checkpoint(self) -> dict[str, Any] | None:
        """The largest one."""
        if not self.tables.checkpoints:
            return None
        size = max(self.tables.checkpoints)
        root, note = self.tables.checkpoints[size]
        return {"size": size, "root": root, "note": note}

    def insert_checkpoint(self, size: int, root: bytes, note: str) -> None:
        """Publish."""
        self.tables.checkpoints.setdefault(size, (root, note))

    def keys_declared(self, _before: int) -> dict[str, Any]:
        """The first entry: keys are not rotated here."""
        return {"position": 0, "leaf": self.tables.keys[0]}

    def keys_named(self) -> list[dict[str, Any]]:
        """As above."""
        return [{"leaf": leaf} for leaf in self.tables.keys]

    def cosigners(self, size: int) -> list[dict[str, Any]]:
        """Who cosigned a head."""
        found = self.tables.cosignatures.items()
        return [{"witness": witness, "line": line} for (at, witness), line in found if at == size]

    def insert_cosignature(self, size: int, witness: str, line: str) -> None:
        """Keep a line; of a head that is not there any more, none."""
        if size not in self.tables.checkpoints:
            raise OSError("no such checkpoint")
        self.tables.cosignatures[size, witness] = line

    def insert_witnessed(self, size: int, *counted: int) -> None:
        """Note that the policy is met."""
        self.tables.witnessed.setdefault(size, counted)

    def elect(self) -> bool:
        """Become the publisher, while the session lives."""
        if self.tables.elected is None:
            self.tables.elected = self
        return self.tables.elected is self


_NAMES = {
    getattr(_SQL, name): name
    for name in (
        "head", "tiles", "newest_checkpoint", "insert_checkpoint", "keys_declared", "keys_named", "cosigners",
        "insert_cosignature", "insert_witnessed", "elect",
    )
}  # fmt: skip


def pauses(chance: random.Random, longest: float) -> Pause:
    """Waits of random length, often of none."""

    async def pause() -> None:
        await asyncio.sleep(0 if chance.random() < 0.5 else chance.random() * longest)

    return pause
