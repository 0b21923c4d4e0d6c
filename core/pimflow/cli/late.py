"""`pimflow runs --late`: which pipelines did not run well for too long."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pytimeparse.timeparse import timeparse

from pimflow.cli.common import chosen_environment, echo_json
from pimflow.cli.past import ended
from pimflow.errors import ConfigError
from pimflow.words import did_you_mean, titled

if TYPE_CHECKING:
    from pimflow.notifying.lateness import LastRuns
    from pimflow.state.database import Database
    from pimflow.state.history import PastRun

_LATE = 1
"""The exit code where a pipeline is late."""


class Duration(click.ParamType[timedelta]):
    """A length of time such as `26h`, `90m` or `1d12h`."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it."""
        if isinstance(value, timedelta):
            return value
        seconds = timeparse(value)
        if not seconds or seconds <= 0:
            self.fail(f"a length of time such as 26h, 90m or 1d12h was expected; found {value!r}", param, ctx)
        return timedelta(seconds=seconds)


def show_late(
    database: Database, root: Path, pipeline: str | None, within: timedelta, environment: str | None, *, as_json: bool
) -> None:
    """Tell of each pipeline when it last ran well, and exit with 1 when one of them is late."""
    from pimflow.notifying.lateness import last_runs

    known = _pipelines(database, root)
    if pipeline is not None and pipeline not in known:
        raise ConfigError(f"no pipeline is called {pipeline!r}{did_you_mean(pipeline, known)}")
    chosen = known if pipeline is None else [pipeline]
    found = list(last_runs(database, chosen, within, datetime.now(UTC)))
    if as_json:
        echo_json([{**_data(one), "environment": environment} for one in found])
    for one in () if as_json else found:
        click.secho("late " if one.late else "ok   ", nl=False, fg="red" if one.late else "green")
        click.echo(f" {titled(one.pipeline, environment)}: {_sentence(database, one)}")
    sys.exit(_LATE if any(one.late for one in found) else 0)


def _pipelines(database: Database, root: Path) -> list[str]:
    """Name the pipelines that ever ran, and those of the project's files, also of files that have mistakes."""
    from pimflow.doctor.project import pipeline_files
    from pimflow.state.last_runs import pipelines

    return sorted({*pipelines(database), *(_name(file) for file in pipeline_files(root))})


def _name(file: Path) -> str:
    from pimflow.configuration.loading import load_pipeline

    try:
        return load_pipeline(file, chosen_environment()).name
    except ConfigError:
        return file.stem


def _sentence(database: Database, one: LastRuns) -> str:
    good = f"last good run {one.good.id}, ended {_time(one.good)}" if one.good else "no good run yet"
    if one.latest is None or (one.good and one.latest.number == one.good.number):
        return good
    return f"{good}; the latest run: {ended(database, one.latest)}"


def _time(past: PastRun) -> str:
    return f"{(past.finished or '')[:19].replace('T', ' ')} UTC"


def _data(one: LastRuns) -> dict[str, Any]:
    keys = ("id", "started", "finished", "exit_code")
    good, latest = (past and {key: getattr(past, key) for key in keys} for past in (one.good, one.latest))
    return {"pipeline": one.pipeline, "late": one.late, "good": good, "latest": latest}
