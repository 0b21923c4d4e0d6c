"""`pimflow runs`: the history."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from pimflow.cli.common import (
    echo_json,
    environment_in,
    environment_option,
    json_option,
    opened_state,
    project_root,
    state_option,
)
from pimflow.cli.late import Duration, show_late
from pimflow.cli.past import ended
from pimflow.errors import ConfigError
from pimflow.state.place import StatePlace
from pimflow.words import titled

if TYPE_CHECKING:
    from pimflow.state.database import Database
    from pimflow.state.history import PastRun


@click.command()
@click.argument("run_id", required=False)
@click.option("--pipeline", help="Only runs of the pipeline with this name.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many runs to list.")
@click.option(
    "--late",
    type=Duration(),
    metavar="TIME",
    help="Tell which pipelines had no good run within this time, such as 26h; exit with 1 if one is late.",
)
@environment_option
@state_option
@json_option
def runs(
    run_id: str | None,
    pipeline: str | None,
    limit: int,
    late: timedelta | None,
    state_path: StatePlace | None,
    as_json: bool,
) -> None:
    """List past runs, the latest first; with RUN_ID (or `last`) show the report of that run.

    With --late, for monitoring, one line for each pipeline that ever ran or has a file in the project. A good run is
    one of all records in which nothing failed.
    """
    from pimflow.cli.show import print_report
    from pimflow.report import report_from_json
    from pimflow.state import history

    root = project_root()
    environment = environment_in(root)
    with opened_state(root, state_path) as database:
        if late is not None:
            return show_late(database, root, pipeline, late, environment, as_json=as_json)
        if run_id is None:
            return _list(database, history.past_runs(database, pipeline, limit), environment, as_json=as_json)
        past = (
            history.past_runs(database, pipeline, 1)[:1] if run_id == "last" else [history.find_run(database, run_id)]
        )
        found = past[0] if past else None
        if found is None:
            inside = f" in environment {environment}" if environment else ""
            raise ConfigError(f"no run is called {run_id!r}{inside}; `pimflow runs` lists them")
        how = ended(database, found)
    if as_json:
        echo_json({**asdict(found), "environment": environment_of(found, environment), "state": how})
    elif found.report is None:
        click.echo(f"Run {found.id} of {titled(found.pipeline, environment)}, begun {found.started}: {how}.")
    else:
        print_report(report_from_json(found.report))
    return None


def environment_of(past: PastRun, here: str | None) -> str | None:
    """Name the environment of a run: its report tells, else it is the one whose state this is."""
    return past.report["run"].get("environment") or None if past.report else here


def _list(database: Database, past: list[PastRun], environment: str | None, *, as_json: bool) -> None:
    if as_json:
        return echo_json(
            [
                {
                    **{key: value for key, value in asdict(one).items() if key != "report"},
                    "environment": environment_of(one, environment),
                    "state": ended(database, one),
                }
                for one in past
            ]
        )
    if not past:
        click.echo("No run yet. `pimflow run` begins one.")
    for one in past:
        name = titled(one.pipeline, environment_of(one, environment))
        click.echo(f"{one.id}  {name}  {one.started[:19].replace('T', ' ')} UTC  {ended(database, one)}")
    return None
