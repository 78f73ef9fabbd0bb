"""SPEC.md section 14: the bytes that officers sign, worked out again."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from ledger.canonical import canonical
from ledger.kinds import PAYING
from ledger.notes import sign_ed25519
from ledger.signing import approval_bytes, command_from, command_object, digest, is_signed, possession_bytes

SPEC = Path(__file__).resolve().parents[2] / "ledger/SPEC.md"
SECTION = next(part for part in SPEC.read_text(encoding="utf-8").split("\n## ") if part.startswith("14 "))
WRITTEN = {name: body for _, name, body in re.findall(r"```(\w+) ([\w-]+)\n(.*?)\n```", SECTION, re.DOTALL)}
ORIGIN = "example.org/journals/demo"
INITIATOR = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
APPROVER = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
KEY = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"


def worked() -> dict[str, str]:
    """Every block, from the code and the command that is written there."""
    command = command_from(orjson.loads(WRITTEN["approval-command"]))
    first = approval_bytes(ORIGIN, "initiator", "officer-1", command)
    second = approval_bytes(ORIGIN, "approver", "officer-2", command)
    possession = possession_bytes(ORIGIN, "water", "officer-2", KEY)
    return {
        "paying": "\n".join(sorted(PAYING)),
        "approval-command": canonical(command_object(command)).decode(),
        "approval-digest": digest(command),
        "approval-bytes-sha256": f"{sha256(first).hexdigest()}\n{sha256(second).hexdigest()}",
        "approval-signatures": f"{sign_ed25519(INITIATOR, first).hex()}\n{sign_ed25519(APPROVER, second).hex()}",
        "approver-key": KEY,
        "possession": possession.removeprefix(b"mingzhang/key/v1\0").decode(),
        "possession-proof": sign_ed25519(APPROVER, possession).hex(),
    }  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_every_block_is_what_the_code_says(name: str) -> None:
    assert WRITTEN[name] == worked()[name]


def test_every_block_is_there_and_the_key_made_the_proof() -> None:
    assert WRITTEN.keys() == worked().keys()
    assert is_signed(KEY, WRITTEN["possession-proof"], possession_bytes(ORIGIN, "water", "officer-2", KEY))
