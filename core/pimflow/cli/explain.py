"""`pimflow explain`: where the values of a record came from."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path
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

if TYPE_CHECKING:
    from pimflow.explain import ExplainedRecord, ExplainedValue, Past


@click.command()
@click.argument("key")
@click.argument("attribute", required=False)
@environment_option
@state_option
@json_option
def explain(key: str, attribute: str | None, state_path: StatePlace | None, as_json: bool) -> None:
    """Tell where the record with KEY came from, and how each value, or that of ATTRIBUTE, came about.

    With ATTRIBUTE: the cell of the source, each rule that changed it with its line, the run that wrote it, and the
    values that stood there before. Nothing is contacted.
    """
    from pimflow.explain import explain as explained

    root = project_root()
    with opened_state(root, state_path) as database:
        found = explained(database, key, attribute, cache(pipeline_called))
    if not found:
        inside = f" in environment {environment}" if (environment := environment_in(root)) else ""
        what = f"{attribute!r} of the record {key!r}" if attribute else f"a record with the key {key!r}"
        raise ConfigError(
            f"no pipeline of {root} sent {what}{inside}. Keys are compared letter by letter; what was sent before "
            "version 4 of the state, or under `history: {days: 0}`, cannot be explained"
        )
    if as_json:
        return echo_json([asdict(record) for record in found])
    for number, record in enumerate(found):
        click.echo("" if number else None, nl=bool(number))
        _print(record, detailed=attribute is not None)
    return None


def _print(record: ExplainedRecord, *, detailed: bool) -> None:
    place = record.place
    click.secho(f"{record.noun} {record.key} at {place.address}", bold=True)
    click.echo(f"  sent by {place.pipeline}, flow {place.flow}, {_when(record.time, record.run)}")
    if record.deleted:
        click.echo("  deleted then, because the source no longer had it")
    if record.disabled:
        click.echo(f"  taken out of use ({record.disabled}: False) by `on_missing`: {record.source} no longer has it")
    if record.row:
        click.echo(f"  out of {record.called or f'row {record.row}'} of {record.source}")
    if record.source_key:
        click.echo(f"  called {record.source_key} by {record.source}")
    for key in record.keys:
        click.echo(f"  renamed from {key.was} to {key.given} {_when(key.time, key.run)}")
    for one in record.corrections:
        said = f"{one.column} is '{one.becomes}' in place of '{one.found}'"
        click.echo(f"  corrected here by {one.made_by} on {one.made:%Y-%m-%d %H:%M} UTC: {said}")
    for problem in record.problems:
        click.secho(f"  needs attention: {problem}", fg="yellow")
    for value in record.values:
        if detailed:
            _print_way(value, record)
        else:
            first = value.past[0] if value.past else None
            click.echo(f"  {value.column}: {_shown(value.value)}{_since(first)}")


def _print_way(value: ExplainedValue, record: ExplainedRecord) -> None:
    click.echo()
    click.secho(f"  {value.column}: {_shown(value.value)}", bold=True)
    if value.once:
        click.echo("    written when the record is created only (`once`)")
    if value.trouble:
        click.echo(f"    how it came about cannot be shown: {value.trouble}")
    if value.column == record.disabled:
        click.echo(f"    set by `on_missing`, because {record.source} no longer has the {record.noun}")
    elif value.past and value.past[0].undid:
        click.echo(f"    put back by `pimflow undo`; what {record.source} says is sent when it changes there")
    elif value.trace is not None:
        source = ", ".join(f"{name} = {_shown(cell)}" for name, cell in value.trace.source.items())
        click.echo(f"    {record.source} said: {source or 'nothing; it is a constant of the mapping'}")
        for step in value.trace.steps:
            cells = ", ".join(f"{name} = {_shown(cell)}" for name, cell in step.cells.items())
            click.echo(f"    {_relative(step.place)} {step.transform}: {step.note or cells}")
    for number, past in enumerate(value.past, 1):
        click.echo(f"    {_past(past, first=number == len(value.past))}")


def _past(past: Past, *, first: bool) -> str:
    if past.deed is None:
        who = "by a run that is kept no longer, or not by pimflow" if first else "then, not written by pimflow"
        return f"{_shown(past.value)}: there {'before, ' if first else ''}{who}"
    undid = f", which undid run {past.undid}" if past.undid else ""
    return f"{_shown(past.value)}: {past.deed} {_when(past.time, past.run)}{undid}"


def _since(past: Past | None) -> str:
    return f"  (since {past.time[:16].replace('T', ' ')} UTC)" if past and past.time else ""


def _when(time: str | None, run: str | None) -> str:
    if time is None:
        return "by a run that is kept no longer"
    return f"on {time[:16].replace('T', ' ')} UTC by run {run}"


def _shown(value: object) -> str:
    from pimflow.cli.show import shown_value

    return shown_value(value)


def _relative(place: str) -> str:
    file, _, line = place.rpartition(":")
    try:
        return f"{Path(file).absolute().relative_to(Path.cwd())}:{line}"
    except ValueError:
        return place
