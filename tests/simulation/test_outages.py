"""PostgreSQL away below the real server: every route says so by its name, and nothing is made in place of lost data."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.simulation.served import MUTATION, Serving, Tokens, prepared
from tests.simulation.whole_book import CHARITY

PATIENCE = 30.0
QUERY = {"query": "{ organizations(first: 1) { nodes { id } } }"}
GIFT = {
    "id": "7f1d2c3b-0000-4000-8000-000000000001", "organization": CHARITY, "custody": "a-bank", "donor": "NATURAL",
    "channel": "BANK", "parts": [{"account": "a-open", "amount": {"minorUnits": "100"}}],
}  # fmt: skip


class Desk:
    """A running server, and an officer and an auditor before it."""

    def __init__(self, data: Path, serving: Serving, tokens: Tokens) -> None:
        self.data, self.serving, self.tokens = data, serving, tokens
        self.client = httpx.Client(base_url=serving.ready(), timeout=PATIENCE)

    def asked(self) -> dict[str, httpx.Response]:
        """One answer of every sort of route that reads the database."""
        officer = {"Authorization": f"Bearer {self.tokens.officer}"}
        auditor = {"Authorization": f"Bearer {self.tokens.auditor}"}
        change = {"query": MUTATION, "variables": {"input": GIFT}}
        get, post = self.client.get, self.client.post
        return {
            "public query": post("graphql", json=QUERY),
            "officer's query": post("graphql", json=QUERY, headers=officer),
            "mutation": post("graphql", json=change, headers=officer),
            "checkpoint": get("journals/main/checkpoint"),
            "tile": get("journals/main/tile/entries/000.p/1", headers=auditor),
            "projections": get("journals/main/projections", headers=auditor),
            "table": get("journals/main/projections/posting", headers=auditor),
            "statement": get("journals/main/accounts/a-open/statement.csv", headers=auditor),
        }

    def until(self, fits: Callable[[httpx.Response], bool]) -> httpx.Response:
        """What /ready says once it says what is awaited."""
        end = time.monotonic() + PATIENCE
        while not fits(answer := self.client.get("ready")):
            assert time.monotonic() < end, answer.text
            time.sleep(0.05)
        return answer

    def snapshot(self) -> None:
        """Wait for the server's own entry: it sums up the book's balances soon after it starts."""
        asked = {"query": "{ entries(first: 1, where: {kind: {eq: SNAPSHOT}}) { totalCount } }"}
        end = time.monotonic() + PATIENCE
        while self.client.post("graphql", json=asked).json()["data"]["entries"]["totalCount"] == 0:
            assert time.monotonic() < end, "no snapshot was made"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The whole book, served."""
    folder = tmp_path_factory.mktemp("outages")
    tokens = asyncio.run(prepared(folder / "data"))
    serving = Serving(folder / "data", folder / "said")
    made = Desk(folder / "data", serving, tokens)
    try:
        yield made
    finally:
        made.client.close()
        serving.stop()


def named(answer: httpx.Response) -> str:
    """The code of an answer's only error, of the request or in a mutation's payload; nothing of ours shows."""
    assert "asyncpg" not in answer.text
    assert ".s.PGSQL" not in answer.text
    found = answer.json()
    if "errors" in found:
        (error,) = found["errors"]
        return str(error["extensions"]["code"])
    (payload,) = found["data"].values()
    (error,) = payload["errors"]
    return str(error["code"])


def test_data_that_vanished_are_never_replaced_and_every_route_says_unavailable(desk: Desk) -> None:
    home, away = desk.data / "postgresql", desk.data / "postgresql.away"
    desk.snapshot()
    size = desk.until(lambda answer: answer.status_code == 200).json()["size"]
    postmaster = desk.serving.postmaster()
    home.rename(away)
    os.kill(postmaster, signal.SIGKILL)
    ready = desk.until(lambda answer: "is gone" in answer.text)
    assert ready.status_code == 503
    assert any("nothing was made in its place" in sentence for sentence in ready.json()["trouble"])
    for route, answer in desk.asked().items():
        assert (answer.status_code, named(answer)) == (503, "UNAVAILABLE"), route
        assert answer.headers["Retry-After"] == "1", route
    assert desk.client.get("health").status_code == 200
    assert not home.exists()
    away.rename(home)
    assert desk.until(lambda answer: answer.status_code == 200).json()["size"] == size
    assert {answer.status_code for answer in desk.asked().values()} == {200}


def test_a_killed_database_is_unavailable_for_a_moment_and_never_a_fault(desk: Desk) -> None:
    seen: set[int] = set()
    for _ in range(3):
        desk.until(lambda answer: answer.status_code == 200)
        desk.serving.kill("postgresql")
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE:
            answers = desk.asked().values()
            for answer in answers:
                seen.add(answer.status_code)
                assert answer.status_code == 200 or named(answer) == "UNAVAILABLE", answer.text
            if {answer.status_code for answer in answers} == {200} and time.monotonic() - begun > 1:
                break
        else:
            pytest.fail("the database did not come back")
    assert seen == {200, 503}
