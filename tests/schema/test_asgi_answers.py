"""Proofs, traces, figures and replays as the API answers them, over the smallest world."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from db.pools import Database
from ledger import merkle, tiles
from resolvers import disclosure, proofs, traces, verification
from resolvers.context import Context
from tests.schema.serving import Site, site

INCLUSION = "query($p: BigInt!, $s: BigInt) { inclusionProof(position: $p, size: $s) { leafHash root hashes } }"
CONSISTENCY = """query($a: BigInt!, $b: BigInt) {
  consistencyProof(first: $a, second: $b) { firstRoot secondRoot hashes } }"""
ENDS = "{ amount { quantity } complete ends { state account { key } amount { quantity } position } steps { position } }"


@pytest.fixture
async def served(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """The smallest world."""
    async with site(fresh_database, tmp_path / "data", publish=False) as made:
        yield made


def raw(texts: list[str]) -> list[bytes]:
    """Hashes of an answer."""
    return [bytes.fromhex(text) for text in texts]


async def test_every_proof_holds(served: Site) -> None:
    leaves = tiles.decode_bundle((await served.get("/tile/entries/000.p/7", "auditor")).content)
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    for size in range(1, 8):
        root = merkle.root(hashes[:size])
        for position in range(size):
            found = (await served.data(INCLUSION, p=str(position), s=str(size)))["inclusionProof"]
            assert raw([found["leafHash"], found["root"]]) == [hashes[position], root]
            merkle.verify_inclusion(position, size, hashes[position], raw(found["hashes"]), root)
        for first in range(1, size + 1):
            found = (await served.data(CONSISTENCY, a=str(first), b=str(size)))["consistencyProof"]
            before = merkle.root(hashes[:first])
            assert raw([found["firstRoot"], found["secondRoot"]]) == [before, root]
            merkle.verify_consistency(first, size, before, root, raw(found["hashes"]))


@pytest.mark.parametrize(
    "query",
    [
        "{inclusionProof(position: 7) {root}}", "{inclusionProof(position: -1) {root}}",
        "{inclusionProof(position: 0, size: 8) {root}}", "{inclusionProof(position: 0, size: 0) {root}}",
        "{consistencyProof(first: 0) {firstRoot}}", "{consistencyProof(first: 5, second: 4) {firstRoot}}",
        "{consistencyProof(first: 1, second: 99) {firstRoot}}", "{traceDonation(position: 6) {complete}}",
        "{traceDonation(position: 0) {complete}}", "{traceDonation(position: 99) {complete}}",
        "{traceDonation(position: 4, asOf: 3) {complete}}", "{traceDisbursement(position: 4) {complete}}",
        '{disclosure(region: "x") {position}}',
    ],
)  # fmt: skip
async def test_what_is_not_there_is_the_callers_error(served: Site, query: str) -> None:
    found = await served.ask(query)
    assert [error["extensions"]["code"] for error in found["errors"]] == ["BAD_USER_INPUT"]


async def test_a_donation_to_where_it_is(served: Site) -> None:
    found = (await served.data(f"{{traceDonation(position: 4) {ENDS}}}"))["traceDonation"]
    assert found == {
        "amount": {"quantity": "5000.00"},
        "complete": True,
        "ends": [
            {
                "state": "USED",
                "account": {"key": "beneficiaries:-"},
                "amount": {"quantity": "1200.00"},
                "position": "6",
            },
            {
                "state": "RESTING",
                "account": {"key": "hope-general"},
                "amount": {"quantity": "3800.00"},
                "position": "4",
            },
        ],
        "steps": [{"position": "4"}, {"position": "6"}],
    }
    before = (await served.data(f"{{traceDonation(position: 4, asOf: 5) {ENDS}}}"))["traceDonation"]
    assert [(end["state"], end["amount"]["quantity"]) for end in before["ends"]] == [("RESTING", "5000.00")]


async def test_a_payment_to_where_it_came_from_without_single_gifts_for_the_public(served: Site) -> None:
    query = f"{{traceDisbursement(position: 6) {ENDS}}}"
    auditor = (await served.data(query, "auditor"))["traceDisbursement"]
    public = (await served.data(query))["traceDisbursement"]
    end = {"state": "SOURCE", "account": {"key": "donors:natural:public-online"}, "amount": {"quantity": "1200.00"}}
    assert auditor["ends"] == [{**end, "position": "4"}]
    assert public["ends"] == [{**end, "position": None}]
    assert (len(auditor["steps"]), public["steps"]) == (2, [])


async def test_figures(served: Site) -> None:
    query = (
        "{disclosure {position rows {year received {quantity} spent {quantity} region {code} persons} persons {year}}}"
    )
    assert (await served.data(query))["disclosure"] == {
        "position": "6",
        "rows": [
            {
                "year": 2026, "received": {"quantity": "5200.00"}, "spent": {"quantity": "1200.00"}, "region": None,
                "persons": 0,
            }
        ],
        "persons": [],
    }  # fmt: skip


VERIFY = "{verifyLedger {size verdict findingCount findings {position field source} running}}"


async def replayed(served: Site) -> Any:  # noqa: ANN401 - an answer
    """Start a replay, wait for it, and ask for it."""
    assert await served.data("mutation {startVerification(input: {}) {started}}", "auditor") == {
        "startVerification": {"started": True}
    }
    await served.platform.context.verifier.wait()
    return (await served.data(VERIFY, "auditor"))["verifyLedger"]


async def test_a_replay_verifies_and_finds(served: Site, fresh_database: Database) -> None:
    assert (await served.data(VERIFY)) == {"verifyLedger": None}
    assert await replayed(served) == {
        "size": "7", "verdict": "VERIFIED", "findingCount": 0, "findings": [], "running": False,
    }  # fmt: skip
    conn = await asyncpg.connect(fresh_database.keeper)
    try:
        for change, finding in (
            ("update posting set amount = amount + 1 where position = 4 and book = 'fund'", (4, "amount", "posting")),
            ("update account set total_out = 5 where id = 'hope-general'", (2, "total_out", "account")),
            ("update head set root = sha256('x')", (None, "root", "head")),
            ("delete from slice where position = 6", (6, "row", "slice")),
        ):
            await conn.execute(change)
            found = await replayed(served)
            assert found["verdict"] == "DIFFERS"
            position, name, source = finding
            wanted = {"position": None if position is None else str(position), "field": name, "source": source}
            assert wanted in found["findings"]
        public = (await served.data(VERIFY))["verifyLedger"]
        assert (public["findingCount"], public["findings"]) == (4, [])
        for change in (
            "alter event trigger guard_ddl disable",
            "alter table leaf disable trigger all",
            "alter table leaf_000000 disable trigger all",
            "update leaf set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '500000', '500001'), 'UTF8')",
        ):
            await conn.execute(change)
        assert (await replayed(served))["verdict"] == "INCONSISTENT"
    finally:
        await conn.close()
    for role, journal, code in (("inspector", "demo", "FORBIDDEN"), ("auditor", "other", "BAD_USER_INPUT")):
        asked = f'mutation {{startVerification(input: {{journal: "{journal}"}}) {{started}}}}'
        assert (await served.ask(asked, role))["errors"][0]["extensions"]["code"] == code


@dataclass
class Counting:
    """A reader that counts its statements."""

    reader: Any
    count: int = field(default=0)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - asyncpg's own
        """Count what asks the database."""
        self.count += name in ("fetch", "fetchrow", "fetchval", "execute")
        return getattr(self.reader, name)


async def test_every_answer_takes_a_fixed_number_of_statements(served: Site) -> None:
    async def counted(ask: Any) -> int:  # noqa: ANN401 - a use case
        reader = Counting(served.platform.reader)
        await ask(replace(served.platform.context, reader=reader))
        return reader.count

    async def inclusion(ctx: Context) -> None:
        await proofs.prove_inclusion(ctx, position=3)

    async def consistency(ctx: Context) -> None:
        await proofs.prove_consistency(ctx, first=3)

    async def forward(ctx: Context) -> None:
        await traces.trace_donation(ctx, position=4)

    async def backward(ctx: Context) -> None:
        await traces.trace_disbursement(ctx, position=6)

    counts = [
        await counted(ask)
        for ask in (inclusion, consistency, forward, backward, disclosure.disclose, verification.last_verification)
    ]
    assert counts == [2, 2, 3, 3, 5, 1]
