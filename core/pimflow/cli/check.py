"""`pimflow check`: the connections, and the mapping against the target."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from pimflow.cli.common import assembled, echo_json, json_option, pipeline_argument
from pimflow.words import full_stop

if TYPE_CHECKING:
    from pimflow.assemble import Assembly, Flow
    from pimflow.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked; `remedy` and `detail` are for what is not well."""

    what: str
    ok: bool
    found: str
    remedy: str = ""
    detail: str = ""


@click.command()
@pipeline_argument
@json_option
def check(pipeline: str | None, as_json: bool) -> None:
    """Check the files, log in everywhere, and hold each flow's columns against its target. Nothing is written.

    Exit codes: 0 well, a warning included; 1 columns that the target cannot take; 2 a file is wrong; 3 a system cannot
    be used.
    """
    from pimflow.first_run import shared_with_production
    from pimflow.log import masker
    from pimflow.sessions import Sessions

    assembly: Assembly = assembled(pipeline)
    mask = masker(assembly.secrets)
    shared = list(shared_with_production(assembly))
    with Sessions(assembly) as sessions:
        connections = [mask(asdict(one)) for one in _connections(assembly, sessions)]
        flows = (
            []
            if any(not one["ok"] for one in connections)
            else [mask(asdict(one)) for flow in assembly.flows for one in _columns(flow, sessions)]
        )
    if as_json:
        named = {"environment": assembly.pipeline.environment_name or None, "warnings": shared}
        echo_json({**named, "connections": connections, "flows": flows})
    else:
        if assembly.pipeline.environment:
            click.echo(f"Environment {assembly.pipeline.environment_name}")
        for told in shared:
            click.secho("warn ", nl=False, fg="yellow")
            click.echo(f" {full_stop(told)}")
        for one in (*connections, *flows):
            _print(one)
    sys.exit(3 if any(not one["ok"] for one in connections) else int(any(not one["ok"] for one in flows)))


def _connections(assembly: Assembly, sessions: Sessions) -> Iterator[Finding]:
    from pimflow.errors import FlowError

    for name, connection in assembly.connections.items():
        try:
            yield Finding(f"connection {name}", True, connection.check(sessions.connect(name)))
        except FlowError as error:
            yield Finding(f"connection {name}", False, str(error), detail=error.detail)


def _columns(flow: Flow, sessions: Sessions) -> Iterator[Finding]:
    """Read the header of a source, compile the transforms, and ask each sink which columns it cannot take."""
    from pimflow.check import check_columns
    from pimflow.errors import FlowError

    try:
        header, refused = check_columns(flow, sessions)
    except FlowError as error:
        yield Finding(f"flow {flow.name}", False, str(error), detail=error.detail)
        return
    for column, problem in refused.items():
        yield Finding(f"flow {flow.name}, column {column}", False, problem.reason, problem.remedy, problem.detail)
    if not refused:
        yield Finding(f"flow {flow.name}", True, f"all {len(header)} columns are known to the target")


def _print(finding: dict[str, object]) -> None:
    click.secho("ok   " if finding["ok"] else "wrong", nl=False, fg="green" if finding["ok"] else "red")
    click.echo(f" {finding['what']}: {full_stop(str(finding['found']))} {finding['remedy']}".rstrip())
    if finding["detail"]:
        click.echo(f"      {finding['detail']}")
