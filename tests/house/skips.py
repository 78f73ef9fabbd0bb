"""The skipped tests of a run, held against the reviewed list `skips.txt`.

    python tests/house/skips.py REPORT.xml      (a `--junitxml` report; exits 1 when a skip is not on the list)

The list has one line for each file or test that may be skipped somewhere, and why:

    tests/db/test_versions.py::test_postgres_15 | Debian's postgresql-15 cannot be installed everywhere

The part after `::` may be left out (the whole file); parameters in brackets are never written.  A line that names a
`conftest.py` allows the skips whose message stands in that file, word for word, and which happen below its folder: that
is how a fixture says that what it serves is absent.  This file uses the standard library only, so that `.ci/run` can
call it from anywhere.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

LIST = Path(__file__).with_name("skips.txt")
_ENTRY = re.compile(r"(?P<where>tests/[\w./-]+\.py(?:::\w+)*) \| (?P<why>\S.{14,})")
_SKIPS = re.compile(r"\bpytest\.(?:skip\(|importorskip\(|mark\.(?:skip|skipif|xfail)\b|xfail\()|\bunittest\.skip")


def reviewed(text: str) -> dict[str, str]:
    """The list as {where: why}.

    Raises `ValueError` for a line that is neither an entry with a reason, a comment, nor empty, or that repeats one.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _ENTRY.fullmatch(line)
        if match is None or match["where"] in found:
            message = f"skips.txt:{number}: not `tests/file.py[::test] | reason`, or repeated: {line}"
            raise ValueError(message)
        found[match["where"]] = match["why"]
    return found


def skipped(report: str) -> list[tuple[str, str]]:
    """The skipped and expectedly failing tests of a JUnit report: (`tests/file.py::test`, the message)."""
    found = []
    for case in ET.fromstring(report).iter("testcase"):  # noqa: S314 - pytest wrote the report a moment ago
        for mark in case.iter("skipped"):
            name = re.sub(r"\[.*$", "", case.get("name", ""), flags=re.DOTALL)
            dotted = ".".join(part for part in (case.get("classname", ""), name) if part)
            found.append((dotted, mark.get("message", "")))
    return found


def unreviewed(found: Iterable[tuple[str, str]], allowed: Mapping[str, str]) -> list[str]:
    """The skips that nothing on the list allows; `allowed` is {where: the text of a conftest.py, else empty}."""
    return [
        f"{name}: skipped ({message}), but not on tests/house/skips.txt"
        for name, message in found
        if not any(_allows(where, text, name, message) for where, text in allowed.items())
    ]


def _allows(where: str, text: str, name: str, message: str) -> bool:
    dotted = where.replace(".py", "").replace("/", ".").replace("::", ".")
    if dotted.endswith(".conftest"):
        return bool(message) and message in text and name.startswith(dotted.removesuffix("conftest"))
    return name == dotted or name.startswith(f"{dotted}.")


def conftests(listed: Iterable[str]) -> dict[str, str]:
    """What `unreviewed` asks for: each entry with the text of the `conftest.py` it names, or with nothing."""
    root = LIST.parents[2]
    return {
        where: (root / where).read_text(encoding="utf-8") if where.endswith("/conftest.py") else "" for where in listed
    }


def able_to_skip(text: str) -> bool:
    """Whether a test file has a way to skip one of its tests."""
    return _SKIPS.search(text) is not None


def main() -> int:
    """Compare one report with the list; say each skip that is not on it."""
    found = skipped(Path(sys.argv[1]).read_text(encoding="utf-8"))
    complaints = unreviewed(found, conftests(reviewed(LIST.read_text(encoding="utf-8"))))
    for complaint in complaints:
        sys.stderr.write(f"{complaint}\n")
    sys.stdout.write(f"{len(found)} skipped, {len(complaints)} of them not reviewed\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
