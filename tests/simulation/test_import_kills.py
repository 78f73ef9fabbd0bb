"""`kill -9` in the middle of an import, again and again: the same command finishes it, and nothing is there twice."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from ledger.regions import regions_of
from ledger.replay import Replay
from schema.asgi.composition import opened
from schema.asgi.settings import settings_of
from tests.resolvers.import_books import CODE, listed

ROWS = 6_000
MOMENTS = (1.5, 2.5, 3.2, 4.0)
"""Seconds after which the importing process is killed."""


def command(data: Path, files: list[Path], *more: str) -> list[str]:
    """The operator's command line."""
    program = [sys.executable, "-m", "schema.asgi.command", "import", "donations", *map(str, files)]
    return [*program, "--data", str(data), "--organization", CODE, *more]


def kill_again_and_again(data: Path, files: list[Path]) -> dict[str, Any]:
    """Begin the import and kill it, several times; then let it finish, and return its report."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    for moment in MOMENTS:
        process = subprocess.Popen(
            command(data, files), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(moment)
        process.kill()
        process.wait()
    last = command(data, files, "--json")
    done = subprocess.run(last, env=environment, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    report: dict[str, Any] = json.loads(done.stdout)
    return report


async def test_a_killed_import_is_finished_by_the_same_command(tmp_path: Path) -> None:
    data, files = tmp_path / "data", [tmp_path / "first.csv", tmp_path / "second.csv"]
    for n, path in enumerate(files):
        path.write_bytes(listed(ROWS // 2, start=1 + n))
    report = await asyncio.to_thread(kill_again_and_again, data, files)
    assert all(refused["reason"] == "IMPORTED_BEFORE" for refused in report["refused"])
    assert report["accepted"]["rows"] + sum(refused["rows"] for refused in report["refused"]) == ROWS
    async with opened(settings_of({}, data=data), publish=False) as platform:
        replay = Replay()
        content = await platform.reader.fetchval("select content from reference_list where name = 'regions'")
        replay.state.regions.load(*regions_of(orjson.loads(content)))
        rows: Counter[tuple[str, int]] = Counter()
        for line in await platform.reader.fetch("select leaf from leaf order by position"):
            document, _ = replay.step(line["leaf"])
            if document["type"] == "donation":
                rows[document["data"]["batch"], document["data"]["row"]] += 1
        assert len(rows) == ROWS
        assert set(rows.values()) == {1}
        assert all(batch.closed is not None for batch in replay.state.batches.values())
        assert replay.state.accounts[f"{CODE.lower()}-bank"].balance == sum(
            100 * (n + start) for start in (1, 2) for n in range(ROWS // 2)
        )
