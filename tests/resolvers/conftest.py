"""What the tests of this folder share: the published donation lists, read once a session."""

from pathlib import Path

import pytest

from resolvers.donation_files import DonationFile, read_donations
from resolvers.place_names import PlaceNames

DATA = Path(__file__).resolve().parents[2] / "../shared/data"


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of data that organizations published."""
    if not (DATA / "hubei_2020").is_dir():
        pytest.skip("the shared data pages are not beside this checkout")
    return DATA


@pytest.fixture(scope="session")
def places(published: Path) -> PlaceNames:
    """The division codes of April 2019, the last list before the gifts."""
    return PlaceNames.from_tsv((published / "gb2260/gb2260_mca_201904.tsv").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def hubei(published: Path, places: PlaceNames) -> tuple[DonationFile, ...]:
    """The fourteen workbooks of January and February 2020, as published."""
    paths = sorted((published / "hubei_2020").glob("donate*.xlsx"))
    assert len(paths) == 14
    return tuple(read_donations(path.name, path.read_bytes(), regions=places) for path in paths)
