"""Everything a server is made of, opened in order and closed in reverse.

    database (embedded, or DATABASE_URL) → migrations → audit of the catalog → pools → journal → door
    → position 0 → publisher → context

`opened` is the one place that knows all of them; commands and tests use it as the server does.
"""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from db import catalog, trees, vault, vault_keys
from db.disk import Disk
from db.embedded import Server
from db.embedded_errors import EmbeddedError
from db.journal import Door, Journal, open_journal
from db.pools import Database
from db.roles import Role
from ledger.commands import INSTRUCTED, Command
from ledger.draft import civil_day
from ledger.notes import Verifier as VerifierKey
from ledger.policies import Policy
from resolvers import succession
from resolvers.attempts import Attempts
from resolvers.checkpoints import Publisher
from resolvers.context import SYSTEM, Context
from resolvers.cosignatures import Cosigner, policy_of
from resolvers.deliverer import Deliverer
from resolvers.erasure import erase_again
from resolvers.expiring import Expirer
from resolvers.feed import Feed
from resolvers.keys import KeyStore
from resolvers.snapshots import Snapshotter
from resolvers.tokens import Uses
from resolvers.verification import Verifier
from schema.asgi import oidc_settings
from schema.asgi.measurements import Measurements
from schema.asgi.oidc import Oidc
from schema.asgi.oidc_keys import Keys
from schema.asgi.outbound import ask
from schema.asgi.posting import Poster
from schema.asgi.recognition import Recognition
from schema.asgi.settings import Settings
from schema.asgi.spans import Spans, spans_of
from schema.rates import Throttle

SPECIFICATION = "mingzhang/1"
"""The version of ledger/SPEC.md that new journals are opened under."""
_OPENING = uuid.UUID("6d696e67-7a68-5fe6-988e-e8b4a6000000")
"""Namespace of the ids of opening entries, so that several processes that open one journal write one entry."""

_POOLS: Final[tuple[tuple[Role, int], ...]] = (("reader", 8), ("door", 4), ("door", 2))
"""Roles and most connections of the pools: for reading, for what only the door may see, and the door's own."""
_WATCH_SECONDS = 0.5
_CLOSE_SECONDS = 5.0

_log = logging.getLogger(__name__)


Pool = Any
"""An asyncpg pool."""


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Platform:
    """An opened installation: what routes and commands reach for."""

    settings: Settings
    database: Database
    journal: Journal
    door: Door
    reader: Pool
    writer: Pool
    publisher: Publisher
    cosigner: Cosigner
    snapshotter: Snapshotter
    context: Context
    measurements: Measurements
    gaps: list[str] = field(default_factory=list)
    host: "Host | None" = None
    """The embedded PostgreSQL; None for a server at DATABASE_URL."""
    uses: Uses = field(init=False)
    expirer: Expirer = field(init=False)
    feed: Feed = field(init=False)
    deliverer: Deliverer = field(init=False)
    throttle: Throttle = field(init=False)
    tokens: Recognition = field(init=False)
    oidc: Oidc | None = field(init=False)
    """Recognises an issuer's tokens, where one is configured."""
    starting: str | None = None
    """What has still to be done before this server counts as ready."""
    erased_again: int = 0
    """Persons whose erasure stands in the journal and who were there again when it was opened."""

    def __post_init__(self) -> None:
        """Make what works beside the requests."""
        self.uses = Uses(self.writer)
        self.expirer = Expirer(self.context, self.measurements.expired.inc)
        self.tokens = Recognition(self.reader, self.writer)
        self.oidc = _oidc(self.settings)
        self.context = replace(self.context, forget=self.tokens.forget)
        self.feed = Feed(self.journal.id, self.reader, lambda: self.database.connect("reader"))
        self.deliverer = Deliverer(self.context, self.feed, Poster(private=self.settings.private_webhooks).post)
        self.throttle = Throttle(self.settings.rates, time.monotonic, refused=self.measurements.limited)


def _oidc(settings: Settings) -> Oidc | None:
    """Who recognises an issuer's tokens; raises `oidc_settings.OidcSettingsError`."""
    if settings.oidc is None:
        return None
    chosen = oidc_settings.load(settings.oidc)
    return Oidc(chosen, Keys(chosen.issuer, ask, time.monotonic))


class Host:
    """The embedded PostgreSQL that we run, or whose guest we are; replaced when it has gone away.

    Whoever started it may be a command that ends while we serve, and PostgreSQL then ends with it; or PostgreSQL itself
    was killed.  Its socket and passwords stay the same, so that pools connect again by themselves.  Data that vanished
    under us are never replaced by an empty database: `trouble` says so until they are back.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._server = Server.start(data)
        self.trouble: str | None = None

    @property
    def database(self) -> Database:
        """How to reach it."""
        return Database.embedded(self._server)

    async def watch(self) -> None:
        """Start it again whenever it has gone, for ever; in the main thread, since PostgreSQL ends with its starter."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if not self._server.is_running():
                self._again()

    def _again(self) -> None:
        """Start it once more, on the same cluster or none; what keeps it from starting is logged once."""
        if self.trouble is None:
            _log.warning("PostgreSQL has gone away; starting it again")
        self._server.stop()
        try:
            self._server = Server.start(self._data, same=self._server.identity)
        except EmbeddedError as fault:
            if self.trouble != str(fault):
                _log.error("PostgreSQL could not be started again: %s", fault)
            self.trouble = str(fault)
        else:
            self.trouble = None

    def stop(self) -> None:
        """Stop it, if it is ours."""
        self._server.stop()


@contextlib.contextmanager
def database_of(settings: Settings) -> Iterator[Database]:
    """The database of these settings: at DATABASE_URL, or embedded, ours or as a guest of a running server."""
    if settings.database_url:
        yield Database.at(settings.database_url)
        return
    host = Host(settings.data)
    try:
        yield host.database
    finally:
        host.stop()


@contextlib.asynccontextmanager
async def _watched(settings: Settings) -> AsyncIterator[tuple[Database, Host | None]]:
    """The same, started again when it goes away."""
    if settings.database_url:
        yield Database.at(settings.database_url), None
        return
    host = Host(settings.data)
    watching = asyncio.create_task(host.watch(), name="postgresql")
    try:
        yield host.database, host
    finally:
        watching.cancel()
        await asyncio.wait([watching])
        host.stop()


@contextlib.asynccontextmanager
async def _pool(pool: Pool) -> AsyncIterator[Pool]:
    """A pool, closed in the end even if somebody still holds a connection of a database that does not answer."""
    await pool
    try:
        yield pool
    finally:
        try:
            await asyncio.wait_for(pool.close(), _CLOSE_SECONDS)
        except TimeoutError:
            pool.terminate()


@contextlib.asynccontextmanager
async def opened(
    settings: Settings, *, now: Callable[[], datetime] = utc_now, publish: bool = True
) -> AsyncIterator[Platform]:
    """Open everything; on leaving, finish what was accepted, publish it, and close everything."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with _watched(settings) as (database, host):
        await database.prepare()
        async with over(database, settings, now=now, publish=publish) as platform:
            platform.host = host
            yield platform


@contextlib.asynccontextmanager
async def over(
    database: Database,
    settings: Settings,
    *,
    now: Callable[[], datetime] = utc_now,
    publish: bool = True,
    spans: Spans | None = None,
) -> AsyncIterator[Platform]:
    """The same over a database that is ready; `spans` instead of those that the settings ask for."""
    server = uuid.uuid4().hex[:12]
    async with contextlib.AsyncExitStack() as stack:
        tracer = spans or spans_of(settings.traces, server)
        if tracer is not None:
            stack.callback(tracer.close)
        reader, writer, door_pool = [
            await stack.enter_async_context(_pool(database.pool(role, least=1, most=most, tracer=tracer)))
            for role, most in _POOLS
        ]
        measurements = Measurements({"reader": reader, "keeper": writer, "door": door_pool}, server, tracer)
        platform = await _assembled(settings, database, measurements, reader, writer, door_pool, now)
        stack.push_async_callback(platform.door.close)
        await _open_position_zero(platform)
        platform.erased_again = await erase_again(platform.context)
        if platform.erased_again:
            _log.warning("%d persons whose erasure stands in the journal were erased again", platform.erased_again)
        task = asyncio.create_task(platform.publisher.run(), name="publisher") if publish else None
        attempts = platform.context.attempts
        assert attempts is not None, "assembled above"
        sealing = asyncio.create_task(attempts.run(platform.context), name="attempts")
        cosigning = asyncio.create_task(platform.cosigner.run(lambda: platform.publisher.leading), name="cosigner")
        try:
            async with _beside(platform, running=publish):
                yield platform
        finally:
            # What is still waiting is written before the last checkpoint is signed.
            await platform.context.verifier.stop()
            await attempts.stop(platform.context)
            sealing.cancel()
            await asyncio.wait([sealing])
            await platform.door.close()
            platform.cosigner.stop()
            cosigning.cancel()
            await asyncio.wait([cosigning])
            platform.publisher.stop()
            if task is not None:
                _, late = await asyncio.wait([task], timeout=5)
                for one in late:
                    one.cancel()
                    await asyncio.wait([one], timeout=5)  # it closes its connection


@contextlib.asynccontextmanager
async def _beside(platform: Platform, *, running: bool) -> AsyncIterator[None]:
    """What a server does beside its requests: frees holds, notes uses of tokens, seals balances, tells subscribers."""
    tasks = [
        asyncio.create_task(work, name=name)
        for name, work in (
            ("expirer", platform.expirer.run()), ("uses", platform.uses.run()), ("feed", platform.feed.run()),
            ("tokens", platform.tokens.run()), ("deliverer", platform.deliverer.run()),
            ("snapshotter", platform.snapshotter.run(lambda: platform.publisher.leading)),
        )
    ] if running else []  # fmt: skip
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await platform.uses.write()


async def _assembled(
    settings: Settings,
    database: Database,
    measurements: Measurements,
    reader: Pool,
    writer: Pool,
    door_pool: Pool,
    now: Callable[[], datetime],
) -> Platform:
    """Put the parts of an installation together."""
    async with reader.acquire() as conn:
        gaps = [str(finding) for finding in await catalog.audit(conn)]
    for gap in gaps:
        _log.warning("a fence of the database is down: %s", gap)
    async with writer.acquire() as conn:
        keys = vault_keys.open_keys(settings.data, in_use=await vault.in_use(conn))
    journal = await open_journal(writer, settings.journal, settings.origin)
    store = KeyStore(settings.data, settings.journal)
    signer = store.signer(settings.origin)
    policy = _policy(settings)
    cosigner = Cosigner(journal.id, signer.verifier, policy, writer, ask, time.monotonic, lambda: now().timestamp())
    publisher = Publisher(
        journal.id, signer, store, lambda: database.connect("door"), cosigner.check, lambda: cosigner.risk,
        rhythm=settings.rhythm, now=lambda: now().timestamp(),
    )  # fmt: skip
    disk = Disk(settings.data, settings.reserve)
    # A database elsewhere writes to a disk that we do not see: it refuses by itself.
    has_room = disk.has_room if settings.database_url is None else _always
    door = Door(door_pool, journal, now, observer=measurements, has_room=has_room)
    context = Context(
        principal=SYSTEM,
        journal=journal,
        reader=reader,
        now=now,
        door=door,
        vault=vault.Vault(keys),
        keeper=writer,
        eraser=lambda: database.connect("eraser"),
        attempts=Attempts(measurements),
        verifier=Verifier(journal.id, reader, writer, now, (publisher.signer.verifier,)),
        auditors=_auditors(settings),
    )
    context.verifier.vault = context
    snapshotter = Snapshotter(context, lambda: database.connect("door"), settings.snapshot_every)
    return Platform(
        settings, database, journal, door, reader, writer, publisher, cosigner, snapshotter, context, measurements, gaps
    )


def _policy(settings: Settings) -> Policy:
    """Which witnesses are asked and count; raises `PolicyError`."""
    body = settings.policy.read_bytes() if settings.policy.is_file() else None
    return policy_of(body, list(settings.witnesses))


def _auditors(settings: Settings) -> tuple[str, ...]:
    """The auditors' keys that the operator pinned; raises `NoteError` for a line that is no verifier key."""
    if not settings.auditors.is_file():
        return ()
    lines = (line.strip() for line in settings.auditors.read_text("utf-8").splitlines())
    return tuple(str(VerifierKey.parse(line)) for line in lines if line and not line.startswith("#"))


def _always() -> bool:
    return True


async def _open_position_zero(platform: Platform) -> None:
    """Write the opening entry of an empty journal: origin, specification, zone, key, and whom it comes after."""
    after = platform.settings.after
    size, _ = await trees.head(platform.reader, platform.journal.id)
    if size:
        if after is not None:
            await succession.check_opened(platform.reader, platform.journal.id, after)
        return
    now = platform.context.now()
    command = Command(
        id=str(uuid.uuid5(_OPENING, platform.journal.origin)),
        kind="journal_opened",
        mode=INSTRUCTED,
        actor="system",
        effective=civil_day(now).isoformat(),
        data={
            "origin": platform.journal.origin,
            "specification": SPECIFICATION,
            "zone": "Asia/Shanghai",
            "keys": [platform.publisher.signer.verifier.public.hex()],
        }
        | ({} if after is None else {"after": succession.named(after)}),
    )
    await platform.door.append(command)
