"""A whole installation in virtual time: servers, clients, publishers, witnesses, and what goes wrong with them.

Two servers share one database and one data directory.  Each has a sequencer (the real `ledger.decide` under a lock on
the head), the real publisher and the real cosigner; three real witnesses count two of three.  Servers, witnesses and
sessions die at any wait; messages are lost; a database may come back from an old copy, a memory may be lost, and a
thief may have the log's key.  After every step the model (`model.py`) and the slow twin of units agree with the state.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from clients.auditor.witnessing import Witness
from ledger import canonical, checkpoints, merkle, notes
from ledger.checkpoints import Checkpoint
from ledger.commands import Command
from ledger.decide import Accepted, Replayed, decide, undo
from ledger.forks import Pair
from ledger.notes import Signer, Verifier
from ledger.policies import Policy
from ledger.rejections import Rejection
from ledger.replay import Replay
from ledger.state import State
from ledger.witnesses import Latest, Request
from resolvers.checkpoints import Publisher, Rhythm
from resolvers.cosignatures import Answer, Cosigner
from resolvers.keys import KeyFileError, KeyStore, Last, LostStateError
from tests.db.books import FACTS, command
from tests.ledger.oracle import Oracle
from tests.simulation.memory_tables import Session, Tables, pauses
from tests.simulation.model import AGAIN, FUNDS, OK, Model, Proposer

ORIGIN = "mingzhang.test/simulated"
KEY = Signer(ORIGIN, bytes([1]) * 32)
NAMES = ("a.example", "b.example", "c.example")
START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PATIENCE = 1.5
"""Seconds after which a client asks again."""
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Memory(KeyStore):
    """The publishers' shared files, in memory: what is written is durable at once, and one writes at a time."""

    tables: Tables = field(default_factory=Tables)
    kept: list[Last] = field(default_factory=list)
    signed: list[list[bytes]] = field(default_factory=list)
    """The whole tree of every head that was about to be signed."""
    timeline: list[list[bytes] | tuple[int, bytes]] = field(default_factory=list)
    """The same, and each head that a witness cosigned, in the order of their happening."""

    def signer(self, origin: str) -> Signer:
        """The log's key."""
        assert origin == ORIGIN
        return KEY

    def signers(self, origin: str) -> list[Signer]:
        """No other."""
        return [self.signer(origin)]

    def last(self) -> Last:
        """What was remembered last."""
        if not self.kept:
            raise LostStateError(self.state_path)
        return self.kept[-1]

    def remember(self, last: Last) -> None:
        """As the real one: never less."""
        if self.last().size > last.size:
            raise KeyFileError(self.state_path, f"another process has signed more than {last.size} entries")
        self.adopt(last)
        tree = self.tables.hashes[: last.size]
        assert merkle.root(tree) == last.root
        self.signed.append(tree)
        self.timeline.append(tree)

    def adopt(self, last: Last) -> None:
        """Take it as what was signed last."""
        self.kept.append(last)


class Watcher(Witness):
    """The real witness with its files in memory."""

    def __init__(self, world: World, name: str) -> None:
        self.signer, self.beside = Signer(name, name.encode().ljust(32), notes.COSIGNATURE_V1), []
        self._now, self.head, self.up = world.posix, Latest(0, merkle.EMPTY_ROOT, 0, ""), True
        self.seen: list[tuple[int, bytes]] = []
        self._timeline = world.memory.timeline

    def keys_of(self, origin: str) -> tuple[Verifier, ...] | None:
        """It follows one log."""
        return (KEY.verifier,) if origin == ORIGIN else None

    def latest(self, origin: str) -> Latest | None:
        """What it cosigned last."""
        assert origin == ORIGIN
        return self.head if self.head.note else None

    def keep(self, origin: str, latest: Latest) -> None:
        """Durable before the answer."""
        assert origin == ORIGIN
        self.head = latest
        if (latest.size, latest.root) not in self.seen:
            self.seen.append((latest.size, latest.root))
            self._timeline.append((latest.size, latest.root))

    def monitored(self, name: str) -> str | None:
        """The cosigned note."""
        assert name
        return self.head.note or None

    @contextlib.contextmanager
    def _only(self, origin: str) -> Iterator[None]:
        assert origin == ORIGIN
        yield


@dataclass
class Server:
    """One process: what it runs, and the commands that wait in it."""

    name: str
    tasks: list[asyncio.Task[None]]
    sessions: list[Session]
    queue: asyncio.Queue[tuple[Command, asyncio.Future[int | str]]]
    publisher: Publisher
    cosigner: Cosigner


class World:
    """Everything of one seed; `story` says what happened."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.story: list[str] = []
        self.tables = Tables()
        self.lock = asyncio.Lock()
        self.memory = Memory(Path("memory"), "main", self.tables)
        self.memory.adopt(Last(ORIGIN))
        self.pause = pauses(self.chance, self.chance.choice([0.001, 0.02, 0.2]))
        self.witnesses = {name: Watcher(self, name) for name in NAMES}
        lines = [f"witness {n[0]} {w.key} http://{n}" for n, w in self.witnesses.items()]
        self.policy = Policy.parse("\n".join([*lines, "group most 2 a b c", "quorum most", ""]).encode())
        self.servers: dict[str, Server] = {}
        self.promises: dict[str, int] = {}
        self.commands: list[Command] = []
        self.proposer = Proposer(self.chance)
        self.faults = True
        self.restored = self.forgot = self.stolen = False
        self.trouble: set[str] = set()
        self.steps = 0
        self._found()

    # ------------------------------------------------------------------------------------- time and words

    def seconds(self) -> float:
        """Virtual time."""
        return asyncio.get_running_loop().time()

    def now(self) -> datetime:
        """The wall clock of all."""
        return START + timedelta(seconds=self.seconds())

    def posix(self) -> float:
        """The same in POSIX seconds."""
        return self.now().timestamp()

    def say(self, what: str) -> None:
        """A line of the story."""
        self.story.append(f"{self.seconds():8.3f}  {what}")

    # --------------------------------------------------------------------------------------- the journal

    def _found(self) -> None:
        """The entries that every world begins with."""
        opened = {"origin": ORIGIN, "specification": "1", "zone": "Asia/Shanghai", "keys": [KEY.verifier.public.hex()]}
        bound = {"noun": "organization", "record": "o1", "version": 1, "digest": "0" * 64, "facts": FACTS}
        made = [command("journal_opened", opened, organization=None), command("record_bound", bound, organization=None)]
        for name, book, klass in ((FUNDS[0], "fund", "fund"), (FUNDS[1], "fund", "fund"), ("b1", "custody", "bank")):
            made.append(command("account_opened", {"account": name, "book": book, "class": klass, "asset": "CNY/2"}))
        self.state = State(entries={})
        accepted = [decide(self.state, one, START) for one in made]
        assert self.state.head.at is not None
        self.model, self.oracle = Model(0, self.state.head.at), Oracle()
        self.commit([(one, done) for one, done in zip(made, accepted, strict=True) if isinstance(done, Accepted)])
        self.model = Model(len(made), self.state.head.at)
        self.tables.keys.append(self.tables.leaves[0])
        self.backup = self.tables.copy()

    def commit(self, accepted: list[tuple[Command, Accepted]]) -> None:
        """The moment at which a batch becomes durable; every figure is compared with the model's and the twin's."""
        for made, done in accepted:
            self.tables.leaves.append(done.leaf)
            self.tables.hashes.append(done.hash)
            self.commands.append(made)
            self.oracle.apply(done.position, made)
        assert self.state.head.size == len(self.tables.leaves)
        self.steps += 1

    def compare(self) -> None:
        """Model, slow twin and state agree."""
        assert (self.model.size, self.model.at) == (self.state.head.size, self.state.head.at)
        for name in (*FUNDS, "b1"):
            account = self.state.accounts[name]
            found = account.balance, account.reserved
            assert found == (self.model.balances[name], self.model.reserved(name)), (name, found)
            if name in FUNDS:
                assert len(self.oracle.queues[name]) == account.balance
                assert self.oracle.reserved(name) == account.reserved

    def rebuild(self) -> None:
        """Replay what the database holds, as a server that starts on it does."""
        entries: dict[int, dict[str, Any]] = {}
        replay = Replay(entries)
        for leaf in self.tables.leaves:
            entries[replay.size] = canonical.decode(leaf)
            replay.step(leaf)
        assert replay.frontier.root() == self.tables.root()
        self.state = replay.state
        assert self.state.head.at is not None
        del self.commands[len(self.tables.leaves) :]
        self.oracle, self.model = Oracle(), Model(len(FUNDS) + 3, START + timedelta(microseconds=len(FUNDS) + 2))
        for position, (made, leaf) in enumerate(zip(self.commands, self.tables.leaves, strict=True)):
            self.oracle.apply(position, made)
            if position >= len(FUNDS) + 3:
                at = datetime.strptime(canonical.decode(leaf)["at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
                assert self.model.step(made, at) == OK
        self.promises = {name: at for name, at in self.promises.items() if at < len(self.tables.leaves)}

    # --------------------------------------------------------------------------------------- the servers

    def start(self, name: str) -> None:
        """Start a server process."""
        sessions: list[Session] = []

        def session() -> Session:
            sessions.append(Session(self.tables, self.pause))
            return sessions[-1]

        async def connect() -> Session:
            await self.pause()
            return session()

        cosigner = Cosigner(1, KEY.verifier, self.policy, session(), self.ask, self.seconds, self.posix)
        publisher = Publisher(
            1, KEY, self.memory, connect, cosigner.check, lambda: cosigner.risk,
            rhythm=Rhythm(0.2, 5), clock=self.seconds, now=self.posix,
        )  # fmt: skip
        server = Server(name, [], sessions, asyncio.Queue(), publisher, cosigner)
        works: list[Coroutine[Any, Any, None]] = [
            self._sequence(server), publisher.run(), cosigner.run(lambda: publisher.leading)
        ]  # fmt: skip
        server.tasks = [asyncio.ensure_future(work) for work in works]
        self.servers[name] = server
        self.say(f"{name} starts")

    async def kill(self, name: str) -> None:
        """`kill -9`: nothing that it runs goes on, its sessions are lost, and nobody it owes hears from it."""
        server = self.servers.pop(name, None)
        if server is None:
            return
        self.say(f"{name} is killed")
        for session in server.sessions:
            session.lose()
        for task in server.tasks:
            task.cancel()
        await asyncio.wait(server.tasks)
        for task in server.tasks:
            if not task.cancelled() and (fault := task.exception()) is not None:
                raise fault

    async def _sequence(self, server: Server) -> None:
        """The door's way: lock the head, decide what waits, write, commit, and only then answer."""
        while True:
            jobs = [await server.queue.get()]
            while not server.queue.empty():
                jobs.append(server.queue.get_nowait())
            answers: list[int | str] = []
            done: list[tuple[Command, Accepted]] = []
            async with self.lock:
                try:
                    await self.pause()
                    trial = self.model.copy()
                    for made, _ in jobs:
                        answers.append(self._decided(made, trial, done))
                    await self.pause()
                except asyncio.CancelledError:
                    for _, accepted in reversed(done):  # what PostgreSQL does for a transaction whose owner is gone
                        undo(self.state, accepted)
                    raise
                self.commit(done)
                self.model = trial
                self.compare()
            await self.pause()
            for (_, future), answer in zip(jobs, answers, strict=True):
                if not future.done():
                    future.set_result(answer)

    def _decided(self, made: Command, trial: Model, done: list[tuple[Command, Accepted]]) -> int | str:
        """The ledger's verdict, which must be the model's; a position, or a rejection's code."""
        now, answer = self.now(), 0
        try:
            outcome = decide(self.state, made, now)
            verdict, answer = (OK if isinstance(outcome, Accepted) else AGAIN), outcome.position
        except Rejection as rejection:
            verdict, outcome = rejection.code, Replayed(-1)
        assert trial.step(made, now) == verdict, (made, verdict)
        if isinstance(outcome, Accepted):
            done.append((made, outcome))
        return answer if verdict in {OK, AGAIN} else verdict

    async def client(self) -> None:
        """Send one command after another, each until it is answered."""
        while True:
            await asyncio.sleep(self.chance.random() * 0.4)
            made = self.proposer.propose(self.model, self.now())
            while (answer := await self._asked(made)) is None:
                pass
            if isinstance(answer, int):
                assert self.promises.setdefault(made.id, answer) == answer, "a broken word"

    async def _asked(self, made: Command) -> int | str | None:
        """The answer of some server, or None."""
        if not self.servers:
            await asyncio.sleep(0.1)
            return None
        server = self.servers[self.chance.choice(sorted(self.servers))]
        future: asyncio.Future[int | str] = asyncio.get_running_loop().create_future()
        server.queue.put_nowait((made, future))
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(future, PATIENCE)
        return None

    # -------------------------------------------------------------------------------------- the witnesses

    async def ask(self, address: str, body: bytes | None) -> Answer:
        """A request to a witness: it may not arrive, and its answer may not."""
        witness = self.witnesses[address.split("/")[2]]
        await self.pause()
        if not witness.up or (self.faults and self.chance.random() < 0.05):
            raise OSError("no answer")
        if body is None:
            note = witness.monitored(address.rsplit("/", 2)[1])
            answer = Answer(404, "not here\n") if note is None else Answer(200, note)
        else:
            decision = witness.add(body)
            answer = Answer(decision.status, decision.body)
        await self.pause()
        if self.faults and self.chance.random() < 0.05:
            raise OSError("the answer is lost")
        return answer

    def steal(self) -> None:
        """A thief with the log's key has one witness cosign another history; the story ends in a proof."""
        name = self.chance.choice(NAMES)
        witness = self.witnesses[name]
        seen = witness.head.size
        forged = [merkle.leaf_hash(self.chance.randbytes(8)) for _ in range(self.chance.randint(1, 6))]
        tree = [*self.tables.hashes[:seen], *forged]
        note = checkpoints.sign(Checkpoint(ORIGIN, len(tree), merkle.root(tree)), KEY)
        proof = tuple(merkle.consistency_proof(seen, len(tree), reader(tree))) if seen else ()
        if merkle.root(tree[:seen]) != witness.head.root:
            return  # the journal came back from an old copy: this witness knows more than the thief
        assert witness.add(str(Request(seen, proof, note)).encode()).status == 200
        self.stolen = True
        self.forged = name, tree, seen
        self.say(f"a thief has {name} cosign {len(tree)} entries, {len(forged)} of them forged")


def reader(tree: list[bytes]) -> merkle.NodeReader:
    """The nodes of a small tree."""
    return lambda level, index: merkle.root(tree[index << level : (index + 1) << level])


def held_together(one: str, tree: list[bytes], another: str, other: list[bytes]) -> Pair:
    """Two auditors' heads with their trees: the proof between them."""
    notes_, trees = ([one, another], [tree, other]) if len(tree) <= len(other) else ([another, one], [other, tree])
    small, large = trees
    proof: tuple[bytes, ...] = ()
    there = None
    if 0 < len(small) < len(large):
        proof = tuple(merkle.consistency_proof(len(small), len(large), reader(large)))
        root = merkle.root(large[: len(small)])
        there = None if root == merkle.root(small) else root
    return Pair((KEY.verifier,), notes_[0], notes_[1], proof, there)
