"""What a child process takes: processor time, wall clock and memory; and medians over rounds that take turns."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Taken:
    """Seconds of processor time, user and system together; seconds of wall clock; MB at the peak."""

    cpu: float
    wall: float
    mb: float


_LAUNCHER = """\
import json, os, subprocess, sys, time
began = time.perf_counter()
child = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(child.pid, 0)
taken = [usage.ru_utime + usage.ru_stime, time.perf_counter() - began, usage.ru_maxrss]
with open(sys.argv[1], "w") as file:
    json.dump(taken, file)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Starts a command out of a small process: the system counts the memory of whoever starts one as that one's, too."""


def took(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Taken:
    """Run a command and give what it took. Raises AssertionError, with its output, where it does not end well."""
    launched = [sys.executable, "-S", "-c", _LAUNCHER, "taken.json", *command]
    with (folder / "output.txt").open("w+b") as output:
        done = subprocess.run(
            launched,
            check=False,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        output.seek(0)
        assert done.returncode == 0, output.read().decode(errors="replace")
    cpu, wall, most = json.loads((folder / "taken.json").read_text("utf-8"))
    return Taken(cpu, wall, most / (1024 * 1024 if sys.platform == "darwin" else 1024))


def in_turn(rounds: int, **measured: Callable[[], float]) -> dict[str, float]:
    """Measure each once a round, so that what else the machine does meets all alike; give the median of each."""
    found: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(rounds):
        for name, measure in measured.items():
            found[name].append(measure())
    return {name: statistics.median(values) for name, values in found.items()}


PIMFLOW = (sys.executable, "-m", "pimflow")
