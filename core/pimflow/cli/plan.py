"""`pimflow plan`: what a run would do."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pimflow.cli.common import assembled, echo_json, json_option, opened_state, pipeline_argument, state_option

if TYPE_CHECKING:
    from pimflow.plan import PlannedChange


@click.command()
@pipeline_argument
@click.option("--full", is_flag=True, help="Read everything, also where only changes would be read.")
@click.option("--only", multiple=True, metavar="KEY", help="Only the record with this key; may be given several times.")
@click.option("--limit", type=click.IntRange(1), help="Stop after this many rows.")
@click.option(
    "--show", type=click.IntRange(0), default=20, show_default=True, help="How many records of each kind to show."
)
@state_option
@json_option
def plan(
    pipeline: str | None,
    full: bool,
    only: tuple[str, ...],
    limit: int | None,
    show: int,
    state_path: Path | None,
    as_json: bool,
) -> None:
    """Tell what a run would create and change, value by value, and write nothing.

    The target is asked for its present values. Nothing of it is remembered.
    """
    from pimflow.cli.progress import shown_progress
    from pimflow.cli.show import print_lines, print_plan
    from pimflow.plan import plan_pipeline
    from pimflow.report import report_data, report_text
    from pimflow.run import RunOptions

    assembly = assembled(pipeline)
    shown: list[PlannedChange] = []
    found: Counter[str] = Counter()

    def on_planned(change: PlannedChange) -> None:
        found[change.noun] += 1
        if found[change.noun] <= show:
            shown.append(change)

    with opened_state(assembly.pipeline.root, state_path) as database, shown_progress(quiet=as_json) as on_progress:
        report = plan_pipeline(assembly, database, RunOptions(full, only, limit), on_planned, on_progress)
    hidden = found.total() - len(shown)
    if as_json:
        echo_json({"report": report_data(report), "changes": [asdict(change) for change in shown], "not_shown": hidden})
    else:
        print_plan(shown, hidden, max(found.values(), default=0))
        print_lines(report_text(report))
        stopped = any(flow.error for flow in report.flows)
        click.echo(f"\nNothing was written.{'' if stopped else ' `pimflow run` does it.'}")
    sys.exit(report.exit_code)
