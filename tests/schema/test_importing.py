"""`mingzhang import`: what an operator is told before anything is written, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

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
