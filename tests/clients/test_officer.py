"""An officer's key in a file, and signatures that the ledger accepts, made away from every server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from clients.auditor import command
from ledger.commands import Command, Move
from ledger.signing import approval_bytes, command_object, digest, is_signed, possession_bytes

ORIGIN = "mingzhang.test/main"
PAID = Command(
    "00000000-0000-7000-8000-000000000001", "expense", "instructed", "token:a", "2026-06-01", "one",
    fund=(Move("general", "outside/one/vendors/CNY/2", 900_000),), custody=(Move("bank", "cash", 900_000),),
)  # fmt: skip


def run(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(command.cli, ["officer", *map(str, arguments)])


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, str]:
    """A key file, and its public key."""
    done = run("key", tmp_path / "b.key", "--holder", "token:b", "--json")
    assert done.exit_code == 0, done.output
    return tmp_path / "b.key", orjson.loads(done.stdout)["key"]


def proposed(tmp_path: Path, **changed: Any) -> Path:  # noqa: ANN401 -- any JSON
    """A proposal, as a client has it from the server."""
    path = tmp_path / "proposal.json"
    path.write_bytes(orjson.dumps({"command": command_object(PAID), "digest": digest(PAID)} | changed))
    return path


def test_a_key_is_ours_alone_and_never_replaced(made: tuple[Path, str]) -> None:
    file, key = made
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    assert run("key", file, "--holder", "token:b").exit_code == 2
    assert file.read_bytes() == before
    assert key not in before.decode()
    assert run("key", file.with_name("c"), "--holder", "to ken").exit_code == 2


def test_enrolment_proves_possession(made: tuple[Path, str]) -> None:
    file, key = made
    found = orjson.loads(run("enrol", file, "--journal", ORIGIN, "--organization", "one").stdout)
    assert (found["holder"], found["key"]) == ("token:b", key)
    assert is_signed(key, found["proof"], possession_bytes(ORIGIN, "one", "token:b", key))


@pytest.mark.parametrize(("holder", "role"), [("token:a", "initiator"), ("token:b", "approver")])
def test_a_proposal_is_signed_in_ones_own_role(holder: str, role: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    key = orjson.loads(run("key", file, "--holder", holder, "--json").stdout)["key"]
    message = approval_bytes(ORIGIN, role, holder, PAID)
    done = run("sign", file, proposed(tmp_path, toSign=message.hex()), "--journal", ORIGIN, "--lang", "en")
    assert is_signed(key, done.stdout.strip(), message)
    assert f"Signed as {role}: expense of one: 900000 general" in done.stderr


def test_what_the_server_says_otherwise_is_not_signed(made: tuple[Path, str], tmp_path: Path) -> None:
    file, _ = made
    other = command_object(PAID) | {"effective": "2026-06-02"}
    lies: list[dict[str, Any]] = [
        {"digest": "0" * 64},
        {"toSign": "00"},
        {"command": other},
        {"command": {}},
        {"command": 1},
    ]
    for changed in lies:
        done = run("sign", file, proposed(tmp_path, **changed), "--journal", ORIGIN)
        assert done.exit_code == 2
        assert not done.stdout


def test_a_file_that_others_can_read_is_refused(made: tuple[Path, str], tmp_path: Path) -> None:
    file, _ = made
    file.chmod(0o640)
    assert run("sign", file, proposed(tmp_path), "--journal", ORIGIN).exit_code == 2
    file.chmod(0o600)
    file.write_text("PRIVATE+KEY+x\n")
    assert run("enrol", file, "--journal", ORIGIN, "--organization", "one").exit_code == 2
    assert run("enrol", tmp_path / "none", "--journal", ORIGIN, "--organization", "one").exit_code == 2
