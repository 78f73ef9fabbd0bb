"""What the tests of this folder share: the published donation lists, read once a session."""

import pytest

from resolvers.donation_files import DonationFile, read_donations
from tests.resolvers.sheet_files import published_places, shared


@pytest.fixture(scope="session")
def hubei() -> tuple[DonationFile, ...]:
    """The fourteen workbooks of January and February 2020, as published."""
    names = [f"donate{number:02}.xlsx" for number in range(1, 15)]
    return tuple(read_donations(name, shared(f"hubei_2020/{name}"), regions=published_places()) for name in names)
