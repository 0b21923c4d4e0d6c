"""The progress bars of a terminal: loaded where there is one, as rich takes as long to load as a small run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

from pimflow.measured import Measured


class _Remaining(ProgressColumn):
    """The time that is left."""

    def render(self, task: Task) -> Text:
        left = task.fields.get("remaining")
        told = "-:--:--" if left is None else str(timedelta(seconds=round(left)))
        return Text(told, style="progress.remaining")


class Bars:
    """A bar for each flow, to be called as `context.Progress` is."""

    def __init__(self) -> None:
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
        bar = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
        bar.start()
        return bar
