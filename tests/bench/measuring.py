"""What a child process takes: processor time, wall clock and memory; and medians over rounds that take turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Taken:
    """Seconds of processor time, user and system together; seconds of wall clock; MB at the peak."""

    cpu: float
    wall: float
    mb: float


def took(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Taken:
    """Run a command and give what it took. Raises AssertionError, with its output, where it does not end well."""
    with (folder / "output.txt").open("w+b") as output:
        began = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(environment or {})}, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        assert child.returncode == 0, output.read().decode(errors="replace")
    kilobytes = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss
    return Taken(usage.ru_utime + usage.ru_stime, wall, kilobytes / 1024)


def in_turn(rounds: int, **measured: Callable[[], float]) -> dict[str, float]:
    """Measure each once a round, so that what else the machine does meets all alike; give the median of each."""
    found: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(rounds):
        for name, measure in measured.items():
            found[name].append(measure())
    return {name: statistics.median(values) for name, values in found.items()}


PIMFLOW = (sys.executable, "-m", "pimflow")
