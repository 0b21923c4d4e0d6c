"""pimflow in a browser, and by the clock: `pimflow serve`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pimflow import hookimpl
from pimflow.errors import ConfigError, Mistake


@hookimpl
def pimflow_check_project(root: Path, environment: str | None) -> Sequence[Mistake]:
    """Give the mistakes under `serve`."""
    from pimflow_serve.configuring import settings_of

    try:
        settings_of(root, environment)
    except ConfigError as error:
        return error.mistakes
    return ()
