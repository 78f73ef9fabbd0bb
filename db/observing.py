"""What the door tells about its work, to whoever wants to know: an observer that is handed in.

The door measures and does not know what becomes of it; `SILENT` throws it away.
"""

import time
from dataclasses import dataclass
from typing import Final, Protocol


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction of the door: how many commands became what, and what took how many seconds.

    `decide` is the state machine alone; `commit` is from the first row written until the commit was durable.
    """

    commands: int
    appended: int
    replayed: int
    rejected: int
    decide: float
    commit: float


@dataclass(slots=True)
class Stopwatch:
    """A stopwatch for one transaction: entered while deciding, told when writing begins."""

    decide: float = 0.0
    _since: float = 0.0
    _writing: float | None = None

    def __enter__(self) -> None:
        """Begin to decide."""
        self._since = time.perf_counter()

    def __exit__(self, *_fault: object) -> None:
        """End deciding."""
        self.decide += time.perf_counter() - self._since

    def writing(self) -> None:
        """Rows are written from here until the commit."""
        self._writing = time.perf_counter()

    @property
    def wrote(self) -> bool:
        """Whether anything was written."""
        return self._writing is not None

    def commit(self) -> float:
        """Seconds since writing began; 0 if it did not."""
        return 0.0 if self._writing is None else time.perf_counter() - self._writing


class Observer(Protocol):
    """Whoever is told; called inside the event loop, so that nothing here may wait or raise."""

    def batch(self, batch: Batch) -> None:
        """A batch was committed and its callers are about to be answered."""

    def busy(self, commands: int) -> None:
        """So many commands were turned away: too much is waiting, or the disk is full."""

    def failed(self, commands: int) -> None:
        """So many commands met a database that could not write them."""


class _Silent:
    """Is told, and says nothing."""

    def batch(self, batch: Batch) -> None:
        """Forget it."""

    def busy(self, commands: int) -> None:
        """Forget it."""

    def failed(self, commands: int) -> None:
        """Forget it."""


SILENT: Final[Observer] = _Silent()
