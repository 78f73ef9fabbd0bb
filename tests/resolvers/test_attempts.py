"""Refused commands leave a sealed trace: bounded, released in padded batches, opened by those who supervise.

Nobody's answer waits for it, and whoever opens one leaves a sealed trace too.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson
import pytest

from db.pools import Database
from ledger import canonical, openings
from ledger.commands import Command
from ledger.kinds import SEALED_WIDTH
from ledger.openings import Standing
from ledger.rejections import Rejection
from resolvers import attempts as traces
from resolvers.approvals import Naming, Threshold, name_approver, set_approval_threshold
from resolvers.attempts import Attempts
from resolvers.context import Context, Principal, Role
from resolvers.disbursements import Expense, spend
from resolvers.policy import ForbiddenError
from resolvers.proposals import approve_proposal, list_proposals
from resolvers.recording import Money, Part
from resolvers.refusals import Refusal
from resolvers.traces_of_attempts import list_attempts, open_attempts
from tests.schema.serving import site
from tests.worlds import CHARITY, World, charity, new_id, opened, part


@dataclass
class Figures:
    """What became of traces."""

    counts: Counter[str] = field(default_factory=Counter)

    def attempts(self, outcome: str, count: int = 1) -> None:
        """So many met this."""
        self.counts[outcome] += count


@dataclass
class Place:
    """A charity whose refused commands are kept."""

    world: World
    attempts: Attempts
    figures: Figures

    def context(
        self, role: Role = Role.OFFICER, organization: str | None = CHARITY, region: str | None = None
    ) -> Context:
        """Somebody who asks here."""
        principal = Principal(role, organization, region, key=f"test-{role.value}")
        return replace(self.world.context.as_principal(principal), attempts=self.attempts)

    async def refused(self, units: int = 5, account: str = "open") -> str:
        """A payment that the ledger refuses; the code."""
        expense = Expense(
            id=new_id(), organization=CHARITY, parts=(part(account, units),), custody="hubei-bank", spent_on="vendors"
        )
        with pytest.raises(Rejection) as caught:
            await spend(self.context(), expense)
        return caught.value.code

    async def sealed(self) -> list[dict[str, object]]:
        """The sealed entries."""
        rows = await self.world.rows("leaf")
        documents = [canonical.decode(row["leaf"]) for row in rows]
        return [document for document in documents if document["type"] == "sealed"]


@pytest.fixture
async def place(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Place]:
    """A charity without money."""
    async with opened(fresh_database, tmp_path) as world:
        await charity(world)
        figures = Figures()
        yield Place(world, Attempts(figures), figures)


async def test_a_refused_command_is_sealed_in_a_padded_entry(place: Place) -> None:
    assert await place.refused() == "INSUFFICIENT_FUNDS"
    assert await place.sealed() == [], "the answer did not wait for it"
    await place.attempts.release(place.context())
    (entry,) = await place.sealed()
    assert (entry["actor"], "organization" in entry) == ("sealed", False)
    data = entry["data"]
    assert isinstance(data, dict)
    assert len(data["commitments"]) == SEALED_WIDTH
    assert place.figures.counts == {"kept": 1, "sealed": 1}
    for table in ("leaf", "personal", "attempt"):
        assert "INSUFFICIENT" not in str(await place.world.rows(table))


async def test_nine_traces_are_two_entries_of_one_width(place: Place) -> None:
    for _ in range(9):
        await place.refused()
    await place.attempts.release(place.context())
    assert [len(orjson.loads(orjson.dumps(entry["data"]))["commitments"]) for entry in await place.sealed()] == [8, 8]
    assert len(await place.world.rows("attempt")) == 9


async def test_an_inspector_lists_and_opens_it_with_a_reason(place: Place) -> None:
    await place.refused(7)
    await place.attempts.release(place.context())
    inspector = place.context(Role.INSPECTOR, None)
    (trace,) = await list_attempts(inspector)
    position, (found,) = await open_attempts(inspector, commitments=[trace.commitment], reason="complaint 17")
    assert (found.data["actor"], found.data["code"]) == ("test-officer", "INSUFFICIENT_FUNDS")
    assert found.data["facts"] == {"account": "hubei-open", "held": "0", "asked": "7"}
    assert found.data["organization"] == CHARITY
    entries = await place.sealed()
    assert [entry["seq"] for entry in entries] == [trace.position, position], "the read is sealed itself"
    assert await list_attempts(inspector) == [trace], "and no trace of a refused command"
    assert await list_attempts(inspector, before=trace.position) == []
    assert "INSUFFICIENT" not in repr(found)
    name = trace.commitment.hex()
    assert openings.judge(entries[0], name, found.salt, found.data) is Standing.OPENED
    assert openings.judge(entries[0], name) is Standing.UNOPENED
    assert openings.judge(entries[0], name, found.salt, {**found.data, "actor": "x"}) is Standing.WRONG
    assert openings.judge(entries[1], name, found.salt, found.data) is Standing.ELSEWHERE


async def test_a_supervisor_opens_those_of_its_area_alone(place: Place) -> None:
    await place.refused()
    await place.attempts.release(place.context())
    supervisor = place.context(Role.SUPERVISOR, None, region="420000@201904")
    (trace,) = await list_attempts(supervisor)
    _, found = await open_attempts(supervisor, commitments=[trace.commitment], reason="inspection")
    assert found == [], "the charity is registered nowhere"
    nowhere = place.context(Role.SUPERVISOR, None)
    assert (await open_attempts(nowhere, commitments=[trace.commitment], reason="inspection"))[1] == []


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR, Role.AUDITOR, Role.PUBLIC])
async def test_nobody_else_does(place: Place, role: Role) -> None:
    ctx = place.context(role, CHARITY if role is Role.OFFICER else None)
    with pytest.raises(ForbiddenError):
        await list_attempts(ctx)
    with pytest.raises(ForbiddenError):
        await open_attempts(ctx, commitments=[bytes(32)], reason="curious")


async def test_only_traces_are_opened_and_only_with_a_reason(place: Place) -> None:
    inspector = place.context(Role.INSPECTOR, None)
    with pytest.raises(Refusal, match="No personal data"):
        await open_attempts(inspector, commitments=[bytes(32)], reason="complaint")
    for commitments, reason in (([bytes(32)], " "), ([], "complaint")):
        with pytest.raises(Refusal, match=r"must be|reason"):
            await open_attempts(inspector, commitments=commitments, reason=reason)


async def test_what_was_seen_and_what_waits_leave_no_trace(place: Place) -> None:
    expense = Expense(
        id=new_id(), organization="nobody", parts=(part("open", 5),), custody="hubei-bank", spent_on="vendors",
        mode="observed",
    )  # fmt: skip
    with pytest.raises(Rejection):
        await spend(replace(place.context(Role.ADMINISTRATOR, None)), expense)
    assert place.attempts.waiting == 0


async def test_nobody_fills_the_journal() -> None:
    now, figures = [0.0], Figures()
    kept = Attempts(figures, lambda: now[0])
    for _ in range(traces.PER_PRINCIPAL + 5):
        kept.note("one", {"n": 1})
    assert figures.counts == {"kept": traces.PER_PRINCIPAL, "over-principal": 5}
    for n in range(traces.IN_TOTAL):
        kept.note(f"other-{n}", {"n": 1})
    assert figures.counts["kept"] == traces.IN_TOTAL == kept.waiting
    assert figures.counts["over-total"] == traces.PER_PRINCIPAL
    now[0] += traces.WINDOW_SECONDS
    kept.note("one", {"n": 1})
    assert figures.counts["kept"] == traces.IN_TOTAL + 1


async def test_the_list_of_principals_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "MOST_PRINCIPALS", 10)
    now, figures = [0.0], Figures()
    kept = Attempts(figures, lambda: now[0])
    for n in range(12):
        kept.note(str(n), {})
    assert figures.counts == {"kept": 10, "over-total": 2}
    now[0] += traces.WINDOW_SECONDS
    kept.note("later", {})
    assert figures.counts["kept"] == 11


async def test_what_a_stranger_sends_is_always_sealed(place: Place) -> None:
    """Texts of any shape, numbers without end: what cannot be written as it is, is shown."""
    ctx = place.context()
    for strange in ("\ud800", "账" * 999, "\0", 2**80, 1.5, None, {"a": [1]}):
        rejection = Rejection("MALFORMED", field=strange, why=strange)
        traces.attempted(ctx, _command(str(strange)), rejection)
    await place.attempts.release(ctx)
    assert place.attempts.waiting == 0
    assert place.figures.counts == {"kept": 7, "sealed": 7}


def _command(kind: str) -> Command:
    return Command("x", kind, "instructed", "key", "2026-06-01", kind)


async def test_a_journal_that_is_away_loses_nothing(place: Place) -> None:
    await place.refused()
    ctx = place.context()
    assert ctx.door is not None
    await ctx.door.close()
    await place.attempts.release(ctx)
    assert place.attempts.waiting == 1
    await place.attempts.stop(ctx)
    assert place.figures.counts == {"kept": 1, "unsealed": 1}


async def test_it_runs_until_it_is_stopped_and_seals_what_is_left(place: Place) -> None:
    kept = Attempts(place.figures, pause=0.01)
    place.attempts = kept
    running = asyncio.create_task(kept.run(place.context()))
    await place.refused()
    for _ in range(500):
        if kept.waiting == 0:
            break
        await asyncio.sleep(0.01)
    assert kept.waiting == 0
    kept.pause = 60.0
    await place.refused()
    await kept.stop(place.context())
    assert (kept.waiting, place.figures.counts["sealed"]) == (0, 2)
    await asyncio.wait_for(running, 5)


async def test_a_stopped_server_has_sealed_and_a_new_one_knows_what_waits(
    fresh_database: Database, tmp_path: Path
) -> None:
    """What was refused or proposed before a stop is there after it."""
    async with site(fresh_database, tmp_path, publish=False) as first:
        administrator = first.platform.context
        limit = Threshold(id=new_id(), organization="hope", authority="council", asset="CNY/2", units=1)
        await set_approval_threshold(administrator, limit)
        naming = Naming(id=new_id(), organization="hope", authority="council", approver="b")
        await name_approver(administrator, naming)
        ctx = administrator.as_principal(Principal(Role.OFFICER, "hope", key="a"))
        waiting, refused = (_payment(units) for units in (1, 10**15))
        with pytest.raises(Refusal, match="Not recorded yet"):
            await spend(ctx, waiting)
        with pytest.raises(Rejection):
            await spend(ctx, refused)
        assert ctx.attempts.waiting == 1
    async with site(fresh_database, tmp_path, world=False, publish=False) as second:
        context = second.platform.context
        assert len(await list_attempts(context.as_principal(Principal(Role.INSPECTOR, key="i")))) == 1
        approver = context.as_principal(Principal(Role.OFFICER, "hope", key="b"))
        (found,) = await list_proposals(approver)
        assert str(found.id) == waiting.id
        await approve_proposal(approver, proposal=found.id)
        assert await list_proposals(approver) == []


def _payment(units: int) -> Expense:
    return Expense(
        id=new_id(), organization="hope", parts=(Part("hope-general", Money("CNY/2", units)),), custody="hope-bank",
        spent_on="vendors",
    )  # fmt: skip
