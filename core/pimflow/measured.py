"""How fast a flow goes, and what time is left."""

from __future__ import annotations

import time
from collections.abc import Callable

CALIBRATION = 5
"""So many batches are measured before the remaining time is told: the first ones wait for the model of a target."""


class Measured:
    """The pace of one flow since its first batch: until then it may have read for long without writing anything."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: tuple[float, int] | None = None
        self._last = 0
        self._batches = 0
        self.rate: float | None = None
        """Records a second, None while that is not known."""

    def remaining(self, done: int, total: int | None) -> float | None:
        """Take how far the flow is, and give the seconds that are left; None while that is not known."""
        now = self._clock()
        if done > self._last:
            self._batches += 1
            self._last = done
            self._first = self._first or (now, done)
        if self._first is None or self._batches <= CALIBRATION:
            return None
        began, first = self._first
        self.rate = (done - first) / (now - began) if now > began else None
        return None if total is None or not self.rate else max(0, total - done) / self.rate
