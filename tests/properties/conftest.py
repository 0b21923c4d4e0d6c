"""The shop of the core's tests, for tests of any sequence of events."""

import pytest

from ..core.conftest import shop, shop_plugin  # noqa: F401, TID252 - fixtures; tests are no package


@pytest.fixture
def small_chunks(monkeypatch):
    """Cut what is read into chunks of three rows, so that few rows meet what else takes thousands."""
    monkeypatch.setattr("pimflow.rows.CHUNK_ROWS", 3)
