"""An auditor's word: signed, recorded by its own token, seen in the state of entries, refused where it is none."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from click.testing import CliRunner

from clients.auditor.command import cli
from db.pools import Database
from ledger.attestations import attest
from ledger.notes import Signer
from schema.asgi.application import application
from tests.schema.serving import Site, built, site
from tests.schema.test_asgi_journal import covered

AUDITOR = Signer("audit.example/firm", bytes(range(32)))
RECORD = """mutation($input: RecordAttestationInput!) { recordAttestation(input: $input) {
    position state errors { code message } } }"""
STATES = "{ entries(first: 50) { nodes { position state coveredBy attestedAt } } }"


@pytest.fixture
async def served(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """The smallest world, whose operator has pinned the auditor's key."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "auditors.keys").write_text(f"# the auditor of 2026\n{AUDITOR.verifier}\n")
    async with site(fresh_database, data) as made:
        yield made


def signed(facts: dict[str, Any], signer: Signer = AUDITOR) -> dict[str, Any]:
    """The input of a signed attestation."""
    data = attest(signer, {"origin": "mingzhang.test/demo", "report": "ab" * 32, "verdict": "verified"} | facts)
    return {
        "id": str(uuid.uuid4()), "auditor": data["auditor"], "key": data["key"], "size": str(data["size"]),
        "root": data["root"], "verdict": data["verdict"].upper().replace("-", "_"), "report": data["report"],
        "signature": data["signature"],
    }  # fmt: skip


async def recorded(served: Site, given: dict[str, Any], role: str = "auditor") -> dict[str, Any]:
    """What the mutation answers."""
    found: dict[str, Any] = (await served.data(RECORD, role, input=given))["recordAttestation"]
    return found


async def test_entries_below_it_are_audited(served: Site) -> None:
    head = await covered(served)
    facts = {"size": head.size, "root": head.root.hex()}
    given = signed(facts)
    done = await recorded(served, given)
    assert done["errors"] == []
    assert await recorded(served, given) == done | {"state": (await recorded(served, given))["state"]}
    states = {int(n["position"]): n for n in (await served.data(STATES))["entries"]["nodes"]}
    for position, node in states.items():
        audited = position < head.size
        assert (node["state"] == "AUDITED") == audited
        assert node["attestedAt"] == (done["position"] if audited else None)
    leaf = (await served.data("{ entries(first: 1, where: {kind: {eq: ATTESTATION}}) { nodes { leaf } } }"))["entries"]
    assert json.loads(leaf["nodes"][0]["leaf"])["data"]["auditor"] == AUDITOR.name, "an attestation is for everyone"


async def test_only_a_whole_verification_makes_audited(served: Site) -> None:
    head = await covered(served)
    done = await recorded(served, signed({"size": head.size, "root": head.root.hex(), "verdict": "rule-broken"}))
    assert done["errors"] == []
    states = {node["state"] for node in (await served.data(STATES))["entries"]["nodes"]}
    assert "AUDITED" not in states


async def test_what_is_no_word_of_a_pinned_auditor_about_this_journal(served: Site) -> None:
    head = await covered(served)
    facts = {"size": head.size, "root": head.root.hex()}
    stranger = Signer("audit.example/firm", bytes(32))
    for given, code in (
        (signed(facts, stranger), "AUDITOR_NOT_PINNED"),
        (signed(facts) | {"auditor": "audit.example/other"}, "AUDITOR_NOT_PINNED"),
        (signed(facts | {"root": "00" * 32}), "HEAD_DIFFERS"),
        (signed(facts | {"size": head.size + 99}), "HEAD_DIFFERS"),
        (signed(facts) | {"signature": "00" * 64}, "MALFORMED"),
        (signed(facts) | {"report": "cd" * 32}, "MALFORMED"),
        (signed(facts | {"origin": "mingzhang.test/else"}), "MALFORMED"),
        (signed(facts) | {"key": "00"}, "MALFORMED"),
    ):
        assert [error["code"] for error in (await recorded(served, given))["errors"]] == [code]
    for role in ("officer", "administrator", "inspector"):
        assert [e["code"] for e in (await recorded(served, signed(facts), role))["errors"]] == ["FORBIDDEN"]


async def test_the_auditors_command_verifies_signs_and_records(served: Site, tmp_path: Path) -> None:
    await covered(served)
    config = uvicorn.Config(application(served.platform, built()), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    for _ in range(500):
        if server.started:
            break
        await asyncio.sleep(0.02)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    key, report = tmp_path / "auditor.key", tmp_path / "report.json"
    await asyncio.to_thread(key.write_text, f"{AUDITOR.secret()}\n")
    arguments = ["attest", address, "--key-file", str(key), "--report", str(report), "--token",
                 served.tokens["auditor"], "--journal", "demo", "--json"]  # fmt: skip
    done = await asyncio.to_thread(CliRunner().invoke, cli, arguments)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout.splitlines()[-1])  # the server in this process logs to the same place
    assert found["verdict"] == "verified"
    states = {node["state"] for node in (await served.data(STATES))["entries"]["nodes"]}
    assert "AUDITED" in states
    assert json.loads(await asyncio.to_thread(report.read_text))["verdict"] == "verified"
    await covered(served)
    again = await asyncio.to_thread(CliRunner().invoke, cli, ["verify", *arguments[1:2], *arguments[6:]])
    assert again.exit_code == 0, again.output
    server.should_exit = True
    await task


def test_an_auditors_key_is_made_once(tmp_path: Path) -> None:
    arguments = ["attest", "key", "audit.example/zhang", "-o", str(tmp_path / "key"), "--json"]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    signer = Signer.parse((tmp_path / "key").read_text().strip())
    assert json.loads(done.stdout)["key"] == str(signer.verifier)
    assert CliRunner().invoke(cli, ["attest", "key", "no good", "-o", str(tmp_path / "b"), "--json"]).exit_code == 2
