"""The pytest plugin: fixtures for authors of pimflow plugins. pytest loads it by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from loguru import logger

from pimflow import Run


@pytest.fixture
def pimflow_run() -> Run:
    """Give a run as a sink's `open` gets it."""
    return Run(id="20260131-120000-testkit", pipeline="testkit", started=datetime(2026, 1, 31, 12, tzinfo=UTC))


@pytest.fixture
def pimflow_log() -> Iterator[list[str]]:
    """Collect the lines that are logged during the test, with their extra fields and tracebacks."""
    lines: list[str] = []
    sink = logger.add(lines.append, level=0, format="{level} {message} {extra}", diagnose=False)
    yield lines
    logger.remove(sink)
