"""Where previews lie: the plan that can be applied, and what the command said of it."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from pimflow_serve.project import Project

_KEPT_DAYS = 7


def folder_of(project: Project) -> Path:
    """Give the folder of a project's previews; each environment has its own."""
    return project.root / ".pimflow" / (project.environment or "") / "previews"


def plan_file(project: Project, number: int) -> Path:
    """Give the file of the plan of the preview that this request asked for; see `pimflow.state.plans.saved_plan`."""
    return folder_of(project) / f"{number}.plan"


def said_of(project: Project, number: int) -> dict[str, Any] | None:
    """Give what `pimflow plan --json` said: report, the first changes, how many more; None while it is not there."""
    try:
        said: dict[str, Any] = orjson.loads(_said_file(project, number).read_bytes())
    except (OSError, ValueError):
        return None
    return said


def keep_said(project: Project, number: int, said: bytes) -> None:
    """Keep what the command said."""
    folder_of(project).mkdir(parents=True, exist_ok=True)
    _said_file(project, number).write_bytes(said)


def forget_old(project: Project) -> None:
    """Remove previews that are a week old: a target is no longer as it was then."""
    oldest = time.time() - _KEPT_DAYS * 86400
    for file in folder_of(project).glob("*") if folder_of(project).is_dir() else ():
        with suppress(OSError):
            if file.stat().st_mtime < oldest:
                file.unlink()


def _said_file(project: Project, number: int) -> Path:
    return folder_of(project) / f"{number}.json"
