"""`pimflow advise`: how often to run what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from pimflow.cli.common import (
    FOLDER,
    assembled,
    echo_json,
    json_option,
    opened_state,
    pipeline_argument,
    project_root,
    state_option,
)
from pimflow.errors import ConfigError
from pimflow.state.place import StatePlace

if TYPE_CHECKING:
    from pimflow.advising.schedules import Advice, Schedule
    from pimflow.assemble import Assembly

_RUNS = 1000


@click.command()
@pipeline_argument
@state_option
@json_option
def advise(pipeline: str | None, state_path: StatePlace | None, as_json: bool) -> None:
    """Propose how often to run changes only, and everything: for one PIPELINE, or for all of the project.

    It goes by the runs so far: how long they take, how much changes, at which hours little does, and what pipelines
    into one target leave each other of its time. Nothing is contacted, and nothing is changed.
    """
    from pimflow.advising.pace import pace_of
    from pimflow.advising.schedules import advise as propose
    from pimflow.state import history

    assemblies = {one.pipeline.name: one for one in _assemblies(pipeline)}
    root = next(iter(assemblies.values())).pipeline.root
    with opened_state(root, state_path) as database:
        paces = {name: pace_of(history.past_runs(database, name, _RUNS)) for name in assemblies}
    found = propose(paces, {name: _target(one) for name, one in assemblies.items()})
    if as_json:
        return echo_json([_data(one) for one in found])
    for one in found:
        _print(one, _called(assemblies[one.pipeline]))
    return None


def _assemblies(pipeline: str | None) -> Iterator[Assembly]:
    if pipeline is not None or not FOLDER.is_dir():
        yield assembled(pipeline)
        return
    found = False
    for file in sorted(FOLDER.glob("*.yaml")):
        found = True
        yield assembled(str(file))
    if not found:
        raise ConfigError(f"there is no pipeline in {project_root() / FOLDER}; `pimflow init` makes one")


def _target(assembly: Assembly) -> str:
    """Give the address to which the last flow writes, which takes most."""
    flow = assembly.flows[-1]
    return assembly.address(flow.sinks[-1])


def _called(assembly: Assembly) -> str:
    """Give what a command calls a pipeline: its name in the folder of pipelines, else its file."""
    file = assembly.pipeline.file
    return file.stem if file.parent.name == FOLDER.name else file.name


def _print(one: Advice, called: str) -> None:
    click.secho(one.pipeline, bold=True)
    if one.changes is not None:
        _line("Changes only", one.changes, f"pimflow run {called}")
        click.echo(f"    {_why(one)}")
    _line("Everything", one.everything, f"pimflow run {called}{' --full' if one.changes else ''}")
    click.echo(f"    {_why_everything(one)}")
    click.echo("  For `pimflow serve`, in the file of the pipeline:")
    click.secho(f"    {_key(one)}", fg="cyan")
    runs = one.pace.runs
    said = f"From {runs} {'run' if runs == 1 else 'runs'}." if runs else "Nothing was measured yet."
    click.echo(f"  {said}{'' if runs > 20 else ' Ask again when it has run for a week.'}")


def _key(one: Advice) -> str:
    """Give the key `schedule` of the pipeline's file, to be pasted as it is."""
    times = {"changes": one.changes, "everything": one.everything}
    said = [f'{kind}: "{time.cron}"' for kind, time in times.items() if time]
    return f"schedule: {{{', '.join(said)}}}"


def _line(what: str, schedule: Schedule, command: str) -> None:
    click.echo(f"  {what}: {schedule.words}.")
    click.secho(f"    {schedule.cron}  {command}", fg="cyan")


def _why(one: Advice) -> str:
    from pimflow.report import duration

    assert one.changes is not None
    if one.changes.takes is None:
        return "How long it takes is not known yet; this suits most."
    said = [f"The longest of the latest took {duration(one.changes.takes)}"]
    rate = one.pace.changes_an_hour
    if rate is not None:
        said.append(f"{_rate(rate)} in an hour" if rate >= 1 else f"{_rate(rate * 24)} in a day")
    more = " Other pipelines write to the same system: this leaves it half of its time." if one.slowed else ""
    return f"{'; '.join(said)}.{more}"


def _rate(number: float) -> str:
    shown = f"{number:,.0f}" if number >= 1 else "less than one"
    return f"about {shown} {'record changes' if number < 1.5 else 'records change'}"


def _why_everything(one: Advice) -> str:
    from pimflow.report import duration

    takes = one.everything.takes
    took = "How long it takes is not known yet" if takes is None else f"It took up to {duration(takes)}"
    if one.changes is None:
        return f"{took}; the source cannot tell what changed."
    return f"{took}. Only a run of everything finds what was deleted at the source."


def _data(one: Advice) -> dict[str, Any]:
    return {
        "pipeline": one.pipeline,
        "runs": one.pace.runs,
        "changes_an_hour": one.pace.changes_an_hour,
        "changes_only": _schedule(one.changes) if one.changes else None,
        "everything": _schedule(one.everything),
        "schedule": _key(one),
        "shares_its_target": one.slowed,
    }


def _schedule(schedule: Schedule) -> dict[str, Any]:
    return {"words": schedule.words, "cron": schedule.cron, "longest_seconds": schedule.takes}
