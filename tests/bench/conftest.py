"""Fixtures of `make bench`, which measures; `make test` only sees that the page shows what was measured.

Modules that measure are called bench_*.py, so that nothing else collects them.
"""

import pytest

from .figures import Record


@pytest.fixture(scope="session")
def record() -> Record:
    """Where figures go: `record.ratio("push", 1.1, "asyncio loop with 4 lanes", 5)`."""
    return Record()
