"""Other people's tools, where this machine has them: torchwood's litewitness and Tessera's fsck, both written in Go.

go install filippo.io/torchwood/cmd/litewitness@v0.9.0
go install github.com/transparency-dev/tessera/cmd/fsck@v1.0.4
"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import merkle, notes
from ledger.notes import Verifier

TESSERA = b"transparency-dev/tessera"
SCHEMA = """
create table if not exists log (origin text primary key, tree_size integer not null, tree_hash text not null);
create table if not exists key (
    origin text not null, key text not null, foreign key (origin) references log (origin)
);
"""
"""litewitness's own; its command that adds logs needs a module which the registry does not serve."""


def tool(name: str, sign: bytes = b"") -> str:
    """Where a tool is whose file contains a sign (every system has another fsck); skips the test where it is not."""
    folders = [*os.environ.get("PATH", "").split(os.pathsep), str(Path.home() / "go/bin")]
    for found in (shutil.which(name, path=folder) for folder in folders if folder):
        if found is not None and sign in Path(found).read_bytes():
            return found
    pytest.skip("a foreign tool is not on this machine: litewitness, ssh-agent, ssh-add or Tessera's fsck")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def wait_for(ready: object, process: subprocess.Popen[bytes], port: int | None = None) -> None:
    """Wait until a file exists, or a port answers."""
    for _ in range(200):
        assert process.poll() is None, process.args
        if isinstance(ready, Path) and ready.exists():
            return
        if port is not None:
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", port)) == 0:
                    return
        time.sleep(0.02)
    raise AssertionError(process.args)


@contextmanager
def started(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block."""
    log = subprocess.DEVNULL
    with subprocess.Popen(arguments, env={**os.environ, **environment}, stdout=log, stderr=log) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def litewitness(folder: Path, name: str, log: Verifier) -> Iterator[tuple[Verifier, str]]:
    """A litewitness that follows one log, and its `URL VKEY`; it listens on the loopback alone."""
    programs = {name: tool(name) for name in ("litewitness", "ssh-agent", "ssh-add")}
    folder.mkdir()
    key = Ed25519PrivateKey.generate()
    verifier = Verifier(name, key.public_key().public_bytes_raw(), notes.COSIGNATURE_V1)
    form = serialization.PrivateFormat.OpenSSH
    pem = folder / "key.pem"
    pem.touch(0o600)
    pem.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    with closing(sqlite3.connect(folder / "witness.db")) as db, db:
        db.executescript(SCHEMA)
        db.execute("insert into log values (?, 0, ?)", (log.name, b64encode(merkle.EMPTY_ROOT).decode()))
        db.execute("insert into key values (?, ?)", (log.name, str(log)))
    agent, port = folder / "agent", free_port()
    with started(programs["ssh-agent"], "-D", "-a", str(agent)) as running:
        wait_for(agent, running)
        added = {**os.environ, "SSH_AUTH_SOCK": str(agent)}
        subprocess.run([programs["ssh-add"], "-q", str(pem)], env=added, check=True, timeout=10)
        options = (
            "-ssh-agent", str(agent), "-name", name, "-key", sha256(verifier.public).hexdigest(),
            "-db", str(folder / "witness.db"), "-listen", f"127.0.0.1:{port}",
        )  # fmt: skip
        with started(programs["litewitness"], *options) as process:
            wait_for(None, process, port)
            yield verifier, f"http://127.0.0.1:{port} {verifier}"


def fsck(base: str, key: Verifier, folder: Path, token: str = "") -> str:
    """Let Tessera's fsck walk a log; what it says, "" when it finds nothing wrong."""
    path = folder / "log.pub"
    path.write_text(str(key))
    options = ["-storage_url", base, "-public_key", str(path), "-ui=false", "-N", "2"]
    done = subprocess.run(
        [tool("fsck", TESSERA), *options, *(["-bearer_token", token] if token else [])],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return done.stderr.decode()
