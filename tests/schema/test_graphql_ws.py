"""The npm package `graphql-ws`, whose authors wrote the protocol, as a client of ours."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from db.pools import Database
from tests.schema.following import PATIENCE, listening
from tests.schema.serving import Site, site
from tests.schema.test_subscriptions import give

PACKAGES = ("graphql-ws@6.4.2", "ws@8.23.0", "graphql@17.1.0")
SCRIPT = """
const {createClient} = require("graphql-ws");
const {WebSocket} = require("ws");
const [url, token, after, count] = process.argv.slice(1);
const say = (value) => console.log(JSON.stringify(value));
const client = createClient({
  url, webSocketImpl: WebSocket, retryAttempts: 0, lazy: false,
  connectionParams: {authorization: `Bearer ${token}`},
  on: {closed: (event) => say({closed: event.code}), connected: () => say({connected: true})},
});
const ask = (query, variables) => client.iterate({query, variables});
(async () => {
  let left = Number(count);
  const query = "subscription ($after: BigInt) { entries(after: $after) { position kind } }";
  for await (const event of ask(query, {after})) { say(event); if (--left === 0) break; }
  try { for await (const event of ask("subscription { secrets }")) say(event); }
  catch (errors) { say({refused: errors[0].extensions.code}); }
  try { for await (const event of ask("{ head { size } }")) say(event); }
  catch (errors) { say({refused: errors[0].extensions.code}); }
  await client.dispose();
})().catch((event) => say({failed: event.code ?? String(event)}));
"""


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where node finds the packages, fetched into a folder that goes with the test; skip where there is none."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("graphql-ws runs in node and comes by npm, which are not here")
    place = tmp_path_factory.mktemp("npm")
    asked = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(place), *PACKAGES]
    try:
        subprocess.run(asked, check=True, capture_output=True, timeout=90)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("graphql-ws is fetched by npm, which reaches no registry here")
    return place / "node_modules"


async def told(modules: Path, *arguments: str) -> list[dict[str, Any]]:
    """What the client told, line by line."""
    script = await asyncio.create_subprocess_exec(
        "node", "-e", SCRIPT, *arguments,
        env={**os.environ, "NODE_PATH": str(modules)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(script.communicate(), 2 * PATIENCE)
    return [orjson.loads(line) for line in out.splitlines()]


async def served_to_node(served: Site, address: str, modules: Path) -> None:
    """What the client hears from the first entry on, of what is refused, and of its end."""
    size = int((await served.data("{ head { size } }"))["head"]["size"])
    lines = await told(modules, address, served.tokens["auditor"], "-1", str(size))
    events = [line for line in lines if "data" in line]
    assert [event["data"]["entries"]["position"] for event in events] == [str(n) for n in range(size)]
    assert [line for line in lines if "data" not in line] == [
        {"connected": True}, {"refused": "GRAPHQL_VALIDATION_FAILED"}, {"refused": "BAD_USER_INPUT"}, {"closed": 1000},
    ]  # fmt: skip


async def test_the_client_of_npm(fresh_database: Database, tmp_path: Path, modules: Path) -> None:
    async with site(fresh_database, tmp_path / "data") as served, listening(served.platform) as address:
        await served_to_node(served, address, modules)
        (new,) = await give(served)
        (event,) = [line for line in await told(modules, address, served.tokens["auditor"], str(int(new) - 1), "1")
                    if "data" in line]  # fmt: skip
        assert event["extensions"]["resume"] == new
        assert {"closed": 4403} in await told(modules, address, "mz_unknown", "-1", "1")
