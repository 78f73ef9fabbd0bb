"""The home list of regions says what the published lists say, and reads the published notes no more freely."""

from __future__ import annotations

import orjson

from resolvers import home_regions
from resolvers.donation_files import DonationFile
from resolvers.earmarks import EarmarkReading, read_earmarks
from resolvers.place_names import PlaceNames


def home() -> PlaceNames:
    """The home list, for looking up."""
    return PlaceNames.of(home_regions.EDITION, ((item["code"], item["name"]) for item in home_regions.items()))


def test_codes_names_and_parents_are_the_published_ones(places: PlaceNames) -> None:
    for item in home_regions.items():
        published = places.places[item["code"]]
        assert (item["name"], item.get("parent")) == (published.name, published.parent)
    assert orjson.loads(home_regions.content()) == {"edition": "201912", "items": home_regions.items()}


def test_every_published_note_is_read_as_with_the_whole_list_or_left_undetermined(
    hubei: tuple[DonationFile, ...],
) -> None:
    """A short list must not make a name look sure that the whole list knows twice."""
    places, sure = home(), 0
    noted = [row for file in hubei if file.name != "donate04.xlsx" for row in file.rows if row.note]
    for row in noted:
        same = read_earmarks(row.note, row.amount_minor, places)
        if same.restriction == "restricted":
            assert codes(same) == codes(row.earmarks)
            sure += 1
        elif row.earmarks.restriction == "unrestricted":
            assert same.restriction == "unrestricted"
    assert sure == 79


def codes(reading: EarmarkReading) -> list[str | None]:
    """The regions of a reading, without their edition."""
    return [part.region_code and part.region_code[:6] for part in reading.parts]
