"""Refused commands leave a sealed trace: that there was something is public, who tried what is not.

    the ledger refuses → noted in memory, the answer does not wait → sealed in batches, padded to a fixed width

Every `RELEASE_SECONDS`, what was noted goes into `sealed` entries of eight commitments; the rest of the eight are
random, and nothing in the journal says which, or how many.  Content is encrypted in the vault as personal data is.

Nobody can fill the journal by failing: of one principal at most `PER_PRINCIPAL`, of all `IN_TOTAL` traces are kept in
`WINDOW_SECONDS`, so at most `IN_TOTAL` / 8 entries more than there are releases.  What is over is dropped and counted.
What was noted and not yet sealed is sealed at a graceful stop; a process that is killed loses at most one release.
"""

import asyncio
import contextlib
import logging
import secrets
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from db.journal import Companion, DoorError
from ledger.commands import INSTRUCTED, OBSERVED, Command
from ledger.entries import clock_text
from ledger.kinds import SEALED_WIDTH
from ledger.rejections import Rejection

if TYPE_CHECKING:  # the context holds this
    from resolvers.context import Context

RELEASE_SECONDS: Final = 10.0
WINDOW_SECONDS: Final = 3600.0
PER_PRINCIPAL: Final = 60
IN_TOTAL: Final = 2_000
MOST_PRINCIPALS: Final = 10_000
ACT: Final = "refused-command"
_SEALED_ACTOR: Final = "sealed"
_MOST_TEXT: Final = 200
_MOST_MOVES: Final = 8

_log = logging.getLogger(__name__)

Content = Mapping[str, Any]


class Counted(Protocol):
    """Who is told what became of traces: `kept`, `sealed`, `over-principal`, `over-total`, `unsealed`."""

    def attempts(self, outcome: str, count: int = 1) -> None:
        """So many traces met this."""


class _Silent:
    """Nobody listens."""

    def attempts(self, outcome: str, count: int = 1) -> None:
        """Do nothing."""


@dataclass(slots=True)
class _Window:
    """How many traces were kept since a moment of the monotonic clock."""

    since: float
    count: int = 0


@dataclass(slots=True)
class Attempts:
    """The traces of one process that wait for their release; `clock` is monotonic, in seconds."""

    observer: Counted = field(default_factory=_Silent)
    clock: Callable[[], float] = time.monotonic
    pause: float = RELEASE_SECONDS
    _waiting: "deque[Content]" = field(default_factory=deque)
    _principals: dict[str, _Window] = field(default_factory=dict)
    _total: _Window = field(default_factory=lambda: _Window(0.0))
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _flushing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def waiting(self) -> int:
        """Traces that are not sealed yet."""
        return len(self._waiting)

    def note(self, principal: str, content: Content) -> None:
        """Keep a trace, or drop it over the limits; never waits and never raises."""
        now = self.clock()
        mine, total = self._window(principal, now), self._fresh(self._total, now)
        if mine is None or total.count >= IN_TOTAL:
            self.observer.attempts("over-total")
        elif mine.count >= PER_PRINCIPAL:
            self.observer.attempts("over-principal")
        else:
            mine.count += 1
            total.count += 1
            self._waiting.append(content)
            self.observer.attempts("kept")

    def _window(self, principal: str, now: float) -> _Window | None:
        """The principal's window; None where there are more principals than are watched."""
        found = self._principals.get(principal)
        if found is None:
            if len(self._principals) >= MOST_PRINCIPALS:
                old = [name for name, window in self._principals.items() if now - window.since >= WINDOW_SECONDS]
                for name in old:
                    del self._principals[name]
            if len(self._principals) >= MOST_PRINCIPALS:
                return None
            found = self._principals[principal] = _Window(now)
        return self._fresh(found, now)

    @staticmethod
    def _fresh(window: _Window, now: float) -> _Window:
        if now - window.since >= WINDOW_SECONDS:
            window.since, window.count = now, 0
        return window

    async def run(self, ctx: "Context") -> None:
        """Release until `stop`; outlives every trouble of the journal."""
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), self.pause)
            await self.release(ctx)

    async def stop(self, ctx: "Context") -> None:
        """End, and seal what is left; what the journal does not take is counted as lost."""
        self._stop.set()
        await self.release(ctx)
        if self._waiting:
            _log.error("%d traces of refused commands could not be sealed", len(self._waiting))
            self.observer.attempts("unsealed", len(self._waiting))

    async def release(self, ctx: "Context") -> None:
        """Seal what was noted; what the journal does not take now waits on, in its order."""
        async with self._flushing:
            while self._waiting:
                batch = [self._waiting[n] for n in range(min(SEALED_WIDTH, len(self._waiting)))]
                try:
                    await _seal(ctx, batch)
                except DoorError:
                    return
                for _ in batch:
                    self._waiting.popleft()
                self.observer.attempts("sealed", len(batch))


async def _seal(ctx: "Context", batch: list[Content]) -> None:
    """One sealed entry: what is real among what is random, in an order by chance."""
    assert ctx.door is not None, "the composition root gives every context that records a door"
    assert ctx.vault is not None, "and a vault"
    sealed = [ctx.vault.seal(ctx.journal.id, content) for content in batch]
    names = [one.commitment.hex() for one in sealed]
    names += [secrets.token_hex(32) for _ in range(SEALED_WIDTH - len(names))]
    secrets.SystemRandom().shuffle(names)
    companions = [companion for one in sealed for companion in one.companions]
    companions += [Companion("attempts", "insert_attempt", (one.commitment,)) for one in sealed]
    command = Command(
        id=str(uuid.uuid4()), kind="sealed", mode=OBSERVED, actor=_SEALED_ACTOR, effective=str(ctx.today()),
        data={"commitments": names},
    )  # fmt: skip
    await ctx.door.append(command, companions)


def attempted(ctx: "Context", command: Command, rejection: Rejection) -> None:
    """Note that the ledger refused an instructed command; costs the caller nothing."""
    if ctx.attempts is None or command.mode != INSTRUCTED:
        return
    ctx.attempts.note(ctx.principal.key, {
        "act": ACT, "actor": ctx.principal.key, "role": ctx.principal.role.value,
        "organization": _text(command.organization or "-"), "command": _text(command.id), "kind": _text(command.kind),
        "code": rejection.code, "at": clock_text(ctx.now()),
        "facts": {_key(name): _text(value) for name, value in rejection.facts.items()},
        "moves": [
            {"from": _text(move.source), "to": _text(move.target), "amount": str(move.amount)}
            for move in (*command.fund, *command.custody)[:_MOST_MOVES]
        ],
    })  # fmt: skip


def _text(value: object) -> str:
    """A short text that has a canonical form, whatever a stranger sent."""
    return ascii(str(value)[:_MOST_TEXT])[1:-1]


def _key(name: str) -> str:
    return name if name.isascii() else ascii(name)
