"""The real `mingzhang serve` in processes of its own, and callers who record donations over raw HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
import pytest

from clients.auditor.rows import all_rows
from clients.auditor.web import Web
from resolvers.context import SYSTEM, Role
from resolvers.tokens import create_token
from schema.asgi.composition import opened
from schema.asgi.settings import Settings
from tests.simulation.whole_book import CHARITY, write_book

TRIES = 300
CHECKOUT = Path(__file__).resolve().parents[2]
MUTATION = """mutation ($input: RecordDonationInput!) {
  recordDonation(input: $input) { position replayed errors { code } }
}"""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Who calls: an officer of the charity, and an auditor."""

    officer: str
    auditor: str


async def prepared(data: Path) -> Tokens:
    """Make a data directory with the whole book in it, and tokens."""
    async with opened(Settings(data=data)) as platform:
        ctx = platform.context.as_principal(SYSTEM)
        await write_book(ctx)
        officer = await create_token(ctx, role=Role.OFFICER, organization=CHARITY, label="officer")
        auditor = await create_token(ctx, role=Role.AUDITOR, label="auditor")
        return Tokens(officer.token, auditor.token)


class Serving:
    """One life of a server process; `address` is known once it answers."""

    def __init__(self, data: Path, said: Path) -> None:
        self._data, self._said = data, said
        with said.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "schema.asgi.command", "serve", "--data", data, "--port", "0", "--json"],
                cwd=CHECKOUT, env=os.environ | {"PYTHONPATH": str(CHECKOUT)}, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip

    def ready(self) -> str:
        """Wait until it answers; return its address."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the server has ended: {self._said.read_text()[-2000:]}"
        address: str = orjson.loads(line)["address"]
        return address

    def postmaster(self) -> int:
        """PostgreSQL's own process."""
        return int((self._data / "postgresql" / "cluster" / "postmaster.pid").read_text().splitlines()[0])

    def kill(self, victim: str) -> None:
        """`kill -9` of the server or of PostgreSQL below it."""
        os.kill(self.process.pid if victim == "server" else self.postmaster(), signal.SIGKILL)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@dataclass
class Promises:
    """What callers asked for, and what was acknowledged: positions by command id."""

    asked: set[str] = field(default_factory=set)
    given: dict[str, int] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    @property
    def unanswered(self) -> list[str]:
        """Commands of which nobody knows what became of them."""
        return sorted(self.asked - self.given.keys())

    def take(self, identity: str, answer: dict[str, Any]) -> bool:
        """Note an answer; whether it is an acknowledgement.  One that differs from an earlier one is a broken word."""
        payload = (answer.get("data") or {}).get("recordDonation") or {}
        if payload.get("errors") or payload.get("position") is None:
            self.codes |= {error["code"] for error in payload.get("errors") or ()}
            return False
        position = int(payload["position"])
        assert self.given.setdefault(identity, position) == position
        return True


class Caller:
    """A connection that is kept alive."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader, self._writer, self._token = reader, writer, token

    async def post(self, body: bytes) -> bytes:
        """Send a POST to /graphql; raises OSError or `asyncio.IncompleteReadError` when the answer does not come."""
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        await self._writer.drain()
        headers = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
        length = next(int(line.split(":")[1]) for line in headers if line.startswith("content-length:"))
        return await self._reader.readexactly(length)

    async def donate(self, identity: str, promises: Promises) -> bool:
        """Record a gift under an id; whether it was acknowledged."""
        promises.asked.add(identity)
        gift = {
            "id": identity, "organization": CHARITY, "custody": "a-bank", "donor": "NATURAL", "channel": "BANK",
            "parts": [{"account": "a-open", "amount": {"minorUnits": str(100 + int(identity[:4], 16))}}],
        }  # fmt: skip
        answer = await self.post(orjson.dumps({"query": MUTATION, "variables": {"input": gift}}))
        return promises.take(identity, orjson.loads(answer))


@contextlib.asynccontextmanager
async def connected(address: str, token: str) -> AsyncIterator[Caller]:
    """Connect to a server."""
    place = urlsplit(address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        yield Caller(reader, writer, token)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def without_rest(address: str, token: str, promises: Promises) -> None:
    """Record one gift after another until the server is gone."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        async with connected(address, token) as caller:
            while True:
                if not await caller.donate(str(uuid4()), promises):
                    await asyncio.sleep(0.05)


async def again(address: str, token: str, identities: Iterable[str], promises: Promises) -> None:
    """Send commands again until each is acknowledged."""
    async with connected(address, token) as caller:
        for identity in identities:
            for _ in range(TRIES):
                if await caller.donate(identity, promises):
                    break
                await asyncio.sleep(0.1)
            else:
                pytest.fail(f"{identity} is refused again and again: {promises.codes}")


def stored(address: str, tokens: Tokens) -> dict[str, int]:
    """Positions by command id, as the server shows them to an auditor."""
    web = Web(address, "main", tokens.auditor)
    try:
        return {str(row["id"]): int(row["position"]) for row, _ in all_rows(web, "command")}
    finally:
        web.close()


def verified(address: str, tokens: Tokens) -> tuple[int, dict[str, Any]]:
    """The exit code and the report of `mingzhang-audit verify`."""
    done = subprocess.run(
        [sys.executable, "-m", "clients.auditor.command", "verify", address, "--json"],
        cwd=CHECKOUT, env=os.environ | {"PYTHONPATH": str(CHECKOUT), "MINGZHANG_TOKEN": tokens.auditor},
        capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.stdout, done.stderr.decode()
    return done.returncode, orjson.loads(done.stdout)
