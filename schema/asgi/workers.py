"""`serve --workers N`: several processes that answer at one address over one data directory.

The first process opens the installation, so that PostgreSQL is its child and outlives every worker, listens, and
answers nothing itself.  Each worker is a whole server of its own over the same database: one of them leads the
publisher, each has a door, and the database decides between them.  A worker that dies is replaced.  A worker whose
supervisor is gone reads the end of its pipe and stops.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Final

import uvloop

from schema.asgi import serving
from schema.asgi.composition import Platform, opened
from schema.asgi.logs import configure, quiet
from schema.asgi.ports import bound
from schema.asgi.serving import Ready, address_of, serve
from schema.asgi.settings import Settings

STOP_SECONDS: Final = 20.0
"""For workers to finish what they accepted; then they are killed."""
_AGAIN_SECONDS: Final = 1.0
"""Between two starts of one worker: one that cannot start is not started in a loop."""
_WATCH_SECONDS: Final = 0.1
_SPAWN: Final = multiprocessing.get_context("spawn")

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Worker:
    """One process, our end of its pipe, and when it was started."""

    process: SpawnProcess
    pipe: Connection
    begun: float
    ready: bool = False

    def look(self) -> bool:
        """Whether it has said that it answers."""
        if not self.ready and self.pipe.poll():
            with contextlib.suppress(EOFError, OSError):
                self.ready = bool(self.pipe.recv())
        return self.ready


def run(settings: Settings, ready: Ready) -> None:
    """Serve by as many processes as the settings say; raises `PortError` and whatever opening raises."""
    if settings.workers == 1:
        serving.run(settings, ready)
        return
    configure()
    with bound(settings.host, settings.port) as listening:
        asyncio.run(supervised(settings, listening, ready))


async def supervised(settings: Settings, listening: socket.socket, ready: Ready) -> None:
    """Run the workers until SIGINT or SIGTERM; raises what opening raises."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(quiet)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with opened(settings, publish=False) as platform:
        with _workers(settings, listening) as workers:
            waiting: Ready | None = ready
            while not stop.is_set():
                _replace(workers, settings, listening)
                if waiting is not None and all(each.look() for each in workers):
                    await waiting(platform, address_of(listening))
                    waiting = None
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _WATCH_SECONDS)
            await asyncio.to_thread(_stop, workers)


@contextlib.contextmanager
def _workers(settings: Settings, listening: socket.socket) -> Iterator[list[Worker]]:
    """The first workers; none of them is left behind."""
    workers: list[Worker] = []
    try:
        workers += [_start(settings, listening) for _ in range(settings.workers)]
        yield workers
    finally:
        _stop(workers)


def _start(settings: Settings, listening: socket.socket) -> Worker:
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_work, args=(replace(settings, workers=1), listening, theirs), name="mingzhang")
    process.start()
    theirs.close()
    return Worker(process, ours, time.monotonic())


def _replace(workers: list[Worker], settings: Settings, listening: socket.socket) -> None:
    """Start a new worker in the place of each that has died."""
    for index, worker in enumerate(workers):
        if worker.process.is_alive() or time.monotonic() - worker.begun < _AGAIN_SECONDS:
            continue
        _log.warning("worker %s has ended (%s); starting another", worker.process.pid, worker.process.exitcode)
        worker.pipe.close()
        worker.process.close()
        workers[index] = _start(settings, listening)


def _stop(workers: list[Worker]) -> None:
    """Ask every worker to stop, wait, and kill what does not."""
    alive = [each for each in workers if each.process.is_alive()]
    for each in alive:
        each.process.terminate()
    end = time.monotonic() + STOP_SECONDS
    for each in alive:
        each.process.join(max(0.0, end - time.monotonic()))
        if each.process.is_alive():
            each.process.kill()
            each.process.join()
    for each in workers:
        each.pipe.close()


def _work(settings: Settings, listening: socket.socket, pipe: Connection) -> None:
    """What a worker's process does."""
    configure()
    listening.settimeout(0)

    async def said(_platform: Platform, _address: str) -> None:
        pipe.send("ready")
        asyncio.get_running_loop().add_reader(pipe.fileno(), _orphaned, pipe)

    with listening, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, listening, said))


def _orphaned(pipe: Connection) -> None:
    """The supervisor has gone: stop as if it had asked for it."""
    asyncio.get_running_loop().remove_reader(pipe.fileno())
    os.kill(os.getpid(), signal.SIGTERM)
