"""The progress bar of long work, when a terminal is there."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

CALIBRATION = 5
"""So many batches are measured before the remaining time is told: the first ones wait for the model of a target."""


class Measured:
    """The pace of one flow since its first batch: until then it may have read for long without writing anything."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: tuple[float, int] | None = None
        self._last = 0
        self._batches = 0

    def remaining(self, done: int, total: int | None) -> float | None:
        """Take how far the flow is, and give the seconds that are left; None while that is not known."""
        now = self._clock()
        if done > self._last:
            self._batches += 1
            self._last = done
            self._first = self._first or (now, done)
        if total is None or self._first is None or self._batches <= CALIBRATION:
            return None
        began, first = self._first
        return max(0, total - done) * (now - began) / (done - first)


class Shown(Protocol):
    """What a run tells its progress to, to be called as `context.Progress` is."""

    def __call__(self, flow: str, done: int, total: int | None) -> None:
        """Show how far a flow is."""

    def paused(self) -> AbstractContextManager[None]:
        """Take what is shown away while something is printed or asked."""

    def end(self) -> None:
        """Show nothing more."""


class Unseen:
    """Progress where nobody looks."""

    def __call__(self, flow: str, done: int, total: int | None) -> None:
        """Show nothing."""

    def paused(self) -> AbstractContextManager[None]:
        """Take nothing away."""
        return nullcontext()

    def end(self) -> None:
        """End nothing."""


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Shown]:
    """Give what a run tells its progress to. Nothing is shown where standard error is no terminal."""
    shown: Shown = Unseen() if quiet or not (sys.stderr.isatty() or os.environ.get("FORCE_COLOR")) else _bars()
    try:
        yield shown
    finally:
        shown.end()


def _bars() -> Shown:
    from pimflow.cli.bars import Bars

    return Bars()
