"""The pytest plugin: fixtures for authors of pimflow plugins. pytest loads it by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from pimflow import Run
from pimflow_testkit.leaks import log_lines
from pimflow_testkit.replay import ReplayTransport, replayed
from pimflow_testkit.sink_cases import RUN


@pytest.fixture
def pimflow_run() -> Run:
    """Give a run as a sink's `open` gets it."""
    return RUN


@pytest.fixture
def pimflow_log() -> Iterator[list[str]]:
    """Collect the lines that are logged during the test, by loguru or standard logging."""
    with log_lines() as lines:
        yield lines


@pytest.fixture
def pimflow_replay() -> Iterator[Callable[..., ReplayTransport]]:
    """Give a function: called with recordings, it answers every httpx client from them until the test ends.

    A request that no recording answers fails the test.
    """
    with ExitStack() as stack:

        def replay(*recordings: Any, **options: Any) -> ReplayTransport:
            return stack.enter_context(replayed(*recordings, **options))

        yield replay
