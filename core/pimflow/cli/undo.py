"""`pimflow undo`: the changes of a run, put back."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from pimflow.cli.common import (
    echo_json,
    environment_in,
    environment_option,
    json_option,
    opened_state,
    pipeline_called,
    project_root,
    state_option,
)
from pimflow.errors import ConfigError
from pimflow.state.place import StatePlace
from pimflow.words import to_the_minute

if TYPE_CHECKING:
    from pimflow.assemble import Assembly
    from pimflow.plan import PlannedChange
    from pimflow.state.database import Database
    from pimflow.state.history import PastRun

_SHOWN = 20


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--dry", is_flag=True, help="Show what would be put back, and write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@environment_option
@state_option
@json_option
def undo(run_id: str, *, dry: bool, yes: bool, state_path: StatePlace | None, as_json: bool) -> None:
    """Put back the values that RUN replaced, and take out of use what it created.

    RUN is an id of `pimflow runs`, or `last`. Only where the values of the run still stand: what somebody changed
    since is left, and told. What was undone is not sent again until it changes in the source. An undo is a run, and
    can be undone.
    """
    from pimflow.cli.progress import shown_progress
    from pimflow.cli.show import print_report
    from pimflow.report import report_data
    from pimflow.undo import undo_run

    with opened_state(project_root(), state_path) as database:
        past = _past_run(database, run_id)
        assembly = _assembly(past)
        question = _question(database, past, assembly)
        if question is None:
            if as_json:
                return echo_json({"flows": [], "exit_code": 0})
            return click.echo(_nothing_to_undo(database, past))
        if dry:
            return _show(assembly, database, past, as_json=as_json)
        if as_json and not yes:
            raise ConfigError("with `--json` nobody can be asked; add `--yes`")
        if not yes:
            click.confirm(question, abort=True)
        with shown_progress(quiet=as_json) as on_progress:
            report = undo_run(assembly, database, past, on_progress)
    if as_json:
        echo_json(report_data(report))
    else:
        print_report(report)
    sys.exit(report.exit_code)


def _past_run(database: Database, run_id: str) -> PastRun:
    from pimflow.state import history

    if run_id == "last":
        latest = history.past_runs(database, None, 1)
        if not latest:
            raise ConfigError("nothing was run here yet, so there is nothing to undo")
        return latest[0]
    found = history.find_run(database, run_id)
    if found is None:
        raise ConfigError(f"no run is called {run_id!r}; `pimflow runs` lists them")
    return found


def _nothing_to_undo(database: Database, past: PastRun) -> str:
    """Say that a run changed nothing, and which one did."""
    from pimflow.state import history

    said = f"Run {past.id} changed no values, or it is kept no longer which."
    latest = history.last_change(database)
    if latest is None:
        return said
    environment = environment_in(project_root())
    option = f" -e {environment}" if environment else ""
    when = to_the_minute(datetime.fromisoformat(latest.started))
    return f"{said} The latest that changed values began {when}: `pimflow undo {latest.id}{option}`."


def _assembly(past: PastRun) -> Assembly:
    assembly: Assembly | None = pipeline_called(past.pipeline)
    if assembly is None:
        raise ConfigError(
            f"the pipeline {past.pipeline!r} of that run is not here, or has mistakes: `pimflow validate`"
        )
    return assembly


def _question(database: Database, past: PastRun, assembly: Assembly) -> str | None:
    """Say what the run did and ask whether to undo it; None where there is nothing to undo."""
    from pimflow.undo import places_of_run

    lines = []
    flows = {flow.name: flow for flow in assembly.flows}
    for place, deeds in places_of_run(database, past).items():
        done = ", ".join(f"{number:,} {deed}" for deed, number in deeds.items())
        flow = flows.get(place.flow)
        gone = "" if flow else "; the pipeline has no such flow any longer, so they stay"
        if flow and place.address not in {assembly.address(sink) for sink in flow.sinks}:
            gone = "; the flow writes elsewhere by now, so they stay"
        lines.append(f"  {place.flow} -> {place.address}: {done}{gone}")
    if not lines:
        return None
    return "\n".join([f"Run {past.id} of {past.pipeline}, begun {past.started[:16]} UTC:", *lines, "Put it back?"])


def _show(assembly: Assembly, database: Database, past: PastRun, *, as_json: bool) -> None:
    from dataclasses import asdict

    from pimflow.cli.show import print_lines, print_plan
    from pimflow.report import report_data, report_text
    from pimflow.undo import plan_undo

    shown: list[PlannedChange] = []
    report = plan_undo(assembly, database, past, shown.append)
    if as_json:
        echo_json({"report": report_data(report), "changes": [asdict(change) for change in shown]})
    else:
        print_plan(shown[:_SHOWN], max(0, len(shown) - _SHOWN), len(shown))
        print_lines(report_text(report))
        click.echo("\nNothing was written.")
    sys.exit(report.exit_code)
