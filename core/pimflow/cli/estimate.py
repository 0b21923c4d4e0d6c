"""`pimflow estimate`: calls, time and size of a run, told beforehand."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pimflow.cli.common import (
    assembled,
    echo_json,
    full_option,
    json_option,
    opened_state,
    pipeline_argument,
    state_option,
)
from pimflow.state.place import StatePlace

if TYPE_CHECKING:
    from pimflow.estimating import Estimate


@click.command()
@pipeline_argument
@full_option
@state_option
@json_option
def estimate(pipeline: str | None, *, full: bool, state_path: StatePlace | None, as_json: bool) -> None:
    """Tell how many calls a run would take, how long, and how much it would move. Nothing is written.

    The source is read; of the target a few questions are asked. A past run that wrote much tells the time best.
    """
    from pimflow.cli.progress import shown_progress
    from pimflow.estimating import estimate_pipeline
    from pimflow.running.run import RunOptions

    assembly = assembled(pipeline)
    with opened_state(assembly.pipeline.root, state_path) as database, shown_progress(quiet=as_json) as on_progress:
        report, found = estimate_pipeline(assembly, database, RunOptions(full), progress=on_progress)
    errors = [f"{flow.name}: {flow.error}" for flow in report.flows if flow.error]
    if as_json:
        echo_json({"flows": [_data(one) for one in found], "errors": errors})
    else:
        for one in found:
            _print(one)
        for error in errors:
            click.secho(f"stopped: {error}", err=True, fg="red")
        click.echo("Nothing was written.")
    sys.exit(report.exit_code)


def _data(one: Estimate) -> dict[str, Any]:
    least, most = one.seconds
    return {
        "flow": one.flow,
        "target": one.sink.title,
        "read": one.read,
        "records": one.records,
        "calls": {"write": one.writing, "ask": one.asking, "upload": one.files},
        "bytes": {"sent": one.sent_bytes, "files": one.file_bytes, "state": one.state_bytes},
        "seconds": {"least": least, "most": most, "reading": one.reading, "answer": one.answer},
        "pace": one.pace,
    }


def _print(one: Estimate) -> None:
    sink = one.sink
    noun = sink.noun[0] if one.records == 1 else sink.noun[1]
    head = f"{one.flow} -> {sink.title}: {one.read:,} rows read, {one.records:,} {noun} to send."
    click.secho(head, bold=True)
    if one.records or one.asking:
        _line("calls", f"{one.writing:,} that write, {one.asking:,} at most that ask what is there")
        if one.files:
            _line("files", f"{one.files:,} to upload, {_size(one.file_bytes)}")
        _line("size", f"{_size(one.sent_bytes)} to send; the state grows by {_size(one.state_bytes)}")
    _line("time", _time(one))


def _line(name: str, text: str) -> None:
    click.echo(f"  {name:<6}{text}")


def _time(one: Estimate) -> str:
    from pimflow.report import duration

    least, most = one.seconds
    if one.pace:
        return f"{duration(most)}, at the {one.pace:,.0f} {one.sink.noun[1]} a second of the last run that wrote many"
    if duration(least) == duration(most):
        return duration(most)
    assumed = f"{one.sink.batch_seconds:g} s for a call that writes {one.sink.batch_size}"
    return f"{duration(least)} to {duration(most)}; the most is with {assumed}. A run knows after its first 5 batches"


def _size(number: int) -> str:
    for unit, size in (("GB", 1_000_000_000), ("MB", 1_000_000)):
        if number >= size:
            return f"{number / size:,.1f} {unit}"
    return f"{number / 1000:,.0f} kB"
