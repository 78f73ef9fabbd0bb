"""Where the public test vectors lie: data beside the checkout, never copied into it."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Return the folder of public vectors, or skip where it was not handed out with the checkout."""
    folder = Path(__file__).resolve().parents[2] / "../shared/vectors"
    if not folder.is_dir():
        pytest.skip("the public vectors are not beside this checkout (../shared/vectors)")
    return folder.resolve()
