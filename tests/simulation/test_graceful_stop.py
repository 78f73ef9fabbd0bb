"""Told to stop under load, a server answers everything that it wrote, signs it, and ends; its log names nobody."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from tests.simulation.served import MUTATION, Promises, Serving, Tokens, prepared, stored, verified, without_rest
from tests.simulation.whole_book import CHARITY

CALLERS = 16
CANARY = "金丝雀-canary-4d1e"
CITIZEN = "11010519491231002X"
FIELDS = {"event", "request", "method", "path", "status", "ms", "token", "level", "logger", "timestamp"}
"""What a log line of a request may say."""


async def _until_told(server: Serving, address: str, tokens: Tokens, promises: Promises) -> int:
    """Callers record without rest, and half a second later the server is told to stop; its exit code."""
    callers = [asyncio.create_task(without_rest(address, tokens.officer, promises)) for _ in range(CALLERS)]
    await asyncio.sleep(0.5)
    code = await asyncio.to_thread(server.stop, signal.SIGTERM)
    await asyncio.gather(*callers)
    return code


@pytest.fixture
def tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tokens:
    """A data directory with the whole book in it."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return asyncio.run(prepared(tmp_path / "data"))


def test_what_was_written_was_answered_and_signed(tmp_path: Path, tokens: Tokens) -> None:
    data, promises = tmp_path / "data", Promises()
    server = Serving(data, tmp_path / "said")
    address = server.ready()
    before = stored(address, tokens)
    assert asyncio.run(_until_told(server, address, tokens, promises)) == 0
    assert len(promises.given) > CALLERS
    server = Serving(data, tmp_path / "said")
    try:
        address = server.ready()
        after = stored(address, tokens)
        assert after.keys() - before.keys() == promises.given.keys()
        code, report = verified(address, tokens)
        assert (code, report["checked"]["entries"]) == (0, len(after)), report["sentence"]
    finally:
        assert server.stop() == 0


def _gift(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - the fields of a JSON request
    """A gift of somebody's."""
    return {
        "id": str(uuid4()), "organization": CHARITY, "custody": "a-bank", "donor": "NATURAL", "channel": "BANK",
        "parts": [{"account": "a-open", "amount": {"minorUnits": "100"}}],
        "person": {"name": CANARY, "citizenNumber": CITIZEN}, **more,
    }  # fmt: skip


def _everything_is_tried(address: str, token: str) -> list[int]:
    """Personal data and a token go in by every part of a request, accepted or refused; the statuses."""
    known = {"authorization": f"Bearer {token}", "user-agent": CANARY.encode().hex(), "x-canary": "canary-4d1e"}
    bodies: list[Any] = [
        {"query": MUTATION, "variables": {"input": _gift()}},
        {"query": MUTATION, "variables": {"input": _gift(custody="nowhere")}},
        {
            "query": MUTATION,
            "variables": {"input": _gift(person={"name": CANARY, "citizenNumber": CITIZEN[:-1] + "1"})},
        },
        {"query": MUTATION, "variables": {"input": CANARY}},
        {"query": f"{{ {CANARY} }}"},
        {"query": f'{{ organization(id: "{CITIZEN}") {{ id }} }}', "operationName": CANARY},
        CANARY,
    ]
    with httpx.Client(base_url=address, headers=known) as client:
        statuses = [client.post("/graphql", json=body).status_code for body in bodies]
        paths = [
            f"/{CANARY}",
            f"/graphql?query={{{CANARY}}}",
            f"/metrics?{CITIZEN}",
            *(f"/journals/main/{path}" for path in (f"tile/{CANARY}", f"accounts/{CITIZEN}/statement.csv")),
            f"/journals/main/projections/{CANARY}",
        ]
        statuses += [client.get(path).status_code for path in paths]
        statuses.append(client.get("/metrics", headers={"authorization": f"Bearer mz_{CITIZEN}"}).status_code)
    return statuses


def test_logs_name_nobody_and_hold_no_secret(tmp_path: Path, tokens: Tokens) -> None:
    said = tmp_path / "said"
    server = Serving(tmp_path / "data", said)
    try:
        statuses = _everything_is_tried(server.ready(), tokens.officer)
    finally:
        assert server.stop() == 0
    assert max(statuses) < 500, statuses
    assert {200, 401, 403, 404} <= set(statuses)
    text = said.read_text(encoding="utf-8")
    events = [json.loads(line) for line in text.splitlines()]
    requests = [event for event in events if event["event"] == "request"]
    assert [event["status"] for event in requests] == statuses
    for event in requests:
        assert event.keys() <= FIELDS
    escaped = orjson.dumps(CANARY).decode()[1:-1], json.dumps(CANARY)[1:-1]
    for secret in (*escaped, "canary", CITIZEN, tokens.officer, tokens.officer[3:], "Bearer", "127.0.0.1"):
        assert secret not in text, secret
