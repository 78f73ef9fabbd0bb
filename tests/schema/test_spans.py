"""Traces as spans: what is told of a request, and that nothing a caller sent is among it; log lines likewise."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from db.pools import Database
from db.tracing import PLANNED, name_of
from ledger.rejections import Rejection
from resolvers.context import Principal, Role
from resolvers.personal import reveal_personal_data
from resolvers.tokens import create_token
from schema.asgi import logs
from schema.asgi.application import application
from schema.asgi.composition import over
from schema.asgi.settings import Settings
from schema.asgi.spans import Spans, TracingError, spans_of
from tests.db.books import expense
from tests.schema.serving import Site, built, site, smallest_world
from tests.worlds import new_id

CANARY = "kanarienvogel-7f3a"
PERSON = {"name": "金丝雀七号", "citizenNumber": "11010519491231002X", "account": CANARY}
GIVE = """mutation kanarienvogel_op($input: RecordDonationInput!) { kanarienvogel_alias: recordDonation(input: $input) {
    position errors { code } } }"""
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def gift(**more: object) -> dict[str, Any]:
    """A donation of somebody's."""
    return {
        "id": new_id(), "organization": "hope", "donor": "NATURAL", "channel": "BANK", "custody": "hope-bank",
        "parts": [{"account": "hope-general", "amount": {"quantity": "1"}}], "person": PERSON, **more,
    }  # fmt: skip


@pytest.fixture
async def traced(fresh_database: Database, tmp_path: Path) -> AsyncIterator[tuple[httpx.AsyncClient, dict[str, str],
                                                                                 InMemorySpanExporter]]:  # fmt: skip
    """A served world whose spans are kept in memory."""
    kept = InMemorySpanExporter()
    spans = Spans(SimpleSpanProcessor(kept), "server")
    settings = Settings(tmp_path / "data", journal="demo", origin="mingzhang.test/demo")
    async with over(fresh_database, settings, publish=False, spans=spans) as platform:
        await smallest_world(platform.context)
        token = (await create_token(platform.context, role=Role.OFFICER, label="t", organization="hope")).token
        transport = httpx.ASGITransport(application(platform, built()), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://mingzhang.test") as client:
            kept.clear()
            yield client, {"authorization": f"Bearer {token}"}, kept


async def test_a_request_an_operation_its_statements_and_a_batch(traced: Any) -> None:  # noqa: ANN401 - the fixture
    client, headers, kept = traced
    headers = {**headers, "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    body = {"query": GIVE, "variables": {"input": gift()}}
    answer = await client.post("/graphql", json=body, headers=headers)
    assert answer.json()["data"]["kanarienvogel_alias"]["errors"] == [], answer.text
    await asyncio.sleep(0)
    spans: dict[str, ReadableSpan] = {span.name: span for span in kept.get_finished_spans()}
    request, operation, batch = spans["POST /graphql"], spans["graphql mutation"], spans["door batch"]
    assert request.context is not None
    assert request.attributes == {
        "http.request.method": "POST", "http.route": "/graphql", "http.response.status_code": 200,
        "mingzhang.request": answer.headers["x-request-id"],
    }  # fmt: skip
    assert f"{request.context.trace_id:032x}" == TRACE
    assert operation.parent is not None
    assert operation.parent.span_id == request.context.span_id
    assert operation.attributes == {"graphql.operation.type": "mutation", "graphql.root.fields": ("recordDonation",)}
    assert batch.attributes is not None
    assert (batch.parent, batch.attributes["door.commands"], batch.attributes["door.appended"]) == (None, 1, 1)
    below = [span for span in spans.values() if span.parent and operation.context
             and span.parent.span_id == operation.context.span_id]  # fmt: skip
    assert any(span.name.startswith("sql ") for span in below), sorted(spans)
    assert "sql identities.token_by_digest" in spans


async def test_spans_tell_nothing_that_a_caller_sent(traced: Any) -> None:  # noqa: ANN401 - the fixture
    client, headers, kept = traced
    for query in (GIVE, GIVE.replace("recordDonation(", f"recordDonation{CANARY}("), f'{{ a(x: "{CANARY}") }}'):
        await client.post("/graphql", json={"query": query, "variables": {"input": gift()}}, headers=headers)
    await client.get(f"/accounts/{CANARY}", headers=headers)
    await client.get("/graphql", params={"query": f'{{ entries(first: 1, after: "{CANARY}") {{ totalCount }} }}'})
    await client.request(CANARY.upper(), f"/journals/demo/tile/{CANARY}", headers=headers)
    told = "".join(str(span.to_json()) for span in kept.get_finished_spans())
    assert len(kept.get_finished_spans()) > 6
    for secret in (CANARY, "kanarienvogel", "金丝雀", PERSON["citizenNumber"], headers["authorization"][10:]):
        assert secret not in told


def test_statements_are_named_and_composed_ones_are_not_shown() -> None:
    assert name_of("select json_build_object('a', 1) where 'Zhang' = name") == PLANNED
    assert name_of("SET LOCAL x") == "postgresql"


def test_spans_are_off_unless_asked_for() -> None:
    assert spans_of(None, "x") is None
    for way in ("console", "otlp"):
        made = spans_of(way, "x")
        assert made is not None
        made.close()
    assert issubclass(TracingError, Exception)


# ---------------------------------------------------------------- log lines


@contextmanager
def logged() -> Iterator[StringIO]:
    """Everything that a server's process would write on stderr."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logs.configure(logging.DEBUG)
    out = StringIO()
    root.handlers[0].setStream(out)  # type: ignore[attr-defined]  # configured as a StreamHandler just above
    root.setLevel(logging.DEBUG)
    for client in ("httpx", "httpcore"):  # the test's own, which is no part of a server
        logging.getLogger(client).setLevel(logging.ERROR)
    try:
        yield out
    finally:
        root.handlers[:], level = before
        root.setLevel(level)


async def _everything_that_can_be_asked(served: Site) -> None:
    """Requests that succeed, that are refused, that are none, and that make us fail."""
    client, officer = served.client, served.headers("officer")
    for body in (
        {"query": GIVE, "variables": {"input": gift()}},
        {"query": GIVE, "variables": {"input": gift(organization=CANARY)}},
        {"query": GIVE, "variables": {"input": gift(person={"name": "x" * 9_000 + CANARY})}},
        {"query": GIVE, "variables": {"input": {**gift(), "id": CANARY}}},
        {"query": f"{{ {CANARY.replace('-', '_')} }}"},
        {"query": f'{{ entries(first: 1, where: {{organization: {{eq: "{CANARY}"}}}}) {{ nodes {{ id }} }} }}'},
    ):
        await client.post("/graphql", json=body, headers={**officer, "x-secret": CANARY, "user-agent": CANARY})
    await client.post("/graphql", content=CANARY, headers={"content-type": "application/json"})
    await client.get(f"/journals/demo/projections/{CANARY}", headers=served.headers("auditor"))
    await client.get("/graphql", headers={"authorization": f"Bearer mz_{CANARY}"}, params={"query": CANARY})
    platform = served.platform
    party = (await platform.writer.fetch("select commitment from personal order by position desc limit 1"))[0][0]
    inspector = platform.context.as_principal(platform.context.principal)
    await reveal_personal_data(_as_inspector(inspector), reason=CANARY, commitments=[party])
    with pytest.raises(Rejection):
        await platform.door.append(expense(1))


def _as_inspector(ctx: Any) -> Any:  # noqa: ANN401 - the context of whatever principal
    return ctx.as_principal(Principal(Role.INSPECTOR, key="inspector"))


async def test_no_log_line_holds_personal_data_or_a_secret(
    fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with logged() as out:
        async with site(fresh_database, tmp_path / "data", publish=False) as served:
            await _everything_that_can_be_asked(served)

            async def broken(*_: object, **__: object) -> None:
                raise ValueError(f"cannot store {CANARY} of {PERSON['name']}")

            # A fault of ours whose message repeats what was sent, in a mutation, in a query, in a route, in a task.
            monkeypatch.setattr(served.platform.door, "append", broken)
            monkeypatch.setattr("db.trees.publication", broken)
            body = {"query": GIVE, "variables": {"input": gift()}}
            masked = await served.client.post("/graphql", json=body, headers=served.headers("officer"))
            assert masked.json()["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
            failed = await served.client.get("/metrics", headers=served.headers("auditor"))
            assert failed.status_code == 500
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(logs.quiet)
            task = asyncio.create_task(broken())
            await asyncio.sleep(0)
            del task
            await asyncio.sleep(0)
            secrets = [*served.tokens.values()]
        monkeypatch.undo()
    lines = [json.loads(line) for line in out.getvalue().splitlines() if line.startswith("{")]
    assert {line["event"] for line in lines} >= {"request", "fault"}
    faults = [fault for line in lines for fault in line.get("faults", [])]
    assert any(fault["type"] == "builtins.ValueError" and "in broken" in fault["at"][-1] for fault in faults)
    for secret in (CANARY, "kanarienvogel", PERSON["name"], PERSON["citizenNumber"], *secrets):
        assert secret not in out.getvalue(), next(line for line in out.getvalue().splitlines() if secret in line)
