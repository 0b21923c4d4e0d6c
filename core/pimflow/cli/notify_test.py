"""`pimflow notify-test`: proves that messages arrive."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pimflow.cli.common import assembled, echo_json, json_option, pipeline_argument
from pimflow.errors import ConfigError

if TYPE_CHECKING:
    from pimflow.assemble import Assembly
    from pimflow.notifying.trying import Tried


@click.command(name="notify-test")
@pipeline_argument
@json_option
def notify_test(pipeline: str | None, as_json: bool) -> None:
    """Send a test message to everyone who is told how runs of a pipeline end, and tell where it went through.

    Nothing is run. Exit codes: 0 all went through; 2 a file is wrong; 3 some did not go through.
    """
    from pimflow.notifying.trying import try_all

    assembly: Assembly = assembled(pipeline)
    if not assembly.recipients:
        name = assembly.pipeline.title
        raise ConfigError(f"nobody is told of {name}: there is no `notify` in its file nor in that of the project")
    found = [_data(one) for one in try_all(assembly, datetime.now(UTC))]
    if as_json:
        echo_json(found)
    else:
        for one in found:
            _print(one)
    sys.exit(0 if all(one["ok"] for one in found) else 3)


def _data(tried: Tried) -> dict[str, Any]:
    place = Path(tried.place)
    return {**asdict(tried), "place": str(place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place)}


def _print(found: dict[str, Any]) -> None:
    click.secho("ok   " if found["ok"] else "wrong", nl=False, fg="green" if found["ok"] else "red")
    reader = f", for the {found['reader']}" if found["reader"] else ""
    error = f": {found['error']}" if found["error"] else ""
    click.echo(f" {found['place']}: {found['notifier']}, {found['to']}{reader}{error}")
    if found["detail"]:
        click.echo(f"      {found['detail']}")
