"""`pimflow plan`: what a run would do."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from pimflow.cli.checkpoints import check_by
from pimflow.cli.common import (
    allow_option,
    assembled,
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
from pimflow.state.place import StatePlace

if TYPE_CHECKING:
    from pimflow.plan import PlannedChange


@click.command()
@pipeline_argument
@full_option
@since_option
@only_option
@limit_option
@allow_option
@click.option("--by", metavar="COLUMN", help="Only what `pimflow run --by COLUMN` would bring next: one group.")
@click.option(
    "--show", type=click.IntRange(0), default=20, show_default=True, help="How many records of each kind to show."
)
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the plan in this new file; `pimflow apply FILE` carries it out.",
)
@state_option
@json_option
def plan(
    pipeline: str | None,
    *,
    full: bool,
    since: datetime | None,
    only: tuple[str, ...],
    limit: int | None,
    allow: tuple[str, ...],
    by: str | None,
    show: int,
    save: Path | None,
    state_path: StatePlace | None,
    as_json: bool,
) -> None:
    """Tell what a run would create and change, value by value, and write nothing.

    The target is asked for its present values. Nothing of it is remembered, unless the plan is saved.
    """
    from pimflow.approval import save_plan
    from pimflow.cli.progress import shown_progress
    from pimflow.cli.show import print_lines, print_plan
    from pimflow.plan import plan_pipeline
    from pimflow.report import report_data, report_json, report_text
    from pimflow.running.by_groups import ByGroups
    from pimflow.running.run import RunOptions
    from pimflow.state.plans import new_plan

    begin = since_when(since, full=full)
    check_by(by, others=bool(only or limit or since or save))
    assembly = assembled(pipeline)
    by_groups = ByGroups(by) if by else None
    options = RunOptions(full, only, limit, since=begin, allow=frozenset(allow), by=by_groups)
    changes = _Changes(show)
    with opened_state(assembly.pipeline.root, state_path) as database, shown_progress(quiet=as_json) as on_progress:
        if save is None:
            report = plan_pipeline(assembly, database, options, changes.add, on_progress)
        else:
            with new_plan(save) as saved:
                report = save_plan(assembly, database, options, saved, changes.add, on_progress)
    if as_json:
        kept = {"kept": orjson.loads(report_json(report))} if save else {}
        echo_json({"report": report_data(report), **changes.data(), **kept})
    else:
        print_plan(changes.shown, changes.hidden, max(changes.found.values(), default=0))
        print_lines(report_text(report))
        if changes.cleared:
            click.echo(f"\n{changes.cleared:,} {'value' if changes.cleared == 1 else 'values'} would be emptied.")
        named = f" {shlex.quote(pipeline)}" if pipeline else ""
        run = f"pimflow run{named}{f' --by {shlex.quote(by)}' if by else ''}{report.run.option}"
        does_it = f"`pimflow apply {save}{report.run.option}`" if save else f"`{run}`"
        stopped = any(flow.error for flow in report.flows)
        click.echo(f"\nNothing was written.{'' if stopped else f' {does_it} does it.'}")
    sys.exit(report.exit_code)


@dataclass(slots=True)
class _Changes:
    """What is planned: all of it counted, and at most so many of each kind to be shown."""

    show: int
    shown: list[PlannedChange] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)
    cleared: int = 0

    def add(self, change: PlannedChange) -> None:
        self.cleared += change.cleared
        self.found[change.noun] += 1
        if self.found[change.noun] <= self.show:
            self.shown.append(change)

    @property
    def hidden(self) -> int:
        return self.found.total() - len(self.shown)

    def data(self) -> dict[str, Any]:
        changes = [asdict(change) for change in self.shown]
        return {"changes": changes, "not_shown": self.hidden, "cleared": self.cleared}
