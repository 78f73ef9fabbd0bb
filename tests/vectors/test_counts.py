"""No public vector is left unread: every file belongs to one test module, and the numbers of cases are as counted."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.vectors import counts

EXPECTED = {
    "merkle-rfc6962": (518, 518),
    "signed-note": (1, 14),
    "tlog-tiles-tessera": (51, 51),
    "tlog-witness": (1, 9),
    "jcs-rfc8785": (14, 10_006),
    "rfc8032": (1, 3),
    "wycheproof": (6, 929),
    "mldsa44": (2, 266),
    "tigerbeetle-semantics": (1, 964),
}
"""Files and cases of every folder."""


@pytest.mark.parametrize("folder", EXPECTED)
def test_every_file_of_a_folder_is_read_by_one_test_module(folder: str, vectors: Path) -> None:
    there = {path for path in (vectors / folder).rglob("*") if path.is_file()}
    read: Counter[Path] = Counter()
    for part in counts.PARTS:
        if part.folder == folder:
            assert part.named in (Path(__file__).parent / part.module).read_text(), part
            read.update(counts.files(part, vectors))
    assert read == Counter(there)
    assert counts.table(vectors)[folder] == EXPECTED[folder]


def test_every_folder_is_counted(vectors: Path) -> None:
    assert {path.name for path in vectors.iterdir() if path.is_dir()} == set(EXPECTED) == set(counts.table(vectors))


def test_pages_beside_the_vectors_say_what_they_are(vectors: Path) -> None:
    """A schema, a page and the state that Tessera keeps: nothing to run, but read."""
    schema = json.loads((vectors / "wycheproof/eddsa_verify_schema_v1.json").read_bytes())
    assert schema["properties"]["schema"]["enum"] == ["eddsa_verify_schema_v1.json"]
    assert "numgen.js" in (vectors / "jcs-rfc8785/testdata/README.md").read_text()
    assert (vectors / "tlog-tiles-tessera/testdata/log/.state/treeState").read_bytes()
