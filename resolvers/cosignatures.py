"""Witnesses, seen from the log: submit every new checkpoint, keep what they cosign, ask them before signing at all.

    published checkpoint → (consistency proof from the size each witness saw last) → its cosignature → kept, served

Nobody waits for this: entries are accepted and checkpoints published whether or not a witness answers.  A witness that
has seen more than this database holds, or another history, is the one thing that stops publication: then the database
was restored from an old copy, and signing on would make a fork (`ForkRiskError`).
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from db import trees
from db.trees import Signed
from ledger import checkpoints, merkle, tiles, witnesses
from ledger.errors import EvidenceError, LedgerError
from ledger.key_history import resolved
from ledger.notes import Signature, Verifier
from ledger.policies import NONE, Party, Policy
from ledger.witnesses import Head, Request, Status
from resolvers.checkpoints import Asked, ForkRiskError
from resolvers.keys import Last

POLL_SECONDS = 0.2
SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
REFRESH_SECONDS = 3600.0
"""A head that stays the newest is cosigned anew after this long, so that a quiet journal does not look stale."""
_TRIES = 3
"""An answer 409 names another size to prove from; twice in a row, somebody else submits at the same time."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness answered."""

    status: int
    body: str


Ask = Callable[[str, bytes | None], Awaitable[Answer]]
"""POST a body to an address, or GET it without one; raises `OSError` when there is no answer."""


@dataclass(slots=True)
class Standing:
    """How a witness stands with us: the size it cosigned last, as far as we know, and when to ask it again."""

    size: int = 0
    pause: float = 0.0
    after: float = 0.0
    trouble: str | None = None


@dataclass(slots=True)
class Cosigner:
    """Collects cosignatures for one journal under one policy; `risk` is what must stop publication, if anything.

    `clock` is monotonic, `now` is POSIX time, both in seconds.
    """

    journal: int
    key: Verifier
    policy: Policy
    pool: trees.Session
    ask: Ask
    clock: Callable[[], float]
    now: Callable[[], float]
    risk: ForkRiskError | None = None
    standings: dict[str, Standing] = field(default_factory=dict)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def witnesses(self) -> list[Party]:
        """The witnesses of the policy that have an address."""
        return [witness for witness in self.policy.witnesses.values() if witness.url]

    async def run(self, leading: Callable[[], bool]) -> None:
        """Collect until `stop`, while this process is the one that publishes; outlives every trouble."""
        # Each witness has its own loop, so that one that is slow keeps no other waiting.
        await asyncio.gather(*(self._follow(witness, leading) for witness in self.witnesses))

    async def _follow(self, witness: Party, leading: Callable[[], bool]) -> None:
        while not self._stop.is_set():
            if leading():
                try:
                    await self.collect([witness])
                except asyncio.CancelledError:
                    raise
                except Exception as fault:  # noqa: BLE001 - the database may be away; it is asked again
                    _log.warning("cosignatures wait for the database: %s: %s", type(fault).__name__, fault)
                    await self._pause(SHORTEST_PAUSE)
            await self._pause(POLL_SECONDS)

    def stop(self) -> None:
        """End, without waiting for witnesses."""
        self._stop.set()

    async def collect(self, only: Sequence[Party] | None = None) -> int:
        """Submit the newest checkpoint to the witnesses that have not cosigned it lately; how many did now."""
        signed = await trees.newest(self.pool, self.journal)
        if signed is None:
            return 0
        done = await trees.cosigners(self.pool, self.journal, signed.size)
        asked = self.witnesses if only is None else only
        due = [w for w in asked if self._standing(w).after <= self.clock() and not self._fresh(done.get(str(w.key)))]
        if not due:
            return 0
        made = sum(await asyncio.gather(*(self._submitted(witness, signed) for witness in due)))
        if made:
            await self._count(signed)
        return made

    def _fresh(self, line: str | None) -> bool:
        """Whether a cosignature need not be made anew: auditors ask that witnesses have seen a head lately."""
        if line is None:
            return False
        time = int.from_bytes(Signature.parse(line).value[:8], "big")
        return time > self.now() - REFRESH_SECONDS

    async def check(self, conn: trees.Session) -> Asked:
        """Before anything is signed, ask every witness; `ForkRiskError` if one has seen what this database has not."""
        size, _ = await trees.head(conn, self.journal)
        answered, silent, newest = set[Verifier](), list[str](), None
        for witness in self.policy.witnesses.values():
            try:
                seen = await self._seen(conn, witness) if witness.url else None
            except (OSError, LedgerError) as fault:
                _log.warning("witness %s does not say what it has seen: %s", witness.key.name, fault)
                self._standing(witness).trouble = f"it does not say what it has seen: {fault}"
                seen = None
            if seen is None:
                silent.append(witness.key.name)
                continue
            found = await self._agree(conn, witness, seen, size)
            answered.add(witness.key)
            if newest is None or found.size > newest.size:
                newest = found
        self.risk = None
        return Asked(newest, tuple(silent), self._enough(answered))

    def _enough(self, answered: set[Verifier]) -> bool:
        """Whether no head could be witnessed without one of these: the others alone are no quorum."""
        if self.policy.quorum == NONE:
            return False
        others = [key for key in self.policy.witness_keys if key not in answered]
        return self.policy.standing(answered).met and not self.policy.standing(others).met

    async def _keys(self, conn: trees.Session) -> list[Verifier]:
        """Every key that ever signed for this log: a witness may have seen a head of before a rotation."""
        names = await trees.keys_named(conn, self.journal)
        return list(dict.fromkeys([self.key, *resolved(self.key.name, names, [self.key])]))

    async def _seen(self, conn: trees.Session, witness: Party) -> Head | None:
        """What a witness cosigned last of this log; with an empty root when it says no more than the size.

        None when it says nothing that can be relied on: a bare 404 may be any server's.
        """
        answer = await self.ask(f"{_base(witness)}/{witnesses.origin_hash(self.key.name)}/checkpoint", None)
        if answer.status == Status.OK:
            return await self._shown(conn, witness, answer.body)
        signed = await trees.newest(conn, self.journal)
        if signed is None:
            return None
        answer = await self.ask(f"{_base(witness)}/add-checkpoint", str(Request(0, (), signed.note)).encode())
        if answer.status == Status.OK:
            # It knew nothing before, and now this.
            witnesses.cosignatures(signed.note, answer.body, [witness.key])
            return Head(self.key.name, signed.size, signed.root)
        if answer.status != Status.CONFLICT:
            return None
        return Head(self.key.name, witnesses.stated_size(answer.body), b"")

    async def _shown(self, conn: trees.Session, witness: Party, note: str) -> Head:
        """The head in a note that a witness serves to monitors."""
        opened = checkpoints.open_cosigned(note, [*await self._keys(conn), witness.key])
        if not opened.cosignatures:
            raise EvidenceError("the checkpoint it serves has no cosignature of its own")
        found = opened.checkpoint
        return Head(found.origin, found.size, found.root)

    async def _agree(self, conn: trees.Session, witness: Party, seen: Head, size: int) -> Last:
        """What a witness saw, with the root that this journal has there; `ForkRiskError` when it has not that head."""
        last = Last(seen.origin, seen.size, seen.root)
        if seen.size > size:
            raise ForkRiskError(last, size, f"{witness.key.name} cosigned them, but they are missing here")
        self._standing(witness).size = seen.size
        if not seen.size:
            return Last(seen.origin)
        node = tiles.node_reader(await trees.tiles(conn, self.journal, tiles.root_tiles(seen.size)))
        root = merkle.root_at(seen.size, node)
        if seen.root and root != seen.root:
            raise ForkRiskError(last, size, f"{witness.key.name} cosigned others than are here")
        if not seen.root:
            # It shows no root: that what it saw begins this journal, its acceptance of a proof from there shows.
            await self._proven(conn, witness, seen.size, root)
        return Last(seen.origin, seen.size, root)

    async def _proven(self, conn: trees.Session, witness: Party, size: int, root: bytes) -> None:
        """Raise `ForkRiskError` when a witness refuses the proof from the size that it stated itself."""
        signed = await trees.newest(conn, self.journal)
        if signed is None or signed.size < size:
            return
        body = str(Request(size, await self._proof(size, signed), signed.note))
        answer = await self.ask(f"{_base(witness)}/add-checkpoint", body.encode())
        if answer.status == Status.UNPROCESSABLE:
            head, _ = await trees.head(conn, self.journal)
            reason = f"{witness.key.name} cosigned others than are here, for it refuses the proof"
            raise ForkRiskError(Last(self.key.name, size, root), head, reason)

    async def _submitted(self, witness: Party, signed: Signed) -> bool:
        """Whether a witness cosigned now; its trouble is noted, said once, and it is left alone for a while."""
        standing = self._standing(witness)
        try:
            await self._submit(witness, standing, signed)
        except (OSError, LedgerError) as fault:
            standing.pause = min(LONGEST_PAUSE, max(SHORTEST_PAUSE, standing.pause * 2))
            standing.after = self.clock() + standing.pause
            if str(fault) != standing.trouble:
                _log.warning("witness %s did not cosign %s entries: %s", witness.key.name, signed.size, fault)
            standing.trouble = str(fault)
            return False
        standing.pause, standing.after, standing.trouble = 0.0, 0.0, None
        return True

    async def _submit(self, witness: Party, standing: Standing, signed: Signed) -> None:
        for _ in range(_TRIES):
            body = str(Request(standing.size, await self._proof(standing.size, signed), signed.note))
            answer = await self.ask(f"{_base(witness)}/add-checkpoint", body.encode())
            if answer.status == Status.CONFLICT:
                standing.size = witnesses.stated_size(answer.body)
                if standing.size > signed.size:
                    await self._behind(witness, standing.size, signed)
                    return
                continue
            if answer.status == Status.UNPROCESSABLE:
                # What it cosigned before is not the beginning of this tree, or it errs: either way a person looks.
                await self._contradicted(witness)
                raise EvidenceError(f"it refuses the consistency proof from {standing.size}: {answer.body[:200]!r}")
            if answer.status != Status.OK:
                raise EvidenceError(f"it answers {answer.status}: {answer.body[:200]!r}")
            [line, *_] = witnesses.cosignatures(signed.note, answer.body, [witness.key])
            await trees.keep_cosignature(self.pool, self.journal, signed.size, str(witness.key), str(line))
            standing.size = signed.size
            return
        raise EvidenceError("it states another size at every try")

    async def _contradicted(self, witness: Party) -> None:
        """A witness refuses a proof: if it shows a head of ours that is not in this journal, nothing more is signed."""
        with contextlib.suppress(OSError, EvidenceError):
            seen = await self._seen(self.pool, witness)
            head, _ = await trees.head(self.pool, self.journal)
            if seen is not None:
                try:
                    await self._agree(self.pool, witness, seen, head)
                except ForkRiskError as risk:
                    self.risk = risk

    async def _behind(self, witness: Party, size: int, signed: Signed) -> None:
        """A witness has seen more than was submitted: a newer checkpoint of ours, or more than this journal has."""
        head, _ = await trees.head(self.pool, self.journal)
        if size > head:
            last = Last(self.key.name, size, b"")
            self.risk = ForkRiskError(last, head, f"{witness.key.name} cosigned them, but they are missing here")
            raise EvidenceError(str(self.risk))
        raise EvidenceError(f"it has cosigned {size} entries already, and {signed.size} were submitted")

    async def _proof(self, old: int, signed: Signed) -> tuple[bytes, ...]:
        if not 0 < old < signed.size:
            return ()
        wanted = tiles.consistency_tiles(old, signed.size)
        node = tiles.node_reader(await trees.tiles(self.pool, self.journal, wanted))
        return tuple(merkle.consistency_proof(old, signed.size, node))

    async def _count(self, signed: Signed) -> None:
        """Note when the checkpoint meets the policy."""
        done = await trees.cosigners(self.pool, self.journal, signed.size)
        standing = self.policy.standing(key for key in self.policy.witness_keys if str(key) in done)
        if standing.met:
            counted = standing.have, standing.need, standing.of
            await trees.keep_witnessed(self.pool, self.journal, signed.size, counted)

    def _standing(self, witness: Party) -> Standing:
        return self.standings.setdefault(str(witness.key), Standing())

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)


def _base(witness: Party) -> str:
    return (witness.url or "").rstrip("/")


def policy_of(body: bytes | None, given: list[str]) -> Policy:
    """The policy of a file (None: nobody), with witnesses given as `URL VKEY` besides.

    With a file, given witnesses are asked, and count only as far as the file's quorum names them; without one, every
    given witness counts, and one suffices.  Raises `PolicyError`.
    """
    lines = b"" if body is None else body
    names = []
    for n, text in enumerate(given):
        url, _, vkey = text.partition(" ")
        names.append(f"given-{n}")
        lines += f"witness given-{n} {vkey.strip()} {url}\n".encode()
    if body is None:
        quorum = f"group given any {' '.join(names)}\nquorum given\n" if names else "quorum none\n"
        lines += quorum.encode()
    return Policy.parse(lines)
