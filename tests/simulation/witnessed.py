"""A served journal with witnesses beside it: ours in threads, and foreign ones as processes."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from clients.auditor.witness_server import WitnessServer
from clients.auditor.witnessing import Witness, create
from db import trees
from db.pools import Database
from ledger import checkpoints
from ledger.checkpoints import CosignedCheckpoint
from ledger.notes import Verifier
from resolvers.accounts import Account, open_account
from resolvers.binding import Period
from resolvers.context import Role
from resolvers.keys import KeyStore
from resolvers.organizations import Organization, record_organization
from resolvers.tokens import create_token
from schema.asgi.application import application
from schema.asgi.composition import Platform, over
from schema.asgi.settings import Settings

ORIGIN = "mingzhang.test/witnessed"
_IDS = uuid.UUID("6d696e67-7a68-5fe6-988e-e8b4a6000003")


@dataclass
class Log:
    """A journal that publishes, and a client of it."""

    platform: Platform
    client: httpx.AsyncClient

    async def grow(self) -> int:
        """Append something; the journal's size then."""
        size, _ = await trees.head(self.platform.reader, self.platform.journal.id)
        ctx, name = self.platform.context, str(uuid.uuid5(_IDS, str(size)))
        if size == 1:
            status = (Period("registered", "2010-01-01"),)
            await record_organization(ctx, Organization(id=name, organization="hope", name="希望", status=status))
        else:
            bank = f"bank-{size}"
            await open_account(ctx, Account(id=name, organization="hope", account=bank, book="custody", klass="bank"))
        return size + 1

    async def note(self, path: str = "/checkpoint") -> str | None:
        """The newest signed note, or None."""
        answer = await self.client.get(f"/journals/main{path}")
        return answer.text if answer.status_code == 200 else None

    async def cosigned(self, keys: list[Verifier], size: int, count: int) -> CosignedCheckpoint:
        """Wait until the checkpoint of at least `size` entries bears `count` cosignatures of these keys."""
        log = self.platform.publisher.signer.verifier
        for _ in range(200):
            note = await self.note()
            if note is not None:
                found = checkpoints.open_cosigned(note, [log, *keys])
                if found.checkpoint.size >= size and len(found.cosignatures) >= count:
                    return found
            await asyncio.sleep(0.05)
        raise AssertionError(self.platform.cosigner.standings, self.platform.publisher.trouble)


def log_key(data: Path) -> Verifier:
    """The key of the log, made before its server starts."""
    return KeyStore(data, "main").signer(ORIGIN).verifier


@asynccontextmanager
async def journal(database: Database, data: Path, *witnesses: str, publish: bool = True) -> AsyncIterator[Log]:
    """A journal over a database, with witnesses given as `URL VKEY`."""
    settings = Settings(data=data, origin=ORIGIN, witnesses=witnesses)
    async with over(database, settings, publish=publish) as platform:
        transport = httpx.ASGITransport(application(platform))
        async with httpx.AsyncClient(transport=transport, base_url="http://journal") as client:
            yield Log(platform, client)


@contextmanager
def served(folder: Path, name: str, key: Verifier) -> Iterator[tuple[Witness, str]]:
    """One of our witnesses over HTTP, and its `URL VKEY`."""
    witness = create(folder, name, [key])
    with WitnessServer(witness, "127.0.0.1", 0, quiet=True) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield witness, f"{server.address} {witness.key}"
        finally:
            server.shutdown()
            thread.join()


async def auditor_token(platform: Platform) -> str:
    """A token that reads entries."""
    return (await create_token(platform.context, role=Role.AUDITOR, label="auditor")).token
