"""The tools that check the whole house, run by `pytest`, so that one command checks everything.

Each runs as a reader would run it from the root, and each is shown a bad example under the same configuration.
These take seconds, not milliseconds; they are the only tests outside simulation/ and the demo that do.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import PACKAGES, ROOT, sources, tracked

CONFIG = str(ROOT / "pyproject.toml")
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def run(*command: str, cwd: Path = ROOT, stdin: str | None = None) -> tuple[int, str]:
    """Run `python command…` and return its exit status and all it said, without colour."""
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "ignore", "TERM": "dumb", "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, *command], cwd=cwd, input=stdin, capture_output=True, text=True, env=environment, check=False
    )
    return done.returncode, done.stdout + done.stderr


def expect_clean(name: str, status: int, said: str) -> None:
    """Fail with what the tool said, and nothing of ours around it."""
    if status != 0:
        pytest.fail(f"{name} found fault:\n{said}", pytrace=False)


def existing() -> list[str]:
    """The five packages as far as they have any Python yet, in the order of the stair."""
    return [package for package in PACKAGES if sources(package)]


def test_ruff_check() -> None:
    expect_clean("ruff check", *run("-m", "ruff", "check", "--output-format", "concise", "."))


def test_ruff_format() -> None:
    expect_clean("ruff format --check", *run("-m", "ruff", "format", "--check", "."))


def test_mypy_strict() -> None:
    expect_clean("mypy --strict", *run("-m", "mypy", "--strict", *existing(), "tests", ".ci/main_job.py"))


def test_import_linter() -> None:
    expect_clean("lint-imports", *run("-c", LINT_IMPORTS, "--no-cache"))


def test_sqlfluff() -> None:
    # structure.sql is printed by PostgreSQL, not written; the migrated database is compared with it elsewhere.
    files = [name for name in tracked() if re.fullmatch(r"db/(?!structure\.sql$).*\.sql", name)]
    assert files, "db/ has no SQL files"
    expect_clean("sqlfluff lint", *run("-m", "sqlfluff", "lint", "--disable-progress-bar", *files))


# ---------------------------------------------------------------- each tool, seen to fail


@pytest.mark.parametrize("text", ["import os\n", "def f(x):\n    return x\n", '"""X."""\n\nfrom x import *\n'])
def test_ruff_sees_a_fault(text: str) -> None:
    status, said = run("-m", "ruff", "check", "--config", CONFIG, "--stdin-filename", "db/x.py", "-", stdin=text)
    assert status == 1, said


def test_ruff_format_sees_a_fault() -> None:
    command = ["-m", "ruff", "format", "--check", "--config", CONFIG, "--stdin-filename", "db/x.py", "-"]
    status, said = run(*command, stdin="x = {  'a':1 }\n")
    assert status == 1, said


def test_mypy_sees_a_fault(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("def f(x):\n    return x\n", encoding="utf-8")
    status, said = run(
        "-m", "mypy", "--config-file", CONFIG, "--strict", "--cache-dir", os.devnull, "x.py", cwd=tmp_path
    )
    assert status == 1, said
    assert "no-untyped-def" in said


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("ledger/x.py", "import os\n"),
        ("ledger/x.py", "import db\n"),
        ("db/x.py", "import resolvers\n"),
        ("resolvers/x.py", "import schema\n"),
        ("resolvers/x.py", "import asyncpg\n"),
        ("db/x.py", "import graphql\n"),
        ("clients/x.py", "import db\n"),
        ("schema/x.py", "import clients\n"),
    ],
)
def test_import_linter_sees_a_step_upwards(tmp_path: Path, module: str, text: str) -> None:
    shutil.copy(CONFIG, tmp_path)
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / module).write_text(text, encoding="utf-8")
    status, said = run("-c", LINT_IMPORTS, "--no-cache", cwd=tmp_path)
    assert status == 1, said
    assert "BROKEN" in said


def test_sqlfluff_sees_a_fault() -> None:
    status, said = run("-m", "sqlfluff", "lint", "--disable-progress-bar", "-", stdin="SELECT a from t;\n")
    assert status == 1, said
    assert "CP01" in said
