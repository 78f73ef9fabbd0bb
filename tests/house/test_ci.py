"""`.ci/run` and the check of the main job beside it, seen to pass and to fail on a small server of one's own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from tests.house.source import ROOT

JOB = ROOT / ".ci" / "main_job.py"
SERVER = """
import http.server, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"data": {"__typename": "Query"}}')
try:
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[-1])), Page).serve_forever()
except KeyboardInterrupt:
    sys.exit(int(sys.argv[1]))
"""


@pytest.fixture
def job() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("main_job", JOB)
    assert spec is not None, "the path ends in .py"
    assert spec.loader is not None, "a file has a loader"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _run(tmp_path: Path, command: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "server.py").write_text(SERVER, encoding="utf-8")
    work = tmp_path / "work"
    work.mkdir()
    words = [sys.executable, str(JOB), f"true && {sys.executable} {tmp_path}/{command}", str(work)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_ci_run_is_a_program() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=False).returncode == 0


def test_a_job_that_answers_and_stops_passes(tmp_path: Path) -> None:
    done = _run(tmp_path, "server.py 0")
    assert (done.returncode, done.stdout.splitlines()[1:]) == (0, ["stopped by SIGINT, and left no process behind"])


def test_a_job_that_ends_badly_is_seen(tmp_path: Path) -> None:
    done = _run(tmp_path, "server.py 3")
    assert done.returncode == 1
    assert "ended with status 3 after SIGINT" in done.stderr


def test_a_job_that_never_answers_is_seen(tmp_path: Path) -> None:
    done = _run(tmp_path, "absent.py")
    assert done.returncode == 1
    assert "before answer to a GraphQL query" in done.stderr


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="only Linux shows a process's directory")
def test_a_process_left_behind_is_seen(tmp_path: Path, job: ModuleType) -> None:
    sleeper = subprocess.Popen(["sleep", "30"], cwd=tmp_path)
    try:
        for _ in range(100):  # between fork and exec a process has no command line yet
            if job.left_behind(tmp_path) == [f"{sleeper.pid}: sleep 30"]:
                break
            time.sleep(0.02)
        assert job.left_behind(tmp_path) == [f"{sleeper.pid}: sleep 30"]
    finally:
        sleeper.kill()
        sleeper.wait()
    assert job.left_behind(tmp_path) == []
