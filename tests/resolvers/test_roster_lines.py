"""One line of a roster: proven to the entitled, checked without the server, and refused to everybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner

from clients.auditor.command import cli
from db import lookups, trees
from db.pools import Database
from ledger import checkpoints
from ledger.checkpoints import Checkpoint
from ledger.decide import Accepted
from ledger.errors import EvidenceError
from ledger.notes import Signer
from ledger.roster_proofs import RosterLine
from resolvers.context import Role
from resolvers.disbursements import disburse_roster
from resolvers.donations import record_donation
from resolvers.personal import read_access_log
from resolvers.policy import ForbiddenError
from resolvers.refusals import Refusal
from resolvers.roster_lines import prove_roster_line
from tests.resolvers.test_persons import roster
from tests.worlds import World, charity, donation, opened

UNITS = (100, 200, 300, 400, 500)


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A charity with money."""
    async with opened(fresh_database, tmp_path) as made:
        await charity(made)
        await record_donation(made.officer, donation(10_000))
        yield made


async def paid(world: World) -> tuple[int, list[bytes]]:
    """A roster that was paid, and its commitments."""
    outcome = await disburse_roster(world.officer, roster(UNITS))
    assert isinstance(outcome, Accepted)
    names = await lookups.commitments(world.context.keeper, world.context.journal.id, outcome.position)
    return outcome.position, names


async def published(world: World) -> Signer:
    """A signed head over all."""
    signer = Signer(world.context.journal_origin(), bytes(range(32)))
    size, root = await trees.head(world.context.reader, world.context.journal.id)
    note = checkpoints.sign(Checkpoint(signer.name, size, root), signer)
    async with world.context.keeper.acquire() as conn:
        await trees.publish(conn, world.context.journal.id, trees.Signed(size, root, note))
    return signer


async def test_every_line_is_proven_and_told_of(world: World, tmp_path: Path) -> None:
    position, names = await paid(world)
    key = (await published(world)).verifier
    amounts = []
    for name in names:
        told, found = await prove_roster_line(
            world.officer, position=position, commitment=name, reason="a receipt for them", opened=True
        )
        head, document = found.verify([key])
        assert (document["seq"], told > position) == (position, True)
        assert RosterLine.parse(str(found).encode()) == found
        assert found.data is not None
        amounts.append(found.line.amount)
    assert sorted(amounts) == list(UNITS)
    assert head.checkpoint.size > position
    auditor = world.as_(Role.AUDITOR)
    _, closed = await prove_roster_line(auditor, position=position, commitment=names[0], reason="a sample")
    assert closed.data is None
    closed.verify([key])
    _, log = await read_access_log(world.as_(Role.INSPECTOR), reason="who read")
    assert {access.act for access in log} >= {"reveal-personal-data", "prove-roster-line"}
    file = tmp_path / "line"
    for made, spoken in ((closed, closed.line.commitment.hex()), (found, "CANARY")):
        file.write_text(str(made), newline="")
        done = CliRunner().invoke(cli, ["roster", str(file), "--key", str(key)])
        assert done.exit_code == 0, done.output
        assert spoken.lower() in done.output.lower()


async def test_a_line_that_is_altered_is_refused(world: World) -> None:
    position, names = await paid(world)
    key = (await published(world)).verifier
    _, found = await prove_roster_line(world.officer, position=position, commitment=names[0], reason="r", opened=True)
    body = str(found)
    amount = f" {found.line.amount} "
    for spoilt in (
        body.replace(amount, f" {found.line.amount + 1} ", 1),
        body.replace(names[0].hex(), names[1].hex(), 1),
        body.replace("sibling ", "sibling 1", 1),
        body.replace("salt ", "salt 00", 1),
        body.replace("line 0", "line 9", 1) if "line 0" in body else body.replace("line ", "line 9", 1),
        body.replace("roster-line@v1", "roster-line@v2"),
    ):
        with pytest.raises(EvidenceError):
            RosterLine.parse(spoilt.encode()).verify([key])


async def test_a_roster_without_one_of_its_lines_proves_none(world: World) -> None:
    position, names = await paid(world)
    await published(world)
    conn = await asyncpg.connect(world.database.keeper)
    try:
        await conn.execute("delete from personal where commitment = $1", names[-1])
    finally:
        await conn.close()
    with pytest.raises(Refusal) as caught:
        await prove_roster_line(world.officer, position=position, commitment=names[0], reason="r")
    assert (caught.value.code, caught.value.facts) == ("ROSTER_ERASED", {"entry": position})


async def test_who_is_not_entitled_gets_nothing(world: World) -> None:
    position, names = await paid(world)
    with pytest.raises(Refusal) as early:
        await prove_roster_line(world.officer, position=position, commitment=names[0], reason="r")
    assert early.value.code == "NOT_PUBLISHED"
    await published(world)
    for ctx in (world.as_(Role.PUBLIC), world.as_(Role.SUPERVISOR), world.as_(Role.ADMINISTRATOR)):
        with pytest.raises(ForbiddenError):
            await prove_roster_line(ctx, position=position, commitment=names[0], reason="r")
    auditor = world.as_(Role.AUDITOR)
    with pytest.raises(ForbiddenError):
        await prove_roster_line(auditor, position=position, commitment=names[0], reason="r", opened=True)
    for ctx, at, name in (
        (world.stranger, position, names[0]), (world.officer, 0, names[0]), (world.officer, position, bytes(32)),
    ):  # fmt: skip
        with pytest.raises(Refusal) as caught:
            await prove_roster_line(ctx, position=at, commitment=name, reason="r")
        assert caught.value.code == "COMMITMENT_NOT_FOUND"
