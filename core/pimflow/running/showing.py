"""Keeps the file that shows how far a run is, while it goes on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pimflow import progress_files
from pimflow.assemble import Assembly, Flow
from pimflow.context import FlowProgress as Done
from pimflow.context import Progress as Tell
from pimflow.measured import Measured
from pimflow.model import Run
from pimflow.processes import birth_of, place
from pimflow.progress_files import FlowProgress, Progress

_BETWEEN = 0.5
"""Seconds between two writes: a person reads no faster, and a run has better things to do."""


class Showing:
    """How far one run is: told by its flows as `context.Progress` is, written to its file at most twice a second.

    `begun` holds how far each flow came, where its flows put that.
    """

    def __init__(self, assembly: Assembly, run: Run, folder: Path, clock: Callable[[], datetime]) -> None:
        pid = os.getpid()
        began = run.started.isoformat()
        self._last = Progress(
            run.id,
            run.pipeline,
            began,
            began,
            place(),
            pid,
            birth_of(pid) or "",
            len(assembly.flows),
            run.dry,
            run.full,
            run.only,
        )
        self._flows = {flow.name: _unbegun(flow) for flow in assembly.flows}
        self._folder, self._clock = folder, clock
        self._paces: dict[str, tuple[str, Measured]] = {}
        self._next = 0.0
        self.begun: dict[str, Done] = {}

    def also(self, tell: Tell) -> Tell:
        """Give what tells both this and another."""

        def both(flow: str, done: int, total: int | None) -> None:
            self.take(flow, done, total)
            tell(flow, done, total)

        return both

    def take(self, called: str, done: int, total: int | None) -> None:
        """Take how far a flow is; `called` is its name, and that of a group behind a comma.

        What is called otherwise is not shown, as when `match` reads the target.
        """
        name, _, part = called.partition(", ")
        known, pace = self._paces.get(name, ("", None))
        if pace is None or known != called:
            pace = Measured()
            self._paces[name] = called, pace
        remaining = pace.remaining(done, total)
        if name in self._flows:
            was = self._flows[name]
            self._flows[name] = replace(
                was, done=done, total=total, rate=pace.rate, remaining_seconds=remaining, part=part
            )
            self._write_now_and_then()

    def _write_now_and_then(self) -> None:
        moment = time.monotonic()
        if moment >= self._next:
            self._next = moment + _BETWEEN
            self.write()

    def write(self) -> None:
        """Write what is known."""
        begun = [replace(self._flows[name], ended=True, counts=self._counts(name)) for name in self.begun]
        if begun:
            begun[-1] = replace(begun[-1], ended=False)
        progress = replace(self._last, updated=self._clock().isoformat(), flows=tuple(begun))
        progress_files.write(self._folder, progress)

    def _counts(self, name: str) -> dict[str, int]:
        """Count what became of the records of a flow, at all its sinks."""
        found: dict[str, int] = {}
        for tally in self.begun[name].tallies:
            for status, number in tally.counts.items():
                found[status.value] = found.get(status.value, 0) + number
        return found


def _unbegun(flow: Flow) -> FlowProgress:
    return FlowProgress(flow.name, flow.sinks[0].noun, flow.source.title, flow.sinks[0].title)


@contextmanager
def shown(assembly: Assembly, run: Run, folder: Path, clock: Callable[[], datetime]) -> Iterator[Showing]:
    """Show how far a run is during the block."""
    progress_files.remove_dead(folder)
    showing = Showing(assembly, run, folder, clock)
    showing.write()
    try:
        yield showing
    finally:
        progress_files.remove(folder, run.id)
