"""Commands that wait for a second officer, and what became of them; as the door, whom alone the table answers.

A proposal keeps the command's canonical object and the companion rows that go with it.  These are sealed
already: whoever reads the table learns nothing that the vault would not tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from db import statements
from db.journal import Companion
from ledger.canonical import canonical
from ledger.commands import Command
from ledger.signing import command_from, command_object, digest

_SQL = statements.load("proposals")
MOST_WAITING: Final = 500
"""Proposals of one organization that may wait at a time."""

Session = Any
"""An asyncpg pool or connection of the door's role."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a proposal: approved, declined or withdrawn; `position` is its entry's, where approved."""

    outcome: str
    officer: str
    reason: str | None
    decided: datetime
    position: int | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A command that waits, or waited; `signature` is the initiator's (hex)."""

    id: UUID
    organization: str
    initiator: str
    command: Command
    digest: bytes
    companions: tuple[Companion, ...]
    proposed: datetime
    expires: datetime
    signature: str | None
    decision: Decision | None


async def keep(
    keeper: Session, journal: int, command: Command, companions: Sequence[Companion], lasts: tuple[datetime, datetime]
) -> bool:
    """Let a command wait from a moment to another; false if its id is kept already, or too many wait."""
    status = await keeper.execute(
        _SQL.insert_proposal, journal, UUID(command.id), command.organization, command.actor,
        canonical(command_object(command)), bytes.fromhex(digest(command)), _written(companions), *lasts, MOST_WAITING,
    )  # fmt: skip
    return bool(status == "INSERT 0 1")


async def find(keeper: Session, journal: int, name: UUID) -> Proposal | None:
    """A proposal by its command's id."""
    row = await keeper.fetchrow(_SQL.proposal, journal, name)
    return None if row is None else _proposal(row)


async def newest(
    keeper: Session, journal: int, organization: str | None, now: datetime, *, waiting: bool, most: int
) -> list[Proposal]:
    """The newest proposals of an organization (of all, without one), those that wait or all of them."""
    rows = await keeper.fetch(_SQL.proposals, journal, organization, waiting, now, most)
    return [_proposal(row) for row in rows]


async def sign(keeper: Session, journal: int, name: UUID, signature: str) -> bool:
    """Keep the initiator's signature; false if the proposal was decided meanwhile."""
    status = await keeper.execute(_SQL.sign_proposal, journal, name, signature)
    return bool(status == "UPDATE 1")


def approved(name: UUID, officer: str, at: datetime) -> Companion:
    """The row that says who approved, written with the entry; it is refused where somebody decided before."""
    return Companion("proposals", "approve", (name, officer, at))


async def decline(keeper: Session, journal: int, name: UUID, said: tuple[str, str, str], at: datetime) -> bool:
    """Decline or withdraw (outcome, officer, reason); false if somebody decided before."""
    outcome, officer, reason = said
    return await keeper.fetchval(_SQL.decline, journal, name, outcome, officer, reason, at) is not None


async def forget(keeper: Session, journal: int, now: datetime) -> None:
    """Drop what was sealed for proposals that are decided or expired."""
    await keeper.execute(_SQL.forget, journal, now)


def _written(companions: Sequence[Companion]) -> bytes:
    return orjson.dumps([[c.noun, c.statement, [_tagged(arg) for arg in c.args]] for c in companions])


def _tagged(value: object) -> object:
    if isinstance(value, UUID):
        return {"uuid": str(value)}
    return {"bytes": value.hex()} if isinstance(value, bytes) else value


def _read(body: bytes | None) -> tuple[Companion, ...]:
    found = orjson.loads(body or b"[]")
    return tuple(Companion(noun, name, tuple(_untagged(arg) for arg in args)) for noun, name, args in found)


def _untagged(value: Any) -> Any:  # noqa: ANN401 -- a statement's argument
    if not isinstance(value, dict):
        return value
    return UUID(value["uuid"]) if "uuid" in value else bytes.fromhex(value["bytes"])


def _proposal(row: Any) -> Proposal:  # noqa: ANN401 -- an asyncpg record
    decision = None
    if row["outcome"] is not None:
        decision = Decision(row["outcome"], row["officer"], row["reason"], row["decided"], row["position"])
    return Proposal(
        row["id"], row["organization"], row["initiator"], command_from(orjson.loads(row["command"])), row["digest"],
        _read(row["companions"]), row["proposed"], row["expires"], row["signature"], decision,
    )  # fmt: skip
