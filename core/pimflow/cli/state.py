"""`pimflow state`: what is remembered, and who holds the lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from pimflow.cli.common import (
    assembled,
    echo_json,
    flow_called,
    flow_option,
    json_option,
    new_place_option,
    opened_state,
    pipeline_argument,
    project_root,
    since_option,
    state_option,
)
from pimflow.cli.numbers import numbers
from pimflow.errors import ConfigError
from pimflow.state.place import StatePlace

if TYPE_CHECKING:
    from pimflow.assemble import Assembly
    from pimflow.state.database import Database


@click.group()
def state() -> None:
    """Show or forget what pimflow remembers of a pipeline."""


state.add_command(numbers)


@state.command()
@pipeline_argument
@state_option
@json_option
def show(pipeline: str | None, state_path: StatePlace | None, as_json: bool) -> None:
    """Show, flow by flow, how many records were sent where, how far sources were read, and what needs attention."""
    from pimflow.state import history, open_items, records

    assembly = assembled(pipeline)
    with opened_state(assembly.pipeline.root, state_path) as database:
        scopes = records.summaries(database, assembly.pipeline.name)
        cursors = history.all_cursors(database, assembly.pipeline.name)
        waiting = open_items.of_pipeline(database, assembly.pipeline.name, 1000)
    if as_json:
        open_now = [{"flow": flow, **asdict(item)} for flow, item in waiting]
        flows, read = [asdict(scope) for scope in scopes], [asdict(one) for one in cursors]
        return echo_json({"flows": flows, "cursors": read, "open": open_now})
    if not scopes:
        click.echo("Nothing is remembered of this pipeline.")
    for scope in scopes:
        click.echo(f"{scope.flow} -> {scope.address}: {scope.records:,} records sent, {scope.open:,} need attention")
    for one in cursors:
        click.echo(
            f"{one.flow} <- {one.address}: read up to {one.cursor} (kept {one.updated[:19].replace('T', ' ')} UTC)"
        )
    for flow, item in waiting:
        for problem in item.problems:
            click.echo(f"  {flow}, row {item.row}, {item.key}: {problem}")
    return None


@state.command()
@pipeline_argument
@flow_option
@click.option("--cursors", is_flag=True, help="Forget only how far sources were read: the next run reads everything.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@state_option
@json_option
def reset(
    pipeline: str | None, flow: str | None, cursors: bool, yes: bool, state_path: StatePlace | None, as_json: bool
) -> None:
    """Forget what was sent, so that the next run sends everything again."""
    from pimflow.state import groups_done, history, records

    assembly = assembled(pipeline)
    name = assembly.pipeline.name
    if flow is not None:
        flow_called(assembly, flow)
    if cursors:
        with _while_no_run(assembly, state_path) as database:
            history.forget_cursors(database, name, flow)
        return echo_json({"forgotten": 0}) if as_json else click.echo("The next run reads everything.")
    what = f"flow {flow} of {assembly.pipeline.title}" if flow else assembly.pipeline.title
    if as_json and not yes:
        raise ConfigError("with `--json` nobody can be asked; add `--yes`")
    if not yes:
        click.confirm(f"Forget what was sent by {what}? The next run sends everything again.", abort=True)
    with _while_no_run(assembly, state_path) as database:
        number = records.forget(database, name, flow)
        history.forget_cursors(database, name, flow)
        groups_done.forget(database, name)
    if as_json:
        return echo_json({"forgotten": number})
    click.echo(f"{number:,} records of {what} forgotten.")
    return None


@state.command(name="set")
@pipeline_argument
@click.option("--flow", required=True, help="Which flow.")
@since_option
@click.option("--cursor", help="The source's own text, as `state show` tells it.")
@state_option
@json_option
def set_(
    pipeline: str | None,
    flow: str,
    since: datetime | None,
    cursor: str | None,
    state_path: StatePlace | None,
    as_json: bool,
) -> None:
    """Let the next run of a flow begin to read at another place: at a time, or at a cursor of the source."""
    from pimflow.running.basis import basis_of
    from pimflow.state import history

    if (since is None) == (cursor is None):
        raise click.UsageError("give --since or --cursor")
    assembly = assembled(pipeline)
    name, chosen = assembly.pipeline.name, flow_called(assembly, flow)
    address = assembly.address(chosen.source)
    value = cursor if since is None else chosen.source.cursor_at(since)
    if value is None:
        raise ConfigError(f"{chosen.source.title} cannot tell what changed since a time; it is always read completely")
    with _while_no_run(assembly, state_path) as database:
        history.keep_cursor(database, name, flow, address, value, datetime.now(UTC))
        history.keep_basis(database, name, flow, basis_of(chosen))
    if as_json:
        return echo_json({"flow": flow, "address": address, "cursor": value})
    click.echo(f"{flow} <- {address}: the next run begins at {value}.")
    return None


@state.command()
@new_place_option
@state_option
@json_option
def copy(to: StatePlace, state_path: StatePlace | None, as_json: bool) -> None:
    """Copy the state of the project to another place, such as from a file into PostgreSQL.

    What is there now stays as it is. Name the new place in the project (`state:`) afterwards.
    """
    from pimflow.state.copying import into_state
    from pimflow.state.database import open_database

    with opened_state(project_root(), state_path) as database, closing(open_database(to)) as target:
        with database.reading() as source, target.writing() as connection:
            number = into_state(source, connection)
        was = database.place
    if as_json:
        return echo_json({"from": was, "to": str(to), "rows": number})
    click.echo(
        f"{number:,} rows copied from {was} to {to}. Nothing looks there before `state:` of pimflow.yaml names it."
    )
    return None


@contextmanager
def _while_no_run(assembly: Assembly, state_path: StatePlace | None) -> Iterator[Database]:
    """Open the state while no run can begin: one under way would keep its cursor in spite of what is forgotten."""
    from pimflow.running.holding import Pace, held

    with (
        opened_state(assembly.pipeline.root, state_path) as database,
        held(database, assembly.pipeline.name, "state", lambda: datetime.now(UTC), Pace()) as mine,
    ):
        yield mine


@state.command()
@pipeline_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@state_option
@json_option
def unlock(pipeline: str | None, yes: bool, state_path: StatePlace | None, as_json: bool) -> None:
    """Let a pipeline be run although another run seems to be under way.

    Rarely needed: the lock of a run whose process is dead is taken by the next run. Should the other run still live, it
    can commit nothing more, and ends.
    """
    from pimflow.running.holding import who
    from pimflow.state import locks

    assembly = assembled(pipeline)
    name = assembly.pipeline.name
    with opened_state(assembly.pipeline.root, state_path) as database:
        holder = locks.holder(database, name)
        told = who(holder) if holder else None
        if holder and as_json and not yes:
            raise ConfigError("with `--json` nobody can be asked; add `--yes`")
        if holder and not yes:
            click.confirm(f"{assembly.pipeline.title}: {told}. Take the lock away from it?", abort=True)
        if holder:
            locks.unlock(database, name)
    if as_json:
        return echo_json({"unlocked": told})
    click.echo(f"{name} is free again; {told} can commit nothing more." if told else f"{name} is not locked.")
    return None
