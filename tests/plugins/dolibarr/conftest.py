"""A served Dolibarr for each module, filled."""

import pytest

from .dolibarr_server import served
from .dolibarr_shop import filled


@pytest.fixture
def erp():
    """Serve a Dolibarr with a few products; each test may change it."""
    with served(filled()) as running:
        yield running
