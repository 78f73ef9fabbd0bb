"""Instruments of others: npm packages at the versions of `instruments/package-lock.json`, installed once a machine."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from schema.asgi.application import application
from schema.asgi.composition import Platform
from schema.asgi.ports import bound
from schema.asgi.serving import Server, address_of, configured

HERE = Path(__file__).with_name("instruments")
CONTRACT = Path(__file__).parents[2] / "schema" / "contract.graphql"
PATIENCE = 240


def installed() -> Path:
    """The folder with `node_modules`; skips where there is no node or no registry.

    It lies in the system's folder of temporary files, named by what is in it, and is put there in one piece.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("the instruments run in node and come by npm, which are not here")
    name = sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    place = Path(tempfile.gettempdir()) / f"mingzhang-instruments-{os.getuid()}-{name}"
    if place.is_dir():
        return place
    made = Path(tempfile.mkdtemp(prefix="mingzhang-npm-"))
    for source in HERE.glob("package*.json"):
        shutil.copy(source, made)
    try:
        run(made, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        shutil.rmtree(made)
        pytest.skip("the instruments are fetched by npm, which reaches no registry here")
    try:
        made.rename(place)
    except OSError:  # another process was quicker
        shutil.rmtree(made)
    return place


def run(place: Path, *command: str | Path, **environment: str) -> str:
    """Run a program in a folder; what it printed.  Raises `subprocess.CalledProcessError`, with that in it."""
    return told(place, command, (0,), environment)


def told(
    place: Path, command: Sequence[str | Path], good: tuple[int, ...], environment: Mapping[str, str] | None = None
) -> str:
    """The same, where other exit codes are good, too."""
    given = {**os.environ, "NO_COLOR": "1", **(environment or {})}
    done = subprocess.run(
        [str(part) for part in command], cwd=place, env=given, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=PATIENCE, text=True,
    )  # fmt: skip
    if done.returncode not in good:
        raise subprocess.CalledProcessError(done.returncode, command[0], done.stdout[-4000:])
    return done.stdout


@asynccontextmanager
async def listening(platform: Platform) -> AsyncIterator[str]:
    """Serve an opened installation as `mingzhang serve` does, at a free port of this machine; its address."""
    with bound("127.0.0.1", 0) as place:
        server = Server(configured(application(platform)))
        serving = asyncio.create_task(server.serve(sockets=[place]))
        while not server.started:  # noqa: ASYNC110 - uvicorn tells by this flag alone
            await asyncio.sleep(0.01)
        try:
            yield address_of(place)
        finally:
            server.should_exit = True
            await serving
