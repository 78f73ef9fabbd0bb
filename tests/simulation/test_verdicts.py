"""Every column of every table has a verdict: what finds it when it is altered, or why nothing has to.

Columns of evidence, projections and lookups are altered one by one in `test_administrator.py`, which takes them from
the catalog.  The vault's are altered here, and found by the operator's own check, since no auditor sees the vault.  The
rest carries no evidence; why is said below.  A column that is new and has no verdict fails the build.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from clients.auditor.rows import TABLES
from db.pools import Database
from ledger.decide import Accepted
from ledger.rejections import Rejection
from resolvers import verification
from resolvers.attempts import Attempts
from resolvers.context import Role
from resolvers.disbursements import Expense, spend
from resolvers.donations import record_donation
from resolvers.persons import Person
from resolvers.retention import place_case_hold
from tests.worlds import CHARITY, World, charity, donation, new_id, opened, part

WATCHED = ("evidence", "projection", "lookup")

VAULT = {
    "person": {"journal", "id", "wrapped_key"},
    "personal": {"journal", "commitment", "person", "position", "nonce", "ciphertext"},
    "person_mark": {"journal", "position", "person", "mark", "placed"},
    "attempt": {"journal", "commitment", "position"},
}
"""Columns whose every change is a finding of `mingzhang check`."""

UNWATCHED = {
    "person.matched": "only finds the same person again: another value makes two persons of one, and shows nobody more",
    "journal.*": "the journals' numbers and names; the origin stands in each journal's first entry, and in every head",
    "fence_gap.*": "what this server did not let us put up; the audit of the catalog repeats it",
    "import_decision.*": "a list of work; what was decided is an entry with its ground",
    "verification.*": "what the operator's own check found; whoever does not trust him verifies for himself",
    "token.*": "who may ask; whoever administers the database can make tokens, and entries name those that were used",
    "cosignature.*": "witnesses sign for themselves; an altered line does not verify, one that is gone is asked anew",
    "witnessed.*": "which head met the policy, counted from cosignatures; a reader counts them again",
    "snapshot_line.*": "a proof made of them is held against the root that an entry states, by whoever gets it",
    "snapshot_block.*": "subtrees of the same lines: held against the same root",
    "proposal.*": "no money moves by it; once approved, the entry says who asked, who approved, and what was signed",
    "proposal_decision.*": "an approval is in the entry; what was declined or withdrawn moved nothing",
    "webhook.*": "where events are sent on; whoever misses one reads the journal, which says the same",
    "webhook_secret.*": "signs what is sent on; a receiver that knows another one refuses what comes",
    "webhook_delivery.*": "diagnostics of what was sent on; replaying from a position sends it again",
    "migration.*": "which migrations ran; what they made is what the audit of the catalog compares",
}
"""Columns that carry no evidence, and why."""


@pytest.fixture
async def world(fresh_database: Database, tmp_path: Path) -> AsyncIterator[World]:
    """A charity, two givers, a case about one of them, and the sealed trace of a refused payment."""
    async with opened(fresh_database, tmp_path) as made:
        await charity(made)
        for name in ("金丝雀", "百灵"):
            given = await record_donation(made.officer, donation(100, person=Person({"name": name})))
        assert isinstance(given, Accepted)
        party = bytes.fromhex(given.document["data"]["party"])
        await place_case_hold(made.as_(Role.INSPECTOR), commitments=[party], reason="举报")
        await _refused(made)
        yield made


async def _refused(world: World) -> None:
    """A payment that the ledger refused, and the release of what was noted of it."""
    attempts = Attempts()
    officer = replace(world.officer, attempts=attempts)
    with pytest.raises(Rejection):
        await spend(officer, Expense(
            id=new_id(), organization=CHARITY, parts=(part("open", 10**9),), custody="hubei-bank",
            spent_on="vendors",
        ))  # fmt: skip
    await attempts.release(officer)


async def columns(database: Database) -> dict[str, tuple[str, set[str]]]:
    """The class and the columns of every table, from the catalog."""
    conn = await asyncpg.connect(database.keeper)
    try:
        rows = await conn.fetch(
            "select relname, split_part(obj_description(c.oid, 'pg_class'), ':', 1) as kind, attname"
            " from pg_class c join pg_attribute a on attrelid = c.oid and attnum > 0 and not attisdropped"
            " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition"
        )
    finally:
        await conn.close()
    found: dict[str, tuple[str, set[str]]] = {}
    for row in rows:
        found.setdefault(row["relname"], (row["kind"], set()))[1].add(row["attname"])
    return found


async def test_every_column_has_a_verdict(world: World) -> None:
    without, used = [], set()
    for table, (kind, names) in (await columns(world.database)).items():
        if kind in WATCHED:
            assert table in TABLES, f"{table} is not compared by a verifier"
            continue
        for name in names - VAULT.get(table, set()):
            reasons = {f"{table}.{name}", f"{table}.*"} & UNWATCHED.keys()
            used |= reasons
            without += [] if reasons else [f"{table}.{name}"]
    assert without == [], "say what finds a change of them, or why nothing has to"
    assert used == UNWATCHED.keys(), "a verdict of what is not there any more"


OTHER = {
    "journal": "2",
    "id": "gen_random_uuid()",
    "person": "gen_random_uuid()",
    "position": "position + 1",
    "placed": "position",
    "mark": "'storage-only'",
    "commitment": "sha256(commitment)",
    "wrapped_key": "set_byte(wrapped_key, 30, get_byte(wrapped_key, 30) # 1)",
    "nonce": "set_byte(nonce, 0, get_byte(nonce, 0) # 1)",
    "ciphertext": "set_byte(ciphertext, 3, get_byte(ciphertext, 3) # 1)",
}
"""Another value of every column of the vault."""


@pytest.mark.parametrize("column", sorted(f"{table}.{name}" for table, names in VAULT.items() for name in names))
async def test_every_change_of_the_vault_is_found_by_the_operators_check(world: World, column: str) -> None:
    table, name = column.split(".")
    conn = await asyncpg.connect(world.database.keeper)
    try:
        await conn.execute("set session_replication_role = replica")  # a superuser: no trigger, no foreign key
        await conn.execute("alter event trigger guard_ddl disable")
        await conn.execute("alter table person_mark drop constraint person_mark_check")
        assert await findings(world) == []
        last = f"(select max(ctid) from {table})"
        assert await conn.execute(f"update {table} set {name} = {OTHER[name]} where ctid = {last}") == "UPDATE 1"
    finally:
        await conn.close()
    assert await findings(world) != []


@pytest.mark.parametrize("table", sorted(VAULT))
async def test_a_row_of_the_vault_that_was_deleted_by_hand_is_found(world: World, table: str) -> None:
    conn = await asyncpg.connect(world.database.keeper)
    try:
        await conn.execute("set session_replication_role = replica")
        await conn.execute(f"delete from {table} where ctid = (select max(ctid) from {table})")
    finally:
        await conn.close()
    assert await findings(world) != []


async def findings(world: World) -> list[dict[str, object]]:
    """What the operator's check finds."""
    ctx = world.context
    return (await verification.replayed(ctx.reader, 1, ctx.now, vault=ctx)).findings
