"""The contract and the server as the instruments of others see them: graphql-http, graphql-eslint, Relay, inspector."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from graphql import GraphQLNonNull, GraphQLObjectType, GraphQLSchema, build_schema, get_named_type, parse, validate

from db.pools import Database
from schema.asgi import trusted
from tests.schema.independent import CONTRACT, HERE, installed, listening, run, told
from tests.schema.serving import Site, site

AUDITS = 61


@pytest.fixture(scope="module")
def instruments() -> Path:
    """Where the instruments are."""
    return installed()


@pytest.fixture(scope="module")
def contract() -> GraphQLSchema:
    """The contract as everyone reads it."""
    return build_schema(CONTRACT.read_text("utf-8"))


@pytest.fixture
async def desk(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """A journal with nothing in it but its opening."""
    async with site(fresh_database, tmp_path / "data", world=False, publish=False) as made:
        yield made


async def test_graphql_over_http_audits(desk: Site, instruments: Path) -> None:
    """Every audit is passed: none fails, none warns."""
    script = instruments / "audits.mjs"
    script.write_bytes((HERE / "audits.mjs").read_bytes())
    async with listening(desk.platform) as address:
        printed = await asyncio.to_thread(
            run, instruments, "node", script, SERVER=f"{address}graphql", TOKEN=desk.tokens["auditor"]
        )
    results = json.loads(printed)
    assert [each for each in results if each["status"] != "ok"] == []
    assert len(results) == AUDITS


def test_graphql_eslint_finds_nothing(instruments: Path, tmp_path: Path) -> None:
    """Its recommended schema rules and its Relay rules; the configuration gives each exception its reason."""
    (instruments / "eslint.config.mjs").write_bytes((HERE / "eslint.config.mjs").read_bytes())
    place = instruments / f"{tmp_path.name}.graphql"
    place.write_bytes(CONTRACT.read_bytes())
    try:
        run(instruments, "node", "node_modules/eslint/bin/eslint.js", "--max-warnings", "0", place, CONTRACT=str(place))
    finally:
        place.unlink()


def test_what_has_an_id_is_a_node_and_no_other(contract: GraphQLSchema) -> None:
    """What the linter is told to pass over as a value has no id, and no list of it is asked for by id."""
    objects = [kind for kind in contract.type_map.values() if isinstance(kind, GraphQLObjectType)]
    for kind in objects:
        is_node = any(each.name == "Node" for each in kind.interfaces)
        field = kind.fields.get("id")
        has_id = (
            field is not None and isinstance(field.type, GraphQLNonNull) and get_named_type(field.type).name == "ID"
        )
        assert is_node == has_id or kind.name in OWN_IDS, kind.name


OWN_IDS = frozenset({"ApiToken"})
"""Types whose id is no global one: a token is nobody's object, and `node` answers none."""


def documents(contract: GraphQLSchema) -> dict[str, str]:
    """A Relay module for every connection below Query: a query that pages, and a fragment that it spreads."""
    found = {}
    assert contract.query_type is not None
    for name, field in contract.query_type.fields.items():
        kind = get_named_type(field.type)
        if not kind.name.endswith("Connection") or any(
            isinstance(argument.type, GraphQLNonNull) for argument in field.args.values()
        ):
            continue
        node = kind.name.removesuffix("Connection")
        found[name] = (
            'import {graphql} from "relay-runtime";\n'
            f"graphql`query {name}Query($first: Int!, $after: String) {{ {name}(first: $first, after: $after) {{ "
            f"edges {{ cursor node {{ __typename ...{name}_row }} }} pageInfo {{ hasNextPage endCursor }} }} }}`;\n"
            f"graphql`fragment {name}_row on {node} {{ __typename }}`;\n"
        )
    return found


def test_relay_compiler(instruments: Path, contract: GraphQLSchema, tmp_path: Path) -> None:
    """Every connection compiles, and the manifest that Relay persists is one that the server trusts as it is."""
    modules = documents(contract)
    assert len(modules) > 5
    for folder in ("src", "artifacts"):
        (tmp_path / folder).mkdir()
    for name, text in modules.items():
        (tmp_path / "src" / f"{name}.js").write_text(text, "utf-8")
    chosen = {
        "src": "./src", "schema": "./contract.graphql", "language": "javascript", "artifactDirectory": "./artifacts",
        "persistConfig": {"file": "./manifest.json", "algorithm": "SHA256"},
    }  # fmt: skip
    (tmp_path / "contract.graphql").write_bytes(CONTRACT.read_bytes())
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "relay.config.json").write_text(json.dumps(chosen))
    printed = run(tmp_path, "node", instruments / "node_modules/relay-compiler/cli.js", "relay.config.json")
    assert "Compilation completed" in printed
    assert len(list((tmp_path / "artifacts").iterdir())) == 2 * len(modules)
    known = trusted.load(tmp_path, [tmp_path / "manifest.json"])
    assert len(known) == len(modules)
    for text in known.values():
        assert validate(contract, parse(text)) == []


def declared() -> Counter[str]:
    """The breaking changes that are meant; each has a reason."""
    lines = (HERE / "breaking.txt").read_text("utf-8").splitlines()
    found: Counter[str] = Counter()
    for line in lines:
        if line and not line.startswith("#"):
            change, _, reason = line.partition(" | ")
            assert len(reason) > 14, f"a breaking change without a reason: {line}"
            found[change] += 1
    return found


def breaking(instruments: Path, old: Path, new: Path) -> Counter[str]:
    """The breaking changes between two contracts."""
    command = instruments / "node_modules/.bin/graphql-inspector"
    printed = told(instruments, (command, "diff", old, new), (0, 1))
    assert re.search(r"No changes detected|Detected the following changes", printed), printed
    return Counter(line.split("✖", 1)[1].strip() for line in printed.splitlines() if "✖" in line)


def test_nothing_breaks_undeclared(instruments: Path) -> None:
    """Whoever has written against the last release's contract goes on; what is taken away is declared, and why."""
    assert breaking(instruments, HERE / "released.graphql", CONTRACT) == declared()


def test_the_inspector_sees_what_is_taken_away(instruments: Path, tmp_path: Path) -> None:
    """The test above is no test unless it fails where it should."""
    text = CONTRACT.read_text("utf-8")
    less = text.replace("  size: BigInt!\n", "  bulk: BigInt!\n", 1)
    assert less != text
    (tmp_path / "less.graphql").write_text(less, "utf-8")
    found = breaking(instruments, CONTRACT, tmp_path / "less.graphql")
    assert sum(found.values()) == 1, found
