"""Run the server: bind first, open everything, serve, and on Ctrl-C finish what was accepted.

uvicorn's own signal handling would raise the signal again while the installation is still open; ours only asks it to
stop, so that the door, the publisher and PostgreSQL are closed in order and no process stays behind.
"""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator

import uvicorn
import uvloop
from starlette.applications import Starlette

from schema.asgi.application import application
from schema.asgi.composition import Platform, opened
from schema.asgi.graphql import MOST_BYTES
from schema.asgi.logs import configure, quiet
from schema.asgi.ports import bound
from schema.asgi.settings import Settings
from schema.asgi.sockets import Sockets

_GRACE_SECONDS = 10

Ready = Callable[[Platform, str], Awaitable[None]]
"""Told once everything is open: the platform, and the address that it answers at."""


class Server(uvicorn.Server):
    """uvicorn, with signals left to `serve`."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def run(settings: Settings, ready: Ready) -> None:
    """Serve until SIGINT or SIGTERM; raises `PortError` and whatever opening raises."""
    configure()
    with bound(settings.host, settings.port) as listening, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, listening, ready))


def calm_collector() -> None:
    """Look for cycles less often: what is open now stays, and entries are trees that go without being looked for."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def configured(app: Starlette) -> uvicorn.Config:
    """How uvicorn serves an application."""
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        http="httptools",
        ws=Sockets,
        ws_max_size=MOST_BYTES,
        ws_per_message_deflate=False,  # a window for each connection would be most of its memory
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


async def serve(settings: Settings, listening: socket.socket, ready: Ready) -> None:
    """Open the installation, answer at `listening` until told to stop, and close it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(quiet)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with opened(settings) as platform:
        server = Server(configured(application(platform)))
        serving = asyncio.create_task(server.serve(sockets=[listening]), name="http")
        calm_collector()
        await ready(platform, address_of(listening))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if sys.stderr.isatty() and stop.is_set():
            sys.stderr.write("\nfinishing what was accepted …\n")
        # Whoever asks over a connection that is kept learns that this server is leaving.
        platform.starting = "this server is stopping"
        server.should_exit = True
        await serving


def address_of(listening: socket.socket) -> str:
    """The address that a socket answers at."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
