"""The publisher: signs the head of a journal within a second, and never backwards.

One process of all that serve a journal is elected, by a lock that its database session holds.  Before each signature
it proves that the new tree continues the one it signed last, which it remembers in a file outside the database
(`resolvers/keys.py`), and makes the new memory durable.  A database that was restored from an old backup, or that
lost its newest entries, therefore stops publication with a `ForkRiskError` instead of starting a second history.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from db import trees
from db.trees import Signed
from ledger import checkpoints, merkle, tiles
from ledger.checkpoints import Checkpoint
from ledger.errors import LedgerError
from ledger.notes import Signer
from resolvers.keys import KeyFileError, KeyStore, Last, signing

POLL_SECONDS = 0.2
"""How often the head is looked at; a checkpoint covers an acknowledged entry within a second."""
_PATIENCE = 2.0

_log = logging.getLogger(__name__)

Connect = Callable[[], Awaitable[trees.Session]]
"""Opens a database session that may insert checkpoints."""
Check = Callable[[trees.Session], Awaitable[None]]
"""Asks outsiders, once elected and before anything is signed; raises `ForkRiskError`."""


class ForkRiskError(Exception):
    """Signing this head could contradict an earlier checkpoint; `last` was signed, the database has `size`."""

    def __init__(self, last: Last, size: int, reason: str) -> None:
        super().__init__(
            f"fork risk: {last.size} entries of {last.origin} were signed, and {reason} (the database has {size}). "
            "Nothing is signed until this is settled: restore the newer database, or, if it is lost for good, compare "
            "with your witnesses and run `mingzhang keys adopt --head`."
        )
        self.last = last
        self.size = size


def checked(last: Last, size: int, root: bytes, node: merkle.NodeReader) -> None:
    """Raise `ForkRiskError` unless the tree of `size` and `root` continues what was signed last.

    `node` reads the tiles of `tiles_to_check`.
    """
    if size < last.size:
        raise ForkRiskError(last, size, "entries are missing")
    try:
        if merkle.root_at(size, node) != root:
            raise ForkRiskError(last, size, "the tiles lead to another root than the head's")
        if last.size:
            proof = merkle.consistency_proof(last.size, size, node)
            merkle.verify_consistency(last.size, size, last.root, root, proof)
    except LedgerError as error:
        raise ForkRiskError(last, size, f"the tree does not continue it: {error}") from error


def tiles_to_check(last: Last, size: int) -> list[tiles.Tile]:
    """The tiles that `checked` reads."""
    if size < last.size:
        return []
    return [*tiles.root_tiles(size), *(tiles.consistency_tiles(last.size, size) if last.size else ())]


@dataclass(slots=True)
class Publisher:
    """Signs one journal's heads; `trouble` says why it does not, for operators."""

    journal: int
    signer: Signer
    store: KeyStore
    connect: Connect
    check: Check | None = None
    risk: Callable[[], ForkRiskError | None] = lambda: None
    trouble: str | None = None
    leading: bool = False
    size: int = 0
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Publish until `stop`; keeps trying to be elected, and outlives lost connections."""
        while not self._stop.is_set():
            conn = None
            try:
                conn = await self.connect()
                await self._lead(conn)
            except asyncio.CancelledError:
                raise
            except (ForkRiskError, KeyFileError) as fault:
                self._say(str(fault))
                await self._pause(_PATIENCE)
            except Exception as fault:  # noqa: BLE001 - the database may be away; publication resumes when it is back
                self._say(f"publication waits for the database: {type(fault).__name__}: {fault}")
                await self._pause(_PATIENCE)
            finally:
                self.leading = False
                if conn is not None:
                    with contextlib.suppress(Exception):
                        await conn.close(timeout=_PATIENCE)

    def stop(self) -> None:
        """Publish what is there, then end."""
        self._stop.set()

    async def _lead(self, conn: trees.Session) -> None:
        """Wait to be elected, then publish every new head."""
        while not await trees.elect(conn, self.journal):
            self.trouble = None
            if await self._pause(1.0):
                return
        if self.check is not None:
            await self.check(conn)
        self.leading = True
        while True:
            stopping = self._stop.is_set()
            if found := self.risk():
                raise found
            await self.publish(conn)
            self.trouble = None
            if stopping:
                return
            await self._pause(POLL_SECONDS)

    async def publish(self, conn: trees.Session) -> Signed | None:
        """Sign the head if it is new; returns what was published.  Raises `ForkRiskError` or `KeyFileError`."""
        size, root = await trees.head(conn, self.journal)
        if size in (0, self.size):
            return None
        last = self.store.last()
        if last.origin != self.signer.name:
            raise ForkRiskError(last, size, f"the memory is of {last.origin}, not of {self.signer.name}")
        found = await trees.tiles(conn, self.journal, tiles_to_check(last, size))
        checked(last, size, root, tiles.node_reader(found))
        names = await trees.keys_in_force(conn, self.journal, size)
        # Read anew each time: another process may have rotated the key.
        signers = signing(self.store.signers(self.signer.name), names, self.store)
        self.store.remember(Last(last.origin, size, root))
        note = checkpoints.sign(Checkpoint(self.signer.name, size, root), *signers)
        signed = Signed(size, root, note)
        await trees.publish(conn, self.journal, signed)
        self.size = size
        return signed

    async def _pause(self, seconds: float) -> bool:
        """Wait, or wake when stopped; whether it is."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
        return self._stop.is_set()

    def _say(self, trouble: str) -> None:
        """Log a trouble once, and keep it for `/ready`."""
        if trouble != self.trouble:
            _log.error("%s", trouble)
        self.trouble = trouble


async def adopt(conn: trees.Session, journal: int, store: KeyStore, origin: str) -> Last:
    """Accept the database's head as what was signed last, on an operator's word; returns it."""
    size, root = await trees.head(conn, journal)
    last = Last(origin, size, root)
    store.adopt(last)
    return last
