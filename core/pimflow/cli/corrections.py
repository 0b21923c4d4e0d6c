"""`pimflow corrections`: cells of a source that people corrected here."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from pimflow.cli.common import (
    assembled,
    echo_json,
    environment_option,
    json_option,
    opened_state,
    project_root,
    state_option,
)
from pimflow.errors import ConfigError
from pimflow.state.place import StatePlace

if TYPE_CHECKING:
    from pimflow.assemble import Assembly
    from pimflow.problems.correcting import SourceRow
    from pimflow.state.corrections import Correction
    from pimflow.state.database import Database

pipeline_option = click.option("--pipeline", help="A file, or the name of one in the folder `pipelines`.")


@click.group(invoke_without_command=True)
@environment_option
@state_option
@json_option
@click.pass_context
def corrections(ctx: click.Context, state_path: StatePlace | None, as_json: bool) -> None:
    """List what people corrected of single records of a source.

    A correction takes the place of what the source says, until the source has another value there.
    """
    if ctx.invoked_subcommand is not None:
        return None
    from pimflow.state.corrections import find

    with opened_state(project_root(), state_path) as database:
        found = find(database)
    if as_json:
        return echo_json([asdict(one) for one in found])
    for one in found:
        click.echo(f"{one.pipeline}, {_said(one)} ({one.made_by}, {one.made.astimezone():%Y-%m-%d %H:%M})")
    if not found:
        click.echo("Nothing is corrected here. `pimflow corrections set KEY COLUMN VALUE` does it.")
    return None


@corrections.command("set")
@click.argument("key")
@click.argument("column")
@click.argument("value")
@pipeline_option
@click.option("--flow", help="The flow that brings the record; needed where several do.")
@environment_option
@state_option
@json_option
def set_value(
    key: str,
    column: str,
    value: str,
    pipeline: str | None,
    flow: str | None,
    state_path: StatePlace | None,
    as_json: bool,
) -> None:
    """Let VALUE stand in place of what the source has in COLUMN of the record with KEY.

    COLUMN is one of the source, as `pimflow problems --export` names them.
    """
    from pimflow.problems.correcting import correct

    assembly = assembled(pipeline)
    with opened_state(assembly.pipeline.root, state_path) as database:
        row = _row(assembly, database, key, flow)
        given = correct(assembly, database, row, {column: value}, getpass.getuser(), datetime.now(UTC))
    if as_json:
        return echo_json([asdict(one) for one in given])
    for one in given:
        click.echo(f"{_said(one)}. The next run that meets it sends it, `pimflow retry` does it now.")
        click.echo("Correct it at the source too: another value there counts again.")
    if not given:
        click.echo(f"{row.flow.source.title} says '{value}' already.")
    return None


@corrections.command()
@click.argument("key")
@click.argument("column", required=False)
@pipeline_option
@environment_option
@state_option
@json_option
def remove(key: str, column: str | None, pipeline: str | None, state_path: StatePlace | None, as_json: bool) -> None:
    """Take back what was corrected of the record with KEY, or of its COLUMN: what the source says counts again."""
    from pimflow.state import corrections as kept

    name = assembled(pipeline).pipeline.name if pipeline else None
    with opened_state(project_root(pipeline), state_path) as database:
        gone = [one for one in kept.find(database, name) if one.key == key and column in {None, one.column}]
        kept.remove(database, gone)
    if not gone:
        raise ConfigError(f"nothing is corrected of {key!r}; `pimflow corrections` lists what is")
    if as_json:
        return echo_json([asdict(one) for one in gone])
    for one in gone:
        click.echo(f"Taken back: {_said(one)}. The next run that reads the record sends what the source says.")
    return None


def _said(one: Correction) -> str:
    return f"flow {one.flow}, {one.key}: {one.column} is '{one.becomes}' in place of '{one.found}'"


def _row(assembly: Assembly, database: Database, key: str, flow: str | None) -> SourceRow:
    """Find the row of a record. Raises ConfigError where none or several flows know it."""
    from pimflow.problems.correcting import source_row

    flows = [one.name for one in assembly.flows if flow in {None, one.name}]
    found = [row for name in flows if (row := source_row(assembly, database, name, key))]
    if not found:
        raise ConfigError(f"nothing is open and nothing was sent under the key {key!r}")
    if len(found) > 1:
        raise ConfigError(
            f"several flows know {key!r}; --flow takes one of {', '.join(row.flow.name for row in found)}"
        )
    return found[0]
