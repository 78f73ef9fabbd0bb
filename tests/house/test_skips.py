"""A skipped test is on a reviewed list with its reason, or `.ci/run` fails."""

from __future__ import annotations

import pytest

from tests.house import skips
from tests.house.source import ROOT, expect_none, sources

REVIEWED = skips.reviewed(skips.LIST.read_text(encoding="utf-8"))


def test_every_file_that_can_skip_is_reviewed() -> None:
    listed = {where.split("::")[0] for where in REVIEWED}
    # This file and its neighbour hold the words only as examples.
    found = [one.path for one in sources("tests") if skips.able_to_skip(one.text) and "tests/house/" not in one.path]
    missing = (path for path in found if path not in listed)
    expect_none(missing, "can skip a test, but tests/house/skips.txt does not say why that is fair")


def test_the_list_names_what_exists() -> None:
    expect_none((where for where in REVIEWED if not _exists(where)), "tests/house/skips.txt names what is gone")


def _exists(where: str) -> bool:
    path, *names = where.split("::")
    file = ROOT / path
    return file.is_file() and all(f"{name}(" in file.read_text(encoding="utf-8") for name in names[-1:])


def test_an_unreviewed_skip_is_seen() -> None:
    report = """<testsuites><testsuite>
        <testcase classname="tests.db.test_x" name="test_a[15-b]"><skipped message="absent"/></testcase>
        <testcase classname="tests.db.test_x.TestIt" name="test_a"><skipped message="absent"/></testcase>
        <testcase classname="" name="tests.db.test_y"><skipped message="absent"/></testcase>
        <testcase classname="tests.db.test_x" name="test_ok"/>
    </testsuite></testsuites>"""
    found = skips.skipped(report)
    names = ["tests.db.test_x.test_a", "tests.db.test_x.TestIt.test_a", "tests.db.test_y"]
    assert [name for name, _message in found] == names
    assert len(skips.unreviewed(found, {})) == 3
    assert len(skips.unreviewed(found, {"tests/db/test_x.py::test_a": ""})) == 2
    assert len(skips.unreviewed(found, {"tests/db/test_x.py": ""})) == 1
    assert skips.unreviewed(found, {"tests/db/test_x.py": "", "tests/db/test_y.py": ""}) == []
    assert skips.unreviewed(found, {"tests/db/conftest.py": "pytest." + "skip('absent')"}) == []
    assert len(skips.unreviewed(found, {"tests/db/conftest.py": "other words"})) == 3
    assert len(skips.unreviewed(found, {"tests/schema/conftest.py": "absent"})) == 3


@pytest.mark.parametrize("line", ["tests/x.py", "tests/x.py | short", "x.py | it has a good reason, surely"])
def test_a_line_without_a_reason_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"skips\.txt:1"):
        skips.reviewed(line)


def test_a_file_that_can_skip_is_seen() -> None:
    assert skips.able_to_skip("def test_x():\n    pytest" + ".skip('absent')\n")
    assert skips.able_to_skip("@pytest" + ".mark.skipif(True, reason='x')\n")
    assert not skips.able_to_skip("def test_skips(): ...\n")
