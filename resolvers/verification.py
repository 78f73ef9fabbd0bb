"""Background replay: the journal decided again from its first entry, beside the rows that queries are served from.

It reads one snapshot of the database, in chunks, and computes in a thread, so that requests go on.  It is the
operator's own check (`mingzhang check` runs it too) and proves nothing to anybody else: for that there is
`mingzhang-audit`, which trusts no database.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from db import projections as served
from db import verifications
from db.plans import BadReadError
from db.verifications import Completed, Row, Snapshot
from ledger import projections
from ledger.entries import clock_text
from ledger.errors import LedgerError
from ledger.merkle import leaf_hash
from ledger.notes import Verifier as Key
from ledger.regions import regions_of
from ledger.replay import INCONSISTENT, SERVED, Divergence, Finding, Replay
from resolvers import vault_looks, whole_tables
from resolvers.context import Context, Role
from resolvers.policy import require
from resolvers.whole_tables import Noted

CHUNK: Final = 500
"""Leaves between two looks at the event loop."""
MOST_FINDINGS: Final = 100

VERIFIED: Final = "VERIFIED"
INCONSISTENT_VERDICT: Final = "INCONSISTENT"
DIFFERS: Final = "DIFFERS"

STREAMED: Final = {"entry": ("position",), "posting": ("position", "book", "n"), "slice": ("position", "posting", "n")}
"""Tables whose rows come in the order of positions, with their keys: compared beside the replay."""
COLLECTED: Final = ("restriction", "evidence", "delivery")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verification:
    """The last completed replay, its age in seconds, and whether another is running."""

    size: int
    finished: datetime
    age: int
    verdict: str
    count: int
    findings: list[dict[str, Any]]
    running: bool


@dataclass(slots=True)
class Verifier:
    """Runs one replay at a time in this process."""

    journal: int
    reader: Any
    keeper: Any
    now: Callable[[], datetime]
    keys: Sequence[Key] = ()
    vault: Context | None = None
    """The means of whoever holds the vault, set once they are there."""
    _task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether a replay is under way here."""
        return self._task is not None and not self._task.done()

    def start(self) -> bool:
        """Start a replay; false if one is under way."""
        if self.running:
            return False
        self._task = asyncio.create_task(self._run(), name="verification")
        return True

    async def stop(self) -> None:
        """End a replay that is under way; nothing of it is kept."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def wait(self) -> None:
        """Wait for the replay that is under way."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _run(self) -> None:
        try:
            completed = await replayed(self.reader, self.journal, self.now, keys=self.keys, vault=self.vault)
            await verifications.keep(self.keeper, self.journal, completed)
        except Exception:  # noqa: BLE001 - whatever ends a replay is told in the log; the server goes on
            _log.exception("the background replay did not come to its end")


async def last_verification(ctx: Context) -> Verification | None:
    """The last completed replay, or None; what exactly was found is for auditors and administrators.  One statement."""
    found = await verifications.newest(ctx.reader, ctx.journal.id)
    if found is None:
        return None
    trusted = ctx.principal.role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.INSPECTOR)
    return Verification(
        found.size,
        found.finished,
        max(0, int((ctx.now() - found.finished).total_seconds())),
        found.verdict,
        len(found.findings),
        found.findings if trusted else [],
        ctx.verifier is not None and ctx.verifier.running,
    )


def start_verification(ctx: Context, journal: str | None = None) -> bool:
    """Start a replay in the background; false if one is under way.

    Raises `ForbiddenError`, and `BadReadError` where another journal than this server's is named.
    """
    require(ctx.principal, "start-verification")
    if journal not in (None, ctx.journal.name):
        raise BadReadError("input.journal", "is not the journal that is served here")
    assert ctx.verifier is not None, "the composition root gives every context a verifier"
    started: bool = ctx.verifier.start()
    return started


async def replayed(
    pool: verifications.Session,
    journal: int,
    now: Callable[[], datetime],
    *,
    keys: Sequence[Key] = (),
    progress: Callable[[int, int], None] = lambda _done, _size: None,
    vault: Context | None = None,
) -> Completed:
    """Replay the journal as it is at this moment, and compare; returns what was found.

    Published heads must be signed by one of `keys`; `progress` is told how many entries of how many are done; with
    the means of a `vault`'s holder it is compared with what the leaves say, too.
    """
    async with verifications.snapshot(pool, journal) as snapshot:
        walk = _Walk(snapshot, keys, progress)
        await walk.run()
        if vault is not None and walk.verdict() != INCONSISTENT_VERDICT:
            await vault_looks.compare(walk.noted.committed, vault, walk.say)
    return Completed(now(), snapshot.size, walk.verdict(), [_shown(item) for item in walk.findings])


@dataclass(slots=True)
class _Stream:
    """Served rows in the order of positions, taken as the replay goes on."""

    rows: AsyncIterator[Row]
    ahead: Row | None = None

    async def until(self, position: int) -> list[Row]:
        """The rows before `position`."""
        found: list[Row] = []
        if self.ahead is not None:
            if self.ahead["position"] >= position:
                return found
            found.append(self.ahead)
            self.ahead = None
        async for row in self.rows:
            if row["position"] >= position:
                self.ahead = row
                break
            found.append(row)
        return found


@dataclass(slots=True)
class _Walk:
    """One replay over one snapshot."""

    snapshot: Snapshot
    keys: Sequence[Key]
    progress: Callable[[int, int], None]
    noted: Noted = field(default_factory=Noted)
    replay: Replay = field(default_factory=Replay)
    findings: list[Finding] = field(default_factory=list)
    expected: dict[str, list[Row]] = field(default_factory=dict)
    collected: dict[str, list[Row]] = field(default_factory=dict)

    async def run(self) -> None:
        """Replay and compare until the end, or the first entry that cannot be replayed."""
        snapshot = self.snapshot
        streams = {name: _Stream(snapshot.rows(name)) for name in STREAMED}
        hashes = _Stream(snapshot.rows("leaf"))
        for start in range(0, snapshot.size, CHUNK):
            end = min(start + CHUNK, snapshot.size)
            leaves = await snapshot.leaves(start, end)
            if len(leaves) != end - start:
                self.say(INCONSISTENT, start, "leaves", str(end - start), str(len(leaves)), "leaf")
                return
            if not await self._step(leaves):
                return
            stored = await hashes.until(end)
            self._compare("leaf", ("position",), [
                {"position": start + n, "hash": leaf_hash(leaf).hex()} for n, leaf in enumerate(leaves)
            ], stored)  # fmt: skip
            for name, key in STREAMED.items():
                rows = await streams[name].until(end)
                self._compare(name, key, self.expected.pop(name, []), rows)
            self.progress(end, snapshot.size)
        for name, stream in streams.items():
            self._compare(name, STREAMED[name], [], await stream.until(2**63))
        await self._finish()

    async def _step(self, leaves: list[bytes]) -> bool:
        """Replay a chunk in a thread, list by list of regions; false when it cannot go on."""
        rest = leaves
        while rest:
            try:
                done, loaded = await asyncio.to_thread(self._chunk, rest)
            except Divergence as divergence:
                self.findings.append(divergence.finding)
                return False
            except (LedgerError, KeyError, ValueError, TypeError, AttributeError, IndexError) as fault:
                self.say(INCONSISTENT, self.replay.size, "shape", "a well-formed entry", repr(fault)[:200], "leaf")
                return False
            rest = rest[done:]
            if loaded is not None:
                await self._load(*loaded)
        return True

    def _chunk(self, leaves: list[bytes]) -> tuple[int, tuple[str, str] | None]:
        """Replay until a list of regions has to be read; returns how many, and the list."""
        for n, leaf in enumerate(leaves):
            position = self.replay.size
            document, _ = self.replay.step(leaf)
            self.noted.take(position, document, leaf)
            for name, rows in projections.rows(document).items():
                kept = self.collected if name in COLLECTED else self.expected
                kept.setdefault(name, []).extend(rows)
            self.expected.pop("command", None)
            data = document["data"]
            if document["type"] == "reference_loaded" and data["name"] == "regions":
                return n + 1, (data["name"], data["edition"])
        return len(leaves), None

    async def _load(self, name: str, edition: str) -> None:
        """Give the replay a list of regions that the entries after it refer to."""
        content = await served.reference(self.snapshot.conn, self.snapshot.journal, name, edition)
        if content is not None:
            self.replay.state.regions.load(*regions_of(orjson.loads(content)))

    async def _finish(self) -> None:
        """What can only be compared at the end: accounts, batches, ids, head, root."""
        final = self.replay.final_rows()
        commands = [{"id": name, "position": at} for name, at in self.replay.state.commands.items()]
        for name, expected in (
            ("account", final["account"]),
            ("import_batch", final["import_batch"]),
            ("command", commands),
            *((name, self.collected.get(name, [])) for name in COLLECTED),
        ):
            rows = [row async for row in self.snapshot.rows(name)]
            self._compare(name, ("id",), expected, rows)
        self._compare("head", (), [self._head()], [row async for row in self.snapshot.rows("head")])
        await whole_tables.compare(self.noted, self.snapshot, self.keys, self._compare, self.say)

    def _head(self) -> Row:
        """The head's row as the leaves make it."""
        head, frontier = self.replay.state.head, self.replay.frontier
        return {
            "size": head.size, "at": None if head.at is None else clock_text(head.at), "last": head.prev,
            "root": frontier.root().hex(), "frontier": [node.hex() for node in frontier.nodes],
        }  # fmt: skip

    def _compare(self, table: str, key: tuple[str, ...], expected: Iterable[Row], rows: Iterable[Row]) -> None:
        """Compare two sets of rows by their keys; every difference is a finding, up to a limit."""
        wanted = {tuple(row[name] for name in key): row for row in expected}
        for row in rows:
            twin = wanted.pop(tuple(row[name] for name in key), None)
            if twin is None:
                self.say(SERVED, _position(row), "row", "nothing", _name(row, key), table)
            elif twin != row:
                for name in sorted(twin.keys() | row.keys()):
                    if twin.get(name) != row.get(name):
                        self.say(SERVED, _position(twin), name, str(twin.get(name)), str(row.get(name)), table)
        for row in wanted.values():
            self.say(SERVED, _position(row), "row", _name(row, key), "nothing", table)

    def say(self, category: str, position: int | None, name: str, expected: str, actual: str, source: str) -> None:
        """Note a finding, up to a limit."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(category, position, name, expected[:300], actual[:300], source))

    def verdict(self) -> str:
        """The verdict of the findings."""
        if not self.findings:
            return VERIFIED
        return DIFFERS if all(item.category == SERVED for item in self.findings) else INCONSISTENT_VERDICT


def _position(row: Row) -> int | None:
    found = row.get("position")
    return found if isinstance(found, int) else None


def _name(row: Row, key: tuple[str, ...]) -> str:
    return "/".join(str(row[name]) for name in key)


def _shown(finding: Finding) -> dict[str, Any]:
    return {
        "category": finding.category, "position": finding.position, "field": finding.field,
        "expected": finding.expected, "actual": finding.actual, "source": finding.source,
    }  # fmt: skip
