"""Verification against the least that anyone must do with the same leaves: SHA-256 of each, and one JSON parse of each.

    python -m tests.benchmarks.bench_verify                 100,000 entries
    python -m tests.benchmarks.bench_verify 1000000         a million (the archive alone takes some minutes to make)

Three ways over one archive, each in a process of its own on all cores: `bytes` (bytes, chain and tree), `leaves` (every
decision besides) and `full` (every served table besides).  Ratios are taken in one run, so that
they hold on a busy machine; the peak of memory is that of the process and of its workers together.
"""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import orjson

from clients.auditor.archive import Archive
from clients.auditor.verification import Options, verify
from clients.auditor.walk import Pace
from ledger import tiles
from tests.benchmarks.big_archive import write

ENTRIES = 100_000
WAYS = {"bytes": 6, "leaves": 6, "full": 0}
"""What is measured, with its exit code."""


def leaves_of(path: Path) -> list[bytes]:
    """The leaves of an archive, a tenth of a million at most."""
    found: list[bytes] = []
    with closing(Archive(path)) as archive:
        size = json.loads(archive.resource("manifest.json") or b"")["size"]
        for bundle in tiles.new_bundles(0, min(size, ENTRIES)):
            body = archive.resource(str(bundle)) or archive.resource(str(tiles.Bundle(bundle.index)))
            found += tiles.decode_bundle(body or b"")
    return found


def bare(leaves: list[bytes]) -> dict[str, float]:
    """Leaves per second of one core that hashes, and of one that parses."""
    start = time.perf_counter()
    for leaf in leaves:
        sha256(b"\0" + leaf).digest()
    middle = time.perf_counter()
    for leaf in leaves:
        orjson.loads(leaf)
    end = time.perf_counter()
    return {"sha256": len(leaves) / (middle - start), "orjson_parse": len(leaves) / (end - middle)}


def resident(process: int | str) -> float:
    """The most memory that a process has had, in megabytes; 0 where nobody says."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def one_way(path: Path, way: str, jobs: int | None = None) -> dict[str, float]:
    """Verify an archive in this process, and measure it."""
    peaks: dict[int, float] = {}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            for child in multiprocessing.active_children():
                peaks[child.pid or 0] = max(resident(child.pid or 0), peaks.get(child.pid or 0, 0.0))

    watching = threading.Thread(target=watch)
    watching.start()
    options = Options(projections=way == "full", pace=Pace(jobs, replay=way != "bytes"))
    start = time.perf_counter()
    with closing(Archive(path)) as archive:
        report = verify(archive, "archive", options)
    seconds = time.perf_counter() - start
    done.set()
    watching.join()
    assert report.exit == WAYS[way], report.as_text("en")
    own = resident("self")
    return {"per_second": report.entries / seconds, "megabytes": own + sum(peaks.values()), "parent_megabytes": own}


def measured(entries: int = ENTRIES) -> dict[str, object]:
    """Every way's figures, and what it costs in times of the bare ones."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.zip"
        write(path, entries, Path(folder))
        least = bare(leaves_of(path))
        found: dict[str, object] = {"entries": entries, **{name: round(value) for name, value in least.items()}}
        for way in WAYS:
            asked = [sys.executable, "-m", "tests.benchmarks.bench_verify", "--one", str(path), way]
            figures = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
            times = {f"times_{name}": round(value / figures["per_second"], 2) for name, value in least.items()}
            found[way] = {name: round(value) for name, value in figures.items()} | times
    return found


def main() -> None:
    """Print the figures as JSON."""
    if sys.argv[1:2] == ["--one"]:
        sys.stdout.write(json.dumps(one_way(Path(sys.argv[2]), sys.argv[3])))
        return
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    sys.stdout.write(json.dumps(measured(entries), indent=2) + "\n")


if __name__ == "__main__":
    main()
