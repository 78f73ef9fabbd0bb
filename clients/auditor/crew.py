"""Other processes that decide segments, each with a state of its own that follows the guesses of `ledger.stated`.

    to a worker     ("begin", state, lists)   take over this state       ("go", serial, changes, lists, task)
                    ("leaf", bytes) ("list", bytes | None) ("gone", finding)   answers to its questions
    from a worker   ("done", serial, outcome) ("fails", serial, error)   ("leaf?", position) ("list?", digest)

A worker asks only while it works, and only the process that reads the source answers.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

from clients.auditor.errors import UndecidableError
from clients.auditor.segments import Library, Outcome, Task, Worker
from ledger.replay import Divergence
from ledger.state import State
from ledger.stated import Changes

_METHOD: Final = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
"""A clean process, whatever threads this one has; where there is a server of forks, it has our modules ready."""


class _Line:
    """A worker's end: a thread of its own empties it, so that neither side ever waits for the other to read."""

    def __init__(self, line: Connection) -> None:
        self._line = line
        self._lists: dict[str, bytes | None] = {}
        self._tasks: SimpleQueue[tuple[Any, ...] | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[Any, ...] | None] = SimpleQueue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            while True:
                message = self._line.recv()
                (self._tasks if message[0] in {"begin", "go"} else self._answers).put(message)
        except (EOFError, OSError):
            self._tasks.put(None)
            self._answers.put(None)

    def task(self) -> tuple[Any, ...] | None:
        """The next thing to do; None at the end."""
        return self._tasks.get()

    def say(self, *message: object) -> None:
        """Tell the leading process."""
        self._line.send(message)

    def _answer(self) -> tuple[Any, ...]:
        found = self._answers.get()
        if found is None:
            raise EOFError
        return found

    def leaf(self, position: int) -> bytes:
        """The leaf at an earlier position."""
        self.say("leaf?", position)
        kind, answer = self._answer()
        if kind == "gone":
            raise Divergence(answer)
        found: bytes = answer
        return found

    def listed(self, digest: str) -> bytes | None:
        """The content of a reference list."""
        if digest not in self._lists:
            self.say("list?", digest)
            self._lists[digest] = self._answer()[1]
        return self._lists[digest]


def serve(connection: Connection) -> None:
    """The life of a worker: until the line is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that leads
    gc.disable()  # documents refer to nothing that refers to them
    line = _Line(connection)
    worker = Worker(line)
    try:
        while (message := line.task()) is not None:
            _obey(worker, line, message)
    except (EOFError, OSError):
        return


def _obey(worker: Worker, line: _Line, message: tuple[Any, ...]) -> None:
    if message[0] == "begin":
        _, state, lists = message
        worker.begin(state)
        for digest in lists:
            worker.know(digest)
        return
    _, serial, steps, task = message
    try:
        for changes, lists in steps:
            changes.onto(worker.state)
            for digest in lists:
                worker.know(digest)
        line.say("done", serial, worker.run(task))
    except UndecidableError as error:
        line.say("fails", serial, (error.code, {name: str(value) for name, value in error.facts.items()}))
    except (EOFError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 -- whatever it is, the leading process must not wait for ever
        line.say("fails", serial, ("fault", {"why": repr(error)[:200]}))


@dataclass(slots=True)
class _Member:
    """One process, what it has not been told yet, and the serials that it works on."""

    process: multiprocessing.process.BaseProcess
    line: Connection
    behind: list[tuple[Changes, list[str]]] = field(default_factory=list)
    busy: deque[int] = field(default_factory=deque)


class Crew:
    """Some workers; `ask` sends a task to the least busy, `take` waits for the outcome of one."""

    def __init__(self, count: int, library: Library, state: State, lists: list[str]) -> None:
        context = multiprocessing.get_context(_METHOD)
        if _METHOD == "forkserver":
            context.set_forkserver_preload([__name__])
        self._library = library
        self._members: list[_Member] = []
        self._outcomes: dict[int, Outcome | UndecidableError] = {}
        self._serial = 0
        self._last: _Member | None = None
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs,), daemon=True)  # type: ignore[attr-defined]  # of every context
            process.start()
            theirs.close()
            self._members.append(_Member(process, ours))
        self.begin(state, lists)

    @property
    def pids(self) -> list[int]:
        """The processes, for who measures them."""
        return [member.process.pid or 0 for member in self._members]

    @property
    def room(self) -> bool:
        """Whether a worker has nothing waiting behind what it works on."""
        return any(len(member.busy) < 2 for member in self._members)  # noqa: PLR2004 -- one at work, one at hand

    def begin(self, state: State, lists: list[str]) -> None:
        """Give everybody this state; what they work on is not asked for any more."""
        for member in self._members:
            self._send(member, ("begin", state, lists))
            member.behind.clear()

    def ask(self, task: Task) -> int:
        """Let somebody work on a task, from the state that all steps so far have led to; its serial."""
        member = min(self._members, key=lambda one: len(one.busy))
        self._serial += 1
        steps, member.behind = member.behind, []
        self._send(member, ("go", self._serial, steps, task))
        member.busy.append(self._serial)
        self._last = member
        return self._serial

    def step(self, changes: Changes, lists: list[str]) -> None:
        """What the last task will change, as far as can be guessed: all but its worker must be told."""
        for member in self._members:
            if member is not self._last:
                member.behind.append((changes, lists))

    def take(self, serial: int) -> Outcome:
        """Wait for an outcome, answering questions meanwhile; raises `UndecidableError`."""
        while serial not in self._outcomes:
            self._listen()
        found = self._outcomes.pop(serial)
        if isinstance(found, UndecidableError):
            raise found
        return found

    def drop(self, serial: int) -> None:
        """Wait for an outcome, and forget it."""
        with suppress(UndecidableError):
            self.take(serial)

    def close(self) -> None:
        """Let everybody go."""
        for member in self._members:
            member.line.close()
        for member in self._members:
            member.process.join(1)
            if member.process.is_alive():
                member.process.terminate()
                member.process.join()

    def _listen(self) -> None:
        lines = {member.line: member for member in self._members}
        for line in wait(list(lines)):
            member = lines[line]  # type: ignore[index]  # `wait` gives back what it was given
            try:
                message = member.line.recv()
            except (EOFError, OSError):
                raise UndecidableError("fault", why="a process that decides entries has ended") from None
            self._hear(member, message)

    def _hear(self, member: _Member, message: tuple[Any, ...]) -> None:
        kind, what = message[0], message[1]
        if kind == "leaf?":
            try:
                self._send(member, ("leaf", self._library.leaf(what)))
            except Divergence as divergence:
                self._send(member, ("gone", divergence.finding))
        elif kind == "list?":
            self._send(member, ("list", self._library.listed(what)))
        else:
            member.busy.remove(what)
            found = message[2]
            self._outcomes[what] = found if kind == "done" else UndecidableError(found[0], **found[1])

    def _send(self, member: _Member, message: tuple[Any, ...]) -> None:
        try:
            member.line.send(message)
        except (BrokenPipeError, OSError):
            raise UndecidableError("fault", why="a process that decides entries has ended") from None
