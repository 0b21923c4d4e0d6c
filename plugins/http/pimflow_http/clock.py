"""The time, so that tests can turn it by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


def _sleep(seconds: float) -> None:
    time.sleep(seconds)  # looked up when called, so that a test can shorten all waits of a process


@dataclass(frozen=True, slots=True)
class Clock:
    """`monotonic` and `wall` give seconds (since some moment, since 1970); `sleep` waits that many."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = _sleep
