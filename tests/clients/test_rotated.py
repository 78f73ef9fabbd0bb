"""Auditors who kept heads before the log's key was rotated go on after it: pins, mirrors, watches, comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from clients.auditor.pins import Pin
from ledger.notes import Verifier
from tests.clients.books import ORIGIN, SIGNER, small
from tests.clients.histories import KEY, run
from tests.clients.serving import TOKEN, Memory, application, served
from tests.clients.test_key_history import NEXT, rotated


@pytest.fixture
def memory() -> Memory:
    """What is served: at first, a book under the first key."""
    return Memory(small())


@pytest.fixture
def address(memory: Memory) -> Iterator[str]:
    """Where."""
    with served(application(memory)) as found:
        yield found


def test_a_pin_follows_and_its_heads_stay_append_only(memory: Memory, address: str, tmp_path: Path) -> None:
    place = ("--pins", tmp_path / "pins")
    assert run("init", address, "--fingerprint", KEY, *place).exit_code == 0
    asked = ("verify", address, "--since-pin", "--token", TOKEN, *place)
    assert run(*asked).exit_code == 0
    memory.book = rotated(SIGNER, NEXT)
    # A watch reads heads alone: it cannot follow before a verification has.
    assert run("watch", address, "--once", *place).exit_code == 3
    assert run(*asked).exit_code == 0
    pin = Pin.of(tmp_path / "pins", ORIGIN)
    assert pin.keys == [SIGNER.verifier, NEXT.verifier]
    assert len(pin.heads()) == 2
    assert run(*asked).exit_code == 0
    assert (len(pin.heads()), len(pin.keys)) == (2, 2)
    assert run("watch", address, "--once", *place).exit_code == 0
    (pin.folder / "followers").write_text("nobody\n")
    assert run(*asked).exit_code == 3


def test_a_mirror_follows_and_goes_on_cosigning(memory: Memory, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "m"
    asked = ("mirror", address, folder, "--token", TOKEN)
    assert run(*asked, "--cosign-as", "m.example", "--key", KEY).exit_code == 0
    first = tmp_path / "first"
    first.write_bytes((folder / "checkpoint").read_bytes())
    memory.book = rotated(SIGNER, NEXT)
    for _ in range(2):
        done = run(*asked)
        assert done.exit_code == 0, done.output
    assert (folder / "followers").read_text() == f"{NEXT.verifier}\n"
    # The head under the second key continues the one under the first, and a third person can check it.
    proof = tmp_path / "proof"
    result = run("compare", first, folder, "-o", proof, "--json")
    assert (result.exit_code, orjson.loads(result.stdout)["code"]) == (0, "heads_consistent")
    keys = [word for key in (KEY, NEXT.verifier) for word in ("--key", key)]
    assert run("judge", proof, *keys).exit_code == 0
    assert run("judge", proof, "--key", KEY).exit_code == 3  # whoever knows the first key alone cannot tell


def test_a_stranger_who_rotates_for_himself_is_not_followed(memory: Memory, address: str, tmp_path: Path) -> None:
    place = ("--pins", tmp_path / "pins")
    assert run("init", address, "--fingerprint", KEY, *place).exit_code == 0
    memory.book = rotated(NEXT)
    assert run("verify", address, "--since-pin", "--token", TOKEN, *place).exit_code == 1
    assert Pin.of(tmp_path / "pins", ORIGIN).keys == [Verifier.parse(KEY)]
