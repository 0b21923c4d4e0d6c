"""`pimflow apply`: a saved plan, carried out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pimflow.cli.common import (
    confirm_option,
    confirmed,
    echo_json,
    environment_option,
    json_option,
    opened_state,
    pipeline_called,
    state_option,
)
from pimflow.errors import ConfigError
from pimflow.state.place import StatePlace


@click.command()
@click.argument("plan", type=click.Path(dir_okay=False, path_type=Path))
@confirm_option
@environment_option
@state_option
@json_option
def apply(plan: Path, state_path: StatePlace | None, as_json: bool) -> None:
    """Carry out a PLAN that `pimflow plan --save` kept: exactly that, or nothing.

    Source and target are looked at again first. If the pipeline ran or changed since, or what a run would do differs
    from the plan by now, nothing is written. Fingerprints and cursors are kept as a run keeps them.
    """
    from pimflow.approval import apply_plan
    from pimflow.cli.progress import shown_progress
    from pimflow.cli.show import print_report
    from pimflow.report import report_data
    from pimflow.state.plans import saved_plan

    with saved_plan(plan) as saved:
        name = saved.facts["pipeline"]
        assembly = pipeline_called(name)
        if assembly is None:
            raise ConfigError(f"the pipeline {name!r} of the plan is not here, or has mistakes: see `pimflow validate`")
        with opened_state(assembly.pipeline.root, state_path) as database:
            named = confirmed(assembly, database, as_json=as_json)
            with shown_progress(quiet=as_json) as on_progress:
                report = apply_plan(assembly, database, saved, on_progress, named)
    if as_json:
        echo_json(report_data(report))
    else:
        print_report(report)
    sys.exit(report.exit_code)
