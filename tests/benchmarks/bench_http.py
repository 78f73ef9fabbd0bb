"""Durable appends through the use cases in one process, and through GraphQL over HTTP, in one interleaved run.

The same gifts go to the door bare, through `resolvers.donations.record_donation`, and over HTTP to `mingzhang serve` in
a process of its own: one by one at 1, 16 and 256 callers, and in `recordEntries` of 2,000 by two callers.  Server,
PostgreSQL and callers share the machine, so that what the callers cost counts too.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import orjson

from ledger.commands import Command, Move
from resolvers.context import SYSTEM, Context
from resolvers.donations import Donation, record_donation
from resolvers.recording import Money, Part
from schema.asgi.composition import opened
from schema.asgi.settings import Settings
from tests.benchmarks.bench_door import BULK, Act, Measure, measured
from tests.benchmarks.books import version_7
from tests.simulation.served import MUTATION, Caller, Serving, connected, prepared
from tests.simulation.whole_book import CHARITY

CALLERS = (1, 16, 256)
ROUNDS = 3
SECONDS = 3.0
ENTRIES = """mutation ($input: RecordEntriesInput!) { recordEntries(input: $input) { accepted } }"""

Found = dict[str, list[Measure]]


def gift(name: str) -> dict[str, object]:
    """The input of a gift of 100 fen."""
    return {
        "id": name, "organization": CHARITY, "custody": "a-bank", "donor": "NATURAL", "channel": "BANK",
        "parts": [{"account": "a-open", "amount": {"minorUnits": "100"}}],
    }  # fmt: skip


def bare(name: str, day: str) -> Command:
    """The command that such a gift becomes."""
    fund = (Move(f"outside/{CHARITY}/donors:natural:bank/CNY/2", "a-open", 100),)
    custody = (Move(f"outside/{CHARITY}/custody/CNY/2", "a-bank", 100),)
    return Command(name, "donation", "instructed", "bench", day, CHARITY, {"channel": "bank"}, fund, custody)


async def in_process(ctx: Context, ids: Iterator[str], found: Found) -> None:
    """The door alone, and the use case."""
    assert ctx.door is not None
    door, day = ctx.door, str(ctx.today())

    async def through_the_use_case() -> None:
        parts = (Part("a-open", Money("CNY/2", 100)),)
        await record_donation(ctx, Donation(
            id=next(ids), organization=CHARITY, donor="natural", channel="bank", custody="a-bank", parts=parts
        ))  # fmt: skip

    ways: dict[str, Act] = {"door": lambda: door.append(bare(next(ids), day)), "use case": through_the_use_case}
    for callers in CALLERS:
        for name, act in ways.items():
            found.setdefault(f"{name}, {callers}", []).append(await measured(act, callers, SECONDS))


async def over_http(address: str, token: str, ids: Iterator[str], found: Found) -> None:
    """`recordDonation` one by one, and `recordEntries`."""
    async with AsyncExitStack() as stack:
        free = [await stack.enter_async_context(connected(address, token)) for _ in range(CALLERS[-1])]

        async def ask(query: str, given: object) -> bytes:
            caller: Caller = free.pop()
            try:
                return await caller.post(orjson.dumps({"query": query, "variables": {"input": given}}))
            finally:
                free.append(caller)

        async def one() -> None:
            answer = orjson.loads(await ask(MUTATION, gift(next(ids))))
            assert answer["data"]["recordDonation"]["position"], answer

        async def many() -> None:
            items = [{"recordDonation": gift(next(ids))} for _ in range(BULK)]
            answer = orjson.loads(await ask(ENTRIES, {"items": items, "atomic": True}))
            assert answer["data"]["recordEntries"]["accepted"] == BULK, answer

        for callers in CALLERS:
            found.setdefault(f"HTTP, {callers}", []).append(await measured(one, callers, SECONDS))
        found.setdefault("HTTP, 2,000 a request", []).append(await measured(many, 2, SECONDS, BULK))


async def measure(folder: Path) -> Found:
    """Take turns: a server process, then this process, over one data directory."""
    data, found, ids = folder / "data", Found(), version_7()
    tokens = await prepared(data)
    for _ in range(ROUNDS):
        async with opened(Settings(data=data)) as platform:
            await in_process(platform.context.as_principal(SYSTEM), ids, found)
        serving = Serving(data, folder / "said")
        try:
            await over_http(serving.ready(), tokens.officer, ids, found)
        finally:
            serving.stop()
    return found


def main() -> None:
    """Print entries per second and percentiles, and what each way keeps of the door's rate."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder)))
    middle = {name: sorted(rounds, key=lambda m: m.rate)[len(rounds) // 2] for name, rounds in found.items()}
    for name, m in middle.items():
        print(f"{name:24} {m.rate:9,.0f} entries/s   p50 {m.p50 * 1000:7.1f} ms   p99 {m.p99 * 1000:7.1f} ms")
    for name in ("use case, 256", "HTTP, 256"):
        print(f"{name} : door, 256 = {middle[name].rate / middle['door, 256'].rate:.2f} x")


if __name__ == "__main__":
    main()
