"""The progress bar of long work, when a terminal is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from pimflow.context import Progress as OnProgress


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[OnProgress]:
    """Give what a run tells its progress to. Nothing is shown where standard error is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:

        def on_progress(flow: str, done: int, total: int | None) -> None:
            if flow not in tasks:
                tasks[flow] = bar.add_task(flow, total=total)
            bar.update(tasks[flow], completed=done, total=total)

        yield on_progress
