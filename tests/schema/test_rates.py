"""Buckets per principal: what is left is told in every answer, and who asks more is told when to come again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from db.pools import Database
from schema.asgi.application import application
from schema.asgi.command import main
from schema.asgi.settings import Settings
from schema.rates import Bucket, RateLimitedError, Rates, Throttle, address_key
from tests.schema.serving import Site, built, site

WHOLE = "query($n: Int!) { organizations(first: $n) { nodes { id } } }"
"""What one statement answers."""
SMALL = Rates(capacity=20_000, refill=1_000, burst=20, requests=10, concurrent=2)


@dataclass
class Clock:
    """A clock that is moved by hand."""

    now: float = 1_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@dataclass
class Counted:
    """A pool that counts who asks it for anything."""

    pool: Any
    asked: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the pool's own
        """The pool's, and a note of it."""
        self.asked.append(name)
        return getattr(self.pool, name)


@pytest.fixture
def clock() -> Clock:
    """Stands still until it is moved."""
    return Clock()


@pytest.fixture
async def desk(fresh_database: Database, tmp_path: Path, clock: Clock) -> AsyncIterator[Site]:
    """A served journal with small buckets."""
    async with site(fresh_database, tmp_path / "data", world=False, publish=False, rates=SMALL) as made:
        made.platform.throttle.clock = clock
        yield made


async def ask(desk: Site, query: str, role: str | None, **variables: object) -> httpx.Response:
    """Ask GraphQL; the response as it came."""
    return await desk.client.post("/graphql", json={"query": query, "variables": variables}, headers=desk.headers(role))


@pytest.mark.parametrize(
    "query",
    [WHOLE, 'query($n: Int!) { organizations(first: $n) { nodes { id } } __type(name: "Query") { name } }'],
    ids=["whole", "strawberry"],
)
async def test_both_paths_tell_what_is_left(desk: Site, query: str) -> None:
    role = "administrator"
    answer = await ask(desk, query, role, n=100)
    cost = answer.json()["extensions"]["cost"]
    assert cost["requested"] > 100
    assert cost["actual"] == -(-cost["requested"] // 10), "it found nothing, and looking is charged"
    assert cost["bucket"] == {"capacity": 20_000, "available": 20_000 - cost["actual"], "refillPerSecond": 1_000}


@pytest.mark.parametrize("query", ["{", "{nobody}", "{__typename}", "{accounts(first: 1000) {nodes {id}}}"])
async def test_every_answer_tells(desk: Site, query: str) -> None:
    answer = await ask(desk, query, None)
    assert set(answer.json()["extensions"]["cost"]) == {"requested", "actual", "bucket"}, answer.text


@pytest.mark.parametrize("extra", ["", ' __type(name: "Query") { name }'], ids=["whole", "strawberry"])
async def test_over_the_cost_no_statement_runs(desk: Site, clock: Clock, extra: str) -> None:
    dear = "query { organizations(first: 100) { nodes { projects(first: 90) { nodes { id } } } }" + extra + " }"
    assert (await ask(desk, "{__typename}", "auditor")).status_code == 200
    (account,) = desk.platform.throttle._known.values()
    account.cost.level = 5_000.0
    reader = desk.platform.context.reader
    counted = Counted(reader)
    desk.platform.context = replace(desk.platform.context, reader=counted)
    answer = await ask(desk, dear, "auditor")
    found = answer.json()
    cost = found["extensions"]["cost"]
    assert (answer.status_code, counted.asked) == (429, [])
    assert found["errors"][0]["extensions"] == {
        "code": "RATE_LIMITED", "limit": "cost", "retryAfterSeconds": int(answer.headers["retry-after"]),
    }  # fmt: skip
    assert (cost["actual"], cost["bucket"]["available"]) == (0, 5_000), "who is refused pays nothing"
    clock.now += int(answer.headers["retry-after"]) - 1
    assert (await ask(desk, dear, "auditor")).status_code == 429
    clock.now += 1
    assert (await ask(desk, dear, "auditor")).status_code == 200


async def test_requests_and_principals_apart(desk: Site, clock: Clock) -> None:
    codes = [(await ask(desk, "{__typename}", None)).status_code for _ in range(21)]
    assert codes == [200] * 20 + [429]
    assert (await ask(desk, "{__typename}", "auditor")).status_code == 200
    clock.now += 0.1
    assert [(await ask(desk, "{__typename}", None)).status_code for _ in range(2)] == [200, 429]
    answer = await desk.client.post("/graphql", json={"query": "{__typename}"}, headers={"accept-language": "zh"})
    assert answer.headers["retry-after"] == "1"
    assert "限额" in answer.json()["errors"][0]["message"]


async def test_what_auditors_read_has_no_bucket(desk: Site) -> None:
    for _ in range(21):
        await ask(desk, "{__typename}", "auditor")
    assert (await ask(desk, "{__typename}", "auditor")).status_code == 429
    for path in ("/tile/entries/000.p/1", "/tile/0/000.p/1", "/projections"):
        codes = {(await desk.get(path, "auditor")).status_code for _ in range(30)}
        assert codes == {200}, path


async def test_metrics_count_refusals(desk: Site) -> None:
    for _ in range(25):
        await ask(desk, "{__typename}", None)
    text = (await desk.client.get("/metrics", headers=desk.headers("auditor"))).text
    assert 'mingzhang_rate_limited_total{limit="requests"} 5.0' in text
    assert "mingzhang_rate_principals 1.0" in text


async def test_requests_at_once(desk: Site) -> None:
    begun, go = asyncio.Event(), asyncio.Event()
    waiting = 0

    async def slowly() -> AsyncIterator[bytes]:
        nonlocal waiting
        yield b'{"query":'
        waiting += 1
        if waiting == 2:
            begun.set()
        await go.wait()
        yield b'"{__typename}"}'

    headers = {"content-type": "application/json"}
    transport = httpx.ASGITransport(application(desk.platform, built()), client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://mingzhang.test") as client:
        slow = [asyncio.create_task(client.post("/graphql", content=slowly(), headers=headers)) for _ in range(2)]
        await begun.wait()
        third = await client.post("/graphql", json={"query": "{__typename}"})
        assert (third.status_code, third.json()["errors"][0]["extensions"]["limit"]) == (429, "concurrency")
        assert (await ask(desk, "{__typename}", None)).status_code == 200, "another address is not held up"
        go.set()
        assert [answer.status_code for answer in await asyncio.gather(*slow)] == [200, 200]
        assert (await client.post("/graphql", json={"query": "{__typename}"})).status_code == 200


def test_memory_is_bounded_and_a_flood_of_addresses_forgets_no_token() -> None:
    clock = Clock()
    throttle = Throttle(SMALL, clock, most=3)
    with throttle.request("token", None) as meter:
        meter.charge(20_000)
    for number in range(50):
        with throttle.request(None, f"192.0.2.{number}"):
            pass
    assert throttle.kept == 4
    with throttle.request("token", None) as meter, pytest.raises(RateLimitedError):
        meter.charge(1)


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"), ("not an address", "nowhere"), (None, "nowhere"),
    ],
)  # fmt: skip
def test_the_public_is_told_apart_by_network(host: str | None, key: str) -> None:
    assert address_key(host) == key


@given(st.lists(st.tuples(st.integers(1, 400), st.floats(0, 3)), max_size=40))
def test_a_bucket_never_gives_more_than_it_held_and_got(asked: list[tuple[int, float]]) -> None:
    bucket, now, given_out = Bucket(500, 50, 500, 0.0), 0.0, 0
    for units, pause in asked:
        now += pause
        seconds = bucket.take(units, now)
        if seconds:
            assert Bucket(500, 50, bucket.level, now).take(units, now + seconds + 1e-6) == 0.0, "it comes when it said"
        else:
            given_out += units
        assert given_out <= 500 + 50 * now + 1e-6


def test_rates_under_which_nothing_can_be_asked_are_refused() -> None:
    for bad in ({"capacity": 19_999}, {"requests": 0}, {"concurrent": 0}):
        with pytest.raises(ValueError, match="a bucket holds"):
            Rates(**bad)


def test_options_become_rates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chosen: list[Settings] = []
    monkeypatch.setattr("schema.asgi.serving.run", lambda settings, _ready: chosen.append(settings))
    options = ["--cost-capacity", "30000", "--cost-refill", "7", "--burst", "9", "--requests", "3", "--concurrent", "2"]
    for more in ([], options):
        done = CliRunner().invoke(main, ["serve", "--data", str(tmp_path), *more])
        assert done.exit_code == 0, done.output
    assert [settings.rates for settings in chosen] == [Rates(), Rates(30_000, 7, 9, 3, 2)]
    assert CliRunner().invoke(main, ["serve", "--data", str(tmp_path), "--cost-capacity", "19999"]).exit_code == 2
