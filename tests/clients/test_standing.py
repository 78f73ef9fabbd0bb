"""Exit 4: the evidence is intact, and too few independent witnesses saw it, or too long ago."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.clients.books import small
from tests.clients.histories import cosigned, policy, run
from tests.clients.serving import TOKEN, Memory, application, served

NOW = int(time.time())


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server whose head two witnesses cosigned: one now, one a day ago."""
    book = cosigned(cosigned(small(), NOW, "one"), NOW - 86_400, "two")
    with served(application(Memory(book, live=False))) as found:
        yield found


@pytest.mark.parametrize(
    ("need", "names", "max_age", "exit_code", "verdict"),
    [
        (2, ("one", "two"), None, 0, "verified"),
        (1, ("one", "three"), 3600, 0, "verified"),
        (2, ("one", "two"), 90_000, 0, "verified"),
        (2, ("one", "two"), 3600, 4, "stale"),
        (2, ("one", "three"), None, 4, "unmet"),
        (1, ("three",), 3600, 4, "unmet"),
    ],
)
def test_independent_witnesses_and_their_age(  # one row is one case
    address: str, tmp_path: Path, need: int, names: tuple[str, ...], max_age: int | None, exit_code: int, verdict: str
) -> None:
    aged = [] if max_age is None else ["--max-age", max_age]
    archive = tmp_path / "book.mza"
    assert run("bundle", address, "-o", archive, "--token", TOKEN).exit_code == 0
    result = run("verify", archive, "--policy", policy(tmp_path, need, *names), *aged, "--json")
    report = orjson.loads(result.stdout)
    assert (result.exit_code, report["verdict"]) == (exit_code, verdict), report["sentence"]
    assert report["witnesses"]["need"] == need
    assert report["witnesses"]["met"] == (exit_code == 0)
    assert report["key"]["trust"] == "pinned"  # the policy names the log


def test_a_broken_journal_is_broken_whoever_cosigned(tmp_path: Path) -> None:
    book = cosigned(small(), NOW, "one")
    book.leaves[3] = book.leaves[3].replace(b'"seq":3', b'"seq":4')
    with served(application(Memory(book, live=False))) as found:
        result = run("verify", found, "--token", TOKEN, "--policy", policy(tmp_path, 1, "one"))
    assert result.exit_code == 1


def test_a_false_cosignature_is_a_bad_signature(tmp_path: Path) -> None:
    book, other = small(), cosigned(small(), NOW, "one")
    line = other.note.splitlines()[-1].replace("one.example", "one.example", 1)
    book.note += line[:-6] + ("AAAA==" if not line.endswith("AAAA==") else "BBBB==") + "\n"
    with served(application(Memory(book, live=False))) as found:
        result = run("verify", found, "--token", TOKEN, "--policy", policy(tmp_path, 1, "one"), "--no-projections")
    assert result.exit_code in {1, 3}


def test_a_policy_that_is_none(address: str, tmp_path: Path) -> None:
    (tmp_path / "p").write_text("quorum nobody\n")
    assert run("verify", address, "--policy", tmp_path / "p").exit_code == 3
    assert run("verify", address, "--policy", tmp_path / "absent").exit_code == 3
    assert run("verify", address, "--max-age", 5).exit_code == 2
