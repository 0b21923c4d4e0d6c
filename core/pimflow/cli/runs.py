"""`pimflow runs`: the history."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from pimflow.cli.common import echo_json, json_option, opened_state, project_root, state_option
from pimflow.errors import ConfigError


@click.command()
@click.argument("run_id", required=False)
@click.option("--pipeline", help="Only runs of the pipeline with this name.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many runs to list.")
@state_option
@json_option
def runs(run_id: str | None, pipeline: str | None, limit: int, state_path: Path | None, as_json: bool) -> None:
    """List past runs, the latest first; with RUN_ID (or `last`) show the report of that run."""
    from pimflow.cli.show import print_report
    from pimflow.report import report_from_json
    from pimflow.state import history

    with opened_state(project_root(), state_path) as database:
        if run_id is None:
            return _list(history.past_runs(database, pipeline, limit), as_json=as_json)
        past = (
            history.past_runs(database, pipeline, 1)[:1] if run_id == "last" else [history.find_run(database, run_id)]
        )
    found = past[0] if past else None
    if found is None:
        raise ConfigError(f"no run is called {run_id!r}; `pimflow runs` lists them")
    if as_json:
        echo_json(asdict(found))
    elif found.report is None:
        click.echo(f"Run {found.id} of {found.pipeline}, begun {found.started}, did not end, or goes on.")
    else:
        print_report(report_from_json(found.report))
    return None


def _list(past: list[history.PastRun], *, as_json: bool) -> None:  # type: ignore[name-defined] # noqa: F821
    if as_json:
        return echo_json([{key: value for key, value in asdict(one).items() if key != "report"} for one in past])
    if not past:
        click.echo("No run yet. `pimflow run` begins one.")
    for one in past:
        how = "goes on, or was killed" if one.exit_code is None else f"exit code {one.exit_code}"
        click.echo(f"{one.id}  {one.pipeline}  {one.started[:19].replace('T', ' ')} UTC  {how}")
    return None
