"""`pimflow state`: what is remembered, and who holds the lock."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from pimflow.cli.common import assembled, echo_json, json_option, opened_state, pipeline_argument, state_option
from pimflow.errors import ConfigError
from pimflow.words import did_you_mean


@click.group()
def state() -> None:
    """Show or forget what pimflow remembers of a pipeline."""


@state.command()
@pipeline_argument
@state_option
@json_option
def show(pipeline: str | None, state_path: Path | None, as_json: bool) -> None:
    """Show, flow by flow, how many records were sent where, and what needs attention."""
    from pimflow.state import open_items, records

    assembly = assembled(pipeline)
    with opened_state(assembly.pipeline.root, state_path) as database:
        scopes = records.summaries(database, assembly.pipeline.name)
        waiting = open_items.of_pipeline(database, assembly.pipeline.name, 1000)
    if as_json:
        open_now = [{"flow": flow, **asdict(item)} for flow, item in waiting]
        return echo_json({"flows": [asdict(scope) for scope in scopes], "open": open_now})
    if not scopes:
        click.echo("Nothing is remembered of this pipeline.")
    for scope in scopes:
        click.echo(f"{scope.flow} -> {scope.address}: {scope.records:,} records sent, {scope.open:,} need attention")
    for flow, item in waiting:
        for problem in item.problems:
            click.echo(f"  {flow}, row {item.row}, {item.key}: {problem}")
    return None


@state.command()
@pipeline_argument
@click.option("--flow", help="Only this flow.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@state_option
@json_option
def reset(pipeline: str | None, flow: str | None, yes: bool, state_path: Path | None, as_json: bool) -> None:
    """Forget what was sent, so that the next run sends everything again."""
    from pimflow.state import history, records

    assembly = assembled(pipeline)
    name = assembly.pipeline.name
    flows = [one.name for one in assembly.flows]
    if flow is not None and flow not in flows:
        raise ConfigError(f"no flow is called {flow!r}{did_you_mean(flow, flows)}")
    what = f"flow {flow} of {name}" if flow else name
    if as_json and not yes:
        raise ConfigError("with `--json` nobody can be asked; add `--yes`")
    if not yes:
        click.confirm(f"Forget what was sent by {what}? The next run sends everything again.", abort=True)
    with opened_state(assembly.pipeline.root, state_path) as database:
        number = records.forget(database, name, flow)
        history.forget_cursors(database, name, flow)
    if as_json:
        return echo_json({"forgotten": number})
    click.echo(f"{number:,} records of {what} forgotten.")
    return None


@state.command()
@pipeline_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@state_option
@json_option
def unlock(pipeline: str | None, yes: bool, state_path: Path | None, as_json: bool) -> None:
    """Let a pipeline be run although another run seems to be under way.

    Rarely needed: the lock of a run whose process is dead is taken by the next run. Should the other run still live, it
    can commit nothing more, and ends.
    """
    from pimflow.holding import who
    from pimflow.state import locks

    assembly = assembled(pipeline)
    name = assembly.pipeline.name
    with opened_state(assembly.pipeline.root, state_path) as database:
        holder = locks.holder(database, name)
        told = who(holder) if holder else None
        if holder and as_json and not yes:
            raise ConfigError("with `--json` nobody can be asked; add `--yes`")
        if holder and not yes:
            click.confirm(f"{name}: {told}. Take the lock away from it?", abort=True)
        if holder:
            locks.unlock(database, name)
    if as_json:
        return echo_json({"unlocked": told})
    click.echo(f"{name} is free again; {told} can commit nothing more." if told else f"{name} is not locked.")
    return None
