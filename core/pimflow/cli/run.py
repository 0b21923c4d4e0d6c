"""`pimflow run`: one run of one pipeline."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from pimflow.cli.checkpoints import Checkpoints, by_option, check_by, groups_option
from pimflow.cli.common import (
    allow_option,
    assembled,
    confirm_option,
    confirmed,
    echo_json,
    full_option,
    json_option,
    limit_option,
    only_option,
    opened_state,
    pipeline_argument,
    since_option,
    since_when,
    state_option,
)
from pimflow.errors import PimflowError
from pimflow.state.place import ServerState, StatePlace

if TYPE_CHECKING:
    from pimflow.assemble import Assembly
    from pimflow.running.run import RunOptions


@click.command()
@pipeline_argument
@full_option
@since_option
@only_option
@limit_option
@allow_option
@confirm_option
@by_option
@groups_option
@click.option("--strict", is_flag=True, help="Exit with 1 when anything needs attention.")
@click.option("--tell", is_flag=True, help="With --only: tell those of `notify` too, as nobody sits in front of it.")
@click.option("--as-kept", type=click.Path(file_okay=False, path_type=Path), hidden=True)  # for servers
@state_option
@json_option
def run(
    pipeline: str | None,
    *,
    full: bool,
    since: datetime | None,
    only: tuple[str, ...],
    limit: int | None,
    allow: tuple[str, ...],
    by: str | None,
    groups: int | None,
    strict: bool,
    as_kept: Path | None,
    tell: bool,
    state_path: StatePlace | None,
    as_json: bool,
) -> None:
    """Run a pipeline and print its report.

    Exit codes: 0 well; 1 some records failed, or more were refused than allowed; 2 a file is wrong; 3 broken off;
    4 another run of the pipeline is under way.
    """
    from pimflow.running.by_groups import ByGroups
    from pimflow.running.run import RunOptions

    begin = since_when(since, full=full)
    check_by(by, groups=groups, others=bool(only or limit or since))
    assembly = assembled(pipeline, as_kept)
    state = "--state ADDRESS" if isinstance(state_path, ServerState) else f"--state {shlex.quote(str(state_path))}"
    said = click.get_current_context().get_parameter_source("state_path") is ParameterSource.COMMANDLINE
    given = {"--full": full, f"--groups {groups}": groups, "--strict": strict, state: said}
    checkpoints = Checkpoints(pipeline, groups, [option for option, there in given.items() if there], quiet=as_json)
    by_groups = ByGroups(by, checkpoints.go_on) if by else None
    options = RunOptions(full, only, limit, strict, since=begin, allow=frozenset(allow), by=by_groups, tell=tell)
    run_and_report(assembly, options, state_path, as_json=as_json, checkpoints=checkpoints)


def run_and_report(
    assembly: Assembly,
    options: RunOptions,
    state_path: StatePlace | None,
    *,
    as_json: bool,
    checkpoints: Checkpoints | None = None,
) -> None:
    """Run, print the report as far as `checkpoints` have not shown it, and exit with its code."""
    from pimflow.cli.progress import shown_progress
    from pimflow.cli.show import print_report
    from pimflow.running.run import run_pipeline

    try:
        with opened_state(assembly.pipeline.root, state_path) as database:
            options = replace(options, confirm=confirmed(assembly, database, as_json=as_json))
            with shown_progress(quiet=as_json) as on_progress:
                if checkpoints is not None:
                    checkpoints.progress = on_progress
                report = run_pipeline(assembly, database, options, on_progress)
    except KeyboardInterrupt:
        environment = assembly.pipeline.environment_name
        raise PimflowError(
            "stopped by you. What was written stays; the next run goes on from there. "
            f"`pimflow runs last{f' -e {environment}' if environment else ''}` tells how far it came"
        ) from None
    if as_json:
        from pimflow.report import report_data

        echo_json(report_data(report))
    else:
        print_report(report, checkpoints.shown if checkpoints else 0)
        if checkpoints is not None:
            checkpoints.print_how_to_go_on(report)
    sys.exit(report.exit_code)
