"""A server process to be killed: embedded PostgreSQL and a door, appending without rest.

    python -m tests.simulation.appender DATA ACKNOWLEDGED UNANSWERED

Ids of the file UNANSWERED (of an earlier, killed run) are sent again first.  Each acknowledgement is
one line `id position`, written only after the door has answered.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from db.embedded import Server
from db.journal import Door, UnavailableError
from db.pools import Database
from ledger.decide import Accepted, Replayed
from tests.db.books import donation, opened

CALLERS = 32


async def run(server: Server, acknowledged: Path, unanswered: Path, again: list[str]) -> None:
    """Send `again` what was not answered, then append until killed."""
    database = Database.embedded(server)
    await database.prepare()
    async with opened(database) as door:
        with acknowledged.open("a", buffering=1) as answers, unanswered.open("w", buffering=1) as asked:
            for start in range(0, len(again), 1000):
                await asyncio.gather(*(send(door, name, answers, asked) for name in again[start : start + 1000]))
            answers.write("ready\n")
            await asyncio.gather(*(caller(door, answers, asked) for _ in range(CALLERS)))


async def caller(door: Door, answers: object, asked: object) -> None:
    """Send one new command after another."""
    while True:
        await send(door, donation().id, answers, asked)


async def send(door: Door, identity: str, answers: object, asked: object) -> None:
    """Send one command; its id is noted before, and its answer after."""
    print(identity, file=asked)  # type: ignore[call-overload]  # a text file
    try:
        outcome = await door.append(donation(id=identity))
    except UnavailableError:
        await asyncio.sleep(0.05)  # as an honest client waits before it sends again
        return
    assert isinstance(outcome, (Accepted, Replayed))
    print(identity, outcome.position, file=answers)  # type: ignore[call-overload]  # a text file


if __name__ == "__main__":
    data, acknowledged, unanswered = map(Path, sys.argv[1:])
    left = unanswered.read_text().split() if unanswered.exists() else []
    with Server.start(data) as started:
        asyncio.run(run(started, acknowledged, unanswered, left))
