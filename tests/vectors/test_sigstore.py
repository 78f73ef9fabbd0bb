"""Canonical JSON as npm's `@sigstore/core` writes it (Sigstore signs by it): the same bytes inside the profile."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from ledger import canonical
from tests.clients.books import small

PACKAGE = "@sigstore/core@3.2.1"
SCRIPT = """
const {json} = require("@sigstore/core");
const lines = require("fs").readFileSync(0, "utf8").split("\\n").slice(0, -1);
for (const line of lines) console.log(json.canonicalize(JSON.parse(line)));
"""
PIECES = "aZ0 \"\\/<>&'\u007f\u0080é明账𝄞\u2028\u2029\ufeff\ue000" + "".join(map(chr, range(32)))
SEED, COUNT = 3, 2_000


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where node finds the package: where `.ci/run` put it, else fetched; skip where there is none."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("@sigstore/core runs in node and comes by npm, which are not here")
    for folder in os.environ.get("NODE_PATH", "").split(os.pathsep):
        if folder and (Path(folder) / "@sigstore/core/package.json").exists():
            return Path(folder)
    place = tmp_path_factory.mktemp("npm")
    asked = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(place), PACKAGE]
    try:
        subprocess.run(asked, check=True, capture_output=True, timeout=60)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("@sigstore/core is fetched by npm, which reaches no registry here")
    return place / "node_modules"


def text(chance: random.Random) -> str:
    """Some text in normalization form C, with whatever printers disagree about."""
    made = "".join(chance.choices(PIECES, k=chance.randrange(12)))
    return unicodedata.ucd_3_2_0.normalize("NFC", made)


def value(chance: random.Random, depth: int = 0) -> Any:  # noqa: ANN401 -- any JSON of the profile
    """A random value of the profile."""
    kind = chance.randrange(6 if depth < 4 else 4)
    if kind == 4:
        return [value(chance, depth + 1) for _ in range(chance.randrange(5))]
    if kind == 5:
        return entry(chance, depth)
    whole = chance.choice([0, 1, -1, chance.randrange(2**53), -chance.randrange(2**53)])
    return [text(chance), whole, chance.random() < 0.5, str(chance.randrange(2**63))][kind]


def entry(chance: random.Random, depth: int = 0) -> dict[str, Any]:
    """A random object, whose keys are ASCII (those of digits too, which node would put first)."""
    keys = ["".join(chance.choices('aAbZz_10-$"\\ ~\t', k=chance.randrange(6))) for _ in range(chance.randrange(8))]
    return {key: value(chance, depth + 1) for key in keys}


def test_sigstore_writes_the_same_bytes(modules: Path) -> None:
    chance = random.Random(SEED)
    documents = [entry(chance) for _ in range(COUNT)] + [json.loads(leaf) for leaf in small().leaves]
    asked = "".join(json.dumps(document) + "\n" for document in documents)
    run = subprocess.run(
        ["node", "-e", SCRIPT], input=asked.encode(), capture_output=True, check=True, timeout=60,
        env={**os.environ, "NODE_PATH": str(modules)},
    )  # fmt: skip
    printed = run.stdout.split(b"\n")[:-1]
    assert printed == [canonical.canonical(document) for document in documents]
    assert len(printed) == COUNT + len(small().leaves)
