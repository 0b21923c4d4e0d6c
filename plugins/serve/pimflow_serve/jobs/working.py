"""All that a server does by itself, from its start to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pimflow_serve.jobs.runner import Runner
from pimflow_serve.jobs.scheduler import Scheduler


@contextmanager
def working(runner: Runner) -> Iterator[Scheduler]:
    """Begin runs that are asked for, and ask for those that are due, during the block; then let batches finish."""
    scheduler = Scheduler(runner)
    runner.start()
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.stop()
        runner.stop()
