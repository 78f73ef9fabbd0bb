"""Seeded runs of a whole installation with faults, in virtual time; each ends in an audit.

MINGZHANG_SEED=17 pytest tests/simulation/test_seeds.py -k one_seed     one seed again, with its story
MINGZHANG_LONG=1 pytest tests/simulation/test_seeds.py                  10,000 seeds
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from ledger import checkpoints, forks, merkle
from ledger.notes import Verifier
from tests.simulation import virtual
from tests.simulation.worlds import KEY, NAMES, World, held_together

SEEDS = 10_000 if os.environ.get("MINGZHANG_LONG") else 160
CHUNKS = 8
SECONDS = 8.0
RARE = 10
"""Of so many seeds of a chunk, each tenth has its own rare fault, so that no chunk is without any of them."""
QUIET = 4.0
"""Seconds at the end in which nothing goes wrong any more; and as many in which nobody asks for anything."""


@pytest.fixture(autouse=True)
def silent() -> Iterator[None]:
    """The publisher's complaints are part of the story, and not of the test's output."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


async def life(world: World, seed: int) -> None:
    """The faults of a seed, one after the other."""
    for name in ("north", "south"):
        world.start(name)
    clients = [asyncio.ensure_future(world.client()) for _ in range(3)]
    rare = seed // CHUNKS % RARE
    middle, until = world.seconds() + SECONDS / 2, world.seconds() + SECONDS
    while world.seconds() < until:
        await asyncio.sleep(world.chance.random())
        if world.seconds() > middle:
            await rarely(world, rare)
        for task in clients:
            assert not task.done(), task.exception()
        await fault(world, rare)
    await settle(world, clients)
    try:
        audit(world)
    finally:
        for name in list(world.servers):
            await world.kill(name)


async def fault(world: World, rare: int) -> None:
    """One thing that goes wrong, or comes back."""
    chance = world.chance
    match chance.choice(["kill", "kill", "start", "start", "session", "witness", "witness", "backup", "rare"]):
        case "kill":
            await world.kill(chance.choice(["north", "south"]))
        case "start":
            for name in sorted({"north", "south"} - world.servers.keys()):
                world.start(name)
        case "session":
            sessions = [s for name in sorted(world.servers) for s in world.servers[name].sessions[1:] if not s.lost]
            if sessions:
                world.say("a publisher's session breaks")
                chance.choice(sessions).lose()
        case "witness":
            witness = world.witnesses[chance.choice(NAMES)]
            witness.up = not witness.up
            world.say(f"{witness.signer.name} is {'up' if witness.up else 'down'}")
        case "backup":
            world.backup = world.tables.copy()
            world.say(f"a backup of {len(world.backup.leaves)} entries")
        case "rare":
            await rarely(world, rare)


async def rarely(world: World, rare: int) -> None:
    """At most one of these in a seed, and in half of the seeds none."""
    if rare == 0 and not world.restored:
        await restored(world)
    elif rare == 1 and not world.forgot:
        await forgotten(world)
    elif rare == 2 and not world.stolen:
        world.steal()
    elif rare in {3, 4} and not world.restored:
        await restored(world)
        await forgotten(world)
        # Only those who saw the lost entries could tell, and some of them are silent.
        for name in world.chance.sample(NAMES, world.chance.randint(1, 2)):
            world.witnesses[name].up = False
            world.say(f"{name} is down")
        for name in ("north", "south"):
            world.start(name)


async def restored(world: World) -> None:
    """Everything stops, and the database comes back from the last backup."""
    for name in list(world.servers):
        await world.kill(name)
    lost = len(world.tables.leaves) - len(world.backup.leaves)
    world.tables.restore(world.backup)
    world.rebuild()
    world.restored = True
    world.say(f"the database comes back from an old copy: {lost} entries are lost")


async def forgotten(world: World) -> None:
    """Everything stops, and nobody remembers what was signed last."""
    for name in list(world.servers):
        await world.kill(name)
    world.memory.kept.clear()
    world.forgot = True
    world.say("the publisher's memory is lost")


async def settle(world: World, clients: Sequence[asyncio.Future[None]]) -> None:
    """Everybody is well again, for a while; then clients say no more, and what there is is covered."""
    world.faults = False
    for witness in world.witnesses.values():
        witness.up = True
    for name in ("north", "south"):
        await world.kill(name)
        world.start(name)
    world.say("all is well from here")
    until = world.seconds() + QUIET
    while world.seconds() < until:
        await asyncio.sleep(0.5)
        world.trouble |= {server.publisher.trouble for server in world.servers.values() if server.publisher.trouble}
    for task in clients:
        assert not task.done(), task.exception()
        task.cancel()
    await asyncio.wait(clients)
    await asyncio.sleep(QUIET)


def audit(world: World) -> None:
    """What an outsider finds at the end, and what was promised."""
    for name, position in world.promises.items():
        assert world.commands[position].id == name, "an acknowledged entry is lost"
    troubles = {server.publisher.trouble or "" for server in world.servers.values()} - {""}
    faults = [trouble for trouble in world.trouble if trouble.startswith("publication waits")]
    assert all("OSError" in trouble for trouble in faults), faults
    never_backwards(world)
    if world.stolen:
        the_thief_is_found(world)
    elif world.forgot and not world.tables.checkpoints:
        # Nothing was published here that witnesses could be asked about: only an operator knows.
        assert any("keys adopt" in trouble or "fork risk" in trouble for trouble in troubles), troubles
    elif contradicted(world) and not (world.restored and world.forgot):
        assert any("fork risk" in trouble for trouble in troubles), troubles
    elif contradicted(world):
        pass  # heads that no two witnesses saw were lost with the memory of them: nobody can know
    else:
        assert not troubles, troubles
        all_is_covered(world)
    world.rebuild()
    world.compare()


def contradicted(world: World) -> bool:
    """Whether the database lacks what was signed once."""
    return any(world.tables.hashes[: len(tree)] != tree for tree in world.memory.signed)


def never_backwards(world: World) -> None:
    """Of any two heads that were ever signed, the later one's tree begins with the earlier one's.

    Where database and memory were lost together, nobody can know of heads that no quorum saw; those that one saw are
    never contradicted.
    """
    if not (world.restored and world.forgot):
        for before, after in pairwise(world.memory.signed):
            assert after[: len(before)] == before, "two histories were signed"
    seen: Counter[tuple[int, bytes]] = Counter()
    for event in world.memory.timeline if not world.stolen else ():
        if isinstance(event, tuple):
            seen[event] += 1
            continue
        for (size, root), count in seen.items():
            if count > 1:
                assert merkle.root(event[:size]) == root, "a witnessed head was contradicted"
    heads = {merkle.root(tree) for tree in world.memory.signed}
    for root, note in world.tables.checkpoints.values():
        assert root == checkpoints.open_checkpoint(note, [KEY.verifier]).root
        assert root in heads


def all_is_covered(world: World) -> None:
    """The newest head covers every entry, and every witness has cosigned it."""
    newest = max(world.tables.checkpoints)
    assert newest == len(world.tables.leaves), "entries are not covered"
    assert max(world.tables.witnessed) == newest
    for name in NAMES:
        head = world.witnesses[name].head
        assert (head.size, head.root) == (newest, world.tables.root()), name


def the_thief_is_found(world: World) -> None:
    """Publication has stopped; and two auditors who compare what two witnesses show hold a proof for a third."""
    name, tree, shared = world.forged
    troubles = {server.publisher.trouble or "" for server in world.servers.values()}
    assert any("fork risk" in trouble for trouble in troubles), troubles
    newest = max(world.tables.checkpoints, default=0)
    if not newest:
        return  # the log itself has published nothing that could be held against it
    shown, honest = world.witnesses[name].head.note, world.tables.checkpoints[newest][1]
    pair = held_together(shown, tree, honest, world.tables.hashes[:newest])
    # What the log signed before the theft stands in both trees; whatever it signed after is contradicted.
    assert pair.forked == (newest > shared)
    assert forks.read(pair.file(), [Verifier.parse(str(KEY.verifier))]) == pair


def told(seed: int) -> World:
    """Run a seed; what fails says how to run it again."""
    made: list[World] = []

    async def work() -> None:
        made.append(World(seed))
        await life(made[0], seed)

    try:
        virtual.run(work())
    except BaseException as fault:
        story = "\n".join(made[0].story[-60:]) if made else "it did not begin"
        again = f"MINGZHANG_SEED={seed} pytest tests/simulation/test_seeds.py -k one_seed"
        raise AssertionError(f"seed {seed}: {fault!r}\n{story}\nagain: {again}") from fault
    return made[0]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_seeds(chunk: int) -> None:
    """Hundreds of lives; between them they see every fault."""
    seen: Counter[str] = Counter()
    for seed in range(chunk, SEEDS, CHUNKS):
        world = told(seed)
        seen.update(name for name in ("restored", "forgot", "stolen") if getattr(world, name))
        seen["steps"] += world.steps
        seen["signed"] += len(world.memory.signed)
    assert seen["steps"] > SEEDS / CHUNKS * 10
    assert min(seen["restored"], seen["forgot"], seen["stolen"]) > 0


def test_one_seed() -> None:
    """The one that is asked for, with its story."""
    world = told(int(os.environ.get("MINGZHANG_SEED", "17")))
    print("\n".join(world.story))  # noqa: T201 -- the story is what is asked for


def test_the_same_seed_is_the_same_story() -> None:
    assert told(5).story == told(5).story
