"""The progress bar of long work, when a terminal is there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol


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
