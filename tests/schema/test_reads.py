"""Reads over the small world: shapes, refusals, ids, dates, amounts."""

from __future__ import annotations

import pytest

from db.cursors import global_id
from resolvers.context import PUBLIC, Principal, Role
from tests.schema.conftest import PRINCIPALS, Desk
from tests.schema.twin_values import COMPUTED
from tests.schema.world import HUBEI


async def test_a_nested_list_is_one_statement_whatever_its_size(desk: Desk) -> None:
    query = """query ($n: Int!) { organizations(first: $n) { totalCount nodes { name
        projects(first: $n) { totalCount nodes { name history(first: $n) { nodes { version } } } }
        accounts(first: $n) { nodes { balance { quantity }
            statement(first: 5) { edges { cursor node { sequence } } } } }
    } } }"""
    for size in (1, 3, 9):
        desk.reader.statements.clear()
        await desk.data(query, n=size)
        assert len(desk.reader.statements) == 1


async def test_every_root_field_is_one_statement(desk: Desk) -> None:
    await desk.data(
        "{ head { size } checkpoint { size } entries(first: 1) { totalCount } entry(position: 3) { kind } }"
    )
    assert len(desk.reader.statements) == 4


async def test_no_root_of_the_contract_is_left_uncounted(desk: Desk) -> None:
    """Every root that the planner answers is one statement; the others are counted in test_asgi_answers.py."""
    organization, project = global_id("Organization", "main", "org1"), global_id("Project", "main", "org1-p0")
    named = {
        "node": f'(id: "{organization}")', "nodes": f'(ids: ["{organization}", "{project}"])',
        "organization": f'(by: {{id: "{organization}"}})', "project": f'(by: {{id: "{project}"}})',
        "region": '(by: {code: "420000"})', "focusArea": '(by: {code: "1"})', "account": '(by: {key: "org1-f0"})',
        "entry": "(position: 3)", "checkpoint": "", "head": "",
    }  # fmt: skip
    root = desk.schema._schema.query_type
    assert root is not None
    for name in sorted(set(root.fields) - COMPUTED):
        if "by" in root.fields[name].args and name not in named:
            named[name] = '(by: {key: "none"})'
        asked = f"{name}{named[name]} {{ __typename }}" if name in named else f"{name}(first: 2) {{ totalCount }}"
        desk.reader.statements.clear()
        await desk.data(f"{{ {asked} }}")
        assert len(desk.reader.statements) == 1, name


async def test_node_and_nodes_find_every_noun(desk: Desk) -> None:
    roots = [
        "organizations", "projects", "beneficiaries", "accounts", "restrictions", "entries", "flows", "checkpoints",
        "importBatches", "importDecisions", "evidence", "deliveries", "regions", "focusAreas",
    ]  # fmt: skip
    asked = " ".join(f"{root}(first: 2) {{ nodes {{ id __typename }} }}" for root in roots)
    found = await desk.data(f"{{ {asked} }}")
    wanted = [node for root in roots for node in found[root]["nodes"]]
    ids = [node["id"] for node in wanted]
    assert len({node["__typename"] for node in wanted}) == 14
    again = await desk.data("query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", ids=ids)
    assert again["nodes"] == wanted
    one = await desk.data("query ($id: ID!) { node(id: $id) { id kind: __typename } }", id=ids[0])
    assert one["node"] == {"id": ids[0], "kind": "Organization"}


async def test_a_missing_node_is_null_and_a_foreign_id_is_refused(desk: Desk) -> None:
    query = "query ($id: ID!) { node(id: $id) { id } }"
    assert await desk.data(query, id=global_id("Organization", "main", "nobody")) == {"node": None}
    for bad in ("", "x", global_id("Organization", "other", "org1"), global_id("Nothing", "main", "1"), "é",
                global_id("Posting", "main", "1"), global_id("Entry", "main", "01"), "T3Jn\n"):  # fmt: skip
        assert await desk.codes(query, id=bad) == ["BAD_USER_INPUT"]


async def test_amounts_are_strings_with_their_scale(desk: Desk) -> None:
    nodes = (
        await desk.data(
            "{ accounts(first: 4) { nodes { balance { quantity minorUnits asset { code kind scale } } } } }"
        )
    )["accounts"]["nodes"]
    for node in nodes:
        amount = node["balance"]
        scale = amount["asset"]["scale"]
        units = amount["minorUnits"].rjust(scale + 1, "0")
        assert amount["quantity"] == (f"{units[:-scale]}.{units[-scale:]}" if scale else units)
        assert amount["asset"]["kind"] == ("GOODS" if amount["asset"]["code"].startswith("GOODS:") else "CURRENCY")


async def test_regions_are_looked_up_as_of_a_date(desk: Desk) -> None:
    query = """query ($on: Date, $code: String!) { region(by: {code: $code}, on: $on) {
        edition povertyCounty(on: "2018-12-31") predecessors { previous { key } } parent { parent { code } } } }"""
    newest = await desk.data(query, code="420115")
    assert newest["region"] == {
        "edition": "201904", "povertyCounty": True, "predecessors": [{"previous": {"key": "420116@201711"}}],
        "parent": {"parent": {"code": "420000"}},
    }  # fmt: skip
    assert (await desk.data(query, code="420115", on="2019-03-31"))["region"] is None
    assert (await desk.data(query, code="420116", on="2019-03-31"))["region"]["edition"] == "201711"
    assert (await desk.data(query, code="420116", on="2017-01-01"))["region"] is None


async def test_statuses_hold_on_both_their_first_and_last_day(desk: Desk) -> None:
    query = """{ o: organization(by: {uscc: "53420001MJX000001"}) {
        a: statuses { validFrom validUntil } b: statuses(on: "%s") { kind } } }"""
    everything = (await desk.data(query % "2016-08-31"))["o"]
    assert everything["b"] == []
    first = everything["a"][0]
    assert (await desk.data(query % first["validFrom"]))["o"]["b"] == [{"kind": "registered"}]


async def test_within_follows_the_lists_links_and_never_a_prefix(desk: Desk) -> None:
    query = (
        "query ($r: String!) { organizations(first: 100, where: {regionCode: {within: $r}}) { nodes { regionCode } } }"
    )
    found = {node["regionCode"] for node in (await desk.data(query, r=HUBEI))["organizations"]["nodes"]}
    assert found == {"420102@201904", "420115@201904", "420116@201711"}
    later = {node["regionCode"] for node in (await desk.data(query, r="420100@201711"))["organizations"]["nodes"]}
    assert later == {"420102@201904", "420115@201904", "420116@201711"}


@pytest.mark.parametrize(
    "arguments",
    [
        "", "first: 1, last: 1", "first: 101", "last: 101", "first: -1", 'first: 1, after: "x"',
        "first: 1, where: {name: {eq: null}}", "first: 1, where: {not: null}",
    ],
)  # fmt: skip
async def test_a_list_asked_for_wrongly_is_refused(desk: Desk, arguments: str) -> None:
    brackets = f"({arguments})" if arguments else ""
    assert await desk.codes(f"{{ organizations{brackets} {{ nodes {{ id }} }} }}") == ["BAD_USER_INPUT"]
    assert desk.reader.statements == []


async def test_a_cursor_of_another_order_is_refused(desk: Desk) -> None:
    page = await desk.data("{ projects(first: 1) { pageInfo { endCursor } } }")
    cursor = page["projects"]["pageInfo"]["endCursor"]
    query = "query ($c: String) { projects(first: 1, after: $c, orderBy: [{field: NAME}]) { nodes { id } } }"
    assert await desk.codes(query, c=cursor) == ["BAD_USER_INPUT"]


DEEP = "{ organizations(first: 1) { nodes { region " + "{ parent " * 8 + "{ name }" + " }" * 8 + " } } }"
WIDE = """{ organizations(first: 100) { nodes { accounts(first: 100) { nodes {
    statement(first: 3) { nodes { position } } } } } } }"""


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ " + " ".join(f"a{n}: head {{ size }}" for n in range(31)) + "}", "GRAPHQL_VALIDATION_FAILED"),
        ("{ head { size " + "@include(if: true) " * 11 + "} }", "GRAPHQL_VALIDATION_FAILED"),
        (DEEP, "GRAPHQL_VALIDATION_FAILED"),
        (WIDE, "COST_EXCEEDED"),
        ("{ head { size } } #" + "x" * 15_000, "GRAPHQL_PARSE_FAILED"),
        ("{ head { " + "size " * 1_500 + "} }", "GRAPHQL_PARSE_FAILED"),
        ("{ head { nothing } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ head { size ", "GRAPHQL_PARSE_FAILED"),
        ("fragment F on Query { ...F } { ...F }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_what_is_over_a_limit_is_refused(desk: Desk, query: str, code: str) -> None:
    assert code in await desk.codes(query)
    assert desk.reader.statements == []


async def test_the_cost_follows_variables(desk: Desk) -> None:
    query = """query ($n: Int = 1) { organizations(first: $n) { nodes { accounts(first: $n) { nodes {
        statement(first: $n) { nodes { position } } } } } } }"""
    assert await desk.codes(query) == []
    assert await desk.codes(query, n=100) == ["COST_EXCEEDED"]


async def test_more_fields_than_one_call_can_take(desk: Desk) -> None:
    names = [
        "position", "effective", "at", "kind", "mode", "leafHash", "state", "breachCount", "organizationKey", "actor",
        "command", "leaf",
    ]  # fmt: skip
    fields = [*names, *(f"a{n}: position" for n in range(28)), "id", "__typename", "evidence(first: 1) { totalCount }",
              "deliveries(first: 1) { totalCount }", "organization { name }", "corrects { id }", "correctedBy { id }",
              "breaches { code }", "postings(first: 1) { totalCount }"]  # fmt: skip
    entry = (await desk.data(f"{{ entry(position: 3) {{ {' '.join(fields)} }} }}"))["entry"]
    assert list(entry) == [item.split(":")[0].split("(")[0].split(" ")[0] for item in fields]


async def test_faults_are_masked_and_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.reader.reader = None
    result = await desk.ask("{ head { size } }")
    error = result.errors[0]
    assert error.extensions["code"] == "INTERNAL_SERVER_ERROR"
    assert error.extensions["errorId"] in caplog.text
    assert "NoneType" not in error.message


# ---------------------------------------------------------------- who sees what


@pytest.mark.parametrize(
    "path",
    [
        "beneficiaries(first: 1) { totalCount }",
        "importDecisions(first: 1) { nodes { id } }",
        "deliveries(first: 1) { totalCount }",
        "evidence(first: 1) { totalCount }",
        "entries(first: 1) { nodes { actor } }",
        'entries(first: 1, where: {actor: {eq: "key1"}}) { totalCount }',
        "entries(first: 1, where: {not: {or: [{command: {isNull: true}}]}}) { totalCount }",
        "organizations(first: 1) { nodes { beneficiaries(first: 1) { totalCount } } }",
        "flows(first: 1, where: {category: {isNull: true}}) { totalCount }",
    ],
)
async def test_the_public_is_refused(desk: Desk, path: str) -> None:
    assert await desk.codes(f"{{ {path} }}", PUBLIC) == ["UNAUTHENTICATED"]
    assert desk.reader.statements == []


async def test_node_refuses_as_every_other_path_does(desk: Desk) -> None:
    query = "query ($id: ID!) { node(id: $id) { id } }"
    assert await desk.codes(query, PUBLIC, id=global_id("Beneficiary", "main", "b1-0")) == ["UNAUTHENTICATED"]
    officer = Principal(Role.OFFICER, organization="org2")
    assert await desk.data(query, officer, id=global_id("Beneficiary", "main", "b1-0")) == {"node": None}


@pytest.mark.parametrize("name", PRINCIPALS)
async def test_leaves_are_shown_where_policy_allows(desk: Desk, name: str) -> None:
    nodes = (
        await desk.data(
            "{ entries(first: 100) { nodes { kind leaf leafHash organization { key regionCode } } } }", PRINCIPALS[name]
        )
    )["entries"]["nodes"]
    for node in nodes:
        owner = node["organization"] or {"key": None, "regionCode": None}
        allowed = {
            "officer": owner["key"] == "org1", "supervisor": (owner["regionCode"] or "")[:2] == "42",
            "public": False,
        }.get(name, True)  # fmt: skip
        assert (node["leaf"] is not None) == (allowed or node["kind"] in {"ACCOUNT_OPENED", "DONATION"})


@pytest.mark.parametrize("name", PRINCIPALS)
async def test_custody_is_for_those_whose_it_is(desk: Desk, name: str) -> None:
    found = (
        await desk.data("{ accounts(first: 100) { totalCount nodes { book organizationKey } } }", PRINCIPALS[name])
    )["accounts"]
    custody = {node["organizationKey"] for node in found["nodes"] if node["book"] == "CUSTODY"}
    expected = {"officer": {"org1"}, "supervisor": {"org1", "org2", "org3"}, "public": set()}.get(
        name, {f"org{n}" for n in range(6)}
    )
    assert custody == expected
    assert found["totalCount"] == len(found["nodes"]) == 18 + len(expected)


async def test_a_field_seen_on_some_rows_neither_filters_nor_orders_the_others(desk: Desk) -> None:
    officer = PRINCIPALS["officer"]
    query = (
        '{ entries(first: 100, where: {actor: {startsWith: "key"}}) { totalCount nodes { organizationKey actor } } }'
    )
    found = (await desk.data(query, officer))["entries"]
    assert found["totalCount"] == len(found["nodes"]) > 0
    assert {node["organizationKey"] for node in found["nodes"]} == {"org1"}
    every = (await desk.data("{ entries(first: 100) { nodes { organizationKey actor } } }", officer))["entries"][
        "nodes"
    ]
    assert all((node["actor"] is not None) == (node["organizationKey"] == "org1") for node in every)
