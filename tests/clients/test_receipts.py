"""Receipts from the command line: made from a server, checked without one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.clients.books import Book, small
from tests.clients.histories import KEY, cosigned, policy, run
from tests.clients.serving import TOKEN, Memory, application, served


@pytest.fixture(scope="module")
def book() -> Book:
    """A book whose head one witness cosigned."""
    return cosigned(small(), int(time.time()), "one")


@pytest.fixture(scope="module")
def address(book: Book) -> Iterator[str]:
    """Its server."""
    with served(application(Memory(book))) as found:
        yield found


def test_a_receipt_is_made_and_holds_offline(address: str, book: Book, tmp_path: Path) -> None:
    for position in (0, 7, 62):
        file = tmp_path / f"{position}.tlog-proof"
        made = run("receipt", address, position, "-o", file, "--token", TOKEN, "--key", KEY)
        assert made.exit_code == 0, made.output
        assert file.read_text().startswith("c2sp.org/tlog-proof@v1\nextra ")
        held = run("receipt", "verify", file, "--key", KEY, "--json")
        assert held.exit_code == 0
        found = orjson.loads(held.stdout)
        assert (found["position"], found["size"], found["leaf"]) == (position, 63, book.leaves[position].decode())
        witnessed = run("receipt", "verify", file, "--policy", policy(tmp_path, 1, "one"), "--max-age", 3600)
        assert witnessed.exit_code == 0
        assert "1 of 1 independent witnesses" in witnessed.stdout
        assert run("receipt", "verify", file, "--policy", policy(tmp_path, 1, "two")).exit_code == 4


def test_without_a_token_the_donor_brings_the_entry(address: str, book: Book, tmp_path: Path) -> None:
    leaf, file = tmp_path / "leaf.json", tmp_path / "r"
    leaf.write_bytes(book.leaves[7])
    assert run("receipt", address, 7, "-o", file).exit_code == 3
    assert run("receipt", address, 7, "-o", file, "--leaf", leaf).exit_code == 0
    assert run("receipt", "verify", file, "--key", KEY, "--leaf", leaf).exit_code == 0
    leaf.write_bytes(book.leaves[8])
    assert run("receipt", address, 7, "-o", file, "--leaf", leaf).exit_code == 1


def test_what_does_not_hold(address: str, tmp_path: Path) -> None:
    file = tmp_path / "r"
    assert run("receipt", address, 63, "-o", file, "--token", TOKEN).exit_code == 3
    assert run("receipt", address, 7, "-o", file, "--token", TOKEN).exit_code == 0
    text = file.read_text()
    assert run("receipt", "verify", file).exit_code == 2
    assert run("receipt", "verify", file, "--key", "x").exit_code == 3
    assert run("receipt", "verify", tmp_path / "absent", "--key", KEY).exit_code == 3
    file.write_text(text.replace("index 7", "index 8"))
    assert run("receipt", "verify", file, "--key", KEY).exit_code == 1
    file.write_text(text.replace("\n63\n", "\n62\n"))
    assert run("receipt", "verify", file, "--key", KEY).exit_code == 1
    file.write_text("not a receipt")
    assert run("receipt", "verify", file, "--key", KEY).exit_code == 3
    assert run("receipt", address, 7, "-o", tmp_path / "no" / "r", "--token", TOKEN).exit_code == 2
