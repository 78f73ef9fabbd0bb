"""The publisher: signs the head of a journal within a second, and never backwards.

One process of all that serve a journal is elected, by a lock that its database session holds.  Before each signature
it proves that the new tree continues the one it signed last, which it remembers in a file outside the database
(`resolvers/keys.py`), and makes the new memory durable.  A database that was restored from an old backup, or that
lost its newest entries, therefore stops publication with a `ForkRiskError` instead of starting a second history.

Once elected, it asks every witness what it has seen (`resolvers/cosignatures.py`), and then:

- a witness has seen what this database does not hold: fork risk, whatever the own memory says;
- the own memory is there: it suffices, whoever is silent (who that is stands in `/ready`, and they are asked again);
- the own memory is lost: it is made anew from what witnesses cosigned, once so many have answered that the silent ones
  could not make a head *witnessed* by themselves, and this journal is proven to continue it; else only an operator
  can say what was signed last (`mingzhang keys adopt --head`).
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from db import trees
from db.trees import Signed
from ledger import checkpoints, merkle, tiles
from ledger.checkpoints import Checkpoint
from ledger.errors import LedgerError
from ledger.notes import Signer
from resolvers.keys import KeyFileError, KeyStore, Last, LostStateError, signing

POLL_SECONDS = 0.05
"""How often the head is looked at, at least: so long after it was reached, a number of entries is signed."""
LONGEST_INTERVAL = 0.8
"""Seconds; a checkpoint covers an acknowledged entry within a second."""
_PATIENCE = 2.0
_STEADY = 4
"""Seconds for which another process has been the elected one: longer than one in trouble holds out."""

_log = logging.getLogger(__name__)

Connect = Callable[[], Awaitable[trees.Session]]
"""Opens a database session that may insert checkpoints."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What witnesses said, once asked: the newest head that one of them has seen (proven to be in this journal).

    `enough` says whether those who are `silent` could not make any head witnessed without those who answered.
    """

    newest: Last | None
    silent: tuple[str, ...]
    enough: bool


Check = Callable[[trees.Session], Awaitable[Asked]]
"""Asks outsiders, once elected and before anything is signed; raises `ForkRiskError`."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a head is signed: `interval` seconds after its first new entry was seen, at once after `entries` of them."""

    interval: float = 0.2
    entries: int = 1000

    @property
    def look(self) -> float:
        """How often the head is looked at, in seconds."""
        return min(POLL_SECONDS, self.interval / 2)

    def due(self, new: int, waited: float) -> bool:
        """Whether a head with `new` entries, the first of them seen `waited` seconds ago, is signed now."""
        return new > 0 and (new >= self.entries or waited >= self.interval - self.look / 2)


class ForkRiskError(Exception):
    """Signing this head could contradict an earlier checkpoint; `last` was signed, the database has `size`."""

    def __init__(self, last: Last, size: int, reason: str) -> None:
        super().__init__(
            f"fork risk: {last.size} entries of {last.origin} were signed, and {reason} (the database has {size}). "
            "Nothing is signed until this is settled: restore the newer database, or, if it is lost for good, compare "
            "with your witnesses and begin a new origin after it: `mingzhang keys succeed`."
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
    """Signs one journal's heads; `trouble` says why it does not, for operators.

    `clock` is monotonic, `now` is POSIX time, both in seconds.
    """

    journal: int
    signer: Signer
    store: KeyStore
    connect: Connect
    check: Check | None = None
    risk: Callable[[], ForkRiskError | None] = lambda: None
    trouble: str | None = None
    leading: bool = False
    size: int = 0
    rhythm: Rhythm = field(default_factory=Rhythm)
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    _since: float | None = None
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
        missed = 0
        while not await trees.elect(conn, self.journal):
            missed += 1
            if missed >= _STEADY:
                self.trouble = None  # somebody else publishes; who is in trouble gives the election up each time
            if await self._pause(1.0):
                return
        await self.remembered(conn)
        self.leading = True
        while True:
            stopping = self._stop.is_set()
            if found := self.risk():
                raise found
            await self.tick(conn, anyway=stopping)
            self.trouble = None
            if stopping:
                return
            await self._pause(self.rhythm.look)

    async def remembered(self, conn: trees.Session) -> None:
        """Know what was signed last before anything is signed: own memory and witnesses, by the rule above.

        Raises `ForkRiskError`, or `LostStateError` when nobody can tell.
        """
        asked = Asked(None, (), enough=False) if self.check is None else await self.check(conn)
        try:
            self.store.last()
        except LostStateError as lost:
            published = await trees.newest(conn, self.journal)
            if not asked.enough or asked.newest is None:
                raise LostStateError(lost.path, asked.silent) from None
            here = asked.newest
            if published is not None and published.size > here.size:
                here = Last(self.signer.name, published.size, published.root)
            self.store.adopt(here)
            _log.warning("the publisher's memory was lost; witnesses know %s entries, which continue here", here.size)

    async def tick(self, conn: trees.Session, *, anyway: bool = False) -> Signed | None:
        """Look at the head once and sign it if that is due; returns what was published."""
        size, _ = await trees.head(conn, self.journal)
        if size == self.size:
            self._since = None
            return None
        now = self.clock()
        self._since = now if self._since is None else self._since
        if not anyway and not self.rhythm.due(abs(size - self.size), now - self._since):
            return None
        self._since = None
        return await self.publish(conn)

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
        note = checkpoints.sign(Checkpoint(self.signer.name, size, root), *signers, time=int(self.now()))
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
