"""A served journal whose administrator is not to be trusted: an installation, a superuser, an auditor beside it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import orjson
import structlog
import uvicorn

from clients.auditor.reports import Report
from clients.auditor.verification import Options, verify
from db.embedded import Server
from resolvers.context import SYSTEM, Context, Role
from resolvers.tokens import create_token
from schema.asgi.application import application
from schema.asgi.composition import Platform, opened
from schema.asgi.settings import Settings
from tests.simulation.inside import Inside
from tests.simulation.tamper import tables, unfenced

T = TypeVar("T")
CHECKOUT = Path(__file__).resolve().parents[2]
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For databases that live as long as a test."""

Saved = Mapping[str, Sequence[str]]
"""The rows of every watched table, as PostgreSQL prints them."""


@dataclass(frozen=True)
class Attacked:
    """An installation; `run` lets its event loop go on as long as something is awaited."""

    platform: Platform
    superuser: asyncpg.Connection
    inside: Inside
    address: str
    runner: asyncio.Runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Await something."""
        return self.runner.run(work)

    @property
    def context(self) -> Context:
        """The administrator's use cases."""
        return self.platform.context.as_principal(SYSTEM)

    @property
    def key(self) -> str:
        """The log's verifier key, which an auditor has pinned."""
        return str(self.platform.publisher.signer.verifier)

    async def publish(self) -> bytes:
        """Sign the head; return the note."""
        conn = await self.platform.database.connect("door")
        try:
            signed = await self.platform.publisher.publish(conn)
        finally:
            await conn.close()
        assert signed is not None
        return signed.note.encode()

    def verified(self, known: bytes | None = None) -> Report:
        """What an auditor finds, in this process and without waiting."""
        options = Options(key=self.key, known=known, sleep=lambda _seconds: None)
        return self.run(asyncio.to_thread(verify, self.inside, "inside", options))

    def commanded(self, *more: str) -> tuple[int, dict[str, Any]]:
        """The exit code and the report of the real command line over real HTTP."""
        command = [
            sys.executable, "-m", "clients.auditor.command", "verify", self.address, "--json", "--key", self.key, *more
        ]  # fmt: skip
        environment = os.environ | {"PYTHONPATH": str(CHECKOUT), "MINGZHANG_TOKEN": self.inside.token}

        def call() -> subprocess.CompletedProcess[bytes]:
            return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, check=False, timeout=120)

        done = self.run(asyncio.to_thread(call))
        assert done.stdout, done.stderr.decode()
        return done.returncode, orjson.loads(done.stdout)

    async def saved(self) -> Saved:
        """What the watched tables hold."""
        return {
            table.name: [row["t"] for row in await self.superuser.fetch(f"select t::text from {table.name} as t")]
            for table in await tables(self.superuser)
        }

    async def put(self, rows: Saved) -> None:
        """Have the watched tables hold these rows and no others, as a restored backup does."""
        async with self.superuser.transaction():
            for name in rows:
                async with unfenced(self.superuser, name):
                    await self.superuser.execute(f"delete from {name}")
                    await self.superuser.executemany(
                        f"insert into {name} select ($1::text::public.{name}).*", [(row,) for row in rows[name]]
                    )

    async def cut(self, table: str, condition: str) -> None:
        """Delete rows behind the back of every trigger."""
        async with self.superuser.transaction(), unfenced(self.superuser, table):
            await self.superuser.execute(f"delete from {table} where {condition}")


@contextlib.contextmanager
def attacked(data: Path) -> Iterator[Attacked]:
    """Serve the journal `main` of a data directory, with a fresh database unless there is one."""
    with _quiet(), Server.start(data, settings=QUICK), asyncio.Runner() as runner:
        stack = contextlib.AsyncExitStack()
        try:
            yield runner.run(_assembled(data, runner, stack))
        finally:
            runner.run(stack.aclose())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Log no request: there are tens of thousands."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield
    structlog.reset_defaults()


async def _assembled(data: Path, runner: asyncio.Runner, stack: contextlib.AsyncExitStack) -> Attacked:
    platform = await stack.enter_async_context(opened(Settings(data=data), publish=False))
    superuser = await asyncpg.connect(platform.database.keeper)
    stack.push_async_callback(superuser.close)
    made = await create_token(platform.context.as_principal(SYSTEM), role=Role.AUDITOR, label="auditor")
    app = application(platform)
    address = await stack.enter_async_context(_served(app))
    return Attacked(platform, superuser, Inside(app, asyncio.get_running_loop(), made.token), address, runner)


class _Web(uvicorn.Server):
    """uvicorn, with Ctrl-C left to pytest."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


@contextlib.asynccontextmanager
async def _served(app: Any) -> AsyncIterator[str]:  # noqa: ANN401 - an ASGI application
    """Serve it on a free port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        server = _Web(uvicorn.Config(app, log_config=None, lifespan="off", access_log=False, ws="none"))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await task
