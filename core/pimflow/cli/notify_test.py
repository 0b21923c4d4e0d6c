"""`pimflow notify-test`: proves that messages arrive."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pimflow.cli.common import assembled, echo_json, json_option, pipeline_argument
from pimflow.errors import ConfigError

if TYPE_CHECKING:
    from pimflow.assemble import Assembly


@click.command(name="notify-test")
@pipeline_argument
@json_option
def notify_test(pipeline: str | None, as_json: bool) -> None:
    """Send a test message to everyone who is told how runs of a pipeline end, and tell where it went through.

    Nothing is run. Exit codes: 0 all went through; 2 a file is wrong; 3 some did not go through.
    """
    assembly: Assembly = assembled(pipeline)
    if not assembly.recipients:
        name = assembly.pipeline.title
        raise ConfigError(f"nobody is told of {name}: there is no `notify` in its file nor in that of the project")
    found = [_tried(assembly, number) for number in range(len(assembly.recipients))]
    if as_json:
        echo_json(found)
    else:
        for one in found:
            _print(one)
    sys.exit(0 if all(one["ok"] for one in found) else 3)


def _tried(assembly: Assembly, number: int) -> dict[str, Any]:
    from pimflow.log import masker
    from pimflow.notifying.occasions import trial
    from pimflow.notifying.telling import deliver

    recipient, pipeline = assembly.recipients[number], assembly.pipeline
    event, now, machine = recipient.notifier.on[0], datetime.now(UTC), platform.node()
    told = trial(pipeline.name, event, now, machine, pipeline.environment_name)
    error = deliver(recipient, told, masker(assembly.secrets))
    place = Path(recipient.place)
    place = place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place
    return {
        "notifier": recipient.notifier.type,
        "place": str(place),
        "to": recipient.notifier.title,
        "ok": error is None,
        "error": str(error or ""),
        "detail": error.detail if error else "",
    }


def _print(found: dict[str, Any]) -> None:
    click.secho("ok   " if found["ok"] else "wrong", nl=False, fg="green" if found["ok"] else "red")
    click.echo(f" {found['place']}: {found['notifier']}, {found['to']}{': ' if found['error'] else ''}{found['error']}")
    if found["detail"]:
        click.echo(f"      {found['detail']}")
