"""How many public vectors there are, folder by folder, and which test reads each file.

    python -m tests.vectors.counts        prints the table that README shows

`tests/vectors/test_counts.py` holds this table against the folders: a file that no test reads fails it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parents[2] / "../shared/vectors"


@dataclass(frozen=True, slots=True)
class Part:
    """Files of one folder: the test module that reads them, a text that it names them by, and how cases are counted."""

    folder: str
    pattern: str
    module: str
    named: str
    count: Callable[[Path], int]


def one(_path: Path) -> int:
    """A file that is one case."""
    return 1


def none(_path: Path) -> int:
    """A page or schema that belongs to cases, and is none."""
    return 0


def stated(path: Path) -> int:
    """The number that a Wycheproof suite states."""
    return int(json.loads(path.read_bytes())["numberOfTests"])


def listed(name: str) -> Callable[[Path], int]:
    """The length of a list in a file."""
    return lambda path: len(json.loads(path.read_bytes())[name])


def _rows(path: Path) -> int:
    return sum(row["op"] != "commit" for table in json.loads(path.read_bytes())["tests"] for row in table["actions"])


def _opened(path: Path) -> int:
    return len(json.loads(path.read_bytes())["tests"]) + 1  # and the byte-exact signing


PARTS: Final = (
    Part("merkle-rfc6962", "testdata/**/*.json", "test_merkle.py", "merkle-rfc6962/testdata", one),
    Part("signed-note", "*.json", "test_notes.py", "signed-note-vectors.json", _opened),
    Part("tlog-tiles-tessera", "testdata/log/checkpoint*", "test_tiles.py", "checkpoint.", one),
    Part("tlog-tiles-tessera", "testdata/log/tile/**/*", "test_tiles.py", "tlog-tiles-tessera/testdata/log", one),
    Part("tlog-tiles-tessera", "testdata/log/.state/*", "test_counts.py", "treeState", one),
    Part("tlog-witness", "*.json", "test_witness.py", "litewitness-requests.json", listed("requests")),
    Part("jcs-rfc8785", "testdata/input/*.json", "test_jcs.py", "input", one),
    Part("jcs-rfc8785", "testdata/output/*.json", "test_jcs.py", "output", none),
    Part("jcs-rfc8785", "testdata/numgen.js", "test_jcs.py", "numgen.js", lambda _path: 10_000),
    Part("jcs-rfc8785", "testdata/README.md", "test_counts.py", "README.md", none),
    Part("rfc8032", "*.json", "test_ed25519.py", "ed25519.json", listed("tests")),
    Part("wycheproof", "ed25519_test.json", "test_ed25519.py", "ed25519_test.json", stated),
    Part("wycheproof", "aes_gcm*_test.json", "test_primitives.py", "aes_gcm_siv", stated),
    Part("wycheproof", "h*_test.json", "test_primitives.py", "hkdf_sha256_test.json", stated),
    Part("wycheproof", "eddsa_verify_schema_v1.json", "test_counts.py", "eddsa_verify_schema_v1.json", none),
    Part("mldsa44", "*.json", "test_primitives.py", "mldsa_44_verify_test.json", stated),
    Part("tigerbeetle-semantics", "*.json", "test_tigerbeetle.py", "state_machine_tests.json", _rows),
)
"""Every file of every folder belongs to exactly one of these."""


def files(part: Part, folder: Path = FOLDER) -> list[Path]:
    """The files of a part."""
    return sorted(path for path in (folder / part.folder).glob(part.pattern) if path.is_file())


def table(folder: Path = FOLDER) -> dict[str, tuple[int, int]]:
    """Of every folder: how many files, and how many cases."""
    found: dict[str, tuple[int, int]] = {}
    for part in PARTS:
        paths = files(part, folder)
        before = found.get(part.folder, (0, 0))
        found[part.folder] = before[0] + len(paths), before[1] + sum(map(part.count, paths))
    return found


def main() -> None:
    """Print the table, and the sum."""
    rows = table()
    rows["all"] = sum(a for a, _ in rows.values()), sum(b for _, b in rows.values())
    sys.stdout.writelines(f"{name:24}{a:5} files{b:8} cases\n" for name, (a, b) in rows.items())


if __name__ == "__main__":
    main()
