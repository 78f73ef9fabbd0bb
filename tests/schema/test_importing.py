"""`mingzhang import`: what an operator is told before anything is written, and how it ends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from schema.asgi.importing import donations, iati
from tests.resolvers.import_books import CODE, LIST


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A terminal that is none, without a database of its own."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return CliRunner()


def written(folder: Path, name: str, text: str) -> str:
    """A file for the command line."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_dry_run_on_a_fresh_machine_leaves_nothing(runner: CliRunner, tmp_path: Path) -> None:
    data = tmp_path / "data"
    given = [written(tmp_path, "gifts.csv", LIST), "--data", str(data), "--organization", CODE, "--dry-run", "--json"]
    done = runner.invoke(donations, given)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["accepted"] == {"rows": 5, "amount": "5002150.51"}
    assert report["entries"] == {"from": None, "to": None}
    assert not data.exists()


def test_problems_come_all_at_once_with_a_workbook_to_mend(runner: CliRunner, tmp_path: Path) -> None:
    bad = written(tmp_path, "bad.csv", "日期,捐赠人,金额\n2020-01-01,张三,1.005\n2020-01-02,李四,abc\n")
    report = tmp_path / "mend.xlsx"
    given = [bad, "--data", str(tmp_path / "data"), "--organization", CODE, "--dry-run", "--report", str(report)]
    done = runner.invoke(donations, [*given, "--lang", "zh"])
    assert done.exit_code == 1
    assert "bad.csv!C2" in done.stdout
    assert "bad.csv!C3" in done.stdout
    assert report.read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--organization", CODE[:-1] + "X"], "not a unified social credit code"),
        (["--organization", CODE, "--report", "x.xlsx"], "--report goes with --dry-run"),
        (["--organization", CODE, "--mapping", "nowhere.json"], "name a file that can be read"),
        ([], "--organization"),
    ],
)
def test_usage(runner: CliRunner, tmp_path: Path, more: list[str], said: str) -> None:
    done = runner.invoke(donations, [written(tmp_path, "gifts.csv", LIST), "--data", str(tmp_path / "data"), *more])
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert not (tmp_path / "data").exists()


def test_iati_says_what_it_would_book_and_refuses_what_is_none(runner: CliRunner, tmp_path: Path) -> None:
    good = written(
        tmp_path,
        "good.xml",
        '<iati-activities><iati-activity default-currency="EUR"><iati-identifier>A</iati-identifier>'
        "<transaction>"
        '<transaction-type code="3"/><transaction-date iso-date="2020-01-01"/><value>5</value></transaction>'
        "</iati-activity></iati-activities>",
    )
    done = runner.invoke(iati, [good, "--data", str(tmp_path / "data"), "--dry-run"])
    assert done.exit_code == 0, done.output
    assert "1 transactions would be booked: 5.00 EUR" in done.stdout
    assert "income not reported, booked as an opening: 5.00 EUR" in done.stdout
    bad = written(tmp_path, "bad.xml", "<html/>")
    refused = runner.invoke(iati, [bad, "--data", str(tmp_path / "data"), "--dry-run", "--json"])
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["refused"][0]["file"] == "bad.xml"


def promised(runner: CliRunner, command: click.Command) -> dict[str, list[str]]:
    """What the help says that `--json` prints: every name, and the names inside it."""
    text = runner.invoke(command, ["--help"]).stdout.split("--json prints")[1]
    lines = [line.split(None, 1) for line in text.split(":\n\n", 1)[1].splitlines() if line.strip()]
    return {name: re.findall(r"\w+", what) if "{" in what and ":" not in what else [] for name, what in lines}


def printed(runner: CliRunner, command: click.Command, given: list[str]) -> dict[str, Any]:
    """What it prints, and nothing else."""
    found: dict[str, Any] = json.loads(runner.invoke(command, [*given, "--json"]).stdout)
    return found


def agree(report: dict[str, Any], wanted: dict[str, list[str]]) -> set[str]:
    """Compare a report with what was promised; returns the lists that had something in them."""
    assert report.keys() == wanted.keys()
    filled = set()
    for name, value in report.items():
        for inner in value if isinstance(value, list) else [value] if wanted[name] else []:
            assert sorted(inner) == sorted(wanted[name]), name
            filled.add(name)
    return filled


def test_json_is_what_its_help_says(runner: CliRunner, tmp_path: Path) -> None:
    wanted, where = promised(runner, donations), ["--data", str(tmp_path / "data"), "--organization", CODE]
    good = written(tmp_path, "gifts.csv", "日期,捐赠人,金额,备注\n2020-01-05,王五,5.00,用于慈善事业发展等\n")
    bad = written(tmp_path, "bad.csv", "日期,捐赠人,金额\n2020-01-01,张三,1.005\n")
    filled = agree(printed(runner, donations, [good, bad, *where, "--dry-run"]), wanted)
    assert filled >= {"accepted", "refused", "decisions", "entries", "problems"}
    wanted = promised(runner, iati)
    text = """<iati-activities><iati-activity default-currency="EUR"><iati-identifier>A</iati-identifier>
        <budget/>
        <transaction><transaction-type code="3"/><transaction-date iso-date="2020-01-01"/><value>5</value></transaction>
        <transaction><transaction-type code="3"/><transaction-date iso-date="2020-01-02"/><value>-5</value>
        </transaction>
        <transaction><transaction-type code="2"/><transaction-date iso-date="2020-01-02"/><value>5</value></transaction>
        <transaction><transaction-type code="3"/><transaction-date iso-date="x"/><value>5</value></transaction>
        </iati-activity></iati-activities>"""
    files = [written(tmp_path, "good.xml", text), written(tmp_path, "none.xml", "<html/>")]
    filled = agree(printed(runner, iati, [*files, "--data", str(tmp_path / "data"), "--dry-run"]), wanted)
    assert filled >= {"accepted", "refused", "entries", "problems", "notBooked"}
