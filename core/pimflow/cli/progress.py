"""The progress bar of long work, when a terminal is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

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


class _Remaining(ProgressColumn):
    """The time that is left."""

    def render(self, task: Task) -> Text:
        left = task.fields.get("remaining")
        told = "-:--:--" if left is None else str(timedelta(seconds=round(left)))
        return Text(told, style="progress.remaining")


class Shown:
    """A bar for each flow, to be called as `context.Progress` is."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._tasks: dict[str, tuple[TaskID, Measured]] = {}
        self._bar = self._begun()

    def __call__(self, flow: str, done: int, total: int | None) -> None:
        """Show how far a flow is."""
        if flow not in self._tasks:
            self._tasks[flow] = self._bar.add_task(flow, total=total), Measured()
        task, measured = self._tasks[flow]
        self._bar.update(task, completed=done, total=total, remaining=measured.remaining(done, total))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the bars away while something is printed or asked; new ones come after it."""
        self.end()
        try:
            yield
        finally:
            self._tasks.clear()
            self._bar = self._begun()

    def end(self) -> None:
        """Take the bars away."""
        if not self._bar.disable:
            self._bar.stop()

    def _begun(self) -> Progress:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), _Remaining())
        bar = Progress(*columns, console=console, disable=self._quiet or not console.is_terminal, transient=True)
        bar.start()
        return bar


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Shown]:
    """Give what a run tells its progress to. Nothing is shown where standard error is no terminal."""
    shown = Shown(quiet=quiet)
    try:
        yield shown
    finally:
        shown.end()
