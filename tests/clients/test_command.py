"""The command line: exit codes, data on stdout, both languages, JSON of one shape."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from clients.auditor import command, messages, verify_command
from clients.auditor.reports import EXITS, SCHEMA
from tests.clients.books import Book, small
from tests.clients.serving import TOKEN, Memory, application, served

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "clients/auditor"


@pytest.fixture(scope="module")
def clean() -> Iterator[str]:
    """The address of a server whose book is right."""
    with served(application(Memory(small()))) as address:
        yield address


@pytest.fixture(scope="module")
def spoilt() -> Iterator[str]:
    """The address of a server with a wrong total."""
    book = small()
    next(row for row in book.tables["account"] if row["id"] == "relief")["total_in"] += 1
    with served(application(Memory(book))) as address:
        yield address


def run(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(command.cli, arguments)


def test_verified(clean: str) -> None:
    result = run("verify", clean, "--token", TOKEN, "--lang", "en")
    assert result.exit_code == 0
    assert result.stdout.startswith("Verified: all 63 entries (0 to 62) decided again")
    assert not result.stderr


def test_a_wrong_figure_is_named_in_one_sentence(spoilt: str) -> None:
    english = run("verify", spoilt, "--token", TOKEN, "--lang", "en")
    chinese = run("verify", spoilt, "--token", TOKEN, "--lang", "zh")
    assert english.exit_code == chinese.exit_code == 5
    assert "Position 7: total_in of account should be 57000 and is 57001." in english.stdout
    assert "第 7 条:account 的 total_in 应为 57000,实为 57001。" in chinese.stdout


def test_a_token_may_stand_in_a_file(clean: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert run("verify", clean, "--token", str(file)).exit_code == 0
    assert run("verify", clean).exit_code == 3


@pytest.mark.parametrize("extra", [[], ["--no-projections"], ["--journal", "nowhere"], ["--key", "x"]])
def test_json_has_one_shape(extra: list[str], clean: str, spoilt: str) -> None:
    for address in (clean, spoilt):
        result = run("verify", address, "--token", TOKEN, "--json", *extra)
        report: dict[str, Any] = orjson.loads(result.stdout)
        assert list(report) == [
            "schema", "ok", "verdict", "exit", "sentence", "source", "origin", "key", "checkpoint",
            "witnesses", "checked",
            "first_divergence", "findings", "finding_count", "undecided", "notes",
        ]  # fmt: skip
        assert report["schema"] == SCHEMA
        assert report["exit"] == result.exit_code == EXITS[report["verdict"]]
        assert report["ok"] == (report["verdict"] == "verified")
        assert list(report["checked"]) == ["entries", "from", "to", "rows", "tables"]
        first = report["first_divergence"]
        assert first is None or list(first) == ["position", "field", "expected", "actual", "source"]
        assert (first is None) == (not report["findings"])


def test_an_archive_is_written_and_verified(clean: str, tmp_path: Path) -> None:
    path = str(tmp_path / "journal.zip")
    assert run("bundle", clean, "-o", path, "--token", TOKEN, "--lang", "en").stdout.startswith("Written: ")
    again = run("bundle", clean, "-o", path, "--token", TOKEN, "--lang", "en")
    assert (again.exit_code, again.stdout) == (2, "")
    assert "--force" in again.stderr
    assert run("bundle", clean, "-o", path, "--token", TOKEN, "--force", "--json").exit_code == 0
    assert run("verify", path).exit_code == 0
    assert run("verify", path, "--key", Book().key).exit_code == 0


def test_no_server_and_no_file(tmp_path: Path) -> None:
    assert run("verify", "/nowhere/at/all.zip").exit_code == 3
    assert run("verify", "ftp://x").exit_code == 3
    assert run("bundle", "ftp://x", "-o", str(tmp_path / "never.zip")).exit_code == 3
    assert run("verify", "http://127.0.0.1:9", "--known", "/nowhere/at/all").exit_code == 3


def test_usage_is_exit_2() -> None:
    assert run("verify").exit_code == 2
    assert run("verify", "x", "--lang", "fr").exit_code == 2


@pytest.mark.parametrize(("arguments", "code"), [(["verify"], 2), (["verify", "/nowhere.zip"], 3), (["--help"], 0)])
def test_as_a_program(arguments: list[str], code: int) -> None:
    environment = {**os.environ, "LANG": "zh_CN.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}
    done = subprocess.run(
        [sys.executable, "-m", "clients.auditor.command", *arguments], cwd=ROOT, env=environment, check=False,
        capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    assert done.returncode == code
    assert code != 3 or done.stdout.startswith("无法判定(不等于没有问题)")


def test_a_fault_of_our_own_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_command, "verify", None)
    monkeypatch.setattr(sys, "argv", ["mingzhang-audit", "verify", "http://127.0.0.1:9"])
    with pytest.raises(SystemExit) as caught:
        command.main()
    assert caught.value.code == 3


# ------------------------------------------------------------------------------------------- words


def test_both_languages_have_the_same_sentences_with_the_same_facts() -> None:
    assert messages.EN.keys() == messages.ZH.keys()
    for code, sentence in messages.EN.items():
        assert set(re.findall(r"\{(\w+)\}", sentence)) == set(re.findall(r"\{(\w+)\}", messages.ZH[code])), code


def test_every_sentence_is_used_and_every_use_has_one() -> None:
    text = "".join(path.read_text("utf-8") for path in SOURCES.glob("*.py") if path.name != "messages.py")
    text += (SOURCES / "messages.py").read_text("utf-8").split("CATALOGUE", 1)[1]
    used = set(re.findall(r'"([a-z_0-9]+)"', text)) | {f"verdict_{word.replace('-', '_')}" for word in EXITS}
    assert not [code for code in messages.EN if code not in used]
    raised = set(re.findall(r'UndecidableError\(\s*"(\w+)"', text))
    assert raised <= messages.EN.keys()
