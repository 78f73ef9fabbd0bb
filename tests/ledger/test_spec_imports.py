"""SPEC.md section 10: the digests of an import, worked out from the small file that stands there."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

from ledger.canonical import canonical
from resolvers.donation_files import DonationFile, read_donations
from resolvers.import_rows import numbered, split
from resolvers.place_names import PlaceNames

SPEC = Path(__file__).resolve().parents[2] / "ledger/SPEC.md"
SECTION = next(text for text in SPEC.read_text(encoding="utf-8").split("\n## ") if text.startswith("10 "))
WRITTEN: dict[str, str] = {
    name: body for _, name, body in re.findall(r"```(\w+) ([\w-]+)\n(.*?)```", SECTION, re.DOTALL)
}
PLACES = PlaceNames.of("201904", [("420000", "湖北省"), ("420100", "武汉市")])


def listed() -> DonationFile:
    """The file as an import reads it."""
    file = read_donations("list.csv", WRITTEN["import-file"].encode(), regions=PLACES)
    assert not file.blocked
    return file


def test_the_digest_of_the_file_is_that_of_its_bytes() -> None:
    assert WRITTEN["import-file-digest"].strip() == sha256(WRITTEN["import-file"].encode()).hexdigest()
    assert WRITTEN["import-file-digest"].strip() == listed().file_sha256


def test_the_digest_of_the_rows_is_that_of_their_lines() -> None:
    said = WRITTEN["import-rows"]
    assert WRITTEN["import-rows-digest"].strip() == sha256(said.encode()).hexdigest() == listed().rows_digest
    first, *lines = said.splitlines()
    assert first == "mingzhang-donation-rows/1"
    assert [json.loads(line)[2] for line in lines] == [str(row.amount_minor) for row in listed().rows]


def test_the_digest_of_a_row_is_that_of_its_public_content() -> None:
    booked = [split(number, row, PLACES) for number, row in numbered(listed().rows)]
    contents = [canonical(dict(each.content)) for each in booked]
    assert WRITTEN["import-contents"].splitlines() == [content.decode() for content in contents]
    assert WRITTEN["import-row-digests"].split() == [sha256(content).hexdigest() for content in contents]
    assert [sorted(each.personal) for each in booked] == [["name", "note"], []], "what is personal is in no content"


def test_every_block_is_worked_out() -> None:
    assert WRITTEN.keys() == {
        "import-file", "import-file-digest", "import-rows", "import-rows-digest", "import-contents",
        "import-row-digests",
    }  # fmt: skip
