"""Fixtures of the whole suite."""

from pathlib import Path

import pytest


def pytest_addoption(parser):
    parser.addoption(
        "--write-expected", action="store_true", help="Write the expected reports of the sample pipelines anew."
    )


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recordings and references beside the checkout."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("the folder `shared` with recordings is not beside the checkout")
    return folder
