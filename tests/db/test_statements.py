"""The reader of named statements is strict: nobody reads a file of SQL twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import statements
from db.statements import StatementFileError

GOOD = """-- What can be asked about wells.

-- name: count_wells
-- How many there are;
-- counted, not guessed.
select count(*) -- all
from well;

-- name: drop_well
-- Forget well $1.
delete from well where note <> ';' and id = $1;
"""


def test_statements_are_attributes(tmp_path: Path) -> None:
    (tmp_path / "wells.sql").write_text(GOOD)
    wells = statements.load("wells", tmp_path)
    assert wells.count_wells == "select count(*) -- all\nfrom well"
    assert wells.drop_well == "delete from well where note <> ';' and id = $1"
    assert list(wells) == ["count_wells", "drop_well"]
    assert dict(wells.items())["drop_well"] == wells.drop_well
    assert statements.nouns(tmp_path) == ["wells"]
    with pytest.raises(AttributeError, match="it has count_wells, drop_well"):
        _ = wells.dig_well


def test_a_noun_without_a_file(tmp_path: Path) -> None:
    (tmp_path / "wells.sql").write_text(GOOD)
    with pytest.raises(StatementFileError, match="the nouns are wells"):
        statements.load("../wells", tmp_path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "holds no statement"),
        ("select 1;\n" + GOOD, "only comments"),
        ("-- name: Wells\n-- All.\nselect 1;", "lower case"),
        ("-- name:\n-- All.\nselect 1;", "lower case"),
        ("-- name: a\n-- All.\nselect 1;\n-- name: a\n-- All.\nselect 2;", "twice"),
        ("-- name: a\nselect 1;", "comment must follow"),
        ("-- name: a\n--  \nselect 1;", "comment must follow"),
        ("-- name: a\n-- All.\n", "no statement"),
        ("-- name: a\n-- All.\nselect 1", "semicolon"),
        ("-- name: a\n-- All.\nselect 1; -- end", "semicolon"),
    ],
)
def test_what_the_reader_refuses(text: str, reason: str) -> None:
    with pytest.raises(StatementFileError, match=reason):
        statements.parse(text, Path("wells.sql"))


def test_every_file_of_the_house_is_read() -> None:
    for noun in statements.nouns():
        assert list(statements.load(noun)), noun
