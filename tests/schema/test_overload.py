"""Overload probes: each is refused with its code and status, and before the database is asked for anything."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from db.pools import Database
from schema import limits
from schema.asgi import graphql as graphql_route
from schema.asgi.application import application
from tests.schema.serving import Site, built, site

JSON = "application/json"
RESPONSE = "application/graphql-response+json"


class Untouched:
    """Stands where the database is reached, and notes whoever reaches for it."""

    def __init__(self, reached: list[str]) -> None:
        self._reached = reached

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever is asked for
        """Note what is reached for, and refuse it."""
        self._reached.append(name)
        raise AssertionError(name)


class Guarded(NamedTuple):
    """A server whose database may not be reached."""

    client: httpx.AsyncClient
    reached: list[str]

    async def post(self, body: object, **headers: str) -> httpx.Response:
        """Send a request as JSON."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post("/graphql", content=sent, headers={"content-type": JSON, **headers})


@pytest.fixture
async def served(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """A journal with nothing in it but its opening."""
    async with site(fresh_database, tmp_path / "data", world=False, publish=False) as made:
        yield made


@pytest.fixture
async def guarded(served: Site) -> AsyncIterator[Guarded]:
    """The same, with a database that nobody may reach for."""
    reached: list[str] = []
    nobody: Any = Untouched(reached)
    whole = served.platform
    context = replace(whole.context, reader=nobody, keeper=nobody, door=nobody)
    kept = whole.reader, whole.context
    whole.reader, whole.context = nobody, context
    transport = httpx.ASGITransport(application(whole, built()), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://mingzhang.test") as client:
        yield Guarded(client, reached)
    whole.reader, whole.context = kept


def nested(depth: int) -> str:
    """A query as deep as that, in fields."""
    inner = "id"
    for _ in range((depth - 3) // 2):
        inner = f"project {{ organization {{ {inner} }} }}"
    return (
        f"{{ projects(first: 1) {{ nodes {{ organization {{ id projects(first: 1) {{ nodes {{ {inner} }} }} }} }} }} }}"
    )


INVALID = "GRAPHQL_VALIDATION_FAILED"
PARSE = "GRAPHQL_PARSE_FAILED"
COST = "COST_EXCEEDED"
UNKNOWN = "UNAUTHENTICATED"
BAD = "BAD_USER_INPUT"
PAGES = "organizations(first: 100) { nodes { projects(first: 100) { nodes { id } } } }"
ACCOUNTS = "accounts(first: 100) { nodes { id } }"
PROBES: dict[str, tuple[str, str, int]] = {
    "aliases": ("{" + " ".join(f"a{n}: __typename" for n in range(31)) + "}", INVALID, 400),
    "aliases in a fragment": (
        "{ ...F } fragment F on Query {" + " ".join(f"a{n}: __typename" for n in range(31)) + "}", INVALID, 400,
    ),
    "directives": ("{ __typename " + "@include(if: true) " * 11 + "}", INVALID, 400),
    "directives that nobody knows": ("{ __typename " + "@a " * 400 + "}", INVALID, 400),
    "directives on an operation": ("query " + "@a " * 11 + "{ __typename }", INVALID, 400),
    "a circle of fragments": (
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", INVALID, 400,
    ),
    "fragments that double": (
        "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(25))
        + " fragment F25 on Query { " + PAGES * 3 + " }", COST, 400,
    ),
    "depth": (nested(13), INVALID, 400),
    "depth through fragments": (
        "{ projects(first: 1) { nodes { ...P1 } } } "
        + " ".join(f"fragment P{n} on Project {{ organization {{ projects(first: 1) {{ nodes {{ ...P{n + 1} }} }} }} }}"
                   for n in range(1, 5)) + " fragment P5 on Project { id }", INVALID, 400,
    ),
    "tokens": ("{" + " __typename" * 1_500 + "}", PARSE, 400),
    "characters": ("{ __typename }" + " " * 15_000, PARSE, 400),
    "a comment as long": ("{ __typename } #" + "x" * 15_000, PARSE, 400),
    "brackets": ("{a" * 50_000, BAD, 400),
    "lists in a literal": ("{ organizations(first: " + "[" * 1_000 + "]" * 1_000 + ") { totalCount } }", BAD, 400),
    "cost": (
        f"{{ organizations(first: 100) {{ nodes {{ projects(first: 100) {{ nodes {{ {ACCOUNTS} }} }} }} }} }}",
        COST, 400,
    ),
    "cost by counting": (
        "{ organizations(first: 100) { nodes { projects(first: 100) { totalCount } " + " ".join(
            f"a{n}: projects(first: 100) {{ totalCount }}" for n in range(25)) + "} } }", COST, 400,
    ),
    "cost by ids": (
        f'{{ nodes(ids: ["a"]) {{ ... on Organization {{ projects(first: 100) {{ nodes {{ {ACCOUNTS} }} }} }} }} }}',
        COST, 400,
    ),
    "a page that is too long": ("{ organizations(first: 101) { totalCount } }", BAD, 200),
    "no page": ("{ organizations { totalCount } }", BAD, 200),
    "introspection": ("{ __schema { types { name } } }", UNKNOWN, 401),
    "introspection of a type": ('{ x: __type(name: "Query") { name } }', UNKNOWN, 401),
    "introspection in a fragment": (
        "{ ...F } fragment F on Query { ... on Query { __schema { queryType { name } } } }", UNKNOWN, 401,
    ),
    "several operations": ("query A { __typename } query B { __typename }", BAD, 400),
    "no operation": ("fragment F on Query { __typename }", BAD, 400),
    "a subscription that is none": ("subscription { nothing }", BAD, 400),
}  # fmt: skip
"""What is sent, and the code and status that it is answered with."""


def codes(answer: httpx.Response) -> set[str]:
    """The codes of an answer's errors."""
    return {error["extensions"]["code"] for error in answer.json()["errors"]}


async def test_a_probe_is_refused_before_the_database_is_reached(guarded: Guarded) -> None:
    for name, (query, code, status) in PROBES.items():
        answer = await guarded.post({"query": query}, accept=RESPONSE)
        assert (codes(answer), answer.status_code) == ({code}, status), (name, answer.text[:300])
        assert guarded.reached == [], name


async def test_the_guard_sees_who_reaches(guarded: Guarded) -> None:
    """The tests above are none unless a good query does reach the database."""
    answer = await guarded.post({"query": "{ organizations(first: 1) { totalCount } }"})
    assert (codes(answer), guarded.reached != []) == ({"INTERNAL_SERVER_ERROR"}, True)


@pytest.mark.parametrize(
    ("name", "value", "most"),
    [
        ("aliases", 30, limits.MOST_ALIASES),
        ("directives", 10, limits.MOST_DIRECTIVES),
        ("depth", 10, limits.MOST_DEPTH),
    ],
)
async def test_limits_are_what_is_promised(name: str, value: int, most: int) -> None:
    assert value == most, name


async def test_what_is_just_within_is_answered(served: Site) -> None:
    aliases = "{" + " ".join(f"a{n}: __typename" for n in range(30)) + "}"
    for query in (aliases, "{" + "... @include(if: true) { __typename } " * 10 + "}", "{ __typename }" + " " * 14_000):
        assert await served.data(query)


async def test_batches_are_not_answered(guarded: Guarded) -> None:
    for body in ([{"query": "{__typename}"}], [{"query": "{__typename}"}] * 1_000, []):
        answer = await guarded.post(body)
        assert (answer.status_code, codes(answer)) == (400, {BAD})
    assert guarded.reached == []


async def test_a_body_has_a_limit_before_it_is_read(guarded: Guarded) -> None:
    answer = await guarded.post(b'{"query": "' + b"x" * graphql_route.MOST_BYTES + b'"}')
    assert (answer.status_code, codes(answer), guarded.reached) == (413, {BAD}, [])


async def test_what_a_form_of_another_site_can_send_is_refused(guarded: Guarded) -> None:
    """CSRF: without a preflight a browser sends these three types only, and GET changes nothing."""
    mutation = '{"query": "mutation { startVerification(input: {}) { started } }"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        headers = {"content-type": kind, "origin": "https://evil.example"}
        answer = await guarded.client.post("/graphql", content=mutation, headers=headers)
        assert (answer.status_code, codes(answer)) == (415, {BAD})
        assert "access-control-allow-origin" not in answer.headers
    query = {"query": "mutation { startVerification(input: {}) { started } }"}
    answer = await guarded.client.get("/graphql", params=query, headers={"accept": RESPONSE})
    assert (answer.status_code, codes(answer)) == (405, {"METHOD_NOT_ALLOWED"})
    for method in ("PUT", "PATCH", "DELETE"):
        assert (await guarded.client.request(method, "/graphql", json=query)).status_code == 405
    assert guarded.reached == []


SUGGESTING = [
    "{ orgnizations(first: 1) { totalCount } }", "{ organizations(frst: 1) { totalCount } }",
    "{ organizations(first: 1, orderBy: [{field: NAM, direction: ASC}]) { totalCount } }",
    '{ organizations(first: 1, where: {nam: {eq: "Zhang San"}}) { totalCount } }',
    "query ($x: Organizaton) { organizations(first: $x) { totalCount } }", "{ __typename ... on Organiztion { id } }",
    "{ __typename @skp(if: true) }", "{ ...Orgnization } fragment Organization on Query { __typename }",
    '{ organization(by: {ke: "Zhang San"}) { id } }', "mutation { recordDonaton(input: {}) { position } }",
]  # fmt: skip


async def test_nothing_is_suggested_and_no_value_repeated(guarded: Guarded) -> None:
    """A contract that is not told is not told by its errors; and what was sent may be a person."""
    for query in SUGGESTING:
        answer = await guarded.post({"query": query})
        assert codes(answer) == {INVALID}
        assert "Did you mean" not in answer.text
        assert "Zhang San" not in answer.text
    assert guarded.reached == []


async def test_a_variable_is_not_repeated(guarded: Guarded) -> None:
    query = "query ($where: OrganizationWhere) { organizations(first: 1, where: $where) { totalCount } }"
    for where in ({"nam": {"eq": "Zhang San"}}, {"name": "Zhang San"}, {"name": {"equal": "Zhang San"}}, "Zhang San"):
        answer = await guarded.post({"query": query, "variables": {"where": where}})
        assert (codes(answer), "Zhang San" in answer.text, "Did you mean" in answer.text) == ({BAD}, False, False)
    assert guarded.reached == []


async def test_who_may_introspect(served: Site) -> None:
    query = '{ __schema { queryType { name } } __type(name: "Node") { kind } }'
    for role in ("administrator", "auditor", "inspector", "officer", "stranger"):
        assert (await served.data(query, role))["__type"] == {"kind": "INTERFACE"}
    answer = await served.client.post("/graphql", json={"query": query})
    assert (answer.status_code, "www-authenticate" in answer.headers) == (401, True)
    served.platform.settings = replace(served.platform.settings, public_introspection=True)
    assert (await served.data(query))["__schema"] == {"queryType": {"name": "Query"}}


async def test_introspection_has_a_depth_too(served: Site) -> None:
    inner = "name"
    for _ in range(12):
        inner = f"fields {{ type {{ {inner} }} }}"
    found = await served.ask(f"{{ __schema {{ types {{ {inner} }} }} }}", "auditor")
    assert {error["extensions"]["code"] for error in found["errors"]} == {INVALID}
