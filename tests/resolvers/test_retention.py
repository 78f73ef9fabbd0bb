"""What keeps a person's data: audits, cases, the law; and what may still be done with what is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from db import erasures
from db.pools import Database
from ledger.decide import Accepted
from resolvers import acts, verification
from resolvers.context import Context, Role
from resolvers.donations import record_donation
from resolvers.erasure import erase_person
from resolvers.personal import MOST, read_access_log, reveal_personal_data
from resolvers.persons import Person
from resolvers.policy import ForbiddenError
from resolvers.refusals import Refusal
from resolvers.retention import (
    AuditHold,
    AuditHoldLifting,
    lift_audit_hold,
    lift_case_hold,
    place_audit_hold,
    place_case_hold,
)
from tests.worlds import CHARITY, OTHER, World, charity, donation, new_id, opened

LATER = datetime(2058, 6, 1, 4, 0, tzinfo=UTC)
SOMEBODY = Person({"name": "金丝雀", "citizenNumber": "11010519491231002X"})


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


async def refused(asked: Awaitable[object]) -> tuple[str, dict[str, object]]:
    """The code and facts of the refusal."""
    with pytest.raises(Refusal) as caught:
        await asked
    return caught.value.code, caught.value.facts


async def findings(world: World) -> list[tuple[str, str]]:
    """What a replay finds in the vault."""
    ctx = world.context
    done = await verification.replayed(ctx.reader, 1, ctx.now, vault=ctx)
    return [(one["field"], one["actual"]) for one in done.findings]


async def cut(world: World, statement: str) -> None:
    """Change the vault by hand, as a superuser."""
    conn = await asyncpg.connect(world.database.keeper)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()


def erasing(world: World, commitment: bytes) -> Awaitable[object]:
    return erase_person(world.administrator, commitment=commitment, ground="request")


async def test_an_audit_keeps_everybody_behind_the_organization(world: World) -> None:
    auditor = world.as_(Role.AUDITOR)
    commitment = await given(world.officer)
    hold = AuditHold(id=new_id(), organization=CHARITY, authority="auditor", reference="A-7")
    placed = await place_audit_hold(auditor, hold)
    assert await refused(erasing(world, commitment)) == ("RETENTION", {"basis": "audit-hold", "until": "lifted"})
    with pytest.raises(ForbiddenError):
        await place_audit_hold(world.administrator, hold)
    await charity(world, OTHER, uscc=None)
    for organization, position in ((OTHER, placed.position), (CHARITY, placed.position - 1)):
        wrong = AuditHoldLifting(id=new_id(), organization=organization, placed=position)
        assert (await refused(lift_audit_hold(auditor, wrong)))[0] == "AUDIT_HOLD_NOT_FOUND"
    lifting = AuditHoldLifting(id=new_id(), organization=CHARITY, placed=placed.position)
    first = await lift_audit_hold(auditor, lifting)
    assert (await lift_audit_hold(auditor, lifting)).position == first.position  # sent again
    assert (await refused(lift_audit_hold(auditor, AuditHoldLifting(
        id=new_id(), organization=CHARITY, placed=placed.position))))[0] == "AUDIT_HOLD_NOT_FOUND"  # fmt: skip
    await erasing(world, commitment)
    assert await findings(world) == []


async def test_a_case_keeps_a_person_and_warns_nobody(world: World) -> None:
    inspector = world.as_(Role.INSPECTOR)
    first, second = await given(world.officer), await given(world.officer)
    placed = await place_case_hold(inspector, commitments=[first], reason="举报 17")
    kinds = [row["kind"] for row in await world.rows("entry")]
    assert kinds[placed] == "sealed"
    # Whatever is known of the same person is kept, what came later too.
    later = await given(world.officer)
    for commitment in (first, second, later):
        assert await refused(erasing(world, commitment)) == ("RETENTION", {"basis": "case-hold", "until": "lifted"})
    assert await findings(world) == []
    with pytest.raises(ForbiddenError):
        await place_case_hold(world.as_(Role.AUDITOR), commitments=[first], reason="x")
    assert (await refused(place_case_hold(inspector, commitments=[bytes(32)], reason="x")))[0] == "COMMITMENT_NOT_FOUND"
    assert (await refused(place_case_hold(inspector, commitments=[], reason="x")))[0] == "MALFORMED"
    assert (await refused(place_case_hold(inspector, commitments=[first], reason="\0")))[0] == "MALFORMED"
    assert (await refused(lift_case_hold(inspector, placed=placed - 1, reason="x")))[0] == "CASE_HOLD_NOT_FOUND"
    await lift_case_hold(inspector, placed=placed, reason="结案")
    assert (await refused(lift_case_hold(inspector, placed=placed, reason="x")))[0] == "CASE_HOLD_NOT_FOUND"
    await erasing(world, first)
    assert await world.rows("person_mark") == []
    assert await findings(world) == []


async def test_who_is_kept_is_stored_and_nothing_else(world: World) -> None:
    commitment = await given(world.officer, "2040-01-01")
    position = (await world.rows("personal"))[0]["position"]
    _, shown = await reveal_personal_data(world.officer, reason="回访", commitments=[commitment])
    assert len(shown) == 1
    for _ in range(2):  # told once
        assert await refused(erasing(world, commitment)) == (
            "RETENTION", {"basis": "accounting-archives", "until": "2071-01-01"}
        )  # fmt: skip
    assert [row["mark"] for row in await world.rows("person_mark")] == ["storage-only"]
    assert (await refused(reveal_personal_data(world.officer, reason="回访", commitments=[commitment])))[0] == (
        "STORAGE_ONLY"
    )
    _, shown = await reveal_personal_data(world.officer, reason="回访", positions=[position])
    assert shown == []
    _, shown = await reveal_personal_data(world.as_(Role.INSPECTOR), reason="inspection", commitments=[commitment])
    assert len(shown) == 1
    assert await findings(world) == []


async def test_the_access_log_tells_who_read_what_and_why(world: World) -> None:
    auditor, inspector = world.as_(Role.AUDITOR), world.as_(Role.INSPECTOR)
    commitment = await given(world.officer)
    revealed, _ = await reveal_personal_data(world.officer, reason="回访", commitments=[commitment])
    await place_case_hold(inspector, commitments=[commitment], reason="举报 17")
    first, log = await read_access_log(auditor, reason="annual audit")
    assert [(one.position, one.act, one.actor, one.reason, one.commitments) for one in log] == [
        (revealed, "reveal-personal-data", "test-officer", "回访", (commitment,))
    ]
    assert "回访" not in repr(log)
    _, log = await read_access_log(inspector, reason="who looked", first=1)
    assert [(one.position, one.act, one.actor) for one in log] == [(first, "read-access-log", "test-auditor")]
    _, log = await read_access_log(inspector, reason="before", before=first)
    assert [one.position for one in log] == [revealed]
    for ctx in (world.officer, world.administrator, world.public):
        with pytest.raises(ForbiddenError):
            await read_access_log(ctx, reason="curious")
    for reason, most in (("", 1), ("x", 0), ("x", MOST + 1)):
        assert (await refused(read_access_log(auditor, reason=reason, first=most)))[0] == "MALFORMED"


async def test_the_log_of_readings_cannot_be_erased_for_three_years(world: World) -> None:
    commitment = await given(world.officer)
    await reveal_personal_data(world.officer, reason="回访", commitments=[commitment])
    (act,) = [act async for act in acts.opened(world.context)]
    assert await refused(erasing(world, act.commitment)) == (
        "RETENTION", {"basis": "processing-records", "until": "2062-01-01"}
    )  # fmt: skip
    assert await world.rows("person_mark") == []
    assert "回访" not in repr(act)


async def test_many_acts_are_read_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "_PAGE", 3)
    monkeypatch.setattr(acts, "_PART", 2)
    commitments = [await given(world.officer) for _ in range(4)]
    positions = []
    for n in range(5):
        position, _ = await reveal_personal_data(world.officer, reason=f"r{n}", commitments=commitments[: n % 4 + 1])
        positions.append(position)
    _, log = await read_access_log(world.as_(Role.AUDITOR), reason="all")
    assert [one.position for one in log] == positions[::-1]
    assert [len(one.commitments) for one in log] == [1, 4, 3, 2, 1]
    assert await findings(world) == []


async def test_what_was_deleted_or_changed_by_hand_is_found(world: World) -> None:
    commitment = await given(world.officer)
    placed = await place_case_hold(world.as_(Role.INSPECTOR), commitments=[commitment], reason="举报 17")
    (mark,) = await erasures.every_mark(world.context.keeper, 1)
    assert (mark.position, mark.mark, mark.commitments) == (placed, "case-hold", (commitment,))
    await cut(world, "delete from person_mark")
    assert await findings(world) == [("case-hold", "1 without")]
    await cut(world, f"insert into person_mark select journal, {placed - 1}, person, 'storage-only' from personal"
                     f" where position = {placed - 1}")  # fmt: skip
    assert sorted(await findings(world)) == [("case-hold", "1 without"), ("storage-only", "none")]
    await cut(world, "delete from person_mark")
    await cut(world, f"delete from personal where position = {placed}")
    assert await findings(world) == [("act", "missing")]
    await cut(world, "update personal set ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1)")
    assert await findings(world) == [("act", "missing"), ("sealed data", "AlteredError")]
