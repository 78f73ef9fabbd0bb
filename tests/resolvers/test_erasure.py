"""Forgetting: not before the law allows, an entry first, and nothing can be opened afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from db.pools import Database
from ledger.decide import Accepted
from resolvers import verification
from resolvers.context import Context
from resolvers.donations import record_donation
from resolvers.erasure import erase_again, erase_person
from resolvers.persons import Person
from resolvers.policy import ForbiddenError
from resolvers.refusals import Refusal
from tests.worlds import World, charity, donation, opened

LATER = datetime(2058, 6, 1, 4, 0, tzinfo=UTC)
CITIZEN = "11010519491231002X"
SOMEBODY = Person({"name": "金丝雀", "citizenNumber": CITIZEN})


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A charity, when vouchers of 2026 need no longer be kept."""
    async with opened(fresh_database, tmp_path, at=LATER) as made:
        await charity(made)
        yield made


async def given(ctx: Context, effective: str = "2026-05-01") -> bytes:
    """A gift of somebody's; the commitment to them."""
    outcome = await record_donation(ctx, donation(100, person=SOMEBODY, effective=effective))
    assert isinstance(outcome, Accepted)
    return bytes.fromhex(outcome.document["data"]["party"])


async def findings(world: World) -> list[tuple[int | None, str, str]]:
    """What a replay finds, the vault included."""
    ctx = world.context
    done = await verification.replayed(ctx.reader, 1, ctx.now, vault=ctx)
    return [(one["position"], one["source"], one["actual"]) for one in done.findings]


async def test_everything_of_a_person_is_gone_with_an_entry(world: World) -> None:
    first, second = await given(world.officer), await given(world.officer)
    done = await erase_person(world.administrator, commitment=second, ground="request")
    assert done.commitments == 2
    assert await world.rows("person") == await world.rows("personal") == []
    (entry,) = [row for row in await world.rows("leaf") if row["position"] == done.positions[0]]
    assert b'"type":"personal_data_erased"' in entry["leaf"]
    assert first.hex().encode() in entry["leaf"]
    assert await findings(world) == []
    with pytest.raises(Refusal) as caught:
        await erase_person(world.administrator, commitment=second, ground="request")
    assert caught.value.code == "COMMITMENT_NOT_FOUND"
    # Somebody who comes again is somebody new.
    assert len(await world.rows("leaf")) == done.positions[0] + 1
    await given(world.officer)
    assert await findings(world) == []


async def test_the_law_keeps_vouchers(world: World) -> None:
    old, late = await given(world.officer), await given(world.officer, "2028-01-01")
    for commitment in (old, late):  # one person: the youngest voucher counts
        with pytest.raises(Refusal) as caught:
            await erase_person(world.administrator, commitment=commitment, ground="request")
        assert caught.value.code == "RETENTION"
        assert caught.value.facts == {"basis": "accounting-archives", "until": "2059-01-01"}
    assert len(await world.rows("personal")) == 3  # and the act that says so
    with pytest.raises(ForbiddenError):
        await erase_person(world.officer, commitment=old, ground="request")


async def test_missing_is_not_erased(world: World) -> None:
    await given(world.officer)
    position = (await world.rows("personal"))[0]["position"]
    conn = await asyncpg.connect(world.database.keeper)
    try:
        await conn.execute("delete from personal")
    finally:
        await conn.close()
    assert await findings(world) == [(position, "vault", "missing")]


async def test_a_vault_from_an_old_backup_forgets_again(world: World) -> None:
    commitment = await given(world.officer)
    persons, personal = await world.rows("person"), await world.rows("personal")
    await erase_person(world.administrator, commitment=commitment, ground="request")
    conn = await asyncpg.connect(world.database.keeper)
    try:
        for table, rows in (("person", persons), ("personal", personal)):
            await conn.copy_records_to_table(
                table, columns=list(rows[0]), records=[tuple(row.values()) for row in rows]
            )
    finally:
        await conn.close()
    assert [what for _, _, what in await findings(world)] == ["still there"]
    assert await erase_again(world.administrator) == 1
    assert await findings(world) == []
    assert await erase_again(world.administrator) == 0
